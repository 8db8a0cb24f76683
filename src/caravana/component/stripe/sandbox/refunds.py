"""Refunds: whole and in part, pending first, failing after they had succeeded."""

from typing import Any

from caravana.component.stripe.sandbox.card import Means
from caravana.component.stripe.sandbox.form import Params
from caravana.component.stripe.sandbox.money import Money
from caravana.component.stripe.sandbox.wire import ApiError, Thing
from caravana.component.stripe.sandbox.world import World

REASONS = ("duplicate", "fraudulent", "requested_by_customer")


class Refunds:
    """The refunds."""

    def __init__(self, world: World, money: Money) -> None:
        """`world`: whose refunds; `money`: where they are booked."""
        self._world = world
        self._money = money

    def create(self, params: Params) -> Thing:
        """Pay back as the API is asked to. Raises `ApiError`."""
        intent, charge = params.text("payment_intent"), params.text("charge")
        amount, reason = params.whole("amount"), params.text("reason", among=REASONS)
        metadata = params.metadata()
        params.finish()
        if bool(intent) == bool(charge):
            raise ApiError(
                "Must provide one of charge or payment_intent.", code="parameter_missing", param="payment_intent"
            )
        return self.make(self._charge(intent, charge), amount, reason, metadata)

    def make(
        self,
        charge: Thing,
        amount: int | None = None,
        reason: str | None = None,
        metadata: dict[str, str] | None = None,
    ) -> Thing:
        """Pay back. Raises `ApiError` for more than is left."""
        left = charge["amount_captured"] - self._refunded(charge)
        if charge["disputed"]:
            raise ApiError(
                f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed"
            )
        if left <= 0:
            raise ApiError(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
        wanted = left if amount is None else amount
        if not 0 < wanted <= left:
            message = (
                f"Refund amount (${wanted / 100:.2f}) is greater than unrefunded amount on charge (${left / 100:.2f})"
            )
            raise ApiError(message, param="amount")
        means: Means = self._world.shelf.hidden[charge["id"]]["means"]
        status = "pending" if means.refund == "pending" else "succeeded"
        refund = self._world.make("refund", "re", **_fields(charge, wanted, reason, metadata or {}, status))
        refund["balance_transaction"] = self._money.move("refund", refund, -wanted)["id"]
        self._world.effects["refunds.create"] += 1
        self._book(charge)
        self._world.happened("refund.created", refund)
        self._world.happened("charge.refunded", charge)
        if means.refund is not None:
            later = self._succeed if means.refund == "pending" else self.fail
            self._world.calendar.after(self._world.account.refund_delay, lambda: later(refund))
        return refund

    def fail(self, refund: Thing) -> None:
        """Let a refund fail, though it had succeeded: the money comes back to the account."""
        back = self._money.move("refund_failure", refund, refund["amount"])
        before = self._world.change(
            refund, status="failed", failure_reason="expired_or_canceled_card", failure_balance_transaction=back["id"]
        )
        self._book(self._world.shelf.get("charge", refund["charge"]))
        self._world.happened("refund.updated", refund, before)
        self._world.happened("refund.failed", refund)

    def _succeed(self, refund: Thing) -> None:
        before = self._world.change(refund, status="succeeded")
        self._world.happened("refund.updated", refund, before)

    def _charge(self, intent: str | None, charge: str | None) -> Thing:
        if charge is not None:
            return self._world.shelf.get("charge", charge, "charge")
        found = self._world.shelf.get("payment_intent", str(intent), "payment_intent")
        if found["status"] != "succeeded":
            raise ApiError(
                f"This PaymentIntent ({found['id']}) does not have a successful charge to refund.",
                code="payment_intent_unexpected_state",
            )
        return self._world.shelf.get("charge", found["latest_charge"])

    def _refunded(self, charge: Thing) -> int:
        counted = {"succeeded", "pending", "requires_action"}
        return sum(
            one["amount"]
            for one in self._world.shelf.all("refund")
            if one["charge"] == charge["id"] and one["status"] in counted
        )

    def _book(self, charge: Thing) -> None:
        refunded = self._refunded(charge)
        charge.update(amount_refunded=refunded, refunded=refunded == charge["amount_captured"])


def _fields(charge: Thing, amount: int, reason: str | None, metadata: dict[str, str], status: str) -> dict[str, Any]:
    return {
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "currency": charge["currency"],
        "description": None,
        "destination_details": {"card": {"reference_status": "pending", "type": "refund"}, "type": "card"},
        "failure_balance_transaction": None,
        "failure_reason": None,
        "metadata": metadata,
        "payment_intent": charge["payment_intent"],
        "reason": reason,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": status,
        "transfer_reversal": None,
    }
