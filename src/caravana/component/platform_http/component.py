"""The scheme `platform-http`: a route answers an address of the listener (Camel's component of the same name)."""

from dataclasses import dataclass
from typing import Any

from pydantic import Field

from caravana.component.platform_http.consumer import PlatformHttpConsumer
from caravana.kit.component import Component, Consumer, Endpoint, Maturity
from caravana.kit.options import Options
from caravana.kit.ports import Receiver
from caravana.kit.uri import Uri


class PlatformHttpOptions(Options):
    """Options of a service."""

    http_method_restrict: str | None = Field(
        None, description="Methods that are answered, a comma list; all without it."
    )
    match_on_uri_prefix: bool = Field(False, description="Answer every address below the path, too.")
    consumes: str | None = Field(None, description="Content types that are taken, a comma list; others get 415.")
    produces: str | None = Field(None, description="Content type of the answer, unless the route sets one.")
    mute_exception: bool = Field(False, description="An error's answer has no body.")
    return_http_request_headers: bool = Field(False, description="Send the request's headers back with the answer.")
    populate_body_with_form: bool = Field(True, description="A form becomes a map in the body.")
    max_bytes: int = Field(4_194_304, description="Largest body in bytes; a larger one gets 413.", gt=0)
    key_header: str = Field("Idempotency-Key", description="Header whose value is the deduplication key.")


@dataclass(frozen=True)
class PlatformHttpEndpoint(Endpoint):
    """One address of the listener."""

    options: PlatformHttpOptions

    def consumer(self, receiver: Receiver) -> Consumer:
        """Return the service."""
        return PlatformHttpConsumer("/" + self.uri.path.strip("/"), self.options, self.context.listener, receiver)


class PlatformHttpComponent(Component):
    """`platform-http:/path`."""

    scheme = "platform-http"
    title = "Platform HTTP"
    syntax = "platform-http:path"
    doc = "Answers HTTP requests at an address of the listener with a route's result."
    maturity = Maturity.BETA
    options = PlatformHttpOptions
    produces = False

    def create(self, uri: Uri, options: Any) -> Endpoint:
        """Return the service's endpoint."""
        return PlatformHttpEndpoint(uri, options, self.context)
