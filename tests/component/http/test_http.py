"""The `http` component against a real server on loopback."""

import json
from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from caravana.component.http import HttpComponent
from caravana.component.http.producer import HttpProducer
from caravana.kit.component import Severity
from caravana.kit.effect import Kind
from caravana.kit.errors import (
    ConfigurationError,
    HttpOperationFailed,
    NeedsPerson,
    RateLimited,
    Transient,
    Unknown,
)
from caravana.kit.serving import abort_connection, serve
from caravana.kit.uri import Uri
from tests.component.harness import Hub, make_effect, make_exchange, producer_of, readme_endpoints, run_producer


async def _echo(request: Request) -> Response:
    body = (await request.body()).decode()
    seen = {"method": request.method, "query": request.url.query, "body": body, "headers": dict(request.headers)}
    return JSONResponse(seen, headers={"X-Request-Id": "r-1", "Set-Cookie": "a=b"})


async def _status(request: Request) -> Response:
    return PlainTextResponse("why", request.path_params["status"], headers={"Retry-After": "7"})


async def _cut(request: Request) -> Response:
    abort_connection(request.scope)
    return Response()


METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
PARTNER = Starlette(
    routes=[
        Route("/status/{status:int}", _status, methods=METHODS),
        Route("/cut", _cut, methods=METHODS),
        Route("/{rest:path}", _echo, methods=METHODS),
    ]
)


@pytest.fixture
async def address() -> AsyncIterator[str]:
    async with serve(PARTNER) as served:
        yield served


@pytest.fixture
async def component() -> AsyncIterator[HttpComponent]:
    made = HttpComponent(Hub())
    yield made
    await made.close()


async def test_posts_the_body_and_takes_the_answer(address: str, component: HttpComponent) -> None:
    """Body and headers reach the partner; answer, status and headers reach the message, cookies do not."""
    exchange = make_exchange("ñandú", {"Content-Type": "text/plain", "order": "S1"})
    await run_producer(producer_of(component, f"{address}/orders"), exchange)
    seen = json.loads(exchange.body)
    assert (seen["method"], seen["body"], seen["headers"]["order"]) == ("POST", "ñandú", "S1")
    assert (exchange.headers["CamelHttpResponseCode"], exchange.headers["CamelHttpResponseText"]) == (200, "OK")
    assert exchange.headers["x-request-id"] == "r-1"
    assert exchange.headers["order"] == "S1"
    assert "Set-Cookie" not in exchange.headers


async def test_unknown_options_are_the_partners_query(address: str, component: HttpComponent) -> None:
    """As in Camel, what is no option of ours belongs to the partner."""
    exchange = make_exchange()
    await run_producer(producer_of(component, f"{address}/stock?site=uio&okStatusCodeRange=200"), exchange)
    assert json.loads(exchange.body)["query"] == "site=uio"


async def test_copy_headers_false_keeps_only_the_answers(address: str, component: HttpComponent) -> None:
    """With `copyHeaders=false` the message's own headers end at the call."""
    exchange = make_exchange("x", {"order": "S1"})
    await run_producer(producer_of(component, f"{address}/x?copyHeaders=false&skipResponseHeaders=true"), exchange)
    assert dict(exchange.headers) == {"CamelHttpResponseCode": 200, "CamelHttpResponseText": "OK"}


@pytest.mark.parametrize(
    ("status", "kind", "retry_after"),
    [
        (429, RateLimited, 7.0),
        (503, Transient, 7.0),
        (404, HttpOperationFailed, None),
        (500, HttpOperationFailed, None),
    ],
)
async def test_statuses_outside_the_range_fail(
    address: str, component: HttpComponent, status: int, kind: type[Transient], retry_after: float | None
) -> None:
    """Each status becomes the error of the table, with status, body and the partner's Retry-After."""
    producer = producer_of(component, f"{address}/status/{status}?token=hush")
    with pytest.raises(kind) as caught:
        await run_producer(producer, make_exchange())
    assert type(caught.value) is kind
    assert (caught.value.status, caught.value.retry_after, caught.value.body) == (status, retry_after, "why")
    assert "hush" not in str(caught.value)


async def test_statuses_can_be_accepted(address: str, component: HttpComponent) -> None:
    """A wider range, or no failing at all, hands the status to the route."""
    for option in ("okStatusCodeRange=200-299,404", "throwExceptionOnFailure=false"):
        exchange = make_exchange()
        await run_producer(producer_of(component, f"{address}/status/404?{option}"), exchange)
        assert exchange.headers["CamelHttpResponseCode"] == 404


async def test_redirects_are_not_followed(address: str, component: HttpComponent) -> None:
    """A redirect is the partner's answer, so credentials and bodies go nowhere else by themselves."""
    with pytest.raises(HttpOperationFailed) as caught:
        await run_producer(producer_of(component, f"{address}/status/302"), make_exchange())
    assert caught.value.status == 302


async def test_a_cut_connection_is_unknown(address: str, component: HttpComponent) -> None:
    """The bytes may have arrived, so the outcome is unknown."""
    with pytest.raises(Unknown):
        await run_producer(producer_of(component, f"{address}/cut"), make_exchange("x"))


