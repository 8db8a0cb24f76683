"""What stands before a partner: circuit, rate and number of calls at once, per connection."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from aiolimiter import AsyncLimiter

from caravana.kit.clock import Clock
from caravana.kit.errors import RateLimited, Transient

R = TypeVar("R")


@dataclass(frozen=True)
class Limits:
    """Limits of one connection: `rate` calls a second (0 = none), `live` and `bulk` calls at once, the circuit's measures.

    The circuit opens after `failures` calls in a row on which nothing was done, for `open_for` seconds, then lets one
    call through at a time until one succeeds. An error of that kind is waited for up to `max_wait` seconds.
    """

    rate: float = 0.0
    live: int = 16
    bulk: int = 4
    failures: int = 5
    open_for: float = 5.0
    max_wait: float = 24 * 3600.0


class Gate:
    """The gate of one connection."""

    def __init__(self, name: str, limits: Limits, clock: Clock) -> None:
        """`name`: the connection, e.g. `odoo:main`."""
        self.name = name
        self.limits = limits
        self._clock = clock
        self._slots = {False: asyncio.Semaphore(limits.live), True: asyncio.Semaphore(limits.bulk)}
        self._rate = AsyncLimiter(max(1.0, limits.rate), max(1.0, 1 / limits.rate)) if limits.rate > 0 else None
        self._probe = asyncio.Lock()
        self.failures = 0
        self.open_until: datetime | None = None
        self.reason = ""

    async def call(self, act: Callable[[], Awaitable[R]], *, bulk: bool) -> R:
        """Carry out `act` when the gate allows it. Raises `Transient` at once while the circuit is open."""
        self._check_open()
        async with self._slots[bulk]:
            if self._rate is not None:
                await self._rate.acquire()
            if self.failures >= self.limits.failures:
                async with self._probe:
                    self._check_open()
                    return await self._watched(act)
            return await self._watched(act)

    @property
    def state(self) -> str:
        """`closed`, `open`, or `half_open` (the next call probes)."""
        if self.failures < self.limits.failures:
            return "closed"
        return "open" if self.open_until is not None and self._clock.now() < self.open_until else "half_open"

    def reset(self) -> None:
        """Close the circuit."""
        self.failures, self.open_until, self.reason = 0, None, ""

    def _check_open(self) -> None:
        if self.state == "open" and self.open_until is not None:
            left = (self.open_until - self._clock.now()).total_seconds()
            raise Transient(
                f"the circuit of {self.name} is open: {self.reason}", code="circuit", retry_after=max(0.1, left)
            )

    async def _watched(self, act: Callable[[], Awaitable[R]]) -> R:
        try:
            result = await act()
        except RateLimited as error:
            self._open(error.retry_after or self.limits.open_for, str(error))
            raise
        except Transient as error:
            self.failures += 1
            if self.failures >= self.limits.failures:
                self._open(error.retry_after or self.limits.open_for, str(error))
            raise
        self.reset()
        return result

    def _open(self, seconds: float, reason: str) -> None:
        self.failures = max(self.failures, self.limits.failures)
        self.open_until = self._clock.now() + timedelta(seconds=seconds)
        self.reason = reason


class Gates:
    """The gates of all connections, made when first asked for."""

    def __init__(self, clock: Clock, limits: Callable[[str], Limits]) -> None:
        """`limits` gives a connection's limits."""
        self._clock = clock
        self._limits = limits
        self._gates: dict[str, Gate] = {}

    def get(self, name: str) -> Gate:
        """Return the gate of the connection `name`."""
        gate = self._gates.get(name)
        if gate is None:
            gate = self._gates[name] = Gate(name, self._limits(name), self._clock)
        return gate

    def all(self) -> list[Gate]:
        """Return every gate that was used."""
        return list(self._gates.values())
