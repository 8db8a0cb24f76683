"""The service: a request becomes an arrival, the outcome becomes the answer. Bad input is the sender's 4xx, never our 5xx."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from caravana.kit import json
from caravana.kit.component import Consumer
from caravana.kit.ports import Arrival, Listener, Outcome, Receiver

if TYPE_CHECKING:
    from caravana.component.platform_http.component import PlatformHttpOptions

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_FORM = "application/x-www-form-urlencoded"
_NOT_SENT = frozenset({"content-length", "transfer-encoding", "connection", "host", "date", "server"})


class TooLarge(Exception):
    """The body is larger than the service takes."""


async def read_body(request: Request, most: int) -> bytes:
    """Return the body. Raises `TooLarge` as soon as it has more than `most` bytes."""
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            raise TooLarge
        parts.append(part)
    return b"".join(parts)


class PlatformHttpConsumer(Consumer):
    """One service."""

    def __init__(self, path: str, options: "PlatformHttpOptions", listener: Listener, receiver: Receiver) -> None:
        """`path`: with a slash at the beginning; `{name}` is a path parameter."""
        self._path = path
        self._options = options
        self._listener = listener
        self._receiver = receiver
        wanted = options.http_method_restrict
        self._methods = tuple(one.strip().upper() for one in wanted.split(",")) if wanted else METHODS

    async def start(self) -> None:
        """Answer the address. Raises `ConfigurationError` when another route has it."""
        self._listener.mount(self._path, self._methods, self._serve, prefix=self._options.match_on_uri_prefix)

    async def stop(self) -> None:
        """Stop answering."""
        self._listener.unmount(self._path, self._methods)

    async def _serve(self, request: Request) -> Response:
        if not self._takes(request.headers.get("content-type", "")):
            return JSONResponse({"error": f"this address takes {self._options.consumes}"}, 415)
        try:
            raw = await read_body(request, self._options.max_bytes)
        except TooLarge:
            return JSONResponse({"error": f"the body is larger than {self._options.max_bytes} bytes"}, 413)
        except ClientDisconnect:
            return Response(status_code=400)
        arrival = self._arrival(request, raw)
        if getattr(self._receiver, "reply_accepted", False):
            [accepted] = await self._receiver.accept([arrival])
            return JSONResponse({"exchange": accepted.id})
        outcome = await self._receiver.request(arrival)
        return self._answer(outcome, request)

    def _takes(self, content_type: str) -> bool:
        if not self._options.consumes or not content_type:
            return True
        bare = content_type.split(";")[0].strip().lower()
        return bare in [one.strip().lower() for one in self._options.consumes.split(",")]

    def _arrival(self, request: Request, raw: bytes) -> Arrival:
        headers = {name: value for name, value in request.headers.items() if not name.startswith("camel")}
        for source in (request.query_params, request.path_params):
            headers |= {name: value for name, value in source.items() if not name.lower().startswith("camel")}
        body = self._body(request.headers.get("content-type", ""), raw, headers)
        headers |= {
            "CamelHttpMethod": request.method,
            "CamelHttpPath": request.url.path,
            "CamelHttpQuery": request.url.query,
            "CamelHttpUri": request.url.path,
            "CaravanaRemoteAddress": request.client.host if request.client else "",
        }
        return Arrival(body=body, headers=headers, key=request.headers.get(self._options.key_header))

    def _body(self, content_type: str, raw: bytes, headers: dict[str, Any]) -> Any:
        bare = content_type.split(";")[0].strip().lower()
        if not raw:
            return None
        if bare == _FORM and self._options.populate_body_with_form:
            fields = dict(parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True))
            headers |= {name: value for name, value in fields.items() if not name.lower().startswith("camel")}
            return fields
        if bare.startswith("text/") or bare.endswith(("json", "xml")) or not bare:
            try:
                return raw.decode("utf-8")
            except UnicodeDecodeError:
                return raw
        return raw

    def _answer(self, outcome: Outcome, request: Request) -> Response:
        if outcome.status is not None:
            return JSONResponse({"error": outcome.error}, outcome.status)
        if outcome.state == "done" or (outcome.state == "dead" and outcome.error_class == "DeadLetter"):
            return self._result(outcome, request)
        if outcome.state in ("failed", "dead", "discarded"):
            content = None if self._options.mute_exception else {"error": outcome.error, "exchange": outcome.id}
            return Response(status_code=500) if content is None else JSONResponse(content, 500)
        where = f"{self._listener.public_url}/_exchange/{outcome.id}"
        return JSONResponse({"exchange": outcome.id, "state": outcome.state}, 202, {"Location": where})

    def _result(self, outcome: Outcome, request: Request) -> Response:
        status = _status(outcome.headers)
        asked = {name.lower() for name in (*request.headers, *request.query_params, *request.path_params)}
        headers = {
            name: str(value)
            for name, value in outcome.headers.items()
            if _may_leave(name, value) and (self._options.return_http_request_headers or name.lower() not in asked)
        }
        body, kind = _written(outcome.body)
        given = next((value for name, value in outcome.headers.items() if name.lower() == "content-type"), None)
        headers = {name: value for name, value in headers.items() if name.lower() != "content-type"}
        asked_kind = request.headers.get("content-type")
        own = str(given) if given is not None and given != asked_kind else None
        if body or own:
            headers["Content-Type"] = own or self._options.produces or kind
        return Response(body, status, headers)


def _status(headers: Mapping[str, Any]) -> int:
    found = next((value for name, value in headers.items() if name.lower() == "camelhttpresponsecode"), 200)
    try:
        status = int(found)
    except (TypeError, ValueError):
        return 200
    return status if 100 <= status <= 599 else 500


def _may_leave(name: str, value: Any) -> bool:
    low = name.lower()
    if low.startswith(("camel", "caravana")) or low in _NOT_SENT or value is None:
        return False
    text = str(value)
    return isinstance(value, str | int | float | bool) and text.isprintable() and text.isascii() and name.isascii()


def _written(body: Any) -> tuple[bytes, str]:
    if body is None:
        return b"", "text/plain; charset=utf-8"
    if isinstance(body, bytes):
        return body, "application/octet-stream"
    if isinstance(body, str):
        return body.encode("utf-8", "surrogatepass"), "text/plain; charset=utf-8"
    return json.dumps(body).encode(), "application/json"
