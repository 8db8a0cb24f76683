"""What Odoo Community lacks: withholdings of bills, carriers of transfers; from fields of the company's own or from a file."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from caravana.commerce.einvoice import EInvoices, ledger
from caravana.commerce.einvoice.mapping_file import at, merged
from caravana.commerce.einvoice.odoo_fields import (
    MOVE_KEYS,
    PICKING_FIELDS,
    PICKING_KEYS,
    asked,
    check_fields,
    picking_optional,
    read,
)
from caravana.commerce.einvoice.source import Mapped
from caravana.commerce.einvoice.taxes import KINDS
from caravana.kit.edocument.document import ComprobanteRetencion, GuiaRemision
from caravana.kit.errors import ConfigurationError
from tests.commerce.clerk import CEDULA, RUC, SETTINGS, TODAY, Clerk, clerks_odoo, codes, taken

CLAVE = "2311202601179217775800110010010000000451234567810"


@pytest.fixture
async def clerk() -> AsyncIterator[Clerk]:
    """A clerk in Odoo 19 with Enterprise's fields, whose journals issue nothing themselves."""
    async with clerks_odoo(electronic="enterprise") as one:
        yield one


def held(found: Mapped) -> ComprobanteRetencion:
    """Return the retención, which has no problem."""
    document = taken(found)
    assert isinstance(document, ComprobanteRetencion)
    return document


def sums(document: ComprobanteRetencion) -> list[tuple[str, str, str, str, str]]:
    """Return what is withheld."""
    [support] = document.docs_sustento
    return [
        (
            one.codigo,
            one.codigo_retencion,
            str(one.base_imponible),
            str(one.porcentaje_retener),
            str(one.valor_retenido),
        )
        for one in support.retenciones
    ]


def withheld_by_field(clerk: Clerk, text: str | bool, **values: Any) -> int:
    """Return a bill on which a clerk wrote what is withheld, and number 9 of the withholding."""
    for name, kind in (("x_retencion", "text"), ("x_retencion_numero", "char"), ("x_sustento", "char")):
        if not clerk.env["account.move"].fields_get([name]):
            clerk.field("account.move", name, kind)
    own = {"retencion.lineas": "x_retencion", "retencion.numero": "x_retencion_numero", "sustento.codigo": "x_sustento"}
    clerk.set(fields=own)
    told = {"x_retencion": text, "x_retencion_numero": "001-002-000000009"}
    return clerk.bill(**{**told, "l10n_ec_authorization_number": CLAVE, **values})


async def test_a_clerk_writes_what_is_withheld(clerk: Clerk) -> None:
    """One line for each, in his words; bases are the bill's own, and the bill is the support document."""
    bill = withheld_by_field(clerk, "312 1.75%\nIVA 30%; renta 332G 0 % de 12,50", x_sustento="02")
    document = held(await clerk.mapped(bill, suffix="/07"))
    assert sums(document) == [
        ("1", "312", "100.00", "1.75", "1.75"),
        ("2", "1", "15.00", "30", "4.50"),
        ("1", "332G", "12.50", "0", "0.00"),
    ]
    assert (document.numero, document.periodo_fiscal, document.receptor.identificacion) == (
        "001-002-000000009",
        "11/2026",
        RUC,
    )
    [support] = document.docs_sustento
    assert (support.cod_sustento, support.num_doc_sustento, support.num_aut_doc_sustento) == (
        "02",
        "001-001-000000045",
        CLAVE,
    )
    assert (support.total_sin_impuestos, support.importe_total, support.pagos[0].forma_pago) == (
        Decimal("100.00"),
        Decimal("115.00"),
        "20",
    )


async def test_nothing_is_withheld(clerk: Clerk) -> None:
    """A bill that says so becomes no document, and is no problem; one that says nothing is asked about."""
    assert await clerk.mapped(withheld_by_field(clerk, "no"), suffix="/07") == Mapped(None)
    found = await clerk.mapped(
        withheld_by_field(clerk, False, l10n_latam_document_number="001-001-000000046"), suffix="/07"
    )
    assert (found.document, codes(found)) == (None, ["missing.retenciones"])
    assert found.problems[0].field == "Factura de proveedor › Retenciones"


