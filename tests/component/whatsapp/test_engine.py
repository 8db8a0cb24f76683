"""WhatsApp on the hub itself: bodies on disk, one exchange of each update, answers, doubt that a status ends."""

import asyncio
import copy
import itertools
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest

from caravana.component.whatsapp.line import PAIRS
from caravana.component.whatsapp.message import STATES
from caravana.component.whatsapp.sandbox import Account, MetaSandbox
from caravana.engine.configuration import Retention
from caravana.engine.housekeeping import Housekeeping
from caravana.kit.clock import Clock, ManualClock, ScaledClock
from caravana.kit.graph.contact import CONTACTS
from caravana.kit.graph.posting import SMALL, first_person
from caravana.kit.graph.updates import split
from caravana.kit.sandbox import Fault
from caravana.kit.serving import serve
from caravana.kit.signature import hmac_hex
from caravana.testing import RouteTest
from caravana.testing.routes import RunningRoutes
from tests.component.whatsapp.meta import ANA, FOLDER, NUMBER, SECRET
from tests.support.waiting import eventually

ROUTES = """
- route:
    id: whatsapp-in
    from:
      uri: whatsapp:messages
      steps:
        - to: whatsapp:split?messages=seda:chat&statuses=seda:statuses&others=seda:others&oldest=0
        - to: mock:split
- route:
    id: chat
    from:
      uri: seda:chat
      steps:
        - to: mock:chat
        - choice:
            when:
              - simple: "${header.MetaType} == 'text'"
                steps:
                  - choice:
                      when:
                        - simple: "${body[content][text][body]} == 'menu'"
                          steps:
                            - setBody: {method: {ref: answer}}
                            - to: whatsapp:buttons
                            - to: mock:sent
- route:
    id: statuses
    from:
      uri: seda:statuses
      steps:
        - to: mock:statuses
- route:
    id: others
    from:
      uri: seda:others
      steps:
        - to: mock:others
"""
WEBHOOKS: dict[str, Any] = json.loads((FOLDER / "webhooks.json").read_text("utf-8"))


def answer(body: dict[str, Any]) -> dict[str, Any]:
    """Return what a customer is answered."""
    buttons = [{"id": "menu:1", "title": "Pedidos"}]
    return {"to": body["contact"], "reply_to": body["content"]["id"], "text": "Elija", "buttons": buttons}


@asynccontextmanager
async def hub(
    route_test: RouteTest, clock: Clock | None = None, **settings: Any
) -> AsyncIterator[tuple[RunningRoutes, MetaSandbox]]:
    """Run the routes with Meta's imitation, which tells at once what becomes of messages."""
    sandbox = MetaSandbox(account=Account(sent_after=0.01, delivered_after=0.02, retry_after=0.05, fetch=False))
    async with serve(sandbox.app()) as url:
        connection = {"url": url, "timeout": "2s", **sandbox.connection(), **settings}
        async with (
            route_test(
                ROUTES,
                consumers=True,
                connections={"whatsapp": connection},
                callables={"answer": answer},
                clock=clock,
            ) as running,
            running.listening() as base,
        ):
            await sandbox.webhooks.subscribe(
                "whatsapp_business_account",
                f"{base}/whatsapp/whatsapp",
                "verify_test",
                ("messages", "user_preferences"),
            )
            sandbox.webhooks.subscribed[sandbox.account.waba_id] = ""
            yield running, sandbox
        await sandbox.close()


def hurried() -> Clock:
    """Return a clock on which a minute is a tenth of a second."""
    return ScaledClock(time.time(), 600.0)


async def post(running: RunningRoutes, content: Any, **encoding: Any) -> int:
    """Post a body as Meta does, and wait until nothing is left to do."""
    raw = json.dumps(content, **encoding).encode()
    headers = {"X-Hub-Signature-256": "sha256=" + hmac_hex(SECRET, raw)}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{running.hub.listener.public_url}/whatsapp/whatsapp", data=raw, headers=headers) as answered,
    ):
        status = answered.status
    await running.quiet()
    return status


