"""Keeping secrets and card numbers out of logs, records, errors and exports."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

MASK = "***"
BODY_LIMIT = 4_000
SENSITIVE_HEADERS = frozenset(
    {
        "authorization",
        "proxy-authorization",
        "cookie",
        "set-cookie",
        "x-api-key",
        "x-key",
        "x-password",
        "ecuafact-signature",
        "webhook-signature",
        "x-hub-signature",
        "x-hub-signature-256",
        "x-signature",
        "stripe-signature",
        "x-odoo-api-key",
        "idempotency-signature",
    }
)
_SENSITIVE_KEYS = re.compile(
    r"(?i)(secret|passw|token|api[_-]?key|access[_-]?key|authorization|cookie|signature|trankey|nonce|cvv|cvc|^auth$|^x-key$"
    r"|private[_-]?key|card[_-]?number|^pan$)"
)
_SENSITIVE_PARAMETERS = frozenset({"key", "sig", "pwd", "pass", "auth", "code", "hash", "hmac"})
"""Names that in the query of an address usually hold a credential, though elsewhere they do not."""
_PARAMETER = re.compile(r"(?<=[?&])([^=&\s?#\"']+)=([^&\s#\"']+)")
_CARD = re.compile(r"(?<![\d.])(?:\d[ -]?){12,18}\d(?![\d.])")
_NO_CARD = re.compile(r"\d{3}-\d{3}-\d{9}|[0-35-9]\d{12}")
"""Numbers of electronic documents (001-001-000000123), and RUCs: cards with 13 digits all began with 4."""
_CLAVE = re.compile(r"[0-9]{49}")
"""A clave de acceso: public, though the port calls it `access_key`."""


@lru_cache(512)
def is_sensitive_header(name: str) -> bool:
    """Whether the header `name` carries a credential or a signature and is dropped at accept."""
    return name.lower() in SENSITIVE_HEADERS


def is_sensitive_name(name: str) -> bool:
    """Whether what is called `name` (an option, a key, an environment variable) holds a credential."""
    return _SENSITIVE_KEYS.search(name) is not None


def is_sensitive_parameter(name: str) -> bool:
    """Whether a query parameter of an address holds a credential."""
    return name.lower() in _SENSITIVE_PARAMETERS or is_sensitive_name(name)


def redact(value: Any) -> Any:
    """Return a copy of `value` with the content of secret-looking keys and card-like numbers masked."""
    if isinstance(value, Mapping):
        return {key: MASK if _is_hidden(str(key), one) else redact(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [redact(one) for one in value]
    if isinstance(value, str):
        return redact_text(value)
    return value


def redact_text(text: str) -> str:
    """Return `text` with credentials in the queries of addresses masked, and digit runs that pass as cards (Luhn)."""
    if "=" in text:
        text = _PARAMETER.sub(_masked_parameter, text)
    return _CARD.sub(lambda found: MASK if _is_card(found.group()) else found.group(), text)


def _is_hidden(name: str, value: Any) -> bool:
    if name == "access_key" and (value is None or (isinstance(value, str) and _CLAVE.fullmatch(value))):
        return False
    return is_sensitive_name(name)


def _is_card(text: str) -> bool:
    return not _NO_CARD.fullmatch(text) and _luhn(text)


def _masked_parameter(found: re.Match[str]) -> str:
    placeholder = found[2].startswith("{{")
    return found[0] if placeholder or not is_sensitive_parameter(found[1]) else f"{found[1]}={MASK}"


def cap(value: Any, limit: int = BODY_LIMIT) -> Any:
    """Return `value` redacted and, as text, no longer than `limit` characters."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    value = redact(value)
    if isinstance(value, str) and len(value) > limit:
        return value[:limit] + f"… ({len(value)} characters)"
    if not isinstance(value, str) and len(shown := str(value)) > limit:
        return shown[:limit] + f"… ({len(shown)} characters)"
    return value


def _luhn(text: str) -> bool:
    digits = [int(sign) for sign in text if sign.isdigit()]
    doubled = [digit * 2 - 9 if digit > 4 else digit * 2 for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
