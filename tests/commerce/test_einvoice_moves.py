"""Odoo's invoices as electronic documents: read in one call, mapped, recomputed, and told what is wrong with them."""

import asyncio
from decimal import Decimal
from pathlib import Path

import pytest

from caravana.commerce.einvoice.mapping_sources import sources_of
from caravana.commerce.einvoice.source import Mapped
from caravana.kit.edocument.clave import clave_of
from caravana.kit.edocument.document import (
    Factura,
    LiquidacionCompra,
    NotaCredito,
    NotaDebito,
)
from caravana.kit.edocument.problem import stops
from tests.commerce.clerk import FINAL, RUC, SETTINGS, TODAY, Clerk, clerks_odoo, codes, point, taken
from tests.support.material import shared_material


@pytest.mark.parametrize("version", ["19.0", "18.0"])
async def test_a_factura(version: str) -> None:
    """Lines with discounts, rates and codes come out with the SRI's sums, on both of Odoo's protocols; the clave is known."""
    async with clerks_odoo(version) as clerk:
        product = clerk.product("SERV-001", "CONSULTORÍA")
        lines = [
            clerk.line("[SERV-001] CONSULTORÍA\nde ventas", 12.5, 3, discount=10, product_id=product),
            clerk.line("REPUESTO", 1.01, 3),
            clerk.line("LIBRO", 4.35, 2, tax="VAT 0% G"),
        ]
        move = clerk.move(*lines, clerk.line("Gracias", 0, tax=None, display_type="line_note"))
        document = taken(await clerk.mapped(move))
    assert isinstance(document, Factura)
    assert (document.numero, document.fecha_emision.isoformat()) == ("001-001-000000001", TODAY)
    assert [one.descripcion for one in document.detalles] == ["CONSULTORÍA de ventas", "REPUESTO", "LIBRO"]
    first = document.detalles[0]
    assert (first.codigo_principal, first.descuento, first.precio_total_sin_impuesto) == (
        "SERV-001",
        Decimal("3.75"),
        Decimal("33.75"),
    )
    assert [(one.codigo_porcentaje, one.base_imponible, one.valor) for one in document.impuestos] == [
        ("4", Decimal("36.78"), Decimal("5.51")),
        ("0", Decimal("8.70"), Decimal("0.00")),
    ]
    assert (document.importe_total, document.total_descuento) == (Decimal("50.99"), Decimal("3.75"))
    assert [(one.forma_pago, one.total, one.plazo) for one in document.pagos] == [("20", Decimal("50.99"), None)]
    assert document.to_json()["receptor"] == {
        "tipoIdentificacion": "05",
        "identificacion": "1710034065",
        "razonSocial": "Rosa Inventada",
        "direccion": "Calle Falsa 1, Quito",
        "email": "rosa@cliente.example",
    }
    assert str(clave_of(document)).startswith("2311202601179001691900110010010000000011"[:39])


async def test_every_rate_of_iva_has_its_code(clerk: Clerk) -> None:
    """15, 5 and 8 %, 0 %, exempt and not subject are told apart by the kind of their group."""
    names = ["VAT 15% G", "VAT 5% G", "VAT 8% S", "VAT 0% G", "VAT 0% EX", "VAT 0% N S REIMB"]
    document = taken(await clerk.mapped(clerk.move(*(clerk.line(name, 10, tax=name) for name in names))))
    assert isinstance(document, Factura)
    assert [one.impuestos[0].codigo_porcentaje for one in document.detalles] == ["4", "5", "8", "0", "7", "6"]
    assert document.importe_total == Decimal("62.80")


