"""What the imitated number takes, refuses and tells."""

from typing import Any

import pytest

from caravana.component.whatsapp.sandbox import ErrorFault, StatusPlan
from caravana.component.whatsapp.sandbox.webhook import WHATSAPP, Subscription
from tests.component.whatsapp.meta import ACCOUNT, ANA, NUMBER, TOKEN, Meta, meta_world


def error_of(answer: tuple[int, Any]) -> tuple[int, int]:
    """Return status and code of a refusal."""
    return answer[0], answer[1]["error"]["code"]


@pytest.mark.parametrize(
    ("kind", "content", "code"),
    [
        ("text", {"body": "x" * 4097}, 131009),
        ("text", {}, 131008),
        ("text", "x", 100),
        ("hologram", {}, 131051),
        ("image", {"caption": "x"}, 131008),
        ("audio", {"id": "1", "caption": "x"}, 100),
        ("location", {"latitude": 91, "longitude": 0}, 131009),
        ("reaction", {"emoji": "👍"}, 131008),
        ("interactive", {"type": "button", "action": {"buttons": []}}, 131008),
        (
            "interactive",
            {"type": "list", "body": {"text": "x"}, "action": {"button": "x" * 21, "sections": []}},
            131009,
        ),
        ("interactive", {"type": "product", "action": {"catalog_id": "5"}}, 131008),
        ("interactive", {"type": "unheard", "action": {}}, 100),
        ("template", {"name": "nobody", "language": {"code": "es"}}, 132001),
    ],
)
async def test_what_does_not_fit_is_refused(kind: str, content: Any, code: int) -> None:
    """Lengths, counts, missing and unknown members are refused with Meta's codes."""
    async with meta_world() as meta:
        meta.sandbox.customer(ANA).text("Hola")
        status, found = error_of(await meta.send(kind, **{kind: content}))
        assert found == code
        assert status in (400, 404)


async def test_recipients() -> None:
    """A business-scoped id belongs into `recipient`; the number does not write to itself; a test number only to a few."""
    async with meta_world() as meta:
        ana = meta.sandbox.customer(ANA, "Ana")
        ana.text("Hola")
        assert error_of(await meta.send(to=ana.person.bsuid)) == (400, 100)
        assert error_of(await meta.send(to="15550783881")) == (400, 131021)
        status, answer = await meta.send(to="", recipient=ana.person.bsuid)
        assert (status, answer["contacts"]) == (200, [{"input": ana.person.bsuid, "user_id": ana.person.bsuid}])
        status, answer = await meta.send(to=f"+{ANA}", recipient=ana.person.bsuid)
        assert answer["contacts"] == [{"input": f"+{ANA}", "wa_id": ANA, "user_id": ana.person.bsuid}]
        meta.sandbox.account.allowed = "+50411111111"
        assert error_of(await meta.send()) == (400, 131030)


async def test_the_window_closes_after_a_day() -> None:
    """Free words go out within 24 hours of the person's last message; afterwards only templates, by error or by status."""
    async with meta_world() as meta:
        meta.sandbox.templates.add("hola", "es", "Hola {{1}}, escríbanos.")
        ana = meta.sandbox.customer(ANA, "Ana")
        assert error_of(await meta.send()) == (400, 131047)
        ana.text("Hola")
        assert (await meta.send())[0] == 200
        meta.clock.advance(86_401)
        assert error_of(await meta.send()) == (400, 131047)
        body = [{"type": "body", "parameters": [{"type": "text", "text": "Ana"}]}]
        template = {"name": "hola", "language": {"code": "es"}, "components": body}
        status, answer = await meta.send("template", template=template)
        assert (status, answer["messages"][0]["message_status"]) == (200, "accepted")
        assert ana.received[-1].content["body"] == "Hola Ana, escríbanos."
        meta.sandbox.account.window_as_status = True
        assert (await meta.send())[0] == 200
        await meta.pass_time(1)
        assert ana.received[-1].statuses == ["failed"]


