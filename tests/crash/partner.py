"""The partner of the hubs that are killed: it counts what it did, and may do it long after the line was cut."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from caravana.kit.serving import abort_connection, serve


class Partner:
    """`done`: how often each effect was made for each message.

    `late`: seconds after which a verifiable effect is made, whether the caller is still there or not; every second of
    them has its line cut at once. Until then the question whether it was made is answered with no.
    """

    def __init__(self, late: float = 0.0) -> None:
        self.late = late
        self.done: Counter[tuple[str, str]] = Counter()
        self._keys: set[str] = set()
        self._calls = 0

    async def act(self, request: Request) -> Response:
        """Do one thing; the same key is done once where keys are honoured."""
        name, message = request.path_params["name"], request.path_params["message"]
        if name == "refuse":
            return Response(status_code=422)
        if name == "look":
            return Response("ok")
        if name in ("idempotent", "handler"):
            if request.headers["key"] in self._keys:
                return Response("again")
            self._keys.add(request.headers["key"])
        await self._work(name, request)
        self.done[name, message] += 1
        return Response("done")

    async def _work(self, name: str, request: Request) -> None:
        if name != "verifiable" or not self.late:
            await asyncio.sleep(0.03)
            return
        self._calls += 1
        if self._calls % 2:
            abort_connection(request.scope)
        await asyncio.sleep(self.late)

    async def ask(self, request: Request) -> Response:
        """Tell whether it was done."""
        known = self.done[request.path_params["name"], request.path_params["message"]]
        return Response(status_code=200 if known else 404)

    @asynccontextmanager
    async def served(self) -> AsyncIterator[str]:
        """Serve on loopback."""
        path = "/{name}/{message}"
        app = Starlette(routes=[Route(path, self.act, methods=["POST"]), Route(path, self.ask, methods=["GET"])])
        async with serve(app) as url:
            yield url
