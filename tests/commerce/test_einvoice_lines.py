"""Lines of Odoo's invoices, by chance: whatever the quantity, price and discount, the SRI's sums are Odoo's to the cent."""

import random
from collections import Counter
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest

from caravana.commerce.einvoice.mapping import Draft
from caravana.commerce.einvoice.mapping_moves import MoveSource
from caravana.commerce.einvoice.odoo_lines import lines_of
from caravana.commerce.einvoice.source import Mapped, Wanted
from caravana.kit.authority import Authority
from caravana.kit.clock import ManualClock
from caravana.kit.edocument.clave import clave_of
from caravana.kit.edocument.document import read_document
from caravana.kit.edocument.xml import to_xml
from tests.commerce.clerk import SETTINGS, TODAY

CENT = Decimal("0.01")
RATES = {"vat15": 15.0, "vat05": 5.0, "zero_vat": 0.0}


def cents(value: Decimal) -> Decimal:
    """Return a value as Odoo rounds money."""
    return value.quantize(CENT, ROUND_HALF_UP)


def row(number: int, quantity: str, price: str, discount: str, kind: str, *, included: bool = False) -> dict[str, Any]:
    """Return an invoice line with the amounts that Odoo works out, rounding per line."""
    rate = Decimal(str(RATES[kind]))
    gross = Decimal(quantity) * Decimal(price) * (100 - Decimal(discount)) / 100
    net = cents(gross * 100 / (100 + rate)) if included else cents(gross)
    total = net + cents(net * rate / 100)
    group = {"id": 1, "name": kind, "l10n_ec_type": kind}
    tax = {"id": 1, "name": kind, "amount": float(rate), "amount_type": "percent", "price_include": included}
    return {
        "id": number,
        "name": f"Línea {number}",
        "display_type": "product",
        "quantity": float(quantity),
        "price_unit": float(price),
        "discount": float(discount),
        "price_subtotal": float(net),
        "price_total": float(total),
        "product_id": None,
        "tax_ids": [tax | {"tax_group_id": group}],
    }


def invoice(*rows: dict[str, Any]) -> dict[str, Any]:
    """Return a posted invoice of these lines as it is read."""
    return {
        "id": 1,
        "name": "Fact 001-001-000000001",
        "state": "posted",
        "move_type": "out_invoice",
        "invoice_date": TODAY,
        "invoice_date_due": TODAY,
        "currency_id": [1, "USD"],
        "amount_untaxed": float(sum(Decimal(str(one["price_subtotal"])) for one in rows)),
        "amount_total": float(sum(Decimal(str(one["price_total"])) for one in rows)),
        "l10n_latam_document_number": "001-001-000000001",
        "l10n_latam_document_type_id": {"id": 1, "code": "01"},
        "l10n_ec_sri_payment_id": {"id": 1, "code": "01"},
        "commercial_partner_id": {"id": 1, "name": "Rosa Inventada", "vat": "1710034065"},
        "partner_id": {"id": 1, "name": "Rosa Inventada"},
        "invoice_line_ids": list(rows),
    }


def mapped(*rows: dict[str, Any]) -> Mapped:
    """Return what an invoice of these lines becomes."""
    return MoveSource(SETTINGS).mapped(invoice(*rows), Wanted("odoo/account.move,1", None, SETTINGS, TODAY))


@pytest.mark.parametrize("seed", range(100))
def test_sums_are_odoos(seed: int) -> None:
    """Invoices of one to five lines with up to four decimals, discounts and taxes of all rates have no difference."""
    chance = random.Random(seed)
    rows = [
        row(
            number,
            str(Decimal(chance.randint(1, 9_999)) / chance.choice((1, 10, 100, 1000))),
            str(Decimal(chance.randint(1, 99_999)) / chance.choice((100, 100, 1000, 10_000))),
            chance.choice(("0", "0", "5", "10", "12.5", "33.33", "100")),
            chance.choice(list(RATES)),
        )
        for number in range(1, chance.randint(2, 6))
    ]
    found = mapped(*rows)
    assert [one for one in found.problems if one.severity == "error" and one.code != "amount.zero"] == []


