"""Serving an ASGI application on a port, in this process: used by the listener, the sandboxes and the tests alike."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, MutableMapping
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

ABORT = "caravana.abort"
TICK = 1.0
"""Seconds between two looks at the time for the header Date."""
ENTERING = 4
"""Turns of the loop that asyncio takes at most from accepting a connection to telling its protocol."""
PAUSE = 0.005
"""Seconds between two looks at a flag of uvicorn's, which offers no event."""


class AbortableProtocol(HttpToolsProtocol):
    """HTTP protocol whose applications may cut the connection, as a broken network would: a sandbox needs that."""

    def on_message_begin(self) -> None:
        """Put the transport's `abort` where the application finds it."""
        super().on_message_begin()
        extensions: dict[str, Any] = {ABORT: self.transport.abort}
        self.scope["extensions"] = extensions


def abort_connection(scope: MutableMapping[str, Any]) -> None:
    """Cut the connection of the request described by `scope` without an answer."""
    abort = scope.get("extensions", {}).get(ABORT)
    if abort is not None:
        abort()


class Server(uvicorn.Server):
    """A uvicorn server that leaves signals to its host process, and ends as soon as its last answer is out."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._ending = asyncio.Event()

    def end(self) -> None:
        """Have `serve` return when what is being answered is answered."""
        self.should_exit = True
        self._ending.set()

    async def main_loop(self) -> None:
        """Wait for `end`; uvicorn's own loop looks ten times a second."""
        while not await self.on_tick(0):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ending.wait(), TICK)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let nobody in, close idle connections, and give running answers their time; uvicorn's own takes a tenth of a second."""
        await self._let_nobody_in()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        try:
            await asyncio.wait_for(self._answered(), self.config.timeout_graceful_shutdown)
        except TimeoutError:
            for task in self.server_state.tasks:
                task.cancel(msg="the server ends")

    async def _let_nobody_in(self) -> None:
        """Close the door behind whom was just let in: asyncio forgets who was accepted and not yet told of (3.11)."""
        loop = asyncio.get_running_loop()
        for server in self.servers:
            for door in server.sockets:
                loop.remove_reader(door.fileno())
        for _ in range(ENTERING):
            await asyncio.sleep(0)
        for server in self.servers:
            server.close()

    async def _answered(self) -> None:
        while self.server_state.connections or self.server_state.tasks:  # noqa: ASYNC110 -- no event, as above
            await asyncio.sleep(PAUSE)
        for server in self.servers:
            await server.wait_closed()

    @contextlib.contextmanager
    def capture_signals(self) -> Any:
        """Leave the process's signal handlers alone."""
        yield


def build_server(app: ASGIApp, *, max_connections: int = 10_000) -> Server:
    """Return a server for `app`; bind it with `serve`."""
    config = uvicorn.Config(
        app,
        http=AbortableProtocol,
        loop="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        proxy_headers=False,  # who may say who calls is the application's decision
        backlog=max_connections,
        timeout_graceful_shutdown=5,
    )
    return Server(config)


@contextlib.asynccontextmanager
async def serve(app: ASGIApp, *, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """Serve `app` while the block runs; yields its base address, e.g. `http://127.0.0.1:40123`.

    Raises `OSError` when the port is taken.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sets TCP_NODELAY only on sockets that say they are TCP; without it small answers wait for an ACK.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError:
        listening.close()
        raise
    server = build_server(app)
    task = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        while not server.started and not task.done():  # noqa: ASYNC110 -- uvicorn offers a flag, not an event
            await asyncio.sleep(PAUSE)
        bound = listening.getsockname()[1]
        yield f"http://{f'[{host}]' if ':' in host else host}:{bound}"
    finally:
        server.end()
        await task
        listening.close()
