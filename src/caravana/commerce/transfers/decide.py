"""Deciding: what a person is asked, and what he said."""

from typing import Any

from caravana.commerce.matching.records import item_of, minor
from caravana.commerce.transfers.mapping import OPEN, Item, TransferMapping, Variables, of_company
from caravana.commerce.transfers.match import about
from caravana.commerce.transfers.question import chosen_by_hand, question
from caravana.commerce.transfers.words import CHANGED, NOBODYS
from caravana.component.bank.entry import Entry
from caravana.kit.callables import pure


class Decide(TransferMapping):
    """What `match-decided` makes of a person's word."""

    @pure
    def asked(self, variables: Variables) -> dict[str, Any]:
        """Return the match as one of which a person is asked; not of what waits for an invoice, once he has read it."""
        match = variables["item"]["match"]
        return {"match": match, "review": None if match.get("read") else question(match, match["why"])}

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
        """Return what a person decided as what is to be posted; None when none of what he chose is open."""
        decision = variables["decision"]
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
        """Return the match as it was: what a person chose is not open."""
        match = {**variables["decision"]["match"], "state": "proposed"}
        return {"match": match, "review": question(match, CHANGED if match.get("known", True) else NOBODYS)}