@pytest.mark.parametrize("seed", range(100))
def test_negative_lines_leave_odoos_sum(seed: int) -> None:
    """Coupons over lines of one rate become discounts whose taxes stay within the cent that is allowed, while 1.00 is left."""
    chance = random.Random(seed)
    rows = [row(number, "1", str(Decimal(chance.randint(100, 9_999)) / 100), "0", "vat15") for number in (1, 2, 3)]
    whole = sum(Decimal(str(one["price_subtotal"])) for one in rows)
    taken = [min(Decimal(chance.randint(1, 9_999)) / 100, whole - 1)]
    taken += [Decimal(chance.randint(1, 99)) / 100 for _ in range(chance.randint(0, 2)) if sum(taken) < whole - 3]
    coupons = [row(number, "1", str(-one), "0", "vat15") for number, one in enumerate(taken, 4)]
    found = mapped(*rows, *coupons)
    assert [one for one in found.problems if one.severity == "error"] == []
    assert found.document is not None
    assert Decimal(found.document["totalDescuento"]) == sum(taken)


@pytest.mark.parametrize("seed", range(20))
def test_the_authority_takes_them(seed: int) -> None:
    """The imitated authority, whose rules are its own, finds no difference in ten invoices with discounts and coupons."""
    authority = Authority(ManualClock(datetime(2026, 11, 23, 15, tzinfo=UTC)))
    chance = random.Random(seed)
    for number in range(1, 11):
        prices = [Decimal(chance.randint(1_000, 99_999)) / 1000 for _ in range(4)]
        rows = [
            row(place, str(chance.randint(1, 30)), str(one), chance.choice(("0", "7.5")), chance.choice(list(RATES)))
            for place, one in enumerate(prices, 1)
        ]
        rows.append(row(9, "1", str(-Decimal(chance.randint(1, 200)) / 100), "0", chance.choice(_kinds(rows))))
        numbered = invoice(*rows) | {"l10n_latam_document_number": f"001-001-{number:09}"}
        wanted = Wanted(f"odoo/account.move,{number}", None, SETTINGS, TODAY)
        document = read_document(MoveSource(SETTINGS).mapped(numbered, wanted).document)
        receipt = authority.receive_xml(to_xml(document, str(clave_of(document))).content, signed=False)
        assert (receipt.codes, receipt.estado) == ((), "RECIBIDA")


def _kinds(rows: list[dict[str, Any]]) -> list[str]:
    """Return the kinds of tax whose lines bear a coupon of two dollars."""
    sums = Counter(dict.fromkeys(RATES, 0.0))
    for one in rows:
        sums[one["tax_ids"][0]["name"]] += one["price_subtotal"]
    return [kind for kind, total in sums.items() if total > 3]


def test_half_a_cent_that_is_given_away() -> None:
    """A line of 0.125 with all of it off comes to 0.00: no discount in cents does that, so the price gives way."""
    found = mapped(row(1, "1", "0.125", "100", "vat15"), row(2, "1", "10", "0", "vat15"))
    assert list(found.problems) == []
    assert found.document is not None
    assert found.document["detalles"][0] | {"impuestos": [], "origen": ""} == {
        "descripcion": "Línea 1",
        "cantidad": "1.00",
        "precioUnitario": "0.13",
        "descuento": "0.13",
        "precioTotalSinImpuesto": "0.00",
        "impuestos": [],
        "detallesAdicionales": {},
        "origen": "",
    }


def test_prices_with_their_tax() -> None:
    """A price that includes its tax is told without it, to six decimals."""
    found = mapped(row(1, "7", "9.99", "0", "vat15", included=True))
    assert list(found.problems) == []
    assert found.document is not None
    assert found.document["detalles"][0]["precioUnitario"] == "8.686957"


def test_a_quantity_that_is_taken_back() -> None:
    """A negative quantity is a line that takes off."""
    found = mapped(row(1, "3", "10", "0", "vat15"), row(2, "-1", "10", "0", "vat15"))
    assert list(found.problems) == []
    assert found.document is not None
    assert [(one["cantidad"], one["descuento"]) for one in found.document["detalles"]] == [("3.00", "10.00")]


def test_what_is_no_product_is_left_out() -> None:
    """Sections and notes are no lines; a line without a kind is one, as in Odoo before 16."""
    rows = [row(1, "1", "10", "0", "vat15"), row(2, "1", "5", "0", "vat15")]
    rows[0]["display_type"], rows[1]["display_type"] = None, "line_section"
    draft = Draft(Wanted("odoo/account.move,1", None, SETTINGS, TODAY))
    assert [one.name for one in lines_of(draft, invoice(*rows))] == ["Línea 1"]
