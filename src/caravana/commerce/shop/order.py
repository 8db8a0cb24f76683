"""Orders: read from a request, made once in Odoo, shown as Odoo has them.

`asked` is what a request says in one form: customer (as `customer.Asked`), lines of code and quantity, confirm, reference,
note, delivery_date, branch, warnings.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from caravana.commerce.shop import customer, identity
from caravana.commerce.shop.model import NewOrder, Priced
from caravana.commerce.shop.product import amount, price, quantity
from caravana.commerce.shop.refusal import Field, fields_of, refuse, refuse_fields

Asked = dict[str, Any]
STATES = {"draft": "draft", "sent": "sent", "sale": "confirmed", "done": "confirmed", "cancel": "cancelled"}
MOST_LINES = 500
NO_KEY = "no Idempotency-Key was sent: the same request again makes another order"
PLACES = 4
"""Decimal places of a quantity at most."""


def read(body: Any, country: str, most: int) -> Asked:
    """Return what a request for an order says; `most`: largest quantity. Raises `Refused` naming every wrong field."""
    try:
        order = NewOrder.model_validate(body if isinstance(body, Mapping) else {})
    except ValidationError as error:
        raise refuse_fields(fields_of(error)) from None
    if wrong := list(_wrong_quantities(order, most)):
        raise refuse_fields(wrong)
    return {
        "customer": customer.read_reference(order.customer, country),
        "lines": [{"code": one.code, "quantity": one.quantity} for one in order.lines],
        "confirm": order.confirm,
        "reference": order.reference,
        "note": order.note,
        "delivery_date": order.delivery_date.isoformat() if order.delivery_date else None,
        "branch": order.branch,
        "warnings": [
            *_unheeded("", order),
            *(text for n, one in enumerate(order.lines) for text in _unheeded(f"lines[{n}].", one)),
        ],
    }


def _wrong_quantities(order: NewOrder, most: int) -> Iterable[Field]:
    for number, line in enumerate(order.lines):
        if not 0 < line.quantity <= most:
            text = (
                f"{line.quantity:f} is not above 0"
                if line.quantity <= 0
                else f"more than {most} at once are not ordered here"
            )
            yield {"field": f"lines[{number}].quantity", "message": text}
        elif line.quantity != round(line.quantity, PLACES):
            yield {"field": f"lines[{number}].quantity", "message": f"more than {PLACES} decimal places"}


def _unheeded(place: str, said: Priced) -> list[str]:
    return [f"{place}{name} was not heeded: prices and taxes are Odoo's" for name in sorted(said.model_extra or {})]


def product_question(asked: Asked) -> dict[str, Any]:
    """Return the search for the products of the lines, archived ones included."""
    codes = sorted({one["code"] for one in asked["lines"]})
    return {"domain": [["default_code", "in", codes]], "context": {"active_test": False}}


def chosen(asked: Asked, products: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the product of each line. Raises `Refused` naming every line whose product cannot be sold."""
    picked, wrong = [], []
    for number, line in enumerate(asked["lines"]):
        fitting = [one for one in products if one["default_code"] == line["code"]]
        sold = [one for one in fitting if one["active"] and one["sale_ok"]]
        if len(sold) == 1:
            picked.append(sold[0])
            continue
        code = "product_unknown" if not fitting else "product_twice" if sold else "product_archived"
        wrong.append((code, {"field": f"lines[{number}].code", "message": _why(line["code"], fitting, sold)}))
    if wrong:
        fields = [one for _, one in wrong]
        raise refuse(wrong[0][0], "; ".join(f"{one['field']}: {one['message']}" for one in fields), fields=fields)
    return picked


def _why(code: str, fitting: Sequence[Mapping[str, Any]], sold: Sequence[Mapping[str, Any]]) -> str:
    if not fitting:
        return f"there is no product `{code}`"
    if sold:
        return f"{len(sold)} products have the code `{code}`: give each its own in Odoo"
    return f"the product `{code}` is {'not for sale' if fitting[0]['active'] else 'archived'}"


def customer_of(verdict: Mapping[str, Any]) -> int:
    """Return the customer's record. Raises `Refused` when there is none to sell to."""
    if verdict["outcome"] == "found":
        return int(verdict["id"])
    archived = verdict["outcome"] == "archived"
    message = (
        "this customer is archived in Odoo"
        if archived
        else "there is no such customer: make it first (in a file, caravana import customers; over HTTP, POST /customers)"
    )
    code = "customer_archived" if archived else "customer_unknown"
    raise refuse(code, f"customer: {message}", fields=[{"field": "customer", "message": message}])


