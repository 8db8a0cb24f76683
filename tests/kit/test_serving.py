"""Serving: how a server ends."""

import asyncio
import socket
from contextlib import AsyncExitStack, suppress

import aiohttp
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from caravana.kit import serving
from caravana.kit.serving import Server, serve
from tests.support.waiting import eventually


class Counter:
    """A counter at which one customer is being served."""

    def __init__(self) -> None:
        self.asked, self.ready, self.cut = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def answer(self, request: Request) -> PlainTextResponse:
        """Answer when `ready`; tell by `cut` that it was not let."""
        self.asked.set()
        try:
            await self.ready.wait()
        except asyncio.CancelledError:
            self.cut.set()
            raise
        return PlainTextResponse("served")

    def app(self) -> Starlette:
        """The application."""
        return Starlette(routes=[Route("/", self.answer)])


async def test_what_is_being_answered_is_answered_when_the_server_ends() -> None:
    """Nobody new is let in, and who asked before gets the answer, with the time in its header."""
    counter = Counter()
    async with aiohttp.ClientSession() as web, AsyncExitStack() as stack, asyncio.timeout(30):
        url = await stack.enter_async_context(serve(counter.app()))
        asking = asyncio.create_task(web.get(url))
        await counter.asked.wait()
        ending = asyncio.create_task(stack.aclose())
        await eventually(lambda: _refused(url))
        counter.ready.set()
        async with await asking as answer:
            assert (answer.status, await answer.text()) == (200, "served")
            assert answer.headers["Date"].endswith("GMT")
        await ending


async def test_an_idle_connection_does_not_hold_the_server() -> None:
    """A customer who keeps the connection after the answer is cut off, and the server ends."""
    counter = Counter()
    counter.ready.set()
    async with aiohttp.ClientSession() as web, asyncio.timeout(30):
        async with serve(counter.app()) as url, web.get(url) as answer:
            assert await answer.text() == "served"
        assert await _refused(url)


async def test_an_answer_that_does_not_come_is_cut_when_its_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server waits for a running answer as long as it is told to, then ends it."""
    counter, build = Counter(), serving.build_server

    def impatient(*given: object, **named: object) -> Server:
        server = build(*given, **named)  # type: ignore[arg-type]
        server.config.timeout_graceful_shutdown = 0
        return server

    monkeypatch.setattr(serving, "build_server", impatient)
    async with aiohttp.ClientSession() as web, asyncio.timeout(30):
        async with serve(counter.app()) as url:
            asking = asyncio.create_task(web.get(url))
            await counter.asked.wait()
        await counter.cut.wait()
        asking.cancel()


async def _refused(url: str) -> bool:
    """Whether nobody listens there."""
    async with aiohttp.ClientSession() as web:
        try:
            async with web.get(url, timeout=aiohttp.ClientTimeout(total=0.05)):
                return False
        except TimeoutError:
            return False
        except aiohttp.ClientConnectionError:
            return True


@pytest.mark.parametrize("turns", range(6))
async def test_who_is_just_being_let_in_is_not_left_standing(turns: int) -> None:
    """A connection that was accepted a turn of the loop before the server ends is closed like every other."""
    server = serving.build_server(Counter().app())
    with socket.create_server(("127.0.0.1", 0)) as listening:
        task = asyncio.create_task(server.serve(sockets=[listening]))
        await eventually(lambda: server.started)
        with socket.create_connection(listening.getsockname()) as caller:
            for _ in range(turns):
                await asyncio.sleep(0)
            await server.shutdown()
            caller.settimeout(2)
            with suppress(ConnectionResetError):
                assert await asyncio.to_thread(caller.recv, 1) == b""
        assert not server.server_state.connections
        server.end()
        await task
