"""What real route files use of Simple (1,671 expressions were counted): every function and operator of that count."""

from datetime import timedelta
from typing import Any

import pytest

from caravana.kit.errors import ExpressionError
from caravana.kit.exchange import Exchange
from tests.language.conftest import Compile

SETTINGS = {"shop.url": "http://127.0.0.1/shop", "env:SHOP": "Quito"}
FUNCTIONS: list[tuple[str, str, Any]] = [
    ("header", "${header.kind} ${headers.kind} ${headers[kind]} ${header[Kind]}", "order order order order"),
    ("body", "${body}", {"lines": [{"sku": "A1", "price": 2.5}], "name": " Ana "}),
    ("body.x, body[x], body?.x", "${body.lines[0].sku} ${body[lines][0][sku]} ${body?.none?.x}", "A1 A1 "),
    ("body.x()", "${body.name.trim().toUpperCase()} ${body.lines.size()}", "ANA 1"),
    ("exchangeProperty", "${exchangeProperty.CamelSplitIndex} ${exchangeProperty[CamelSplitIndex]}", "1 1"),
    ("variable", "${variable.seen} ${variable.seen[1]}", "[1, 2, 3] 2"),
    ("exchangeId", "${exchangeId}", "ex-7"),
    ("date:now", "${date:now:yyyy-MM-dd'T'HH:mm:ss.SSSXXX}", "2026-02-03T04:05:06.078Z"),
    ("date:now with an offset", "${date:now-24h:dd/MM/yyyy}", "02/02/2026"),
    ("random", "${random(3,4)} ${random(1)}", "3 0"),
    ("properties", "${properties:shop.url}/${properties:none:x}", "http://127.0.0.1/shop/x"),
    ("header with nested access", "${header.order.lines[0].sku} ${header.order[total]}", "B2 7"),
    ("exception.message", "${exception.message}", "no stock"),
    (
        "propertiesExist",
        "${propertiesExist:shop.url} ${propertiesExist:none} ${propertiesExist:!none}",
        "true false true",
    ),
    ("routeId", "${routeId}", "orders"),
    ("jq", "${jq(.lines[0].price)}", 2.5),
    ("date-with-timezone", "${date-with-timezone:now:America/Guayaquil:HH:mm}", "23:05"),
    ("jsonpath", "${jsonpath($.lines[0].sku)}", "A1"),
    ("env", "${env.SHOP} ${env:SHOP}", "Quito Quito"),
    ("null", "${null}", None),
    ("file", "${file:name} ${file:name.noext}", "a.csv a"),
    (
        "prettyBody",
        "${prettyBody}",
        '{\n  "lines": [\n    {\n      "sku": "A1",\n      "price": 2.5\n    }\n  ],\n  "name": " Ana "\n}',
    ),
    ("bodyAs", "${bodyAs(Map)}", {"lines": [{"sku": "A1", "price": 2.5}], "name": " Ana "}),
    ("mandatoryBodyAs", "${mandatoryBodyAs(java.util.Map)}", {"lines": [{"sku": "A1", "price": 2.5}], "name": " Ana "}),
    ("nested", "${header.${header.which}} ${body.lines[${exchangeProperty.zero}].sku}", "order A1"),
    ("plain text", "no function at all", "no function at all"),
]


@pytest.fixture
def message(message: Exchange) -> Exchange:
    """A message that holds something for each function."""
    message.body = {"lines": [{"sku": "A1", "price": 2.5}], "name": " Ana "}
    message.headers["order"] = {"lines": [{"sku": "B2"}], "total": 7}
    message.headers.update({"which": "Kind", "CamelFileName": "a.csv"})
    message.properties["zero"] = 0
    message.exception = ExpressionError("no stock")
    return message


@pytest.mark.parametrize(("text", "expected"), [row[1:] for row in FUNCTIONS], ids=[row[0] for row in FUNCTIONS])
def test_function(build: Compile, message: Exchange, text: str, expected: Any) -> None:
    """Each function of the count gives its value."""
    assert build(text, properties=SETTINGS).evaluate(message) == expected


def test_date_without_pattern(build: Compile, message: Exchange) -> None:
    """Without a pattern `date:now` is a moment, and a day after `date:now-24h`."""
    now, before = build("${date:now}").evaluate(message), build("${date:now-24h}").evaluate(message)
    assert now - before == timedelta(days=1)


def test_mandatory_body(build: Compile, message: Exchange) -> None:
    """Without a body `bodyAs` is null and `mandatoryBodyAs` an error."""
    message.body = None
    assert build("${bodyAs(String)}").evaluate(message) is None
    with pytest.raises(ExpressionError, match="null"):
        build("${mandatoryBodyAs(String)}").evaluate(message)


OPERATORS: list[tuple[str, str, str]] = [
    ("==", "${header.kind} == 'order'", "${header.kind} == 'bill'"),
    ("!=", "${header.kind} != 'bill'", "${header.kind} != 'order'"),
    ("&&", "${header.kind} == 'order' && ${header.Limit} == 100", "${header.kind} == 'order' && ${header.none} == 1"),
    ("contains", "${header.kind} contains 'rde'", "${header.kind} contains 'x'"),
    (">", "${header.Limit} > 99", "${header.Limit} > 100"),
    ("<", "${header.Limit} < 101", "${header.Limit} < 100"),
    ("||", "${header.none} == 1 || ${header.Limit} == 100", "${header.none} == 1 || ${header.none} == 2"),
    ("=~", "${header.kind} =~ 'ORDER'", "${header.kind} =~ 'BILL'"),
    (">=", "${header.Limit} >= 100", "${header.Limit} >= 101"),
    ("!regex", "${header.kind} !regex '[0-9]+'", "${header.kind} !regex '[a-z]+'"),
    ("<=", "${header.Limit} <= 100", "${header.Limit} <= 99"),
]


@pytest.mark.parametrize(("holds", "fails"), [row[1:] for row in OPERATORS], ids=[row[0] for row in OPERATORS])
def test_operator(build: Compile, message: Exchange, holds: str, fails: str) -> None:
    """Each operator of the count holds where it should and nowhere else."""
    assert build(holds, predicate=True).matches(message) is True
    assert build(fails, predicate=True).matches(message) is False
