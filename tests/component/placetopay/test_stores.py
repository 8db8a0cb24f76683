"""Merchant accounts by branch: sessions are opened at the branch's, and asked about where they were opened."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from caravana.component.placetopay import PlacetopayComponent
from caravana.component.placetopay.sandbox import PlacetopaySandbox, build
from caravana.kit.branch import Branch
from caravana.kit.clock import ManualClock
from caravana.kit.component import Producer
from caravana.kit.effect import Effect
from caravana.kit.errors import NeedsPerson
from caravana.kit.serving import serve
from caravana.kit.uri import Uri
from tests.component.placetopay.harness import NOW, Context, Receiver, exchange, order


class Branched(Context):
    """A hub with two merchant accounts and the branches to whom they belong."""

    def __init__(self, accounts: dict[str, dict[str, Any]], clock: ManualClock) -> None:
        super().__init__({}, clock)
        self.accounts = accounts
        self.branches: dict[str, Branch] = {
            "matriz": Branch(name="Matriz", company=1, payment_store="placetopay"),
            "sur": Branch(name="Sur", company=2, payment_store="cards_sur"),
            "norte": Branch(name="Norte", company=3),
        }

    def connection(self, name: str) -> dict[str, Any]:
        return self.accounts[name] if name in self.accounts else dict(super().connection(name))

    def setting(self, name: str, default: Any = None) -> Any:
        return self.branches if name == "branches" else default


@dataclass
class Mall:
    """A component with two merchant accounts, each at an imitation of its own."""

    component: PlacetopayComponent
    context: Branched
    sandboxes: dict[str, PlacetopaySandbox]

    def producer(self, address: str) -> Producer:
        """Return the producer at `placetopay:<address>`."""
        made = self.component.endpoint(Uri.parse(f"placetopay:{address}")).producer()
        assert isinstance(made, Producer)
        return made

    async def call(self, address: str, body: Any, branch: str | None = None) -> dict[str, Any]:
        """Send `body` for an exchange of `branch` and return the reply's body."""
        producer, asked = self.producer(address), exchange(body)
        asked.branch = branch
        reply = await producer.send(producer.request(asked), Effect("key", "x1", "to/1", 1, NOW, branch))
        found: dict[str, Any] = reply.body
        return found


@pytest.fixture
async def mall() -> AsyncIterator[Mall]:
    """Serve both imitations."""
    clock = ManualClock(NOW)
    logins = {"placetopay": "shop", "cards_sur": "shop-sur"}
    sandboxes = {
        name: build(clock, {"login": login, "secret_key": f"key-of-{login}"}) for name, login in logins.items()
    }
    async with serve(sandboxes["placetopay"].app()) as first, serve(sandboxes["cards_sur"].app()) as second:
        urls = {"placetopay": first, "cards_sur": second}
        accounts = {
            name: {"url": urls[name], "login": login, "secretKey": f"key-of-{login}"} for name, login in logins.items()
        }
        context = Branched(accounts, clock)
        component = PlacetopayComponent(context)
        yield Mall(component, context, sandboxes)
        await component.close()
        for sandbox in sandboxes.values():
            await sandbox.close()


async def test_a_session_is_opened_at_the_branchs_account(mall: Mall) -> None:
    """The reply tells the connection, and limits and circuit are that connection's."""
    reply = await mall.call("create", order(), "sur")
    assert reply["connection"] == "cards_sur"
    assert [len(one.sessions) for one in mall.sandboxes.values()] == [0, 1]
    producer = mall.producer("create")
    assert producer.connection_of({}, "sur") == "placetopay:cards_sur"


async def test_a_session_is_asked_about_where_it_was_opened(mall: Mall) -> None:
    """The branch has another account by now: the session's own connection counts."""
    reply = await mall.call("create", order(), "sur")
    moved = {**mall.context.branches["sur"].model_dump(), "payment_store": "placetopay"}
    mall.context.branches["sur"] = Branch.model_validate(moved)
    found = await mall.call("query", reply, "sur")
    assert (found["reference"], found["connection"]) == (reply["reference"], "cards_sur")


@pytest.mark.parametrize(
    ("branch", "told"), [("norte", "the branch `norte` has no `payment_store`"), ("", "no branch")]
)
async def test_without_an_account_nobody_is_asked(mall: Mall, branch: str, told: str) -> None:
    """A branch without merchant account opens no session at another's; nor does an exchange without branch, by guess."""
    with pytest.raises(NeedsPerson, match=told):
        await mall.call("create", order(), branch or None)
    assert [len(one.sessions) for one in mall.sandboxes.values()] == [0, 0]


async def test_an_address_that_names_its_connection_goes_there(mall: Mall) -> None:
    """A route may say where it goes, whatever the branch."""
    reply = await mall.call("create?connection=placetopay", order(), "sur")
    assert reply["connection"] == "placetopay"


async def test_every_account_notifies_at_its_own_address(mall: Mall) -> None:
    """Each is verified with its own key, tells its connection and, where one branch alone has it, the branch."""
    receiver = Receiver()
    consumer = mall.component.endpoint(Uri.parse("placetopay:notification")).consumer(receiver)
    await consumer.start()
    async with serve(mall.context.listener.app) as url:
        for name, sandbox in mall.sandboxes.items():
            sandbox.site.notification_url = f"{url}/placetopay/{name}"
        for name, branch in (("placetopay", "matriz"), ("cards_sur", "sur")):
            reply = await mall.call("create", order(), branch)
            mall.sandboxes[name].pay(reply["request_id"])
            await mall.sandboxes[name].notifier.delivered()
    assert [(one.body["connection"], one.branch) for one in receiver.arrivals] == [
        ("placetopay", "matriz"),
        ("cards_sur", "sur"),
    ]
    await consumer.stop()
    assert mall.context.listener.handlers == {}
