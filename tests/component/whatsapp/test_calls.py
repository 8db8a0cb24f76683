"""Calls of `whatsapp:` at Meta's imitation: files, the window, pace, preferences, what became of messages, the doctor."""

import hashlib
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from caravana.component.whatsapp import WhatsappComponent
from caravana.component.whatsapp.sandbox import ErrorFault, media
from caravana.component.whatsapp.sandbox.customer import Customer
from caravana.component.whatsapp.sandbox.messages import StatusPlan
from caravana.component.whatsapp.sandbox.sandbox import FIELDS
from caravana.component.whatsapp.sandbox.webhook import WHATSAPP, Subscription
from caravana.kit.component import Severity
from caravana.kit.errors import Held, Refused, Transient
from caravana.kit.graph.errors import TokenDead
from caravana.kit.graph.posting import CONNECTION_HEADER
from caravana.testing.harness import Recorder, local_of, make_exchange
from tests.component.facebook.world import Bench, bench
from tests.component.whatsapp.meta import ACCOUNT, ANA

PDF = b"%PDF-1.4 factura"
TEMPLATE = {"name": "pedido", "language": "es", "parameters": ["Ana"]}


@asynccontextmanager
async def world(settings: dict[str, Any] | None = None, **account: Any) -> AsyncIterator[tuple[Bench, Customer]]:
    """Serve Meta, where Ana has just written to the number, and the component beside it."""
    async with bench(WhatsappComponent, settings, retries=0, **account) as one:
        sandbox = one.meta.sandbox
        sandbox.webhooks.subscriptions[WHATSAPP] = Subscription("http://127.0.0.1:1/", "x", FIELDS[WHATSAPP])
        sandbox.webhooks.subscribed[ACCOUNT] = ""
        sandbox.templates.add("pedido", "es", "Hola {{1}}, su pedido salió.")
        ana = sandbox.customer(ANA, "Ana")
        ana.text("Hola")
        await hear(one)
        yield one, ana


async def hear(one: Bench) -> None:
    """Let the hub take in what Meta has told since the last time."""
    splitter = local_of(one.component, "whatsapp:split?others=seda:others")
    deliveries = one.meta.sandbox.webhooks.deliveries
    for delivery in deliveries:
        await splitter.process(make_exchange(delivery.body.decode(), {CONNECTION_HEADER: "whatsapp"}), Recorder())
    deliveries.clear()


async def say(one: Bench, text: str = "Hola", to: str = ANA, **more: Any) -> Any:
    """Send a text and return what the route is told."""
    return (await one.run("text", {"to": to, "text": text, **more})).body


async def test_a_file_goes_up_and_out() -> None:
    """An uploaded file is there with its bytes, its type and its name, and goes to the customer by its id."""
    async with world() as (one, ana):
        sent = {"content": PDF, "mime_type": "application/pdf", "filename": 'factura "1".pdf'}
        name = (await one.run("upload", sent)).body["id"]
        kept = one.meta.sandbox.files.get(name)
        assert kept is not None
        assert (kept.content, kept.mime_type) == (PDF, "application/pdf")
        await one.run(
            "media", {"to": ANA, "kind": "document", "id": name, "filename": "factura.pdf", "caption": "Su factura"}
        )
        assert ana.received[-1].content == {"id": name, "filename": "factura.pdf", "caption": "Su factura"}
        with pytest.raises(Refused) as caught:
            await one.run("upload", {"content": b"x" * (5 << 20 | 1), "mime_type": "image/png"})
        assert (caught.value.code, one.meta.sandbox.calls["number.media.post"]) == ("body", 1)


async def test_a_customers_file_comes_down() -> None:
    """Its bytes become the body, proved by the hash in the message; what is larger than allowed is not fetched."""
    async with world() as (one, ana):
        ana.file("image", b"\xff\xd8 foto", "image/jpeg", caption="¿Tienen este?")
        content = ana.chat.said[-1].content
        reply = await one.run("download", content)
        assert (reply.body, reply.headers["Content-Type"]) == (b"\xff\xd8 foto", "image/jpeg")
        assert reply.headers["MetaSha256"] == b64encode(hashlib.sha256(b"\xff\xd8 foto").digest()).decode()
        with pytest.raises(Transient) as spoilt:
            await one.run("download", {**content, "sha256": "another"})
        with pytest.raises(Refused) as large:
            await one.run("download?maxFile=3", content)
        assert (spoilt.value.code, large.value.code) == ("hash", "too_large")


