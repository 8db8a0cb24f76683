"""Years of a company's past in the Odoo sandbox, put there in a moment: one order, invoice and payment, copied to old dates."""

from datetime import datetime, timedelta
from typing import Any

from caravana.component.odoo.sandbox import OdooSandbox
from caravana.component.odoo.sandbox.values import stamp
from tests.commerce.shop import Street

LINES = {"sale.order": ("sale.order.line", "order_id"), "account.move": ("account.move.line", "move_id")}


def live_through(street: Street, count: int, until: datetime, every: timedelta = timedelta(hours=3)) -> list[int]:
    """Make `count` confirmed orders, open invoices and registered payments, one after another up to `until`.

    Returns the orders.
    """
    order = street.order()
    invoice = street.invoice(street.order())
    paid = street.invoice(street.order())
    street.pay_by_hand(paid)
    [payment] = street.odoo.env["account.payment"].search([["reconciled_invoice_ids", "in", [paid]]])
    models = {"sale.order": order, "account.move": invoice, "account.payment": payment}
    for model in models:
        _age(street.odoo, model, until - every * count)
    orders = []
    for number in range(count):
        moment = until - every * (count - number)
        made = {model: _copy(street.odoo, model, record, number, moment) for model, record in models.items()}
        orders.append(made["sale.order"])
    return orders


def touch(odoo: OdooSandbox, model: str, records: list[int]) -> None:
    """Edit records now, as a mass edit of Odoo does."""
    odoo.env[model].write(records, {"note" if model == "sale.order" else "narration": "revised"})


def _copy(odoo: OdooSandbox, model: str, record: int, number: int, moment: datetime) -> int:
    """Copy one record with its lines, made at `moment`."""
    table = odoo.store.tables[model]
    copy = table.take_id()
    table.put(copy, _dated(table.rows[record], moment) | {"name": f"OLD/{number:05}"})
    if model in LINES:
        child, inverse = LINES[model]
        lines = odoo.store.tables[child]
        for line in list(lines.indexes[inverse].get(record, ())):
            lines.put(lines.take_id(), _dated(lines.rows[line], moment) | {inverse: copy})
    return copy


def _age(odoo: OdooSandbox, model: str, moment: datetime) -> None:
    """Make every record that there is as old as `moment`."""
    table = odoo.store.tables[model]
    for record, row in list(table.rows.items()):
        table.put(record, _dated(row, moment))


def _dated(row: dict[str, Any], moment: datetime) -> dict[str, Any]:
    """Return the row with every date of it set to `moment`."""
    stamps = {name: stamp(moment) for name in ("create_date", "write_date")}
    days = {name: moment.date().isoformat() for name in ("invoice_date", "date", "invoice_date_due") if row.get(name)}
    ordered = {"date_order": stamp(moment)[:19]} if row.get("date_order") else {}
    return row | stamps | days | ordered
