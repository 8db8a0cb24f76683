"""`platform-http:path`: each request is a message on disk before the route runs; its end is the answer."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from caravana.component.platform_http import answering, contract, reading, waiting
from caravana.component.platform_http.security import CLIENT, Gate
from caravana.component.platform_http.spec import PlatformHttpOptions
from caravana.kit.component import Consumer
from caravana.kit.errors import ExpressionError, NotStorable
from caravana.kit.ports import Arrival, Listener, Outcome, Receiver, Unavailable
from caravana.kit.request import BodyTooLarge, header, read_body


class PlatformHttpConsumer(Consumer):
    """Listens at one path."""

    def __init__(
        self,
        path: str,
        options: PlatformHttpOptions,
        listener: Listener,
        answers: waiting.Answers,
        receiver: Receiver,
        gate: Gate | None = None,
    ) -> None:
        """`path`: with a slash before it, `{name}` for a part that becomes a header; `gate`: None lets everybody in."""
        self._path = path
        self._options = options
        self._listener = listener
        self._answers = answers
        self._receiver = receiver
        self._gate = gate

    async def start(self) -> None:
        """Begin to listen. Raises `ConfigurationError` when the path is taken."""
        options = self._options
        self._listener.mount(self._path, options.methods, self._handle, prefix=options.match_on_uri_prefix)
        self._answers.open(self._receiver.route_id, self._ask)

    async def stop(self) -> None:
        """Stop listening."""
        self._listener.unmount(self._path, self._options.methods)
        self._answers.close(self._receiver.route_id)

    async def _handle(self, request: Request) -> Response:
        options = self._options
        if not options.enable_cors:
            return await self._respond(request)
        asks_first = request.method == "OPTIONS"  # a browser, before the call itself: no message
        answer = Response(b"") if asks_first else await self._respond(request)
        answer.headers.update(contract.cors(options, request.headers.get("origin")))
        return answer

    async def _respond(self, request: Request) -> Response:
        client = self._gate.client(header(request, "authorization")) if self._gate is not None else None
        if isinstance(client, Response):
            return client
        try:
            arrival = await self._read(request, client)
        except BodyTooLarge:
            return answering.refusal(413, f"the body is larger than {self._options.max_bytes} bytes")
        except reading.Malformed as error:
            return answering.refusal(400, str(error))
        if not isinstance(arrival, Arrival):
            return answering.refusal(*arrival)
        try:
            return await self._take(arrival)
        except Unavailable as error:
            return self._away(request, arrival, error)
        except (NotStorable, ExpressionError) as error:
            return answering.refusal(400, str(error))

    async def _read(self, request: Request, client: str | None) -> Arrival | contract.Wrong:
        """Return the message, or why it is refused. One client's keys are not another's, nor one method's another's."""
        options = self._options
        content_type = header(request, "content-type")
        raw = await read_body(request, options.max_bytes)
        if raw and not reading.takes(options.consumes, content_type):
            return 415, "this address does not take that content type"
        body = reading.read_body(raw, content_type, form=options.populate_body_with_form)
        base = self._path.rstrip("/") if options.match_on_uri_prefix else ""
        headers = contract.fill(reading.read_headers(request, base=base), options.params)
        refused = contract.wrong(options, headers, body)
        if refused is not None:
            return refused
        body = contract.bound(options, content_type, body)
        key = header(request, options.key_header) or None
        if client is None:
            return Arrival(body, headers, key=key)
        return Arrival(body, headers, key=key and f"{client} {request.method} {key}", properties={CLIENT: client})

    async def _take(self, arrival: Arrival) -> Response:
        if getattr(self._receiver, "reply_accepted", False):
            await self._receiver.accept([arrival])
            return Response(b"{}", media_type="application/json")
        if waiting.is_browser(arrival.headers):
            arrival = replace(arrival, ticket=secrets.token_urlsafe(16))
        outcome = await self._receiver.request(arrival, timeout=None)
        return self._answer(outcome, arrival.headers, arrival.ticket)

    def _answer(self, outcome: Outcome, asked: Mapping[str, Any], ticket: str | None) -> Response:
        """Return the answer, or for a browser the page that waits for it."""
        url = self._listener.public_url
        if ticket is None or answering.is_over(outcome):
            return answering.answer(outcome, self._options, asked, url)
        address = waiting.address_of(url, outcome.id, ticket, self._receiver.route_id, asked)
        return waiting.page("preparing", asked, self._options.waiting_style, address=address, status=202)

    async def _ask(self, exchange: str, ticket: str, request: Request) -> Response:
        """Answer a browser that waits."""
        asked = reading.read_headers(request)
        outcome = await self._receiver.later(exchange, ticket)
        if outcome is None:
            return waiting.page("unknown", asked, self._options.waiting_style, address=None, status=404)
        return self._answer(outcome, asked, ticket)

    def _away(self, request: Request, arrival: Arrival, error: Unavailable) -> Response:
        """Nothing was stored: a browser is told in words; one that only looks looks again by itself."""
        refusal = answering.unavailable(error)
        if not waiting.is_browser(arrival.headers):
            return refusal
        looks = request.method == "GET"
        told = waiting.page(
            "away" if looks else "repeat",
            arrival.headers,
            self._options.waiting_style,
            address=request.url.path if looks else None,
            status=503,
            pause=max(5, round(error.retry_after)),
        )
        told.headers["Retry-After"] = refusal.headers["Retry-After"]
        return told
