"""Between the hub's values and Odoo's: decimals and times going out, `false` for empty coming in."""

import base64
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from caravana.kit import json
from caravana.kit.errors import Refused

FieldTypes = Mapping[str, Mapping[str, Any]]
"""Answer of `fields_get`: type and relation by field name."""

_TIME = "%Y-%m-%d %H:%M:%S"


def plain(value: Any) -> Any:
    """Return `value` as JSON that Odoo reads: amounts as numbers, times as naive UTC text, bytes as base64."""
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(one) for one in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() and value.as_tuple().exponent == 0 else float(value)
    if isinstance(value, datetime):
        return to_odoo_time(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    return value


def to_odoo_time(moment: datetime) -> str:
    """Return an aware moment as Odoo writes it: UTC, whole seconds, no zone (anything else is a 500 ValueError)."""
    return moment.astimezone(UTC).strftime(_TIME)


def from_odoo_time(text: str) -> datetime:
    """Return the moment of Odoo's text, aware, in UTC."""
    return datetime.strptime(text[:19], _TIME).replace(tzinfo=UTC)


def clean_record(record: Mapping[str, Any], types: FieldTypes) -> dict[str, Any]:
    """Return `record` with None where Odoo says `false` for an empty field; only booleans keep their false."""
    return {
        name: None if value is False and types.get(name, {}).get("type", "boolean") != "boolean" else value
        for name, value in record.items()
    }


def as_mapping(body: Any) -> dict[str, Any]:
    """Return a message body as a mapping: one already, JSON text of one, or nothing. Raises `Refused` otherwise."""
    if body is None or body in ("", b""):
        return {}
    parsed = _parsed(body)
    if not isinstance(parsed, Mapping):
        raise Refused(f"the body is {type(parsed).__name__}, but this operation takes an object", code="body")
    return dict(parsed)


def as_ids(value: Any) -> list[int]:
    """Return record ids of a number, a list of numbers, or many2one pairs. Raises `Refused` for anything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        return [value]
    if isinstance(value, list | tuple):
        if len(value) == 2 and isinstance(value[1], str):
            return as_ids(value[0])
        return [number for one in value for number in as_ids(one)]
    if isinstance(value, str) and value.isdigit():
        return [int(value)]
    raise Refused("record ids must be numbers", code="body")


def parsed_body(body: Any) -> Any:
    """Return the body, JSON text read. Raises `Refused` when text is no JSON."""
    return _parsed(body)


def _parsed(body: Any) -> Any:
    if not isinstance(body, str | bytes):
        return body
    try:
        return json.loads(body)
    except ValueError:
        raise Refused("the body is text, but no JSON", code="body") from None
