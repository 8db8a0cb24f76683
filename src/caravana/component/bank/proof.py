"""Proving a statement: what it says of itself must be so, else nothing of it is money."""

from decimal import Decimal

from caravana.component.bank.entry import Balance, Direction, Statement, Status


def closes(statement: Statement) -> bool | None:
    """Whether opening balance and entries come to the closing balance; None when it has no balances to compare."""
    if statement.opening is None or statement.closing is None:
        return False if statement.must_close else None
    return not _balance_problems(statement)


def problems(statement: Statement) -> list[str]:
    """Return all that is contradictory, in words; nothing when the statement is proven, or claims nothing."""
    return [*_balance_problems(statement), *_total_problems(statement)]


def _balance_problems(statement: Statement) -> list[str]:
    opening, closing = statement.opening, statement.closing
    if opening is None or closing is None:
        return [_missing(opening, closing)] if statement.must_close else []
    currencies = {closing.currency, *(one.currency for one in statement.entries)} - {opening.currency}
    if currencies:
        return [f"it begins in {opening.currency} and goes on in {', '.join(sorted(currencies))}"]
    moved = sum((_signed(direction, amount) for direction, amount, _ in _money(statement)), Decimal(0))
    if opening.amount + moved != closing.amount:
        return [
            f"{opening.amount} {_with_sign(moved)} is {opening.amount + moved}, and it closes with {closing.amount}"
        ]
    return []


def _missing(opening: Balance | None, closing: Balance | None) -> str:
    if opening is None and closing is None:
        return "it has no opening and no closing balance"
    return "it has no opening balance" if opening is None else "it has no closing balance"


def _total_problems(statement: Statement) -> list[str]:
    found = []
    for total in statement.totals:
        meant = [one for one in statement.booked if total.direction in (None, one[0])]
        name = f"{total.direction} entries" if total.direction else "entries"
        if total.count is not None and total.count != len(meant):
            found.append(f"it says {total.count} {name} and has {len(meant)}")
        amount = sum((one[1] for one in meant), Decimal(0))
        if total.amount is not None and total.amount != amount:
            found.append(f"it says that its {name} come to {total.amount}, and they come to {amount}")
    return found


def _money(statement: Statement) -> list[tuple[Direction, Decimal, Status]]:
    return [one for one in statement.booked if one[2] is Status.BOOKED]


def _signed(direction: Direction, amount: Decimal) -> Decimal:
    return amount if direction is Direction.CREDIT else -amount


def _with_sign(amount: Decimal) -> str:
    return f"{'-' if amount < 0 else '+'} {abs(amount)}"
