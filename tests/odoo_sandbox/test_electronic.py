"""What electronic invoicing in Ecuador needs of Odoo: document types, kinds of taxes, vendor bills, and Odoo's own module."""

from datetime import UTC, datetime
from typing import Any

import pytest

from caravana.component.odoo.sandbox import OdooSandbox, Setup
from caravana.component.odoo.sandbox.errors import OdooError
from caravana.kit.clock import ManualClock

NUMBER = "001-001-000000045"


def odoo(**setup: Any) -> OdooSandbox:
    """Return an Odoo on a day of November."""
    return OdooSandbox(ManualClock(datetime(2026, 11, 23, 15, tzinfo=UTC)), setup=Setup(**setup))


def tax(sandbox: OdooSandbox, name: str) -> int:
    """Return the id of a tax."""
    [found] = sandbox.env["account.tax"].search([["name", "=", name]])
    return int(found)


def move(sandbox: OdooSandbox, tax_name: str = "VAT 15% S", **vals: Any) -> dict[str, Any]:
    """Return a posted move of one line of 100.00."""
    line = {"name": "Servicio", "quantity": 1, "price_unit": 100, "tax_ids": [[6, 0, [tax(sandbox, tax_name)]]]}
    [partner] = sandbox.env["res.partner"].search([["vat", "!=", False]], limit=1)
    vals = {"move_type": "out_invoice", "partner_id": partner, "invoice_line_ids": [[0, 0, line]]} | vals
    made = sandbox.env["account.move"].create(vals)
    sandbox.env["account.move"].action_post([made])
    fields = ["name", "l10n_latam_document_number", "l10n_latam_document_type_id", "amount_total"]
    [found] = sandbox.env["account.move"].read([made], fields)
    return dict(found)


def test_a_debit_note_has_its_own_type_and_numbers() -> None:
    """A move that debits another is of type 05 and begins its own series at the same emission point."""
    sandbox = odoo()
    invoice = move(sandbox)
    note = move(sandbox, debit_origin_id=invoice["id"])
    assert note["l10n_latam_document_type_id"][1] == "(05) Debit Note"
    assert (note["name"], note["l10n_latam_document_number"]) == ("NotDb 001-001-000000001", "001-001-000000001")


def test_a_vendor_bill_has_the_suppliers_number() -> None:
    """A bill without its number is refused; with it, it keeps that; a settlement is numbered by its journal."""
    sandbox = odoo()
    with pytest.raises(OdooError, match="set the document number"):
        move(sandbox, "VAT 15% purchases", move_type="in_invoice")
    bill = move(sandbox, "VAT 15% purchases", move_type="in_invoice", l10n_latam_document_number=NUMBER)
    assert bill["l10n_latam_document_number"] == NUMBER
    [journal] = sandbox.env["account.journal"].search([["type", "=", "purchase"]])
    sandbox.env["account.journal"].write([journal], {"l10n_ec_entity": "001", "l10n_ec_emission": "002"})
    kind = {"l10n_latam_document_type_id": sandbox.env.ref("l10n_ec.ec_dt_03")}
    settlement = move(sandbox, "VAT 15% purchases", move_type="in_invoice", **kind)
    assert settlement["name"] == "LiqCo 001-002-000000001"


@pytest.mark.parametrize(
    ("name", "kind", "total"),
    [
        ("VAT 15% G", "vat15", 115.0),
        ("VAT 5% G", "vat05", 105.0),
        ("VAT 0% G", "zero_vat", 100.0),
        ("VAT 0% EX", "exempt_vat", 100.0),
        ("VAT 0% N S REIMB", "not_charged_vat", 100.0),
    ],
)
def test_a_taxs_group_says_of_which_kind_it_is(name: str, kind: str, total: float) -> None:
    """Each rate has a group whose kind does not depend on the language."""
    sandbox = odoo()
    [record] = sandbox.env["account.tax"].read([tax(sandbox, name)], ["tax_group_id"])
    [group] = sandbox.env["account.tax.group"].read([record["tax_group_id"][0]], ["l10n_ec_type"])
    assert group["l10n_ec_type"] == kind
    assert move(sandbox, name)["amount_total"] == total


@pytest.mark.parametrize(("rounding", "total"), [("round_per_line", 2.54), ("round_globally", 2.53)])
def test_taxes_are_rounded_as_the_company_says(rounding: str, total: float) -> None:
    """Two lines of 1.10 at 15 % are a cent apart by the company's way of rounding, as on orders."""
    sandbox = odoo(rounding=rounding)
    line = {"name": "Gorra", "quantity": 1, "price_unit": 1.1, "tax_ids": [[6, 0, [tax(sandbox, "VAT 15% G")]]]}
    assert move(sandbox, invoice_line_ids=[[0, 0, line], [0, 0, line]])["amount_total"] == total


@pytest.mark.parametrize(
    ("which", "number"),
    [("enterprise", "l10n_ec_authorization_number"), ("oca", "l10n_ec_xml_access_key")],
)
def test_odoos_own_electronic_invoicing_is_switched_on_by_journal(which: Any, number: str) -> None:
    """Its fields are there; only a journal with a format makes documents that wait to be sent."""
    sandbox = odoo(electronic=which)
    assert number in sandbox.env["account.move"].fields_get([number])
    fields = ["edi_state", "edi_document_ids", number]
    quiet = move(sandbox)
    assert sandbox.env["account.move"].read([quiet["id"]], fields)[0] | {"id": 0} == {
        "id": 0,
        "edi_state": False,
        "edi_document_ids": [],
        number: False,
    }
    [journal] = sandbox.env["account.journal"].search([["type", "=", "sale"]])
    formats = sandbox.env["account.edi.format"].search([])
    sandbox.env["account.journal"].write([journal], {"edi_format_ids": [[6, 0, formats]]})
    [waiting] = sandbox.env["account.move"].read([move(sandbox)["id"]], fields)
    assert waiting["edi_state"] == "to_send"
    assert len(waiting["edi_document_ids"]) == 1


def test_community_has_none_of_it() -> None:
    """Without the switch there is neither field nor model."""
    sandbox = odoo()
    assert sandbox.env["account.move"].fields_get(["edi_state", "l10n_ec_authorization_number"]) == {}
    with pytest.raises(OdooError):
        sandbox.env["account.edi.document"].search([])


def test_documents_are_found_by_the_codes_of_what_they_link() -> None:
    """A search by the document type's code, or by the kind of a transfer, finds what the hub watches."""
    sandbox = odoo()
    kind = {"l10n_latam_document_type_id": sandbox.env.ref("l10n_ec.ec_dt_03"), "l10n_latam_document_number": NUMBER}
    settlement = move(sandbox, "VAT 15% purchases", move_type="in_invoice", **kind)
    move(sandbox)
    assert sandbox.env["account.move"].search([["l10n_latam_document_type_id.code", "=", "03"]]) == [settlement["id"]]
    [product] = sandbox.env["product.product"].search([["default_code", "=", "CAM-001"]])
    [partner] = sandbox.env["res.partner"].search([["vat", "!=", False]], limit=1)
    line = [0, 0, {"product_id": product, "product_uom_qty": 1}]
    order = sandbox.env["sale.order"].create({"partner_id": partner, "order_line": [line]})
    sandbox.env["sale.order"].action_confirm([order])
    assert len(sandbox.env["stock.picking"].search([["picking_type_code", "=", "outgoing"]])) == 1
    assert sandbox.env["stock.picking"].search([["picking_type_code", "=", "incoming"]]) == []