@pytest.mark.parametrize("text", ["lo de siempre", "1.75%", "IVA 33%", "312"])
async def test_what_cannot_be_understood(clerk: Clerk, text: str) -> None:
    """A line that says no code and rate is told with an example."""
    found = await clerk.mapped(withheld_by_field(clerk, text), suffix="/07")
    assert "withholding.form" in codes(found)
    assert "escriba por ejemplo `312 1.75%`" in found.problems[0].es


async def test_a_file_says_what_is_withheld(clerk: Clerk) -> None:
    """Codes and rates suffice: bases and amounts are worked out of the bill; so is everything that Odoo knows."""
    lines = [{"codigo": "1", "codigoRetencion": "312", "porcentajeRetener": "1.75"}]
    lines.append({"codigo": "2", "codigoRetencion": "2", "porcentajeRetener": "70", "baseImponible": "10.00"})
    given = {"secuencial": "000000031", "docsSustento": [{"retenciones": lines}]}
    document = held(await clerk.mapped(clerk.bill(), suffix="/07", given=given))
    assert sums(document) == [("1", "312", "100.00", "1.75", "1.75"), ("2", "2", "10.00", "70", "7.00")]
    assert document.numero == "001-002-000000031"


async def test_taxes_of_the_bill_withhold(clerk: Clerk) -> None:
    """A tax whose group says so is no tax of the bill: it is withheld, and the bill's total is without it."""
    both = [clerk.tax("VAT 15% purchases"), clerk.tax("Profit Withhold 1.75%")]
    line = clerk.line("Asesoría", 100) | {"tax_ids": [[6, 0, both]]}
    bill = clerk.bill(line)
    assert clerk.env["account.move"].read([bill], ["amount_total"])[0]["amount_total"] == 113.25
    document = held(await clerk.mapped(bill, suffix="/07", given={"secuencial": "000000001"}))
    assert sums(document) == [("1", "312", "100.00", "1.75", "1.75")]
    assert document.docs_sustento[0].importe_total == Decimal("115.00")


async def test_a_tax_withholds_iva(clerk: Clerk) -> None:
    """What is withheld of IVA is a part of the amount in Odoo, of IVA at the SRI. A tax without a code is told."""
    group = {
        kind: clerk.env["account.tax.group"].search([["l10n_ec_type", "=", kind]])[0]
        for kind in ("withhold_vat_purchase", "withhold_income_purchase")
    }
    iva = {"name": "Ret. IVA 30%", "amount": -4.5, "tax_group_id": group["withhold_vat_purchase"]}
    income = {"name": "Ret. sin código", "amount": -2, "tax_group_id": group["withhold_income_purchase"]}
    made = [clerk.env["account.tax"].create(one | {"type_tax_use": "purchase"}) for one in (iva, income)]
    both = [made[0], clerk.tax("VAT 15% purchases"), clerk.tax("Profit Withhold 1.75%")]
    first = clerk.line("Asesoría", 100) | {"tax_ids": [[6, 0, both]]}
    document = held(await clerk.mapped(clerk.bill(first), suffix="/07", given={"secuencial": "000000001"}))
    assert sums(document) == [("2", "1", "15.00", "30", "4.50"), ("1", "312", "100.00", "1.75", "1.75")]
    second = clerk.line("Asesoría", 100) | {"tax_ids": [[6, 0, [clerk.tax("VAT 15% purchases"), made[1]]]]}
    bill = clerk.bill(second, l10n_latam_document_number="001-001-000000046")
    found = await clerk.mapped(bill, suffix="/07", given={"secuencial": "000000002"})
    assert "«Ret. sin código» no dice su código" in found.problems[0].es


async def test_a_foreign_supplier(clerk: Clerk) -> None:
    """Of one from abroad it is told whether he is a person or a company."""
    contact = clerk.contact("X-55", "l10n_latam_base.it_fid", "us", name="Foreign Inc.", is_company=True)
    given = {
        "secuencial": "000000001",
        "docsSustento": [{"retenciones": [{"codigo": "1", "codigoRetencion": "502", "porcentajeRetener": "25"}]}],
    }
    document = held(await clerk.mapped(clerk.bill(contact=contact), suffix="/07", given=given))
    assert (document.receptor.tipo_identificacion, document.tipo_sujeto_retenido) == ("08", "02")


