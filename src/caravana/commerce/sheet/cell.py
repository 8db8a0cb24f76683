"""What stands in a cell, read as people in Spanish and English write it. Each raises `ValueError` with what is wrong."""

import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from caravana.commerce.sheet.spreadsheet import Unreadable

YES = frozenset({"1", "si", "sí", "s", "yes", "y", "true", "verdadero", "x"})
NO = frozenset({"0", "no", "n", "false", "falso"})
_GROUPED = re.compile(r"[1-9]\d{0,2}([.,])\d{3}(\1\d{3})*")


def text(value: Any) -> str:
    """Return a cell as text: a whole number without `.0`, so that codes and numbers of documents stay as they are.

    Raises `ValueError` for a cell that cannot be read (a formula).
    """
    if isinstance(value, Unreadable):
        raise ValueError(value.reason)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    return "" if value is None else str(value).strip()


def number(value: Any) -> Decimal:
    """Return an amount or quantity: 1234.5, 1234,5, 1.234,50 or 1,234.50, with or without a currency sign.

    One separator with three digits behind it (1.234) may mean two things, and is refused. Raises `ValueError`.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Decimal(str(value))
    written = text(value)
    bare = re.sub(r"[\s$€\u00a0\u202f]|USD|EUR", "", written)
    if re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", bare):
        whole, part = re.split(r"[.,]", bare)
        raise ValueError(f"`{written}` can be {whole}{part} or {whole}.{part}: write {whole}{part} or {whole}.{part}0")
    try:
        found = Decimal(_with_point(bare))
    except InvalidOperation:
        raise ValueError(f"`{written}` is no number") from None
    if not found.is_finite():
        raise ValueError(f"`{written}` is no number")
    return found


def _with_point(bare: str) -> str:
    """The number with a point before its fraction and no separators of thousands."""
    if _GROUPED.fullmatch(bare):
        return re.sub(r"[.,]", "", bare)
    comma, point = bare.rfind(","), bare.rfind(".")
    if comma > point:
        return bare.replace(".", "").replace(",", ".") if bare.count(",") == 1 else bare
    return bare.replace(",", "") if bare.count(".") == 1 and comma >= 0 else bare


def day(value: Any) -> str:
    """Return a day in ISO form: a date cell, 2026-12-31, or 31/12/2026 with the day first."""
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    written = text(value)
    if found := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", written):
        parts = found[1], found[2], found[3]
    elif found := re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", written):
        parts = found[3], found[2], found[1]
    else:
        raise ValueError(f"`{written}` is no date: write 2026-12-31 or 31/12/2026")
    try:
        return date(*map(int, parts)).isoformat()
    except ValueError:
        raise ValueError(f"`{written}` is no day of the calendar; the day stands before the month") from None


def flag(value: Any) -> bool:
    """Return yes or no: sí, no, yes, true, 1, x ... Raises `ValueError` for any other word."""
    word = text(value).lower()
    if word in YES:
        return True
    if word in NO:
        return False
    raise ValueError(f"`{word}` is neither yes nor no")


def unheeded(value: Any) -> str:
    """Return that something stands there, whatever it is: prices are Odoo's."""
    return "sent"
