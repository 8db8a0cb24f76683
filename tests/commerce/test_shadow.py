"""A day in shadow: the same is received, read, mapped and decided as on a live day, and the partners are not changed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from caravana.component.placetopay.sandbox import Card, NotificationPlan
from caravana.engine.admin import Admin
from caravana.kit.clock import ScaledClock
from caravana.kit.sandbox import Fault
from tests.commerce.intended import Intent, Requests, intents
from tests.commerce.shop import LINK, SILENT, Shop, open_shop
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


async def _paid(shop: Shop, order: int, link: str) -> None:
    """All goes well, and the customer comes back."""
    await _pay(shop, link)
    await shop.page(f"{link}/return")


async def _refused(shop: Shop, order: int, link: str) -> None:
    """The first card is refused, the second accepted."""
    await _pay(shop, link, Card.DENIED)
    await shop.page(f"{link}/return")
    await _pay(shop, link)


async def _twice(shop: Shop, order: int, link: str) -> None:
    """Notified twice, while the customer comes back."""
    shop.provider.notifier.plan = NotificationPlan(times=2)
    await _pay(shop, link)
    await shop.page(f"{link}/return")
    shop.provider.notifier.plan = NotificationPlan()


async def _never(shop: Shop, order: int, link: str) -> None:
    """Nobody tells: the sweep finds it."""
    shop.provider.notifier.plan = SILENT
    await _pay(shop, link)
    await shop.settled(order)
    shop.provider.notifier.plan = NotificationPlan()


async def _odoo_away(shop: Shop, order: int, link: str) -> None:
    """Odoo is away for a while, just when the money comes."""
    session = await shop.press(link)
    assert session is not None
    shop.odoo.faults.append(Fault(action="status", status=503, times=10))
    shop.provider.pay(session)


async def _pay(shop: Shop, link: str, card: Card = Card.APPROVED) -> None:
    session = await shop.press(link)
    assert session is not None
    shop.provider.pay(session, card)


CHAPTERS: tuple[Callable[..., Any], ...] = (_paid, _refused, _twice, _never, _odoo_away)


async def _day(folder: Path, clock: ScaledClock, modes: dict[str, Any]) -> tuple[list[Intent], dict[str, int]]:
    """Play the day; return what was intended for Odoo, and what the hub has changed there."""
    requests = Requests()
    folder.mkdir()
    with requests.watched():
        async with open_shop(folder, clock, modes=modes, **{"cards.sweep": "1m"}) as shop:
            for chapter in CHAPTERS:
                order = shop.order()
                if chapter is _paid:
                    shop.invoice(order)
                await chapter(shop, order, await _link(shop, order))
                await shop.settled(order)
                await shop.idle()
            found = await intents(shop, requests, "odoo")
            changed = {name: count for name, count in shop.odoo.effects.items() if not name.endswith(OF_THE_CLERK)}
            return found, changed


async def test_a_day_with_odoo_in_shadow_intends_what_a_live_day_does(tmp_path: Path, clock: ScaledClock) -> None:
    """Customers pay at the provider on both days: link, payment, posting, match and note are the same, request by request."""
    live, done = await _day(tmp_path / "live", clock, {})
    shadow, undone = await _day(tmp_path / "shadow", clock, {"connections": {"odoo:odoo": "shadow"}})
    assert shadow == live
    assert len([one for one in live if "createOnce" in one[2]]) == len(CHAPTERS)
    assert undone == {}
    assert done["account.payment.load"] == len(CHAPTERS)


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
                    assert counts == {("card-link", "odoo"): 2, ("card-button", "pay"): 2}
                    states = await shop.hub.journal.query("select distinct state from exchange", {})
                    assert [one["state"] for one in states] == ["done"]
    assert intended[0] == intended[1]
    assert [len(one) for one in intended[0]] == [4, 2]  # note and fields of each order, session of each


async def test_a_partner_alone_in_shadow_or_off(tmp_path: Path, clock: ScaledClock) -> None:
    """Odoo is live and gets its note; the provider is not changed, in shadow the session is told, off he is not even asked."""
    for mode, counted in (("shadow", {("card-button", "pay"): 1}), ("off", {})):
        (tmp_path / mode).mkdir()
        async with open_shop(tmp_path / mode, clock, modes={"connections": {"placetopay:placetopay": mode}}) as shop:
            order = shop.order()
            status, text = await shop.page_pressed(await shop.link(order))
            assert (status, "trouble" in text) == (503, True)
            assert (shop.provider.effects.total(), shop.provider.calls.total()) == (0, 0)
            assert [one["state"] for one in await shop.attempts(order)] == ["failed"]
            report = await Admin(shop.hub.journal, shop.hub.clock, shop.hub).shadow_report()
            assert {(one["route"], one["partner"]): one["effects"] for one in report} == counted
            async with shop.web.post(f"{shop.url}/placetopay/placetopay", json={}) as answer:
                assert (answer.status == 404) is (mode == "off")
