"""The private port: health, metrics, and the operator's interface that the command line uses while a hub runs."""

import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from caravana.engine.control import AdminError
from caravana.kit.errors import ConfigurationError
from caravana.kit.ports import Unavailable
from caravana.kit.request import BodyTooLarge, read_body

BODY_LIMIT = 64_000_000
"""Bytes of an operator's request: a bank's file may be among its arguments."""


class Observed(Protocol):
    """What health and metrics look at."""

    def not_ready(self) -> list[str]:
        """Return why the hub is not ready; nothing when it is."""
        ...

    def exposition(self) -> bytes:
        """Return the metrics in Prometheus' text form."""
        ...


Office = Callable[[str, Mapping[str, Any]], Awaitable[Any]]
"""Carries out an operator's operation by name with JSON-able arguments. Raises `AdminError`."""


class ControlApp:
    """Health and metrics for everybody on the private port, operations for who knows the token."""

    def __init__(self, observed: Observed, office: Office, token: str) -> None:
        """`office` carries out operations."""
        self._observed = observed
        self._office = office
        self._token = token

    def app(self) -> Starlette:
        """Return the ASGI application."""
        return Starlette(
            routes=[
                Route("/healthz", self._health),
                Route("/readyz", self._ready),
                Route("/metrics", self._metrics),
                Route("/admin/{operation}", self._admin, methods=["POST"]),
            ]
        )

    async def _health(self, request: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def _ready(self, request: Request) -> Response:
        reasons = self._observed.not_ready()
        return JSONResponse({"ready": not reasons, "reasons": reasons}, 503 if reasons else 200)

    async def _metrics(self, request: Request) -> Response:
        return Response(self._observed.exposition(), media_type="text/plain; version=0.0.4; charset=utf-8")

    async def _admin(self, request: Request) -> Response:
        given = request.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {self._token}".encode()):
            return JSONResponse({"error": "the token is missing or wrong"}, 401)
        try:
            arguments = json.loads(await read_body(request, BODY_LIMIT) or b"{}")
        except BodyTooLarge:
            return JSONResponse({"error": f"more than {BODY_LIMIT} bytes at once are not taken"}, 413)
        except ValueError:
            return JSONResponse({"error": "send JSON"}, 400)
        if not isinstance(arguments, dict):
            return JSONResponse({"error": "send an object"}, 400)
        return await self._answer(request.path_params["operation"], arguments)

    async def _answer(self, operation: str, arguments: dict[str, Any]) -> Response:
        try:
            return JSONResponse(await self._office(operation, arguments))
        except AdminError as error:
            return JSONResponse({"error": str(error)}, error.status)
        except ConfigurationError as error:
            return JSONResponse({"error": str(error)}, 400)
        except Unavailable as error:
            return JSONResponse({"error": f"the journal cannot be used now: {error.reason}"}, 503)
