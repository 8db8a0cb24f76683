"""Over the network: faults, conflicts, keys, webhooks both ways, and the pages beside the API."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from caravana.component.odoo.sandbox import NAME, PORT, Conflict, build
from caravana.kit.clock import ManualClock
from caravana.kit.sandbox import Fault
from caravana.kit.serving import serve
from tests.odoo_sandbox.conftest import Shop

KEY = "0123456789abcdef0123456789abcdef01234567"


class Caller:
    """A bare JSON-2 client."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self.session = session
        self.url = url

    async def __call__(self, model: str, method: str, **given: Any) -> tuple[int, Any]:
        """Call and return status and answer."""
        headers = {"Authorization": f"bearer {KEY}"}
        async with self.session.post(f"{self.url}/json/2/{model}/{method}", json=given, headers=headers) as answer:
            text = await answer.text()
            return answer.status, json.loads(text) if "json" in answer.content_type else text

    async def get(self, path: str) -> tuple[int, bytes]:
        """Get a page."""
        async with self.session.get(self.url + path, allow_redirects=False) as answer:
            return answer.status, await answer.read()


@pytest.fixture
async def caller(shop: Shop) -> AsyncIterator[Caller]:
    """A client of the shop's sandbox, on loopback."""
    async with serve(shop.sandbox.app()) as url, aiohttp.ClientSession() as session:
        yield Caller(session, url)


async def wait_for_sleeper(shop: Shop) -> None:
    """Give the server's task the word until it sleeps on the shop's clock."""
    while not shop.clock._sleepers:
        await asyncio.sleep(0)


async def test_late_commit_is_done_after_the_client_is_gone(shop: Shop, caller: Caller) -> None:
    """A cut call commits five seconds later with its start as write date, and counts as one effect."""
    shop.sandbox.faults.append(Fault("res.partner.create", "late_commit", delay=5))
    started = shop.clock.now().strftime("%Y-%m-%d %H:%M:%S")
    with pytest.raises(aiohttp.ClientError):
        await caller("res.partner", "create", vals_list=[{"name": "Tardía"}])
    await wait_for_sleeper(shop)
    assert shop.env["res.partner"].search([["name", "=", "Tardía"]]) == []
    shop.clock.advance(5)
    status: int = 0
    rows: Any = []
    while not rows:
        status, rows = await caller(
            "res.partner", "search_read", domain=[["name", "=", "Tardía"]], fields=["write_date"]
        )
    assert (status, rows[0]["write_date"]) == (200, started)
    assert shop.sandbox.effects["res.partner.create"] == 1


async def test_slow_call_succeeds(shop: Shop, caller: Caller) -> None:
    """A held row shows as a call that takes its time and then succeeds."""
    shop.sandbox.faults.append(Fault("res.partner.write", "slow", delay=6))
    task = asyncio.create_task(caller("res.partner", "write", ids=[shop.customer], vals={"ref": "x"}))
    await wait_for_sleeper(shop)
    assert shop.read("res.partner", shop.customer, "ref") is False
    shop.clock.advance(6)
    assert await task == (200, True)


async def test_conflict_is_a_500_after_the_retries(shop: Shop, caller: Caller) -> None:
    """A lost race is answered by SerializationFailure after about 20 s, and nothing is written; load answers at once."""
    shop.sandbox.conflicts += [Conflict("res.partner.write"), Conflict("res.partner.load")]
    task = asyncio.create_task(caller("res.partner", "write", ids=[shop.customer], vals={"ref": "x"}))
    await wait_for_sleeper(shop)
    shop.clock.advance(21)
    status, told = await task
    assert (status, told["name"]) == (500, "psycopg2.errors.SerializationFailure")
    assert shop.read("res.partner", shop.customer, "ref") is False
    status, told = await caller("res.partner", "load", fields=["id", "name"], data=[["a.b", "N"]])
    assert (status, told["ids"]) == (200, False)
    assert (await caller("res.partner", "load", fields=["id", "name"], data=[["a.b", "N"]]))[1]["ids"]


