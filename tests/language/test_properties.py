"""Properties of the languages that hold for any text and any value."""

import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from caravana.kit.callables import Callables
from caravana.kit.clock import ManualClock
from caravana.kit.errors import ConfigurationError, ExpressionError, NotConvertible
from caravana.kit.exchange import Exchange
from caravana.language import (
    REFUSED_FUNCTIONS,
    SIMPLE_FUNCTIONS,
    SIMPLE_OPERATORS,
    Expression,
    compile_expression,
    convert,
)
from caravana.language.coerce import compare, equal
from caravana.language.convert import _TYPES
from caravana.language.text import double_text, java_text
from tests.language.conftest import NOW

PIECES = [
    *("${", "$simple{", "}", "(", ")", "[", "]", "'", '"', "\\", " ", ".", "?.", ",", ":", "++", "--", "~>"),
    *(
        "body",
        "header",
        "headers",
        "x",
        "last",
        "0",
        "-1",
        "9" * 5000,
        "1.5",
        "1e999",
        "true",
        "null",
        "²",
        "٣",
        "$init{",
    ),
    *(f" {name} " for name in SIMPLE_OPERATORS),
    *SIMPLE_FUNCTIONS,
    *REFUSED_FUNCTIONS,
]
TEXTS = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(PIECES), max_size=14).map("".join),
    st.lists(st.sampled_from(PIECES), max_size=6).map(lambda pieces: "${" + "".join(pieces) + "}"),
)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.decimals(), st.binary()
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
)


def build(text: str, language: str = "simple", **more: Any) -> Expression:
    return compile_expression(language, text, clock=ManualClock(NOW), callables=Callables(), properties={}, **more)


@given(text=TEXTS, predicate=st.booleans(), body=VALUES)
def test_any_simple_text_compiles_or_is_refused(text: str, predicate: bool, body: Any) -> None:
    """Any text compiles or is a ConfigurationError; what compiles gives a value or an ExpressionError."""
    try:
        expression = build(text, predicate=predicate)
    except ConfigurationError:
        return
    for ask in (expression.evaluate, expression.matches):
        try:
            ask(Exchange("e", body, created=NOW))
        except ExpressionError:
            continue


@given(text=st.one_of(st.text(max_size=40), TEXTS.map(lambda text: "$." + text)), body=VALUES)
def test_any_jsonpath_compiles_or_is_refused(text: str, body: Any) -> None:
    """Any JSONPath compiles or is a ConfigurationError; on any body it gives a value or an ExpressionError."""
    try:
        expression = build(text, "jsonpath")
    except ConfigurationError:
        return
    try:
        expression.evaluate(Exchange("e", body, created=NOW))
    except ExpressionError:
        return


@given(text=st.text(max_size=80).filter(lambda text: not re.search(r"\$\{|\$simple\{|\$init\{|\\[ntr}]", text)))
def test_text_without_functions_is_itself(text: str) -> None:
    """Literal text without a function is that text, without the blanks around it."""
    exchange = Exchange("e", created=NOW)
    assert build(text).evaluate(exchange) == text.strip()
    assert build(text, options={"trim": False}).evaluate(exchange) == text


@given(text=st.text(max_size=30), name=st.sampled_from(["body", "header.h", "exchangeProperty.p", "variable.v"]))
def test_a_value_is_never_read_as_an_expression(text: str, name: str) -> None:
    """Whatever text a message brings comes out unchanged, alone and inside a template."""
    exchange = Exchange("e", text, created=NOW)
    exchange.headers["h"] = exchange.properties["p"] = exchange.variables["v"] = text
    assert build(f"${{{name}}}").evaluate(exchange) == text
    assert build(f"<${{{name}}}>").evaluate(exchange) == f"<{text}>"


@given(value=VALUES, name=st.sampled_from(sorted(_TYPES)))
def test_conversion_gives_a_value_or_not_convertible(value: Any, name: str) -> None:
    """Converting any value to any type gives a value or NotConvertible, never another error."""
    try:
        convert(value, name)
    except NotConvertible:
        return


@given(left=st.integers(), right=st.integers())
def test_whole_numbers_compare_alike_as_numbers_and_as_text(left: int, right: int) -> None:
    """A number compares the same whether either side is text or a number."""
    pairs = [(left, right), (str(left), right), (left, str(right)), (str(left), str(right))]
    assert {compare(*pair) for pair in pairs} == {(left > right) - (left < right)}
    assert {equal(*pair) for pair in pairs} == {left == right}


@given(value=st.floats(allow_nan=False, allow_infinity=False))
def test_double_text_reads_back(value: float) -> None:
    """A double's Java text is the same number again, and has a point."""
    assert float(double_text(value)) == value
    assert "." in double_text(value)


@given(value=VALUES)
def test_every_value_has_a_text(value: Any) -> None:
    """Any value that travels reads as some text."""
    assert isinstance(java_text(value), str)
