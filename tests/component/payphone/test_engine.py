"""The two steps on the hub itself: what its engine makes of lost answers, and that nothing of card and payer stays anywhere."""

import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from caravana.component.payphone.sandbox import Card, PayphoneSandbox, Store
from caravana.component.payphone.sandbox.payment import HOLDER, PAYER
from caravana.kit.sandbox import Fault
from caravana.kit.serving import serve
from caravana.testing import RouteTest
from caravana.testing.routes import RunningRoutes
from tests.component.payphone.till import order
from tests.support.evening import zone_before_eight
from tests.support.journals import journal_of
from tests.support.leaping import LeapingClock, at_rest
from tests.support.waiting import eventually

ROUTES = """
- route:
    id: prepare
    from:
      uri: direct:prepare
      steps:
        - to: payphone:create
        - to: mock:prepared
- route:
    id: confirm
    from:
      uri: direct:confirm
      steps:
        - to: payphone:confirm
        - to: mock:confirmed
- route:
    id: refund
    from:
      uri: direct:refund
      steps:
        - to: payphone:refund
        - to: mock:refunded
"""
SWEEP = """
- route:
    id: sweep
    from:
      uri: timer:sweep?period=60s&delay=60s
      steps:
        - setBody: {constant: "CV7-1"}
        - setBody: {method: {ref: asked}}
        - to: payphone:query
        - choice:
            when:
              - simple: "${body[state]} == 'action_needed'"
                steps:
                  - setBody: {method: {ref: waiting}}
                  - to: payphone:confirm
                  - to: mock:confirmed
"""
RANG = """
- route:
    id: rang
    from:
      uri: payphone:notification
      steps:
        - to: payphone:query
        - setBody: {method: {ref: waiting}}
        - to: payphone:confirm
        - to: mock:confirmed
"""


def asked(body: str) -> dict[str, Any]:
    """Return what is asked about an attempt."""
    return {"reference": body}


def waiting(body: dict[str, Any]) -> dict[str, Any]:
    """Return the payment that waits for Confirm."""
    return {"reference": body["reference"], "payment": body["payments"][0]["internal_reference"]}


@asynccontextmanager
async def hub(
    route_test: RouteTest, routes: str = ROUTES, *, store: Store | None = None, **settings: Any
) -> AsyncIterator[tuple[RunningRoutes, PayphoneSandbox]]:
    """Run routes with PayPhone's imitation, thirty seconds in one."""
    clock = LeapingClock(time.time(), 30)
    zone = zone_before_eight(clock)
    sandbox = PayphoneSandbox(clock=clock, store=store or Store())
    sandbox.store.zone = zone
    callables = {"asked": asked, "waiting": waiting}
    async with serve(sandbox.app()) as url:
        connection = {"url": url, "zone": zone, **sandbox.connection(), **settings}
        connections = {"payphone": connection}
        alive = routes != ROUTES
        async with route_test(
            routes, consumers=alive, connections=connections, clock=clock, callables=callables
        ) as running:
            yield running, sandbox
        await sandbox.close()


def hurrying(running: RunningRoutes, *, at_work: bool = False) -> AbstractAsyncContextManager[None]:
    """Move the clock ahead while the block runs: whenever the hub rests, or also `at_work`, where its work is to wait."""
    clock = running.hub.clock
    assert isinstance(clock, LeapingClock)
    return clock.hurrying() if at_work else clock.hurrying(lambda: at_rest(running.hub))


async def paid(sandbox: PayphoneSandbox, running: RunningRoutes, card: str = Card.APPROVED) -> dict[str, Any]:
    """Prepare a payment and pay it; return what names it."""
    now = sandbox.clock.now().isoformat()
    await running.send("prepare", order(expiration=now))
    return {"reference": "CV7-1", "payment": str(sandbox.pay("CV7-1", card).id)}


