"""Deciding: what a person is asked, and what he said."""

from collections.abc import Mapping, Sequence
from typing import Any

from caravana.commerce.matching.records import item_of, minor
from caravana.commerce.transfers.mapping import OPEN, Item, TransferMapping, Variables, of_company
from caravana.commerce.transfers.match import about
from caravana.commerce.transfers.question import chosen_by_hand, question
from caravana.commerce.transfers.words import CHANGED, NOBODYS, NOT_IN_CURRENCY, NOT_OF_ONE, NOT_OPEN
from caravana.component.bank.entry import Entry
from caravana.kit.callables import pure


class Decide(TransferMapping):
    """What `match-decided` makes of a person's word."""

    @pure
    def asked(self, variables: Variables) -> dict[str, Any]:
        """Return the match as one of which a person is asked; not of what waits for an invoice, once he has read it.

        A look takes long: what was decided of the entry since it began stands.
        """
        match = variables["item"]["match"]
        review = None if match.get("read") else question(match, match["why"])
        return {"match": match, "review": review, "before": variables["item"]["before"]}

    @pure
    def chooses(self, variables: Variables) -> bool:
        """Whether a person chose invoices, of a transfer whose company is known: numbers of one are another's, too."""
        decision = variables["decision"]
        return bool(decision["act"] == "choose" and decision["match"].get("known", True))

    @pure
    def chosen_question(self, variables: Variables) -> dict[str, Any]:
        """Return the search for the invoices that a person chose by number."""
        numbers = list(variables["decision"].get("invoices") or [])
        either = ["|", ["name", "in", numbers], ["l10n_latam_document_number", "in", numbers]]
        return {"domain": [*OPEN, *either, *of_company(variables["decision"]["match"]["company"])]}

    @pure
    def decided(self, variables: Variables) -> Item | None:
        """Return what a person decided as what is to be posted; None when he chose what cannot be paid."""
        decision = variables["decision"]
        if decision["act"] == "choose" and _objection(decision, variables["found"] or ()):
            return None
        match = decision["match"]
        if decision["act"] == "accept":
            chosen = match["proposals"][int(decision.get("number") or 1) - 1]
        else:
            entry = Entry.from_record(match["bank"])
            chosen = chosen_by_hand(
                list(map(item_of, variables["found"] or ())), minor(entry.amount, entry.currency), entry.currency
            )
        if chosen is None:
            return None
        if decision["act"] == "choose":
            chosen = {**chosen, "customer_name": variables["found"][0]["commercial_partner_id"][1]}
        made = {**match, "chosen": chosen, "by": decision["actor"], "automatic": False}
        return about(made)

    @pure
    def not_found(self, variables: Variables) -> dict[str, Any]:
        """Return the match as it was, and why what a person chose cannot be paid."""
        decision = variables["decision"]
        why = _objection(decision, variables["found"] or ()) or CHANGED
        match = {**decision["match"], "state": "proposed", "why": why}
        return {"match": match, "review": question(match, why), "before": decision["match"]}


def _objection(decision: Mapping[str, Any], found: Sequence[Mapping[str, Any]]) -> Mapping[str, str] | None:
    """Return why invoices that a person chose cannot be paid: none is left out in silence."""
    match = decision["match"]
    if not match.get("known", True):
        return NOBODYS
    called = {one[name] for one in found for name in ("name", "l10n_latam_document_number")}
    numbers = ", ".join(one for one in decision.get("invoices") or [] if one not in called)
    if numbers:
        return {language: text.format(numbers=numbers) for language, text in NOT_OPEN.items()}
    currency = Entry.from_record(match["bank"]).currency
    items = list(map(item_of, found))
    foreign = ", ".join(one.number for one in items if one.currency != currency)
    if foreign:
        return {language: text.format(currency=currency, numbers=foreign) for language, text in NOT_IN_CURRENCY.items()}
    return NOT_OF_ONE if any(one.customer != items[0].customer for one in items) else None
