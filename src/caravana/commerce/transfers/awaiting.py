"""Money with the payment code of an order that has no open invoice: what is known of the order, and what it waits for."""

from collections.abc import Mapping
from typing import Any

from caravana.commerce.matching.records import names_of
from caravana.commerce.transfers.mapping import OPEN, Item, TransferMapping, Variables, entry_of, of_company
from caravana.commerce.transfers.words import CANCELLED, PAID, WAITS
from caravana.kit.callables import pure

POINTS = 60
"""Of a proposal that rests on a payment code: as many as a structured reference has."""


class Awaiting(TransferMapping):
    """What `match-orders` and `match-awaited` ask."""

    @pure
    def order_question(self, variables: Variables) -> dict[str, Any] | None:
        """Return the search for the orders of codes that no open invoice has; None without any."""
        names = {each["name"] for one in variables["batch"]["entries"] for each in one.get("codes", ())}
        missing = names - {name for one in variables["invoices"] for name in names_of(one)}
        company = of_company(variables["batch"]["company"])
        return {"domain": [["name", "in", sorted(missing)], *company]} if missing else None

    @pure
    def invoices_of_orders(self, variables: Variables) -> dict[str, Any] | None:
        """Return the invoices that those orders have all the same; None without any."""
        ids = sorted({each for one in variables["orders"] for each in one["invoice_ids"]})
        return {"ids": ids} if ids else None

    @pure
    def awaited_question(self, variables: Variables) -> dict[str, Any]:
        """Return the search for open invoices of the orders that entries wait for."""
        before = (one["before"] or {} for one in variables["batch"]["entries"])
        names = sorted({name for one in before for name in one.get("awaits") or ()})
        either = [*["|"] * (len(names) - 1), *(["invoice_origin", "ilike", name] for name in names)]
        return {"domain": [*OPEN, *of_company(variables["batch"]["company"]), *either], "limit": 1}


def with_order(item: Item, entry: Mapping[str, Any], variables: Variables) -> Item:
    """Return an item with what is known of the order whose code its entry tells, where no open invoice has it."""
    match = item["match"]
    known = {one["name"]: one for one in variables["orders"]}
    found = [known[each["name"]] for each in entry.get("codes", ()) if each["name"] in known]
    sure = any((one["evidence"] or {}).get("reference") == "structured" for one in match["proposals"])
    if item["kind"] != "ask" or match["hand"] or sure or not found:
        return item
    order = found[0]
    customer = str(order["partner_id"][1])
    words = _words(order, variables)
    said = {language: text.format(order=order["name"], customer=customer) for language, text in words.items()}
    waits = [one["name"] for one in found if _words(one, variables) is WAITS]
    proposals = [_on_account(item, order, customer), *match["proposals"]]
    read = bool(waits and (entry.get("before") or {}).get("read"))
    more = {"why": said, "awaits": waits, "read": read, "order": {"id": order["id"], "name": order["name"]}}
    whole = {**match, **more, "proposals": proposals, "chosen": proposals[0]}
    return {**item, "customer": order["partner_id"][0], "match": whole}


def _words(order: Mapping[str, Any], variables: Variables) -> Mapping[str, str]:
    """Why the money waits: the order is cancelled, paid already, or not invoiced yet."""
    if order["state"] == "cancel":
        return CANCELLED
    invoices = [one for one in variables["ordered"] if one["id"] in order["invoice_ids"] and one["state"] != "cancel"]
    posted = bool(invoices) and all(one["state"] == "posted" for one in invoices)
    return PAID if posted and order["invoice_status"] == "invoiced" else WAITS


def _on_account(item: Item, order: Mapping[str, Any], customer: str) -> dict[str, Any]:
    """The money as the customer's credit, which a person may accept at once."""
    entry, name = entry_of(item), order["name"]
    return {
        "rule": "payment_code",
        "score": POINTS,
        "fit": "unapplied",
        "customer": order["partner_id"][0],
        "customer_name": customer,
        "currency": entry.currency,
        "invoices": [],
        "surplus": str(entry.amount),
        "evidence": {"order": name},
        "reasons": {
            "es": [f"trae el código de {name}", "a favor del cliente, sin factura"],
            "en": [f"it carries the code of {name}", "the customer's credit, for no invoice"],
        },
    }
