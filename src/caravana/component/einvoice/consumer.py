"""`einvoice:notification`: what the companies of all emission points send, each by its own receiver, at its own address."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from caravana.component.einvoice.company import Companies
from caravana.kit.component import Consumer
from caravana.kit.ports import Accepted, Arrival, Outcome, Receiver, Store


class NotificationsConsumer(Consumer):
    """The receivers of all connections whose company sends notifications."""

    def __init__(self, connections: Sequence[str], companies: Companies, receiver: Receiver) -> None:
        """`connections`: whose notifications are taken; not of those that are switched off.

        Raises `ConfigurationError` for a connection that nobody serves.
        """
        listening = [name for name in connections if companies.offers(name) and not companies.is_off(name)]
        self._consumers = [companies.endpoint(name).consumer(_Named(receiver, name)) for name in listening]

    @property
    def refusals(self) -> Mapping[str, int]:
        """What all of them turned away."""
        return sum((Counter(one.refusals) for one in self._consumers), Counter())

    async def start(self) -> None:
        """Begin to listen at every connection's address. Raises `ConfigurationError` when one is taken."""
        for one in self._consumers:
            await one.start()

    async def stop(self) -> None:
        """Stop listening."""
        for one in self._consumers:
            await one.stop()


class _Named(Receiver):
    """A receiver to which one connection's notifications come: each with its connection, unlike those of any other."""

    def __init__(self, receiver: Receiver, connection: str) -> None:
        self._receiver = receiver
        self._connection = connection

    @property
    def route_id(self) -> str:
        return self._receiver.route_id

    @property
    def source(self) -> str:
        return self._receiver.source

    @property
    def go_live(self) -> datetime | None:
        return self._receiver.go_live

    @property
    def shadow(self) -> str:
        return self._receiver.shadow

    @property
    def store(self) -> Store:
        return self._receiver.store

    async def accept(self, arrivals: Sequence[Arrival], *, cursor: Any = None) -> list[Accepted]:
        return await self._receiver.accept([self._named(one) for one in arrivals], cursor=cursor)

    async def request(self, arrival: Arrival, *, timeout: timedelta | None = None) -> Outcome:
        return await self._receiver.request(self._named(arrival), timeout=timeout)

    async def later(self, exchange_id: str, ticket: str) -> Outcome | None:
        return await self._receiver.later(exchange_id, ticket)

    async def cursor(self) -> Any:
        return await self._receiver.cursor()

    async def busy(self) -> bool:
        return await self._receiver.busy()

    def _named(self, arrival: Arrival) -> Arrival:
        body = {**arrival.body, "connection": self._connection} if isinstance(arrival.body, Mapping) else arrival.body
        return replace(arrival, body=body, key=None if arrival.key is None else f"{self._connection}:{arrival.key}")
