"""`platform-http:path`: requests at the public port, answered by the route."""

from starlette.routing import compile_path

from caravana.component.platform_http.consumer import PlatformHttpConsumer
from caravana.component.platform_http.spec import PlatformHttpOptions
from caravana.kit.component import Component, Endpoint, Maturity
from caravana.kit.errors import ConfigurationError
from caravana.kit.ports import Receiver
from caravana.kit.uri import Uri


class PlatformHttpEndpoint(Endpoint):
    """One path of the public port."""

    def consumer(self, receiver: Receiver) -> PlatformHttpConsumer:
        """Return the listening side. Raises `ConfigurationError` when the path cannot be one."""
        path = "/" + self.uri.path.lstrip("/")
        try:
            compile_path(path)
        except (ValueError, AssertionError) as error:
            raise ConfigurationError(f"`{path}` is no path: {error}", place=str(self.uri)) from None
        return PlatformHttpConsumer(path, self.options, self.context.listener, receiver)


class PlatformHttpComponent(Component):
    """Request and reply over the hub's public HTTP port."""

    scheme = "platform-http"
    title = "Platform HTTP"
    syntax = "platform-http:path"
    doc = "Takes HTTP requests at a path of the hub's public port; the route's final message is the answer."
    maturity = Maturity.BETA
    options = PlatformHttpOptions
    produces = False

    def create(self, uri: Uri, options: PlatformHttpOptions) -> PlatformHttpEndpoint:
        """Return the endpoint of one path."""
        return PlatformHttpEndpoint(uri, options, self.context)
