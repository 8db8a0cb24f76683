"""`einvoice:findings`: what the doctors of the companies' components find: a certificate that runs out is told in time."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import structlog

from caravana.component.einvoice.company import Companies
from caravana.kit.component import Consumer, Severity
from caravana.kit.errors import CaravanaError
from caravana.kit.ports import Arrival, Receiver, Unavailable

FIRST = 60.0
"""Seconds after the start until the first look: a hub that starts has other work."""
RUNS_OUT = frozenset({"certificate", "quota"})
"""Subjects of which a warning is told, too: it is in time only while it is one."""
PAUSE = 600.0
"""Seconds to the next look after one that failed."""

_log = structlog.get_logger("caravana.einvoice")


class FindingsConsumer(Consumer):
    """Looks every `delay` and hands in one message for each connection: its name, and what is wrong with it."""

    exclusive = True

    def __init__(self, connections: Sequence[str], companies: Companies, delay: timedelta, receiver: Receiver) -> None:
        """`companies`: who is behind the connections."""
        self._connections = connections
        self._companies = companies
        self._delay = delay.total_seconds()
        self._receiver = receiver
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to look."""
        self._task = asyncio.create_task(self._run(), name=f"einvoice:findings of {self._receiver.route_id}")

    async def stop(self) -> None:
        """Look no more."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def _run(self) -> None:
        await self._companies.clock.sleep(min(FIRST, self._delay))
        while True:
            await self._companies.clock.sleep(await self._attempt())

    async def _attempt(self) -> float:
        """Look once and return the seconds to rest."""
        try:
            await self._look()
        except Unavailable as error:
            return error.retry_after
        except Exception:
            _log.exception("einvoice.findings_failed", route=self._receiver.route_id)
            return PAUSE
        return self._delay

    async def _look(self) -> None:
        arrivals = [await self._found(name) for name in self._connections if not self._companies.is_off(name)]
        if arrivals:
            await self._receiver.accept(arrivals)

    async def _found(self, name: str) -> Arrival:
        try:
            findings = await self._companies.of(name).diagnose(name)
        except CaravanaError as error:
            wrong: list[dict[str, Any]] = [
                {"subject": name, "message": str(error), "remedy": "", "severity": "error", "es": ""}
            ]
        else:
            wrong = [
                {**asdict(one), "severity": one.severity.value}
                for one in findings
                if one.severity is Severity.ERROR or (one.severity is Severity.WARNING and one.subject in RUNS_OUT)
            ]
        return Arrival(body={"connection": name, "findings": wrong}, lane=f"einvoice-findings:{name}")
