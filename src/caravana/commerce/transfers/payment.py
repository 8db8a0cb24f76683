"""A transfer as a payment in Odoo."""

from typing import Any

from caravana.commerce.transfers.journal import currency_of
from caravana.commerce.transfers.mapping import (
    Item,
    TransferMapping,
    Variables,
    chosen_of,
    digest,
    entry_of,
    journal_of,
    memo,
)
from caravana.kit.callables import pure


class Payment(TransferMapping):
    """What `match-payment` makes and reconciles."""

    @pure
    def payment(self, variables: Variables) -> dict[str, Any]:
        """Return the body of `createOnce` on account.payment."""
        item, entry = variables["item"], entry_of(variables["item"])
        values = {
            "payment_type": "inbound",
            "partner_type": "customer",
            "partner_id": chosen_of(variables)["customer"],
            "amount": entry.amount,
            "date": self.day_of(item),
            "journal_id": journal_of(variables),
            "memo": memo(variables),
            "currency_id": currency_of(variables)[0],
        }
        return {"external_id": external_id(item), "values": values}

    @pure
    def pairs(self, variables: Variables) -> list[dict[str, Any]]:
        """Return payment and invoice for each invoice that is paid."""
        return [
            {"payment_id": variables["made"]["id"], "invoice_id": one["id"]} for one in chosen_of(variables)["invoices"]
        ]


def external_id(item: Item) -> str:
    """Return the name under which the entry's payment exists once in Odoo; after an undoing it is another."""
    return f"caravana.bank_{digest(item['key'])}_{item['match']['round']}"