async def test_files_expire_and_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """An address that has expired is asked for once more; a file that is gone is refused, and deleted twice it is gone."""
    async with world() as (one, ana):
        ana.file("audio", b"voz", "audio/ogg", voice=True)
        content, calls = ana.chat.said[-1].content, one.meta.sandbox.calls
        monkeypatch.setattr(media, "URL_LIFE", timedelta(0))
        with pytest.raises(Refused) as expired:
            await one.run("download", content)
        assert (expired.value.code, calls["media.node.get"]) == ("gone", 2)
        for _ in range(2):
            await one.run("delete_media", content["id"])
        one.meta.clock.advance(8 * 86_400)
        with pytest.raises(Refused) as gone:
            await one.run("download", content)
        assert gone.value.code == "100"


async def test_the_window_closes_after_a_day() -> None:
    """Free words go out for 24 hours after the customer's last message, then the template instead, else nothing."""
    async with world() as (one, ana):
        one.meta.clock.advance(86_399)
        await say(one, "todavía")
        one.meta.clock.advance(1)
        calls = one.meta.sandbox.calls["number.messages.post"]
        with pytest.raises(Refused) as closed:
            await say(one, "tarde")
        assert closed.value.code == "window_closed"
        assert one.meta.sandbox.calls["number.messages.post"] == calls, "Meta was not even asked"
        await say(one, "tarde", template=TEMPLATE)
        assert [one.type for one in ana.received] == ["text", "template"]
        assert ana.received[-1].content["body"] == "Hola Ana, su pedido salió."
        ana.text("Gracias")
        await hear(one)
        await say(one, "de nada")
        assert ana.received[-1].content["body"] == "de nada"


async def test_the_clock_is_shown() -> None:
    """A route can ask whether a conversation is open and until when; whoever never wrote is unknown."""
    async with world() as (one, _):
        now = one.meta.clock.now()
        told = (await one.run("contact", {"to": ANA})).body
        assert told["open"]
        assert told["until"] == (now + timedelta(days=1)).isoformat()
        one.meta.clock.advance(86_400)
        assert (await one.run("contact", {"to": ANA})).body["open"] is False
        assert (await one.run("contact", {"to": "50488880000"})).body is None
        with pytest.raises(Refused, match="never wrote"):
            await say(one, to="50488880000")


async def test_meta_may_close_earlier() -> None:
    """When Meta calls an open conversation closed it is tried once more, then the template goes out."""
    async with world() as (one, ana):
        closed = ErrorFault("number.messages.post", 131047)
        one.meta.sandbox.door.errors.append(closed)
        await say(one, "a la segunda")
        assert [said.type for said in ana.received] == ["text"]
        one.meta.sandbox.door.errors.append(ErrorFault("number.messages.post", 131047, times=2))
        await say(one, "cerrado", template=TEMPLATE)
        assert [said.type for said in ana.received] == ["text", "template"]
        one.meta.sandbox.door.errors.append(ErrorFault("number.messages.post", 131047, times=2))
        with pytest.raises(Refused) as caught:
            await say(one, "sin plantilla")
        assert caught.value.code == "window_closed"


async def test_one_person_is_not_written_to_too_fast() -> None:
    """After the burst a message waits as long as it must, counted by all processes; other people do not wait."""
    async with world({"pairBurst": 2, "pairEvery": "6s"}) as (one, ana):
        luis = one.meta.sandbox.customer("50488880000", "Luis")
        luis.text("Hola")
        await hear(one)
        other = Bench(WhatsappComponent(one.hub), one.hub, one.meta)
        await say(one, "1")
        await say(other, "2")
        for process in (one, other):
            with pytest.raises(Held) as caught:
                await say(process, "3")
            assert (caught.value.retry_after, caught.value.tried, caught.value.code) == (6.0, False, "pair_pace")
        await say(one, "Luis no espera", to="50488880000")
        one.meta.clock.advance(6)
        await say(other, "3")
        assert [said.content["body"] for said in ana.received] == ["1", "2", "3"]
        await other.component.close()


