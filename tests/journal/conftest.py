"""The same journal tests on both databases."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from caravana.journal import Journal, open_journal
from caravana.journal import operations as ops
from caravana.journal.model import Admitted, Entry, new_id, shard_of
from tests.support.postgres import PostgresServer


@pytest.fixture(params=["sqlite", "postgresql"])
def journal_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of a fresh journal on either database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/journal.db"
    url: str = request.getfixturevalue("postgres_database")
    return url


@pytest.fixture
async def journal(journal_url: str) -> AsyncIterator[Journal]:
    """An open journal."""
    found = open_journal(journal_url)
    await found.open()
    yield found
    await found.close()


@pytest.fixture
async def postgres_journal(postgres_database: str) -> AsyncIterator[Journal]:
    """An open journal on PostgreSQL."""
    found = open_journal(postgres_database)
    await found.open()
    yield found
    await found.close()


@pytest.fixture
def own_server() -> Iterator[PostgresServer]:
    """A PostgreSQL server that the test may stop."""
    with PostgresServer() as server:
        yield server


def entry(number: int = 0, **changes: Any) -> Entry:
    """Return an entry; `changes` say what is special about it."""
    identity = changes.pop("id", None) or new_id()
    lane = changes.get("lane")
    fields: dict[str, Any] = {
        "id": identity,
        "route": "main",
        "revision": "r1",
        "source": "test:in",
        "message": b"message %d" % number,
        "shard": shard_of(lane, identity),
        "accepted_at": 1_000 + number,
    }
    return Entry(**(fields | changes))


async def accept(journal: Journal, *entries: Entry) -> list[Admitted]:
    """Put entries on disk."""
    return await journal.submit(ops.accept(list(entries)))


async def query(journal: Journal, text: str, **parameters: Any) -> list[dict[str, Any]]:
    """Run a select."""
    rows: list[dict[str, Any]] = await journal.query(text, parameters)
    return rows
