"""Facebook on the hub itself: bodies on disk, one exchange of each update, answers, doubt that an echo ends."""

import asyncio
import copy
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from caravana.component.facebook.diagnosis import WANTED
from caravana.component.whatsapp.sandbox import Account, MetaSandbox
from caravana.kit.clock import ManualClock
from caravana.kit.sandbox import Fault
from caravana.kit.serving import serve
from caravana.kit.signature import hmac_hex
from caravana.testing import RouteTest
from caravana.testing.routes import RunningRoutes
from tests.component.whatsapp.meta import FOLDER, PAGE, SECRET, TOKEN
from tests.support.waiting import eventually

ROUTES = """
- route:
    id: facebook-in
    from:
      uri: facebook:events
      steps:
        - to: "facebook:split?messages=seda:chat&comments=seda:comments&echoes=seda:echoes&receipts=seda:receipts\
&others=seda:others&oldest=0"
        - to: mock:split
- route:
    id: chat
    from:
      uri: seda:chat
      steps:
        - to: mock:chat
        - setBody: {method: {ref: answer}}
        - to: facebook:buttons
        - to: mock:sent
- route:
    id: comments
    from:
      uri: seda:comments
      steps:
        - to: mock:comments
        - setBody: {method: {ref: public}}
        - to: facebook:comment
        - setBody: {method: {ref: private}}
        - to: facebook:private_reply
        - to: mock:replied
- route: {id: echoes, from: {uri: "seda:echoes", steps: [{to: "mock:echoes"}]}}
- route: {id: receipts, from: {uri: "seda:receipts", steps: [{to: "mock:receipts"}]}}
- route: {id: others, from: {uri: "seda:others", steps: [{to: "mock:others"}]}}
- route:
    id: posts
    from:
      uri: seda:posts
      steps:
        - to: facebook:post
        - to: mock:posted
- route:
    id: who
    from:
      uri: seda:who
      steps:
        - to: facebook:contact
        - to: mock:who
"""
WEBHOOKS: dict[str, Any] = json.loads((FOLDER / "webhooks.json").read_text("utf-8"))


def answer(body: dict[str, Any]) -> dict[str, Any]:
    """Return what a person is answered in Messenger."""
    choice = {"title": "Pedidos", "payload": "menu:orders"}
    return {"to": body["contact"], "text": "¿En qué le ayudamos?", "buttons": [choice], "choices": [choice]}


def public(body: dict[str, Any]) -> dict[str, Any]:
    """Return what is answered below a comment; the comment is kept beside it."""
    public.asked = body["content"]["comment_id"]  # type: ignore[attr-defined]
    return {"on": body["content"]["comment_id"], "message": "Le escribimos por privado."}


def private(_: Any) -> dict[str, Any]:
    """Return what is written to whoever commented."""
    return {"comment": public.asked, "text": "El café cuesta 2,50."}  # type: ignore[attr-defined]


@asynccontextmanager
async def hub(route_test: RouteTest, **settings: Any) -> AsyncIterator[tuple[RunningRoutes, MetaSandbox]]:
    """Run the routes with Meta's imitation, to which the page is subscribed as the documentation says."""
    sandbox = MetaSandbox(account=Account(retry_after=0.05, fetch=False, need_page_token=True))
    async with serve(sandbox.app()) as url:
        connection = {"url": url, "timeout": "2s", **sandbox.connections()["facebook"], **settings}
        callables = {"answer": answer, "public": public, "private": private}
        async with (
            route_test(ROUTES, consumers=True, connections={"facebook": connection}, callables=callables) as running,
            running.listening() as base,
        ):
            await sandbox.webhooks.subscribe("page", f"{base}/facebook/facebook", "verify_test", tuple(WANTED))
            subscribed = {"subscribed_fields": ",".join(sorted(WANTED))}
            headers = {"Authorization": f"Bearer {sandbox.door.page_token}"}
            async with (
                aiohttp.ClientSession(url, headers=headers) as session,
                session.post(f"/v26.0/{PAGE}/subscribed_apps", data=subscribed) as answered,
            ):
                assert await answered.json() == {"success": True}
            yield running, sandbox
        await sandbox.close()


