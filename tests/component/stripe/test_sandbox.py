"""The imitation steered from outside, as a demo or a person at a terminal does."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from caravana.component.stripe.sandbox import Account, Plan, build
from caravana.component.stripe.sandbox.form import parse
from caravana.component.stripe.sandbox.webhook import LIVE_WAITS
from caravana.component.stripe.sandbox.wire import ApiError
from caravana.kit.clock import SystemClock
from caravana.kit.errors import RateLimited, Transient, Unknown
from caravana.kit.sandbox import Fault
from tests.component.stripe.harness import Bench, payment_of


@pytest.fixture
async def web() -> AsyncIterator[aiohttp.ClientSession]:
    """A client that is none of the hub's."""
    async with aiohttp.ClientSession() as session:
        yield session


async def steer(bench: Bench, web: aiohttp.ClientSession, name: str, content: Any) -> tuple[int, Any]:
    """POST to a steering address."""
    async with web.post(f"{bench.context.settings['url']}/_sandbox/{name}", json=content) as answer:
        return answer.status, await answer.json()


async def test_a_life_is_steered_from_outside(bench: Bench, web: aiohttp.ClientSession) -> None:
    """Paid, refunded at the dashboard, refund failed, disputed and won, paid out: all by addresses."""
    reply = await bench.create()
    _, paid = await steer(bench, web, "pay", {"request_id": reply["request_id"], "card": "MASTERCARD"})
    assert paid["payment_status"] == "paid"
    _, refund = await steer(bench, web, "refund", {"payment": paid["payment"], "amount": 500})
    _, failed = await steer(bench, web, "fail_refund", {"refund": refund["id"]})
    assert failed["status"] == "failed"
    _, dispute = await steer(bench, web, "dispute", {"payment": paid["payment"]})
    _, won = await steer(bench, web, "dispute_status", {"dispute": dispute["id"], "status": "won"})
    assert won["status"] == "won"
    _, payout = await steer(bench, web, "payout", {})
    assert payout["status"] == "pending"
    async with web.get(f"{bench.context.settings['url']}/_sandbox/sessions") as answer:
        assert (await answer.json())[0]["client_reference_id"] == "CV7K2M-1"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("pay", {"request_id": "cs_test_nobody"}),
        ("pay", []),
        ("account", {"colour": "red"}),
        ("account", {"live": "yes"}),
        ("notifications", {"times": 11}),
        ("notifications", {"often": 1}),
        ("dispute_status", {"dispute": "du_1", "status": "lost"}),
    ],
)
async def test_wrong_steering_is_refused_in_words(
    bench: Bench, web: aiohttp.ClientSession, name: str, content: Any
) -> None:
    """400 with what is wrong."""
    status, told = await steer(bench, web, name, content)
    assert status == 400
    assert told["error"]


async def test_plans_and_account_are_set(bench: Bench, web: aiohttp.ClientSession) -> None:
    """The usual plan, one for a type of event, a switch of the account, a new secret."""
    await steer(bench, web, "notifications", {"times": 2})
    await steer(bench, web, "notifications", {"of": "refund.*", "twin": True})
    await steer(bench, web, "account", {"refund_delay": 5})
    _, rolled = await steer(bench, web, "endpoint", {"url": "http://127.0.0.1:9/"})
    assert rolled["secret"] == bench.sandbox.account.webhook_secret
    _, new = await steer(bench, web, "roll", {"overlap": 60})
    assert new["secret"] != rolled["secret"]
    assert bench.sandbox.webhooks.plan == Plan(times=2)
    assert bench.sandbox.webhooks.plans["refund.*"].twin
    assert bench.sandbox.account.refund_delay == 5.0


async def test_a_schedule_of_chance_is_the_same_every_time(bench: Bench) -> None:
    """Seeded: the same reference meets the same fault."""
    bench.sandbox.webhooks.schedule = [(0.3, Plan(times=0)), (0.3, Plan(times=2))]
    events = [{"type": "x", "data": {"object": {"client_reference_id": f"R-{number}"}}} for number in range(200)]
    first, second = ([bench.sandbox.webhooks.plan_for(one).times for one in events] for _ in range(2))
    assert first == second
    assert {0, 1, 2} == set(first)


