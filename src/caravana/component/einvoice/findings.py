"""`einvoice:findings`: what the doctors of the companies' components find: a certificate that runs out is told in time."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from caravana.component.einvoice.company import Companies
from caravana.kit.component import Severity
from caravana.kit.errors import CaravanaError
from caravana.kit.polling import PollingConsumer
from caravana.kit.ports import Arrival, Receiver

FIRST = timedelta(minutes=1)
"""Time from the start until the first look: a hub that starts has other work."""
RUNS_OUT = frozenset({"certificate", "quota"})
"""Subjects of which a warning is told, too: it is in time only while it is one."""


class FindingsConsumer(PollingConsumer):
    """Looks every `delay` and hands in one message for each connection: its name, and what is wrong with it."""

    def __init__(self, connections: Sequence[str], companies: Companies, delay: timedelta, receiver: Receiver) -> None:
        """`companies`: who is behind the connections."""
        super().__init__(receiver.route_id, companies.clock, delay, first=min(FIRST, delay))
        self._connections = connections
        self._companies = companies
        self._receiver = receiver

    async def look(self) -> None:
        """Hand in what the doctors find. Raises `Unavailable`."""
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
