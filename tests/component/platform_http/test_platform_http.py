"""The `platform-http` component, over loopback."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from caravana.component.platform_http import PlatformHttpComponent
from caravana.kit.errors import ConfigurationError
from caravana.kit.ports import Arrival, Outcome, Unavailable
from caravana.kit.uri import Uri
from tests.component.harness import Hub, Inbox, readme_endpoints


class Client:
    """Asks and reads the whole answer, so that no connection stays open."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def get(self, path: str, **more: Any) -> aiohttp.ClientResponse:
        return await self._ask("GET", path, **more)

    async def post(self, path: str, **more: Any) -> aiohttp.ClientResponse:
        return await self._ask("POST", path, **more)

    async def _ask(self, method: str, path: str, **more: Any) -> aiohttp.ClientResponse:
        async with self._session.request(method, path, **more) as answer:
            await answer.read()
            return answer


@asynccontextmanager
async def _serving(address: str, inbox: Inbox) -> AsyncIterator[Client]:
    hub = Hub()
    consumer = PlatformHttpComponent(hub).endpoint(Uri.parse(address)).consumer(inbox)
    await consumer.start()
    async with hub.listening() as base, aiohttp.ClientSession(base) as session:
        yield Client(session)
    await consumer.stop()


def _answering(state: str, body: object = None, **more: object) -> Inbox:
    inbox = Inbox()
    headers = more.pop("headers", {})
    inbox.outcome = lambda arrival: Outcome("x1", state, body, headers, **more)  # type: ignore[arg-type]
    return inbox


async def test_a_request_becomes_a_message() -> None:
    """Method, path, query, path parameters and headers arrive, the JSON text is the body."""
    inbox = Inbox()
    async with _serving("platform-http:/orders/{id}", inbox) as session:
        await session.post(
            "/orders/7?size=xl", data='{"a":1}', headers={"Content-Type": "application/json", "Zone": "Q"}
        )
    [arrival] = inbox.accepted
    assert arrival.body == '{"a":1}'
    wanted = {
        "CamelHttpMethod": "POST",
        "CamelHttpPath": "/orders/7",
        "CamelHttpQuery": "size=xl",
        "CamelHttpUri": "/orders/7",
        "size": "xl",
        "id": "7",
        "Zone": "Q",
    }
    assert {name: arrival.headers[name] for name in wanted} == wanted


async def test_nobody_outside_sets_headers_of_camel_or_hands_in_credentials() -> None:
    """Header and query names that begin with Camel are dropped in any spelling, credentials too."""
    inbox = Inbox()
    headers = {"cAmElHttpUri": "http://evil.invalid", "Authorization": "Bearer x", "Cookie": "a=b"}
    async with _serving("platform-http:/a", inbox) as session:
        await session.get("/a?CAMELfilename=x", headers=headers)
    [arrival] = inbox.accepted
    assert arrival.headers["CamelHttpUri"] == "/a"
    assert not {"camelfilename", "authorization", "cookie"} & {name.lower() for name in arrival.headers}


@pytest.mark.parametrize(
    ("content_type", "sent", "body"),
    [
        ("text/plain; charset=iso-8859-1", "año".encode("latin-1"), "año"),
        ("image/png", b"\x89PNG", b"\x89PNG"),
        ("application/json", b"", None),
        ("application/x-www-form-urlencoded", b"a=1&b=2&b=3", {"a": "1", "b": ["2", "3"]}),
    ],
)
async def test_the_content_type_decides_the_body(content_type: str, sent: bytes, body: object) -> None:
    """Text is text, a form a map, the rest bytes, nothing is None."""
    inbox = Inbox()
    async with _serving("platform-http:/a", inbox) as session:
        await session.post("/a", data=sent, headers={"Content-Type": content_type})
    assert inbox.accepted[0].body == body


async def test_text_that_is_not_in_its_charset_is_refused() -> None:
    """Bytes that are no UTF-8 are answered 400 and nothing is taken."""
    inbox = Inbox()
    async with _serving("platform-http:/a", inbox) as session:
        answer = await session.post("/a", data=b"\xff\xfe", headers={"Content-Type": "text/plain"})
    assert (answer.status, inbox.accepted) == (400, [])


async def test_the_final_message_is_the_answer() -> None:
    """A map goes out as JSON with the route's status and headers, without Camel's."""
    headers = {"CamelHttpResponseCode": 201, "X-Number": 7, "CamelFileName": "x"}
    async with _serving("platform-http:/a", _answering("done", {"año": 1}, headers=headers)) as session:
        answer = await session.get("/a")
        assert (answer.status, await answer.json()) == (201, {"año": 1})
        assert answer.headers["X-Number"] == "7"
        assert "CamelFileName" not in answer.headers


async def test_headers_of_the_request_stay_behind_unless_wanted() -> None:
    """What the request brought is not sent back, with the option it is."""
    for query, expected in (("", None), ("?returnHttpRequestHeaders=true", "7")):
        inbox = Inbox()
        inbox.outcome = lambda arrival: Outcome("x1", "done", "ok", arrival.headers)
        async with _serving("platform-http:/a" + query, inbox) as session:
            answer = await session.get("/a", headers={"X-Mine": "7"})
            assert answer.headers.get("X-Mine") == expected


