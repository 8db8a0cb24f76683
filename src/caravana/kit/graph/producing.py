"""What the producers of Meta's components share: which connection a call goes over, and questions before a call."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Generic, Protocol, TypeVar

from caravana.kit.component import Producer
from caravana.kit.effect import Reply
from caravana.kit.errors import ConfigurationError, NeedsPerson, Transient, Unknown
from caravana.kit.exchange import Exchange
from caravana.kit.graph.settings import GraphSettings

MARGIN = timedelta(seconds=10)
"""A call's hard limit is the connection's time-out, as often as it calls Meta, and this much."""
R = TypeVar("R")


class GraphLine(Protocol):
    """A connection at work, as far as every producer needs it."""

    @property
    def settings(self) -> GraphSettings:
        """Its settings."""
        ...


L = TypeVar("L", bound=GraphLine)


class GraphProducer(Producer, Generic[L]):
    """A call over one connection of component `scheme`. `calls`: how often it asks Meta at most."""

    scheme: str
    calls = 1

    def __init__(self, line_of: Callable[[str], L], connection: str) -> None:
        """`connection`: the address's own. Raises `ConfigurationError` when its settings are wrong."""
        self._line_of = line_of
        self._connection = connection
        self.timeout = self.calls * line_of(connection).settings.timeout + MARGIN

    def connection_of(self, request: dict[str, Any], branch: str | None) -> str:
        """Return the connection as limits and circuit know it."""
        return f"{self.scheme}:{self._name(request)}"

    def line(self, request: dict[str, Any]) -> L:
        """Return the connection that `request` goes over. Raises `NeedsPerson` when it is not there any more."""
        try:
            return self._line_of(self._name(request))
        except ConfigurationError as error:
            raise NeedsPerson(f"the connection `{self._name(request)}` is not there: {error}") from None

    def _name(self, request: dict[str, Any]) -> str:
        return str(request.get("connection") or self._connection)


class Done:
    """A call that only does something: it tells nothing, and leaves the message as it is."""

    def would(self, request: Any, effect: Any) -> Reply:
        """Return that it is done."""
        return Reply()

    def receive(self, exchange: Exchange, reply: Reply) -> None:
        """Leave the message."""


class Told:
    """A question: what Meta answers becomes the body."""

    def receive(self, exchange: Exchange, reply: Reply) -> None:
        """Put it into the body."""
        exchange.body = reply.body


async def before(question: Awaitable[R]) -> R:
    """Return the answer to a question that is asked before a call: without an answer nothing was done (`Transient`)."""
    try:
        return await question
    except Unknown as error:
        raise Transient(str(error), status=error.status, code=error.code) from error
