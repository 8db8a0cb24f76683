"""Type conversion by Java names, and values as text."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from caravana.kit.errors import NotConvertible
from caravana.language import convert
from caravana.language.text import as_text, java_text

MOMENT = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "name", "expected"),
    [
        (5, "String", "5"),
        (2.0, "java.lang.String", "2.0"),
        (b"\xc3\xb1", "String", "ñ"),
        ({"a": None}, "String", "{a=null}"),
        ("ñ", "byte[]", b"\xc3\xb1"),
        ("x", "java.io.InputStream", b"x"),
        ("12", "int", 12),
        ("-7", "Integer", -7),
        (12.9, "Long", 12),
        (MOMENT, "long", 1_770_091_506_000),
        ("1e3", "Double", 1000.0),
        (0.1, "BigDecimal", Decimal("0.1")),
        ("9.50", "java.math.BigDecimal", Decimal("9.50")),
        ("TRUE", "boolean", True),
        ({"a": 1}, "Map", {"a": 1}),
        ((1, 2), "List", [1, 2]),
        (0, "Date", datetime(1970, 1, 1, tzinfo=UTC)),
        ("2026-02-03T04:05:06+00:00", "java.util.Date", MOMENT),
        ("2026-02-03", "LocalDate", date(2026, 2, 3)),
        (None, "int", None),
        ([1], "Object", [1]),
    ],
)
def test_convert(value: Any, name: str, expected: Any) -> None:
    """Values become the Python counterpart of the Java type, by its short or full name."""
    found = convert(value, name)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("x", "int"),
        ("1.5", "Integer"),
        (2**31, "Integer"),
        (True, "int"),
        ("maybe", "Boolean"),
        ("secret", "Map"),
        ("secret", "List"),
        ({"a": 1}, "byte[]"),
        ("secret", "Date"),
        ([], "Double"),
        (10**30, "Date"),
        ("1e400000", "Integer"),
    ],
)
def test_not_convertible(value: Any, name: str) -> None:
    """What has no such form is refused without showing the value."""
    with pytest.raises(NotConvertible) as caught:
        convert(value, name)
    assert "secret" not in str(caught.value)


def test_unknown_type_names_the_nearest() -> None:
    """An unknown type is refused too, naming it."""
    with pytest.raises(NotConvertible, match="`Strin` is no known type"):
        convert(1, "Strin")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, "true"),
        (2.0, "2.0"),
        (0.1, "0.1"),
        (-0.0, "-0.0"),
        (1e7, "1.0E7"),
        (9_999_999.0, "9999999.0"),
        (1.5e300, "1.5E300"),
        (0.001, "0.001"),
        (0.00012, "1.2E-4"),
        (-123456789.25, "-1.2345678925E8"),
        (float("nan"), "NaN"),
        (float("-inf"), "-Infinity"),
        (Decimal("1.10"), "1.10"),
        ([1, None, [True]], "[1, null, [true]]"),
        ({"a": "b", "c": {}}, "{a=b, c={}}"),
        (date(2026, 2, 3), "2026-02-03"),
    ],
)
def test_java_text(value: Any, expected: str) -> None:
    """Values read as Java prints them."""
    assert java_text(value) == expected


def test_null_in_text_is_empty() -> None:
    """Null within a text is nothing, not a word."""
    assert as_text(None) == ""
