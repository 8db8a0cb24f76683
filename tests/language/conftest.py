"""What the language tests share: a message, callables, a clock that stands still, and a short way to compile."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from caravana.kit.callables import Callables, pure, read
from caravana.kit.clock import ManualClock
from caravana.kit.errors import Unmappable
from caravana.kit.exchange import Exchange
from caravana.language import Expression, compile_expression

NOW = datetime(2026, 2, 3, 4, 5, 6, 78_000, tzinfo=UTC)

Compile = Callable[..., Expression]


@pure
def shout(body: Any) -> str:
    return str(body).upper()


@pure
def add(first: int, second: int) -> int:
    return first + second


@read
def stock(headers: Any, exchange: Exchange) -> str:
    return f"{headers['Kind']} {exchange.id}"


def undeclared(body: Any) -> Any:
    raise ValueError("the customer is 0991234567")


def unmappable(body: Any) -> Any:
    raise Unmappable("no bank journal: set `bank.journals`")


async def later(body: Any) -> Any:
    return body


class Prices:
    @pure
    def total(self, body: Any) -> Any:
        return body["total"]


@pytest.fixture
def callables() -> Callables:
    known = Callables()
    for name, target in (
        ("shout", shout),
        ("add", add),
        ("stock", stock),
        ("undeclared", undeclared),
        ("unmappable", unmappable),
        ("later", later),
    ):
        known.register(name, target)
    known.register("prices", Prices())
    return known


@pytest.fixture
def build(callables: Callables) -> Compile:
    def compiled(text: str, language: str = "simple", options: dict[str, Any] | None = None, **more: Any) -> Expression:
        return compile_expression(language, text, options, clock=ManualClock(NOW), callables=callables, **more)

    return compiled


@pytest.fixture
def message() -> Exchange:
    exchange = Exchange("ex-7", created=NOW, route_id="orders")
    exchange.body = {
        "state": "paid",
        "total": 12.5,
        "count": 3,
        "amount": Decimal("9.50"),
        "name": " Ana ",
        "empty": None,
        "lines": [{"sku": "A1", "qty": 2}, {"sku": "B2", "qty": 5}],
        "tags": ["red", "blue"],
    }
    exchange.headers.update({"Kind": "order", "Limit": "100", "order.id": "S0001", "When": 86_400_000, "Flag": True})
    exchange.properties.update({"CamelSplitIndex": 1, "rule": {"name": "first"}})
    exchange.variables["seen"] = [1, 2, 3]
    return exchange
