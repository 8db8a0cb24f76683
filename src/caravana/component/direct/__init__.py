"""`direct:name`: a route called by another on the same exchange."""

from types import MappingProxyType
from typing import Any

from pydantic import Field

from caravana.kit.component import Component, Consumer, Endpoint, Local, Maturity
from caravana.kit.errors import ConfigurationError
from caravana.kit.exchange import Exchange
from caravana.kit.options import Duration, Options
from caravana.kit.ports import Flow, Receiver
from caravana.kit.uri import Uri


class DirectOptions(Options):
    """Camel's options for the wait until a consumer appears: all routes are there before the first message, so none waits."""

    block: bool = Field(True, description="Wait for the consumer. Routes load together, so there is never a wait.")
    timeout: Duration = Field("30s", validate_default=True, description="Longest wait for the consumer; see block.")


class DirectProducer(Local):
    """Runs the route that begins at the name."""

    def __init__(self, name: str) -> None:
        """`name`: the route's name after `direct:`."""
        self._name = name

    async def process(self, exchange: Exchange, flow: Flow) -> None:
        """Run the route on this same exchange. Raises `NoConsumer` when there is none, else what the route raises."""
        await flow.call(self._name, exchange)


class DirectConsumer(Consumer):
    """The entry of a route: the engine finds it by name, so nothing has to run."""

    async def start(self) -> None:
        """Return at once."""

    async def stop(self) -> None:
        """Return at once."""


class DirectEndpoint(Endpoint):
    """One name."""

    def producer(self) -> DirectProducer:
        """Return the calling side."""
        return DirectProducer(self.uri.path)

    def consumer(self, receiver: Receiver) -> DirectConsumer:
        """Return the called side."""
        return DirectConsumer()


class DirectComponent(Component):
    """Calls between routes: same exchange, same headers, same worker."""

    scheme = "direct"
    title = "Direct"
    syntax = "direct:name"
    doc = "Calls another route on the same exchange and goes on when it is done."
    maturity = Maturity.STABLE
    options = DirectOptions
    departures = MappingProxyType(
        {
            "block": "read and without effect: all routes are there before the first message",
            "timeout": "read and without effect: all routes are there before the first message",
        }
    )

    def create(self, uri: Uri, options: Any) -> DirectEndpoint:
        """Return the endpoint of one name. Raises `ConfigurationError` without a name."""
        if not uri.path:
            raise ConfigurationError("`direct:` needs a name", suggestion="write direct:orders")
        return DirectEndpoint(uri, options, self.context)
