"""Exports and reimbursements: told by name, so that nothing else is issued in their place; exports go out with a file."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from caravana.commerce.einvoice.mapping_sources import sources_of
from caravana.commerce.einvoice.source import Mapped, Wanted
from caravana.component.sri.sandbox import SriSandbox
from caravana.kit.edocument.document import Factura
from caravana.kit.serving import serve
from tests.commerce.clerk import TODAY, Clerk, clerks_odoo, taken
from tests.commerce.einvoicing import POINT, open_office, sello_is_known
from tests.support.edocuments import exportacion
from tests.support.leaping import LeapingClock

__all__ = ["sello_is_known"]
TRADE = {name: one for name, one in exportacion()["exportacion"].items() if not name.endswith("Internacional")}
"""What a file gives of an export whose costs stand in Odoo."""


@pytest.fixture
async def clerk() -> AsyncIterator[Clerk]:
    """A clerk in Odoo 19."""
    async with clerks_odoo() as one:
        yield one


def codes(found: Mapped) -> list[str]:
    """Return the codes of all problems."""
    return [one.code for one in found.problems]


@pytest.mark.parametrize("code", ["16", "41"])
async def test_a_document_type_of_a_variant(clerk: Clerk, code: str) -> None:
    """Exports and reimbursements are told by their name; the clerk chooses another document type, or issues it elsewhere."""
    of = clerk.env["l10n_latam.document.type"]
    variant = of.create({"name": "Variante", "code": code, "internal_type": "invoice"})
    move = clerk.move()
    clerk.env["account.move"].write([move], {"l10n_latam_document_type_id": variant})
    found = await clerk.mapped(move)
    assert (found.document, codes(found)) == (None, ["variant"])
    said = {
        "16": "es una factura de exportación: elija el tipo Factura y emítala con un archivo",
        "41": "Caravana no emite un documento de reembolso de gastos: hágalo en el portal del SRI",
    }[code]
    assert found.problems[0].es.startswith(said)
    assert found.problems[0].field == "Factura › Tipo de documento"


@pytest.mark.parametrize(
    ("country", "incoterm", "told"), [("us", "FOB", True), ("us", None, False), ("ec", "FOB", False)]
)
async def test_an_export(clerk: Clerk, country: str, incoterm: str | None, told: bool) -> None:
    """A sale with an incoterm to another country is an export; a foreigner's purchase here is a factura like any other."""
    contact = clerk.contact("X-55", "l10n_latam_base.it_fid", country, name="Foreign Inc.")
    move = clerk.move(contact=contact)
    source = sources_of(clerk.settings)["account.move"]
    known = {name: list(clerk.env[name].fields_get(asked)) for name, asked in source.optional().items()}
    record = await clerk.read(move, "account.move", source.fields(known))
    wanted = Wanted(f"odoo/account.move,{move}", None, clerk.settings, TODAY)
    found = source.mapped(record | {"invoice_incoterm_id": incoterm and {"code": incoterm}}, wanted)
    assert ("variant" in codes(found)) is told
    assert (found.document is None) is told
    exported = Wanted(f"odoo/account.move,{move}", None, clerk.settings, TODAY, {"exportacion": TRADE})
    assert "variant" not in codes(source.mapped(record | {"invoice_incoterm_id": {"code": "FOB"}}, exported))


async def test_a_note_on_an_export(clerk: Clerk) -> None:
    """A credit note of an export is one like any other: the SRI's has no foreign trade in it."""
    contact = clerk.contact("X-55", "l10n_latam_base.it_fid", "us", name="Foreign Inc.")
    move = clerk.move(kind="out_refund", contact=contact)
    source = sources_of(clerk.settings)["account.move"]
    known = {name: list(clerk.env[name].fields_get(asked)) for name, asked in source.optional().items()}
    record = await clerk.read(move, "account.move", source.fields(known))
    wanted = Wanted(f"odoo/account.move,{move}", None, clerk.settings, TODAY)
    assert "variant" not in codes(source.mapped(record | {"invoice_incoterm_id": {"code": "FOB"}}, wanted))


@pytest.mark.parametrize("name", ["comercioExterior", "reembolsos"])
async def test_a_file_of_a_variant(clerk: Clerk, name: str) -> None:
    """What only such a document has is told, not left out."""
    found = await clerk.mapped(clerk.move(), given={name: "EXPORTADOR"})
    assert (found.document, codes(found), found.problems[0].where) == (None, ["variant"], name)


