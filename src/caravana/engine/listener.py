"""The public HTTP port: whatever consumers mount, and the status address of request-replies that took too long."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Match, Route
from starlette.types import Receive, Scope, Send

from caravana.engine.metrics import Metrics
from caravana.engine.proxies import Proxies
from caravana.kit.errors import ConfigurationError
from caravana.kit.ports import Handler, Unavailable

log = structlog.get_logger("caravana.listener")
FORWARDED = "caravana.forwarded"
"""Key of the scope: whether a trusted proxy told who calls."""
LATER = 5.0
"""Seconds after which an address is asked again that may be there when the hub has started."""


class _Mounted(Route):
    """A route that knows which methods it was given: Starlette adds HEAD to GET, which another route may own."""

    def __init__(self, path: str, handler: Handler, wanted: set[str], *, published: bool = False) -> None:
        super().__init__(path, handler, methods=sorted(wanted) or None)
        self.taken = frozenset(wanted)
        self.published = published


class HubListener:
    """An ASGI application whose routes come and go while it serves."""

    def __init__(self, public_url: str, metrics: Metrics, proxies: Proxies | None = None) -> None:
        """`public_url`: address under which it is reached; set again once the port is known. `proxies` stand before it."""
        self._public_url = public_url
        self._metrics = metrics
        self._proxies = proxies or Proxies()
        self._routes: list[_Mounted] = []
        self._exact: dict[tuple[str, str], Handler] = {}
        self.whole = False
        """Whether every address that there is is answered: until then, and after that, an unknown one is to be asked again."""

    @property
    def public_url(self) -> str:
        """The address for partners and customers, without a slash at the end."""
        return self._public_url

    @public_url.setter
    def public_url(self, url: str) -> None:
        self._public_url = url.rstrip("/")

    def mount(self, path: str, methods: Sequence[str], handler: Handler, *, prefix: bool = False) -> None:
        """Answer `path` with `handler`. Raises `ConfigurationError` when path and method are taken."""
        wanted = {method.upper() for method in methods}
        for route in self._routes:
            if route.path == path and wanted & (route.taken or wanted):
                raise ConfigurationError(f"`{path}` is answered by another route already")
        self._routes.append(_Mounted(path, handler, wanted))
        if prefix:
            self._routes.append(_Mounted(path.rstrip("/") + "/{CamelRest:path}", handler, wanted))
        self._sort()

    def publish(self, documents: Mapping[str, Any]) -> None:
        """Answer GET at each path with its JSON document, and no more at those published before.

        Everybody may read them. Raises `ConfigurationError` when a path is taken, and changes nothing then.
        """
        others = [one for one in self._routes if not one.published]
        for path in documents:
            if any(one.path == path and {"GET"} & (one.taken or {"GET"}) for one in others):
                raise ConfigurationError(f"`{path}` is answered by another route already")
        self._routes = others + [
            _Mounted(path, _document(document), {"GET"}, published=True) for path, document in documents.items()
        ]
        self._sort()

    def unmount(self, path: str, methods: Sequence[str]) -> None:
        """Stop answering `path`."""
        wanted = {method.upper() for method in methods}
        gone = {path, path.rstrip("/") + "/{CamelRest:path}"}
        self._routes = [one for one in self._routes if not (one.path in gone and wanted & (one.taken or wanted))]
        self._sort()

    def _sort(self) -> None:
        """Put exact paths first; for them a request needs no search."""
        self._routes.sort(key=lambda route: ("{" in route.path, -len(route.path), "HEAD" not in route.taken))
        self._exact = {
            (route.path, method): route.endpoint
            for route in reversed(self._routes)
            for method in route.methods or ()
            if "{" not in route.path
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; whatever goes wrong inside is told without inner details, and nothing is half stored."""
        if scope["type"] != "http":
            return
        if self._proxies:
            scope[FORWARDED] = self._proxies.believe(scope)
        answer = await self._answer(scope, receive)
        if answer.status_code >= 400:
            self._metrics.refused.labels(status=str(answer.status_code)).inc()
        await answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive) -> Response:
        handler = self._exact.get((scope["path"], scope["method"]))
        if handler is not None:
            return await self._guarded(handler, Request(scope, receive))
        taken: set[str] = set()
        for route in self._routes:
            match, child = route.matches(scope)
            if match is Match.FULL:
                scope.update(child)
                return await self._guarded(route.endpoint, Request(scope, receive))
            taken |= route.taken if match is Match.PARTIAL else set()
        if not self.whole:
            return _later(LATER)
        if taken:
            error = {"error": "this address does not take that method"}
            return JSONResponse(error, 405, {"Allow": ", ".join(sorted(taken))})
        return JSONResponse({"error": "nothing answers at this address"}, 404)

    async def _guarded(self, handler: Callable[[Request], Awaitable[Response]], request: Request) -> Response:
        try:
            return await handler(request)
        except Unavailable as error:
            return _later(error.retry_after)
        except Exception:
            log.exception("listener.handler_failed", path=request.url.path)
            return JSONResponse({"error": "something went wrong here; it was written down"}, 500)


def _later(seconds: float) -> Response:
    return JSONResponse({"error": "try again later"}, 503, {"Retry-After": str(max(1, round(seconds)))})


def _document(document: Any) -> Handler:
    text = json.dumps(document, ensure_ascii=False).encode()

    async def show(_request: Request) -> Response:
        return Response(text, media_type="application/json", headers={"Access-Control-Allow-Origin": "*"})

    return show
