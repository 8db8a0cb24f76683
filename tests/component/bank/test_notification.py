"""A bank's notifications, over loopback, by the profile that is shipped and by others."""

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import aiohttp
import pytest

from caravana.component.bank import BankComponent
from caravana.kit.branch import Branch
from caravana.kit.component import Consumer
from caravana.kit.errors import ConfigurationError
from caravana.kit.exchange import Exchange, Headers
from caravana.kit.ports import Unavailable
from caravana.kit.signature import hmac_hex
from caravana.kit.uri import Uri
from tests.component.bank.telling import camt053, movement, notification
from tests.component.harness import START, Hub, Inbox, make_exchange, producer_of, run_producer

SECRETS = {"bank_webhook": "new-secret", "bank_old": "old-secret", "bank_token": "a-token"}
ONE = movement("50.00", "N1", "ANA PEREZ", "Factura 123")
TWO = movement("20.00", "N2", "LUIS MORA")
OWN = """\
auth: {auth}
secret: bank_webhook
previousSecret: bank_old
header: X-Bank-Proof
{more}
account: "2100012345"
fields: {{id: txn.id, amount: txn.value, date: txn.when, type: kind, status: state, name: from}}
dates: "%d/%m/%Y"
decimal: ","
creditWords: NC
debitWords: ND
bookedWords: [OK]
"""


@dataclass
class World:
    """A listening bank."""

    hub: Hub
    component: BankComponent
    consumer: Consumer
    session: aiohttp.ClientSession
    path: str
    inbox: Inbox = field(default_factory=Inbox)

    async def post(self, raw: bytes, **headers: str) -> tuple[int, dict[str, object]]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.session.post(self.path, data=raw, headers=named) as answer:
            return answer.status, await answer.json()

    async def post_signed(self, raw: bytes) -> tuple[int, dict[str, object]]:
        return await self.post(raw, X_Signature=hmac_hex(SECRETS["bank_webhook"], raw))


@asynccontextmanager
async def listening(profile: str = "notificacion", folder: Path | None = None) -> AsyncIterator[World]:
    """Listen with a profile; `folder` holds the company's own."""
    hub = Hub(secrets=dict(SECRETS), settings={"bank.profiles": str(folder)} if folder else {})
    component, inbox = BankComponent(hub), Inbox()
    consumer = component.endpoint(Uri.parse(f"bank:notification?profile={profile}")).consumer(inbox)
    await consumer.start()
    async with hub.listening() as base, aiohttp.ClientSession(base) as session:
        yield World(hub, component, consumer, session, f"/bank/{profile}", inbox)
    await consumer.stop()


async def test_each_transaction_is_on_disk_before_the_answer() -> None:
    """A signed notification of two transactions is two messages with the bank's ids as keys."""
    async with listening() as world:
        assert await world.post_signed(notification([ONE, TWO])) == (200, {"accepted": 2, "duplicates": 0})
    assert [one.key for one in world.inbox.accepted] == ["N1:booked", "N2:booked"]
    assert [one.business_keys for one in world.inbox.accepted] == [(("bank", "N1"),), (("bank", "N2"),)]


async def test_the_message_belongs_to_the_branch_of_the_account() -> None:
    """The branch is the one that has the account among its own; where two have it, a person has to say."""
    quito = Branch(name="Quito", company=1, bank_accounts=("2100 012345",))
    async with listening() as world:
        world.hub.settings["branches"] = {"quito": quito}
        await world.post_signed(notification([ONE]))
        world.hub.settings["branches"] = {"quito": quito, "cuenca": quito}
        await world.post_signed(notification([TWO]))
    assert [one.branch for one in world.inbox.accepted] == ["quito", None]


async def test_a_repetition_is_a_duplicate_and_counted() -> None:
    """Alone or among others, a known transaction is answered 200 and taken once."""
    async with listening() as world:
        await world.post_signed(notification([ONE]))
        assert await world.post_signed(notification([ONE, TWO])) == (200, {"accepted": 1, "duplicates": 1})
    assert len(world.inbox.accepted) == 2


