"""Instagram on the hub itself: comments in and answered, a post that a killed hub goes on with, the doctor."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from caravana.component.whatsapp.sandbox import Account, MetaSandbox
from caravana.kit.ports import Arrival
from caravana.kit.sandbox import Fault
from caravana.kit.serving import serve
from caravana.testing import RouteTest
from caravana.testing.routes import RunningRoutes
from tests.support.waiting import eventually

ROUTES = """
- route:
    id: instagram-in
    from:
      uri: instagram:events
      steps:
        - to: instagram:split?comments=seda:comments&others=seda:others&oldest=0
- route:
    id: comments
    from:
      uri: seda:comments
      steps:
        - to: mock:comments
        - setBody: {method: {ref: answer}}
        - to: instagram:reply
        - to: mock:replied
- route: {id: others, from: {uri: "seda:others", steps: [{to: "mock:others"}]}}
- route:
    id: posts
    from:
      uri: seda:posts
      steps:
        - to: instagram:post
        - to: mock:posted
"""


def answer(body: dict[str, Any]) -> dict[str, Any]:
    """Return what is answered below a comment."""
    return {"on": body["content"]["id"], "message": "Le escribimos."}


@asynccontextmanager
async def hub(route_test: RouteTest, sandbox: MetaSandbox, *, consumers: bool = True) -> AsyncIterator[RunningRoutes]:
    """Run the routes with Meta's imitation."""
    async with serve(sandbox.app()) as url:
        connection = {"url": url, "timeout": "2s", "poll": "50ms", "checkPictures": "false"}
        connections = {"instagram": {**connection, **sandbox.connections()["instagram"]}}
        callables = {"answer": answer}
        async with (
            route_test(ROUTES, consumers=consumers, connections=connections, callables=callables) as running,
            running.listening() as base,
        ):
            if consumers:
                address = f"{base}/instagram/instagram"
                await sandbox.webhooks.subscribe("instagram", address, "verify_test", ("comments",))
                sandbox.webhooks.subscribed[sandbox.account.instagram_id] = ""
            yield running


async def test_a_comment_is_answered_once(route_test: RouteTest) -> None:
    """A person's comment is answered; the answer itself comes back as one of ours and is answered by nobody."""
    sandbox = MetaSandbox(account=Account(retry_after=0.05, fetch=False, container_after=0.05))
    async with hub(route_test, sandbox) as running:
        await running.send("posts", {"caption": "Café", "pictures": [{"url": "https://shop.example/a.jpg"}]})
        await eventually(lambda: running.mock("posted").bodies)
        [posted] = running.mock("posted").bodies
        luis = sandbox.people.meet("50499990001", "Luis")
        asked = sandbox.instagram.remark(posted["media"], "¿Precio?", luis)
        await eventually(lambda: running.mock("others").bodies)
        [comment] = running.mock("comments").received
        assert comment.body["contact"] == {"psid": luis.psid, "username": "luis"}
        assert comment.headers["MetaContact"] == f"psid:{luis.psid}"
        assert [one.parent for one in sandbox.instagram.remarks.values()] == [posted["media"], asked.id]
        assert running.mock("others").bodies[0]["content"]["from"]["id"] == sandbox.account.instagram_id
        findings = await running.hub.components.get("instagram").diagnose("instagram")
        assert [(one.subject, one.severity.value) for one in findings][:3] == [
            ("address", "ok"),
            ("account", "ok"),
            ("posts", "ok"),
        ]
    await sandbox.close()


async def test_a_killed_hub_publishes_once(route_test: RouteTest) -> None:
    """The hub dies while Meta publishes: the next one asks the container, and publishes nothing again."""
    sandbox = MetaSandbox(account=Account(fetch=False, container_after=0.05))
    async with hub(route_test, sandbox, consumers=False) as running:
        sandbox.faults.append(Fault("instagram.media_publish.post", "slow_answer", delay=1.0))
        receiver = running.hub.receivers["posts"]
        await receiver.accept([Arrival({"caption": "Té", "pictures": [{"url": "https://shop.example/a.jpg"}]})])
        await eventually(lambda: sandbox.instagram.published)
        await running.hub.stop(0)
    async with hub(route_test, sandbox, consumers=False) as again:
        await eventually(lambda: again.mock("posted").bodies)
        [told] = again.mock("posted").bodies
        assert (told["media"], told["by"]) == (sandbox.instagram.published[0]["id"], "look")
    assert sandbox.effects["instagram"] == 1
    await sandbox.close()
