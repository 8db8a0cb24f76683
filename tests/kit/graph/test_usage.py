"""Meta's budgets, as its headers tell them."""

import asyncio
import json

import pytest

from caravana.kit.clock import ManualClock
from caravana.kit.errors import RateLimited
from caravana.kit.graph.usage import Usage


def business(percent: float, minutes: int = 0) -> dict[str, str]:
    told = {"type": "pages", "call_count": percent, "total_time": 1, "estimated_time_to_regain_access": minutes}
    return {"x-business-use-case-usage": json.dumps({"102": [told, "no object"], "103": None})}


async def test_a_full_budget_stops_calls_for_the_minutes_that_meta_says() -> None:
    """From 95 % on nothing is asked until the time is over; nothing was done meanwhile."""
    clock = ManualClock()
    usage = Usage(clock)
    usage.note(business(96, minutes=7))
    with pytest.raises(RateLimited) as caught:
        await usage.wait()
    assert caught.value.retry_after == 420
    clock.advance(421)
    assert usage.stopped_for is None


async def test_a_filling_budget_spaces_calls_out() -> None:
    """Between 75 and 95 % the pauses grow."""
    clock = ManualClock()
    usage = Usage(clock)
    usage.note({"x-app-usage": '{"call_count": 85, "total_cputime": 3, "total_time": 9}'})
    waiting = asyncio.ensure_future(usage.wait())
    await asyncio.sleep(0)
    clock.advance(2.4)
    await asyncio.sleep(0)
    assert not waiting.done()
    clock.advance(0.2)
    await asyncio.wait_for(waiting, 1)
    clock.advance(700)
    assert usage.percent == 0


async def test_headers_without_sense_say_nothing() -> None:
    """Broken JSON, other shapes and missing headers change nothing."""
    usage = Usage(ManualClock())
    for text in ("", "{", "[]", "3", '{"a": 3}', '{"a": [{"call_count": "x"}]}'):
        usage.note({"x-app-usage": text, "x-business-use-case-usage": text})
    await usage.wait()
    assert usage.percent == 0