async def test_what_is_taken_is_imported_once_with_what_the_statement_says() -> None:
    """The message goes to bank:import; the statement of the next day tells the same credit."""
    async with listening() as world:
        await world.post_signed(notification([ONE]))
        [arrival] = world.inbox.accepted
        importing = producer_of(world.component, "bank:import")
        for _ in range(2):
            exchange = Exchange("x1", arrival.body, Headers(arrival.headers), created=START)
            await run_producer(importing, exchange)
            assert exchange.body["state"] == "taken"
        stated = make_exchange(camt053([movement("50.00", "B77", "ANA PEREZ", "Factura 123")]))
        await run_producer(importing, stated)
        assert stated.body["statements"][0]["known"] == 1
        [kept] = await world.component.desk.book.entries()
    assert (kept.entry.amount, kept.entry.references.bank) == (Decimal("50.00"), "N1")
    assert kept.telling.forms == {"notification:notificacion", "camt.053"}


async def test_who_cannot_prove_it_is_refused_and_counted() -> None:
    """Without, with a wrong and with another body's signature: 401, nothing is taken or kept."""
    raw = notification([ONE])
    async with listening() as world:
        for given in ({}, {"X_Signature": "00"}, {"X_Signature": hmac_hex("new-secret", b"other")}):
            assert (await world.post(raw, **given))[0] == 401
    assert world.consumer.refusals == {"signature": 3}
    assert world.inbox.accepted == []
    assert world.hub.store.records == {}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"amount": "-5.00"}, "`amount` is negative"),
        ({"amount": "5,00"}, "decimal sign"),
        ({"amount": None}, "`amount` is no number"),
        ({"amount": "5.001"}, "more than the 2 places"),
        ({"currency": "ZZZ"}, "the currency `ZZZ` is unknown"),
        ({"bookingDate": "2026-02-30"}, "`date`: `2026-02-30` is no day"),
        ({"id": ""}, "`id` is missing"),
        ({"account": None}, "`account` is missing"),
        ({"type": "loan"}, "neither a word for credits nor one for debits"),
        ({"payer": {"name": "x" * 501}}, "`name` is no short text"),
    ],
)
async def test_what_the_bank_proved_and_cannot_be_read_is_kept(change: dict[str, object], reason: str) -> None:
    """It is answered 400 with the reason, nothing of it is taken, and a person finds what came."""
    content = json.loads(notification([ONE, TWO]))
    content["transactions"][1] |= change
    raw = json.dumps(content).encode()
    async with listening() as world:
        status, answer = await world.post_signed(raw)
        assert (status, answer["error"]) == (400, "unfit")
        assert reason in str(answer["reason"])
        assert world.inbox.accepted == []
        [digest] = [key for scope, key in world.hub.store.records if scope == "bank_file"]
        assert await world.component.desk.book.content(digest) == raw
        again = await world.component.desk.retry(digest[:12])
        assert reason in str(again.reason)


async def test_zero_and_pending_transactions_are_no_money() -> None:
    """They are taken; what was announced and is booked later is money then."""
    pending = json.loads(notification([ONE]))
    pending["transactions"][0]["status"] = "pending"
    async with listening() as world:
        await world.post_signed(json.dumps(pending).encode())
        await world.post_signed(notification([movement("0.00", "N0")]))
        assert await world.post_signed(notification([ONE])) == (200, {"accepted": 1, "duplicates": 0})
        for arrival in world.inbox.accepted:
            await run_producer(producer_of(world.component, "bank:import"), make_exchange(arrival.body))
        entries = await world.component.desk.book.entries()
    assert [one.entry.amount for one in entries] == [Decimal("50.00")]


async def test_a_journal_that_takes_nothing_is_told_to_the_bank() -> None:
    """503 with Retry-After: the bank sends again."""
    async with listening() as world:
        world.inbox.failure = Unavailable("disk full", 7)
        assert await world.post_signed(notification([ONE])) == (503, {"error": "unavailable"})


