"""What a REST operation asks of a request, over loopback: validation, binding, browsers of other sites."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from caravana.component.platform_http import PlatformHttpComponent
from caravana.kit.errors import ConfigurationError
from caravana.kit.ports import Outcome
from caravana.kit.uri import Uri
from tests.component.harness import Hub, Inbox

JSON = {"Content-Type": "application/json"}
PARAMS = [
    {"name": "view", "type": "query", "allowableValues": ["short", "long"]},
    {"name": "size", "type": "query", "defaultValue": "20"},
    {"name": "X-Shop", "type": "header"},
    {"name": "body", "type": "body"},
]


@asynccontextmanager
async def serving(
    inbox: Inbox, address: str = "platform-http:/a", **options: str
) -> AsyncIterator[aiohttp.ClientSession]:
    """Serve one operation; yields a session at its base."""
    async with serving_at(Hub(), inbox, address, options) as session:
        yield session


@asynccontextmanager
async def serving_at(
    hub: Hub, inbox: Inbox, address: str, options: dict[str, str]
) -> AsyncIterator[aiohttp.ClientSession]:
    """Serve one operation of a hub; yields a session at its base."""
    uri = Uri.parse(address)
    consumer = PlatformHttpComponent(hub).endpoint(Uri(uri.scheme, uri.path, options)).consumer(inbox)
    await consumer.start()
    async with hub.listening() as base, aiohttp.ClientSession(base) as session:
        yield session
    await consumer.stop()


def answering(body: Any, **headers: Any) -> Inbox:
    """Return an inbox whose route ends with this body and these headers."""
    inbox = Inbox()
    inbox.outcome = lambda arrival: Outcome("x1", "done", body, headers)
    return inbox


VALIDATED = {"clientRequestValidation": "true", "consumes": "application/json", "produces": "application/json"}
GOOD: dict[str, Any] = {"params": {"view": "short"}, "headers": {"X-Shop": "q", **JSON}, "data": "{}"}
WRONG: list[tuple[dict[str, Any], int, str]] = [
    ({"headers": {"X-Shop": "q", "Content-Type": "text/plain"}}, 415, "content type"),
    ({"headers": {"X-Shop": "q", "Accept": "text/html", **JSON}}, 406, "application/json"),
    ({"params": {}}, 400, "query parameter `view` is missing"),
    ({"headers": JSON}, 400, "HTTP header `X-Shop` is missing"),
    ({"params": {"view": "wide"}}, 400, "`view` must be one of short, long"),
    ({"data": ""}, 400, "the body is missing"),
    ({"data": "{"}, 400, "the body is no JSON"),
]


@pytest.mark.parametrize(("change", "status", "reason"), WRONG)
async def test_a_wrong_request_is_no_message(change: dict[str, Any], status: int, reason: str) -> None:
    """Content type, Accept, parameters and JSON are checked as Camel does, before anything is accepted."""
    inbox = Inbox()
    async with (
        serving(inbox, params=json.dumps(PARAMS), **VALIDATED) as session,
        session.post("/a", **{**GOOD, **change}) as answer,
    ):
        assert (answer.status, reason in (await answer.json())["error"]) == (status, True)
    assert inbox.accepted == []


@pytest.mark.parametrize("accept", ["*/*", "application/*", "text/html, application/json;q=0.5"])
async def test_a_good_request_has_its_defaults(accept: str) -> None:
    """What fits passes, with the default of the query parameter that was not given."""
    inbox = Inbox()
    async with (
        serving(inbox, params=json.dumps(PARAMS), **VALIDATED) as session,
        session.post("/a", **{**GOOD, "headers": {"X-Shop": "q", "Accept": accept, **JSON}}) as answer,
    ):
        assert answer.status == 200
    assert inbox.accepted[0].headers["size"] == "20"


async def test_without_validation_nothing_is_asked() -> None:
    """Parameters are checked only when the operation says so; defaults hold all the same."""
    inbox = Inbox()
    async with serving(inbox, params=json.dumps(PARAMS)) as session, session.get("/a") as answer:
        assert answer.status == 200
    assert inbox.accepted[0].headers["size"] == "20"


@pytest.mark.parametrize(
    ("mode", "content_type", "text", "expected"),
    [
        ("json", "application/json", '{"a": [1]}', {"a": [1]}),
        ("json", "text/plain", "[1]", [1]),
        ("auto", "application/json", "{}", {}),
        ("auto", "application/xml", "<a/>", "<a/>"),
        ("auto", "text/plain", "<a/>", "<a/>"),
        ("auto", "text/plain", "7", 7),
        ("off", "application/json", "{}", "{}"),
    ],
)
async def test_binding_reads_json(mode: str, content_type: str, text: str, expected: Any) -> None:
    """With binding the route gets maps and lists; auto looks at the content type."""
    inbox = Inbox()
    async with (
        serving(inbox, bindingMode=mode) as session,
        session.post("/a", data=text, headers={"Content-Type": content_type}) as answer,
    ):
        assert answer.status == 200
    assert inbox.accepted[0].body == expected


async def test_binding_refuses_what_is_no_json() -> None:
    """Camel answers 400 for a body that cannot be bound, with or without validation."""
    inbox = Inbox()
    async with serving(inbox, bindingMode="json") as session, session.post("/a", data="{", headers=JSON) as answer:
        assert (answer.status, await answer.json()) == (400, {"error": "the body is no JSON"})
    assert inbox.accepted == []


@pytest.mark.parametrize(
    ("body", "headers", "options", "text", "content_type"),
    [
        ("paid", {}, {}, '"paid"', "application/json"),
        ({"a": 1}, {}, {}, '{"a":1}', "application/json"),
        (b"{}", {}, {}, "{}", "application/octet-stream"),
        ("<p>", {"Content-Type": "text/html"}, {}, "<p>", "text/html"),
        ("no", {"CamelHttpResponseCode": 404}, {}, '"no"', "application/json"),
        ("no", {"CamelHttpResponseCode": 404}, {"skipBindingOnErrorCode": "true"}, "no", "text/plain; charset=utf-8"),
        ("x", {}, {"produces": "text/plain"}, "x", "text/plain"),
    ],
)
async def test_binding_writes_json(
    body: Any, headers: dict[str, Any], options: dict[str, str], text: str, content_type: str
) -> None:
    """With binding the answer is JSON unless the route says another content type."""
    async with (
        serving(answering(body, **headers), bindingMode="json", **options) as session,
        session.get("/a") as answer,
    ):
        assert (await answer.text(), answer.headers["Content-Type"]) == (text, content_type)


async def test_auto_leaves_xml_alone() -> None:
    """Who accepts only XML gets what the route made; who accepts JSON gets it bound."""
    for accept, expected in (("application/xml", "<a/>"), ("application/xml, application/json", '"<a/>"')):
        async with (
            serving(answering("<a/>"), bindingMode="auto") as session,
            session.get("/a", headers={"Accept": accept}) as answer,
        ):
            assert await answer.text() == expected


@pytest.mark.parametrize("body", [{}, []])
async def test_no_content(body: Any) -> None:
    """An empty map or list is 204 where the operation says so."""
    async with (
        serving(answering(body), bindingMode="json", enableNoContentResponse="true") as session,
        session.get("/a") as answer,
    ):
        assert (answer.status, await answer.read()) == (204, b"")


async def test_browsers_of_other_sites() -> None:
    """Every answer carries the headers, the browser's question before the call makes no message."""
    inbox = Inbox()
    own = json.dumps({"Access-Control-Allow-Credentials": "true", "Access-Control-Max-Age": "5"})
    async with (
        serving(inbox, enableCORS="true", corsHeaders=own) as session,
        session.options("/a", headers={"Origin": "https://shop.example"}) as before,
    ):
        assert before.status == 200
        assert before.headers["Access-Control-Allow-Origin"] == "https://shop.example"
        assert "PATCH" in before.headers["Access-Control-Allow-Methods"]
        assert inbox.accepted == []
        async with session.get("/a") as answer:
            assert answer.headers["Access-Control-Max-Age"] == "5"


async def test_rest_address() -> None:
    """`rest:method:path:template` is the same door in Camel's other spelling."""
    inbox = Inbox()
    async with (
        serving(inbox, "rest:get:orders:/{id}") as session,
        session.get("/orders/7") as answer,
        session.post("/orders/7") as other,
    ):
        assert (answer.status, other.status) == (200, 405)
    assert inbox.accepted[0].headers["id"] == "7"
    with pytest.raises(ConfigurationError, match="no REST address"):
        PlatformHttpComponent(Hub()).endpoint(Uri.parse("rest:orders"))