async def test_a_line_break_in_a_header_does_not_go_out() -> None:
    """A value with a line break would add a header of the sender's choice, so that header is left out."""
    headers = {"X-Bad": "a\r\nSet-Cookie: b=c", "X-Good": "a"}
    async with _serving("platform-http:/a", _answering("done", "ok", headers=headers)) as session:
        answer = await session.get("/a")
        assert "Set-Cookie" not in answer.headers
        assert "X-Bad" not in answer.headers
        assert answer.headers["X-Good"] == "a"


async def test_a_sender_does_not_choose_the_type_of_the_answer() -> None:
    """Text is answered as plain text to whoever posts HTML, and as JSON to whoever posts JSON."""
    inbox = Inbox()
    inbox.outcome = lambda arrival: Outcome("x1", "done", arrival.body, arrival.headers)
    async with _serving("platform-http:/a", inbox) as session:
        html = await session.post("/a", data="<p>", headers={"Content-Type": "text/html"})
        json = await session.post("/a", data="{}", headers={"Content-Type": "application/json"})
    assert (html.content_type, json.content_type) == ("text/plain", "application/json")


async def test_a_failure_is_500_with_its_exchange() -> None:
    """The caller learns nothing, as in Camel; with muteException=false error and exchange."""
    for query, expected in (("", ""), ("?muteException=false", '{"error":"boom","exchange":"x1"}')):
        async with _serving("platform-http:/a" + query, _answering("failed", error="boom")) as session:
            answer = await session.get("/a")
            assert (answer.status, await answer.text()) == (500, expected)


@pytest.mark.parametrize("state", ["running", "waiting", "in_doubt"])
async def test_what_has_not_ended_is_202_with_an_address(state: str) -> None:
    """The caller gets the address to ask at."""
    async with _serving("platform-http:/a", _answering(state)) as session:
        answer = await session.post("/a")
        assert (answer.status, await answer.json()) == (202, {"exchange": "x1", "state": state})
        assert answer.headers["Location"].endswith("/_exchange/x1")


async def test_a_journal_that_takes_nothing_is_503() -> None:
    """The sender is told when to come again."""
    inbox = Inbox()
    inbox.failure = Unavailable("full", 7)
    async with _serving("platform-http:/a", inbox) as session:
        answer = await session.post("/a")
    assert (answer.status, answer.headers["Retry-After"]) == (503, "7")


async def test_a_body_that_is_too_large_is_413() -> None:
    """One byte too many is refused, also when it comes in chunks without a length."""

    async def chunks() -> AsyncIterator[bytes]:
        yield b"123"
        yield b"456"

    inbox = Inbox()
    async with _serving("platform-http:/a?maxBytes=5", inbox) as session:
        answer = await session.post("/a", data=chunks())
    assert (answer.status, inbox.accepted) == (413, [])


async def test_the_key_header_is_the_key() -> None:
    """`Idempotency-Key` makes a repeat a duplicate."""
    inbox = Inbox()
    async with _serving("platform-http:/a", inbox) as session:
        for _ in range(2):
            await session.post("/a", headers={"Idempotency-Key": "k1"})
    assert [one.key for one in inbox.accepted] == ["k1"]


async def test_reply_accepted_answers_before_the_route_runs() -> None:
    """The message is only accepted and the answer is an empty object."""
    inbox = Inbox()
    inbox.reply_accepted = True

    def never(arrival: Arrival) -> Outcome:
        raise AssertionError

    inbox.outcome = never
    async with _serving("platform-http:/a", inbox) as session:
        answer = await session.post("/a", data="x")
        assert (answer.status, await answer.json(), len(inbox.accepted)) == (200, {}, 1)


async def test_methods_types_and_prefix_restrict_what_is_taken() -> None:
    """Another method is 405, another type 415; below the path only with matchOnUriPrefix."""
    inbox = Inbox()
    address = "platform-http:/a?httpMethodRestrict=post&consumes=application/json&matchOnUriPrefix=true"
    async with _serving(address, inbox) as session:
        assert (await session.get("/a")).status == 405
        assert (await session.post("/a", data="x", headers={"Content-Type": "text/plain"})).status == 415
        assert (await session.post("/a/b/c")).status == 200
    assert inbox.accepted[0].headers["CamelHttpPath"] == "/b/c"


def test_wrong_options_are_refused() -> None:
    """An unknown method is a mistake of the route file."""
    with pytest.raises(ConfigurationError, match="httpMethodRestrict"):
        PlatformHttpComponent(Hub()).endpoint(Uri.parse("platform-http:/a?httpMethodRestrict=FETCH"))


def test_the_readme_is_right() -> None:
    """The address shown is one."""
    [endpoint] = readme_endpoints(PlatformHttpComponent(Hub()))
    endpoint.consumer(Inbox())
