"""Settlement files: kept once, compared with ledger and Odoo, and refunds and disputes end in the same books."""

import base64
import time
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from caravana.engine.admin import Admin
from caravana.kit.clock import ScaledClock
from tests.commerce.shop import SILENT, Shop, Street, open_shop
from tests.commerce.test_branches import COMPANIES
from tests.commerce.test_branches import branches as branches_of_town
from tests.commerce.test_disputes import enter
from tests.commerce.test_refunds import bought, outgoing, refund, refunds
from tests.support.waiting import eventually

HEADINGS = "Referencia interna,Referencia,Número de transacción,Tipo,Fecha,Valor,Moneda,Comisión,Valor neto"


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    """A shop whose day hardly moves; files may be laid into a folder."""

    def changes(street: Street, given: dict[str, Any]) -> None:
        folder = {"cards.settlement.folder": str(tmp_path / "inbox"), "cards.settlement.folder.delay": 50}
        given["placeholders"] |= {**folder, "cards.settlement.folder.min_age": 0}

    (tmp_path / "inbox" / "placetopay").mkdir(parents=True)
    async with open_shop(tmp_path, ScaledClock(time.time(), 1), None, changes) as one:
        yield one


def today(shop: Shop) -> date:
    """Return the company's day."""
    return shop.hub.clock.now().astimezone(ZoneInfo(shop.configuration.company.timezone)).date()


def line(
    shop: Shop,
    payment: str,
    reference: str = "",
    amount: str = "115.00",
    kind: str = "Pago",
    number: str = "",
    **more: Any,
) -> str:
    """Return a row of the file; `currency`, `day`."""
    day, currency = more.get("day", today(shop)), more.get("currency", "USD")
    return f"{payment},{reference},{number},{kind},{day},{amount},{currency},,"


def file(*rows: str) -> bytes:
    """Return a settlement file."""
    return "\n".join([HEADINGS, *rows]).encode()


async def bring(shop: Shop, *rows: str, dry: bool = False, **more: Any) -> dict[str, Any]:
    """Import a file as `caravana payments import` does; return the report."""
    desk = Admin(shop.hub.journal, shop.hub.clock, shop.hub)
    given = {"name": "liquidacion.csv", "content": base64.b64encode(file(*rows)).decode(), "connection": "placetopay"}
    found: dict[str, Any] = await desk.operate("pay", "import", {**given, "dry": dry, **more}, subject="x", actor="ana")
    await shop.idle()
    return found


def kinds(report: dict[str, Any]) -> list[tuple[str, str, bool]]:
    """Return kind, name and whether the hub mends it, of each difference."""
    return [(each["kind"], each["name"], each["mending"]) for one in report["compared"] for each in one["differences"]]


def number(shop: Shop) -> str:
    """Return PlacetoPay's number of the newest payment."""
    return str(shop.provider.payments()[-1].internal_reference)


async def test_what_is_the_same_is_no_difference_and_a_file_counts_once(shop: Shop) -> None:
    """The payment is in the books already; the same file again, and one that overlaps it, tell nothing twice."""
    order, _ = await bought(shop)
    paid = line(shop, number(shop), f"CV{order}-1")
    first = await bring(shop, paid)
    assert (first["state"], first["new"], first["known"], kinds(first)) == ("taken", 1, 0, [])
    untold = dict.fromkeys(("fee", "deductions", "net"))
    assert first["totals"] == [{"currency": "USD", "paid": "115.00", "back": "0", **untold}]
    again = await bring(shop, paid, paid)
    assert (again["new"], again["known"], kinds(again)) == (0, 2, [])
    [(key, day)] = await shop.hub.store.find("card_settlement")
    assert (key, len(day["lines"]), len(day["files"])) == (f"placetopay/{today(shop)}", 1, 2)
    assert len(shop.card_payments()) == 1
    assert await shop.reviews() == []


async def test_a_payment_that_nobody_told_of_is_settled(shop: Shop) -> None:
    """The file shows a payment of ours that is not booked: the company is asked, and it is booked once; a dry run says so."""
    shop.provider.notifier.plan = SILENT
    order = shop.order()
    shop.provider.pay(str(await shop.press(await shop.link(order))))
    paid = line(shop, number(shop), f"CV{order}-1")
    said = await bring(shop, paid, dry=True)
    assert (said["new"], kinds(said)) == (1, [("payment_missing", number(shop), True)])
    assert (await shop.hub.store.find("card_settlement"), shop.card_payments()) == ([], [])
    assert kinds(await bring(shop, paid)) == [("payment_missing", number(shop), True)]
    await shop.settled(order)
    await shop.idle()
    assert [one["amount"] for one in shop.card_payments("in_process", "paid")] == [115.0]
    assert kinds(await bring(shop, paid)) == []
    assert await shop.reviews() == []


