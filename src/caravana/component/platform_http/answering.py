"""From the route's end to the HTTP answer."""

import re
from collections.abc import Mapping
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from starlette.responses import JSONResponse, Response

from caravana.component.platform_http.contract import JSON, written
from caravana.component.platform_http.reading import is_text, media_type
from caravana.component.platform_http.spec import PlatformHttpOptions
from caravana.kit import json
from caravana.kit.exchange import Headers
from caravana.kit.ports import KEY_CONFLICT, Outcome, Unavailable

TEXT = "text/plain; charset=utf-8"
BINARY = "application/octet-stream"
STATUS = "CamelHttpResponseCode"
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROL_SIGN = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_OF_THE_CONNECTION = frozenset(
    {"connection", "content-length", "date", "host", "keep-alive", "proxy-connection", "server", "te", "trailer"}
    | {"transfer-encoding", "upgrade", "content-encoding"}
)
_WITHOUT_BODY = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.RESET_CONTENT, HTTPStatus.NOT_MODIFIED})


def answer(outcome: Outcome, options: PlatformHttpOptions, asked: Mapping[str, Any], public_url: str) -> Response:
    """Return the answer for `outcome`; `asked` are the headers that the request brought."""
    if outcome.error_class == KEY_CONFLICT:
        return refusal(422, outcome.error or "")
    if outcome.state == "done" or (outcome.state == "dead" and outcome.body is not None):
        return reply(outcome, options, asked)
    if is_over(outcome):
        return _failure(outcome, muted=options.mute_exception)
    place = f"{public_url}/_exchange/{outcome.id}"
    return JSONResponse({"exchange": outcome.id, "state": str(outcome.state)}, 202, {"Location": place})


def is_over(outcome: Outcome) -> bool:
    """Whether there is an answer, or never will be one."""
    return outcome.state in ("done", "failed", "dead", "discarded")


def refusal(status: int, reason: str) -> Response:
    """Return what a request gets that never became a message."""
    return JSONResponse({"error": reason}, status)


def unavailable(error: Unavailable) -> Response:
    """Return 503 with the seconds after which to come again."""
    return JSONResponse({"error": "try again later"}, 503, {"Retry-After": str(max(1, round(error.retry_after)))})


def _failure(outcome: Outcome, *, muted: bool) -> Response:
    status = outcome.status or 500
    if muted:
        return Response(b"", status)
    return JSONResponse({"error": outcome.error or "the message failed", "exchange": outcome.id}, status)


def reply(outcome: Outcome, options: PlatformHttpOptions, asked: Mapping[str, Any]) -> Response:
    """Return the route's final message as an HTTP answer."""
    headers = Headers(outcome.headers)
    status = _status(headers.get(STATUS))
    sent = _sendable(headers, Headers() if options.return_http_request_headers else Headers(asked))
    given = sent.pop("content-type", None)
    bound = written(options, asked, status, given, outcome.body)
    if bound in ("[]", "{}") and options.enable_no_content_response:
        return Response(b"", HTTPStatus.NO_CONTENT, sent)
    content, natural = encode(outcome.body) if bound is None else (bound.encode("utf-8", "replace"), JSON)
    if not content or status in _WITHOUT_BODY:
        return Response(b"", status, sent)
    kind = given or _echoed(headers, natural) or options.produces or natural
    return Response(content, status, {**sent, "content-type": kind})


def encode(body: Any) -> tuple[bytes, str]:
    """Return `body` as bytes with the content type that it has by itself.

    Raises `TypeError` for what is no text, bytes or JSON value.
    """
    if body is None:
        return b"", TEXT
    if isinstance(body, bytes):
        return body, BINARY
    if isinstance(body, str):
        return body.encode("utf-8", "replace"), TEXT
    return json.dumps(body).encode("utf-8", "replace"), JSON


def _status(value: Any) -> int:
    """The status that the route set; one that HTTP does not have is a mistake of the route: 500."""
    if value is None:
        return 200
    text = str(value)
    return int(text) if re.fullmatch(r"[2-5]\d\d", text, re.ASCII) else 500


def _sendable(headers: Headers, asked: Headers) -> dict[str, str]:
    """The headers that go out, names in small letters: none of Camel's, none that the request brought unchanged."""
    sent: dict[str, str] = {}
    for name, value in headers.items():
        if value is None or not _may_leave(name) or asked.get(name) == value:
            continue
        text = _header_text(value)
        if text is not None:
            sent[name.lower()] = text
    return sent


@lru_cache(512)
def _may_leave(name: str) -> bool:
    small = name.lower()
    return not small.startswith("camel") and small not in _OF_THE_CONNECTION and _TOKEN.fullmatch(name) is not None


def _header_text(value: Any) -> str | None:
    """The value as a header can carry it, or None; a line break would begin a header of the sender's choice."""
    if value is None or isinstance(value, bytes | dict | list):
        return None
    text = ("true" if value else "false") if isinstance(value, bool) else str(value)
    if _CONTROL_SIGN.search(text):
        return None
    return text if text.isascii() else text.encode("latin-1", "replace").decode("latin-1")


def _echoed(headers: Headers, natural: str) -> str | None:
    """The request's own JSON type for text or bytes (what `marshal` makes), as in Camel; no other type.

    Else the sender would choose how a browser reads us.
    """
    asked = str(headers.get("Content-Type") or "")
    media = media_type(asked)
    return JSON if natural != JSON and is_text(media) and (media == JSON or media.endswith("+json")) else None
