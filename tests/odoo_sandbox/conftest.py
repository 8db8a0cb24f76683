"""What the flow tests share: a sandbox on a clock that stands still, and the trade's steps on it."""

from typing import Any

import pytest

from caravana.component.odoo.sandbox import OdooSandbox
from caravana.kit.clock import ManualClock


class Shop:
    """A sandbox with goods and customers, and short names for what a shop does."""

    def __init__(self, **more: Any) -> None:
        self.clock = ManualClock()
        self.sandbox = OdooSandbox(self.clock, **more)
        self.env = self.sandbox.env
        self.customer = self.find("res.partner", ["name", "ilike", "Rosa"])
        self.shirt = self.find("product.product", ["default_code", "=", "CAM-001"])

    def find(self, model: str, *domain: Any) -> int:
        """Return the first record that fits."""
        return int(self.env[model].search([*domain], limit=1)[0])

    def read(self, model: str, record: int, *names: str) -> Any:
        """Return one record's values: the only one bare, several as a dict."""
        row = self.env[model].read([record], list(names))[0]
        return row[names[0]] if len(names) == 1 else row

    def order(self, amount: float = 2, confirm: bool = True, **vals: Any) -> int:
        """Order shirts."""
        line = {"product_id": self.shirt, "product_uom_qty": amount}
        order = self.env["sale.order"].create({"partner_id": self.customer, "order_line": [[0, 0, line]], **vals})
        if confirm:
            self.env["sale.order"].action_confirm([order])
        return int(order)

    def bill(self, order: int, post: bool = True) -> int:
        """Invoice an order by the wizard."""
        context = {"active_model": "sale.order", "active_ids": [order]}
        wizard = self.env["sale.advance.payment.inv"].create({}, context=context)
        self.env["sale.advance.payment.inv"].create_invoices([wizard], context=context)
        invoice = self.read("sale.order", order, "invoice_ids")[-1]
        if post:
            self.env["account.move"].action_post([invoice])
        return int(invoice)

    def invoice(self, amount: float = 100.0) -> int:
        """Post an invoice of one free line."""
        vals = {"move_type": "out_invoice", "partner_id": self.customer}
        line = [0, 0, {"name": "Servicio", "price_unit": amount}]
        invoice = self.env["account.move"].create({**vals, "invoice_line_ids": [line]})
        self.env["account.move"].action_post([invoice])
        return int(invoice)

    def register(self, invoice: int, **vals: Any) -> int:
        """Register a payment by the wizard; return it."""
        context = {"active_model": "account.move", "active_ids": [invoice]}
        wizard = self.env["account.payment.register"].create(vals, context=context)
        return int(self.env["account.payment.register"].action_create_payments([wizard], context=context)["res_id"])

    def load_payment(self, amount: float, key: str = "caja.1", **context: Any) -> Any:
        """Send a payment by load, by default so that it is created once."""
        columns = ["id", "payment_type", "partner_type", "partner_id/.id", "amount", "journal_id/.id", "memo"]
        journal = self.env.ref("account.1_bnk1")
        row = [key, "Receive", "Customer", str(self.customer), str(amount), str(journal), key]
        context = context or {"mode": "update", "noupdate": True}
        return self.env["account.payment"].load(columns, [row], context=context)

    def due(self, move: int) -> int:
        """Return the receivable line of an entry."""
        return self.find("account.move.line", ["move_id", "=", move], ["account_type", "=", "asset_receivable"])


@pytest.fixture
def shop() -> Shop:
    """A fresh shop."""
    return Shop()
