"""The OpenAPI document of the shop, read by a foreign program that then asks whatever the document allows."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.commerce.trade import SECRETS, TOKEN, Trade, open_trade, order

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
OPERATIONS = (
    "GET /products",
    "GET /products/{code}",
    "GET /customers",
    "POST /customers",
    "GET /customers/{id}",
    "PATCH /customers/{id}",
    "POST /orders",
    "GET /orders/{number}",
    "POST /orders/{number}/cancel",
)
TRIES = 15


class Running:
    """A hub with Odoo's imitation behind it, on a loop of its own, so that a program without a loop can ask it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))
        self.trade: Trade | None = None

    async def _serve(self) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        async with open_trade(self._folder) as self.trade:
            self._ready.set()
            await self._end.wait()

    def __enter__(self) -> "Running":
        self._thread.start()
        assert self._ready.wait(60)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(60)


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The document as it is served."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in SECRETS.items():
            patch.setenv(name, value)
        with Running(tmp_path_factory.mktemp("shop")) as running:
            assert running.trade is not None
            yield schemathesis.openapi.from_url(f"{running.trade.url}/openapi.json")


def test_the_document_is_complete(schema: Any) -> None:
    """Every operation is told, each with a summary, bodies and answers by schema, and its errors."""
    schema.validate()
    assert sorted(one.ok().label for one in schema.get_all_operations() if isinstance(one, Ok)) == sorted(OPERATIONS)
    for path in schema.raw_schema["paths"].values():
        for operation in path.values():
            assert operation["summary"]
            assert {"401", "403"} <= operation["responses"].keys()
            well = next(one for code, one in operation["responses"].items() if code in ("200", "201"))
            assert "$ref" in well["content"]["application/json"]["schema"]
    order = schema.raw_schema["components"]["schemas"]["NewOrder"]
    assert order["examples"][0]["lines"] == [{"code": "CAM-001", "quantity": 2}]


@pytest.mark.parametrize(
    ("label", "values", "body", "status"),
    [
        ("GET /products", {}, None, 200),
        ("GET /products/{code}", {"code": "CAM-001"}, None, 200),
        ("POST /customers", {}, {"name": "Ana Inventada", "tax_id": "1710034065"}, 201),
        ("GET /customers/{id}", {"id": 8}, None, 200),
        ("PATCH /customers/{id}", {"id": 8}, {"city": "Loja"}, 200),
        ("POST /orders", {}, order(confirm=True, price="1"), 201),
        ("GET /orders/{number}", {"number": "S00001"}, None, 200),
        ("POST /orders/{number}/cancel", {"number": "S00001"}, None, 200),
        ("POST /orders", {}, order("NADA"), 422),
        ("GET /products/{code}", {"code": "NADA"}, None, 404),
    ],
)
def test_what_goes_well(schema: Any, label: str, values: dict[str, Any], body: Any, status: int) -> None:
    """What a client usually asks is answered as the document says, field by field."""
    method, path = label.split(" ")
    given = {} if body is None else {"body": body, "media_type": "application/json"}
    case = schema[path][method].Case(path_parameters=values, **given)
    answer = case.call_and_validate(headers={"Authorization": f"Bearer {TOKEN}"}, checks=CHECKS)
    if label.startswith(("GET /orders", "POST /orders/")):
        assert answer.status_code in (200, 404)  # in whatever order the tests run
    else:
        assert answer.status_code in (status, 200)


# The hub runs in a thread beside, and draws its waits at random: hypothesis takes that for the strategy's doing.
@pytest.mark.filterwarnings("ignore:Do not use the `random` module inside strategies")
@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize("label", OPERATIONS)
def test_whatever_is_asked(schema: Any, label: str, mode: GenerationMode) -> None:
    """Whatever the document allows, and what it does not, is asked: never a 5xx, every answer is one that it tells."""
    method, path = label.split(" ")
    operation = schema[path][method]

    @given(data=st.data())
    @settings(max_examples=TRIES, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    def ask(data: st.DataObject) -> None:
        case = data.draw(operation.as_strategy(generation_mode=mode))
        case.call_and_validate(headers={"Authorization": f"Bearer {TOKEN}"}, checks=CHECKS)

    ask()