async def test_rate_limit_and_expired_key(shop: Shop, caller: Caller) -> None:
    """429 carries Retry-After and does nothing; an expired key is 401."""
    shop.sandbox.faults.append(Fault("res.partner.*", "status", status=429, retry_after=7))
    assert (await caller("res.partner", "create", vals_list=[{"name": "N"}]))[0] == 429
    assert (await caller("res.partner", "search_count", domain=[["name", "=", "N"]])) == (200, 0)
    assert shop.sandbox.calls["res.partner.create"] == 1
    assert shop.sandbox.effects["res.partner.create"] == 0
    shop.sandbox.expire_key(KEY)
    assert (await caller("res.partner", "search_count", domain=[]))[0] == 401


async def test_faults_and_conflicts_are_set_over_the_network(shop: Shop, caller: Caller) -> None:
    """The steering addresses switch conflicts on and refuse what they do not know."""
    async with caller.session.post(
        f"{caller.url}/_sandbox/conflicts", json=[{"operation": "x.*", "seconds": 1}]
    ) as told:
        assert told.status == 200
    assert shop.sandbox.conflicts == [Conflict("x.*", seconds=1)]
    async with caller.session.post(f"{caller.url}/_sandbox/conflicts", json=[{"nope": 1}]) as told:
        assert told.status == 400


@pytest.mark.parametrize(
    "given",
    [
        {"ids": "x", "vals": {}},
        {"ids": [1], "vals": []},
        {"ids": [{}], "vals": {"name": 1}},
        {"ids": [1], "vals": {"category_id": "x"}},
        {"ids": None, "vals": None},
    ],
)
async def test_nonsense_is_answered(shop: Shop, caller: Caller, given: dict[str, Any]) -> None:
    """Arguments of wrong types get one of Odoo's error bodies and change nothing."""
    status, told = await caller("res.partner", "write", **given)
    assert status == 200 or "debug" in told
    assert not shop.sandbox.effects["res.partner.write"]


async def test_outgoing_webhooks(shop: Shop, caller: Caller) -> None:
    """An order's confirm is told after its commit, one request per record; a dead receiver changes nothing."""
    taken: list[dict[str, Any]] = []
    states: list[Any] = []

    async def receive(request: Request) -> Response:
        taken.append(json.loads(await request.body()))
        states.append(shop.read("sale.order", taken[-1]["_id"], "state"))
        return PlainTextResponse("no", 500)

    orders = [shop.order(1, confirm=False) for _ in range(2)]
    async with serve(Starlette(routes=[Route("/hook", receive, methods=["POST"])])) as url:
        listen(shop, f"{url}/hook")
        assert await caller("sale.order", "action_confirm", ids=orders) == (200, True)
        assert [one["_id"] for one in taken] == orders
        assert states == ["sale", "sale"]
        assert len(taken[0]["write_date"]) == 26
        assert (await caller("sale.order", "action_confirm", ids=orders))[0] == 422
        assert len(taken) == 2
    last = shop.order(1, confirm=False)
    assert await caller("sale.order", "action_confirm", ids=[last]) == (200, True)


def listen(shop: Shop, url: str) -> int:
    """Let an automation tell the state of orders."""
    model = shop.find("ir.model", ["model", "=", "sale.order"])
    names = shop.env["ir.model.fields"].search([["model_id", "=", model], ["name", "in", ["state", "write_date"]]])
    state = shop.find("ir.model.fields", ["model_id", "=", model], ["name", "=", "state"])
    action = {
        "name": "hook",
        "model_id": model,
        "state": "webhook",
        "webhook_url": url,
        "webhook_field_ids": [[6, 0, names]],
    }
    rule = {"name": "state", "model_id": model, "trigger": "on_write", "trigger_field_ids": [[6, 0, [state]]]}
    return int(shop.env["base.automation"].create({**rule, "action_server_ids": [[0, 0, action]]}))


