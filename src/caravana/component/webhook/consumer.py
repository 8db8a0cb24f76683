"""`webhook:name`: what a partner posts is checked on its raw bytes, put on disk, and answered at once."""

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from caravana.component.webhook.spec import WebhookOptions
from caravana.kit import json
from caravana.kit.ports import Accepted, Arrival, Listener, Receiver
from caravana.kit.posted import PostedConsumer, Refusal, one_of
from caravana.kit.request import header, message_headers
from caravana.kit.signature import verify_hmac


class WebhookConsumer(PostedConsumer[str]):
    """Listens at one path."""

    partner = "webhook"

    def __init__(
        self, name: str, options: WebhookOptions, secrets: tuple[str, ...], listener: Listener, receiver: Receiver
    ) -> None:
        """`secrets`: new and old."""
        super().__init__({options.path or f"/webhook/{name}": name}, options.max_bytes, listener, receiver)
        self._options = options
        self._secrets = secrets

    async def arrivals(self, place: str, request: Request, raw: bytes) -> Sequence[Arrival]:
        """Return the one message. Raises `Refusal`."""
        self._check(request, raw)
        key = header(request, self._options.id_header or "")
        return [Arrival(self._body(raw), self._headers(request), key=key or None)]

    def answer(self, taken: Sequence[Accepted]) -> Response:
        """Return an empty object: it is on disk."""
        return Response(b"{}", media_type="application/json")

    def _check(self, request: Request, raw: bytes) -> None:
        given = header(request, self._options.proof_header)
        if self._options.auth == "hmac" and not verify_hmac(raw, given, self._secrets, self._options.algorithm):
            raise Refusal(401, "signature")
        if self._options.auth == "token" and not one_of(given.removeprefix("Bearer "), self._secrets):
            raise Refusal(401, "token")

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
