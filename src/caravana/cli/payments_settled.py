"""What settlement files tell of fees: what came, what the company kept of it, and what it pays out."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from caravana.cli.output import print_table
from caravana.cli.payments_desk import money
from caravana.cli.speech import say, spoken

SUMS = ("paid", "gone back", "fee", "deductions", "net")
_SUMS = ("paid", "back", "fee", "deductions", "net")
_LINE = ("amount", "fee", "deductions", "net")


def show_settled(lines: Iterable[Mapping[str, Any]]) -> None:
    """Show what files told of one payment, line by line."""
    columns = ("day", "kind", "number", "gross", "fee", "deductions", "net")
    rows = (
        (
            one["day"],
            spoken(one["kind"]),
            one["number"] or one["payment"],
            *(money(one.get(name), one) for name in _LINE),
        )
        for one in lines
    )
    print_table("Settled", columns, rows)
    _not_booked()


def show_totals(
    first: Sequence[str], found: Iterable[tuple[Sequence[Any], Mapping[str, Any]]], *, empty: str = ""
) -> None:
    """Show sums for each of `found`: the cells of the columns `first`, and the sums of one currency."""
    rows = [(*cells, *(money(one[name], one) for name in _SUMS)) for cells, one in found]
    if rows or empty:
        print_table("Settlement", (*first, *SUMS), rows, empty=empty)
    if rows:
        _not_booked()


def _not_booked() -> None:
    say("fees and deductions are told here and not booked in Odoo")
