"""Amounts by the SRI's rules."""

from decimal import Decimal
from typing import Any

import pytest

from caravana.kit.edocument.amounts import cents, check_amounts, fine, grand_total, line_amount, tax_amount, tax_totals
from tests.support.edocuments import EXAMPLES, example, factura


def told(cod_doc: str, **changes: Any) -> list[tuple[str, str]]:
    """Return place and sentence of what differs in a changed example."""
    return [(one.where, one.es) for one in check_amounts(example(cod_doc, **changes))]


@pytest.mark.parametrize("cod_doc", EXAMPLES)
def test_the_examples_are_right(cod_doc: str) -> None:
    """The amounts of each type's example are what its lines give."""
    assert check_amounts(example(cod_doc)) == []


def test_half_a_cent_goes_up() -> None:
    """Rounding is half up, also for amounts that binary numbers miss."""
    assert cents(Decimal("1.005")) == Decimal("1.01")
    assert line_amount(Decimal(3), Decimal("1.0112"), Decimal(0)) == Decimal("3.03")
    assert tax_amount(Decimal("3.03"), Decimal(15)) == Decimal("0.45")
    assert tax_amount(Decimal("12.50"), Decimal(15)) == Decimal("1.88")


def test_quantities_and_prices_have_six_decimals() -> None:
    """A price is rounded to six decimals and shown with two at least."""
    assert str(fine(Decimal("1.01123456789"))) == "1.011235"
    assert str(fine(Decimal("12.500000"))) == "12.50"
    assert str(fine(Decimal(100))) == "100.00"


def test_the_head_is_the_sum_of_the_lines() -> None:
    """Bases and taxes of the head are sums: 5.25 + 0.46 = 5.71, not 15 % of 38.03."""
    document = example("01")
    totals = {(one.codigo, one.codigo_porcentaje): one for one in tax_totals(document.detalles)}  # type: ignore[union-attr]
    assert totals["2", "4"].base_imponible == Decimal("38.03")
    assert totals["2", "4"].valor == Decimal("5.71")
    assert grand_total(document.detalles) == Decimal("52.44")  # type: ignore[union-attr]


def test_a_line_that_differs_by_a_cent_is_named() -> None:
    """Quantity times price less discount must be the line's amount, to the cent."""
    lines = factura()["detalles"]
    lines[0]["precioTotalSinImpuesto"] = "35.01"
    places = told("01", detalles=lines)
    assert places[0] == (
        "detalles[1].precioTotalSinImpuesto",
        "el total de la línea «CONSULTORÍA» es 35.01, pero las líneas dan 35.00 (diferencia 0.01)",
    )
    assert {where for where, _ in places} >= {
        "detalles[1].impuestos[1].baseImponible",
        "totalSinImpuestos",
        "importeTotal",
    }


def test_a_tax_of_the_head_without_lines_is_told() -> None:
    """A head that leaves one rate out differs in base and total of that rate."""
    assert [where for where, _ in told("01", impuestos=factura()["impuestos"][:1])] == ["impuestos[2/0].baseImponible"]


def test_payments_must_come_to_the_total() -> None:
    """The sum of the payments is the document's total; a document without any is told elsewhere."""
    assert told("01", pagos=[{"formaPago": "01", "total": "52.40"}]) == [
        ("pagos", "los pagos suman 52.40, pero el total es 52.44")
    ]
    assert told("01", pagos=[]) == []


def test_the_tip_is_part_of_the_total() -> None:
    """A tip raises the total and is no base of any tax."""
    payments = [{"formaPago": "01", "total": "57.11"}]
    assert told("01", propina="4.67", importeTotal="57.11", pagos=payments) == []


def test_what_is_withheld_is_checked() -> None:
    """An amount withheld that is not its base times its rate is told."""
    support = EXAMPLES["07"]()["docsSustento"]
    support[0]["retenciones"][0]["valorRetenido"] = "1.70"
    assert [where for where, _ in told("07", docsSustento=support)] == ["docsSustento[1].retenciones[1].valorRetenido"]
