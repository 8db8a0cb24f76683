"""Simple as a predicate: operators, coercion, logic, truth of values."""

from typing import Any

import pytest

from caravana.kit.errors import ConfigurationError, ExpressionError
from caravana.kit.exchange import Exchange
from tests.language.conftest import Compile

PREDICATES: list[tuple[str, bool]] = [
    ("${body[state]} == 'paid'", True),
    ('${body.state} == "paid"', True),
    ("${body.state} != 'paid'", False),
    ("${body.state} =~ 'PAID'", True),
    ("${body.state} !=~ 'PAID'", False),
    ("${header.Limit} == 100", True),
    ("${header.Limit} == '0100'", True),
    ("${header.Limit} > 99", True),
    ("100 < ${header.Limit}", False),
    ("${header.Limit} > '9'", True),
    ("${header.kind} > 'abc'", True),
    ("${body.total} == '12.5'", True),
    ("${body.total} > 12", True),
    ("${body.total} >= 12.50", True),
    ("${body.amount} == 9.5", True),
    ("${body.amount} < 10", True),
    ("${body.count} <= -1", False),
    ("${header.Flag} == 'true'", True),
    ("${header.Flag} == true", True),
    ("${header.Flag} == 1", False),
    ("${header.none} == null", True),
    ("${header.kind} != null", True),
    ("${header.none} > 1", False),
    ("${header.none} != 1", True),
    ("${body.empty} <= ${header.none}", True),
    ("${body.empty} < ${header.none}", True),
    ("${body.empty} > ${header.none}", False),
    ("${body.state} contains 'ai'", True),
    ("${body.state} !contains 'ai'", False),
    ("${body.state} ~~ 'AI'", True),
    ("${body.state} !~~ 'AI'", False),
    ("${body.tags} contains 'red'", True),
    ("${body.tags} contains 're'", False),
    ("${body.tags} ~~ 'RE'", True),
    ("${header.none} contains 'x'", False),
    ("${body.state} regex 'p[a-i]+d'", True),
    ("${body.state} regex 'p'", False),
    ("${body.state} !regex '\\d{4}'", True),
    ("${body.state} in 'open,paid'", True),
    ("${body.state} !in 'open,done'", True),
    ("${body.count} in '1,2,3'", True),
    ("${body.count} range '1..3'", True),
    ("${body.count} !range '1..2'", True),
    ("${body.state} is 'String'", True),
    ("${body} is 'java.util.Map'", True),
    ("${header.Flag} is 'Integer'", False),
    ("${body.count} !is 'java.lang.String'", True),
    ("${body.state} startsWith 'pa'", True),
    ("${body.state} starts with 'x'", False),
    ("${body.state} !startsWith 'x'", True),
    ("${body.state} endsWith 'id'", True),
    ("${body.state} ends with 'id'", True),
    ("${body.state} !endsWith 'id'", False),
    ("${body.count}++ == 4", True),
    ("${body.count}-- == 2", True),
    ("${body.state} == '${body.state}'", True),
    ("'${header.kind}-1' == 'order-1'", True),
    ("'a == b' == 'a == b'", True),
    ("${body.state} == 'paid' && ${body.count} > 2", True),
    ("${body.state} == 'open' || ${body.count} > 2", True),
    ("true || true && false", False),
    ("${header.Flag} && ${body.state}", True),
    ("true", True),
    ("false", False),
    ("null", False),
    ("", False),
    ("'text'", True),
    ("''", False),
    ("${body.tags}", True),
    ("${empty(list)}", False),
    ("0", True),
    ("${header.none}", False),
]


@pytest.mark.parametrize(("text", "expected"), PREDICATES)
def test_predicate(build: Compile, message: Exchange, text: str, expected: bool) -> None:
    """Each predicate holds or not as Camel's coercion says, whether or not a predicate was asked for."""
    assert build(text, predicate=True).matches(message) is expected
    assert build(text, predicate=True).evaluate(message) is expected
    assert build(text).matches(message) is expected


REFUSED: list[tuple[str, str]] = [
    ("${body} = 'a'", "column 9: expected an operator, found `=` .write `==`"),
    ("${body} =='a'", "a blank on both sides"),
    ("${body}== 'a'", "a blank is missing"),
    ("${body} == paid", "write text as `'paid'`"),
    ("${body} and ${header.x}", "write `&&`"),
    ("${body} or ${header.x}", "write `||`"),
    ("${body} startWith 'a'", "did you mean `startsWith`"),
    ("${body} not contains 'a'", "write `!`"),
    ("${body} ==", "operator"),
    ("${body} == ", "operator"),
    ("${body} == 'a", "quote ' that begins here is not closed"),
    ("${body} == 1 == 2", "join comparisons"),
    ("== 1", "is no value"),
    ("paid", "`paid` is no value"),
    ("${body} ${header.x}", "expected an operator"),
    ("${body} regex '('", "pattern cannot be read"),
    ("${body} range '1-3'", "from..to"),
    ("${body} is 'Strin'", "did you mean `String`"),
    ("Order ${body}", "is no value"),
]


@pytest.mark.parametrize(("text", "reason"), REFUSED)
def test_wrong_predicates_are_refused_when_compiled(build: Compile, text: str, reason: str) -> None:
    """A text that is no predicate is refused at load, with column and advice."""
    with pytest.raises(ConfigurationError, match=reason) as caught:
        build(text, predicate=True)
    assert caught.value.place.startswith("column ")


def test_a_template_asked_as_predicate_fails_on_the_message(build: Compile, message: Exchange) -> None:
    """Compiled as an expression, text that is no predicate still gives its text and fails only as a predicate."""
    order = build("Order ${header.kind}")
    assert order.evaluate(message) == "Order order"
    with pytest.raises(ExpressionError, match="no predicate"):
        order.matches(message)


def test_boolean_result_type_makes_a_predicate(build: Compile, message: Exchange) -> None:
    """With resultType Boolean the text is read as a predicate, as in Camel."""
    assert build("${body.count} > 2", options={"resultType": "Boolean"}).evaluate(message) is True
    assert build("${body.count} > 2").evaluate(message) == "3 > 2"


def test_logic_stops_at_the_first_answer(build: Compile, message: Exchange) -> None:
    """The right side of && and || is not evaluated once the left side decides."""
    assert build("${body.state} == 'open' && ${body.empty.x} == 1", predicate=True).matches(message) is False
    assert build("${body.state} == 'paid' || ${body.empty.x} == 1", predicate=True).matches(message) is True


@pytest.mark.parametrize("value", [{"a": 1}, [1], b"x", object()])
def test_what_has_no_order_is_an_error(build: Compile, message: Exchange, value: Any) -> None:
    """Ordering values that cannot be ordered is an error, not a silent false."""
    message.body = value
    with pytest.raises(ExpressionError, match=r"no order|cannot be evaluated"):
        build("${body} > ${variable.seen}", predicate=True).matches(message)
