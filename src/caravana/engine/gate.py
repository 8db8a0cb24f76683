"""What stands before a partner: circuit, rate and number of calls at once, per connection."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol, TypeVar

from caravana.engine.circuit import Circuit
from caravana.engine.limits import Limits
from caravana.kit.clock import Clock
from caravana.kit.errors import EffectError, Held, Transient, Unknown
from caravana.kit.pace import Pace

R = TypeVar("R")
Aside = Callable[[], AbstractContextManager[None]]
"""Gives the waiting exchange's place in the dispatch to another while the block runs."""


class Others(Protocol):
    """The other processes that call the same partners (`caravana.engine.circuits.Circuits`)."""

    @property
    def processes(self) -> int:
        """How many share a connection's rate, this one counted."""
        ...

    def tell(self, circuit: Circuit) -> None:
        """Store that the circuit opened or closed, and let the others know."""
        ...

    async def claim(self, circuit: Circuit, seconds: float) -> bool:
        """Take the right to probe for so long; False when another process has it, or the circuit changed."""
        ...


class Gate:
    """The gate of one connection."""

    def __init__(self, name: str, limits: Limits, clock: Clock, others: Others) -> None:
        """`name`: the connection, e.g. `odoo:main`."""
        self.name = name
        self.limits = limits
        self.circuit = Circuit(name, limits, clock)
        self._others = others
        self._slots = {False: asyncio.Semaphore(limits.live), True: asyncio.Semaphore(limits.bulk)}
        self.pace = Pace(limits.rate, lambda: others.processes)
        self._waiting: list[asyncio.Future[None]] = []

    async def call(
        self, act: Callable[[], Awaitable[R]], *, bulk: bool, seconds: float, aside: Aside = nullcontext
    ) -> R:
        """Carry out `act`, which takes `seconds` at most, when the gate allows it; who has to wait does it `aside`.

        Raises `Transient` at once while the circuit is open.
        """
        self._refuse()
        slot = self._slots[bulk]
        with aside() if slot.locked() else nullcontext():
            await slot.acquire()
        try:
            return await self._inside(act, seconds, aside)
        finally:
            slot.release()

    async def _inside(self, act: Callable[[], Awaitable[R]], seconds: float, aside: Aside) -> R:
        while True:
            era = await self._enter(seconds, aside)
            try:
                with nullcontext() if self.pace.free else aside():
                    await self.pace.wait()
                if era == self.circuit.era:  # else it opened or closed while we waited for our pace
                    return await self._watched(act, era)
            finally:
                self._after(told=self.circuit.leave(era))

    def reset(self) -> None:
        """Close the circuit by hand."""
        self._after(told=self.circuit.reset())

    def wake(self) -> None:
        """Let those who wait for a place look again."""
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            if not one.done():
                one.set_result(None)

    def _refuse(self) -> None:
        refusal = self.circuit.refusal()
        if refusal is not None:
            raise refusal

    async def _enter(self, seconds: float, aside: Aside) -> int:
        """Return the era of our place. Raises `Transient` when the circuit opens meanwhile."""
        while True:
            self._refuse()
            if self.circuit.untried:
                era = await self._probe(seconds)
            else:
                era = self.circuit.enter()
                if era is None:
                    with aside():
                        await self._turn()
            if era is not None:
                return era

    async def _turn(self) -> None:
        """Wait until a place may be free."""
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        await turn

    async def _probe(self, seconds: float) -> int | None:
        """Claim the one call that tries the partner, and return its era; None when it is not ours."""
        circuit, era, mine = self.circuit, self.circuit.era, False
        circuit.probing = True
        try:
            mine = await self._others.claim(circuit, seconds)
        finally:
            if not mine and era == circuit.era:
                circuit.stand_back()
                self.wake()
        return era if mine else None

    async def _watched(self, act: Callable[[], Awaitable[R]], era: int) -> R:
        try:
            result = await act()
        except Held:  # one thing waits; the partner is well
            self._after(told=self.circuit.succeeded(era))
            raise
        except (Transient, Unknown) as error:
            self._after(told=self.circuit.failed(era, error))
            raise
        except EffectError:  # it judged what was asked: it is there
            self._after(told=self.circuit.succeeded(era))
            raise
        self._after(told=self.circuit.succeeded(era))
        return result

    def _after(self, *, told: bool) -> None:
        if told:
            self._others.tell(self.circuit)
        if self._waiting:
            self.wake()


class Gates:
    """The gates of all connections, made when first asked for."""

    def __init__(self, clock: Clock, limits: Callable[[str], Limits], others: Others) -> None:
        """`limits` gives a connection's limits."""
        self._clock = clock
        self._limits = limits
        self._others = others
        self._gates: dict[str, Gate] = {}

    def get(self, name: str) -> Gate:
        """Return the gate of the connection `name`."""
        gate = self._gates.get(name)
        if gate is None:
            gate = self._gates[name] = Gate(name, self._limits(name), self._clock, self._others)
        return gate

    def all(self) -> list[Gate]:
        """Return every gate that was used."""
        return list(self._gates.values())
