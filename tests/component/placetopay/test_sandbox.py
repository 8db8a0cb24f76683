"""The sandbox by itself, called without the component: it keeps the partner's contract."""

import base64
import hashlib
import secrets
from typing import Any

import aiohttp
import pytest

from caravana.component.placetopay.sandbox import Card, build
from caravana.kit.clock import ManualClock
from tests.component.placetopay.harness import NOW, Bench

SEED = NOW.isoformat()
MINIMAL = {
    "ipAddress": "192.0.2.1",
    "userAgent": "test",
    "returnUrl": "https://hub.example/return",
    "payment": {"reference": "A-1", "description": "x", "amount": {"currency": "USD", "total": 115}},
}


def auth(secret: str = "ABCD1234", nonce: bytes | None = None, **changes: Any) -> dict[str, Any]:
    """Return an authentication made here."""
    raw = nonce or secrets.token_bytes(16)
    digest = hashlib.sha256(raw + f"{changes.get('seed', SEED)}{secret}".encode()).digest()
    made = {"login": "shop", "nonce": base64.b64encode(raw).decode(), "seed": SEED}
    return {**made, "tranKey": base64.b64encode(digest).decode(), **changes}


async def post(bench: Bench, path: str, content: Any) -> tuple[int, Any]:
    """Return status and JSON answer of a call."""
    url = bench.context.settings["url"] + path
    async with aiohttp.ClientSession() as http, http.post(url, json=content) as response:
        return response.status, await response.json()


async def create(bench: Bench, payment: dict[str, Any] | None = None, **changes: Any) -> tuple[int, Any]:
    """Create a session with some changes to the smallest call."""
    content = {**MINIMAL, "payment": {**MINIMAL["payment"], **(payment or {})}, **changes}  # type: ignore[dict-item]
    return await post(bench, "/api/session", {"auth": auth(), **content})


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (None, 100),
        ({}, 100),
        ({**auth(), "seed": ""}, 100),
        (auth(login="other"), 101),
        (auth(secret="WRONG"), 102),
        (auth(seed="2026-11-23T15:05:01+00:00"), 103),
        (auth(seed="2026-11-23T14:54:59+00:00"), 103),
        (auth(seed="yesterday"), 107),
        (auth(seed="2026-11-23T15:00:00"), 107),
        (auth(nonce=b"0123456789abcdef") | {"nonce": "not base64!"}, 107),
        (auth() | {"tranKey": 5}, 107),
    ],
    ids=[f"case {number}" for number in range(11)],
)
async def test_each_wrong_authentication_has_its_number(bench: Bench, given: Any, code: int) -> None:
    """The refusal has the partner's shape and number."""
    status, answer = await post(bench, "/api/session", {**MINIMAL, "auth": given})
    assert status == 401
    assert answer["status"]["message"] == f"Authentication failed {code}"
    assert (answer["status"]["status"], answer["status"]["reason"]) == ("FAILED", 401)


async def test_a_seed_within_five_minutes_is_let_in(bench: Bench) -> None:
    """Exactly five minutes of drift still count."""
    content = {**MINIMAL, "auth": auth(seed="2026-11-23T15:05:00+00:00")}
    assert (await post(bench, "/api/session", content))[0] == 200


async def test_a_repeated_nonce_is_refused_in_strict_mode(bench: Bench) -> None:
    """By switch a nonce counts once."""
    same = auth()
    assert (await post(bench, "/api/session", {**MINIMAL, "auth": same}))[0] == 200
    bench.sandbox.site.strict_nonce = True
    fresh = auth()
    assert (await post(bench, "/api/session", {**MINIMAL, "auth": fresh}))[0] == 200
    assert (await post(bench, "/api/session", {**MINIMAL, "auth": fresh}))[0] == 401


@pytest.mark.parametrize(
    ("payment", "changes"),
    [
        ({"reference": "x" * 33}, {}),
        ({"reference": ""}, {}),
        ({"description": "x" * 256}, {}),
        ({"allowPartial": "false"}, {}),
        ({"amount": {"currency": "USD", "total": "115"}}, {}),
        ({"amount": {"currency": "USD", "total": 0}}, {}),
        ({"amount": {"currency": "USD", "total": 1e99}}, {}),
        ({"amount": {"currency": "USD", "total": 1, "taxes": 5}}, {}),
        ({"amount": {"currency": "USD", "total": 1, "taxes": [5]}}, {}),
        (
            {"allowPartial": True, "amount": {"currency": "USD", "total": 1, "taxes": [{"kind": "ice", "amount": 1}]}},
            {},
        ),
        ({}, {"returnUrl": "x" * 256}),
        ({}, {"ipAddress": None}),
        ({}, {"userAgent": "x" * 256}),
        ({}, {"skipResult": "true"}),
        ({}, {"expiration": "2026-11-23T15:04:59+00:00"}),
        ({}, {"expiration": "soon"}),
        ({}, {"buyer": {"email": "x" * 81}}),
        ({}, {"payer": {"name": "4110760000000081"}}),
    ],
    ids=str,
)
async def test_a_wrong_session_is_refused(bench: Bench, payment: dict[str, Any], changes: dict[str, Any]) -> None:
    """Lengths, needed parts, strict booleans, amounts and expiration are checked."""
    status, answer = await create(bench, payment, **changes)
    assert (status, answer["status"]["status"]) == (400, "FAILED")
    assert bench.sandbox.sessions == {}


