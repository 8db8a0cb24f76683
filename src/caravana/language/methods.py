"""The Java methods that paths may call, imitated per type of value. Anything else fails: nothing is looked up in Python."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from caravana.kit.errors import ExpressionError
from caravana.language.coerce import contains, equal
from caravana.language.text import as_text, java_text

Method = Callable[..., Any]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_GROUP = re.compile(r"\\(.)|\$([0-9])|(\\)")


def _substring(text: str, start: Any, end: Any = None) -> str:
    first, last = int(start), len(text) if end is None else int(end)
    if not 0 <= first <= last <= len(text):
        raise ExpressionError(f"substring({first}, {last}) lies outside a text of {len(text)}")
    return text[first:last]


def _split(text: str, pattern: Any, limit: Any = 0) -> list[str]:
    most = int(limit)
    parts = re.split(as_text(pattern), text, maxsplit=max(0, most - 1)) if most != 1 else [text]
    if parts and parts[0] == "" and len(parts) > 1 and re.match(as_text(pattern), text).end() == 0:  # type: ignore[union-attr]  # a first empty part begins with a match
        parts = parts[1:]
    while most == 0 and len(parts) > 1 and not parts[-1]:
        parts.pop()
    return parts


def _replace_all(text: str, pattern: Any, replacement: Any) -> str:
    def group(match: re.Match[str]) -> str:
        if match[2]:
            return rf"\g<{match[2]}>"
        return r"\\" if match[1] in ("\\", None) else match[1]

    return re.sub(as_text(pattern), _GROUP.sub(group, as_text(replacement)), text)


def _char_at(text: str, index: Any) -> str:
    return _substring(text, index, int(index) + 1)


def _get(items: list[Any], index: Any) -> Any:
    position = int(index)
    if not 0 <= position < len(items):
        raise ExpressionError(f"get({position}) lies outside a list of {len(items)}")
    return items[position]


def _index_of(items: list[Any], value: Any) -> int:
    return next((index for index, one in enumerate(items) if equal(one, value)), -1)


def _map_get(values: dict[Any, Any], key: Any) -> Any:
    return values.get(key, values.get(as_text(key)))


_TEXT: dict[str, Method] = {
    "length": len,
    "size": len,
    "trim": lambda text: text.strip(" \t\n\r\f\v\0"),
    "strip": str.strip,
    "toUpperCase": str.upper,
    "toLowerCase": str.lower,
    "isEmpty": lambda text: not text,
    "isBlank": lambda text: not text.strip(),
    "contains": lambda text, part: as_text(part) in text,
    "startsWith": lambda text, part: text.startswith(as_text(part)),
    "endsWith": lambda text, part: text.endswith(as_text(part)),
    "indexOf": lambda text, part: text.find(as_text(part)),
    "lastIndexOf": lambda text, part: text.rfind(as_text(part)),
    "substring": _substring,
    "charAt": _char_at,
    "concat": lambda text, more: text + as_text(more),
    "replace": lambda text, old, new: text.replace(as_text(old), as_text(new)),
    "replaceAll": _replace_all,
    "matches": lambda text, pattern: re.fullmatch(as_text(pattern), text) is not None,
    "split": _split,
    "equals": lambda text, other: text == other,
    "equalsIgnoreCase": lambda text, other: isinstance(other, str) and text.lower() == other.lower(),
    "getBytes": lambda text: text.encode(),
}
_LIST: dict[str, Method] = {
    "size": len,
    "length": len,
    "isEmpty": lambda items: not items,
    "contains": contains,
    "get": _get,
    "indexOf": _index_of,
}
_MAP: dict[str, Method] = {
    "size": len,
    "isEmpty": lambda values: not values,
    "get": _map_get,
    "getOrDefault": lambda values, key, other: values.get(key, other),
    "containsKey": lambda values, key: key in values,
    "containsValue": lambda values, value: any(equal(one, value) for one in values.values()),
    "keySet": list,
    "values": lambda values: list(values.values()),
}
_NUMBER: dict[str, Method] = {
    "intValue": int,
    "longValue": int,
    "doubleValue": float,
    "equals": lambda number, other: type(number) is type(other) and number == other,
}
PROPERTIES: dict[str, Callable[[BaseException], Any]] = {
    "message": lambda error: str(error),
    "statusCode": lambda error: getattr(error, "status", None),
    "statusText": lambda error: getattr(error, "status_text", None),
    "responseBody": lambda error: getattr(error, "body", None),
    "responseHeaders": lambda error: getattr(error, "response_headers", None),
    "uri": lambda error: getattr(error, "uri", None),
    "code": lambda error: getattr(error, "code", None),
    "reference": lambda error: getattr(error, "reference", None),
    "cause": lambda error: error.__cause__,
}
"""What paths may read of an error; `code` and `reference` are the partner's own, the rest are Camel's names."""
_ERROR: dict[str, Method] = {f"get{name[0].upper()}{name[1:]}": read for name, read in PROPERTIES.items()}

_TABLES: tuple[tuple[type | tuple[type, ...], dict[str, Method]], ...] = (
    (bool, {"booleanValue": bool, "equals": lambda one, other: one is other}),
    (str, _TEXT),
    (dict, _MAP),
    ((list, tuple), _LIST),
    ((int, float, Decimal), _NUMBER),
    (bytes, {"length": len, "size": len}),
    (datetime, {"getTime": lambda moment: (moment - _EPOCH) // timedelta(milliseconds=1)}),
    (BaseException, _ERROR),
)
_NAMES = frozenset(name for _, table in _TABLES for name in table) | {"toString"}


def method_names() -> frozenset[str]:
    """Return every method name that some value knows."""
    return _NAMES


def call_method(value: Any, name: str, given: list[Any]) -> Any:
    """Return what Java's method `name` gives on `value`.

    Raises `ExpressionError` when this type has no such method or the arguments do not fit it.
    """
    if name == "toString" and not given:
        return java_text(value)
    method = next((table.get(name) for classes, table in _TABLES if isinstance(value, classes)), None)
    if method is None:
        raise ExpressionError(f"a value of type `{type(value).__name__}` has no `{name}`")
    try:
        return method(value, *given)
    except (TypeError, ValueError, re.error):
        raise ExpressionError(f"`{name}` does not take these {len(given)} arguments") from None