async def settled(running: RunningRoutes, sandbox: MetaSandbox) -> None:
    """Wait until webhooks are delivered and what they started is done."""
    for _ in range(3):
        await sandbox.settle()
        await running.quiet()


async def test_a_person_is_answered_and_a_colleague_keeps_machines_quiet(route_test: RouteTest) -> None:
    """A message and a pressed button are answered in the person's lane; receipts and a colleague's words are kept."""
    async with hub(route_test) as (running, sandbox):
        ana = sandbox.people.meet("50499990000", "Ana")
        sandbox.messenger.say(ana, "Hola")
        await eventually(lambda: len(running.mock("sent").bodies) == 1)
        sandbox.messenger.press(ana, "menu:orders", "Pedidos")
        await eventually(lambda: len(running.mock("sent").bodies) == 2)
        await settled(running, sandbox)
        assert [one["kind"] for one in running.mock("chat").bodies] == ["chat", "postback"]
        chat = sandbox.people.chat(PAGE, ana)
        told = [one for one in chat.said if one.ours]
        assert [one["message"] for one in running.mock("sent").bodies] == [one.id for one in told]
        assert told[0].content["quick_replies"][0]["payload"] == "menu:orders"
        assert told[0].content["attachment"]["payload"]["buttons"][0]["type"] == "postback"
        rows = await running.hub.journal.query("select distinct lane from exchange where route = 'chat'", {})
        assert [row["lane"] for row in rows] == [f"facebook:psid:{ana.psid}"]
        await running.send("who", ana.psid)
        [state] = running.mock("who").bodies
        assert (state["open"], state["person_until"], state["read"]) == (True, None, None), (
            "our echoes are no colleague"
        )
        sandbox.messenger.colleague(ana, "Buenas, soy Marta")
        sandbox.messenger.open(ana)
        await settled(running, sandbox)
        await running.send("who", ana.psid)
        state = running.mock("who").bodies[1]
        assert state["person_until"] > state["read"] == state["delivered"]
        assert len(running.mock("receipts").bodies) == 2
        assert len(running.mock("echoes").bodies) == 3
        assert len(running.mock("sent").bodies) == 2, "echoes and receipts are answered by nobody"


async def test_a_lost_answer_is_settled_by_its_echo(route_test: RouteTest) -> None:
    """Meta took the message and its answer was lost: the echo tells, and nothing is sent again."""
    async with hub(route_test) as (running, sandbox):
        sandbox.faults.append(Fault("page.messages.post", "cut_after"))
        ana = sandbox.people.meet("50499990000", "Ana")
        sandbox.messenger.say(ana, "Hola")
        await eventually(lambda: running.mock("sent").bodies)
        await settled(running, sandbox)
        [sent] = running.mock("sent").bodies
        [said] = [one for one in sandbox.people.chat(PAGE, ana).said if one.ours]
        assert (sent["message"], sent["by"]) == (said.id, "echo")
        assert set((await running.states()).values()) == {"done"}


async def test_a_comment_is_answered_in_public_and_in_private_once(route_test: RouteTest) -> None:
    """A comment brings one answer below it and one private message; the page's own comments bring none."""
    async with hub(route_test) as (running, sandbox):
        await running.send("posts", {"message": "Nuevo: café"})
        [post] = sandbox.pages.posts
        luis = sandbox.people.meet("50499990001", "Luis")
        asked = sandbox.pages.comment(post, "¿Precio?", luis)
        await eventually(lambda: running.mock("replied").bodies)
        await settled(running, sandbox)
        assert [(one.message, one.author) for one in sandbox.pages.comments.values()][1:] == [
            ("Le escribimos por privado.", None)
        ]
        assert sandbox.pages.comments[asked.id].replied
        [said] = sandbox.people.chat(PAGE, luis).said
        assert said.content["text"] == "El café cuesta 2,50."
        assert len(running.mock("comments").bodies) == 1
        assert {one["content"]["item"] for one in running.mock("others").bodies} == {"status", "comment"}