async def test_a_term_and_a_contact_of_a_company(clerk: Clerk) -> None:
    """Who is billed is the company, reached by its contact; days until it is due are the term."""
    firm = clerk.contact(RUC, "l10n_ec.ec_ruc", name="Comercial Inventada S.A.", is_company=True)
    person = clerk.contact(RUC, "l10n_ec.ec_ruc", name="Luis Ficticio", parent_id=firm, email="luis@firma.example")
    move = clerk.move(contact=person, invoice_date_due="2026-12-23", invoice_origin="S00012")
    clerk.set(fields={"info.Pedido": "invoice_origin"})
    document = taken(await clerk.mapped(move))
    assert isinstance(document, Factura)
    told = document.receptor
    assert (told.razon_social, told.tipo_identificacion, told.email) == (
        "Comercial Inventada S.A.",
        "04",
        "luis@firma.example",
    )
    assert (document.pagos[0].plazo, document.pagos[0].unidad_tiempo) == (Decimal(30), "dias")
    assert [(one.nombre, one.valor) for one in document.info_adicional] == [
        ("Email", "luis@firma.example"),
        ("Pedido", "S00012"),
    ]


@pytest.mark.parametrize(
    ("vat", "kind", "country", "expected"),
    [
        (RUC, "l10n_ec.ec_ruc", "ec", "04"),
        ("1710034065", "l10n_ec.ec_dni", "ec", "05"),
        ("AB123456", "l10n_latam_base.it_pass", "us", "06"),
        ("AB123456", "l10n_ec.ec_passport", "ec", "06"),
        ("X-98.765", "l10n_latam_base.it_fid", "us", "08"),
        ("213123432-1", "l10n_latam_base.it_vat", "co", "08"),
        (RUC, "l10n_latam_base.it_vat", "ec", "04"),
        ("1710034065", "l10n_latam_base.it_vat", "ec", "05"),
    ],
)
async def test_identifications(clerk: Clerk, vat: str, kind: str, country: str, expected: str) -> None:
    """Each of Odoo's types has its code at the SRI; customers from abroad keep their number as it is."""
    document = taken(await clerk.mapped(clerk.move(contact=clerk.contact(vat, kind, country))))
    assert isinstance(document, Factura)
    assert (document.receptor.tipo_identificacion, document.receptor.identificacion) == (expected, vat)


async def test_the_final_consumer(clerk: Clerk) -> None:
    """Up to the limit he is billed by his number of nines and name; above it the clerk is told to ask who he is."""
    nobody = clerk.env.ref("l10n_ec.ec_final_consumer")
    document = taken(await clerk.mapped(clerk.move(clerk.line("Gorra", 10), contact=nobody)))
    assert isinstance(document, Factura)
    assert (document.receptor.identificacion, document.receptor.razon_social) == (FINAL, "CONSUMIDOR FINAL")
    found = await clerk.mapped(clerk.move(clerk.line("Mochila", 45), contact=nobody))
    [problem] = found.problems
    assert (problem.code, problem.field) == ("final_consumer.limit", "Factura › Cliente")
    assert "51.75" in problem.es


async def test_a_credit_note(clerk: Clerk) -> None:
    """A note of Odoo's wizard names the invoice that it takes back, its day, and the reason that was given."""
    invoice = clerk.move()
    context = {"active_model": "account.move", "active_ids": [invoice]}
    wizard = clerk.env["account.move.reversal"].create(
        {"reason": "Devolución, con daño", "date": TODAY}, context=context
    )
    note = clerk.env["account.move.reversal"].refund_moves([wizard], context=context)["res_id"]
    clerk.env["account.move"].action_post([note])
    document = taken(await clerk.mapped(note))
    assert isinstance(document, NotaCredito)
    assert document.documento_modificado.fecha_emision.isoformat() == TODAY
    assert (document.documento_modificado.numero, document.motivo) == ("001-001-000000001", "Devolución, con daño")
    assert (document.numero, document.importe_total) == ("001-001-000000001", Decimal("115.00"))


