"""`platform-http:path`: requests at the public port, answered by the route."""

from dataclasses import replace
from types import MappingProxyType

from starlette.routing import compile_path

from caravana.component.platform_http.consumer import PlatformHttpConsumer
from caravana.component.platform_http.security import gate
from caravana.component.platform_http.spec import METHODS, PlatformHttpOptions
from caravana.component.platform_http.waiting import Answers
from caravana.kit.component import Component, Endpoint, Maturity
from caravana.kit.errors import ConfigurationError
from caravana.kit.ports import Context, Receiver
from caravana.kit.uri import Uri


class PlatformHttpEndpoint(Endpoint):
    """One path of the public port."""

    def __init__(self, uri: Uri, options: PlatformHttpOptions, context: Context, answers: Answers) -> None:
        """`answers`: where browsers wait."""
        super().__init__(uri, options, context)
        self._answers = answers

    def consumer(self, receiver: Receiver) -> PlatformHttpConsumer:
        """Return the listening side. Raises `ConfigurationError` for a wrong path, clients or secrets."""
        path = "/" + self.uri.path.lstrip("/")
        try:
            compile_path(path)
        except (ValueError, AssertionError) as error:
            raise ConfigurationError(f"`{path}` is no path: {error}", place=str(self.uri)) from None
        let_in = gate(self.options.security, self.context)
        return PlatformHttpConsumer(path, self.options, self.context.listener, self._answers, receiver, let_in)


class PlatformHttpComponent(Component):
    """Request and reply over the hub's public HTTP port."""

    scheme = "platform-http"
    title = "Platform HTTP"
    syntax = "platform-http:path"
    doc = "Takes HTTP requests at a path of the hub's public port; the route's final message is the answer."
    maturity = Maturity.BETA
    schemes = ("rest",)
    options = PlatformHttpOptions
    departures = MappingProxyType({"bindingMode": "off, as the REST DSL has it; Camel's endpoint names no default"})
    produces = False

    def __init__(self, context: Context) -> None:
        """`context`: the hub."""
        super().__init__(context)
        self._answers = Answers(context.listener)

    def create(self, uri: Uri, options: PlatformHttpOptions) -> PlatformHttpEndpoint:
        """Return the endpoint of one path; of `rest:method:path:template`, as Camel writes it, path and method are taken.

        Raises `ConfigurationError` for a `rest:` address of another form.
        """
        if uri.scheme == "rest":
            method, path = rest_address(uri.path)
            options = options.model_copy(update={"http_method_restrict": method})
            uri = replace(uri, path=path)
        return PlatformHttpEndpoint(uri, options, self.context, self._answers)


def rest_address(text: str) -> tuple[str, str]:
    """Return method and path of `get:orders:/{id}`. Raises `ConfigurationError`."""
    method, colon, path = text.partition(":")
    if method.upper() not in METHODS or not colon or not path:
        raise ConfigurationError(f"`rest:{text}` is no REST address", suggestion="write rest:get:orders/{id}")
    return method.upper(), "/".join(part.strip("/") for part in path.split(":", 1) if part.strip("/"))
