"""A payment that came becomes one in Odoo's books."""

from typing import Any

from caravana.commerce import attempt as attempts
from caravana.commerce import booking
from caravana.commerce.cards.mapping import CardMapping, Variables, with_branch
from caravana.kit.callables import pure
from caravana.kit.errors import Unmappable
from caravana.kit.exchange import Exchange


class Books(CardMapping):
    """Registering, invoicing, reconciling, and what a person must look at."""

    @pure
    def payment_index(self, variables: Variables) -> str:
        """Return the key in `card_payment` under which the payment's attempt is found."""
        return attempts.indexed(variables["attempt"]["connection"], variables["payment"]["internal_reference"])

    @pure
    def payment_attempt(self, variables: Variables) -> dict[str, Any]:
        """Return what stands there: the attempt's key."""
        return {"attempt": variables["attempt"]["key"]}

    @pure
    def journal_question(self, variables: Variables, exchange: Exchange) -> dict[str, Any]:
        """Return the search for the branch's journal of card payments, else its company's first that is no other branch's."""
        chosen = self._of(exchange.branch)["journal_id"]
        domain: list[Any] = [["id", "=", chosen]] if chosen is not None else [["type", "=", "bank"]]
        others = self._others_journals(exchange.branch) if chosen is None else []
        domain += [["id", "not in", others]] if others else []
        if variables["sale"]["company_id"] is not None and (chosen is None or self._settings.branches):
            domain.append(["company_id", "=", variables["sale"]["company_id"]])
        return {"domain": domain, "limit": 1}

    @pure
    def can_be_booked(self, variables: Variables) -> bool:
        """Whether the payment came in the currency asked for."""
        return booking.can_be_booked(variables["attempt"], variables["payment"])

    @pure
    def payment_record(self, variables: Variables) -> dict[str, Any]:
        """Return the payment to be made in Odoo. Raises `Unmappable` when there is no journal for it."""
        if not variables["journals"]:
            raise Unmappable(
                "Odoo has no bank journal for card payments: set cards.journal_id, or card_journal of the branch"
            )
        journal, settings = variables["journals"][0]["id"], self._settings
        given = (variables["sale"], variables["attempt"], variables["payment"], journal)
        method = settings.method_line_id if settings.journal_id in (None, journal) else None
        return booking.record(*given, settings.zone, method)

    @pure
    def booked_ids(self, variables: Variables) -> dict[str, Any]:
        """Return the payment made, as a method's argument."""
        return {"ids": [variables["booked"]["id"]]}

    @pure
    def ids(self, body: int) -> dict[str, Any]:
        """Return the id in the body, as a method's argument."""
        return {"ids": [body]}

    @pure
    def wants_invoice(self, variables: Variables) -> bool:
        """Whether an invoice is to be made now."""
        wanted = self._settings.on_paid == "invoice" and variables["sale"]["state"] != "cancel"
        return bool(wanted and variables["sale"]["invoice_status"] == "to invoice")

    @pure
    def invoice_journal(self, variables: Variables, exchange: Exchange) -> dict[str, Any] | None:
        """Return the order with the journal of its branch's invoices, as values to write; None where the branch has none."""
        journal = self._of(exchange.branch)["sale_journal_id"]
        return None if journal is None else {"ids": [variables["sale"]["id"]], "values": {"journal_id": journal}}

    @pure
    def invoice_question(self, variables: Variables) -> dict[str, Any]:
        """Return the order to be invoiced, with the invoices that it has."""
        return {"order_ids": [variables["sale"]["id"]], "known_invoice_ids": variables["sale"]["invoice_ids"]}

    @pure
    def pairs(self, variables: Variables) -> list[dict[str, Any]]:
        """Return the payment with each open invoice of the order."""
        payment_id = variables["booked"]["id"]
        return [{"payment_id": payment_id, "invoice_id": one} for one in variables["sale"]["open_invoice_ids"]]

    @pure
    def is_left(self, variables: Variables) -> bool:
        """Whether something of the payment may be left after it was reconciled."""
        return booking.open_credit(variables["payment"], variables["matches"], []) > 0

    @pure
    def twin_question(self, variables: Variables) -> dict[str, Any]:
        """Return the search for what the customer paid since he pressed pay."""
        return booking.twins(variables["sale"], variables["attempt"], self._settings.zone)

    @pure
    def note(self, variables: Variables) -> dict[str, Any]:
        """Return the note on the order."""
        given = (variables["sale"], variables["attempt"], variables["payment"], variables["booked"]["id"])
        return booking.note(*given)

    @pure
    def reviews(self, variables: Variables, exchange: Exchange) -> list[dict[str, Any]]:
        """Return what a person must look at."""
        payment, twins = variables["payment"], variables.get("twins") or []
        own = [one for one in twins if one["id"] == (variables.get("booked") or {}).get("id")]
        left = booking.open_credit(payment, variables.get("matches") or [], own)
        by_hand = booking.by_hand(twins, payment, self._settings.reference_prefix)
        given = (variables["sale"], variables["attempt"], payment)
        return with_branch(booking.reviews(*given, left, exchange.created, by_hand=by_hand), exchange.branch)