async def test_incoming_webhook(shop: Shop, caller: Caller) -> None:
    """An incoming webhook runs its action on the record named; unknown records are 500, unknown addresses 404."""
    model = shop.find("ir.model", ["model", "=", "sale.order"])
    action = {
        "name": "mark",
        "model_id": model,
        "state": "code",
        "code": "record.write({'client_order_ref': 'hooked'})",
    }
    vals = {
        "name": "in",
        "model_id": model,
        "trigger": "on_webhook",
        "record_getter": "model.browse(payload.get('_id'))",
    }
    rule = shop.env["base.automation"].create({**vals, "action_server_ids": [[0, 0, action]]})
    uuid, order = shop.read("base.automation", rule, "webhook_uuid"), shop.order()

    async def post(address: str, number: int) -> int:
        async with caller.session.post(f"{caller.url}/web/hook/{address}", json={"_id": number}) as answer:
            return answer.status

    assert [await post(uuid, order), await post(uuid, 999_999), await post("nowhere", order)] == [200, 500, 404]
    assert shop.read("sale.order", order, "client_order_ref") == "hooked"


async def test_pages(shop: Shop, caller: Caller) -> None:
    """The portal opens with its token only; images are a placeholder of 6078 bytes unless public."""
    order = shop.order()
    path = (await caller("sale.order", "get_portal_url", ids=[order]))[1]
    assert (await caller.get(path))[0] == 200
    assert (await caller.get(f"/my/orders/{order}?access_token=guess"))[0] == 303
    status, picture = await caller.get(f"/web/image/product.product/{shop.shirt}/image_128")
    assert (status, len(picture), picture[:4]) == (200, 6078, b"\x89PNG")
    vals = {"name": "p.txt", "datas": "aG9sYQ==", "public": True, "mimetype": "text/plain"}
    file = shop.env["ir.attachment"].create(vals)
    assert await caller.get(f"/web/image/{file}") == (200, b"hola")


async def test_spanish_by_context_or_user(shop: Shop, caller: Caller) -> None:
    """Texts follow the context's language, else the user's."""
    order = shop.order()
    english = (await caller("sale.order", "action_confirm", ids=[order]))[1]["message"]
    spanish = (await caller("sale.order", "action_confirm", ids=[order], context={"lang": "es_EC"}))[1]["message"]
    shop.env["res.users"].write([shop.sandbox.admin_uid], {"lang": "es_EC"})
    assert (await caller("sale.order", "action_confirm", ids=[order]))[1]["message"] == spanish != english


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("hola <b>a</b>", "<p>hola <b>a</b></p>"),
        ('<p class="x" id="y" title="z">a<br/>b</p>', '<p class="x" id="y" title="z">a<br>b</p>'),
        ('<p onclick="x()" hidden="1" data-mine="1">a<!-- b --></p>', "<p>a</p>"),
        ("<p>a<script>b</script><custom>c</custom></p>", "<p>ac</p>"),
        ('<a href="javascript:x()">a</a><a href="https://e.x/">b</a>', '<a>a</a><a href="https://e.x/">b</a>'),
        ('<p style="color:red; position:fixed">a</p>', '<p style="color:red">a</p>'),
        ("<div><p>a</p><p>b</p></div>", "<p>a</p><p>b</p>"),
        ("<div>a</div><div>b</div>", "<div>a</div><div>b</div>"),
        (" ", False),
        ("<form>a<input name='b'></form>", "a"),
        ("<!-- a -->", False),
        ("<!DOCTYPE html>", False),
    ],
)
def test_html_is_cleaned(shop: Shop, sent: str, kept: str) -> None:
    """A field keeps text as a paragraph, class, id and title; no scripts, forms, comments, events and unknown attributes."""
    note = shop.env["res.partner"].create({"name": "N", "comment": sent})
    assert shop.read("res.partner", note, "comment") == kept


def test_factory() -> None:
    """The command line finds name, port and a factory that takes texts."""
    sandbox = build(ManualClock(), {"version": "18.0", "database": "x", "ignored": "y"})
    assert (NAME, PORT, sandbox.version, sandbox.database) == ("odoo", 18069, "18.0", "x")
