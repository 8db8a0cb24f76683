"""Payments that wait as advances on an order, when an invoice of it is posted."""

from collections.abc import Mapping
from typing import Any

from caravana.commerce import booking
from caravana.commerce.cards.mapping import CardMapping, Variables, of_branch, records
from caravana.kit.callables import pure


class Advance(CardMapping):
    """From a posted invoice to the payments that pay it."""

    @pure
    def orders_question(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Return the search for the orders of the invoice in the body."""
        return {"domain": [["invoice_ids", "in", [body["id"]]]]}

    @pure
    def order_invoices(self, variables: Variables) -> list[dict[str, Any]]:
        """Return order and invoice for every order of the invoice."""
        invoice = variables["invoice"]["id"]
        return [{"order_id": one["id"], "invoice_id": invoice, **of_branch(one)} for one in variables["orders"]]

    @pure
    def external_ids(self, variables: Variables) -> list[str]:
        """Return the external ids of all payments booked for the order."""
        booked = [one for one in records(variables["attempts"]) if one["settled"]]
        return [one["external_id"] for each in booked for one in booking.payments(self._store(each), each)]

    @pure
    def advance_pair(self, variables: Variables) -> dict[str, Any]:
        """Return the payment found and the invoice."""
        return {"payment_id": variables["booked"]["id"], "invoice_id": variables["invoice_id"]}