async def test_bodies_of_one_person_are_split_in_the_order_they_came(route_test: RouteTest) -> None:
    """What comes moments apart from one person keeps its order: the bodies share a lane; other people's have their own."""
    people = {"593987650001": "EC.1", "593987650002": "EC.2"}
    async with hub(route_test) as (running, _), aiohttp.ClientSession() as session:
        for number, (phone, bsuid) in itertools.product(range(10), people.items()):
            raw = json.dumps(written(phone, bsuid, str(number))).encode()
            headers = {"X-Hub-Signature-256": "sha256=" + hmac_hex(SECRET, raw)}
            address = f"{running.hub.listener.public_url}/whatsapp/whatsapp"
            async with session.post(address, data=raw, headers=headers) as answered:
                assert answered.status == 200
        await eventually(lambda: len(running.mock("chat").received) == 20)
        for bsuid in people.values():
            told = [one.body for one in running.mock("chat").received if one.headers["MetaContact"] == bsuid]
            assert [one["content"]["text"]["body"] for one in told] == [str(number) for number in range(10)]
        rows = await running.hub.journal.query("select distinct lane from exchange where route = 'whatsapp-in'", {})
        assert len({row["lane"] for row in rows}) == len(people)


def written(phone: str, bsuid: str, text: str) -> dict[str, Any]:
    """Return the body that tells of a text."""
    body: dict[str, Any] = copy.deepcopy(WEBHOOKS["bodies"][0]["body"])
    value = body["entry"][0]["changes"][0]["value"]
    value["contacts"] = [{"profile": {"name": "Ana"}, "wa_id": phone, "user_id": bsuid}]
    message = {"from": phone, "from_user_id": bsuid, "id": f"wamid.{bsuid}.{text}", "timestamp": str(int(time.time()))}
    value["messages"] = [{**message, "type": "text", "text": {"body": text}}]
    return body


def test_a_large_body_is_not_read_at_the_door() -> None:
    """A batch, and what is no webhook, has no lane: it is answered at once, and read in the step that splits it."""
    text = json.dumps(written("593987650001", "EC.1", "hola"))
    assert first_person(text) == "EC.1"
    assert first_person(text + " " * SMALL) is None
    assert first_person("[") is None
    assert first_person('{"entry": [1, {"changes": 2}]}') is None


async def test_a_customer_is_answered_and_the_answer_is_followed(route_test: RouteTest) -> None:
    """A message becomes an exchange in its person's lane, the answer goes out, and its statuses come to their route."""
    async with hub(route_test) as (running, sandbox):
        ana = sandbox.customer(ANA, "Ana")
        question = ana.text("menu")
        await eventually(lambda: len(running.mock("statuses").bodies) == 2)
        [update] = running.mock("chat").received
        assert update.headers["MetaContact"] == ana.person.bsuid
        assert update.body["contact"] == {"bsuid": ana.person.bsuid, "phone": ANA, "name": "Ana"}
        [said] = ana.received
        assert (said.type, said.reply_to) == ("interactive", question)
        [sent] = running.mock("sent").bodies
        assert sent == {"message": said.id, "state": "accepted", "contact": ana.person.bsuid, "by": "answer"}
        assert sorted(one["type"] for one in running.mock("statuses").bodies) == ["delivered", "sent"]
        rows = await running.hub.journal.query("select lane from exchange where route = 'chat'", {})
        assert [row["lane"] for row in rows] == [f"whatsapp:{ana.person.bsuid}"]
        ana.adopt_username("@ana")
        ana.text("menu")
        await eventually(lambda: len(ana.received) == 2)


async def test_a_lost_answer_is_settled_by_the_first_status(route_test: RouteTest) -> None:
    """Meta took the message and its answer was lost: the exchange is in doubt until a status tells, and nothing is sent again."""
    async with hub(route_test) as (running, sandbox):
        sandbox.account.sent_after, sandbox.account.delivered_after = 1.0, 1.1
        sandbox.faults.append(Fault("number.messages.post", "cut_after"))
        ana = sandbox.customer(ANA, "Ana")
        ana.text("menu")

        async def doubted() -> bool:
            return "in_doubt" in (await running.states()).values()

        await eventually(doubted)
        await eventually(lambda: running.mock("sent").bodies)
        [sent] = running.mock("sent").bodies
        assert (sent["message"], sent["by"]) == (ana.received[0].id, "status")
        assert sandbox.calls["number.messages.post"] == len(ana.received) == 1