async def test_a_credit_note_without_its_invoice(clerk: Clerk) -> None:
    """What a note changes, and why, is asked for by both of their names; a file or fields of the company's own may say it."""
    note = clerk.move(kind="out_refund")
    found = await clerk.mapped(note)
    assert found.document is None
    assert [(one.where, one.field) for one in found.problems] == [
        ("documentoModificado.numero", "Nota de crédito › Documento que modifica"),
        ("documentoModificado.fechaEmision", "Nota de crédito › Documento que modifica"),
        ("motivo", "Nota de crédito › Motivo"),
    ]
    given = {
        "documentoModificado": {"numero": "001-001-000000777", "fechaEmision": "2026-11-01"},
        "motivo": "DEVOLUCIÓN",
    }
    document = taken(await clerk.mapped(note, given=given))
    assert isinstance(document, NotaCredito)
    assert (document.documento_modificado.numero, document.motivo) == ("001-001-000000777", "DEVOLUCIÓN")
    for name, kind in (("x_number", "char"), ("x_day", "date"), ("x_reason", "char")):
        clerk.field("account.move", name, kind)
    clerk.env["account.move"].write(
        [note], {"x_number": "001-001-000000778", "x_day": "2026-11-02", "x_reason": "Error"}
    )
    clerk.set(fields={"modificado.numero": "x_number", "modificado.fecha": "x_day", "motivo": "x_reason"})
    document = taken(await clerk.mapped(note))
    assert isinstance(document, NotaCredito)
    assert (document.documento_modificado.numero, document.motivo) == ("001-001-000000778", "Error")


async def test_a_debit_note(clerk: Clerk) -> None:
    """Lines are the reasons of a note that debits an invoice."""
    note = clerk.move(clerk.line("Interés por mora", 10), debit_origin_id=clerk.move())
    document = taken(await clerk.mapped(note))
    assert isinstance(document, NotaDebito)
    assert [(one.razon, one.valor) for one in document.motivos] == [("Interés por mora", Decimal("10.00"))]
    assert (document.documento_modificado.numero, document.importe_total) == ("001-001-000000001", Decimal("11.50"))


async def test_a_purchase_settlement(clerk: Clerk) -> None:
    """A bill of type 03 is a document of our own for one who cannot invoice."""
    kind = {"l10n_latam_document_type_id": clerk.env.ref("l10n_ec.ec_dt_03")}
    bill = clerk.bill(contact=clerk.contact(), l10n_latam_document_number="001-002-000000007", **kind)
    document = taken(await clerk.mapped(bill))
    assert isinstance(document, LiquidacionCompra)
    assert (document.numero, document.receptor.identificacion, document.importe_total) == (
        "001-002-000000007",
        "1710034065",
        Decimal("115.00"),
    )


async def test_a_vendor_bill_is_not_ours_to_issue(clerk: Clerk) -> None:
    """Only a purchase of type 03 becomes a document."""
    found = await clerk.mapped(clerk.bill())
    assert (found.document, codes(found)) == (None, ["document.type"])


async def test_taxes_that_are_nothing_to_the_sri(clerk: Clerk) -> None:
    """A tax of another kind, and none, are told with their line; a setting may say what the tax is."""
    move = clerk.move(clerk.line("Tasa", 10, tax="Municipal fee 1%"), clerk.line("Sin", 5, tax=None))
    found = await clerk.mapped(move)
    told = {one.code: one for one in found.problems}
    assert set(told) == {"tax.unmapped", "tax.missing", "odoo.line"}
    assert "línea «Tasa»: el impuesto «Municipal fee 1%» no corresponde" in told["tax.unmapped"].es
    assert told["tax.missing"].where == "detalles[1].impuestos" or "Sin" in told["tax.missing"].es
    assert {one.field for one in found.problems if one.code.startswith("tax")} == {"Factura › Líneas › Impuestos"}
    clerk.set(taxes={"Municipal fee 1%": "3/3099"})
    both = clerk.line("Tasa", 10) | {"tax_ids": [[6, 0, [clerk.tax("Municipal fee 1%"), clerk.tax("VAT 0% G")]]]}
    document = taken(await clerk.mapped(clerk.move(both)))
    assert isinstance(document, Factura)
    assert [(one.codigo, one.codigo_porcentaje) for one in document.impuestos] == [("3", "3099"), ("2", "0")]


