"""Disputes: opened by the payer's bank, answered with evidence, won, lost, or prevented."""

from typing import Any

from caravana.component.stripe.sandbox.form import Params
from caravana.component.stripe.sandbox.money import Money
from caravana.component.stripe.sandbox.wire import ApiError, Thing
from caravana.component.stripe.sandbox.world import World

FEE = 1500
DUE = 7 * 86_400
OPEN = ("needs_response", "warning_needs_response", "appeal_needs_response")
UNDER_REVIEW = {
    "needs_response": "under_review",
    "warning_needs_response": "warning_under_review",
    "appeal_needs_response": "appeal_under_review",
}
STATUSES = frozenset({*UNDER_REVIEW, *UNDER_REVIEW.values(), "won", "lost", "warning_closed", "prevented"})
OVER = frozenset({"won", "lost", "warning_closed", "prevented"})
WORDS = {"winning_evidence": "won", "losing_evidence": "lost"}
"""What Stripe's test data understands as evidence → how it ends."""


class Disputes:
    """The disputes."""

    def __init__(self, world: World, money: Money) -> None:
        """`world`: whose disputes; `money`: where they are booked."""
        self._world = world
        self._money = money

    def open(self, charge: Thing, kind: str = "dispute") -> Thing:
        """Let the payer complain: a `dispute` takes the money at once, an `inquiry` only asks."""
        inquiry = kind == "inquiry"
        dispute = self._world.make("dispute", "du", **_fields(charge, self._world.now + DUE, inquiry=inquiry))
        charge["disputed"] = True
        self._world.effects["disputes"] += 1
        self._world.happened("charge.dispute.created", dispute)
        if not inquiry:
            self._move(dispute, -dispute["amount"], FEE, "charge.dispute.funds_withdrawn")
        self._world.calendar.after(DUE, lambda: self._lapse(dispute))
        return dispute

    def update(self, dispute: Thing, params: Params) -> Thing:
        """Take evidence; with `submit` it goes to the bank. Raises `ApiError` when it is too late."""
        evidence, submit = params.either("evidence") or {}, params.flag("submit")
        params.metadata()
        params.finish()
        if dispute["status"] not in OPEN or not isinstance(evidence, dict):
            raise ApiError(
                "This dispute is already closed" if dispute["status"] in OVER else "No evidence is taken now"
            )
        before = self._world.change(dispute, evidence=dispute["evidence"] | evidence)
        dispute["evidence_details"]["has_evidence"] = bool(dispute["evidence"])
        if submit:
            dispute["evidence_details"]["submission_count"] += 1
            before |= self._world.change(dispute, status=UNDER_REVIEW[dispute["status"]])
            self._world.calendar.after(self._world.account.dispute_delay, lambda: self._decide(dispute))
        self._world.effects["disputes.update"] += 1
        self._world.happened("charge.dispute.updated", dispute, before)
        return dispute

    def close(self, dispute: Thing, params: Params) -> Thing:
        """Give in. Raises `ApiError` when it is over."""
        params.finish()
        if dispute["status"] not in OPEN:
            raise ApiError("This dispute is already closed")
        self.become(dispute, "lost")
        return dispute

    def become(self, dispute: Thing, status: str) -> None:
        """Bring a dispute to any of its states, with what follows. Raises `ValueError` for no state."""
        if status not in STATUSES:
            raise ValueError(f"a dispute is one of {', '.join(sorted(STATUSES))}")
        inquiry = dispute["status"].startswith("warning")
        before = self._world.change(dispute, status=status)
        self._world.happened("charge.dispute.closed" if status in OVER else "charge.dispute.updated", dispute, before)
        if inquiry and status == "needs_response":
            self._move(dispute, -dispute["amount"], FEE, "charge.dispute.funds_withdrawn")
        if status in {"won", "prevented"} and dispute["balance_transactions"]:
            self._move(dispute, dispute["amount"], 0, "charge.dispute.funds_reinstated")
        if status in {"won", "warning_closed", "prevented"}:
            self._world.shelf.get("charge", dispute["charge"])["disputed"] = status == "won"

    def _decide(self, dispute: Thing) -> None:
        if dispute["status"] == "warning_under_review":
            self.become(dispute, "warning_closed")
        elif dispute["status"] in UNDER_REVIEW.values():
            self.become(dispute, WORDS.get(str(dispute["evidence"].get("uncategorized_text")), "lost"))

    def _lapse(self, dispute: Thing) -> None:
        if dispute["status"] in OPEN:
            dispute["evidence_details"]["past_due"] = True
            self.become(dispute, "warning_closed" if dispute["status"].startswith("warning") else "lost")

    def _move(self, dispute: Thing, amount: int, fee: int, event: str) -> None:
        category = "dispute" if amount < 0 else "dispute_reversal"
        moved = self._money.move("adjustment", dispute, amount, fee, category)
        dispute["balance_transactions"] = [*dispute["balance_transactions"], dict(moved)]
        self._world.happened(event, dispute)


def _fields(charge: Thing, due: int, *, inquiry: bool) -> dict[str, Any]:
    return {
        "amount": charge["amount_captured"],
        "balance_transactions": [],
        "charge": charge["id"],
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {},
        "evidence_details": {
            "due_by": due,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": inquiry,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "payment_method_details": {
            "card": {"brand": "visa", "case_type": "chargeback", "network_reason_code": "10.4"},
            "type": "card",
        },
        "reason": "fraudulent",
        "status": "warning_needs_response" if inquiry else "needs_response",
    }
