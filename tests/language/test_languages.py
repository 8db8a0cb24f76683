"""The other languages, their options, and the callables they call."""

from typing import Any

import pytest

from caravana.kit.effect import Kind
from caravana.kit.errors import CallableFailed, ConfigurationError, ExpressionError, Unmappable
from caravana.kit.exchange import Exchange
from caravana.language import LANGUAGES
from caravana.pattern.java import distance
from tests.language.conftest import Compile

Options = dict[str, Any]

VALUES: list[tuple[str, str, Options, Any]] = [
    ("constant", " ${body} ", {}, "${body}"),
    ("constant", " x ", {"trim": "false"}, " x "),
    ("constant", "5", {"resultType": "int"}, 5),
    ("constant", "true", {"resultType": "java.lang.Boolean"}, True),
    ("header", "kind", {}, "order"),
    ("header", "none", {}, None),
    ("exchangeProperty", "CamelSplitIndex", {}, 1),
    ("variable", "seen", {}, [1, 2, 3]),
    ("simple", "${header.Limit}", {"resultType": "Integer"}, 100),
    ("simple", " ${header.kind} ", {"trim": False}, " order "),
    ("simple", "${body.name}", {"trimResult": True}, "Ana"),
    ("simple", "${body.tags}", {"pretty": True}, '[\n  "red",\n  "blue"\n]'),
    ("method", "prices", {"method": "total"}, 12.5),
    ("method", "", {"ref": "prices", "method": "total"}, 12.5),
    ("method", "prices?method=total", {}, 12.5),
    ("method", "add(1, ${body.count})", {"resultType": "String"}, "4"),
    ("ref", "prices.total", {}, 12.5),
    ("python", "prices", {}, 12.5),
    ("jsonpath", "$.state", {}, "paid"),
    ("jsonpath", "$['lines'][-1].sku", {}, "B2"),
    ("jsonpath", "$.empty", {}, None),
    ("jsonpath", "$.lines[*].qty", {}, [2, 5]),
    ("jsonpath", "$.lines[?(@.qty > 4)]", {}, [{"sku": "B2", "qty": 5}]),
    ("jsonpath", "$.lines[?(@.qty > 4)].sku", {"unpackArray": "true"}, "B2"),
    ("jsonpath", "$.lines[?(@.qty > 4)].qty", {"resultType": "String"}, "5"),
    ("jsonpath", "$.lines[?(@.qty > 40)]", {}, []),
    ("jsonpath", "$..qty", {"resultType": "List"}, [2, 5]),
    ("jsonpath", "$.lines.length()", {}, 2),
    ("jsonpath", "$.none", {"suppressExceptions": True}, None),
    ("jsonpath", "$.none[*].x", {"option": "SUPPRESS_EXCEPTIONS"}, []),
    ("jsonpath", "$.lines[*]", {"writeAsString": True}, ['{"sku":"A1","qty":2}', '{"sku":"B2","qty":5}']),
    ("jsonpath", "$.name", {"source": "exchangeProperty:rule"}, "first"),
    ("jsonpath", "$.lines[${exchangeProperty.CamelSplitIndex}].sku", {}, "B2"),
    ("tokenize", ",", {"source": "header:list"}, ["a", "b", "c"]),
    ("tokenize", "", {"source": "header:list", "token": ",", "group": "2"}, ["a,b", "c"]),
    ("tokenize", "", {"source": "header:list", "token": "[,b]+", "regex": True, "skipFirst": True}, ["c"]),
]


@pytest.mark.parametrize(("language", "text", "options", "expected"), VALUES)
def test_language_gives_value(
    build: Compile, message: Exchange, language: str, text: str, options: Options, expected: Any
) -> None:
    """Each language gives its value, with its options."""
    message.headers["list"] = "a,b,c"
    assert build(text, language, options).evaluate(message) == expected


def test_jsonpath_reads_text_and_bytes(build: Compile, message: Exchange) -> None:
    """A body of JSON text or bytes is parsed, other bodies are an error."""
    for body in ('{"a": [1]}', b'{"a": [1]}'):
        message.body = body
        assert build("$.a[0]", "jsonpath").evaluate(message) == 1
    for other in ("no json", 5, None):
        message.body = other
        with pytest.raises(ExpressionError):
            build("$.a", "jsonpath").evaluate(message)


