"""Disputes (chargebacks): told by the company or entered by a person; one ledger, and a person answers with evidence."""

from typing import Any

from caravana.commerce import dispute, evidence
from caravana.commerce.cards.mapping import CardMapping, Variables, named, with_branch
from caravana.kit.callables import pure
from caravana.kit.exchange import Exchange
from caravana.kit.payment import Operation


class Disputes(CardMapping):
    """From a piece of news to the ledger and to what a person must look at."""

    @pure
    def dispute_told(self, variables: Variables) -> dict[str, Any]:
        """Return what the company's news of a dispute is about, with the attempt that was paid."""
        return named(variables["attempt"]) | {"told": dict(variables["notification"])}

    @pure
    def can_look_at_disputes(self, variables: Variables) -> bool:
        """Whether the company tells how a dispute stands; of one that a settlement file tells nobody needs to be asked."""
        return (
            not self.dispute_is_settled(variables)
            and Operation.DISPUTE_QUERY in self._store(variables["attempt"])["operations"]
        )

    @pure
    def dispute_is_settled(self, variables: Variables) -> bool:
        """Whether a line of a settlement file is the news."""
        return variables["told"].get("reply") is not None

    @pure
    def dispute_question(self, variables: Variables) -> dict[str, Any]:
        """Return what the company is asked about the dispute that it told of."""
        return {"dispute": variables["told"]["object"], "connection": variables["attempt"]["connection"]}

    @pure
    def dispute_entered(self, variables: Variables, exchange: Exchange) -> dict[str, Any]:
        """Return what a person says of a dispute, as a company would answer, or `{refused: code}`."""
        attempt = variables["attempt"]
        return dispute.entered(attempt, variables["wish"], self._store(attempt), exchange.created)

    @pure
    def dispute_key(self, variables: Variables) -> str:
        """Return the key of the dispute that the answer is about."""
        return dispute.key(self._store(variables["attempt"]), variables["reply"]["dispute"])

    @pure
    def dispute(self, variables: Variables) -> dict[str, Any] | None:
        """Return the dispute as the answer says it stands; None when nothing is new."""
        attempt, origin = variables["attempt"], "person" if variables.get("wish") else "company"
        return dispute.seen(attempt, self._store(attempt), variables["known"], variables["reply"], origin)

    @pure
    def dispute_answered(self, variables: Variables) -> list[str]:
        """Return the names of the items that nobody needs to look at any more."""
        return evidence.answered(variables["dispute"])

    @pure
    def dispute_reviews(self, variables: Variables, exchange: Exchange) -> list[dict[str, Any]]:
        """Return what a person must look at, with the evidence. `delivered`: the order's lines as Odoo has them."""
        one, attempt, sale = variables["dispute"], variables["attempt"], variables["sale"]
        kind = evidence.kind(one, variables["known"])
        if kind is None:
            return []
        store, order = self._store(attempt), sale["name"] if sale else str(attempt["order_id"])
        found = [line for each in variables["delivered"] or [] for line in each["order_line"]]
        told = evidence.lines(order, attempt, store, one, found, self._settings.zone)
        if kind == "dispute_lost":
            told.append(evidence.booking(one))
        return with_branch([evidence.review(kind, order, attempt, store, one, told, exchange.created)], exchange.branch)
