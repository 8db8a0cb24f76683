"""What every test may ask for: a PostgreSQL, a database of its own, a browser."""

import contextlib
import gc
import os
import shutil
import signal
import uuid
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

import psycopg
import pytest
from hypothesis import settings
from psycopg import sql

from caravana.cli import office, speech
from tests.support import postgres, tables

if TYPE_CHECKING:
    from playwright.async_api import Browser

pytest_plugins = ["caravana.testing.plugin"]
"""Also an entry point of the package; named here, the tests run from a source tree that nobody has installed."""

# A shell lets what it starts behind `&` ignore Ctrl-C, and so its children, too, would.
signal.signal(signal.SIGINT, signal.default_int_handler)
os.environ["LC_ALL"] = "C.UTF-8"  # commands speak the language of the locale; the tests expect English
settings.register_profile("caravana", deadline=None)  # a busy machine is no fault of the code
settings.load_profile("caravana")

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with what is marked as slow, so that no process is left alone with it at the end.

    xdist gives each process a part of the list, one after the other: each part begins with its share of the slow ones.
    """
    count = int(getattr(config, "workerinput", {}).get("workercount", 1))
    slow = [one for one in items if one.get_closest_marker("slow")]
    rest = [one for one in items if not one.get_closest_marker("slow")]
    size = -(-len(rest) // count)
    items[:] = [one for n in range(count) for one in (*slow[n::count], *rest[n * size : (n + 1) * size])]


def pytest_collection_finish() -> None:
    """Spare the garbage collector what was imported, which lives until the end: looking through it took a sixth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(700, 10, 100)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show the table of the crash tests, whichever worker ran them."""
    tables.show_crashes(terminalreporter)


@pytest.fixture(autouse=True)
def _nothing_chosen() -> None:
    """A command run in this process chooses a language and a zone; the next test must not find them."""
    speech.choose(None)
    office.company_zone.set(None)


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, bool]]:
    """Async tests run on asyncio's own loop."""
    return "asyncio", {"use_uvloop": False}


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[str]:
    """Address of the run's one PostgreSQL server (its database `postgres`), shared by all xdist workers."""
    base = tmp_path_factory.getbasetemp()
    with contextlib.ExitStack() as stack:
        try:
            folder = base.parent if hasattr(request.config, "workerinput") else base
            url = stack.enter_context(postgres.shared_server(folder))
        except postgres.PostgresUnavailable as error:
            pytest.fail(str(error))
        yield url


@pytest.fixture
def postgres_database(postgres_url: str) -> Iterator[str]:
    """Address of a fresh, empty database that is dropped after the test, whoever still holds a connection."""
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield postgres_url.replace("/postgres?", f"/{name}?")
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="module")
async def chromium(anyio_backend: object) -> "AsyncIterator[Browser]":
    """Headless browser of the machine (playwright's async API), one per test module; open a `new_context()` per test."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.skip(f"no browser on the path (looked for {', '.join(BROWSERS)})")
    from playwright.async_api import async_playwright  # a third of a second that most runs do not need

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path)
        yield browser
        await browser.close()