def test_what_is_withheld_leaves_the_bills_fields_alone() -> None:
    """The bill has its supplier's authorisation; that of the withholding would take its place."""
    now = datetime(2026, 11, 23, 15, tzinfo=UTC)
    found = {"state": "authorised", "access_key": CLAVE, "authorization": CLAVE, "cod_doc": "07"}
    bill, flow = {"model": "account.move", "id": 55}, EInvoices(SETTINGS)
    withheld = ledger.new("odoo/account.move,55/07", bill, now) | found
    assert not flow.has_fields({"document": withheld})
    invoice = ledger.new("odoo/account.move,55", bill, now) | found
    assert flow.has_fields({"document": invoice})
    assert flow.record_fields({"document": invoice})["values"]["l10n_ec_authorization_number"] == CLAVE


# Transfers.


def delivery(clerk: Clerk, **values: Any) -> tuple[int, int]:
    """Return a delivery that is done, and the posted invoice of its order."""
    customer = clerk.contact()
    [product] = clerk.env["product.product"].search([["default_code", "=", "CAM-001"]])
    line = {"product_id": product, "product_uom_qty": 3}
    order = clerk.env["sale.order"].create({"partner_id": customer, "order_line": [[0, 0, line]]})
    clerk.env["sale.order"].action_confirm([order])
    [picking] = clerk.env["sale.order"].read([order], ["picking_ids"])[0]["picking_ids"]
    clerk.env["stock.picking"].write([picking], values)
    clerk.env["stock.picking"].button_validate([picking], context={"skip_sms": True})
    context = {"active_model": "sale.order", "active_ids": [order]}
    wizard = clerk.env["sale.advance.payment.inv"]
    wizard.create_invoices([wizard.create({}, context=context)], context=context)
    [invoice] = clerk.env["sale.order"].read([order], ["invoice_ids"])[0]["invoice_ids"]
    clerk.env["account.move"].write([invoice], {"invoice_date": TODAY})
    clerk.env["account.move"].action_post([invoice])
    return picking, invoice


def carried(found: Mapped) -> GuiaRemision:
    """Return the guía, which has no problem."""
    document = taken(found)
    assert isinstance(document, GuiaRemision)
    return document


async def test_a_guia_of_fields_of_the_companys_own(clerk: Clerk) -> None:
    """Carrier, plate, route and days stand on the transfer; the order's invoice is what supports it."""
    names = {"guia.numero": "name", "guia.transportista": "x_carrier", "guia.placa": "x_plate", "guia.ruta": "x_route"}
    clerk.field("stock.picking", "x_carrier", "many2one", "res.partner")
    for name, kind in (("x_plate", "char"), ("x_route", "char"), ("x_end", "date")):
        clerk.field("stock.picking", name, kind)
    clerk.set(fields={**names, "guia.fin": "x_end"})
    carrier = clerk.contact(RUC, "l10n_ec.ec_ruc", name="Transportes Inventados")
    told = {"x_carrier": carrier, "x_plate": "PBA1234", "x_route": "Quito - Loja", "x_end": "2026-11-25"}
    picking, invoice = delivery(clerk, **told)
    clerk.env["account.move"].write([invoice], {"l10n_ec_authorization_number": CLAVE})
    document = carried(await clerk.mapped(picking, "stock.picking"))
    assert (document.numero, document.placa, document.dir_partida) == (
        "001-002-000000001",
        "PBA1234",
        "AV. INVENTADA 1",
    )
    assert (document.transportista.identificacion, document.transportista.tipo_identificacion) == (RUC, "04")
    assert [
        f"{one:%d}" for one in (document.fecha_emision, document.fecha_ini_transporte, document.fecha_fin_transporte)
    ] == [
        "23",
        "23",
        "25",
    ]
    [recipient] = document.destinatarios
    assert (
        recipient.receptor.identificacion,
        recipient.receptor.direccion,
        recipient.motivo_traslado,
        recipient.ruta,
    ) == (
        CEDULA,
        "Calle Falsa 1, Quito",
        "VENTA",
        "Quito - Loja",
    )
    assert [(one.codigo_principal, one.cantidad) for one in recipient.detalles] == [("CAM-001", Decimal("3.00"))]
    assert (recipient.cod_doc_sustento, recipient.num_doc_sustento, recipient.num_aut_doc_sustento) == (
        "01",
        "001-001-000000001",
        CLAVE,
    )


