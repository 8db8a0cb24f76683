"""What the demo says of refunds and transfers, when the books are not as they should be."""

from decimal import Decimal
from typing import Any

import pytest

from caravana.demo.bank import BILLS, TRANSFERS, Transfer
from caravana.demo.branches import BANK_JOURNAL
from caravana.demo.line import Line, of_refund, of_transfer

NUMBERS = {one: number for number, one in enumerate(BILLS, 1)}
SURE = next(one for one in TRANSFERS if one.name == "certain")
TWINS = next(one for one in TRANSFERS if one.name == "ambiguous")


def payment(one: Transfer, *invoices: int) -> dict[str, Any]:
    """A payment in Odoo's journal of the bank."""
    return {
        "journal_id": [BANK_JOURNAL, "Banco"],
        "amount": float(one.amount),
        "reconciled_invoice_ids": list(invoices),
    }


def match(one: Transfer, *numbers: str, fit: str = "exact") -> dict[str, Any]:
    """What the hub tells of a transfer that waits."""
    reasons = {"es": ["solo el valor"], "en": ["only the amount"]}
    proposals = [{"invoices": [{"number": number}], "fit": fit, "reasons": reasons} for number in numbers]
    credit = {"amount": str(one.amount)}
    return {"credit": credit, "proposals": proposals, "chosen": None, "why": {"es": "", "en": ""}}


def judged(one: Transfer, made: list[dict[str, Any]], matches: list[dict[str, Any]], entries: int = 1) -> Line:
    """The transfer, told by the bank and kept so many times."""
    return of_transfer(one, NUMBERS, made, [{"amount": str(one.amount)}] * entries, matches)


def test_a_certain_transfer_is_in_the_books_once_and_pays_its_invoice() -> None:
    """Missing is lost, twice is doubled, also where the bank's entry is kept twice; another invoice is wrong."""
    invoice = NUMBERS[SURE.bills[0]]
    assert judged(SURE, [payment(SURE, invoice)], []).is_right
    assert judged(SURE, [], []).lost == 1
    assert judged(SURE, [payment(SURE, invoice)] * 2, []).doubled == 1
    assert judged(SURE, [payment(SURE, invoice)], [], entries=2).doubled == 1
    assert judged(SURE, [payment(SURE, invoice + 1)], []).wrong


def test_an_ambiguous_transfer_waits_with_both_invoices() -> None:
    """One proposal of two is wrong, as is another fit, and whatever is posted without a person."""
    both = [one.text for one in TWINS.bills]
    assert judged(TWINS, [], [match(TWINS, *both)]).is_right
    assert judged(TWINS, [], []).lost == 1
    assert judged(TWINS, [], [match(TWINS, both[0])]).wrong
    assert judged(TWINS, [], [match(TWINS, *both, fit="fee")]).wrong
    assert judged(TWINS, [payment(TWINS, NUMBERS[TWINS.bills[0]])], [match(TWINS, *both)]).wrong


@pytest.mark.parametrize(
    ("given", "booked", "note", "said"),
    [
        (["46.00"], ["46.00"], "paid", (0, 0, False)),
        ([], [], "not_paid", (1, 0, False)),
        (["46.00"], [], "not_paid", (1, 0, False)),
        (["46.00", "46.00"], ["46.00"], "paid", (0, 1, True)),
        (["46.00"], ["40.00"], "partial", (0, 0, True)),
    ],
)
def test_a_refund_is_at_the_company_and_in_the_books_once(
    given: list[str], booked: list[str], note: str, said: tuple[int, int, bool]
) -> None:
    """The company's list, Odoo's payments and the credit note must say the same."""
    line = of_refund(Decimal("46.00"), [*map(Decimal, given)], [*map(Decimal, booked)], note)
    assert (line.lost, line.doubled, line.wrong) == said