async def test_templates_are_filled_in_exactly() -> None:
    """Name, language, number and kind of the parameters must fit; component types may be written in either case."""
    async with meta_world() as meta:
        sandbox = meta.sandbox
        sandbox.templates.add("pedido", "es", "Hola {{customer}}, pedido {{order}}.")
        sandbox.templates.add("codigo", "es", "Su código es {{1}}.", category="AUTHENTICATION")
        sandbox.templates.add("pausa", "es", "Hola", status="PAUSED")
        ana = sandbox.customer(ANA)

        async def send(name: str, *values: dict[str, str], language: str = "es", **more: Any) -> tuple[int, Any]:
            body = [{"type": "BODY", "parameters": [{"type": "text", **one} for one in values]}] if values else []
            template = {"name": name, "language": {"code": language}, "components": body}
            return await meta.send("template", template=template, **more)

        customer, order = {"parameter_name": "customer", "text": "Ana"}, {"parameter_name": "order", "text": "S1"}
        assert (await send("pedido", customer, order))[0] == 200
        assert error_of(await send("pedido", customer)) == (400, 132000)
        assert error_of(await send("pedido", {"text": "Ana"}, order)) == (400, 132012)
        assert error_of(await send("pedido", {**customer, "text": "a\nb"}, order)) == (400, 132018)
        assert error_of(await send("pedido", customer, order, language="es_MX")) == (404, 132001)
        assert error_of(await send("pausa")) == (400, 132015)
        assert error_of(await send("codigo", {"text": "1"}, to="", recipient=ana.person.bsuid)) == (400, 131062)


async def test_budgets() -> None:
    """Too many messages to one person, from one number, and too many management calls are refused, and come back with time."""
    async with meta_world(pair_burst=2, throughput=5, management_calls=2) as meta:
        meta.sandbox.customer(ANA).text("Hola")
        assert [(await meta.send())[0] for _ in range(2)] == [200, 200]
        assert error_of(await meta.send()) == (400, 131056)
        meta.clock.advance(6)
        assert (await meta.send())[0] == 200
        meta.sandbox.account.rate_status, meta.sandbox.account.throughput = 429, 1
        assert error_of(await meta.send()) == (429, 130429)
        answers = [(await meta.call("GET", f"{ACCOUNT}/message_templates"))[0] for _ in range(3)]
        assert answers == [200, 200, 429]


async def test_statuses_go_by_plan() -> None:
    """Statuses come late, doubled, out of order or not at all, and carry what the sender put into the message."""
    async with meta_world(retries=0) as meta:
        _listen(meta)
        meta.sandbox.customer(ANA, "Ana").text("Hola")
        meta.sandbox.messages.plans[ANA] = StatusPlan([("read", 1), ("delivered", 1), ("sent", 2)], times=2)
        await meta.send(biz_opaque_callback_data="out:1")
        await meta.pass_time(3)
        told = [one for body in _bodies(meta) for one in body["entry"][0]["changes"][0]["value"].get("statuses", ())]
        assert [one["status"] for one in told] == ["read", "read", "delivered", "delivered", "sent", "sent"]
        assert {one["biz_opaque_callback_data"] for one in told} == {"out:1"}
        meta.sandbox.messages.plans[ANA] = StatusPlan([("failed", 0)], error=131049)
        await meta.send()
        await meta.pass_time(1)
        [failed] = _bodies(meta)[-1]["entry"][0]["changes"][0]["value"]["statuses"]
        assert failed["errors"][0]["code"] == 131049
        assert "contacts" not in _bodies(meta)[-1]["entry"][0]["changes"][0]["value"]


async def test_people_are_told_in_every_shape() -> None:
    """With both ids, without a phone once a username is adopted, and in the shape of before."""
    async with meta_world(retries=0) as meta:
        _listen(meta)
        ana = meta.sandbox.customer(ANA, "Ana")
        ana.text("uno")
        ana.adopt_username("@ana")
        ana.text("dos")
        meta.sandbox.account.old_shape = True
        ana.text("tres")
        messages = [body["entry"][0]["changes"][0]["value"]["messages"][0] for body in _bodies(meta)]
        shapes = [("from" in one, "from_user_id" in one) for one in messages]
        assert shapes == [(True, True), (False, True), (True, False)]


async def test_updates_are_gathered_into_batches() -> None:
    """Many updates go out in one body, at most as many as the account says."""
    async with meta_world(retries=0, batch=4) as meta:
        _listen(meta)
        meta.sandbox.webhooks.hold()
        for number in range(10):
            meta.sandbox.customer(f"504000000{number:02d}").text("Hola")
        meta.sandbox.webhooks.release()
        sizes = [sum(len(entry["changes"]) for entry in body["entry"]) for body in _bodies(meta)]
        assert sizes == [4, 4, 2]


