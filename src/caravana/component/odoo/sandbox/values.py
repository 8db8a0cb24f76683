"""Values: money rounding, dates as texts, and what a caller may send for each type of field."""

import base64
import binascii
import re
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from caravana.component.odoo.sandbox.errors import ServerError
from caravana.component.odoo.sandbox.field import Field
from caravana.component.odoo.sandbox.sanitising import sanitised

CENT = Decimal("0.01")
_DATETIME = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d(:\d\d)?)?")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def money(amount: float | Decimal) -> float:
    """Return `amount` rounded to cents, half away from zero, as Odoo rounds: what binary numbers are off by does not count.

    (Documented: `float_round` corrects the error of representation before it rounds.)
    """
    return float(Decimal(repr(round(float(amount), 9))).quantize(CENT, ROUND_HALF_UP))


def stamp(moment: datetime) -> str:
    """Return `moment` as the database keeps it: naive UTC with microseconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def check_datetime(value: Any) -> str:
    """Return `value` as a datetime text in whole seconds; ServerError for ISO forms, zones and fractions."""
    if not isinstance(value, str) or not _DATETIME.fullmatch(value):
        raise ServerError(f"expecting only datetimes with no timezone: {value!r}")
    padded = value + "0000-00-00 00:00:00"[len(value) :]
    try:
        datetime.strptime(padded, "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 -- Odoo's texts carry no zone
    except ValueError as error:
        raise ServerError(str(error)) from error
    return padded


def check_date(value: Any) -> str:
    """Return `value` as a date text; a datetime text loses its time. ServerError when it is neither."""
    if not isinstance(value, str) or not _DATE.match(value):
        raise ServerError(f"time data {value!r} does not match format '%Y-%m-%d'")
    try:
        date.fromisoformat(value[:10])
    except ValueError as error:
        raise ServerError(str(error)) from error
    return value[:10]


def check_base64(value: Any) -> str:
    """Return `value` as base64 text; ServerError named as Python's own when it is not."""
    try:
        base64.b64decode(value)
    except (binascii.Error, ValueError, TypeError) as error:
        raise ServerError(str(error), "binascii.Error") from error
    return str(value)


def check_number(field: Field, value: Any) -> Any:
    """Return `value` as the field's kind of number."""
    try:
        return int(value) if field.type == "integer" else float(value)
    except (TypeError, ValueError) as error:
        raise ServerError(str(error)) from error


def check_selection(field: Field, value: Any) -> Any:
    """Return `value` when it is one of the field's choices."""
    if field.selection and value not in dict(field.selection):
        raise ServerError(f"Wrong value for {field.name}: {value!r}")
    return value


def to_column(field: Field, value: Any) -> Any:
    """Return what the row keeps for a caller's `value` of a field that is not x2many; emptiness is the field's own."""
    if value is None or value is False:
        return field.empty
    match field.type:
        case "integer" | "float" | "monetary":
            return check_number(field, value)
        case "many2one":
            return value[0] if isinstance(value, list | tuple) else check_number(INTEGER, value)
        case "datetime":
            return check_datetime(value)
        case "date":
            return check_date(value)
        case "binary":
            return check_base64(value)
        case "boolean":
            return bool(value)
        case "selection":
            return check_selection(field, value)
        case "html":
            return sanitised(str(value)) or False
        case "char" | "text":
            return str(value) or False
    return value


INTEGER = Field("integer")


def size_text(encoded: str) -> str:
    """Return the size of a base64 value in words, as `bin_size` shows it."""
    size = len(encoded) * 3 / 4 - encoded.count("=")
    for unit in ("bytes", "Kb", "Mb"):
        if size < 1024:
            return f"{size:.2f} {unit}"
        size /= 1024
    return f"{size:.2f} Gb"
