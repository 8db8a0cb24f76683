"""The input side: a poller that looks every `delay`, or at once when Odoo hints, and bears with an Odoo that is away."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from datetime import datetime

import structlog

from caravana.component.odoo.client import OdooClient, default_context
from caravana.component.odoo.closing import Closings
from caravana.component.odoo.hint import Hints
from caravana.component.odoo.options import OdooOptions
from caravana.component.odoo.values import from_odoo_time
from caravana.component.odoo.watch import Watch
from caravana.kit.component import RecordConsumer
from caravana.kit.errors import ConfigurationError, EffectError, NeedsPerson, Refused
from caravana.kit.ports import Arrival, Context, Receiver, Unavailable

LONGEST_PAUSE = 60.0
"""Seconds between two tries while Odoo is away."""
PERSON_PAUSE = 300.0
"""Seconds between two tries while a person has to mend something (key, rights, a wrong field)."""

_log = structlog.get_logger("caravana.odoo")


class OdooConsumer(RecordConsumer):
    """Feeds a route with the records of a model."""

    exclusive = True

    def __init__(
        self,
        model: str,
        options: OdooOptions,
        client: OdooClient,
        receiver: Receiver,
        context: Context,
        hints: Hints,
    ) -> None:
        """Raises `ConfigurationError` when the address names no fields, or no scope for `closed`."""
        if (options.event == "closed") != bool(options.scope) or (options.scope and model != "mail.activity"):
            text = "`event=closed` is for mail.activity and needs `scope`, which no other event has"
            raise ConfigurationError(f"`odoo:{model}`: {text}", suggestion="odoo:mail.activity?event=closed&scope=task")
        if not options.fields and options.event not in ("deleted", "closed"):
            raise ConfigurationError(f"`odoo:{model}` names no fields", suggestion="add fields=name,state")
        self._model = model
        self._event = options.event
        self._receiver = receiver
        self._delay = (options.delay or client.settings.delay).total_seconds()
        self._route = receiver.route_id
        self._watch: Watch | Closings = (
            Closings(options.scope, options.connection, client.within(default_context(client.settings)), receiver)
            if options.event == "closed"
            else Watch(model, options, client, receiver, context)
        )
        self._context = context
        self._hints = hints
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._failures = 0

    async def start(self) -> None:
        """Begin to look; an Odoo that is away does not hinder the start."""
        self._hints.open()
        self._context.listen(self._hints.topic, self._wake.set)
        self._task = asyncio.create_task(self._run(), name=f"odoo:{self._model} of {self._route}")

    async def stop(self) -> None:
        """Stop looking; a message that is not accepted will be found again."""
        if self._task is None:
            return
        self._hints.close()
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        self._task = None

    @property
    def dated_by(self) -> str:
        """Name of the date that counts."""
        return self._past.dated_by

    async def line(self) -> datetime | None:
        """Return the go-live line; without one where the first look began."""
        if self._receiver.go_live is not None:
            return self._receiver.go_live
        cursor = await self._receiver.cursor()
        return None if cursor is None else from_odoo_time(str(cursor["line"]))

    def older(self, since: datetime, until: datetime) -> AsyncIterator[Sequence[Arrival]]:
        """Yield the records of before the line. Raises `ConfigurationError` for deletions and closed tasks."""
        return self._past.older(since, until)

    @property
    def _past(self) -> Watch:
        """The watch that reads older records. Raises `ConfigurationError` where nothing tells of them."""
        if isinstance(self._watch, Closings) or self._event == "deleted":
            raise ConfigurationError(
                f"`odoo:{self._model}?event={self._event}` has no past: what is gone is not told again"
            )
        return self._watch

    def name_of(self, arrival: Arrival) -> str:
        """Return model and id."""
        return f"{self._model},{arrival.headers['CaravanaOdooId']}"

    def took(self, arrival: Arrival) -> bool:
        """Whether the record came by itself before."""
        return self._past.took(arrival.headers["CaravanaOdooId"])

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            pause = await self._attempt()
            await self._rest(pause)

    async def _attempt(self) -> float:
        """Look once and return the seconds to rest."""
        try:
            await self._watch.look()
            if self._watch.comparison_due():
                await self._watch.compare()
        except Unavailable as error:
            return error.retry_after
        except EffectError as error:
            return self._bear(error)
        except Exception:
            self._failures += 1
            _log.exception("odoo.watch_failed", route=self._route, model=self._model)
            return PERSON_PAUSE
        if self._failures:
            _log.info("odoo.watch_recovered", route=self._route, model=self._model)
        self._failures = 0
        return self._delay

    def _bear(self, error: EffectError) -> float:
        """Note the failure and return how long to wait before the next try."""
        self._failures += 1
        needs_person = isinstance(error, NeedsPerson | Refused)
        note = _log.error if needs_person else _log.warning
        note(
            "odoo.watch_needs_person" if needs_person else "odoo.watch_waits",
            route=self._route,
            model=self._model,
            error=type(error).__name__,
            code=error.code,
            status=error.status,
        )
        if needs_person:
            return PERSON_PAUSE
        pause = min(max(self._delay, 1.0) * 2.0 ** min(self._failures - 1, 10), LONGEST_PAUSE)
        return max(error.retry_after or 0.0, pause)

    async def _rest(self, seconds: float) -> None:
        """Wait for the time, or for a hint while nothing is wrong."""
        sleeping = asyncio.ensure_future(self._context.clock.sleep(seconds))
        waiting = {sleeping} if self._failures else {sleeping, asyncio.ensure_future(self._hinted())}
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waiting:
                one.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)

    async def _hinted(self) -> None:
        await self._wake.wait()