async def test_a_status_may_come_before_the_answer(route_test: RouteTest) -> None:
    """The status is there while the call still hangs: once its outcome is unknown, what was told ends the doubt."""
    async with hub(route_test, timeout="700ms") as (running, sandbox):
        sandbox.faults.append(Fault("number.messages.post", "slow_answer", delay=1.5))
        ana = sandbox.customer(ANA, "Ana")
        ana.text("menu")
        await eventually(lambda: running.mock("sent").bodies)
        [sent] = running.mock("sent").bodies
        assert (sent["message"], sent["by"]) == (ana.received[0].id, "status")
        assert len(ana.received) == 1


async def test_every_recorded_webhook_is_taken_once(route_test: RouteTest) -> None:
    """All recorded bodies are stored and split; in other bytes they add nothing."""
    async with hub(route_test) as (running, _):
        bodies = [one["body"] for one in WEBHOOKS["bodies"] if one["body"]["object"] == "whatsapp_business_account"]
        for one in bodies:
            assert await post(running, one, ensure_ascii=False) == 200
        first = [one["updates"] for one in running.mock("split").bodies]
        told = sum(one["new"] for one in running.mock("split").bodies)
        assert told == len({one.key for body in bodies for one in split(body)}), "some bodies tell of the same status"
        for one in bodies:
            assert await post(running, one, sort_keys=True, indent=1) == 200
        again = running.mock("split").bodies[len(bodies) :]
        assert [one["new"] for one in again] == [0] * len(bodies)
        assert [one["duplicates"] for one in again] == first
        kinds = {one["kind"] for one in running.mock("others").bodies}
        assert {"reaction", "system", "event"} <= kinds
        types = {one["type"] for one in running.mock("chat").bodies}
        assert {"text", "order", "image", "hologram", "unsupported", "contacts", "location"} <= types
        assert set((await running.states()).values()) == {"done"}


async def test_a_thousand_updates_in_one_body(route_test: RouteTest) -> None:
    """One body of a thousand messages is a thousand exchanges, and a repetition in other bytes adds none."""
    async with hub(route_test) as (running, _):
        batch = _batch(1000)
        assert await post(running, batch) == 200
        assert running.mock("split").bodies == [{"updates": 1000, "new": 1000, "duplicates": 0}]
        assert await post(running, batch, indent=1) == 200
        assert running.mock("split").bodies[1] == {"updates": 1000, "new": 0, "duplicates": 1000}
        assert len(running.mock("chat").bodies) == 1000


async def test_what_is_not_metas_stays_outside_or_apart(route_test: RouteTest) -> None:
    """A wrong signature is turned away; a signed body that is no webhook stays with its raw text; other numbers go aside."""
    async with hub(route_test) as (running, sandbox):
        url = f"{running.hub.listener.public_url}/whatsapp/whatsapp"
        async with aiohttp.ClientSession() as session, session.post(url, data=b"{}") as answered:
            assert answered.status == 403
        assert await post(running, {"hello": 1}) == 200
        [state] = (await running.states()).values()
        assert state == "dead"
        strange = copy.deepcopy(WEBHOOKS["bodies"][0]["body"])
        strange["entry"][0]["changes"][0]["value"]["metadata"]["phone_number_id"] = "1"
        assert await post(running, strange) == 200
        [aside] = running.mock("others").received
        assert aside.headers["MetaAside"] == "not_configured"
        assert sandbox.account.number_id == NUMBER


