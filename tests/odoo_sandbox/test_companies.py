"""Two companies in one database: a call sees the records of the companies that its context allows, as Odoo's rules say."""

from typing import Any

import pytest

from caravana.component.odoo.sandbox import OdooSandbox
from caravana.component.odoo.sandbox.errors import AccessError, UserError
from caravana.component.odoo.sandbox.seed import Setup
from caravana.kit.clock import ManualClock


class House:
    """A database with two companies."""

    def __init__(self) -> None:
        self.odoo = OdooSandbox(ManualClock(), setup=Setup(companies=("Sur S.A.",), demo=False))
        self.first, self.second = self.odoo.env["res.company"].search([])
        self.customer = self.odoo.env["res.partner"].create({"name": "Rosa Inventada"})
        template = self.odoo.env["product.template"].create({"name": "Gorra", "type": "service", "list_price": 10.0})
        [self.product] = self.odoo.env["product.product"].search([["product_tmpl_id", "=", template]])

    def call(self, model: str, method: str, *arguments: Any, company: int) -> Any:
        """Call for one company."""
        return getattr(self.odoo.env[model], method)(*arguments, context={"allowed_company_ids": [company]})

    def invoice(self, company: int) -> int:
        """Return a posted invoice of a company."""
        line = [0, 0, {"product_id": self.product, "quantity": 1}]
        values = {"move_type": "out_invoice", "partner_id": self.customer, "invoice_line_ids": [line]}
        made: int = self.call("account.move", "create", values, company=company)
        self.call("account.move", "action_post", [made], company=company)
        return made


@pytest.fixture
def house() -> House:
    """Make the database."""
    return House()


def test_both_companies_number_alike_and_tax_their_own(house: House) -> None:
    """Each company has a number series and taxes of its own: two invoices bear one number."""
    invoices = [house.invoice(house.first), house.invoice(house.second)]
    read = house.odoo.env["account.move"].read(invoices, ["name", "company_id", "amount_total"])
    assert [one["name"] for one in read] == ["Fact 001-001-000000001"] * 2
    assert [one["company_id"][0] for one in read] == [house.first, house.second]
    assert [one["amount_total"] for one in read] == [11.5, 11.5]


def test_a_search_leaves_out_what_is_of_another_company(house: House) -> None:
    """Without a context all companies of the user are seen, with one only those that it allows."""
    mine, theirs = house.invoice(house.first), house.invoice(house.second)
    invoices = [["move_type", "=", "out_invoice"]]
    assert set(house.odoo.env["account.move"].search(invoices)) == {mine, theirs}
    assert house.call("account.move", "search", invoices, company=house.second) == [theirs]


@pytest.mark.parametrize("method", ["read", "write", "message_post"])
def test_a_record_of_another_company_is_refused(house: House, method: str) -> None:
    """Reading, writing and noting on it are AccessErrors, not empty answers."""
    arguments: dict[str, Any] = {"read": ["name"], "write": {"ref": "x"}, "message_post": "hola"}
    with pytest.raises(AccessError):
        house.call("account.move", method, [house.invoice(house.first)], arguments[method], company=house.second)


def test_a_task_on_a_record_of_another_company_is_refused(house: House) -> None:
    """What hangs on a document follows its rule, and nothing is kept of what was refused."""
    task = {"res_model": "account.move", "res_id": house.invoice(house.first), "summary": "x"}
    with pytest.raises(AccessError):
        house.call("mail.activity", "create", task, company=house.second)
    assert house.odoo.env["mail.activity"].search([]) == []


def test_a_record_made_in_a_journal_of_another_company_is_refused(house: House) -> None:
    """A payment is its journal's company's, and one made for another company does not come to be."""
    [journal] = house.call("account.journal", "search", [["type", "=", "bank"]], company=house.first)
    with pytest.raises(AccessError):
        house.call("account.payment", "create", {"amount": 1.0, "journal_id": journal}, company=house.second)
    assert house.odoo.env["account.payment"].search([]) == []


def test_entries_of_two_companies_are_not_reconciled(house: House) -> None:
    """A payment of one company does not pay an invoice of another."""
    invoice = house.invoice(house.first)
    values = {"amount": 11.5, "partner_id": house.customer}
    payment = house.call("account.payment", "create", values, company=house.second)
    house.call("account.payment", "action_post", [payment], company=house.second)
    domain = [["account_id.account_type", "=", "asset_receivable"]]
    lines = house.odoo.env["account.move.line"].search(domain)
    assert len(lines) == 2
    with pytest.raises(UserError):
        house.odoo.env["account.move.line"].reconcile(lines)
    assert house.odoo.env["account.move"].read([invoice], ["payment_state"])[0]["payment_state"] == "not_paid"


def test_a_company_that_is_not_the_users_is_refused(house: House) -> None:
    """Odoo takes no company into the context that the user may not act for."""
    with pytest.raises(AccessError):
        house.call("account.move", "search", [], company=house.second + 1)