async def test_an_odoo_that_does_not_tell_the_kind_of_a_group(clerk: Clerk) -> None:
    """Then the names of its groups do, as they were recorded; another name is nothing that is guessed."""
    for group in clerk.env["account.tax.group"].search([]):
        clerk.env["account.tax.group"].write([group], {"l10n_ec_type": False})
    names = ["VAT 15% G", "VAT 5% G", "VAT 0% G", "VAT 0% EX", "VAT 0% N S REIMB"]
    document = taken(await clerk.mapped(clerk.move(*(clerk.line(name, 10, tax=name) for name in names))))
    assert isinstance(document, Factura)
    assert [one.impuestos[0].codigo_porcentaje for one in document.detalles] == ["4", "5", "0", "7", "6"]
    found = await clerk.mapped(clerk.move(clerk.line("Tasa", 10, tax="Municipal fee 1%")))
    assert "tax.unmapped" in codes(found)


async def test_excise_has_its_own_codes(clerk: Clerk) -> None:
    """ICE is told by its code in the annexes; IVA is taken of the amount with it, as in Odoo; without a code it is told."""
    group = clerk.env["account.tax.group"].create({"name": "ICE", "l10n_ec_type": "ice"})
    excise = clerk.env["account.tax"].create({"name": "ICE perfumes", "amount": 20, "tax_group_id": group})
    zero = clerk.tax("VAT 0% G")
    line = clerk.line("Perfume", 10) | {"tax_ids": [[6, 0, [zero, excise]]]}
    found = await clerk.mapped(clerk.move(line))
    assert "«ICE perfumes» no corresponde" in found.problems[0].es
    clerk.env["account.tax"].write([excise], {"l10n_ec_code_ats": "3610"})
    document = taken(await clerk.mapped(clerk.move(line)))
    assert isinstance(document, Factura)
    told = [(one.codigo, one.codigo_porcentaje, one.base_imponible, one.valor) for one in document.impuestos]
    assert told == [("3", "3610", Decimal("10.00"), Decimal("2.00")), ("2", "0", Decimal("12.00"), Decimal("0.00"))]


async def test_a_tax_whose_group_says_another_rate(clerk: Clerk) -> None:
    """15 % in a tax that was left in another group is no guess of ours."""
    clerk.env["account.tax"].write([clerk.tax("VAT 5% G")], {"amount": 15.0})
    found = await clerk.mapped(clerk.move(clerk.line("Gorra", 10, tax="VAT 5% G")))
    assert "es de 15 %, pero su grupo es IVA 5 %" in found.problems[0].es


async def test_negative_lines_become_discounts(clerk: Clerk) -> None:
    """A line that takes off is a discount of the others with its tax, to the cent of Odoo; what does not fit is told."""
    lines = [clerk.line("Zapato", 62.4), clerk.line("Gorra", 9.5), clerk.line("Libro", 5, tax="VAT 0% G")]
    document = taken(await clerk.mapped(clerk.move(*lines, clerk.line("Cupón", -66.67))))
    assert isinstance(document, Factura)
    assert [(one.descripcion, one.descuento, one.precio_total_sin_impuesto) for one in document.detalles] == [
        ("Zapato", Decimal("57.86"), Decimal("4.54")),
        ("Gorra", Decimal("8.81"), Decimal("0.69")),
        ("Libro", Decimal("0.00"), Decimal("5.00")),
    ]
    assert (document.total_descuento, document.importe_total) == (Decimal("66.67"), Decimal("11.02"))
    found = await clerk.mapped(clerk.move(clerk.line("Zapato", 50), clerk.line("Libro", -5, tax="VAT 0% G")))
    assert "line.negative" in codes(found)
    assert "«Libro» (-5.00) no cabe como descuento" in found.problems[0].es


