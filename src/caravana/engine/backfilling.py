"""Backfills of a running hub, one at a time: begun, asked about, stopped. Each goes on when nobody asks any more."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from caravana.engine.control import AdminError
from caravana.engine.desk import Desk
from caravana.journal.model import new_id
from caravana.kit.errors import CaravanaError, ConfigurationError
from caravana.kit.ports import Unavailable

if TYPE_CHECKING:
    from caravana.engine.backfill import Backfill


@dataclass
class Job:
    """One backfill, or the survey before it: how far it is, and what came of it."""

    name: str
    what: str = "read"
    done: int = 0
    total: int | None = None
    result: dict[str, Any] | None = None
    error: str | None = None
    task: "asyncio.Task[None] | None" = field(default=None, repr=False)

    @property
    def over(self) -> bool:
        """Whether it has ended, well or not."""
        return self.result is not None or self.error is not None

    def tell(self, what: str, done: int, total: int | None) -> None:
        """Note how far it is."""
        self.what, self.done, self.total = what, done, total

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON-able values."""
        told = {"job": self.name, "what": self.what, "done": self.done, "total": self.total, "over": self.over}
        return {**told, "result": self.result, "error": self.error}


class Backfilling(Desk):
    """Operations on records of before the go-live line."""

    _job: Job | None = None

    async def backfill(
        self,
        route: str,
        since: str,
        until: str | None = None,
        shadowed: bool = False,
        sample: int = 50,
        confirm: int | None = None,
        actor: str = "",
    ) -> dict[str, Any]:
        """Begin to survey, or with `confirm` (the number that a survey told) to take, the records of a span; ISO times."""
        from caravana.engine.backfill import (
            Backfill,
            NoBackfill,
            Span,
        )  # who only looks into the journal loads no routes

        if self.hub is None or not self.running:
            raise AdminError("no hub of this configuration runs here: start it, a backfill goes through it")
        if self._job is not None and not self._job.over:
            raise AdminError(f"another backfill is under way ({self._job.name})")
        job = Job(new_id())
        span = Span(route, self._moment(since), None if until is None else self._moment(until), shadowed)
        try:
            work = Backfill(self.hub, span, job.tell)
        except (NoBackfill, ConfigurationError) as error:
            raise AdminError(str(error), 400) from None
        if confirm is not None:
            asked = {"since": since, "until": until, "shadowed": shadowed, "count": confirm}
            await self._write(self._audit(actor, "backfill", route, asked))
        self._job = job
        job.task = asyncio.create_task(_carried_out(job, work, max(0, sample), confirm))
        return job.as_json()

    async def backfill_status(self, job: str) -> dict[str, Any]:
        """Return how far a backfill is, and what came of it."""
        return self._known(job).as_json()

    async def backfill_stop(self, job: str) -> dict[str, Any]:
        """Take no further record: those taken stay, and the same backfill begun again takes the others."""
        found = self._known(job)
        if found.task is not None and not found.over:
            found.task.cancel()
            found.error = f"stopped after {found.done} ({found.what})"
        return found.as_json()

    def _known(self, name: str) -> Job:
        if self._job is None or self._job.name != name:
            raise AdminError(f"the hub knows no backfill `{name}`: it was started again, or began another", 404)
        return self._job

    def _moment(self, text: str) -> datetime:
        """Read a time; one without a zone is the company's. Raises `AdminError`."""
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise AdminError(f"`{text}` is no time: write 2026-11-23 or 2026-11-23T15:00:00-05:00", 400) from None
        assert self.hub is not None
        zone = ZoneInfo(self.hub.configuration.company.timezone)
        return moment.astimezone(zone) if moment.tzinfo else moment.replace(tzinfo=zone)


async def _carried_out(job: Job, work: "Backfill", sample: int, confirm: int | None) -> None:
    """Survey or feed; what goes wrong is kept for who asks."""
    try:
        job.result = await (work.survey(sample) if confirm is None else work.feed(confirm, job.name))
    except (CaravanaError, Unavailable) as error:
        job.error = str(error)
    except Exception as error:
        job.error = f"{type(error).__name__}: {error}"
        raise