async def test_a_lost_confirmation_is_made_good(route_test: RouteTest) -> None:
    """The answer is lost, the engine confirms again by itself, and PayPhone did it once."""
    async with hub(route_test) as (running, sandbox):
        named = await paid(sandbox, running)
        sandbox.faults.append(Fault("confirm", "cut_after"))
        await running.send("confirm", named)
        await eventually(lambda: running.mock("confirmed").bodies)
        assert running.mock("confirmed").bodies[0]["state"] == "paid"
        assert (sandbox.calls["confirm"], sandbox.effects["confirm"]) == (2, 1)


async def test_a_confirmation_that_nothing_tells_is_in_doubt(route_test: RouteTest) -> None:
    """No query, no repetition: when the five minutes are over the exchange is in doubt, and no money is claimed or lost."""
    store = Store(query_covers=False, confirm_repeats=False)
    async with hub(route_test, store=store, queryCovers=False) as (running, sandbox):
        named = await paid(sandbox, running)
        sandbox.faults.append(Fault("confirm", "cut_after"))
        async with hurrying(running, at_work=True):
            [exchange] = await running.send("confirm", named)
            assert (await running.states())[exchange] == "in_doubt"
        assert running.mock("confirmed").bodies == []
        assert sandbox.effects["confirm"] == 1


async def test_a_lost_refund_is_made_once(route_test: RouteTest) -> None:
    """The answer is lost, the engine asks, and the payment shows that it went back."""
    async with hub(route_test) as (running, sandbox):
        named = await paid(sandbox, running)
        await running.send("confirm", named)
        sandbox.faults.append(Fault("reverse", "cut_after"))
        await running.send("refund", {**named, "reference": "CV7-1-R1", "amount": None})
        await eventually(lambda: running.mock("refunded").bodies)
        assert running.mock("refunded").bodies[0]["result"] == "done"
        assert sandbox.calls["reverse"] == sandbox.effects["reverse"] == 1


async def test_the_sweep_alone_saves_the_money(route_test: RouteTest) -> None:
    """No return and no notification: asking each minute finds the payment, and confirms it before PayPhone gives it back."""
    async with hub(route_test, ROUTES + SWEEP) as (running, sandbox):
        await paid(sandbox, running)
        async with hurrying(running):
            await eventually(lambda: running.mock("confirmed").bodies, timeout=30)
        assert sandbox.payment("CV7-1").confirmed
        assert sandbox.kept_total() == 11500


async def test_the_doorbell_alone_saves_the_money(route_test: RouteTest) -> None:
    """The query knows no buttons, and the browser never returns: the notification names the payment, and it is confirmed."""
    store = Store(query_covers=False)
    settings = {"queryCovers": False, "notification": True}
    async with (
        hub(route_test, ROUTES + RANG, store=store, **settings) as (running, sandbox),
        running.listening() as url,
    ):
        sandbox.store.notification_url = f"{url}/payphone/payphone/NotificacionPago"
        await paid(sandbox, running)
        await eventually(lambda: running.mock("confirmed").bodies)
        await sandbox.notifier.delivered()
        assert sandbox.kept_total() == 11500


async def test_nothing_of_card_payer_and_token_is_kept(
    route_test: RouteTest, tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """After every way a call can go wrong, neither journal nor logs hold a card's digits, a payer's data, or the token."""
    async with hub(route_test) as (running, sandbox):
        named = await paid(sandbox, running, Card.MASTERCARD)
        sandbox.faults += [Fault("confirm", "cut_after"), Fault("confirm", "not_json"), Fault("confirm", status=500)]
        await running.send("confirm", named)
        await running.send("confirm", {**named, "payment": "999"})
        sandbox.store.store_id = "another"
        await running.send("prepare", order(reference="CV8-1"))
        async with hurrying(running):
            await eventually(lambda: running.mock("confirmed").bodies, timeout=30)
    marks = (Card.MASTERCARD, Card.MASTERCARD[:6], HOLDER, *PAYER.values(), sandbox.store.token)
    text = journal_of(tmp_path / "journal.db") + caplog.text + "".join(capsys.readouterr())
    assert named["payment"] in text
    assert "Mastercard" in text
    assert [one for one in marks if one in text] == []
