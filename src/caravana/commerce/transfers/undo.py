"""Undoing: by a person, or by the bank that takes a credit back."""

from typing import Any

from caravana.commerce.transfers.mapping import Item, TransferMapping, Variables
from caravana.commerce.transfers.match import about
from caravana.commerce.transfers.question import question
from caravana.commerce.transfers.words import HALF_POSTED, TAKEN_BACK, UNDONE
from caravana.kit.callables import pure


class Undo(TransferMapping):
    """What `match-unwind` takes out of the books, and keeps."""

    @pure
    def undoing(self, variables: Variables) -> Item:
        """Return the match that a person wants undone."""
        item = about(variables["decision"]["match"])
        return {**item, "takes": item, "actor": variables["decision"]["actor"]}

    @pure
    def unwound(self, variables: Variables) -> Item:
        """Return the match that is undone, with the reversal or the person that wants it so."""
        reversal = variables["reversal"]
        taken = reversal["takes"]
        return {
            **taken,
            "reversal": None if taken["key"] == reversal["key"] else reversal["key"],
            "actor": reversal.get("actor"),
        }

    @pure
    def is_posted(self, variables: Variables) -> bool:
        """Whether the match is in the books, by the hub; a person's undoing is of one round only."""
        kept, item = variables["kept"], variables["item"]
        if kept is None or kept["state"] != "posted":
            return False
        return item["reversal"] is not None or kept["round"] == item["match"]["round"]

    @pure
    def is_elsewhere(self, variables: Variables) -> bool:
        """Whether the bank takes back what became another customer's meanwhile: all that is done of it is done in his lane."""
        kept, item = variables["kept"], variables["item"]
        if item["reversal"] is None or kept is None or kept["state"] not in ("posting", "posted"):
            return False
        return bool(kept["chosen"]["customer"] != item["customer"])

    @pure
    def is_half_posted(self, variables: Variables) -> bool:
        """Whether the bank takes back what is being posted, which came to no end: we have the lane in which it went on."""
        kept = variables["kept"]
        return variables["item"]["reversal"] is not None and kept is not None and kept["state"] == "posting"

    @pure
    def half_posted(self, variables: Variables) -> dict[str, Any]:
        """Return the reversal as one of which a person is asked; a later look goes on by itself, once the posting is retried."""
        reversal = variables["reversal"]
        match = {**reversal["match"], "why": HALF_POSTED}
        return {"match": match, "review": question(match, HALF_POSTED), "before": reversal["before"]}

    @pure
    def again(self, variables: Variables) -> Item:
        """Return the reversal with the match as it stands now."""
        return {**variables["reversal"], "takes": about(variables["kept"])}

    @pure
    def is_taken_back(self, variables: Variables) -> bool:
        """Whether the bank takes it back."""
        return variables["item"]["reversal"] is not None

    @pure
    def never_posted(self, variables: Variables) -> dict[str, Any]:
        """Return the match of a credit that the bank took back before it was posted."""
        item = variables["item"]
        match = variables["kept"] or item["match"]
        return {
            "match": {**match, "state": "reversed", "why": TAKEN_BACK, "reversal": item["reversal"]},
            "review": None,
            "before": variables["kept"],
        }

    @pure
    def made_payment(self, variables: Variables) -> bool:
        """Whether it stands there as a payment."""
        return bool(variables["kept"]["made"]["model"] == "account.payment")

    @pure
    def undone_ids(self, variables: Variables) -> dict[str, Any]:
        """Return the payment or line that is undone."""
        return {"ids": [variables["kept"]["made"]["id"]]}

    @pure
    def undone(self, variables: Variables) -> dict[str, Any]:
        """Return the match after it was undone: of a person's undoing a person is asked, the bank's needs none."""
        item, kept = variables["item"], variables["kept"]
        if item["reversal"] is not None:
            return {
                "match": {**kept, "state": "reversed", "why": TAKEN_BACK, "reversal": item["reversal"]},
                "review": None,
            }
        match = {**kept, "state": "undone", "automatic": False, "by": item["actor"], "why": UNDONE, "hand": True}
        match["round"] = kept["round"] + 1
        return {"match": match, "review": question(match, UNDONE), "before": kept}

    @pure
    def reversal(self, variables: Variables) -> dict[str, Any]:
        """Return the reversal itself as settled."""
        return {"match": {**variables["reversal"]["match"], "state": "reversed", "why": TAKEN_BACK}, "review": None}
