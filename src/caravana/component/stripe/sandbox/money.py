"""The account's balance: what each charge, refund and dispute moves, and the payouts that empty it."""

from typing import Any

from caravana.component.stripe.sandbox.wire import Thing
from caravana.component.stripe.sandbox.world import World

DAY = 86_400
AVAILABLE = 2 * DAY
CATEGORIES = {
    "charge": "charge",
    "refund": "refund",
    "refund_failure": "refund_failure",
    "adjustment": "dispute",
    "payout": "payout",
    "payout_failure": "payout_reversal",
}


class Money:
    """The balance."""

    def __init__(self, world: World) -> None:
        """`world`: whose money it is."""
        self._world = world

    def move(self, kind: str, source: Thing, amount: int, fee: int = 0, category: str = "") -> Thing:
        """Record a movement, and return it. `fee`: what Stripe keeps of it."""
        details = [
            {
                "amount": fee,
                "currency": source["currency"],
                "type": "stripe_fee",
                "description": "Stripe processing fees",
            }
        ]
        return self._world.make(
            "balance_transaction",
            "txn",
            hidden={"payout": None},
            amount=amount,
            available_on=self._world.now + AVAILABLE,
            balance_type="payments",
            currency=source["currency"],
            description=None,
            exchange_rate=None,
            fee=fee,
            fee_details=details if fee else [],
            net=amount - fee,
            reporting_category=category or CATEGORIES[kind],
            source=source["id"],
            status="pending",
            type=kind,
        )

    def payout_of(self, transaction: Thing) -> str | None:
        """Return the payout that a movement went into."""
        found: str | None = self._world.shelf.hidden[transaction["id"]]["payout"]
        return found

    def balance(self) -> Thing:
        """Return what has not been paid out."""
        waiting = sum(one["net"] for one in self._world.shelf.all("balance_transaction") if self.payout_of(one) is None)
        nothing = {"amount": 0, "currency": "usd", "source_types": {"card": 0}}
        pending = {"amount": waiting, "currency": "usd", "source_types": {"card": waiting}}
        return {"object": "balance", "available": [nothing], "pending": [pending], "livemode": self._world.account.live}

    def pay_out(self, *, fails: bool = False) -> Thing:
        """Pay out all that has not been; it arrives after the delay. `fails`: it is paid, and days later it was not."""
        world = self._world
        moved = [one for one in world.shelf.all("balance_transaction") if self.payout_of(one) is None]
        payout = world.make("payout", "po", **self._fields(sum(one["net"] for one in moved)))
        payout["balance_transaction"] = self.move("payout", payout, -payout["amount"])["id"]
        for one in [*moved, world.shelf.get("balance_transaction", payout["balance_transaction"])]:
            world.shelf.hidden[one["id"]]["payout"] = payout["id"]
            one["status"] = "available"
        world.happened("payout.created", payout)
        world.calendar.after(1, lambda: self._update(payout, "payout.updated", status="in_transit"))
        world.calendar.after(world.account.payout_delay, lambda: self._arrive(payout, fails=fails))
        return payout

    def _arrive(self, payout: Thing, *, fails: bool) -> None:
        self._update(payout, "payout.paid", status="paid")
        self._update(payout, "payout.reconciliation_completed", reconciliation_status="completed")
        if fails:
            self._world.calendar.after(self._world.account.payout_delay, lambda: self._fail(payout))

    def _fail(self, payout: Thing) -> None:
        back = self.move("payout_failure", payout, payout["amount"])
        self._update(
            payout,
            "payout.failed",
            status="failed",
            failure_balance_transaction=back["id"],
            failure_code="account_closed",
            failure_message="The bank account has been closed.",
        )

    def _update(self, payout: Thing, event: str, **fields: Any) -> None:
        before = self._world.change(payout, **fields)
        self._world.happened(event, payout, before)

    def _fields(self, amount: int) -> Thing:
        return {
            "amount": amount,
            "application_fee": None,
            "application_fee_amount": None,
            "arrival_date": self._world.now + int(self._world.account.payout_delay),
            "automatic": True,
            "balance_transaction": None,
            "currency": "usd",
            "description": "STRIPE PAYOUT",
            "destination": "ba_imitation",
            "failure_balance_transaction": None,
            "failure_code": None,
            "failure_message": None,
            "metadata": {},
            "method": "standard",
            "original_payout": None,
            "reconciliation_status": "in_progress",
            "reversed_by": None,
            "source_type": "card",
            "statement_descriptor": None,
            "status": "pending",
            "trace_id": None,
            "type": "bank_account",
        }


def fee_of(amount: int) -> int:
    """Return what Stripe keeps of a charge: 2.9 % and 30 cents."""
    return (amount * 29 + 500) // 1000 + 30