async def test_what_differs_goes_to_a_person_once(shop: Shop) -> None:
    """Another amount, another currency, and money of no order of ours: one item each, however often the file comes."""
    first, _ = await bought(shop)
    one = number(shop)
    second, _ = await bought(shop)
    rows = (
        line(shop, one, f"CV{first}-1", "100.00"),
        line(shop, number(shop), f"CV{second}-1", currency="EUR"),
        line(shop, "999001", "", "50.00"),
    )
    for _ in range(2):
        found = kinds(await bring(shop, *rows))
        assert sorted(found) == [
            ("payment_amount", one, False),
            ("payment_currency", number(shop), False),
            ("payment_missing", "999001", False),
        ]
        assert sorted(await shop.reviews()) == ["payment_amount", "payment_currency", "payment_missing"]
    wrong = await bring(shop, line(shop, one, f"CV{first}-1", "99.00"))
    assert wrong["state"] == "refused"
    assert wrong["problems"] == [
        {"line": 2, "reason": f"payment {one} was told before as 100.00 USD, and now as 99.00 USD"}
    ]


async def test_a_refund_made_on_the_page_is_booked_once(shop: Shop) -> None:
    """It enters the ledger with the company's number and the file's day; more than was paid is a person's; nothing is called."""
    order, _ = await bought(shop)
    day = today(shop)
    rows = (
        line(shop, number(shop), f"CV{order}-1", "-15.00", "Devolución", "701", day=day),
        line(shop, number(shop), f"CV{order}-1", "-200.00", "Reverso", "702", day=day),
    )
    found = kinds(await bring(shop, *rows))
    assert found == [("refund_unknown", "701", True), ("refund_unknown", "702", False)]

    async def booked() -> bool:
        return [one["booked"] for one in await refunds(shop)] == [True]

    await eventually(booked, timeout=30)
    await shop.idle()
    [kept] = await refunds(shop)
    assert (kept["refund"], kept["origin"], kept["made"], kept["settlement"]) == ("701", "company", str(day), "701")
    assert kinds(await bring(shop, *rows)) == [("refund_unknown", "702", False)]
    assert [one["amount"] for one in outgoing(shop)] == [15.0]
    assert shop.provider.effects["reverse"] == 0
    assert sorted(await shop.reviews()) == ["refund_unknown", "refund_without_note"]


async def test_our_own_refund_is_recognised(shop: Shop) -> None:
    """The file numbers it in its own way, or not at all: it is the refund that we made, and a second like it is another."""
    order, _ = await bought(shop)
    shop.provider.site.settlement_delay = 0.0
    await refund(shop, f"CV{order}-1", amount="15.00")
    part = line(shop, "", f"CV{order}-1", "-15.00", "Devolución")
    assert kinds(await bring(shop, part)) == []
    [kept] = await refunds(shop)
    assert kept["settlement"] == f"CV{order}-1/{today(shop)}/15.00"
    assert kinds(await bring(shop, part, part)) == [("refund_unknown", f"CV{order}-1/{today(shop)}/15.00#2", True)]
    await eventually(lambda: [one["amount"] for one in outgoing(shop)] == [15.0, 15.0], timeout=30)
    await shop.idle()
    assert kinds(await bring(shop, part, part)) == []
    assert len(await refunds(shop)) == 2


async def test_a_refund_that_waits_is_settled_by_the_file(shop: Shop) -> None:
    """PlacetoPay left it pending: the line of the same payment and amount says that it is done, and it is booked."""
    order, _ = await bought(shop)
    shop.provider.site.refunds = "pending"
    assert (await refund(shop, f"CV{order}-1"))["state"] == "pending"
    whole = line(shop, number(shop), f"CV{order}-1", "-115.00", "Reverso", "701")
    assert kinds(await bring(shop, whole)) == [("refund_pending", "701", True)]
    await eventually(lambda: [one["amount"] for one in outgoing(shop)] == [115.0], timeout=30)
    await shop.idle()
    [kept] = await refunds(shop)
    assert (kept["state"], kept["booked"], kept["settlement"]) == ("done", True, "701")
    assert kinds(await bring(shop, whole)) == []