async def test_no_connection_is_transient(component: HttpComponent) -> None:
    """Nothing was sent, so the call may be repeated."""
    async with serve(PARTNER) as address:
        pass
    with pytest.raises(Transient):
        await run_producer(producer_of(component, f"{address}/x"), make_exchange("x"))


@pytest.mark.parametrize(
    ("option", "method", "kind"),
    [
        ("a=1", "GET", Kind.READ),
        ("a=1", "HEAD", Kind.READ),
        ("a=1", "PUT", Kind.IDEMPOTENT),
        ("a=1", "DELETE", Kind.IDEMPOTENT),
        ("a=1", "POST", Kind.BLIND),
        ("a=1", "PATCH", Kind.BLIND),
        ("effect=read", "POST", Kind.READ),
        ("effect=blind", "PUT", Kind.BLIND),
        ("idempotencyHeader=Idempotency-Key", "POST", Kind.IDEMPOTENT),
        ("idempotencyHeader=Idempotency-Key", "GET", Kind.READ),
    ],
)
def test_kinds(option: str, method: str, kind: Kind) -> None:
    """The method says what a repetition would do, unless the route declares it."""
    producer = producer_of(HttpComponent(Hub()), f"http://127.0.0.1:9/x?{option}")
    assert producer.kind_of(producer.request(make_exchange("x", {"CamelHttpMethod": method}))) is kind


async def test_the_idempotency_header_carries_the_effects_key(address: str, component: HttpComponent) -> None:
    """The partner sees the same key at every repetition, and the request's hash does not hold it."""
    producer = producer_of(component, f"{address}/x?idempotencyHeader=Idempotency-Key&httpMethod=POST")
    exchange = make_exchange("x")
    assert "idempotency-key" not in {name.lower() for name in producer.request(exchange)["headers"]}
    await run_producer(producer, exchange, effect=make_effect("k-9", attempt=2))
    assert json.loads(exchange.body)["headers"]["idempotency-key"] == "k-9"


async def test_a_connection_brings_credentials_that_are_in_no_request(address: str) -> None:
    """Token, headers and query of the connection reach the partner, and not the recorded request."""
    settings = {"url": address, "token": "t-1", "headers": {"X-Key": "k-1"}, "query": {"sign": "s-1"}}
    component = HttpComponent(Hub(connections={"partner": settings}))
    producer = producer_of(component, f"{address}/x?connection=partner")
    exchange = make_exchange()
    assert not any(secret in str(producer.request(exchange)) for secret in ("t-1", "k-1", "s-1"))
    await run_producer(producer, exchange)
    await component.close()
    seen = json.loads(exchange.body)
    assert (seen["headers"]["authorization"], seen["headers"]["x-key"]) == ("Bearer t-1", "k-1")
    assert seen["query"] == "sign=s-1"


async def test_credentials_of_a_connection_go_to_its_host_only(address: str) -> None:
    """A CamelHttpUri that leads elsewhere does not take the credentials along: the call is not made."""
    component = HttpComponent(Hub(connections={"partner": {"url": address, "username": "u", "password": "p"}}))
    producer = producer_of(component, f"{address}/x?connection=partner")
    with pytest.raises(NeedsPerson, match="not the host"):
        await run_producer(producer, make_exchange(None, {"CamelHttpUri": "http://127.0.0.1:9/x"}))


def test_limits_are_shared_by_connection_or_host() -> None:
    """Circuit and limits go by the named connection, else by host and port."""
    endpoint = HttpComponent(Hub()).endpoint(Uri.parse("https://api.example.com:8443/x"))
    assert endpoint.connection == "http:api.example.com:8443"


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("https:///x", "no host"),
        ("https://user:pass@api.example.com/x", "credentials must not"),
        ("https://api.example.com?authPassword=x", "connection"),
        ("https://api.example.com?okStatusCodeRange=fine", "okStatusCodeRange"),
        ("https://api.example.com?throwExceptionOnFailur=false", "looks like the option `throwExceptionOnFailure`"),
        ("https://api.example.com?effect=verifiable", "effect"),
        ("https://api.example.com?connection=nobody", "nobody"),
        ("https://api.example.com?connection=partner", "not the host"),
    ],
)
def test_wrong_addresses_are_refused(address: str, reason: str) -> None:
    """Mistakes are errors before start, and Camel's unsupported options never become query parameters."""
    hub = Hub(connections={"partner": {"url": "https://partner.example.com"}})
    with pytest.raises(ConfigurationError, match=reason):
        HttpComponent(hub).endpoint(Uri.parse(address))


async def test_diagnose_tells_reachable_refused_and_gone(address: str) -> None:
    """`doctor` says whether the partner answers and whether it takes the credentials."""
    hub = Hub(connections={"good": {"url": address}, "shut": {"url": f"{address}/status/401"}})
    component = HttpComponent(hub)
    assert [one.severity for one in await component.diagnose("good")] == [Severity.OK]
    assert [one.severity for one in await component.diagnose("shut")] == [Severity.WARNING]
    hub.connections["gone"] = {"url": "http://127.0.0.1:9"}
    assert [one.severity for one in await component.diagnose("gone")] == [Severity.ERROR]


def test_the_readme_examples_are_accepted() -> None:
    """Every address in the component's page is one that the component takes."""
    producers = [one.producer() for one in readme_endpoints(HttpComponent(Hub()))]
    assert [type(one) for one in producers] == [HttpProducer, HttpProducer]