async def test_prices_that_include_their_tax(clerk: Clerk) -> None:
    """The SRI's price is without taxes."""
    clerk.env["account.tax"].write([clerk.tax("VAT 15% G")], {"price_include": True})
    document = taken(await clerk.mapped(clerk.move(clerk.line("Gorra", 11.5, 3))))
    assert isinstance(document, Factura)
    assert (document.detalles[0].precio_unitario, document.importe_total) == (Decimal("10.00"), Decimal("34.50"))


async def test_odoos_own_sum_is_another(clerk: Clerk) -> None:
    """A line, or a total, that is a cent off Odoo's stops the document and names it; nothing is forced."""
    lines = [clerk.line("A", 1.1), clerk.line("B", 1.1)]
    move = clerk.move(*lines)
    assert taken(await clerk.mapped(move)).to_json()["importeTotal"] == "2.54"
    wrong = await _with(clerk, move, "account.move", amount_total=2.53)
    assert codes(wrong) == ["odoo.total"]
    assert "redondeo por línea" in wrong.problems[0].es.casefold()
    line = clerk.env["account.move"].read([move], ["invoice_line_ids"])[0]["invoice_line_ids"][0]
    wrong = await _with(clerk, move, "account.move.line", line, price_total=1.28)
    [problem] = wrong.problems
    assert (problem.code, stops(wrong.problems)) == ("odoo.line", True)
    assert "1.27, pero en Odoo son 1.10 y 1.28" in problem.es


async def _with(clerk: Clerk, move: int, model: str, record: int | None = None, **values: object) -> Mapped:
    """Return what a move becomes after a value of Odoo's was changed behind its back."""
    table = clerk.sandbox.store.tables[model].rows[record or move]
    before = dict(table)
    table.update(values)
    found = await clerk.mapped(move)
    table.clear()
    table.update(before)
    return found


async def test_where_it_is_issued(clerk: Clerk) -> None:
    """The journal or the number says the emission point; one that is nobody's, or without a company, is told."""
    move = clerk.move()
    clerk.set(points={"001-009": point()})
    assert "001-001 no está en einvoice.points" in (await clerk.mapped(move)).problems[0].es
    clerk.set(points={"001-001": point(connections={"04": "sello"})})
    assert "ninguna conexión emite documentos de tipo 01" in (await clerk.mapped(move)).problems[0].es
    journal = clerk.env["account.move"].read([move], ["journal_id"])[0]["journal_id"][0]
    clerk.set(points={"003-001": point(journals=[journal], numbering="provider", address="Calle 3, Loja")})
    document = taken(await clerk.mapped(move))
    assert (document.punto, document.secuencial, document.emisor.dir_establecimiento) == (
        "003-001",
        None,
        "Calle 3, Loja",
    )
    clerk.set(points={"003-001": point(journals=[journal])})
    assert codes(await clerk.mapped(move)) == ["number.point"]


async def test_the_branchs_address_is_the_journals(clerk: Clerk) -> None:
    """Odoo's emission address is printed where the point has none."""
    move = clerk.move()
    journal = clerk.env["account.move"].read([move], ["journal_id"])[0]["journal_id"][0]
    place = clerk.contact(street="Av. Sur 5", city="Loja")
    clerk.env["account.journal"].write([journal], {"l10n_ec_emission_address_id": place})
    assert taken(await clerk.mapped(move)).emisor.dir_establecimiento == "Av. Sur 5, Loja"


async def test_what_is_missing_is_told_at_once(clerk: Clerk) -> None:
    """No number of the customer, no way of paying, a day long past: all of it in one answer, in Spanish."""
    nobody = clerk.contact(None, name="Sin número")
    move = clerk.move(contact=nobody, invoice_date="2026-11-01", l10n_ec_sri_payment_id=False)
    found = await clerk.mapped(move)
    assert sorted((one.code, one.field) for one in found.problems) == [
        ("date.old", "Factura › Fecha"),
        ("identification.missing", "Contacto › Número de identificación"),
        ("missing.formaPago", "Factura › Forma de pago (SRI)"),
    ]


