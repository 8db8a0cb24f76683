"""What became of each refund and transfer, judged by the books of everybody. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from caravana.demo.bank import POSTED, Bill, Transfer
from caravana.demo.branches import BANK_JOURNAL

REFUND = "refund for a credit note"
PAID = ("paid", "in_payment")
Rows = Sequence[Mapping[str, Any]]
Words = Mapping[str, Sequence[str]]
"""Reasons by language."""


@dataclass(frozen=True)
class Line:
    """One movement of money and what became of it.

    - `became`: `posted`, `proposed`, `waiting` (nothing is proposed), `refunded`, or `nothing` yet
    - `invoices`: numbers of those that it pays or may pay; `reasons`: the matcher's, by language
    - `lost`, `doubled`: how often it is missing where it belongs, or there too often; `wrong`: something else became of it
    """

    name: str
    amount: Decimal
    became: str = "nothing"
    invoices: Sequence[str] = ()
    reasons: Words | None = None
    lost: int = 0
    doubled: int = 0
    wrong: bool = False

    @property
    def is_right(self) -> bool:
        """Whether it ended where it belongs, once."""
        return not (self.lost or self.doubled or self.wrong)


def of_refund(amount: Decimal, given: Sequence[Decimal], booked: Sequence[Decimal], note: str) -> Line:
    """Judge a refund of `amount`: what the company gave back, what went out in Odoo, and the credit note's payment state."""
    back = bool(given and booked)
    ended = note in PAID
    lost = int(not given or not booked)
    doubled = max(len(given), len(booked), 1) - 1
    wrong = back and not (sum(given) == sum(booked) == amount and ended)
    return Line(REFUND, -amount, "refunded" if back and ended else "nothing", lost=lost, doubled=doubled, wrong=wrong)


def of_transfer(one: Transfer, bills: Mapping[Bill, int], booked: Rows, entries: Rows, matches: Rows) -> Line:
    """Judge a transfer by Odoo's payments, the entries kept of the bank, and how they were matched.

    Of money that a person decides about nothing may be in the books. `bills`: their numbers in Odoo.
    """
    made = [each for each in booked if _is_of(each, one)]
    kept = [each for each in entries if Decimal(each["amount"]) == one.amount]
    match = next((each for each in matches if Decimal(each["credit"]["amount"]) == one.amount), None)
    twice = max(len(kept), len(made), 1) - 1
    became, invoices, reasons = _told(match, bool(made))
    if one.fate == POSTED:
        paid = [bills[each] for each in one.bills]
        wrong = any(each["reconciled_invoice_ids"] != paid for each in made)
        return Line(one.name, one.amount, became, invoices, reasons, int(not made), twice, wrong)
    wrong = bool(made) or (match is not None and not _proposes(match, one))
    return Line(one.name, one.amount, became, invoices, reasons, int(match is None), twice, wrong)


def _is_of(payment: Mapping[str, Any], one: Transfer) -> bool:
    return bool(payment["journal_id"][0] == BANK_JOURNAL and Decimal(str(payment["amount"])) == one.amount)


def _proposes(match: Mapping[str, Any], one: Transfer) -> bool:
    """Whether exactly the bills are proposed that may be meant, for the right reason."""
    numbers = {each["number"] for proposal in match["proposals"] for each in proposal["invoices"]}
    fits = {proposal["fit"] for proposal in match["proposals"]}
    return numbers == {each.text for each in one.bills} and fits <= {one.fit}


def _told(match: Mapping[str, Any] | None, posted: bool) -> tuple[str, list[str], Words | None]:
    """How a match stands, the invoices that it pays or may pay, and the reasons."""
    if match is None:
        return ("posted" if posted else "nothing"), [], None
    proposals = [match["chosen"]] if posted and match["chosen"] else match["proposals"]
    invoices = [each["number"] for one in proposals for each in one["invoices"]]
    reasons = {
        code: [*filter(None, [match["why"][code]]), *(proposals[0]["reasons"][code] if proposals else ())]
        for code in ("es", "en")
    }
    return "posted" if posted else "proposed" if proposals else "waiting", invoices, reasons