def record(
    asked: Asked, partner: int, products: Sequence[Mapping[str, Any]], place: Mapping[str, Any], zone: str
) -> dict[str, Any]:
    """Return the values of the order to be made.

    `place`: company_id and warehouse_id of the branch, as far as known; `zone`: the company's.
    """
    lines = [
        {"product_id": one["id"], "product_uom_qty": line["quantity"]}
        for one, line in zip(products, asked["lines"], strict=True)
    ]
    said = {
        "client_order_ref": asked["reference"],
        "note": asked["note"],
        "commitment_date": _noon(asked["delivery_date"], zone),
    }
    return {"partner_id": partner, **place, **{name: one for name, one in said.items() if one}, "order_line": lines}


def _noon(day: str | None, zone: str) -> datetime | None:
    return datetime.combine(date.fromisoformat(day), time(12), ZoneInfo(zone)).astimezone(UTC) if day else None


def _local(moment: str, zone: str) -> str:
    """A moment of Odoo (UTC, no zone) in the company's zone."""
    return datetime.fromisoformat(moment[:19]).replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).isoformat()


def external_id(client: str, key: str) -> str:
    """Return the external id of the order that a client makes under a key."""
    return identity.external_id("order", client, key)


def shown(
    order: Mapping[str, Any],
    lines: Sequence[Mapping[str, Any]],
    products: Sequence[Mapping[str, Any]],
    zone: str,
    branch: str | None,
) -> dict[str, Any]:
    """Return an order as answers show it; `products`: those of its lines, by which codes are told."""
    currency = order["currency_id"][1]
    codes = {one["id"]: one["default_code"] for one in products}
    return {
        "number": order["name"],
        "state": STATES[order["state"]],
        "customer": {"id": order["partner_id"][0], "name": order["partner_id"][1]},
        "reference": order["client_order_ref"],
        "branch": branch,
        "date": _local(order["date_order"], zone),
        "delivery_date": _local(order["commitment_date"], zone)[:10] if order["commitment_date"] else None,
        "lines": [_line(one, codes, currency) for one in lines],
        "untaxed": amount(order["amount_untaxed"], currency),
        "taxes": amount(order["amount_tax"], currency),
        "total": amount(order["amount_total"], currency),
        "warnings": [],
    }


def _line(line: Mapping[str, Any], codes: Mapping[int, str | None], currency: str) -> dict[str, Any]:
    return {
        "code": codes.get(line["product_id"][0]) if line["product_id"] else None,
        "name": line["name"] or "",
        "quantity": quantity(line["product_uom_qty"]),
        "unit_price": price(line["price_unit"], currency)["amount"],
        "discount": format(Decimal(str(line["discount"])).normalize(), "f"),
        **{ours: amount(line[f"price_{ours}"], currency)["amount"] for ours in ("subtotal", "tax", "total")},
    }


def cancellable(order: Mapping[str, Any], invoices: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether the order is still to be cancelled. Raises `Refused` when that needs a person in Odoo."""
    if order["state"] == "cancel":
        return False
    if any(one["state"] == "posted" for one in invoices):
        raise refuse("invoiced", "the order has a posted invoice: a credit note in Odoo takes it back", status=409)
    if order["delivery_status"] in ("partial", "full"):
        raise refuse("delivered", "goods of the order were delivered: a return in Odoo takes them back", status=409)
    if order["locked"]:
        raise refuse("locked", "the order is locked in Odoo: unlock it there first", status=409)
    return True


def same(
    asked: Asked,
    order: Mapping[str, Any],
    lines: Sequence[Mapping[str, Any]],
    partner: int,
    products: Sequence[Mapping[str, Any]],
) -> bool:
    """Return whether an order of Odoo is for what is asked: customer, products and quantities."""
    wanted = sorted((one["id"], Decimal(line["quantity"])) for one, line in zip(products, asked["lines"], strict=True))
    have = sorted((one["product_id"][0], Decimal(str(one["product_uom_qty"]))) for one in lines if one["product_id"])
    return bool(order["partner_id"][0] == partner and wanted == have)
