"""Money that goes back: asked for by a credit note or a person, or made at the company; in the same books once."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from caravana.commerce import attempt as attempts
from caravana.commerce import booking, difference, refund
from caravana.commerce.cards.books import Books
from caravana.commerce.cards.mapping import Variables, named, records, with_branch
from caravana.commerce.refund_entry import Entry
from caravana.component.pay.about import about
from caravana.kit.callables import pure
from caravana.kit.errors import Unmappable
from caravana.kit.exchange import Exchange
from caravana.kit.money import Money
from caravana.kit.payment import Operation


class Refunds(Books):
    """From a wish or a piece of news to the ledger, the company and Odoo's books."""

    # Wished.

    @pure
    def credited_question(self, variables: Variables) -> dict[str, Any]:
        """Return the search for the orders of the invoice that the credit note takes back."""
        reversed_entry = variables["credit_note"]["reversed_entry_id"]
        invoice = reversed_entry["id"] if isinstance(reversed_entry, Mapping) else reversed_entry[0]
        return {"domain": [["invoice_ids", "in", [invoice]]]}

    @pure
    def nothing(self) -> list[Any]:
        """Return an empty list."""
        return []

    @pure
    def together(self, body: Any) -> list[Any]:
        """Return the attempts of several orders as those of one."""
        return [one for each in body or [] for one in each or []] if isinstance(body, list) else []

    @pure
    def refund_wishes(self, variables: Variables) -> list[dict[str, Any]]:
        """Return what is to go back for the credit note: of the order's card payments, as much as it credits.

        `credit_note`: the note; `orders`: those of its invoice; `attempts`: of those orders.
        """
        note, wanted, found = variables["credit_note"], Decimal(variables["credit_note"]["amount_total"]), []
        for one in records(variables["attempts"]):
            for payment in one["payments"]:
                part = min(wanted, payment["total"])
                if part > 0:
                    wish = {"payment": payment["internal_reference"], "amount": part, "credit_note": note["id"]}
                    wish |= {"about": about(one, part, self._company(one)), "reason": str(note["ref"] or note["name"])}
                    found.append({**named(one), **wish, "origin": "odoo"})
                    wanted -= part
        return found

    @pure
    def refund_prefix(self, variables: Variables) -> str:
        """Return what the keys of the attempt's refunds begin with."""
        return refund.prefix(variables["attempt"])

    @pure
    def refund(self, variables: Variables, exchange: Exchange) -> dict[str, Any]:
        """Return the refund to be stored and asked for, or `{refused: code}` where the company would not make it."""
        wish, one, before = variables["wish"], variables["attempt"], records(variables["refunds"])
        store, amount = self._store(one), _decimal(wish.get("amount"))
        zone, now = self._settings.zone, exchange.created
        code = refund.refused(one, before, wish.get("payment"), amount, store, now, zone, by_note="credit_note" in wish)
        payment = refund.paid(one, wish.get("payment"))
        if code is not None or payment is None:
            until = store["refund_until"]
            rest = Money.of(0 if payment is None else refund.left(payment, before), one["currency"])
            return {"refused": code, "company": store["company"], "until": until and until[:5], "left": str(rest)}
        facts = {"origin": wish["origin"], "reason": wish["reason"], "credit_note": wish.get("credit_note")}
        return refund.new(one, before, payment, amount, now, **facts)

    @pure
    def refund_body(self, variables: Variables) -> dict[str, Any]:
        """Return what the company is asked for."""
        return refund.body(variables["refund"])

    @pure
    def refund_answered(self, variables: Variables) -> dict[str, Any]:
        """Return the refund as the company's answer says."""
        return refund.answered(variables["refund"], variables["reply"])

    @pure
    def refund_failed(self, variables: Variables) -> dict[str, Any]:
        """Return the refund as one of which nothing went out."""
        return refund.failed(variables["refund"], str(variables["why"]))

    # Made by hand.

    @pure
    def refund_entered(self, variables: Variables, exchange: Exchange) -> dict[str, Any]:
        """Return the refund that a person made by hand, to be stored, or `{refused: code}`."""
        one, store = variables["attempt"], self._store(variables["attempt"])
        before, zone = records(variables["refunds"]), self._settings.zone
        entry = Entry(variables["wish"], one, before, store, exchange.created, zone)
        found = entry.refund()
        facts = {"company": store["company"], "until": None, "left": str(Money.of(entry.left, one["currency"]))}
        return {**found, **facts} if "refused" in found else found

    @pure
    def left_an_account(self, variables: Variables) -> bool:
        """Whether what is entered left from a bank account, whose journal must be known before anything is kept of it."""
        one = variables["refund"]
        return bool("refused" not in one and one["state"] == "done" and refund.is_transfer(one))

    @pure
    def refund_of_account(self, variables: Variables) -> dict[str, Any]:
        """Return the refund, or `{refused: no_journal}` without a journal of the account: kept, it could not be entered again."""
        if variables["journals"]:
            return dict(variables["refund"])
        company = self._company(variables["attempt"])
        return {"refused": "no_journal", "company": company, "until": None, "left": None}

    # Told by the company.

    @pure
    def told_payment(self, variables: Variables) -> str | None:
        """Return the key in `card_payment` of the payment that the company's news names; None: it names none."""
        told = variables["notification"]
        return attempts.indexed(told["connection"], told["payment"]) if told.get("payment") else None

    @pure
    def indexed_attempt(self, variables: Variables) -> str:
        """Return the key of the attempt that was paid; empty where it is not known: then all are looked through."""
        return str((variables["indexed"] or {}).get("attempt", ""))

    @pure
    def refund_told(self, variables: Variables) -> dict[str, Any] | None:
        """Return what the company's news of a refund is about, with the attempt that was paid; None: none of ours."""
        told = variables["notification"]
        for one in records(variables["attempts"]):
            numbers = [each["internal_reference"] for each in one["payments"]]
            if told.get("payment") in numbers or told.get("request_id") == one["request_id"]:
                return named(one) | {"told": dict(told)}
        return None

    @pure
    def can_look(self, variables: Variables) -> bool:
        """Whether the company tells how a refund stands; of one that a settlement file tells nobody needs to be asked."""
        return not _is_settled(variables) and Operation.REFUND_QUERY in self._store(variables["attempt"])["operations"]

    @pure
    def refund_is_settled(self, variables: Variables) -> bool:
        """Whether a line of a settlement file is the news."""
        return _is_settled(variables)

    @pure
    def refund_settled(self, variables: Variables, exchange: Exchange) -> dict[str, Any] | None:
        """Return the refund that a line of a settlement file tells; None: nothing is new, or too little is left to go back."""
        line, one, before = variables["told"]["line"], variables["attempt"], records(variables["refunds"])
        ours = refund.of_line(before, line)
        if ours is not None:
            seen = refund.settled(ours, line)
            return None if seen == ours else seen
        payment = refund.paid(one, line["payment"])
        if payment is None or line["amount"] > refund.left(payment, before):
            return None
        facts = {"origin": "company", "reason": "", "known_as": line["number"], "made": line["day"]}
        made = refund.new(one, before, payment, line["amount"], exchange.created, **facts)
        return refund.settled(made, line)

    @pure
    def refund_question(self, variables: Variables) -> dict[str, Any]:
        """Return what the company is asked about the refund that it told of."""
        told, one = variables["told"], variables["attempt"]
        payment = told.get("payment") or one["payments"][0]["internal_reference"]
        reference = told.get("reference") if str(told.get("reference")).startswith(one["reference"] + "-R") else None
        names = {"request_id": one["request_id"], "payment": payment, "connection": one["connection"]}
        return {**names, "refund": told.get("object"), "reference": reference}

    @pure
    def refund_seen(self, variables: Variables, exchange: Exchange) -> dict[str, Any] | None:
        """Return the refund as the company has it: one of ours, or one that it made itself; None when nothing is new."""
        reply, one, before = variables["reply"], variables["attempt"], records(variables["refunds"])
        ours = refund.known(before, reply["refund"], reply.get("reference"))
        if ours is not None:
            seen = refund.answered(ours, reply)
            return None if seen == ours else seen
        payment = refund.paid(one, reply["payment"])
        if payment is None:
            return None
        amount = None if reply["amount"] is None else reply["amount"]["total"]
        facts = {"origin": "company", "reason": str(reply.get("reason") or ""), "known_as": reply["refund"]}
        made = refund.new(one, before, payment, amount, exchange.created, **facts)
        return refund.answered(made, reply)

    @pure
    def refund_differences(self, variables: Variables) -> list[str]:
        """Return the keys of the comparison's differences that the refund answers. `differences`: all that are open."""
        over = variables["refund"]["state"] not in refund.WAITING
        return difference.answered(records(variables["differences"]), variables["refund"]) if over else []

    # The books.

    @pure
    def is_booking(self, variables: Variables) -> bool:
        """Whether the money is gone and Odoo does not know yet."""
        return bool(variables["refund"]["state"] == "done" and not variables["refund"]["booked"])

    @pure
    def refund_id(self, variables: Variables) -> str:
        """Return the name under which the refund exists once in Odoo."""
        return booking.refund_id(self._store(variables["refund"]), variables["refund"])

    @pure
    def refund_journal_question(self, variables: Variables, exchange: Exchange) -> dict[str, Any]:
        """Return the search for the journal that the money left from.

        Of a bank transfer: the one that the person named, else `cards.refund_journal_id`, else that of the branch's own account
        (none where it has several), else the company's first bank journal that is not one of cards or of a branch's account.
        Else that of card payments.
        """
        one, cards = variables["refund"], self.journal_question(variables, exchange)
        if one.get("by") != "transfer":
            return cards
        chosen = one["journal"] or self._settings.refund_journal_id
        accounts = self._of(exchange.branch).get("bank_journal_ids", ())
        if chosen is None and len(accounts) > 1:
            return {"domain": [["id", "in", []]], "limit": 1}
        chosen = chosen or next(iter(accounts), None)
        of_cards = {each["journal_id"] for each in self._branches() if each["journal_id"] is not None}
        own = sorted(of_cards.union(*(each.get("bank_journal_ids", ()) for each in self._branches())))
        domain: list[Any] = [["id", "=", chosen]] if chosen is not None else [["type", "=", "bank"]]
        domain += [["id", "not in", own]] if chosen is None and own else []
        company = variables["sale"]["company_id"]
        return {"domain": [*domain, *([["company_id", "=", company]] if company is not None else [])], "limit": 1}

    @pure
    def refund_record(self, variables: Variables) -> dict[str, Any]:
        """Return the outgoing payment to be made in Odoo. Raises `Unmappable` when there is no journal for it."""
        if not variables["journals"]:
            raise Unmappable(
                "Odoo has no bank journal for card payments: set cards.journal_id, or card_journal of the branch"
            )
        given = (variables["sale"], self._store(variables["refund"]), variables["refund"])
        return booking.refund_record(*given, variables["journals"][0]["id"], self._settings.zone)

    @pure
    def notes_question(self, variables: Variables) -> dict[str, Any]:
        """Return the search for the order's open credit notes."""
        domain: list[Any] = [["move_type", "=", "out_refund"], ["state", "=", "posted"]]
        domain.append(["payment_state", "in", ["not_paid", "partial"]])
        domain.append(["reversed_entry_id", "in", variables["sale"]["invoice_ids"]])
        return {"domain": domain}

    @pure
    def refund_pairs(self, variables: Variables) -> list[dict[str, Any]]:
        """Return the outgoing payment with its credit note: the one that asked, else the only open one of its amount."""
        one, found = variables["refund"], variables["credit_notes"]
        notes = [each["id"] for each in found if each["id"] == one["credit_note"]]
        if one["credit_note"] is None:
            notes = [each["id"] for each in found if Decimal(each["amount_residual"]) == one["amount"]]
        return [{"payment_id": variables["booked"]["id"], "invoice_id": notes[0]}] if len(notes) == 1 else []

    @pure
    def refund_note(self, variables: Variables) -> dict[str, Any]:
        """Return the note on the order."""
        store = self._store(variables["refund"])
        return booking.refund_note(variables["sale"], store, variables["refund"], variables["booked"]["id"])

    @pure
    def refund_unbooked(self, variables: Variables) -> dict[str, Any]:
        """Return the refund that Odoo refused to book, to be booked by itself."""
        one, made = variables["attempt"], variables["refund"]
        return {**named(one), "refund": made, "about": about(one, made["amount"], self._company(one))}

    @pure
    def refund_booked(self, variables: Variables) -> dict[str, Any]:
        """Return the refund as one that Odoo knows."""
        return {**variables["refund"], "booked": True}

    @pure
    def refund_moot(self, variables: Variables) -> list[str]:
        """Return the keys of what was asked of a refund while its money counted as gone."""
        kinds = ("refund_note_used", "refund_without_note", "refund_of_advance")
        return [f"{variables['refund']['key']}/{kind}" for kind in kinds]

    @pure
    def refund_reviews(self, variables: Variables, exchange: Exchange) -> list[dict[str, Any]]:
        """Return what a person must look at: a refund without a credit note, or one that failed and nobody waits for."""
        one, kind = variables["refund"], None
        if one.get("refused") or one.get("state") == "failed":
            kind = "refund_undone" if one.get("booked") else "refund_failed"
        elif not variables.get("pairs") and one.get("credit_note") is not None:
            kind = "refund_note_used"
        elif not variables.get("pairs"):
            kind = "refund_without_note" if variables["sale"]["invoiced"] else "refund_of_advance"
        if kind is None:
            return []
        asked = variables.get("wish") or one
        item = booking.refund_review(
            kind, variables["sale"], asked, one, self._company(variables["attempt"]), exchange.created
        )
        return with_branch([item], exchange.branch)


def _is_settled(variables: Variables) -> bool:
    return variables["told"].get("line") is not None


def _decimal(amount: Any) -> Decimal | None:
    return None if amount is None else Decimal(str(amount))


__all__ = ["Refunds"]
