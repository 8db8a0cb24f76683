"""Amounts and currencies as banks write them, read exactly or refused."""

import re
from decimal import Decimal
from functools import cache

from babel.numbers import get_currency_precision, is_currency

from caravana.component.bank.errors import StatementRefused

_POINT = re.compile(r"\d{1,18}(\.\d{1,10})?")
_COMMA = re.compile(r"\d{1,15}(,\d{0,10})?")


@cache
def places(currency: str) -> int:
    """Return how many places amounts in `currency` have."""
    return int(get_currency_precision(currency))


def currency_of(code: str | None, *, line: int | None = None) -> str:
    """Return the ISO 4217 code. Raises `StatementRefused` for one that does not exist."""
    text = (code or "").strip()
    if not _known(text):
        raise StatementRefused(f"the currency `{text}` is unknown" if text else "an amount has no currency", line=line)
    return text


@cache
def _known(code: str) -> bool:
    return re.fullmatch(r"[A-Z]{3}", code) is not None and is_currency(code, "en")


def point_amount(text: str, currency: str, *, line: int | None = None) -> Decimal:
    """Return an amount written with a point (`8.850`), as in camt. Raises `StatementRefused`, also for a negative one."""
    bare = text.strip().removeprefix("+")
    if bare.startswith("-"):
        raise StatementRefused(f"the amount `{bare}` is negative", line=line)
    if not _POINT.fullmatch(bare):
        raise StatementRefused(f"`{bare[:40]}` is no amount", line=line)
    return exact(Decimal(bare), currency, line=line)


def comma_amount(text: str, currency: str, *, line: int | None = None) -> Decimal:
    """Return an amount written with a comma (`3000,`), as in MT940. Raises `StatementRefused`."""
    if not _COMMA.fullmatch(text):
        raise StatementRefused(f"`{text[:40]}` is no amount", line=line)
    return exact(Decimal(text.replace(",", ".") + ("0" if text.endswith(",") else "")), currency, line=line)


def exact(amount: Decimal, currency: str, *, line: int | None = None) -> Decimal:
    """Return `amount` with the currency's places. Raises `StatementRefused` when there is something behind them."""
    rounded = amount.quantize(Decimal(1).scaleb(-places(currency)))
    if rounded != amount:
        raise StatementRefused(f"`{amount}` has more than the {places(currency)} places of {currency}", line=line)
    return rounded
