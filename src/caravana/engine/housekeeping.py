"""Housekeeping: what is older than its retention is deleted, now and then."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from datetime import timedelta

from caravana.engine.configuration import Retention
from caravana.engine.times import to_micros
from caravana.journal import Journal, store
from caravana.journal import operations as ops
from caravana.journal.model import State
from caravana.kit.clock import Clock

EVERY = 600.0
"""Seconds between two rounds."""
PORTION = 200
"""Exchanges or records deleted in one transaction, so that none is long."""
Forgets = Callable[[], Mapping[str, timedelta]]
"""Tells the scopes of the store whose records are of use for a time only, and for how long after their last change."""


class Housekeeping:
    """Deletes ended exchanges by state and age, and what components keep for a time only."""

    def __init__(self, journal: Journal, clock: Clock, retention: Retention, forgets: Forgets = dict) -> None:
        """`retention`: how long each state is kept; `forgets`: how long what else is."""
        self._journal = journal
        self._clock = clock
        self._ages = {
            State.DONE: retention.done,
            State.DISCARDED: retention.done,
            State.FAILED: retention.failed,
            State.DEAD: retention.dead,
        }
        self._forgets = forgets
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin; the first round comes after a pause."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Delete no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            await self._clock.sleep(EVERY)
            await self.tidy()

    async def tidy(self) -> None:
        """Do one round; what fails is left to the next."""
        for state, age in self._ages.items():
            with contextlib.suppress(Exception):
                await self._retain(state, to_micros(self._clock.now() - age))
        for scope, age in self._forgets().items():
            with contextlib.suppress(Exception):
                await self._forget(scope, to_micros(self._clock.now() - age))

    async def _retain(self, state: State, before: int) -> None:
        deleted = PORTION
        while deleted == PORTION:
            deleted = await self._journal.submit(ops.retain(state.value, before, PORTION))

    async def _forget(self, scope: str, before: int) -> None:
        """The search is a reader's work: only the deletions hold up the writer."""
        while keys := await self._journal.read(store.old_states(scope, before, PORTION)):
            await self._journal.submit(store.forget_states(scope, keys, before))