async def test_a_chargeback_is_a_dispute(shop: Shop) -> None:
    """It enters the ledger of disputes once, and a person answers; one that a person entered is known; one of nobody is told."""
    order, _ = await bought(shop)
    first = number(shop)
    other, _ = await bought(shop)
    await enter(shop, f"CV{other}-1", number="7781")
    rows = (
        line(shop, first, "", "-115.00", "Contracargo", "901"),
        line(shop, number(shop), "", "-115.00", "Contracargo", "902"),
        line(shop, "999001", "", "-5.00", "Contracargo", "903"),
    )
    assert sorted(kinds(await bring(shop, *rows))) == [
        ("dispute_unknown", "901", True),
        ("dispute_unknown", "903", False),
    ]

    async def known() -> bool:
        return len(await shop.hub.store.find("card_dispute")) == 2

    await eventually(known, timeout=30)
    await shop.idle()
    kept = {one["dispute"]: one for _, one in await shop.hub.store.find("card_dispute")}
    assert (kept["901"]["state"], kept["901"]["payment"], kept["901"]["order_id"]) == ("open", first, order)
    assert kinds(await bring(shop, *rows)) == [("dispute_unknown", "903", False)]
    assert sorted(await shop.reviews()) == ["dispute", "dispute", "dispute_unknown"]


async def test_the_nightly_comparison_goes_on_with_what_a_file_told(shop: Shop) -> None:
    """A difference that only the file tells stays on the list while the company says otherwise, and goes when it is mended."""
    order, _ = await bought(shop)
    await bring(shop, line(shop, number(shop), f"CV{order}-1"), line(shop, "999001", "", "50.00"))
    desk = Admin(shop.hub.journal, shop.hub.clock, shop.hub)
    wish = {"day": today(shop).isoformat(), "connection": None}
    [compared] = await desk.operate("pay", "compare", wish, subject="x", actor="ana")
    assert [one["name"] for one in compared["differences"]] == ["999001"]
    assert await shop.reviews() == ["payment_missing"]
    customer = shop.odoo.env["res.partner"].create({"name": "Rosa Inventada"})
    journal = shop.odoo.env["account.journal"].search([["type", "=", "bank"]])[0]
    values = {"payment_type": "inbound", "partner_type": "customer", "partner_id": customer, "journal_id": journal}
    made = shop.odoo.env["account.payment"].create({**values, "amount": 50.0, "memo": "teléfono 999001"})
    shop.odoo.env["account.payment"].action_post([made])
    [compared] = await desk.operate("pay", "compare", wish, subject="x", actor="ana")
    assert (compared["differences"], await shop.reviews()) == ([], [])


async def test_files_laid_into_the_folder(shop: Shop, tmp_path: Path) -> None:
    """The folder's name is the account; a file that cannot be taken is told to a person, with the line."""
    order, _ = await bought(shop)
    inbox = tmp_path / "inbox" / "placetopay"
    (inbox / "noviembre.csv").write_bytes(file(line(shop, number(shop), f"CV{order}-1")))

    async def kept() -> bool:
        return len(await shop.hub.store.find("card_settlement")) == 1

    await eventually(kept, timeout=30)
    (inbox / "malo.csv").write_bytes(file(line(shop, "1", "", "uno")))
    await eventually(lambda: (inbox / "imported" / "malo.csv").exists(), timeout=30)

    async def told() -> bool:
        return await shop.reviews() == ["settlement_refused"]

    await eventually(told, timeout=30)
    [(_, item)] = await shop.hub.store.find("review")
    assert "línea 2: `uno` no es un monto" in item["detail"]


async def test_one_account_of_two_branches(tmp_path: Path) -> None:
    """Each line is compared with the books of its order's branch; money of no order is told at the first."""

    def changes(street: Street, given: dict[str, Any]) -> None:
        given["branches"] = {
            name: {**one, "payment_store": "placetopay"} for name, one in branches_of_town(street).items()
        }

    async with open_shop(tmp_path, ScaledClock(time.time(), 1), COMPANIES, changes) as shop:
        rows = [line(shop, "999001", "", "50.00")]
        for one in shop.configuration.branches.values():
            order = shop.order(of={"company_id": one.company})
            shop.provider.pay(str(await shop.press(await shop.link(order))))
            await shop.settled(order)
            rows.append(line(shop, number(shop), f"CV{order}-1"))
        await shop.idle()
        found = await bring(shop, *rows)
        assert [(one["branch"], len(one["differences"])) for one in found["compared"]] == [("centro", 1), ("sur", 0)]
        assert kinds(found) == [("payment_missing", "999001", False)]
