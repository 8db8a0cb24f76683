"""Signed webhooks: recorded vectors, forgeries, time, rotation, and what reaches the route."""

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from caravana.component.ecuafact import signing
from caravana.component.ecuafact.signing import WrongSignature
from caravana.kit.authority import Plan
from caravana.kit.authority.telling import TellingPlan
from caravana.kit.component import Consumer
from caravana.kit.uri import Uri
from caravana.testing.harness import Inbox
from tests.component.ecuafact.bench import Bench, bench
from tests.component.ecuafact.recorded import CLAVE, vectors

TOLERANCE = timedelta(seconds=300)
VECTORS = vectors()
RAW = VECTORS["body"].encode()
TIME = datetime.fromtimestamp(VECTORS["unix"], UTC)
OWN = {"ecuafact-signature": VECTORS["Ecuafact-Signature"]}
STANDARD = {name: VECTORS[name] for name in ("webhook-id", "webhook-timestamp", "webhook-signature")}


def prove(headers: dict[str, str], raw: bytes = RAW, secrets: tuple[str, ...] = (), now: datetime = TIME) -> None:
    """Prove a webhook. Raises `WrongSignature`."""
    signing.prove(lambda name: headers.get(name, ""), raw, secrets or (VECTORS["secret"],), now, TOLERANCE)


@pytest.mark.parametrize("headers", [OWN, STANDARD, {**OWN, **STANDARD}])
def test_the_recorded_signatures_are_right(headers: dict[str, str]) -> None:
    """Both signatures that Ecuafact's client made, each alone and together, also with an old secret beside."""
    prove(headers)
    prove(headers, secrets=("whsec_b2xk", VECTORS["secret"]))
    for off in (-300, 300):
        prove(headers, now=TIME + timedelta(seconds=off))


@pytest.mark.parametrize("headers", [OWN, STANDARD])
def test_a_forgery_is_refused(headers: dict[str, str]) -> None:
    """Another body, another secret, another time, a signature that is none."""
    with pytest.raises(WrongSignature, match="signature"):
        prove(headers, RAW.replace(b"enviado", b"enviadO"))
    with pytest.raises(WrongSignature, match="signature"):
        prove(headers, secrets=("whsec_b3RoZXI=",))
    for off in (-301, 301):
        with pytest.raises(WrongSignature, match="time"):
            prove(headers, now=TIME + timedelta(seconds=off))
    for wrong in ("", "v1", "t=1,v1=", "v1,aaaa", "t=٣,v1=00", "v1,é"):
        changed = {name: wrong if name.endswith("signature") else value for name, value in headers.items()}
        with pytest.raises(WrongSignature):
            prove(changed)


def test_one_of_two_signatures_is_enough() -> None:
    """As Ecuafact's own client has it: the second can only be right where the secret is base64. None at all is nobody's."""
    prove({**OWN, **STANDARD, "webhook-signature": "v1,AAAA"})
    prove({**STANDARD, "ecuafact-signature": "t=1,v1=00"})
    both = {**STANDARD, "ecuafact-signature": "t=1,v1=00", "webhook-signature": "v1,AAAA"}
    for wrong in ({}, both):
        with pytest.raises(WrongSignature, match="signature"):
            prove(wrong)
    with pytest.raises(WrongSignature, match="time"):
        prove({**OWN, **STANDARD}, now=TIME + timedelta(hours=1))


@asynccontextmanager
async def listening(at: Bench) -> AsyncIterator[tuple[Inbox, Consumer, str]]:
    """Take notifications; yields what came in, who takes it, and its address."""
    inbox = Inbox("ecuafact:notification")
    consumer = at.component.endpoint(Uri.parse("ecuafact:notification?connection=ecuafact")).consumer(inbox)
    async with at.hub.listening() as address:
        await consumer.start()
        yield inbox, consumer, f"{address}/ecuafact/ecuafact"
        await consumer.stop()


async def post(url: str, raw: bytes, headers: dict[str, str]) -> int:
    """Post, and return the status."""
    async with aiohttp.ClientSession() as http, http.post(url, data=raw, headers=headers) as response:
        return response.status


async def test_the_recorded_webhook_reaches_the_route_once() -> None:
    """A hint with names only; repeats and the other signature are the same event."""
    async with bench({"webhookSecrets": VECTORS["secret"]}, start=TIME) as at, listening(at) as (inbox, consumer, url):
        assert [await post(url, RAW, headers) for headers in (OWN, STANDARD, OWN)] == [200] * 3
        assert len(inbox.accepted) == 1
        body = inbox.accepted[0].body
        assert (body["access_key"], body["kind"], body["status"]) == (CLAVE, "document.authorized", "enviado")
        assert body["request_id"] == "55c55b4c-b0a9-52ec-8b27-335c9f7fc44d"
        assert inbox.accepted[0].business_keys == (("invoice", CLAVE),)
        assert await post(url, RAW + b" ", OWN) == 401
        at.clock.advance(301)
        assert await post(url, RAW, OWN) == 401
        assert consumer.refusals == {"signature": 1, "time": 1}


async def test_the_imitation_tells_what_happened() -> None:
    """Authorised, refused and unknown bring an event each, doubled and late ones one message; a probe brings none."""
    async with bench(unknown_for=5) as at, listening(at) as (inbox, consumer, url):
        at.sandbox.account.change({"webhook_url": url})
        at.sandbox.teller.plans["operation.requires_attention"] = TellingPlan(times=2, delay=20)
        await at.issue()
        at.sandbox.authority.plans.append(Plan(where="01 001-001-000000002", returned=("35",)))
        await at.issue(referencia="odoo/account.move,9")
        at.sandbox.probe()
        await at.later(40)
        await at.sandbox.teller.delivered()
        kinds = [one.body["kind"] for one in inbox.accepted]
        assert sorted(kinds) == [
            "document.authorized",
            "document.rejected",
            "operation.requires_attention",
            "operation.requires_attention",
        ]
        assert kinds.index("document.authorized") < kinds.index("operation.requires_attention")
        assert [one.answered for one in at.sandbox.teller.deliveries] == [200] * 7
        at.sandbox.account.change({"signature_age": 400})
        at.sandbox.probe()
        await asyncio.sleep(0)
        await at.sandbox.teller.delivered()
        assert consumer.refusals == {"time": 1}


@pytest.mark.parametrize(
    "raw", [b"[]", b"{}", b"\xff", b'{"eventType": "x"}', b'{"eventType": "x", "idOperacion": "no"}']
)
async def test_what_is_no_event_is_refused(raw: bytes) -> None:
    """Rightly signed and yet nothing that could be asked about: 400, and nothing stored."""
    async with bench() as at, listening(at) as (inbox, _, url):
        headers = signed(raw, at.sandbox.account.webhook_secret, at.clock.now())
        assert await post(url, raw, headers) == 400
        assert inbox.accepted == []


def signed(raw: bytes, secret: str, now: datetime) -> dict[str, str]:
    """Return the header of Ecuafact's own signature."""
    stamp = str(int(now.timestamp()))
    made = hmac.new(secret.encode(), f"{stamp}.".encode() + raw, hashlib.sha256).hexdigest()
    return {"Ecuafact-Signature": f"t={stamp},v1={made}"}
