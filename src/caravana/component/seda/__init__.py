"""`seda:name`: hands a copy of the message to another route, which runs it as an exchange of its own."""

from types import MappingProxyType
from typing import Any, Literal

from pydantic import Field, model_validator

from caravana.kit.component import Component, Consumer, Endpoint, Local, Maturity
from caravana.kit.errors import ConfigurationError
from caravana.kit.exchange import Exchange
from caravana.kit.options import Options
from caravana.kit.ports import Arrival, Flow, Receiver
from caravana.kit.uri import Uri

_OF_THE_MEMORY_QUEUE = {
    "size": "the queue is the journal, on disk and without a size",
    "queue": "the queue is the journal",
    "blockWhenFull": "the journal is never full in the queue's sense",
    "discardWhenFull": "nothing that was accepted is discarded",
    "offerTimeout": "handing over does not wait",
    "concurrentConsumers": "lanes decide what runs in order: give the consumer a `lane`",
    "limitConcurrentConsumers": "lanes decide what runs in order: give the consumer a `lane`",
    "multipleConsumers": "one route per name; use multicast for several",
    "purgeWhenStopping": "nothing that was accepted is thrown away",
}


class SedaOptions(Options):
    """What is left of Camel's options where the queue is the journal."""

    wait_for_task_to_complete: Literal["Never"] = Field(
        "Never", description="The sender never waits: the message is on disk and the other route answers to nobody."
    )

    @model_validator(mode="before")
    @classmethod
    def _explain(cls, values: Any) -> Any:
        """Say why an option of the memory queue is not taken, instead of only that it is unknown."""
        for name, reason in _OF_THE_MEMORY_QUEUE.items():
            if name in values:
                raise ValueError(f"`{name}` is not supported: {reason}")
        if values.get("waitForTaskToComplete", "Never") != "Never":
            raise ValueError("`waitForTaskToComplete`: only Never; use direct: where the caller needs the answer")
        return values


class SedaProducer(Local):
    """Starts a child exchange."""

    def __init__(self, name: str) -> None:
        """`name`: what follows `seda:`."""
        self._address = f"seda:{name}"

    async def process(self, exchange: Exchange, flow: Flow) -> None:
        """Hand over a copy of body, headers and the route's own properties. Raises `NoConsumer`.

        Properties that begin with Camel tell about this exchange (its split, its caught error) and stay with it.
        """
        arrival = Arrival(
            exchange.body,
            dict(exchange.headers),
            branch=exchange.branch,
            properties={name: one for name, one in exchange.properties.items() if not name.startswith("Camel")},
        )
        await flow.spawn(self._address, arrival)


class SedaConsumer(Consumer):
    """The entry of a route: the engine gives it the child exchanges, so nothing has to run."""

    async def start(self) -> None:
        """Return at once."""

    async def stop(self) -> None:
        """Return at once."""


class SedaEndpoint(Endpoint):
    """One name."""

    def producer(self) -> SedaProducer:
        """Return the sending side."""
        return SedaProducer(self.uri.path)

    def consumer(self, receiver: Receiver) -> SedaConsumer:
        """Return the receiving side."""
        return SedaConsumer()


class SedaComponent(Component):
    """Hops between routes and lanes, on disk."""

    scheme = "seda"
    title = "Seda"
    syntax = "seda:name"
    doc = "Hands a copy of the message to another route as an exchange of its own, on disk; the sender goes on at once."
    maturity = Maturity.STABLE
    options = SedaOptions
    not_supported = _OF_THE_MEMORY_QUEUE
    departures = MappingProxyType(
        {
            "waitForTaskToComplete": "the other exchange runs by itself, also after a restart: nobody can wait for its answer"
        }
    )

    def create(self, uri: Uri, options: Any) -> SedaEndpoint:
        """Return the endpoint of one name. Raises `ConfigurationError` without a name."""
        if not uri.path:
            raise ConfigurationError("`seda:` needs a name", suggestion="write seda:orders")
        return SedaEndpoint(uri, options, self.context)
