"""Posting: whether a match may still be posted, and how it stands afterwards."""

from decimal import Decimal
from typing import Any

from caravana.commerce.transfers.mapping import LINE, TransferMapping, Variables, chosen_of
from caravana.commerce.transfers.question import asked_again, question
from caravana.commerce.transfers.words import CHANGED, LEFT_OVER
from caravana.kit.callables import pure


class Post(TransferMapping):
    """What `match-post` asks and keeps, whatever the money becomes in Odoo."""

    @pure
    def may_post(self, variables: Variables) -> bool:
        """Whether the entry has not been posted, left or taken back in the meantime."""
        kept, item = variables["kept"], variables["item"]
        if kept is None:
            return True
        if kept["state"] == "posting":
            return bool(kept["chosen"] == item["match"]["chosen"])
        by_hand = item["match"]["by"] is not None
        return kept["state"] in (("proposed", "undone", "left") if by_hand else ("proposed",))

    @pure
    def invoice_ids(self, variables: Variables) -> dict[str, Any] | None:
        """Return the invoices that are to be paid; None without any."""
        ids = [one["id"] for one in chosen_of(variables)["invoices"]]
        return {"ids": ids} if ids else None

    @pure
    def posting(self, variables: Variables) -> dict[str, Any]:
        """Return the match as under way, if nothing has become of it since it was read; until it is posted nothing else does."""
        match = {**variables["item"]["match"], "state": "posting"}
        return {"match": match, "review": None, "before": variables["kept"]}

    @pure
    def still_fits(self, variables: Variables) -> bool:
        """Whether every invoice is still open for what was proposed: a card or a clerk may have been faster."""
        now = {one["id"]: one for one in variables["now"]}
        wanted = chosen_of(variables)["invoices"]
        return all(
            one["id"] in now
            and now[one["id"]]["state"] == "posted"
            and Decimal(now[one["id"]]["amount_residual"]) == Decimal(one["residual"])
            for one in wanted
        )

    @pure
    def is_payment(self) -> bool:
        """Whether entries become payments; else lines of a bank statement."""
        return self._settings.posting == "payment"

    @pure
    def made_ids(self, variables: Variables) -> dict[str, Any]:
        """Return the payment or line that was made."""
        return {"ids": [variables["made"]["id"]]}

    @pure
    def posted(self, variables: Variables) -> dict[str, Any]:
        """Return the match as posted; a person is asked when more is left of the money than was to be."""
        item = variables["item"]
        matches = variables["matches"] or []
        left = max((Decimal(one["open_credit"]) for one in matches[-1:]), default=Decimal(0))
        made = {"model": "account.payment" if self.is_payment() else LINE, "id": variables["made"]["id"]}
        match = {**item["match"], "state": "posted", "made": made, "at": item["now"]}
        expected = Decimal(match["chosen"]["surplus"])
        return {"match": match, "review": question(match, LEFT_OVER) if matches and left > expected else None}

    @pure
    def changed(self, variables: Variables) -> dict[str, Any]:
        """Return the match as one of which a person is asked, because the invoice is another now."""
        return asked_again(variables, CHANGED)
