"""REST services of a running hub: verbs, validation, binding, the OpenAPI document."""

from typing import Any

import aiohttp

from caravana.kit.serving import serve
from tests.engine.conftest import Station

ROUTES = """
- restConfiguration:
    contextPath: /v1
    apiContextPath: /api
    apiProperty: [{key: api.title, value: Orders}]
    bindingMode: json
    clientRequestValidation: true
    enableCORS: true
- rest:
    path: /orders
    get:
      - path: "/{id}"
        id: order
        param: [{name: view, type: query, required: false, defaultValue: short, allowableValues: [short, long]}]
        to: direct:order
    head:
      - {path: "/{id}", to: "direct:head"}
    post:
      - {consumes: application/json, param: [{name: body, type: body}], to: "direct:new"}
- route:
    from:
      uri: direct:order
      steps:
        - setBody: {simple: "${header.id} ${header.view}"}
- route:
    from:
      uri: direct:head
      steps:
        - setHeader: {name: Found, constant: "yes"}
- route:
    from:
      uri: direct:new
      steps:
        - setHeader: {name: CamelHttpResponseCode, constant: "201"}
        - setBody: {simple: "${body[total]}"}
"""


async def ask(session: aiohttp.ClientSession, method: str, path: str, **more: Any) -> tuple[int, Any, Any]:
    """Return status, body and headers of an answer."""
    async with session.request(method, path, **more) as answer:
        return answer.status, await answer.json(content_type=None), answer.headers


async def test_a_service(station: Station) -> None:
    """Each verb is a route of its own; bodies are JSON both ways; a wrong request is told and becomes no message."""
    hub = await station.start(ROUTES)
    async with serve(hub.listener) as base, aiohttp.ClientSession(base) as session:
        assert (await ask(session, "POST", "/v1/orders", json={"total": 7}))[:2] == (201, 7)
        assert (await ask(session, "POST", "/v1/orders", data="{", headers={"Content-Type": "application/json"}))[
            0
        ] == 400
        assert (await ask(session, "GET", "/v1/orders/3"))[:2] == (200, "3 short")
        assert (await ask(session, "GET", "/v1/orders/3?view=wide"))[0] == 400
        async with session.head("/v1/orders/3") as head, session.options("/v1/orders/3") as before:
            assert (head.status, head.headers["Found"]) == (200, "yes")
            assert before.headers["Access-Control-Allow-Origin"] == "*"
    assert len(await station.states()) == 3


async def test_the_openapi_document(station: Station) -> None:
    """The document of all services is served beside them and names paths, parameters and body."""
    hub = await station.start(ROUTES)
    async with serve(hub.listener) as base, aiohttp.ClientSession(base) as session:
        status, document, _ = await ask(session, "GET", "/v1/api")
    assert (status, document["openapi"], document["info"]["title"]) == (200, "3.1.0", "Orders")
    get = document["paths"]["/v1/orders/{id}"]["get"]
    assert [(one["name"], one["in"], one["required"]) for one in get["parameters"]] == [
        ("view", "query", False),
        ("id", "path", True),
    ]
    assert get["operationId"] == "order"
    assert document["paths"]["/v1/orders"]["post"]["requestBody"]["required"] is True
    assert await station.states() == {}
