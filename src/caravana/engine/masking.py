"""Personal data out of sight: what a person without the right to it sees of a message."""

import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from caravana.kit.redaction import redact

_PERSONAL = re.compile(
    r"(?i)(e-?mail|correo|phone|mobile|tel[eé]fono|celular|whatsapp|surname|first_?name|last_?name|full_?name|nombre"
    r"|apellido|raz[oó]n_?social|partner_?name|customer_?name|^vat$|^ruc$|c[eé]dula|^document$|document_?number|passport"
    r"|street|direcci[oó]n|address|^ip$|ip_?address|birth)"
)
_NAME = re.compile(r"(?i)^(name|display_name|title)$")
_CODE = re.compile(r"^[\w/.\-]*\d[\w/.\-]*$")
"""A name without blanks and with a figure is a document's number (S00012, INV/2026/0001), not a person's."""
_EMAIL = re.compile(r"[\w.+\-]+@[\w\-]+(\.[\w\-]+)+")
_PHONE = re.compile(r"(?<![\w])\+\d[\d \-]{7,16}\d")
HIDDEN = "•••"


def masked(value: Any) -> Any:
    """Return a copy of `value` without personal data; the shape stays."""
    if isinstance(value, Mapping):
        return {key: _by_name(str(key), one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [masked(one) for one in value]
    if isinstance(value, str):
        return _text(value)
    return value


def _by_name(name: str, value: Any) -> Any:
    if isinstance(value, Mapping | list | tuple):
        return masked(value)
    if value in (None, "", False):
        return value
    if _PERSONAL.search(name) or (_NAME.match(name) and not _CODE.match(str(value))):
        return HIDDEN
    return masked(value)


def _text(value: str) -> str:
    if value[:1] in "{[" and value[-1:] in "}]":
        try:
            return json.dumps(masked(json.loads(value)), ensure_ascii=False)
        except ValueError:
            pass
    return _PHONE.sub(HIDDEN, _EMAIL.sub(HIDDEN, value))


def shown(value: Any, *, reveal: bool = False) -> Any:
    """Return `value` as JSON-able values for a person: never a secret, personal data only with `reveal`."""
    clean = redact(_plain(value))
    return clean if reveal else masked(clean)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, bytes):
        return _decoded(value)
    return value


def _decoded(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return f"({len(value)} bytes)"