@pytest.mark.parametrize(("live", "tries"), [(False, 3), (True, len(LIVE_WAITS) + 1)])
async def test_an_unanswered_event_is_tried_again(bench: Bench, live: bool, tries: int) -> None:
    """Three times with test data, for about three days with live data, then never."""
    bench.sandbox.account.live = live
    bench.sandbox.send_to("http://127.0.0.1:9/")
    bench.sandbox.webhooks.plan = Plan(times=0)
    bench.sandbox.webhooks.plans["checkout.session.completed"] = Plan()
    reply = await bench.create()
    bench.sandbox.pay(reply["request_id"])
    for _ in range(tries + 3):
        await bench.sandbox.webhooks.delivered()
        bench.clock.advance(12 * 3600)
        bench.sandbox.world.calendar.settle()
    assert [one.attempt for one in bench.sandbox.webhooks.deliveries] == list(range(1, tries + 1))


async def test_a_burst_of_refusals_is_seen_as_such(bench: Bench) -> None:
    """Twice too many, once away, then served; nothing was done meanwhile."""
    bench.sandbox.faults.append(Fault("checkout.sessions.*", "status", status=429, times=2))
    bench.sandbox.faults.append(Fault("checkout.sessions.*", "status", status=503))
    for kind in (RateLimited, RateLimited, Transient):
        with pytest.raises(kind):
            await bench.create(key="one")
    assert (await bench.create(key="one"))["state"] == "pending"
    assert bench.sandbox.effects["checkout.sessions.create"] == 1


async def test_a_late_commit_is_at_work_and_then_done(bench: Bench) -> None:
    """The connection is cut at once, the call carried out later: the same key is in use until then, and replayed after."""
    bench.sandbox.faults.append(Fault("checkout.sessions.create", "late_commit", delay=30))
    for code in ("no_answer", "idempotency_key_in_use"):
        with pytest.raises(Unknown) as caught:
            await bench.create(key="one")
        assert caught.value.code == code
    bench.clock.advance(30)
    while not bench.sandbox.effects["checkout.sessions.create"]:
        await asyncio.sleep(0.01)
    reply = await bench.create(key="one")
    assert bench.sandbox.effects["checkout.sessions.create"] == 1
    assert bench.sandbox.session(reply["request_id"])["status"] == "open"


async def test_an_inquiry_takes_no_money_until_it_becomes_a_dispute(bench: Bench) -> None:
    """A warning only asks; unanswered it is closed."""
    payment = payment_of(await bench.paid())
    inquiry = bench.sandbox.dispute(payment, "inquiry")
    assert (inquiry["status"], inquiry["balance_transactions"]) == ("warning_needs_response", [])
    bench.sandbox.disputes.become(inquiry, "needs_response")
    assert [one["net"] for one in inquiry["balance_transactions"]] == [-13_000]
    other = bench.sandbox.dispute(payment_of(await bench.paid(reference="B")), "inquiry")
    bench.clock.advance(7 * 86_400)
    bench.sandbox.world.calendar.settle()
    assert (inquiry["status"], other["status"]) == ("lost", "warning_closed")


def test_settings_are_read_from_texts() -> None:
    """As `caravana sandbox --set` gives them; a wrong one is named with those that there are."""
    account = Account.read({"live": "true", "refund_delay": "5", "name": "Sur"})
    assert (account.live, account.refund_delay, account.name) == (True, 5.0, "Sur")
    for wrong in ({"colour": "red"}, {"live": "perhaps"}, {"refund_delay": "soon"}):
        with pytest.raises(ValueError, match=r"colour|live|soon"):
            build(SystemClock(), wrong)


def test_bracketed_forms_are_read() -> None:
    """Groups, lists with and without numbers, and what is no name."""
    assert parse("a[b][0][c]=1&a[b][1][c]=2&t[]=x&t[]=y&e=") == {
        "a": {"b": [{"c": "1"}, {"c": "2"}]},
        "t": ["x", "y"],
        "e": "",
    }
    for wrong in ("[a]=1", "a[b=1", "a=1&a[b]=2"):
        with pytest.raises(ApiError):
            parse(wrong)
