"""How much of Meta's budgets is used, as its answers say in percent, and what pace follows from it."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from caravana.kit.clock import Clock
from caravana.kit.errors import RateLimited

APP = "x-app-usage"
BUSINESS = "x-business-use-case-usage"
PAGE = "x-page-usage"
SLOW_FROM = 75.0
STOP_FROM = 95.0
LONGEST_STEP = 5.0
"""Seconds between two calls shortly before the stop."""
DEFAULT_STOP = timedelta(minutes=5)
"""How long calls rest where Meta says no minutes."""
FORGET = timedelta(minutes=10)
"""After so long a percentage says nothing any more."""
_MEASURES = ("call_count", "total_cputime", "total_time")


class Usage:
    """The budgets of one connection. From 75 % on calls are spaced out, from 95 % on they stop for Meta's minutes."""

    def __init__(self, clock: Clock) -> None:
        """`clock`: the hub's."""
        self._clock = clock
        self._told: dict[str, tuple[float, datetime]] = {}
        self._stopped_until: datetime | None = None

    @property
    def percent(self) -> float:
        """The fullest budget of late."""
        now = self._clock.now()
        return max((used for used, at in self._told.values() if now - at < FORGET), default=0.0)

    @property
    def stopped_for(self) -> float | None:
        """Seconds for which nothing may be asked; None when calls may go out."""
        until = self._stopped_until
        left = (until - self._clock.now()).total_seconds() if until is not None else 0.0
        return left if left > 0 else None

    def note(self, headers: Mapping[str, str]) -> None:
        """Take in what an answer says, a good one's or an error's; headers that make no sense say nothing."""
        now = self._clock.now()
        for name, used, minutes in _budgets(headers):
            self._told[name] = (used, now)
            if used >= STOP_FROM or minutes > 0:
                rest = timedelta(minutes=minutes) if minutes > 0 else DEFAULT_STOP
                self._stopped_until = max(self._stopped_until or now, now + rest)

    async def wait(self) -> None:
        """Return when a call may go out. Raises `RateLimited` when that takes minutes: nothing was asked."""
        left = self.stopped_for
        if left is not None:
            raise RateLimited(
                f"Meta's budget for this connection is used to {self.percent:.0f} %", code="usage", retry_after=left
            )
        over = self.percent - SLOW_FROM
        if over >= 0:
            await self._clock.sleep(LONGEST_STEP * min(1.0, over / (STOP_FROM - SLOW_FROM)))


def _budgets(headers: Mapping[str, str]) -> Iterator[tuple[str, float, float]]:
    """Yield name, percentage and minutes to wait of every budget that the headers tell."""
    for header in (APP, PAGE):
        found = _read(headers.get(header))
        if isinstance(found, dict):
            yield header, _fullest(found), 0.0
    found = _read(headers.get(BUSINESS))
    for business, budgets in found.items() if isinstance(found, dict) else ():
        for one in budgets if isinstance(budgets, list) else ():
            if isinstance(one, dict):
                minutes = _number(one.get("estimated_time_to_regain_access"))
                yield f"{business}:{one.get('type')}", _fullest(one), minutes


def _fullest(budget: Mapping[str, Any]) -> float:
    return max(_number(budget.get(name)) for name in _MEASURES)


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0


def _read(text: str | None) -> Any:
    if not text:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
