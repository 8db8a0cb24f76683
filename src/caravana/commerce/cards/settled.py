"""The lines of settlement files beside our attempts and ledgers: which are known, and of which payment they are. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from caravana.commerce import refund as refunds
from caravana.commerce.attempt import Attempt
from caravana.commerce.dispute import Dispute
from caravana.commerce.settlement import REFUNDS, Line


@dataclass(frozen=True)
class Back:
    """A line of money that went back.

    - `attempt`: what was paid; None: it is of no order of ours
    - `ours`: what our ledger has of it; None: nothing
    - `left`: what the ledger leaves of the payment; None: it is not known
    """

    line: Line
    attempt: Attempt | None
    ours: Mapping[str, Any] | None
    left: Decimal | None = None

    @property
    def fits(self) -> bool:
        """Whether no more goes back than is left."""
        return self.left is not None and bool(self.line["amount"] <= self.left)


class Settled:
    """The lines of one day."""

    def __init__(
        self,
        lines: Sequence[Line],
        attempts: Sequence[Attempt],
        ledger: Sequence[refunds.Refund],
        disputes: Sequence[Dispute],
    ) -> None:
        """`lines`: of the account; `attempts`, `ledger`, `disputes`: ours."""
        self._lines = [self._resolved(one, attempts) for one in lines]
        self._ledger, self._disputes = ledger, disputes

    def payments(self) -> Iterator[dict[str, Any]]:
        """Yield what came, as the comparison wants it."""
        for line, _ in self._of("payment"):
            named = {"name": line["payment"] or line["reference"], "reference": line["reference"], "refunded": False}
            yield {**named, "amount": line["amount"], "currency": line["currency"], "settled": True}

    def refunds(self) -> list[Back]:
        """Return the lines of refunds, each with the refund of our ledger that it is, if there is one: no two share one."""
        found, taken = [], set[str]()
        for line, attempt in sorted(self._of(*REFUNDS), key=lambda one: not self._is_named(one[0])):
            ours = refunds.of_line(self._ledger, line, taken)
            taken |= {ours["key"]} if ours else set()
            found.append(Back(line, attempt, ours, self._left(line, attempt)))
        return found

    def chargebacks(self) -> Iterator[Back]:
        """Yield the lines of money that a bank took back, each with the dispute that we know."""
        for line, attempt in self._of("chargeback"):
            yield Back(line, attempt, next((one for one in self._disputes if _is_same(one, line)), None))

    def _of(self, *kinds: str) -> list[tuple[Line, Attempt | None]]:
        return [one for one in self._lines if one[0]["kind"] in kinds]

    def _is_named(self, line: Line) -> bool:
        """Whether our ledger names the line itself, and not only one like it."""
        return any(refunds.is_line(one, line) for one in self._ledger)

    def _left(self, line: Line, attempt: Attempt | None) -> Decimal | None:
        payment = None if attempt is None else refunds.paid(attempt, line["payment"])
        return None if payment is None else refunds.left(payment, self._ledger)

    def _resolved(self, line: Line, attempts: Sequence[Attempt]) -> tuple[Line, Attempt | None]:
        """The line with the number of its payment, and the attempt: by that number, else by our reference of it."""
        attempt = attempt_of(line, attempts)
        if line["payment"] is not None or attempt is None or len(attempt["payments"]) != 1:
            return line, attempt
        return {**line, "payment": attempt["payments"][0]["internal_reference"]}, attempt


def attempt_of(line: Line, attempts: Sequence[Attempt]) -> Attempt | None:
    """Return the attempt that a line is of: by the company's number of the payment, else by our reference."""
    for one in attempts:
        if line["payment"] and any(each["internal_reference"] == line["payment"] for each in one["payments"]):
            return one
    return next((one for one in attempts if line["reference"] and one["reference"] == line["reference"]), None)


def _is_same(dispute: Dispute, line: Line) -> bool:
    """Whether a dispute is the line's: by its name, else of the same payment and amount (a person has only the bank's number)."""
    same = dispute["payment"] == line["payment"] and dispute["amount"] == line["amount"]
    return bool(dispute["dispute"] == line["name"] or same)
