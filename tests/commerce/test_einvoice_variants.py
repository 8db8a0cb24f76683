"""Exports and reimbursements: told by name, so that nothing else is issued in their place."""

from collections.abc import AsyncIterator

import pytest

from caravana.commerce.einvoice.mapping_sources import sources_of
from caravana.commerce.einvoice.source import Mapped, Wanted
from tests.commerce.clerk import TODAY, Clerk, clerks_odoo


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
    named = {"16": "una factura de exportación", "41": "un documento de reembolso de gastos"}[code]
    assert found.problems[0].es.startswith(f"Caravana no emite {named}: hágalo en el portal del SRI")
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


@pytest.mark.parametrize("name", ["comercioExterior", "reembolsos"])
async def test_a_file_of_a_variant(clerk: Clerk, name: str) -> None:
    """What only such a document has is told, not left out."""
    found = await clerk.mapped(clerk.move(), given={name: "EXPORTADOR"})
    assert (found.document, codes(found), found.problems[0].where) == (None, ["variant"], name)
