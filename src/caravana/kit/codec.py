"""How values become bytes in the journal and come back the same: JSON, plus bytes, Decimal, datetime and date by tag."""

import hashlib
import json
import math
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from caravana.kit.errors import NotStorable

_TAG = "$caravana"
_PLAIN = b"j"
_TAGGED = b"t"
_TEXT = frozenset({str})
_HOLDING = frozenset({dict, list})
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode
_encode_sorted = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False).encode
_decode = json.JSONDecoder().decode


def dumps(value: Any, names: Sequence[str] = ()) -> bytes:
    """Return `value` as bytes that `loads` reads back equal; `names` are what errors call the members of a list.

    Raises `NotStorable`, naming the place, for anything but None, bool, int, finite float, str, bytes, Decimal,
    datetime, date, list, tuple (comes back a list) and dict with text keys.
    """
    try:
        return _PLAIN + _encode_plain(value)
    except (TypeError, ValueError, RecursionError):
        tagged = [_tagged(one, name) for one, name in zip(value, names, strict=True)] if names else _tagged(value, "$")
        return _TAGGED + json.dumps(tagged, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def loads(data: bytes) -> Any:
    """Return the value that `dumps` stored."""
    text = data[1:].decode("utf-8", "surrogatepass")
    value = _decode(text)
    return value if data[:1] == _PLAIN else _untagged(value)


def canonical_hash(value: Any) -> str:
    """Return a hash of `value` that does not depend on the order of keys; 32 hex characters."""
    try:
        _refuse_number_keys(value)
        data = _encode_sorted(value)
    except (TypeError, ValueError, RecursionError):
        data = _TAG + json.dumps(_tagged(value, "$"), sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(data.encode(), digest_size=16).hexdigest()


def _encode_plain(value: Any) -> bytes:
    _refuse_number_keys(value)
    return _encode(value).encode()


def _refuse_number_keys(value: Any) -> None:
    """JSON would turn a number key into text without a word, and a tuple into a list."""
    if isinstance(value, dict):
        if not _TEXT.issuperset(map(type, value)):
            raise TypeError
        value = value.values()
    elif not isinstance(value, list):
        return
    if _HOLDING.isdisjoint(map(type, value)):
        return
    for one in value:
        if type(one) in _HOLDING:
            _refuse_number_keys(one)


def _tagged(value: Any, place: str) -> Any:
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise NotStorable(f"{place} is {value}, which JSON cannot hold")
        return value
    if isinstance(value, bytes | bytearray | memoryview):
        return {_TAG: "bytes", "v": bytes(value).hex()}
    if isinstance(value, Decimal):
        return {_TAG: "decimal", "v": str(value)}
    if isinstance(value, datetime):
        return {_TAG: "datetime", "v": value.isoformat()}
    if isinstance(value, date):
        return {_TAG: "date", "v": value.isoformat()}
    if isinstance(value, list | tuple):
        return [_tagged(one, f"{place}[{index}]") for index, one in enumerate(value)]
    if isinstance(value, dict):
        return _tagged_dict(value, place)
    raise NotStorable(f"{place} is of type `{type(value).__name__}`, which the journal cannot hold")


def _tagged_dict(value: dict[Any, Any], place: str) -> dict[str, Any]:
    for key in value:
        if not isinstance(key, str):
            raise NotStorable(f"{place} has the key {key!r}, which is not text")
    content = {key: _tagged(one, f"{place}.{key}") for key, one in value.items()}
    return {_TAG: "dict", "v": content} if _TAG in value else content


def _untagged(value: Any) -> Any:
    if isinstance(value, list):
        return [_untagged(one) for one in value]
    if not isinstance(value, dict):
        return value
    match value.get(_TAG):
        case "bytes":
            return bytes.fromhex(value["v"])
        case "decimal":
            return Decimal(value["v"])
        case "datetime":
            return datetime.fromisoformat(value["v"])
        case "date":
            return date.fromisoformat(value["v"])
        case "dict":
            return {key: _untagged(one) for key, one in value["v"].items()}
    return {key: _untagged(one) for key, one in value.items()}