async def test_nobody_is_told_who_has_not_subscribed() -> None:
    """Without the subscription of app and account nothing goes out, as at Meta."""
    async with meta_world() as meta:
        meta.sandbox.customer(ANA).text("Hola")
        assert (meta.sandbox.webhooks.deliveries, meta.sandbox.webhooks.silent) == ([], 1)
        meta.sandbox.webhooks.subscriptions[WHATSAPP] = Subscription("http://127.0.0.1:1/", "x", ("messages",))
        meta.sandbox.customer(ANA).text("Hola")
        assert meta.sandbox.webhooks.silent == 2
        assert (await meta.call("POST", f"{ACCOUNT}/subscribed_apps"))[0] == 200
        meta.sandbox.customer(ANA).text("Hola")
        assert len(meta.sandbox.webhooks.deliveries) == 1


async def test_tokens_and_proofs() -> None:
    """An unknown, an expired and a weak token and a wrong proof are refused; the app's own token is given out."""
    async with meta_world() as meta:
        path = f"{NUMBER}?fields=quality_rating"
        assert error_of(await meta.call("GET", path, token="other")) == (401, 190)
        assert error_of(await meta.call("GET", path, token="")) == (401, 104)
        assert error_of(await meta.call("GET", f"{path}&appsecret_proof=00")) == (400, 100)
        assert await meta.call("GET", path) == (200, {"id": NUMBER, "quality_rating": "GREEN"})
        query = "oauth/access_token?grant_type=client_credentials&client_id=1111&client_secret=app_secret_test"
        assert (await meta.call("GET", query, token=""))[1]["access_token"] == "1111|APP"
        _, told = await meta.call("GET", f"debug_token?input_token={TOKEN}")
        assert told["data"]["is_valid"]
        meta.sandbox.account.standing = "expired"
        assert error_of(await meta.call("GET", path)) == (401, 190)


async def test_errors_on_demand() -> None:
    """Any code comes when it is asked for: inside a 200, with plain details, as a page, and after the work was done."""
    async with meta_world() as meta:
        ana = meta.sandbox.customer(ANA)
        ana.text("Hola")
        meta.sandbox.door.errors += [
            ErrorFault("number.messages.*", 131000, inside_200=True),
            ErrorFault("number.messages.*", 131016, plain_data=True),
            ErrorFault("number.*", html=True),
            ErrorFault("*", 1, done=True),
        ]
        assert error_of(await meta.send()) == (200, 131000)
        status, answer = await meta.send()
        assert (status, answer["error"]["error_data"]) == (500, "An unknown error has occurred")
        assert (await meta.send())[1].startswith("<html>")
        assert ana.received == []
        assert error_of(await meta.send()) == (400, 1)
        assert len(ana.received) == 1
        assert (await meta.send())[0] == 200


def _listen(meta: Meta) -> None:
    """Have everything told to an address where nobody is: what is sent can be looked at."""
    fields = ("messages", "message_template_status_update")
    meta.sandbox.webhooks.subscriptions[WHATSAPP] = Subscription("http://127.0.0.1:1/", "x", fields)
    meta.sandbox.webhooks.subscribed[ACCOUNT] = ""


def _bodies(meta: Meta) -> list[dict[str, Any]]:
    import json

    return [json.loads(one.body) for one in meta.sandbox.webhooks.deliveries]


async def test_what_a_person_does_can_be_steered_from_outside() -> None:
    """They write to the number and to the page, comment on a post, and fall silent until free words are refused."""
    async with meta_world() as meta:
        post = (await meta.call("POST", "1234/feed", data={"message": "¡Llegó!"}))[1]["id"]

        async def say(**what: Any) -> str:
            async with meta.session.post("/_sandbox/say", json={"phone": ANA, "name": "Ana", **what}) as answer:
                assert answer.status == 200
                return str((await answer.json())["id"])

        assert (await say(text="Hola")).startswith("wamid.")
        assert (await meta.send())[0] == 200
        await say(silent=90_000)
        assert error_of(await meta.send()) == (400, 131047)
        assert (await say(messenger="¿Precio?")).startswith("m_")
        quick = [{"content_type": "text", "title": "Menú", "payload": "menu"}]
        told = {
            "recipient": {"id": meta.sandbox.visitor(ANA).person.psid},
            "message": {"text": "¿Qué?", "quick_replies": quick},
        }
        assert (await meta.call("POST", "1234/messages", json=told))[0] == 200
        await say(press="Menú")
        assert meta.sandbox.visitor(ANA).chat.said[-1].content["quick_reply"] == {"payload": "menu"}
        comment = meta.sandbox.pages.comments[await say(comment={"post": post, "text": "¿Precio?"})]
        assert (comment.post, comment.message, comment.author) == (post, "¿Precio?", meta.sandbox.people.find(ANA))
        async with meta.session.post("/_sandbox/say", json={"phone": ANA, "shrug": 1}) as answer:
            assert answer.status == 400