async def test_an_own_profile_with_a_token(tmp_path: Path) -> None:
    """Another form: no list, a token, decimal commas, words for credit and booked."""
    (tmp_path / "mine.yaml").write_text(OWN.format(auth="token", more=""))
    raw = json.dumps(
        {"txn": {"id": 7, "value": "1.250,00", "when": "23/11/2026"}, "kind": "nc", "state": "ok", "from": "ANA"}
    )
    async with listening("mine", tmp_path) as world:
        assert (await world.post(raw.encode(), X_Bank_Proof="wrong"))[0] == 401
        assert (await world.post(raw.encode(), X_Bank_Proof="Bearer new-secret"))[0] == 200
        assert (await world.post(raw.encode(), X_Bank_Proof="old-secret"))[0] == 200
        [arrival] = world.inbox.accepted
        await run_producer(producer_of(world.component, "bank:import"), make_exchange(arrival.body))
        [kept] = await world.component.desk.book.entries()
    assert (kept.entry.account, kept.entry.signed) == ("2100012345", Decimal("1250.00"))


async def test_an_own_profile_with_a_signed_time(tmp_path: Path) -> None:
    """The signature in base64 covers time and body; an old one is refused, so that nobody sends it again for ever."""
    more = "algorithm: sha512\nencoding: base64\ntimestampHeader: X-Time\ntolerance: 5m"
    (tmp_path / "mine.yaml").write_text(OWN.format(auth="hmac", more=more))
    raw = b'{"txn": {"id": "7", "value": 10, "when": "23/11/2026"}, "kind": "NC", "state": "OK"}'

    def signed(stamp: int) -> dict[str, str]:
        digest = hmac.new(b"new-secret", f"{stamp}.".encode() + raw, hashlib.sha512).digest()
        return {"X_Time": str(stamp), "X_Bank_Proof": base64.b64encode(digest).decode()}

    now = int(START.timestamp())
    async with listening("mine", tmp_path) as world:
        assert (await world.post(raw, **signed(now - 299)))[0] == 200
        assert (await world.post(raw, **signed(now - 301)))[0] == 401
        assert (await world.post(raw, **{**signed(now), "X_Time": str(now + 1)}))[0] == 401
        assert (await world.post(raw, X_Bank_Proof="x"))[0] == 401
    assert world.consumer.refusals == {"timestamp": 2, "signature": 1}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (OWN.format(auth="magic", more=""), "auth"),
        (OWN.format(auth="token", more="colour: red"), "colour"),
        (OWN.format(auth="token", more="").replace("bookedWords: [OK]", ""), "bookedWords"),
        (OWN.format(auth="token", more="").replace("txn.value", '"txn["'), "JSONPath"),
        ("fields: [", "YAML"),
    ],
)
def test_a_wrong_profile_is_refused_at_the_start(text: str, told: str, tmp_path: Path) -> None:
    """With its file and what is wrong."""
    (tmp_path / "mine.yaml").write_text(text)
    component = BankComponent(Hub(secrets=dict(SECRETS), settings={"bank.profiles": str(tmp_path)}))
    with pytest.raises(ConfigurationError, match=told) as caught:
        component.endpoint(Uri.parse("bank:notification?profile=mine")).consumer(Inbox())
    assert "mine.yaml" in str(caught.value)


def test_an_unknown_profile_is_told_with_the_nearest() -> None:
    """Neither an empty secret nor a misspelt profile gets as far as a running hub."""
    component = BankComponent(Hub(secrets={**SECRETS, "bank_webhook": ""}))
    with pytest.raises(ConfigurationError, match="notificacion"):
        component.endpoint(Uri.parse("bank:notification?profile=notificacio")).consumer(Inbox())
    with pytest.raises(ConfigurationError, match="empty"):
        component.endpoint(Uri.parse("bank:notification?profile=notificacion")).consumer(Inbox())
