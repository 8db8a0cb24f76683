"""A person's word about a refund: that it was made by hand, or that the company never made it. Pure; nobody is called.

A **wish** says `refund` (our reference of one that waits for the company's word, else None), `payment` (the company's name of it,
else None), `amount` (None: all that is left), `made` (ISO day; None: it was not made), `by` (`transfer` from a bank account, or
`page` of the company), `number` (the company's or the bank's), `journal` (in Odoo, of a transfer), `reason`, and `names`: true
since a transfer has a name of its own in Odoo; a wish that came before does not say it, and keeps the name that it began with.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from caravana.commerce import refund
from caravana.commerce.attempt import Attempt
from caravana.commerce.refund import Refund
from caravana.commerce.store import Store
from caravana.kit.payment import Operation


@dataclass(frozen=True)
class Entry:
    """A wish about one attempt. `before`: its refunds; `zone`: of the company."""

    wish: Mapping[str, Any]
    attempt: Attempt
    before: Sequence[Refund]
    store: Store
    now: datetime
    zone: str

    def refund(self) -> Refund:
        """Return the refund to be stored, or `{refused: code}`.

        One that waits for the company's word, of the same payment and amount, is the one that is meant.
        """
        if self.wish["made"] is None:
            waits = self.waiting
            return {"refused": "not_waiting"} if waits is None else refund.failed(waits, self.wish["reason"])
        code, payment = self._wrong(), self.payment
        if code is not None or payment is None:
            return {"refused": code or refund.unnamed(self.attempt)}
        wish = self.wish
        about = {"origin": "person", "reason": wish["reason"], "known_as": wish["number"], "made": wish["made"]}
        made = self.waiting or refund.new(self.attempt, self.before, payment, self.amount, self.now, **about)
        told = {"state": "done", "made": wish["made"], "by": wish["by"], "journal": wish["journal"], "message": ""}
        return {**made, **told, "refund": wish["number"] or made["refund"], **self._named(made)}

    def _named(self, made: Refund) -> dict[str, str]:
        """The name of a transfer in Odoo, unlike that of any refund at the company and of a transfer for another payment."""
        if self.wish["by"] != refund.TRANSFER or not self.wish.get("names"):
            return {}
        number = self.wish["number"]
        return {"name": f"transfer_{self.attempt['reference']}_{number}" if number else f"transfer_{made['reference']}"}

    @property
    def left(self) -> Decimal:
        """What of the payment can still go back."""
        return Decimal(0) if self.payment is None else refund.left(self.payment, self.before)

    @property
    def amount(self) -> Decimal | None:
        """What went back; None: all that is left."""
        return None if self.wish["amount"] is None else Decimal(str(self.wish["amount"]))

    @cached_property
    def payment(self) -> dict[str, Any] | None:
        """The payment; None: there is none, or there are several and none is named."""
        return refund.paid(self.attempt, self.waiting["payment"] if self.waiting else self.wish["payment"])

    @cached_property
    def waiting(self) -> Refund | None:
        """The refund whose end is not known, and that is meant: the one named, else the only one that fits."""
        waits = [one for one in self.before if one["state"] in refund.WAITING]
        if self.wish["refund"] is not None:
            return next((one for one in waits if one["reference"] == self.wish["refund"]), None)
        fits = [one for one in waits if self._fits(one)]
        return fits[0] if len(fits) == 1 else None

    def _fits(self, one: Refund) -> bool:
        return self.wish["payment"] in (None, one["payment"]) and self.amount in (None, one["amount"])

    def _wrong(self) -> str | None:
        """Why the entry cannot be, as a code."""
        if self.payment is None:
            return refund.unnamed(self.attempt)
        if self.wish["by"] == "page" and Operation.EVENTS in self.store["operations"]:
            return "told"
        if not self._day(self.payment["date"] or self.attempt["created"]) <= self.wish["made"] <= self._day(self.now):
            return "day"
        if self.amount is not None and self.amount <= 0:
            return "nothing"
        if self.waiting is not None:
            return None if self.amount in (None, self.waiting["amount"]) else "other_amount"
        if self.wish["refund"] is not None:
            return "not_waiting"
        if any(map(self._is_known, self.before)):
            return "already"
        return "too_much" if self.left <= 0 or (self.amount or Decimal(0)) > self.left else None

    def _is_known(self, one: Refund) -> bool:
        """Whether the same was entered before: under the same number, else with everything else the same."""
        if self.wish["number"] is not None:
            other = refund.is_transfer(one) != (self.wish["by"] == refund.TRANSFER)
            return bool(one["refund"] == self.wish["number"]) and not other
        same = (one.get("by"), one.get("made"), one["amount"]) == (self.wish["by"], self.wish["made"], self.amount)
        return same and one["state"] == "done"

    def _day(self, moment: str | datetime) -> str:
        at = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
        return at.astimezone(ZoneInfo(self.zone)).date().isoformat()
