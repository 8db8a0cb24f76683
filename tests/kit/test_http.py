"""The session of every partner client: which connection a request takes."""

import asyncio

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from caravana.kit import http
from caravana.kit.http import HttpSession
from caravana.kit.serving import serve


async def port(request: Request) -> PlainTextResponse:
    """Tell from which port the request came: each connection has its own."""
    assert request.client is not None
    return PlainTextResponse(str(request.client.port))


@pytest.mark.parametrize(("kept", "connections"), [(60.0, 1), (0.05, 2)], ids=["shortly", "for longer"])
async def test_connection_that_was_idle_is_not_used_again(
    kept: float, connections: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its server may be closing it at that moment, and then nobody could say whether the request arrived."""
    monkeypatch.setattr(http, "KEPT", kept)
    app = Starlette(routes=[Route("/", port, methods=["POST"])])
    async with serve(app) as url, HttpSession() as session:
        ports = {(await session.call("POST", url)).text}
        await asyncio.sleep(2 * 0.05)
        ports.add((await session.call("POST", url)).text)
    assert len(ports) == connections