async def test_metas_own_word_about_the_pace_holds_for_all() -> None:
    """Error 131056 holds this person for every message, longer with every attempt, and nobody else."""
    async with world() as (one, ana):
        one.meta.sandbox.messages.held.add(ANA)
        with pytest.raises(Held) as first:
            await one.run("text", {"to": ANA, "text": "x"}, effect=one.effect(attempt=3))
        assert (first.value.code, first.value.retry_after) == ("131056", 16.0)
        one.meta.sandbox.messages.held.clear()
        with pytest.raises(Held) as second:
            await say(one, "otra ruta")
        assert (second.value.code, second.value.retry_after) == ("pair_pace", 16.0)
        one.meta.clock.advance(16)
        await say(one, "ya")
        assert len(ana.received) == 1


async def test_the_number_has_a_pace() -> None:
    """The number's messages a second are shared out among the processes."""
    async with world({"messagesPerSecond": 40}) as (one, _):
        pace = one.component.line("whatsapp").pace  # type: ignore[attr-defined]
        one.hub.processes = 40
        assert (pace.share, pace.free) == (1.0, True)
        await say(one)
        assert not pace.free


async def test_who_wants_no_advertising_gets_none() -> None:
    """Marketing templates end at a customer's `stop`, others go on; `resume` lets them come again."""
    async with world() as (one, ana):
        offer = {"to": ANA, "template": {**TEMPLATE, "marketing": True}}
        ana.stop_marketing()
        await hear(one)
        with pytest.raises(Refused) as caught:
            await one.run("template", offer)
        assert caught.value.code == "no_marketing"
        await one.run("template", {"to": ANA, "template": TEMPLATE})
        ana.stop_marketing(stop=False)
        await hear(one)
        await one.run("template", offer)
        assert [said.type for said in ana.received] == ["template", "template"]


async def test_what_became_of_a_message_can_be_asked() -> None:
    """Its state goes on with its statuses; without delivery for 30 days Meta has dropped it."""
    async with world() as (one, _):
        delivered = (await say(one, "llega"))["message"]
        await one.meta.pass_time(1)
        await hear(one)
        one.meta.sandbox.messages.plans[ANA] = StatusPlan([("sent", 0.1)])
        lost = (await say(one, "se pierde"))["message"]
        await one.meta.pass_time(1)
        await hear(one)
        known = (await one.run("state", delivered)).body
        assert [status for status, _ in known["history"]] == ["accepted", "sent", "delivered"]
        assert (known["state"], (await one.run("state", lost)).body["state"]) == ("delivered", "sent")
        one.meta.clock.advance(30 * 86_400)
        assert (await one.run("state", lost)).body["state"] == "dropped"
        assert (await one.run("state", delivered)).body["state"] == "delivered"
        assert (await one.run("state", "wamid.other")).body is None


async def test_a_dead_token_is_told_once_and_mends_itself() -> None:
    """Every call waits, people are told once, and the item goes away with the first call that Meta takes again."""
    async with world() as (one, ana):
        one.meta.sandbox.account.standing = "expired"
        for _ in range(3):
            with pytest.raises(TokenDead) as caught:
                await say(one, "espera")
            assert not caught.value.tried
        [(key, item)] = await one.hub.store.find("review")
        assert (key, item["since"]) == ("connection/whatsapp:whatsapp/token", one.meta.clock.now().isoformat())
        assert "TEST_TOKEN" not in str(item)
        one.meta.sandbox.account.standing = "valid"
        one.meta.clock.advance(61)
        await say(one, "espera")
        assert await one.hub.store.find("review") == []
        assert len(ana.received) == 1


async def test_the_doctor_finds_what_is_wrong() -> None:
    """Right settings are said to be right; a dead token, another number, a missing subscription each have their remedy."""
    async with world() as (one, _):
        one.hub.listener.public_url = "https://hub.example"
        found = await one.component.diagnose("whatsapp")
        assert {finding.severity for finding in found} == {Severity.OK}, found
        assert "https://hub.example/whatsapp/whatsapp" in found[-1].message
        one.meta.sandbox.webhooks.subscribed.clear()
        [missing] = [line for line in await one.component.diagnose("whatsapp") if line.subject == "subscription"]
        assert f"/{ACCOUNT}/subscribed_apps" in missing.remedy
        one.meta.sandbox.account.standing = "expired"
        [dead] = await one.component.diagnose("whatsapp")
        assert (dead.subject, dead.severity) == ("token", Severity.ERROR)
    async with bench(WhatsappComponent, {"number": "999"}) as one:
        [wrong] = await one.component.diagnose("whatsapp")
        assert (wrong.subject, wrong.severity) == ("number", Severity.ERROR)
