"""Message to HTTP request, and HTTP answer to message: pure."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from yarl import URL

from caravana.component.http.spec import HttpOptions
from caravana.kit import json
from caravana.kit.effect import Reply
from caravana.kit.errors import ExpressionError, NotConvertible
from caravana.kit.exchange import Exchange, Headers
from caravana.kit.http import HttpAnswer
from caravana.kit.redaction import is_sensitive_header

_OF_THE_CONNECTION = frozenset(
    {
        *("connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "expect"),
        *("proxy-authenticate", "content-length", "host", "date", "via", "warning", "pragma", "cache-control"),
    }
)
"""Headers that describe one connection or one transfer; Camel's HTTP filter drops the same on the way out."""
_NOT_SENT = _OF_THE_CONNECTION | {"accept-encoding"}
_NOT_TAKEN = _OF_THE_CONNECTION - {"date", "cache-control", "warning", "pragma"} | {"content-encoding"}
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_BREAK = re.compile(r"[\r\n\0]")
_TEXT = re.compile(r"(?i)text/|application/(.+\+)?(json|xml)\b|application/(javascript|x-www-form-urlencoded|x-ndjson)")
_CHARSET = re.compile(r"(?i)charset=\"?([\w.:-]+)")


def to_request(exchange: Exchange, address: URL, options: HttpOptions) -> dict[str, Any]:
    """Return method, URL, headers and body of the call that `exchange` asks for.

    Raises `ExpressionError` for control headers that lead nowhere, `NotConvertible` for a body or header that HTTP
    cannot carry.
    """
    control = Headers() if options.skip_control_headers else exchange.headers
    url = build_url(control, address, bridge=options.bridge_endpoint)
    method = choose_method(control, options, has_query=bool(url.raw_query_string), has_body=exchange.body is not None)
    body, content_type = None, None
    if _carries_body(method, options):
        body, content_type = to_body(exchange.body)
    headers = {} if options.skip_request_headers else sent_headers(exchange.headers, url, options)
    if body is None:
        headers.pop("Content-Type", None)
    elif content_type and "Content-Type" not in headers:
        headers["Content-Type"] = content_type
    return {"method": method, "url": str(url), "headers": headers, "body": body}


def build_url(control: Headers, address: URL, *, bridge: bool) -> URL:
    """Return the address to call: CamelHttpUri replaces, CamelHttpPath is appended, the query headers replace the query.

    Raises `ExpressionError` when a header leads elsewhere than the endpoint allows.
    """
    base = address if bridge else _replaced(control, address)
    path = str(control.get("CamelHttpPath") or "").lstrip("/")
    if ".." in path.split("/"):
        raise ExpressionError("header `CamelHttpPath` leads out of the endpoint's path")
    url = base.joinpath(path) if path else base
    if base.raw_query_string:
        url = url.with_query(None)
    for name in ("CamelRestHttpQuery", "CamelHttpRawQuery", "CamelHttpQuery"):
        if control.get(name):
            return url.with_query(str(control[name]))
    query = base.query or address.query
    return url.with_query(query) if query else url


def _replaced(control: Headers, address: URL) -> URL:
    given = control.get("CamelHttpUri")
    if not given:
        return address
    url = URL(str(given))
    if url.scheme not in ("http", "https") or not url.host:
        raise ExpressionError(
            f"header `CamelHttpUri` is `{url.with_query(None)}`, no absolute address: set bridgeEndpoint=true, or remove "
            "the headers CamelHttp* of the request that came in"
        )
    return url


def choose_method(control: Headers, options: HttpOptions, *, has_query: bool, has_body: bool) -> str:
    """Return the method: the option, the header, GET for a query or no body, else POST."""
    chosen = options.http_method or control.get("CamelHttpMethod")
    if chosen:
        return str(chosen).upper()
    return "GET" if has_query or not has_body else "POST"


def _carries_body(method: str, options: HttpOptions) -> bool:
    match method:
        case "GET":
            return options.get_with_body
        case "DELETE":
            return options.delete_with_body
        case "HEAD" | "OPTIONS":
            return False
        case _:
            return True


def to_body(body: Any) -> tuple[str | bytes | None, str | None]:
    """Return `body` as it is sent, and a content type when the body's form says one (objects and lists are JSON).

    Raises `NotConvertible`.
    """
    if body is None or isinstance(body, str | bytes):
        return body, None
    if isinstance(body, dict | list | tuple):
        return _as_json(body), "application/json"
    text = header_text(body)
    if text is None:
        raise NotConvertible(f"a body of type `{type(body).__name__}` cannot be sent over HTTP")
    return text, None


def _as_json(body: Any) -> str:
    try:
        return json.dumps(body)
    except (TypeError, ValueError) as error:
        raise NotConvertible(f"the body cannot be written as JSON: {error}") from error


def sent_headers(headers: Headers, url: URL, options: HttpOptions) -> dict[str, str]:
    """Return the message's headers that go out as HTTP headers.

    Not sent: Camel*, those of a connection, credentials unless `sendCredentials`, what is no HTTP header by name or
    value, and when bridging those that repeat a query parameter. Raises `NotConvertible` for a line break in a value.
    """
    repeated = {name.lower() for name in url.query} if options.bridge_endpoint else set()
    sent: dict[str, str] = {}
    for name, value in headers.items():
        if not _may_leave(name, credentials=options.send_credentials) or (repeated and name.lower() in repeated):
            continue
        text = header_text(value)
        if text is None:
            continue
        if _BREAK.search(text):
            raise NotConvertible(f"header `{name}` holds a line break")
        sent["Content-Type" if name.lower() == "content-type" else name] = text
    return sent


@lru_cache(512)
def _may_leave(name: str, *, credentials: bool) -> bool:
    lower = name.lower()
    if lower.startswith(("camel", "org.apache.camel")) or lower in _NOT_SENT:
        return False
    if is_sensitive_header(name) and not credentials:
        return False
    return _TOKEN.fullmatch(name) is not None


def header_text(value: Any) -> str | None:
    """Return `value` as a header's text, or None when it has no such form."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | Decimal):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple) and all(isinstance(one, str) for one in value):
        return ", ".join(value)
    return None


def to_reply(answer: HttpAnswer, options: HttpOptions) -> Reply:
    """Return what the answer brings to the message: body, headers, CamelHttpResponseCode and CamelHttpResponseText."""
    headers = {} if options.skip_response_headers else taken_headers(answer.headers)
    headers["CamelHttpResponseCode"] = answer.status
    headers["CamelHttpResponseText"] = answer.reason
    return Reply(read_body(answer), headers)


def taken_headers(headers: Mapping[str, str]) -> dict[str, Any]:
    """Return the answer's headers without Camel*, cookies and those of the connection, in their usual spelling."""
    return {
        "-".join(part.capitalize() for part in name.split("-")): value
        for name, value in headers.items()
        if name not in _NOT_TAKEN and not name.startswith("camel") and not is_sensitive_header(name)
    }


def read_body(answer: HttpAnswer) -> str | bytes | None:
    """Return text for text-like content types in their character set, else bytes; None when the answer is empty."""
    if not answer.raw:
        return None
    content_type = answer.headers.get("content-type", "")
    if not _TEXT.match(content_type):
        return answer.raw
    found = _CHARSET.search(content_type)
    try:
        return answer.raw.decode(found.group(1) if found else "utf-8")
    except (LookupError, UnicodeDecodeError):
        return answer.raw
