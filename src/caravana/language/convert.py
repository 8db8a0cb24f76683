"""Conversion of values by the Java type names that routes use (`convertBodyTo`, `resultType`, `bodyAs`)."""

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from caravana.kit.errors import ConfigurationError, NotConvertible
from caravana.language.coerce import exact, is_number, is_whole, to_number
from caravana.language.text import java_text

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Type:
    """One type that routes may name: how a value becomes one, and which Python values already are one."""

    name: str
    convert: Callable[[Any], Any]
    classes: tuple[type, ...]

    def holds(self, value: Any) -> bool:
        """Tell whether `value` is of this type (Java's `instanceof`: a boolean is no number)."""
        if isinstance(value, bool) and bool not in self.classes and object not in self.classes:
            return False
        return isinstance(value, self.classes)


def convert(value: Any, type_name: str) -> Any:
    """Return `value` as the Python counterpart of the Java type `type_name`; None stays None.

    Raises `NotConvertible` when the value has no such form or the type is unknown; the text never shows the value.
    """
    try:
        wanted = find_type(type_name)
    except ConfigurationError as error:
        raise NotConvertible(error.message) from None
    return convert_to(value, wanted)


def convert_to(value: Any, wanted: Type) -> Any:
    """Return `value` as `wanted`; None stays None. Raises `NotConvertible`."""
    if value is None:
        return None
    try:
        return wanted.convert(value)
    except (ValueError, ArithmeticError, TypeError):
        raise NotConvertible(f"a value of type `{type(value).__name__}` cannot be read as `{wanted.name}`") from None


def find_type(type_name: str) -> Type:
    """Return the type named `type_name`, by short or full Java name.

    Raises `ConfigurationError` with the nearest known name.
    """
    found = _BY_NAME.get(type_name.strip())
    if found is None:
        near = difflib.get_close_matches(type_name.strip(), _BY_NAME, 1)
        raise ConfigurationError(
            f"`{type_name}` is no known type", suggestion=f"did you mean `{near[0]}`?" if near else "see the type table"
        )
    return found


def _to_bytes(value: Any) -> bytes:
    if isinstance(value, bytes | bytearray):
        return bytes(value)
    if isinstance(value, Mapping | list | tuple):
        raise TypeError
    return java_text(value).encode()


def _whole(value: Any) -> int:
    if isinstance(value, bool):
        raise TypeError
    if is_number(value):
        return int(value)
    if isinstance(value, datetime):
        return (value - _EPOCH) // timedelta(milliseconds=1)
    text = _scalar_text(value)
    if not is_whole(text):
        raise ValueError
    return int(text)


def _sized(bits: int) -> Callable[[Any], int]:
    limit = 1 << (bits - 1)

    def read(value: Any) -> int:
        number = _whole(value)
        if not -limit <= number < limit:
            raise ValueError
        return number

    return read


def _number(value: Any) -> Any:
    if isinstance(value, bool):
        raise TypeError
    number = value if is_number(value) else to_number(_scalar_text(value))
    if number is None:
        raise ValueError
    return number


def _double(value: Any) -> float:
    return float(_number(value))


def _decimal(value: Any) -> Decimal:
    return Decimal(exact(_number(value)))


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    text = _scalar_text(value).lower()
    if text not in ("true", "false"):
        raise ValueError
    return text == "true"


def _scalar_text(value: Any) -> str:
    if not isinstance(value, str | bytes):
        raise TypeError
    return java_text(value)


def _map(value: Any) -> dict[Any, Any]:
    if not isinstance(value, Mapping):
        raise TypeError
    return dict(value)


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list | tuple | set | frozenset):
        raise TypeError
    return list(value)


def _date(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value
    if is_number(value):
        return _EPOCH + timedelta(milliseconds=int(value))
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    text = _scalar_text(value)
    if is_whole(text):
        return _EPOCH + timedelta(milliseconds=int(text))
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _local_date(value: Any) -> date:
    return value if isinstance(value, date) and not isinstance(value, datetime) else _date(value).date()


_TYPES: dict[str, tuple[Callable[[Any], Any], tuple[type, ...], tuple[str, ...]]] = {
    "java.lang.String": (java_text, (str,), ("string", "java.lang.CharSequence")),
    "byte[]": (_to_bytes, (bytes, bytearray), ("[B",)),
    "java.io.InputStream": (_to_bytes, (bytes, bytearray), ()),
    "java.lang.Integer": (_sized(32), (int,), ("int", "integer")),
    "java.lang.Long": (_sized(64), (int,), ("long",)),
    "java.lang.Short": (_sized(16), (int,), ("short",)),
    "java.math.BigInteger": (_whole, (int,), ()),
    "java.lang.Double": (_double, (float,), ("double",)),
    "java.lang.Float": (_double, (float,), ("float",)),
    "java.math.BigDecimal": (_decimal, (Decimal,), ()),
    "java.lang.Number": (_number, (int, float, Decimal), ("number",)),
    "java.lang.Boolean": (_boolean, (bool,), ("boolean", "bool")),
    "java.util.Map": (_map, (dict,), ("java.util.HashMap", "java.util.LinkedHashMap", "map")),
    "java.util.List": (_list, (list, tuple), ("java.util.ArrayList", "java.util.Collection", "list")),
    "java.util.Date": (_date, (datetime,), ("java.time.Instant", "java.time.ZonedDateTime", "date")),
    "java.time.LocalDate": (_local_date, (date,), ()),
    "java.lang.Object": (lambda value: value, (object,), ("object",)),
}


def _by_name() -> dict[str, Type]:
    found: dict[str, Type] = {}
    for full, (how, classes, others) in _TYPES.items():
        one = Type(full.rpartition(".")[2], how, classes)
        for name in (full, *others):
            found[name] = found[name.rpartition(".")[2]] = one
    return found


_BY_NAME = _by_name()