@pytest.mark.parametrize("path", ["$.none", "$.state.x", "$.lines[9]", "$.none[*].x", "$.lines[0].none.deeper"])
def test_jsonpath_that_leads_nowhere_fails(build: Compile, message: Exchange, path: str) -> None:
    """A missing step is an error by default, also before a wildcard."""
    with pytest.raises(ExpressionError, match="leads nowhere"):
        build(path, "jsonpath").evaluate(message)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("state == 'paid'", True),
        ("state == 'open'", False),
        ("lines.qty > 4", True),
        ("lines.qty > 40", False),
        ("sku == 'B2'", True),
        ("$.lines[?(@.qty > 4)]", True),
        ("$.lines[?(@.qty > 40)]", False),
        ("$.tags", True),
    ],
)
def test_jsonpath_as_predicate(build: Compile, message: Exchange, text: str, expected: bool) -> None:
    """A path holds when it finds something, in the full and in the short form."""
    assert build(text, "jsonpath").matches(message) is expected


@pytest.mark.parametrize(
    ("language", "text", "options", "reason"),
    [
        ("simpel", "x", {}, "did you mean `simple`"),
        ("groovy", "x", {}, "no expression language"),
        ("simple", "x", {"resulType": "int"}, "did you mean `resultType`"),
        ("simple", "x", {"trim": "maybe"}, "true or false"),
        ("simple", "x", {"resultType": "Strin"}, "did you mean `String`"),
        ("simple", "x", {"nested": True}, "refused"),
        ("constant", "x", {"resultType": "int"}, "cannot be read as `Integer`"),
        ("header", " ", {}, "a name is missing"),
        ("variable", "global:x", {}, "not kept"),
        ("jsonpath", "$.a[", {}, "column .*cannot be read"),
        ("jsonpath", "", {}, "missing"),
        ("jsonpath", "$.a", {"option": "AS_PATH_LIST"}, "not supported"),
        ("jsonpath", "$.a", {"source": "cookie:x"}, "no source"),
        ("method", "prices", {"method": "totl"}, "did you mean `prices.total`"),
        ("method", "x", {"beanType": "a.B"}, "Java class"),
        ("ref", "later", {}, "asynchronous"),
        ("python", "1 + 1", {}, "no callable is registered"),
        ("tokenize", "", {}, "needs a token"),
    ],
)
def test_refused_when_compiled(build: Compile, language: str, text: str, options: Options, reason: str) -> None:
    """Unknown languages, options, types and names are refused at load with the nearest right name."""
    with pytest.raises(ConfigurationError, match=reason):
        build(text, language, options)


def test_kind_is_that_of_the_most_careful_part(build: Compile) -> None:
    """An expression is as careful as the clock it reads or the callable it calls."""
    kinds = {
        "${body.x}": Kind.PURE,
        "${date:exchangeCreated:yyyy}": Kind.PURE,
        "on ${date:now:yyyy}": Kind.READ,
        "${header.x} == ${bean:stock}": Kind.READ,
        "${bean:add(${random(5)}, 1)}": Kind.READ,
        "${bean:undeclared} at ${date:now}": Kind.BLIND,
    }
    assert {text: build(text).kind for text in kinds} == kinds


def test_callable_gets_what_its_parameters_name(build: Compile, message: Exchange) -> None:
    """Parameters named headers and exchange get these."""
    assert build("stock", "method").evaluate(message) == "order ex-7"


def test_failing_callable_keeps_its_cause_and_hides_its_text(build: Compile, message: Exchange) -> None:
    """What a callable raises travels as the cause; the message names only its class."""
    with pytest.raises(CallableFailed, match="`undeclared` raised ValueError") as caught:
        build("undeclared", "ref").evaluate(message)
    assert isinstance(caught.value.__cause__, ValueError)


def test_what_a_mapping_tells_a_person_is_read(build: Compile, message: Exchange) -> None:
    """`Unmappable` is written for him: it passes as it is, and clauses for the usual exception of bad values meet it."""
    with pytest.raises(Unmappable, match=r"set `bank\.journals`") as caught:
        build("unmappable", "ref").evaluate(message)
    assert distance(caught.value, "java.lang.IllegalArgumentException") == (0, 0)


def test_languages_carry_a_meaning() -> None:
    """The declared languages are those of the first round, each with a doc for the support table."""
    assert {"simple", "constant", "header", "exchangeProperty", "variable", "jsonpath", "method", "ref"} <= set(
        LANGUAGES
    )
    assert all(LANGUAGES.values())
