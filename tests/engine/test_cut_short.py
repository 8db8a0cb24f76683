"""Whoever hands a message in is cut short before he is answered: a poller by a reload, a backfill by a person."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

import pytest

from caravana.engine.receiver import RouteReceiver
from caravana.kit.ports import Arrival
from tests.engine.conftest import Station, route
from tests.support.waiting import eventually


async def accept(receiver: RouteReceiver) -> Any:
    return await receiver.accept([Arrival(body="order 1")], cursor=1)


async def request(receiver: RouteReceiver) -> Any:
    return await receiver.request(Arrival(body="order 1"))


async def feed(receiver: RouteReceiver) -> Any:
    return await receiver.feed([(receiver.entry(Arrival(body="order 1"), "in_only"), "order 1")], "old")


@pytest.mark.parametrize("hand_in", [accept, request, feed])
async def test_what_is_on_disk_is_run(
    station: Station, hand_in: Callable[[RouteReceiver], Coroutine[Any, Any, Any]]
) -> None:
    """The message is stored all the same, and run by this hub, not only by the next one."""
    hub = await station.start(route("- to: 'partner:pay?kind=idempotent'"))
    handing = asyncio.create_task(hand_in(hub.receivers["main"]))
    await asyncio.sleep(0)
    handing.cancel()
    await asyncio.wait([handing])
    assert handing.cancelled()
    await eventually(lambda: station.world.calls == 1, 2)


async def test_a_request_cut_short_is_answered_when_it_is_repeated(station: Station) -> None:
    """The caller who comes again with his key gets the one answer."""
    await station.start(route("- to: 'partner:pay?kind=idempotent'", parameters="{key: '${body}'}"))
    assert station.hub is not None
    receiver = station.hub.receivers["main"]
    asking = asyncio.create_task(request(receiver))
    await asyncio.sleep(0)
    asking.cancel()
    outcome = await receiver.request(Arrival(body="order 1"), timeout=timedelta(seconds=2))
    assert (outcome.state, station.world.calls) == ("done", 1)