async def test_text_booleans_can_be_counted_instead(bench: Bench) -> None:
    """By switch a boolean written as text passes and is counted."""
    bench.sandbox.site.strict_booleans = False
    assert (await create(bench, {"allowPartial": "false"}))[0] == 200
    assert bench.sandbox.oddities == {"string_boolean": 1}


async def test_amounts_are_rounded_and_unknown_taxes_vanish(bench: Bench) -> None:
    """Both happen without a word, as at the partner's."""
    taxes = [{"kind": "valueAdedTax", "amount": 1, "base": 2}, {"kind": "ice", "amount": 1.005, "base": 2}]
    _, created = await create(bench, {"amount": {"currency": "USD", "total": 576.9875, "taxes": taxes}})
    _, answer = await post(bench, f"/api/session/{created['requestId']}", {"auth": auth()})
    amount = answer["request"]["payment"]["amount"]
    assert amount["total"] == 576.99
    assert amount["taxes"] == [{"kind": "ice", "amount": 1.01, "base": 2}]
    assert answer["payment"] is None


async def test_a_card_number_vanishes_from_the_buyers_name(bench: Bench) -> None:
    """The buyer's name is removed without a word."""
    _, created = await create(bench, buyer={"name": "4110760000000081", "document": "0912345678"})
    _, answer = await post(bench, f"/api/session/{created['requestId']}", {"auth": auth()})
    assert answer["request"]["buyer"] == {"document": "0912345678"}


async def test_the_old_reverse_takes_a_text_and_no_amount(bench: Bench) -> None:
    """Older clients refund by `/api/reverse`; a second time answers BR."""
    _, created = await create(bench)
    payment = bench.sandbox.pay(created["requestId"])
    content = {"internalReference": str(payment.internal_reference)}
    status, answer = await post(bench, "/api/reverse", {"auth": auth(), **content})
    assert (status, answer["status"]["status"]) == (200, "APPROVED")
    status, answer = await post(bench, "/api/reverse", {"auth": auth(), **content})
    assert (status, answer["status"]["reason"]) == (400, "BR")


async def test_a_stored_token_is_charged(bench: Bench) -> None:
    """Collect answers like a query, with the payment."""
    token = {"token": {"token": bench.sandbox.issue_token()}}
    content = {"auth": auth(), "payment": MINIMAL["payment"], "instrument": token}
    status, answer = await post(bench, "/api/collect", content)
    assert (status, answer["status"]["status"]) == (200, "APPROVED")
    assert (await post(bench, "/api/collect", {**content, "instrument": {}, "auth": auth()}))[0] == 400


async def test_it_is_steered_from_outside(bench: Bench) -> None:
    """Site, notification plan and customer can be set over HTTP, for a demo in another process."""
    assert (await post(bench, "/_sandbox/site", {"pending_delay": 5}))[0] == 200
    assert (await post(bench, "/_sandbox/notifications", {"reference": "A-1", "times": 0}))[0] == 200
    _, created = await create(bench)
    status, paid = await post(bench, "/_sandbox/pay", {"request_id": created["requestId"], "card": "PENDING_APPROVED"})
    assert (status, paid["status"]) == (200, "PENDING")
    bench.clock.advance(5)
    assert bench.sandbox.approved_total("A-") == 115
    assert bench.sandbox.notifier.plans["A-1"].times == 0


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("site", {"colour": "red"}),
        ("site", {"otp": "yes"}),
        ("site", []),
        ("notifications", {"times": "2"}),
        ("notifications", {"signature": "md5"}),
        ("pay", {"request_id": 5}),
        ("pay", {}),
    ],
)
async def test_wrong_steering_is_told(bench: Bench, path: str, content: Any) -> None:
    """A misspelt switch is refused instead of ignored."""
    assert (await post(bench, f"/_sandbox/{path}", content))[0] == 400


def test_settings_come_as_texts() -> None:
    """A configuration's texts become the site's values, and wrong ones are refused."""
    sandbox = build(ManualClock(), {"login": "a", "max_tries": "3", "otp": "true", "pending_delay": "1.5"})
    assert (sandbox.site.max_tries, sandbox.site.otp, sandbox.site.pending_delay) == (3, True, 1.5)
    for wrong in ({"otp": "yes"}, {"max_tries": "many"}, {"colour": "red"}):
        with pytest.raises(ValueError):
            build(ManualClock(), wrong)


async def test_no_card_number_is_kept(bench: Bench) -> None:
    """Nothing in the sandbox's memory holds a whole card number."""
    _, created = await create(bench)
    bench.sandbox.pay(created["requestId"], Card.DENIED)
    bench.sandbox.pay(created["requestId"], Card.APPROVED)
    kept = repr(bench.sandbox)
    assert "0081" in kept
    assert Card.APPROVED.value not in kept
    assert Card.DENIED.value not in kept
