"""Partners in shadow or off: the same is received, read, mapped and decided as live, and they are not changed.

The whole day of the demo, with Odoo in shadow, is played in `tests/demo/test_shadow_day.py`.
"""

from pathlib import Path
from typing import Any

from caravana.engine.admin import Admin
from caravana.kit.clock import ScaledClock
from tests.commerce.intended import Requests, intents
from tests.commerce.shop import LINK, Shop, open_shop
from tests.support.waiting import eventually

OF_THE_CLERK = (".create", ".action_confirm", ".create_invoices", "account.move.action_post")
"""What the clerk does in these days himself; of this the hub does nothing."""


async def _link(shop: Shop, order: int) -> str:
    """Return the order's pay link: from the note, or from the note that would have been."""
    desk = Admin(shop.hub.journal, shop.hub.clock, shop.hub)

    async def would() -> Any:
        found = LINK.search(shop.notes(order))
        for row in await shop.hub.journal.query(
            f"select seq from exchange where lane = 'order:sale.order,{order}'", {}
        ):
            for one in await desk.shadow_show(str(row["seq"])) if await _undone(shop, row["seq"]) else []:
                found = found or LINK.search(str(one["request"].get("body")))
        return found

    return str((await eventually(would, timeout=30))[0])


async def _undone(shop: Shop, seq: int) -> bool:
    query = f"select 1 as one from record where exchange = {seq} and state = 'would'"
    return bool(await shop.hub.journal.query(query, {}))


async def test_a_match_is_intended_as_it_is_made(tmp_path: Path, clock: ScaledClock) -> None:
    """An order with an open invoice is paid: payment, posting and match are the same with Odoo in shadow, request by request."""
    intended = []
    for name, connections in (("live", {}), ("shadow", {"odoo:odoo": "shadow"})):
        requests = Requests()
        (tmp_path / name).mkdir()
        with requests.watched():
            async with open_shop(tmp_path / name, clock, modes={"connections": connections}) as shop:
                order = shop.order()
                shop.invoice(order)
                session = await shop.press(await _link(shop, order))
                assert session is not None
                shop.provider.pay(session)
                await shop.settled(order)
                await shop.idle()
                intended.append(await intents(shop, requests, "odoo"))
                assert bool(shop.odoo.effects["account.move.line.reconcile"]) is (name == "live")
    assert intended[0] == intended[1]
    assert any("operation=reconcile" in endpoint for _, _, endpoint, _ in intended[0])


async def test_all_in_shadow_changes_nobody(tmp_path: Path, clock: ScaledClock) -> None:
    """Notes, fields and sessions are intended as on a live day; who presses pay reads that it does not work; no counter moves."""
    intended = []
    for name, modes in (("live", {}), ("shadow", {"default": "shadow"})):
        requests = Requests()
        (tmp_path / name).mkdir()
        with requests.watched():
            async with open_shop(tmp_path / name, clock, modes=modes) as shop:
                for _ in range(2):
                    link = await _link(shop, shop.order())
                    status, text = await shop.page_pressed(link)
                await shop.idle()
                notes, sessions = await intents(shop, requests, "odoo"), await intents(shop, requests, "pay")
                intended.append((notes, sessions))
                if name == "shadow":
                    assert (status, "trouble" in text) == (503, True)
                    assert not shop.odoo.effects.keys() - {
                        one for one in shop.odoo.effects if one.endswith(OF_THE_CLERK)
                    }
                    assert shop.provider.effects.total() == 0
                    assert await shop.hub.store.find("card_attempt") == []
                    report = await Admin(shop.hub.journal, shop.hub.clock, shop.hub).shadow_report()
                    counts = {
                        (one["route"], one["partner"]): one["effects"] for one in report if one["partner"] != "state"
                    }
                    assert counts == {
                        ("card-link", "odoo"): 2,
                        ("card-fields-written", "odoo"): 2,
                        ("card-button", "placetopay"): 2,
                    }
                    states = await shop.hub.journal.query("select distinct state from exchange", {})
                    assert [one["state"] for one in states] == ["done"]
    assert intended[0] == intended[1]
    assert [len(one) for one in intended[0]] == [4, 2]  # note and fields of each order, session of each


async def test_a_partner_alone_in_shadow_or_off(tmp_path: Path, clock: ScaledClock) -> None:
    """Odoo is live and gets its note; the provider is not changed, in shadow the session is told, off he is not even asked."""
    for mode, counted in (("shadow", {("card-button", "placetopay"): 1}), ("off", {})):
        (tmp_path / mode).mkdir()
        async with open_shop(tmp_path / mode, clock, modes={"connections": {"placetopay:placetopay": mode}}) as shop:
            order = shop.order()
            status, text = await shop.page_pressed(await shop.link(order))
            assert (status, "trouble" in text) == (503, True)
            assert (shop.provider.effects.total(), shop.provider.calls.total()) == (0, 0)
            assert [one["state"] for one in await shop.attempts(order)] == ["failed"]
            report = await Admin(shop.hub.journal, shop.hub.clock, shop.hub).shadow_report()
            assert {(one["route"], one["partner"]): one["effects"] for one in report} == counted
            desk = Admin(shop.hub.journal, shop.hub.clock, shop.hub)
            listed = await desk.shadow_list(partner="placetopay:placetopay")
            assert [(one["route"], one["partner"], one["endpoint"]) for one in listed] == [
                (route, partner, "pay:create") for route, partner in counted
            ]
            assert await desk.shadow_list(partner="stripe") == []
            async with shop.web.post(f"{shop.url}/placetopay/placetopay", json={}) as answer:
                assert (answer.status == 404) is (mode == "off")
