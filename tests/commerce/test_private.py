"""Marked values in all that three companies answer and post: none is found in what the hub keeps, writes, tells or prints."""

import asyncio
import hashlib
import hmac
import json
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from typer.testing import CliRunner

from caravana.cli import app as cli
from caravana.component.payphone.sandbox import Card as PayphoneCard
from caravana.component.payphone.sandbox import PayphoneSandbox
from caravana.component.payphone.sandbox.payment import HOLDER, PAYER
from caravana.component.placetopay.sandbox import Card, PlacetopaySandbox
from caravana.component.stripe.sandbox import Card as StripeCard
from caravana.component.stripe.sandbox import StripeSandbox
from caravana.kit.sandbox import Fault
from tests.commerce.test_refunds import refund
from tests.commerce.test_three import Mall, mall
from tests.support.journals import journal_of

__all__ = ["mall"]
MARKED = {
    "cardNumber": "5367680000000005",
    "number": "4242 4242 4242 4242",
    "cvv": "cvv-marked-973",
    "document": "0926687856",
    "email": "ana.marcada@example.com",
    "mobile": "+593998877665",
    "token": "tok_marked_a1b2c3",
    "holder": "ANA MARCADA",
}
"""What a company may send beside what it documents, by the names that it would have."""
PERSON = {"payer": MARKED, "customer_details": MARKED, "billing_details": MARKED}
SPOKEN = f"Card {MARKED['cardNumber']} is refused"
"""What stands in an error's own words."""


def marked(found: Any) -> Any:
    """Return a company's JSON with a person's data in every object; its words name a card."""
    if isinstance(found, dict):
        known = {key: marked(one) for key, one in found.items()}
        words = {key: f"{known[key]} {SPOKEN}" for key in ("message",) if isinstance(known.get(key), str)}
        return {**{key: one for key, one in {**MARKED, **PERSON}.items() if key not in known}, **known, **words}
    return [marked(one) for one in found] if isinstance(found, list) else found


