"""Processors: what a step becomes, and what it may ask of the engine while it runs."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from caravana.kit.clock import Clock
from caravana.kit.component import Local, Producer
from caravana.kit.effect import Kind
from caravana.kit.exchange import Exchange
from caravana.kit.ports import Arrival, Spawned


@dataclass(frozen=True, slots=True)
class Call:
    """An endpoint ready to be sent to: `uri` is its canonical address without secrets."""

    uri: str
    connection: str | None
    producer: Producer


class Scope(Protocol):
    """One run of one exchange, seen from a place in its route; `prefix` stands before every call path made here."""

    prefix: str

    @property
    def clock(self) -> Clock:
        """The hub's clock."""
        ...

    @property
    def replaying(self) -> bool:
        """Whether records of an earlier run are still to come."""
        ...

    def nested(self, prefix: str) -> "Scope":
        """Return the scope of a part, callee or handler; `prefix` is whole."""
        ...

    async def effect(self, path: str, call: Call, exchange: Exchange) -> None:
        """Make the call, or take its recorded outcome, and apply the reply to `exchange`."""
        ...

    async def remember(self, path: str, kind: Kind, text: str, evaluate: Callable[[], Any]) -> Any:
        """Return what `evaluate` gives, or gave in the first run (clock, random, impure callables in expressions)."""
        ...

    async def local(self, path: str, producer: Local, exchange: Exchange) -> None:
        """Let a local producer work on `exchange`."""
        ...

    async def spawn(self, path: str, address: str, arrival: Arrival) -> None:
        """Start a child exchange at `address`."""
        ...

    async def spawn_all(self, path: str, children: Sequence[tuple[str, Arrival]]) -> Spawned:
        """Start child exchanges together, once."""
        ...

    async def claim(self, path: str, scope: str, key: str, *, confirmed: bool, remove_on_failure: bool) -> bool:
        """Take an idempotency key; False for a duplicate."""
        ...

    async def owner(self, path: str, scope: str, key: str) -> bool:
        """Whether another exchange holds an idempotency key."""
        ...

    async def confirm(self, scope: str, key: str) -> None:
        """Confirm a key now instead of at the exchange's end."""
        ...

    async def pause(self, path: str, until: Callable[[datetime], datetime]) -> None:
        """Wait until `until(now)`, on disk when it is long."""
        ...


Processor = Callable[[Exchange, Scope], Awaitable[None]]