async def test_a_killed_hub_makes_a_post_once(route_test: RouteTest) -> None:
    """The hub dies while Meta makes the post: the next one finds it on the page, and makes no second one."""
    async with hub(route_test) as (running, sandbox):
        sandbox.faults.append(Fault("page.feed.post", "slow_answer", delay=1.0))
        task = asyncio.ensure_future(running.send("posts", {"message": "Nuevo: té"}))
        await eventually(lambda: sandbox.pages.posts)
        await running.hub.stop(0)
        task.cancel()
    async with serve(sandbox.app()) as url:
        connection = {"url": url, **sandbox.connections()["facebook"]}
        clock = ManualClock()
        callables = {"answer": answer, "public": public, "private": private}
        async with route_test(ROUTES, connections={"facebook": connection}, callables=callables, clock=clock) as again:
            await eventually(lambda: again.mock("posted").bodies)
            assert again.mock("posted").bodies == [{"post": next(iter(sandbox.pages.posts)), "by": "look"}]
    assert sandbox.effects["page.feed.post"] == 1
    await sandbox.close()


async def test_every_recorded_webhook_of_a_page_is_taken_once(route_test: RouteTest) -> None:
    """The recorded comment, message and echo are stored and split; in other bytes they add nothing; other pages go aside."""
    async with hub(route_test) as (running, _):
        bodies = [one["body"] for one in WEBHOOKS["bodies"] if one["body"]["object"] == "page"]
        for one in bodies:
            assert await post(running, one, ensure_ascii=False) == 200
            assert await post(running, one, indent=1) == 200
        assert [one["new"] for one in running.mock("split").bodies] == [1, 0] * len(bodies)
        assert running.mock("comments").bodies[0]["contact"] == {"psid": "7777", "name": "Luis Paz"}
        assert running.mock("chat").bodies[0]["content"]["message"]["text"] == "Hola"
        assert running.mock("echoes").bodies[0]["contact"] == {"psid": "PSID1"}
        strange = copy.deepcopy(bodies[1])
        strange["entry"][0]["id"] = "999"
        strange["entry"][0]["messaging"][0]["message"]["mid"] = "m_other"
        await post(running, strange)
        assert running.mock("others").received[-1].headers["MetaAside"] == "not_configured"
        url = f"{running.hub.listener.public_url}/facebook/facebook"
        async with aiohttp.ClientSession() as session, session.post(url, data=b"{}") as answered:
            assert answered.status == 403


async def post(running: RunningRoutes, content: Any, **encoding: Any) -> int:
    """Post a body as Meta does, and wait until nothing is left to do."""
    raw = json.dumps(content, **encoding).encode()
    headers = {"X-Hub-Signature-256": "sha256=" + hmac_hex(SECRET, raw)}
    url = f"{running.hub.listener.public_url}/facebook/facebook"
    async with aiohttp.ClientSession() as session, session.post(url, data=raw, headers=headers) as answered:
        status = answered.status
    await running.quiet()
    return status


async def test_the_doctor_says_what_is_missing(route_test: RouteTest) -> None:
    """A good page is found well; a missing subscription, a wrong page and a dead token are named."""
    async with hub(route_test) as (running, sandbox):
        component = running.hub.components.get("facebook")

        async def findings() -> dict[str, str]:
            return {one.subject: one.severity.value for one in await component.diagnose("facebook")}

        assert (await findings())["subscription"] == "ok"
        sandbox.webhooks.wanted[PAGE] = ("feed",)
        [told] = [one for one in await component.diagnose("facebook") if one.subject == "subscription"]
        assert "message_echoes" in told.message
        assert "message_echoes" in told.remedy
        sandbox.account.page_id = "77"
        assert (await findings()) == {"page": "error"}
        sandbox.account.standing = "expired"
        assert (await findings()) == {"token": "error"}
        assert TOKEN not in str(await component.diagnose("facebook"))