def marking(inner: ASGIApp, told: list[str]) -> ASGIApp:
    """Return the company's service with marked values in all its JSON; `told` gets the paths that it answered."""

    async def outer(scope: Scope, receive: Receive, send: Send) -> None:
        start: list[Message] = []
        parts: list[bytes] = []

        async def through(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.append(message)
            elif message["type"] == "http.response.body" and start:
                parts.append(message.get("body", b""))
                if not message.get("more_body"):
                    told.append(scope["path"])
                    await _answer(start[0], b"".join(parts), send)
            else:
                await send(message)

        await inner(scope, receive, send if scope["type"] != "http" else through)

    return outer


async def _answer(start: Message, body: bytes, send: Send) -> None:
    headers = [(name, value) for name, value in start["headers"] if name.lower() != b"content-length"]
    if any(b"application/json" in value for name, value in headers if name.lower() == b"content-type"):
        body = json.dumps(marked(json.loads(body))).encode()
    await send({**start, "headers": [*headers, (b"content-length", str(len(body)).encode())]})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture
def talkative(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The three companies tell more than anybody should know; returns the paths of what they answered."""
    told: list[str] = []

    def wrap(app: Callable[[Any], ASGIApp]) -> Callable[[Any], ASGIApp]:
        return lambda self: marking(app(self), told)

    for company in (PlacetopaySandbox, PayphoneSandbox, StripeSandbox):
        monkeypatch.setattr(company, "app", wrap(company.app))
    return told


async def post(mall: Mall, path: str, content: dict[str, Any], **headers: str) -> int:
    """Post a notification, as a company or as somebody who says that he is one."""
    raw = json.dumps(content).encode()
    address = f"{mall.shop.url}{path}"
    kind = {"Content-Type": "application/json", **headers}
    async with mall.shop.web.post(address, data=raw, headers=kind) as answer:
        await answer.read()
        return answer.status


async def notifications(mall: Mall, request_id: str, session: str, number: int) -> list[int]:
    """Have each company notify with marked values, well signed and badly; return how they were answered."""
    date = "2026-11-28T10:00:00-05:00"
    secret = mall.shop.provider.site.secret_key
    proof = hashlib.sha256(f"{request_id}APPROVED{date}{secret}".encode()).hexdigest()
    told = {"status": {"status": "APPROVED", "date": date}, "requestId": int(request_id), "reference": "CV1-1"}
    now = int(mall.stripe.clock.now().timestamp())
    event = {"id": "evt_marked", "object": "event", "type": "checkout.session.completed", "created": now}
    event = marked({**event, "data": {"object": {"id": session, "object": "checkout.session"}}})
    signed = f"{now}.".encode() + json.dumps(event).encode()
    proven = hmac.new(mall.stripe.account.webhook_secret.encode(), signed, hashlib.sha256).hexdigest()
    rung = {
        "TransactionId": number,
        "ClientTransactionId": "CV1-1",
        "StatusCode": 3,
        "StoreId": mall.payphone.store.store_id,
    }
    return [
        await post(mall, "/placetopay/placetopay", marked({**told, "signature": f"sha256:{proof}"})),
        await post(mall, "/placetopay/placetopay", marked({**told, "signature": f"sha256:{MARKED['token']}"})),
        await post(mall, "/stripe/stripe", event, **{"Stripe-Signature": f"t={now},v1={proven}"}),
        await post(mall, "/stripe/stripe", event, **{"Stripe-Signature": f"t={now},v1={MARKED['token']}"}),
        await post(mall, "/payphone/payphone/NotificacionPago", marked(rung)),
        await post(mall, "/payphone/payphone/NotificacionPago", marked({"TransactionId": MARKED["number"]})),
    ]


def records(mall: Mall) -> str:
    """Return all that Odoo has of messages, tasks, payments, orders and names."""
    found = []
    for model in ("mail.message", "mail.activity", "account.payment", "sale.order", "ir.model.data"):
        one = mall.shop.odoo.env[model]
        found.append(json.dumps(one.read(one.search([], context={"active_test": False}), []), default=str))
    return "\n".join(found)


def printed(folder: Path, payment: str) -> list[str]:
    """Return messages and a payment as the commands print them as JSON, from a copy of the journal of the hub that runs."""
    with (
        closing(sqlite3.connect(folder / "caravana.db")) as journal,
        closing(sqlite3.connect(folder / "copy.db")) as copy,
    ):
        journal.backup(copy)
    file = folder / "looking.yaml"
    file.write_text(f"journal: sqlite:///{folder}/copy.db\n")

    def run(*arguments: str) -> str:
        result = CliRunner().invoke(cli, [*arguments, "--json", "--config", str(file)])
        assert result.exit_code == 0, result.output
        return result.output

    listed = run("messages", "list", "--limit", "500")
    shown = [run("messages", "show", str(one["id"])) for one in json.loads(listed)[:60]]
    return [run("payments", "show", payment), run("review"), listed, *shown]


@pytest.mark.timeout(240)
async def test_nothing_marked_is_kept_told_or_printed(
    talkative: list[str],
    mall: Mall,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Sessions, declines, payments, notifications, confirmation, refunds, faults, sweep, events: then all is searched."""
    shop = mall.shop
    orders = {store: shop.order() for store in ("placetopay", "payphone", "stripe")}
    for sandbox in (shop.provider, mall.payphone, mall.stripe):
        sandbox.faults += [Fault("*", "not_json"), Fault("*", "status", status=500)]
    for store, order in orders.items():
        await mall.choose(order, store)
        await mall.choose(order, store)
        await mall.choose(order, store)
    placetopay, session = [(await mall.attempt(orders[one]))["request_id"] for one in ("placetopay", "stripe")]
    shop.provider.pay(placetopay, Card.DENIED)
    shop.provider.pay(placetopay, Card.MASTERCARD)
    mall.stripe.pay(session, StripeCard.DECLINED)
    mall.stripe.pay(session, StripeCard.GOOD)
    mall.payphone.faults.append(Fault("confirm", "cut_after"))
    name = (await mall.attempt(orders["payphone"]))["reference"]
    paid = mall.payphone.pay(name, PayphoneCard.MASTERCARD)
    answered = await notifications(mall, str(placetopay), session, int(str(paid.id)))
    assert (answered[0] < 300, answered[1] >= 400, answered[2] < 300, answered[3] >= 400) == (True,) * 4
    for order in orders.values():
        await shop.told(order)
        await shop.page(await shop.link(order))
    mall.stripe.faults.append(Fault("refunds.create", "cut_after"))
    for order in orders.values():
        reference = (await mall.attempt(order))["reference"]
        await refund(shop, reference, amount="500")
        await refund(shop, reference)
    await shop.idle()
    kept = [await shop.hub.store.find(scope) for scope in ("card_attempt", "card_refund", "card_events", "review")]
    text = [journal_of(tmp_path / "caravana.db"), caplog.text, *capsys.readouterr(), repr(kept), records(mall)]
    text += await asyncio.to_thread(printed, tmp_path, (await mall.attempt(orders["stripe"]))["reference"])
    secrets = {shop.provider.site.secret_key, mall.payphone.store.token}
    secrets |= {mall.stripe.account.secret_key, mall.stripe.account.webhook_secret}
    cards = {*Card, *StripeCard, *PayphoneCard}
    marks = {*MARKED.values(), *secrets, *map(str, cards), HOLDER, *PAYER.values(), "a-secret-for-tests-only"}
    asked = (
        "/api/session",
        "/api/transaction",
        "/v1/checkout/sessions",
        "/v1/refunds",
        "/v1/events",
        "Confirm",
        "Reverse",
    )
    assert [one for one in asked if not any(one in path for path in talkative)] == []
    assert [one for one in (paid.name, str(placetopay), session, "0005", "is refused") if one not in text[0]] == []
    places = ("journal", "log", "out", "err", "store", "odoo")
    found = {
        (dict(enumerate(places)).get(n, "cli"), mark) for n, one in enumerate(text) for mark in marks if mark in one
    }
    assert found == set()
    assert not re.search(r"cvv-marked|Ana Marcada", "".join(text), re.IGNORECASE)
