"""The language jq: results, sources, Camel's functions, predicates, and what is kept from looking outside."""

from decimal import Decimal
from typing import Any

import pytest

from caravana.kit.effect import Kind
from caravana.kit.errors import ConfigurationError, ExpressionError
from caravana.kit.exchange import Exchange
from tests.language.conftest import Compile

PROGRAMS: list[tuple[str, Any]] = [
    (".state", "paid"),
    (".missing", None),
    ("empty", None),
    (".lines[].sku", ["A1", "B2"]),
    ("[.lines[].qty] | add", 7),
    ("{id: .state, n: (.lines | length)}", {"id": "paid", "n": 2}),
    (".amount", Decimal("9.5")),
    (".total", Decimal("12.5")),
    ('.state + header("kind")', "paidorder"),
    ('header("none")', None),
    ('header("none"; "other")', "other"),
    ('property("CamelSplitIndex")', "1"),
    ('variable("seen")', "[1, 2, 3]"),
    ('"env" + "input # now" # a remark on debug', "envinput # now"),
    (".env", None),
    ("def twice: . * 2; .count | twice", 6),
    ('constant("x") + constant(y)', "xy"),
    ('body | startswith("{state=paid")', True),
]


@pytest.mark.parametrize(("program", "expected"), PROGRAMS)
def test_program_gives(build: Compile, message: Exchange, program: str, expected: Any) -> None:
    """One result is itself, several are a list, none is null; header, property, variable and body can be asked."""
    assert build(program, "jq").evaluate(message) == expected


@pytest.mark.parametrize("source", ["header:doc", "property:doc", "variable:doc", "doc"])
def test_sources(build: Compile, message: Exchange, source: str) -> None:
    """The source may be a header, a property or a variable; a bare name is a variable."""
    text = '{"a": {"b": 5}}'
    message.headers["doc"] = message.properties["doc"] = message.variables["doc"] = text
    assert build(".a.b", "jq", {"source": source}).evaluate(message) == 5


def test_body_as_text_and_bytes(build: Compile, message: Exchange) -> None:
    """A text and bytes are read as JSON; a fraction stays exact."""
    message.body = '[0.1, "\\u2028 x"]'
    assert build(".[]", "jq").evaluate(message) == [Decimal("0.1"), "\u2028 x"]
    message.body = b"7"
    assert build(". + 1", "jq").evaluate(message) == 8


def test_result_type_holds_for_each_result(build: Compile, message: Exchange) -> None:
    """Each of several results is converted to the wanted type."""
    assert build(".lines[].qty", "jq", {"resultType": "String"}).evaluate(message) == ["2", "5"]
    assert build(".count", "jq", {"resultType": "java.lang.Double"}).evaluate(message) == 3.0


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ('.state == "paid"', True),
        (".count > 5", False),
        (".lines[]", True),
        (".state", False),
        (".missing", False),
        ("empty", False),
    ],
)
def test_predicate(build: Compile, message: Exchange, program: str, expected: bool) -> None:
    """Only true and several results hold, as in Camel."""
    assert build(program, "jq", predicate=True).matches(message) is expected


@pytest.mark.parametrize(
    "program",
    ["$ENV", "env.HOME", "input", "[inputs]", "debug", "halt", 'include "x"; .', 'import "x" as y; .', '"\\(env)"'],
)
def test_nothing_outside_the_message(build: Compile, program: str) -> None:
    """A program that reads the environment, further input or files, or ends the process, is refused at load."""
    with pytest.raises(ConfigurationError, match="looks outside the message"):
        build(program, "jq")


def test_clock_makes_it_a_read(build: Compile, message: Exchange) -> None:
    """A program that asks the time is a read, so that a repeated run finds the recorded answer; others are pure."""
    assert build("now", "jq").kind is Kind.READ
    assert build('.now + "now"', "jq").kind is Kind.PURE


def test_mistakes(build: Compile, message: Exchange) -> None:
    """A program that cannot be read is refused at load; one that fails says so without the message's values."""
    with pytest.raises(ConfigurationError, match=r"column 1: the jq program cannot be read: syntax error"):
        build(".a[", "jq")
    with pytest.raises(ConfigurationError, match="a jq program is missing"):
        build(" ", "jq")
    with pytest.raises(ExpressionError, match="fails on this message") as failed:
        build(".state.x", "jq").evaluate(message)
    assert "paid" not in str(failed.value)
    message.body = None
    with pytest.raises(ExpressionError, match="nothing that jq could look into"):
        build(".", "jq").evaluate(message)
    message.body = "no json"
    with pytest.raises(ExpressionError, match="no JSON"):
        build(".", "jq").evaluate(message)
