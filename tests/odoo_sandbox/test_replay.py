"""Every exchange recorded from Odoo 19.0, replayed: same status, same shape, whatever the ids and names."""

import json
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from caravana.kit.serving import serve
from tests.odoo_sandbox import recorded
from tests.odoo_sandbox.replay import replay
from tests.odoo_sandbox.shape import differences
from tests.odoo_sandbox.world import OTHER, RECORDED, Flavour, World
from tests.odoo_sandbox.worlds import prepare

EXCEPTIONS: dict[str, str] = {}
"""Fixtures that the sandbox does not answer as recorded, each with its reason. There are none."""


async def replay_one(flavour: Flavour, name: str) -> list[str]:
    """Return how the sandbox differs from the recording `name`."""
    world = World(flavour)
    prepare(world, name)
    return await replay(world, recorded.read(name))


@pytest.mark.parametrize("flavour", [RECORDED, OTHER], ids=["recorded", "other"])
async def test_every_recorded_exchange(flavour: Flavour) -> None:
    """All 212 exchanges come out alike, with the recorded ids and names and with quite different ones."""
    names = recorded.names()
    differing = {}
    for name in names:
        found = await (outgoing(flavour, name) if name in recorded.OUTGOING else replay_one(flavour, name))
        if found and name not in EXCEPTIONS:
            differing[name] = found
    alike = len(names) - len(differing) - len(EXCEPTIONS)
    print(f"{alike} of {len(names)} recorded exchanges alike, first id {flavour.first_id}")  # noqa: T201
    assert differing == {}
    assert (alike, len(names)) == (212, 212)


async def outgoing(flavour: Flavour, name: str) -> list[str]:
    """Return how the webhook that the sandbox sends differs from the recorded one; here Odoo is the client."""
    world, taken = World(flavour), []

    async def receive(request: Request) -> Response:
        taken.append((dict(request.headers), await request.body()))
        return PlainTextResponse("ok")

    exchange = recorded.read(name)
    async with serve(Starlette(routes=[Route(exchange.path, receive, methods=["POST"])])) as url:
        cause = {"i10": order_webhook, "i11": quant_webhook}[name[:3]]
        cause(world, url + exchange.path)
        await world.sandbox.deliver()
    headers, body = taken[-1]
    found = differences(exchange.body, json.loads(body))
    found += [] if list(json.loads(body)) == sorted(json.loads(body)) else ["keys are not sorted"]
    for header in ("User-Agent", "Content-Type"):
        if header in exchange.headers and headers[header.lower()] != exchange.headers[header]:
            found.append(f"header {header}: {headers[header.lower()]!r}")
    return found


def order_webhook(world: World, url: str) -> None:
    """An order is confirmed, which an automation on its state tells."""
    world.automation(url)
    order = world.order(1, client_order_ref=False)
    world.env["sale.order"].action_confirm([order])


def quant_webhook(world: World, url: str) -> None:
    """Stock is reserved, which an automation on quants tells."""
    model = world.one("ir.model", ["model", "=", "stock.quant"])
    names = ["location_id", "product_id", "quantity", "reserved_quantity"]
    domain: list[Any] = [["model_id", "=", model], ["name", "in", names]]
    chosen = world.env["ir.model.fields"].search(domain)
    action = {"name": "q hook", "model_id": model, "state": "webhook", "webhook_url": url}
    action["webhook_field_ids"] = [[6, 0, chosen]]
    rule = {"name": "q", "model_id": model, "trigger": "on_create_or_write", "action_server_ids": [[0, 0, action]]}
    world.env["base.automation"].create(rule)
    world.env["sale.order"].action_confirm([world.order(1)])
