"""PostgreSQL stops under traffic and starts again: nothing is lost or done twice, and work goes on by itself."""

import asyncio
import signal
from pathlib import Path

import psycopg
import pytest

from caravana.dispatch.lease import LEASE
from tests.outage.company import MAY_BE_LEFT, company, live_through
from tests.support.postgres import PostgresServer


def unfinished(url: str) -> set[tuple[str, str]]:
    """Return route and state of the exchanges that are not done."""
    with psycopg.connect(url) as connection:
        return set(connection.execute("SELECT route, state FROM exchange WHERE state <> 'done'").fetchall())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("how", "seconds"),
    [(signal.SIGINT, 1.0), (signal.SIGQUIT, LEASE + 2)],
    ids=["stopped shortly", "crashed, away longer than the lease"],
)
async def test_server_goes_and_comes_back(tmp_path: Path, how: signal.Signals, seconds: float) -> None:
    """The server is gone for a while, also past the hub's lease: 503 with a time, and then all is done, once."""
    with PostgresServer() as server:

        async def stops() -> None:
            await asyncio.to_thread(server.stop, how)

        async def starts() -> None:
            await asyncio.sleep(seconds)
            await asyncio.to_thread(server.start)

        async with company(tmp_path, server.url()) as (found, partner, callers):
            await live_through(found, partner, callers, stops, starts)
        assert unfinished(server.url()) <= MAY_BE_LEFT
