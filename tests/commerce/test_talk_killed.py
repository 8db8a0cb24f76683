"""kill -9 while a cart becomes an order, at each of its steps: one order, one answer, or a doubt that a person ends."""

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from caravana.commerce.flows import ROUTES
from caravana.component.odoo.sandbox import OdooSandbox
from caravana.component.whatsapp.sandbox import Account, MetaSandbox
from caravana.kit.serving import serve
from caravana.testing.crash import CrashTest, Life
from caravana.testing.talk import KEY

NOW = str(int(time.time()))
FILES = ("2-talk.yaml", "3-goods.yaml", "4-people.yaml", "5-orders.yaml")
POINTS = [(f"write_records:{'before' if count % 4 == 1 else 'after'}", count) for count in range(1, 14, 2)]
"""Where the process dies while one cart is confirmed; each has a customer of its own."""
FEW = POINTS[1::2]
"""Those at which it dies on PostgreSQL, where each new life waits for the end of the old one's lease."""


def phone_of(number: int) -> str:
    """Return the phone of customer `number`."""
    return f"5939900001{number:02}"


def message(number: int, name: str, kind: str, content: Any) -> dict[str, Any]:
    """Return a webhook's body with one message of customer `number`."""
    phone, bsuid = phone_of(number), f"EC.99{number}"
    said = {"from": phone, "from_user_id": bsuid, "id": f"wamid.{name}{number}", "timestamp": NOW, "type": kind}
    contact = {"profile": {"name": f"Cliente{number}"}, "wa_id": phone, "user_id": bsuid}
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "1", "phone_number_id": "106540352242922"},
        "contacts": [contact],
        "messages": [{**said, kind: content}],
    }
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}],
    }


def confirmed(number: int) -> dict[str, Any]:
    """Return the tap that confirms the cart of a customer."""
    reply = {"id": f"order?basket=wamid.CART{number}&agreed=22.99", "title": "Confirmar"}
    return message(number, "YES", "interactive", {"type": "button_reply", "button_reply": reply})


async def settled(crash: CrashTest) -> dict[str, str]:
    """Live undisturbed until nothing waits for its time either; return the states."""
    while True:
        states = (await asyncio.to_thread(crash.finish)).states
        if "waiting" not in states.values():
            return states
        await asyncio.sleep(0.5)


@pytest.mark.slow
@pytest.mark.timeout(240)
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
async def test_killed_while_a_cart_becomes_an_order(
    tmp_path: Path, request: pytest.FixtureRequest, database: str
) -> None:
    """However often the hub dies, each cart is one confirmed order, and nobody is answered twice."""
    points = POINTS if database == "sqlite" else FEW
    journal = {} if database == "sqlite" else {"journal": request.getfixturevalue("postgres_database")}
    odoo, meta = OdooSandbox(database="demo"), MetaSandbox(account=Account(fetch=False))
    async with serve(odoo.app()) as odoo_url, serve(meta.app()) as meta_url:
        crash = CrashTest(tmp_path)
        into = (
            (ROUTES / "conversation" / "1-in.yaml")
            .read_text("utf-8")
            .replace("uri: timer:talk-goods", "uri: seda:never")
        )
        into = into.replace('parameters: {delay: 0, period: "{{conversation.goods.every:5m}}"}', "parameters: {}")
        into = into.replace("split\n", "split?oldest=0\n", 1)
        connection = {
            "url": odoo_url,
            "database": "demo",
            "apiKey": KEY,
            "login": "integracion",
            "rate": 1000,
            "settle": "1s",
        }
        crash.routes(
            into,
            *(
                (ROUTES / "conversation" / name).read_text("utf-8").split("\n- route:\n    id: talk-closed")[0]
                for name in FILES
            ),
            callables={"talk": "tests.commerce.talk_callables:TALK"},
            connections={"odoo": connection, "whatsapp": {"url": meta_url, "timeout": "5s", **meta.connection()}},
            **journal,
        )
        for number in range(len(points)):
            meta.customer(phone_of(number)).text("hola")
        items = [{"product_retailer_id": "CAM-001", "quantity": 1, "item_price": 1, "currency": "USD"}]
        carts = [
            message(n, "CART", "order", {"catalog_id": "5678", "product_items": items}) for n in range(len(points))
        ]
        await asyncio.to_thread(crash.finish, *(("talk-whatsapp", one) for one in carts))
        lives: list[Life] = []
        for number, (boundary, count) in enumerate(points):
            sent = ("talk-whatsapp", confirmed(number))
            lives.append(await asyncio.to_thread(crash.kill, boundary, sent, count=count))
        states = await settled(crash)
        assert sum(one.killed for one in lives) > len(points) // 2  # work that comes together needs fewer writes
        assert set(states.values()) <= {"done", "in_doubt"}
        env = odoo.env["sale.order"]
        orders = env.read(env.search([]), ["state", "client_order_ref"])
        assert sorted(one["client_order_ref"] for one in orders) == sorted(f"wamid.CART{n}" for n in range(len(points)))
        assert {one["state"] for one in orders} == {"sale"}
        for number in range(len(points)):
            received = meta.customer(phone_of(number)).received
            thanked = [one for one in received if "Gracias" in str(one.content)]
            assert len(thanked) <= 1
        await meta.close()