async def test_a_guia_with_a_file(clerk: Clerk) -> None:
    """Without such fields everything that is missing is told, and a file brings it."""
    picking, _ = delivery(clerk)
    found = await clerk.mapped(picking, "stock.picking")
    assert [(one.where, one.field) for one in found.problems] == [
        ("secuencial", "Entrega › Número de guía"),
        ("transportista", "Entrega › Transportista"),
        ("placa", "Entrega › Placa"),
    ]
    given = {
        "secuencial": "000000044",
        "transportista": {"tipoIdentificacion": "04", "identificacion": RUC, "razonSocial": "TRANSPORTES INVENTADOS"},
        "placa": "PBA1234",
        "destinatarios": [{"ruta": "QUITO - LOJA"}],
    }
    document = carried(await clerk.mapped(picking, "stock.picking", given=given))
    assert (document.numero, document.destinatarios[0].ruta) == ("001-002-000000044", "QUITO - LOJA")
    assert document.destinatarios[0].receptor.identificacion == CEDULA


async def test_a_guia_starts_at_its_warehouse(clerk: Clerk) -> None:
    """Where the warehouse has an address, the goods set out from there; a transfer that waits is not issued."""
    place = clerk.contact(street="Bodega 7", city="Guayaquil")
    clerk.env["stock.warehouse"].write(clerk.env["stock.warehouse"].search([]), {"partner_id": place})
    picking, _ = delivery(clerk)
    carrier = {"tipoIdentificacion": "04", "identificacion": RUC, "razonSocial": "TRANSPORTES INVENTADOS"}
    given = {"secuencial": "000000001", "placa": "PBA1234", "transportista": carrier}
    assert carried(await clerk.mapped(picking, "stock.picking", given=given)).dir_partida == "Bodega 7, Guayaquil"
    clerk.sandbox.store.tables["stock.picking"].rows[picking]["state"] = "assigned"
    assert codes(await clerk.mapped(picking, "stock.picking", given=given)) == ["record.state"]


async def test_a_field_that_holds_no_day(clerk: Clerk) -> None:
    """What a clerk typed into a text field where a day is meant is told, with the field's name."""
    clerk.field("stock.picking", "x_start")
    clerk.set(fields={"guia.inicio": "x_start"})
    picking, _ = delivery(clerk, x_start="mañana")
    carrier = {"tipoIdentificacion": "04", "identificacion": RUC, "razonSocial": "TRANSPORTES INVENTADOS"}
    given = {"secuencial": "000000001", "placa": "PBA1234", "transportista": carrier}
    [problem] = (await clerk.mapped(picking, "stock.picking", given=given)).problems
    assert (problem.code, problem.es) == ("date.form", "«mañana» no es una fecha (campo x_start)")


def test_what_odoo_does_not_have_is_not_asked_for() -> None:
    """Without sales there is no order of a transfer, and nothing behind it."""
    optional = picking_optional({"guia.placa": "x_plate"})
    assert asked(optional)["stock.picking"] == ["sale_id", "x_plate"]
    bare = read(PICKING_FIELDS, optional, {"account.move": ["l10n_ec_authorization_number"]})
    assert bare == list(PICKING_FIELDS)
    known = {"stock.picking": ["sale_id"], "account.move": ["l10n_ec_authorization_number"]}
    more = [one for one in read(PICKING_FIELDS, optional, known) if one not in PICKING_FIELDS]
    assert "sale_id.invoice_ids.l10n_ec_authorization_number" in more
    assert all(one.startswith("sale_id.invoice_ids.") for one in more)