async def test_an_export_with_its_file(clerk: Clerk) -> None:
    """What Odoo lacks comes from a file; lines of freight and insurance go beside the goods, and the total is Odoo's."""
    clerk.set(export_costs={"FLETE": "fleteInternacional", "SEGURO": "seguroInternacional"})
    freight, insurance = clerk.product("FLETE", "Flete"), clerk.product("SEGURO", "Seguro")
    free = "VAT 0% G"
    contact = clerk.contact("X-55", "l10n_latam_base.it_fid", "us", name="Foreign Inc.")
    move = clerk.move(
        *(clerk.line("Cacao", 375, tax=free), clerk.line("Flete", 120, product_id=freight, tax=free)),
        clerk.line("Seguro", 15.5, product_id=insurance, tax=free),
        contact=contact,
    )
    document = taken(await clerk.mapped(move, given={"exportacion": TRADE}))
    assert isinstance(document, Factura)
    assert document.exportacion is not None
    assert [one.descripcion for one in document.detalles] == ["Cacao"]
    assert (str(document.total_sin_impuestos), str(document.importe_total)) == ("375.00", "510.50")
    assert (str(document.exportacion.costos), str(document.pagos[0].total)) == ("135.50", "510.50")
    plain = taken(await clerk.mapped(move))
    assert isinstance(plain, Factura)
    assert (plain.exportacion, len(plain.detalles)) == (None, 3)


async def test_costs_that_odoo_does_not_have(clerk: Clerk) -> None:
    """A cost that stands in the file alone makes the total another than Odoo's: nothing goes out."""
    found = await clerk.mapped(clerk.move(), given={"exportacion": exportacion()["exportacion"]})
    assert "amount.differs" in codes(found)


async def test_a_cost_with_a_tax(clerk: Clerk) -> None:
    """A cost beside the goods has no tax of its own: the line is named."""
    clerk.set(export_costs={"FLETE": "fleteInternacional"})
    move = clerk.move(clerk.line("Cacao", 375), clerk.line("Flete", 120, product_id=clerk.product("FLETE", "Flete")))
    found = await clerk.mapped(move, given={"exportacion": TRADE})
    assert codes(found)[0] == "export.cost"
    assert "«Flete» es un costo de exportación" in found.problems[0].es


async def test_a_file_that_is_no_whole_export(clerk: Clerk) -> None:
    """What is missing of the foreign trade is told with its place."""
    found = await clerk.mapped(clerk.move(), given={"exportacion": {"incoTermFactura": "FOB"}})
    assert codes(found) == ["document"]
    assert "exportacion.puertoEmbarque" in found.problems[0].es


async def test_an_export_goes_out(tmp_path: Path, clock: LeapingClock, sello_is_known: None) -> None:
    """Through the flow, with its file, straight to the SRI: authorised, with XML and RIDE in Odoo."""
    sri = SriSandbox(clock=clock)
    async with serve(sri.app()) as url:

        def changes(given: dict[str, Any]) -> None:
            given["connections"]["sri"] = {"url": url, **sri.connection()}
            given["settings"]["einvoice.points"] = {POINT: {"connection": "sri", "journals": [999]}}

        async with open_office(tmp_path, clock, changes=changes) as office:
            kind = {"l10n_latam_identification_type_id": office.odoo.env.ref("l10n_latam_base.it_fid")}
            customer = office.customer("X-55", country_id=office.odoo.env.ref("base.us"), name="Foreign Inc.", **kind)
            tax = office.odoo.env["account.tax"].search([["name", "=", "VAT 0% G"]])
            invoice = office.invoice(375.0, customer, tax_ids=[[6, 0, tax]])
            await office.idle()
            assert await office.document(invoice) is None
            file = {"estab": "001", "ptoEmi": "001", "exportacion": TRADE}
            assert (await office.do("check", name=f"account.move,{invoice}", document=file))["problems"] == []
            await office.do("issue", name=f"account.move,{invoice}", document=file)
            await office.reaches(invoice, "authorised", timeout=40)
            await office.idle()
            [paper] = sri.authority.authorised()
            assert "<comercioExterior>EXPORTADOR</comercioExterior>" in paper.content
            assert [one.rpartition(".")[2] for one in office.files(invoice)] == ["pdf", "xml"]
    await sri.close()
