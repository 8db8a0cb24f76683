"""Housekeeping: what is older than its retention is deleted, now and then."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from caravana.engine.configuration import Retention
from caravana.engine.times import to_micros
from caravana.journal import Journal, retention, store
from caravana.journal.model import State
from caravana.kit.clock import Clock

EVERY = 600.0
"""Seconds between two rounds."""
LEDGER_EVERY = timedelta(days=1)
"""Between two looks through the ledger, which reads all of it."""
PORTION = 200
"""Exchanges, records or keys deleted in one transaction, so that none is long."""
Forgets = Callable[[], Mapping[str, timedelta]]
"""Tells the scopes of the store whose records are of use for a time only, and for how long after their last change."""


class Housekeeping:
    """Deletes ended exchanges by state and age, old keys of the ledger, and what components keep for a time only."""

    def __init__(self, journal: Journal, clock: Clock, ages: Retention, forgets: Forgets = dict) -> None:
        """`ages`: how long each state and the ledger are kept; `forgets`: how long what else is."""
        self._journal = journal
        self._clock = clock
        self._ages = {
            State.DONE: ages.done,
            State.DISCARDED: ages.done,
            State.FAILED: ages.failed,
            State.DEAD: ages.dead,
        }
        self._ledger_age = ages.ledger
        self._ledger_looked: datetime | None = None
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
        with contextlib.suppress(Exception):
            await self._forget_claims(self._clock.now())

    async def _retain(self, state: State, before: int) -> None:
        deleted = PORTION
        while deleted == PORTION:
            deleted = await self._journal.submit(retention.retain(state.value, before, PORTION))

    async def _forget_claims(self, now: datetime) -> None:
        """The search is a reader's work here, too."""
        if self._ledger_looked is not None and now - self._ledger_looked < LEDGER_EVERY:
            return
        before = to_micros(now - self._ledger_age)
        while claims := await self._journal.read(retention.old_claims(before, PORTION)):
            await self._journal.submit(retention.forget_claims(claims, before))
        self._ledger_looked = now

    async def _forget(self, scope: str, before: int) -> None:
        """The search is a reader's work: only the deletions hold up the writer."""
        while keys := await self._journal.read(store.old_states(scope, before, PORTION)):
            await self._journal.submit(store.forget_states(scope, keys, before))