@pytest.mark.parametrize("name", ["x" * 400, "línea\nsegunda", "<b>&</b> «ñandú» €", "\x00\x07Gorra"])
async def test_descriptions_of_all_kinds(clerk: Clerk, name: str) -> None:
    """Line feeds, control signs, signs of XML and 400 characters are no reason not to issue; what is cut is told."""
    found = await clerk.mapped(clerk.move(clerk.line(name, 10)))
    assert not stops(found.problems)
    assert codes(found) == (["text.cut"] if len(name) > 300 else [])


async def test_zero(clerk: Clerk) -> None:
    """An invoice of nothing is told; a company may allow it."""
    move = clerk.move(clerk.line("Regalo", 0))
    assert codes(await clerk.mapped(move)) == ["line.free", "amount.zero"]
    clerk.set(allow_zero=True)
    assert not stops((await clerk.mapped(move)).problems)


async def test_a_draft_and_another_currency(clerk: Clerk) -> None:
    """Only what is posted, in dollars, is issued."""
    move = clerk.move()
    clerk.env["account.move"].button_draft([move])
    euro = clerk.env["res.currency"].create({"name": "EUR", "symbol": "€"})
    clerk.env["account.move"].write([move], {"currency_id": euro})
    found = await clerk.mapped(move)
    assert codes(found) == ["record.state", "currency"]
    assert all(one.severity == "error" for one in found.problems)


async def test_a_file_adds_to_the_record(clerk: Clerk) -> None:
    """What a person gives is laid over the record, place by place; sums that no longer fit Odoo's are still refused."""
    move = clerk.move(clerk.line("Gorra", 10), clerk.line("Mochila", 20))
    given = {"receptor": {"email": "otra@cliente.example"}, "detalles": [{}, {"codigoAuxiliar": "AUX-2"}]}
    document = taken(await clerk.mapped(move, given=given))
    assert isinstance(document, Factura)
    assert (document.receptor.email, document.detalles[1].codigo_auxiliar) == ("otra@cliente.example", "AUX-2")
    assert document.receptor.razon_social == "Rosa Inventada"
    cheaper = {"detalles": [{"precioUnitario": "9.00", "precioTotalSinImpuesto": "9.00"}]}
    assert "odoo.line" in codes(await clerk.mapped(move, given=cheaper))
    assert codes(await clerk.mapped(move, given={"cosa": 1})) == ["document"]


async def test_settings_are_the_issuers(clerk: Clerk) -> None:
    """Who issues is what the configuration says, and the environment that of the connection."""
    document = taken(await clerk.mapped(clerk.move()))
    assert (document.emisor.ruc, document.ambiente) == (SETTINGS.issuer["ruc"], "1")


async def test_the_sris_own_schemas(clerk: Clerk, tmp_path: Path) -> None:
    """A folder of schemas is checked, too; one that is no use is told, and nothing is sent until it is mended."""
    move = clerk.move()
    clerk.set(schemas=str(tmp_path))
    [problem] = (await clerk.mapped(move)).problems
    assert (problem.code, problem.field) == ("schemas", "Configuración de Caravana › einvoice.schemas")
    clerk.set(schemas=str(shared_material("sri/xsd")))
    taken(await clerk.mapped(move))


async def test_many_that_wait_are_read_together(clerk: Clerk) -> None:
    """Twenty invoices that wait cost less than a call each, once Odoo has told its fields."""
    moves = [clerk.move() for _ in range(20)]
    await clerk.mapped(moves[0])
    source = sources_of(clerk.settings)["account.move"]
    clerk.sandbox.calls.clear()
    found = await asyncio.gather(*(clerk.read(one, "account.move", source.fields({})) for one in moves))
    assert [one["id"] for one in found] == moves
    assert clerk.sandbox.calls["account.move.web_search_read"] <= 5
    assert clerk.sandbox.calls.total() <= 5
