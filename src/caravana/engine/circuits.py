"""The circuits of all connections, kept in the journal: they outlive the process, and processes share them.

A row is written when a circuit opens or closes, never for a call. Whoever hears that a row changed, and everybody now and
then, reads them all. Processes that share claim a probe in the row; a claim ends by itself when who has it dies.
"""

import asyncio
import contextlib
from datetime import timedelta

import structlog

from caravana.dispatch import Ownership
from caravana.engine.circuit import Circuit
from caravana.engine.gate import Gates
from caravana.engine.times import to_micros
from caravana.journal import Journal, JournalError
from caravana.journal import operations as ops
from caravana.kit.clock import Clock

log = structlog.get_logger("caravana.circuits")
EVERY = 5.0
"""Seconds after which the rows are read without being told; news may get lost."""


class Circuits:
    """Stores and shares what the gates find out (`caravana.engine.gate.Others`)."""

    def __init__(self, journal: Journal, ownership: Ownership, clock: Clock) -> None:
        """`ownership`: says whether, and how many, others there are."""
        self._journal = journal
        self._ownership = ownership
        self._clock = clock
        self._gates: Gates
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def processes(self) -> int:
        """How many share a connection's rate."""
        return self._ownership.members

    async def start(self, gates: Gates) -> None:
        """Take over what is stored, and from now on what others store. Raises `JournalError`."""
        self._gates = gates
        await self._read()
        if self._ownership.shared:
            self._task = asyncio.create_task(self._follow())

    async def stop(self) -> None:
        """Follow the others no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def look(self) -> None:
        """The rows have changed."""
        self._news.set()

    def tell(self, circuit: Circuit) -> None:
        """Store the circuit, soon; the journal tells the others."""
        told = log.info if circuit.open_until is None else log.warning
        told("circuit.changed", connection=circuit.name, state=circuit.state, reason=circuit.reason)
        circuit.version = self._next(circuit)
        stored = self._journal.submit(ops.put_breaker(circuit.row()), essential=True)
        stored.add_done_callback(lambda done: done.cancelled() or done.exception())

    async def claim(self, circuit: Circuit, seconds: float) -> bool:
        """Take the right to probe for so long; the only process need not ask."""
        if not self._ownership.shared:
            return True
        until = to_micros(self._clock.now() + timedelta(seconds=seconds))
        seen, version = circuit.version, self._next(circuit)
        circuit.version, mine = version, False  # at once: our own claim must not look like another's when it is read
        with contextlib.suppress(JournalError):
            mine = await self._journal.submit(ops.claim_breaker(circuit.name, seen, until, version))
        if not mine and circuit.version == version:
            circuit.version = seen
            self.look()
        return mine

    def _next(self, circuit: Circuit) -> int:
        return max(to_micros(self._clock.now()), circuit.version + 1)

    async def _read(self) -> None:
        for row in await self._journal.read(ops.read_breakers()):
            gate = self._gates.get(row.connection)
            if gate.circuit.adopt(row):
                gate.wake()

    async def _follow(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(EVERY):
                    await self._news.wait()
            self._news.clear()
            try:
                await self._read()
            except JournalError as error:
                log.warning("circuits.unreadable", reason=str(error))