async def test_a_dead_token_stops_the_connection_and_keeps_the_messages(route_test: RouteTest) -> None:
    """People are told once; what was to be sent waits, in order, and goes out by itself once Meta takes the token again."""
    async with hub(route_test, clock=hurried()) as (running, sandbox):
        sandbox.account.standing = "expired"
        people = [sandbox.customer(f"5049999000{number}", f"Cliente {number}") for number in range(3)]
        for one in people:
            one.text("menu")
        await eventually(lambda: sandbox.calls["number.messages.post"] > 0)
        await running.quiet()
        [item] = await running.hub.reviews.items(10)
        assert (item["kind"], item["title"]) == ("item", "Meta refuses the token of whatsapp:whatsapp")
        rows = await running.hub.journal.query("select state from exchange where route = 'chat'", {})
        assert [row["state"] for row in rows] == ["waiting"] * 3
        sandbox.account.standing = "valid"
        await eventually(lambda: len(running.mock("sent").bodies) == 3)
        assert [len(one.received) for one in people] == [1, 1, 1]
        assert await running.hub.reviews.items(10) == []


async def test_a_flood_from_one_contact_holds_up_nobody_else(route_test: RouteTest) -> None:
    """Thirty messages of one person are answered one after the other, no faster than is allowed; another's answer comes first."""
    async with hub(route_test, clock=hurried(), pairBurst=2, pairEvery="30s") as (running, sandbox):
        ana, luis = sandbox.customer(ANA, "Ana"), sandbox.customer("50488880000", "Luis")
        sandbox.webhooks.hold()
        questions = [ana.text("menu") for _ in range(30)]
        luis.text("menu")
        sandbox.webhooks.release()
        await eventually(lambda: luis.received)
        assert len(ana.received) < 30
        await eventually(lambda: len(ana.received) == 30)
        assert [one.reply_to for one in ana.received] == questions
        await eventually(lambda: len(running.mock("sent").bodies) == 31)

        async def done() -> bool:
            return set((await running.states()).values()) == {"done"}

        await eventually(done)


async def test_what_became_of_messages_is_not_kept_for_ever(route_test: RouteTest) -> None:
    """Two months after the last news of a message housekeeping removes it; the customer's contact stays."""
    clock = ManualClock(datetime.now(UTC))
    async with hub(route_test, clock=clock) as (running, sandbox):
        ana = sandbox.customer(ANA, "Ana")
        ana.text("menu")
        await eventually(lambda: len(running.mock("statuses").bodies) == 2)
        [(name, known)] = await running.hub.store.find(STATES)
        assert (name, known["state"]) == (ana.received[0].id, "delivered")
        tidy = Housekeeping(running.hub.journal, clock, Retention(), lambda: running.hub.components.forgets).tidy
        clock.advance(59 * 86_400)
        await tidy()
        assert await running.hub.store.get(STATES, name) == known
        clock.advance(2 * 86_400)
        await tidy()
        assert await running.hub.store.find(STATES) == await running.hub.store.find(PAIRS) == []
        assert await running.hub.store.find(CONTACTS)


@pytest.mark.parametrize("at_once", [8])
async def test_equal_deliveries_at_one_moment_are_one(route_test: RouteTest, at_once: int) -> None:
    """Meta may deliver the same twice in the same second: one exchange comes of it."""
    async with hub(route_test) as (running, _):
        batch = _batch(5)
        await asyncio.gather(*[post(running, batch, indent=number) for number in range(at_once)])
        await running.quiet()
        assert sum(one["new"] for one in running.mock("split").bodies) == 5
        assert len(running.mock("chat").bodies) == 5


def _batch(size: int) -> dict[str, Any]:
    """Return a body with so many messages of so many people."""
    batch: dict[str, Any] = copy.deepcopy(WEBHOOKS["bodies"][0]["body"])
    value = batch["entry"][0]["changes"][0]["value"]
    message, contact = value["messages"][0], value["contacts"][0]
    value["messages"], value["contacts"] = [], []
    for number in range(size):
        phone, user = f"5049{number:07d}", f"HN.9{number:07d}"
        value["messages"].append({**message, "id": f"wamid.B{number}", "from": phone, "from_user_id": user})
        value["contacts"].append({**contact, "wa_id": phone, "user_id": user})
    return batch
