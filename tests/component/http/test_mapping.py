"""Message to HTTP request and back: pure mapping."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from yarl import URL

from caravana.component.http.mapping import read_body, taken_headers, to_request
from caravana.component.http.spec import HttpOptions, read_ranges
from caravana.kit.errors import ExpressionError, NotConvertible
from caravana.kit.http import HttpAnswer
from tests.component.harness import make_exchange

ADDRESS = URL("https://api.example.com/v1?site=uio")
BARE = URL("https://api.example.com/v1")


def _request(
    body: Any = None, headers: dict[str, Any] | None = None, *, to: URL = BARE, **options: Any
) -> dict[str, Any]:
    return to_request(make_exchange(body, headers), to, HttpOptions(**options))


@pytest.mark.parametrize(
    ("to", "body", "headers", "options", "method"),
    [
        (BARE, None, {}, {}, "GET"),
        (BARE, "x", {}, {}, "POST"),
        (ADDRESS, "x", {}, {}, "GET"),
        (BARE, "x", {"CamelHttpQuery": "a=1"}, {}, "GET"),
        (BARE, "x", {"camelhttpmethod": "patch"}, {}, "PATCH"),
        (BARE, "x", {"CamelHttpMethod": "GET"}, {"http_method": "PUT"}, "PUT"),
        (BARE, "x", {"CamelHttpMethod": "GET"}, {"skip_control_headers": True}, "POST"),
    ],
)
def test_method(to: URL, body: Any, headers: dict[str, Any], options: dict[str, Any], method: str) -> None:
    """Option, header, GET for a query or no body, else POST; header names ignore case."""
    assert _request(body, headers, to=to, **options)["method"] == method


@pytest.mark.parametrize(
    ("to", "headers", "options", "url"),
    [
        (ADDRESS, {}, {}, "https://api.example.com/v1?site=uio"),
        (ADDRESS, {"CamelHttpPath": "/orders/7"}, {}, "https://api.example.com/v1/orders/7?site=uio"),
        (ADDRESS, {"CamelHttpQuery": "a=1&b=x y"}, {}, "https://api.example.com/v1?a=1&b=x+y"),
        (ADDRESS, {"CamelHttpQuery": "a=1", "CamelHttpRawQuery": "b=2"}, {}, "https://api.example.com/v1?b=2"),
        (BARE, {"CamelHttpUri": "https://other.example.com/x?z=1"}, {}, "https://other.example.com/x?z=1"),
        (ADDRESS, {"CamelHttpUri": "/orders"}, {"bridge_endpoint": True}, "https://api.example.com/v1?site=uio"),
        (BARE, {"CamelHttpPath": "café/ñ"}, {}, "https://api.example.com/v1/caf%C3%A9/%C3%B1"),
    ],
)
def test_url(to: URL, headers: dict[str, Any], options: dict[str, Any], url: str) -> None:
    """CamelHttpUri replaces unless bridged, CamelHttpPath is appended, the query headers replace the query."""
    assert _request(headers=headers, to=to, **options)["url"] == url


def test_a_relative_uri_header_says_what_to_do() -> None:
    """The CamelHttpUri of an incoming request is no address to call, and the error names both remedies."""
    with pytest.raises(ExpressionError, match="bridgeEndpoint=true"):
        _request(headers={"CamelHttpUri": "/orders"})


def test_a_path_header_cannot_leave_the_endpoints_path() -> None:
    """Dots in CamelHttpPath, which may come from outside, do not climb above the configured path."""
    with pytest.raises(ExpressionError, match="leads out"):
        _request(headers={"CamelHttpPath": "/../admin"})


def test_control_and_connection_headers_are_not_sent() -> None:
    """Camel* in any case, headers of one connection and unusable names stay; the rest goes out as in Camel."""
    headers = {
        "CAMELsecret": "1",
        "Host": "x",
        "Content-Length": "3",
        "TE": "x",
        "a b": "1",
        "order": 7,
        "ok": True,
        "m": {},
    }
    assert _request("abc", headers)["headers"] == {"order": "7", "ok": "true"}


def test_credentials_stay_unless_the_route_says_so() -> None:
    """Authorization, Cookie and signatures go on to another host only with `sendCredentials`."""
    headers = {"authorization": "Bearer x", "Cookie": "c", "X-Hub-Signature-256": "s"}
    assert _request("abc", headers)["headers"] == {}
    assert _request("abc", headers, send_credentials=True)["headers"] == headers


def test_bridging_does_not_send_query_parameters_as_headers() -> None:
    """A query parameter that came in as header too goes out once."""
    headers = {"site": "uio", "order": "7"}
    assert _request("x", headers, to=ADDRESS, bridge_endpoint=True)["headers"] == {"order": "7"}


def test_a_header_with_a_line_break_is_refused() -> None:
    """Nothing can smuggle a second header into a request."""
    with pytest.raises(NotConvertible, match="line break"):
        _request("x", {"order": "7\r\nHost: evil"})


@pytest.mark.parametrize(
    ("body", "sent", "content_type"),
    [
        ("text", "text", None),
        (b"\x00", b"\x00", None),
        (7, "7", None),
        ({"a": [1, Decimal("19.90")]}, '{"a":[1,19.90]}', "application/json"),
    ],
)
def test_bodies(body: Any, sent: Any, content_type: str | None) -> None:
    """Text and bytes go as they are, objects as JSON with its content type."""
    request = _request(body)
    assert (request["body"], request["headers"].get("Content-Type")) == (sent, content_type)


def test_a_body_that_json_does_not_know_is_refused() -> None:
    """A date inside an object has no one JSON form, so the error asks for a decision instead of guessing."""
    with pytest.raises(NotConvertible, match="JSON"):
        _request({"at": datetime(2026, 11, 23, tzinfo=UTC)})


def test_get_and_delete_carry_no_body_unless_asked() -> None:
    """Camel's `getWithBody` and `deleteWithBody`; the content type stays with the body."""
    headers = {"Content-Type": "text/plain"}
    assert _request("x", headers, http_method="GET") == {"method": "GET", "url": str(BARE), "headers": {}, "body": None}
    assert _request("x", headers, http_method="DELETE", delete_with_body=True)["body"] == "x"


@pytest.mark.parametrize(
    ("content_type", "raw", "body"),
    [
        ("application/json", "ñ".encode(), "ñ"),
        ("text/plain; charset=latin-1", "ñ".encode("latin-1"), "ñ"),
        ("application/problem+json", b"{}", "{}"),
        ("application/pdf", b"%PDF", b"%PDF"),
        ("text/plain", b"\xff", b"\xff"),
        ("text/plain; charset=klingon", b"x", b"x"),
        ("", b"x", b"x"),
        ("text/plain", b"", None),
    ],
)
def test_answers_bodies(content_type: str, raw: bytes, body: Any) -> None:
    """Text-like content is text in its character set; what cannot be read as that stays bytes; nothing is None."""
    assert read_body(HttpAnswer(200, "OK", {"content-type": content_type}, raw)) == body


def test_answers_headers_from_outside_cannot_steer_the_route() -> None:
    """Camel* names, cookies and headers of the connection are not taken from a partner."""
    headers = {"camelhttpmethod": "DELETE", "set-cookie": "x", "connection": "close", "x-request-id": "r"}
    assert taken_headers(headers) == {"X-Request-Id": "r"}


def test_status_ranges() -> None:
    """Several ranges and single statuses are read; nonsense is refused."""
    assert [list(one) for one in read_ranges("200-201,404")] == [[200, 201], [404]]
    with pytest.raises(ValueError, match="no range"):
        read_ranges("ok")