async def test_nowhere_to_issue_it(clerk: Clerk) -> None:
    """Without an emission point for guías that is told; a file may name one."""
    clerk.set(guide=None)
    picking, _ = delivery(clerk)
    carrier = {"tipoIdentificacion": "04", "identificacion": RUC, "razonSocial": "TRANSPORTES INVENTADOS"}
    given = {"secuencial": "000000001", "placa": "PBA1234", "transportista": carrier}
    [problem] = (await clerk.mapped(picking, "stock.picking", given=given)).problems
    assert (problem.code, "no se sabe en qué punto" in problem.es) == ("point.unknown", True)
    there = given | {"estab": "001", "ptoEmi": "001"}
    assert carried(await clerk.mapped(picking, "stock.picking", given=there)).numero == "001-001-000000001"


# Files.


def test_a_file_is_laid_over_the_record() -> None:
    """Maps by key, lists place by place unless the file's is longer; null takes away."""
    base = {"a": {"b": 1, "c": 2}, "list": [{"x": 1, "y": 2}, {"x": 3}], "gone": 1}
    given = {"a": {"c": 5}, "list": [{"y": 9}], "gone": None, "new": "n"}
    assert merged(base, given) == {"a": {"b": 1, "c": 5}, "list": [{"x": 1, "y": 9}, {"x": 3}], "new": "n"}
    assert merged({"list": [1]}, {"list": [2, 3]}) == {"list": [2, 3]}
    assert merged({"a": 1}, {"a": {"b": 2}}) == {"a": {"b": 2}}
    assert base["gone"] == 1


def test_a_place_in_a_file() -> None:
    """A place is named as problems name it."""
    given = {"list": [{"x": 1}], "a": {"b": 2}}
    assert (at(given, "list[1].x"), at(given, "a.b"), at(given, "list[2].x"), at(given, "a.b.c")) == (1, 2, None, None)


@pytest.mark.parametrize("fields", [{"placa": "x_plate"}, {"info.": "x"}, {"guia.placa": "x plate"}])
def test_a_setting_of_fields_that_means_nothing(fields: dict[str, str]) -> None:
    """What no document holds is told when the hub starts, and so is what cannot be a field."""
    with pytest.raises(ConfigurationError):
        check_fields(fields)


def test_a_setting_of_fields_that_is_right() -> None:
    """All that documents hold may be a field, and additional fields have any name."""
    check_fields({"guia.placa": "x_plate", "info.Pedido": "invoice_origin", "motivo": "x_reason"})


DOCS = Path(__file__).parents[2] / "docs" / "reference" / "electronic-documents.md"


def example(name: str) -> dict[str, Any]:
    """Return the file of that name in the documentation, as the command line hands it over."""
    [text] = [one for one in DOCS.read_text("utf-8").split("```text\n") if one.startswith(f"# {name}\n")]
    found: dict[str, Any] = YAML(typ="safe", pure=True).load(text.partition("```")[0])
    if isinstance(day := found.get("documentoModificado", {}).get("fechaEmision"), date):
        found["documentoModificado"]["fechaEmision"] = day.isoformat()
    return found


async def test_the_files_of_the_documentation(clerk: Clerk) -> None:
    """Each file that the documentation shows makes a document of a record that lacks what it says."""
    picking, _ = delivery(clerk)
    assert carried(await clerk.mapped(picking, "stock.picking", given=example("guia.yaml"))).placa == "PBA1234"
    assert len(sums(held(await clerk.mapped(clerk.bill(), suffix="/07", given=example("retencion.yaml"))))) == 2
    note = await clerk.mapped(clerk.move(kind="out_refund"), given=example("nota.yaml"))
    assert list(note.problems) == []


def test_the_documentation_names_every_field() -> None:
    """What a field of the company's own may hold, and each kind of tax, stands in the documentation."""
    text = DOCS.read_text("utf-8")
    assert [one for one in (*MOVE_KEYS, *PICKING_KEYS, *KINDS) if f"`{one}`" not in text] == []
