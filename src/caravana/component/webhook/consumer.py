"""`webhook:name`: what a partner posts is checked on its raw bytes, put on disk, and answered at once."""

from collections import Counter
from typing import Any

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from caravana.component.webhook.spec import WebhookOptions
from caravana.kit import json
from caravana.kit.component import Consumer
from caravana.kit.errors import ExpressionError, NotStorable
from caravana.kit.ports import Arrival, Listener, Receiver, Unavailable
from caravana.kit.request import BodyTooLarge, header, message_headers, read_body
from caravana.kit.signature import equal, verify_hmac

log = structlog.get_logger(__name__)


class Refusal(Exception):
    """The request is turned away with `status`; `reason` is counted."""

    def __init__(self, status: int, reason: str) -> None:
        """`reason`: one word."""
        super().__init__(reason)
        self.status = status
        self.reason = reason


class WebhookConsumer(Consumer):
    """Listens at one path."""

    def __init__(
        self,
        name: str,
        options: WebhookOptions,
        secrets: tuple[str, ...],
        refusals: Counter[str],
        listener: Listener,
        receiver: Receiver,
    ) -> None:
        """`secrets`: new and old; `refusals`: counts `name:reason`."""
        self._name = name
        self._path = options.path or f"/webhook/{name}"
        self._options = options
        self._secrets = secrets
        self._refusals = refusals
        self._listener = listener
        self._receiver = receiver

    @property
    def refusals(self) -> dict[str, int]:
        """What was turned away here, by reason."""
        mine = f"{self._name}:"
        return {key.removeprefix(mine): times for key, times in self._refusals.items() if key.startswith(mine)}

    async def start(self) -> None:
        """Begin to listen. Raises `ConfigurationError` when the path is taken."""
        self._listener.mount(self._path, ["POST"], self._handle)

    async def stop(self) -> None:
        """Stop listening."""
        self._listener.unmount(self._path, ["POST"])

    async def _handle(self, request: Request) -> Response:
        try:
            raw = await self._read(request)
            self._check(request, raw)
            await self._accept(self._arrival(request, raw))
        except Refusal as error:
            return self._refuse(error.status, error.reason)
        except Unavailable as error:
            return self._refuse(503, "unavailable", {"Retry-After": str(max(1, round(error.retry_after)))})
        return Response(b"{}", media_type="application/json")

    async def _read(self, request: Request) -> bytes:
        try:
            return await read_body(request, self._options.max_bytes)
        except BodyTooLarge:
            raise Refusal(413, "too_large") from None

    def _check(self, request: Request, raw: bytes) -> None:
        given = header(request, self._options.proof_header)
        if self._options.auth == "hmac" and not verify_hmac(raw, given, self._secrets, self._options.algorithm):
            raise Refusal(401, "signature")
        if self._options.auth == "token" and not self._knows(given.removeprefix("Bearer ")):
            raise Refusal(401, "token")

    def _knows(self, token: str) -> bool:
        """Whether `token` is one of the secrets; all are compared, so that the time tells nothing."""
        fits = [equal(token, secret) for secret in self._secrets]
        return any(fits)

    def _arrival(self, request: Request, raw: bytes) -> Arrival:
        key = header(request, self._options.id_header or "")
        return Arrival(self._body(raw), self._headers(request), key=key or None)

    def _body(self, raw: bytes) -> Any:
        try:
            if self._options.format == "text":
                return raw.decode()
            return json.loads(raw)
        except ValueError:
            raise Refusal(400, "malformed") from None

    def _headers(self, request: Request) -> dict[str, Any]:
        """The request's headers without proof and credentials; nobody outside sets Camel's."""
        proof = self._options.proof_header.lower()
        return {name: value for name, value in message_headers(request).items() if name.lower() != proof}

    async def _accept(self, arrival: Arrival) -> None:
        """Put it on disk; a body that the address's lane or key cannot be read from is the sender's mistake."""
        try:
            await self._receiver.accept([arrival])
        except (NotStorable, ExpressionError):
            raise Refusal(400, "unfit") from None

    def _refuse(self, status: int, reason: str, headers: dict[str, str] | None = None) -> Response:
        counted = f"{self._name}:{reason}"
        self._refusals[counted] += 1
        log.warning("webhook.refused", webhook=self._name, reason=reason, times=self._refusals[counted])
        return JSONResponse({"error": reason}, status, headers)
