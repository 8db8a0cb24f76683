"""Journals that earlier versions left behind in mid-work are brought up to date and resumed: nothing lost, nothing done twice."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from alembic import command
from psycopg import sql

from caravana.engine.admin import Admin
from caravana.engine.hub import Hub
from caravana.journal.migration import NEWEST, _config
from caravana.kit.clock import ManualClock
from caravana.kit.ports import Arrival
from tests.engine.partner import World
from tests.support.waiting import eventually
from tests.upgrade.world import DUMPS, ROUTES, make_hub

NEW_ROUTES = ROUTES.replace("to: mock:end", "to: mock:new")


def restore(dump: Path, database: Path) -> None:
    """Make the SQLite file that `dump` was written from."""
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript(dump.read_text())


def copy_to_postgres(source: Path, url: str, version: str) -> None:
    """Put the rows of a SQLite journal of `version` into the tables that PostgreSQL had in that version."""
    engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"), poolclass=sa.NullPool)
    with engine.begin() as connection:
        command.upgrade(_config(connection), version)
    engine.dispose()
    with closing(sqlite3.connect(source)) as old, psycopg.connect(url) as new:
        names = [name for (name,) in old.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for name in [one for one in names if not one.startswith(("sqlite_", "alembic_"))]:
            rows = old.execute(f"SELECT * FROM {name}")
            columns = [column[0] for column in rows.description]
            insert = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
                sql.Identifier(name),
                sql.SQL(",").join(map(sql.Identifier, columns)),
                sql.SQL(",").join([sql.Placeholder()] * len(columns)),
            )
            for row in rows:
                new.execute(insert, row)
            if "seq" in columns:
                text = "SELECT setval(pg_get_serial_sequence('{0}', 'seq'), max(seq)) FROM {0} HAVING max(seq) > 0"
                new.execute(sql.SQL(text.replace("{0}", name)))


@pytest.fixture(params=sorted(DUMPS.glob("*.sql")), ids=lambda path: path.stem)
def dump(request: pytest.FixtureRequest) -> Path:
    """The journal of each earlier version, and of this one."""
    path: Path = request.param
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def journal_url(request: pytest.FixtureRequest, tmp_path: Path, dump: Path) -> str:
    """Address of the restored journal."""
    restore(dump, tmp_path / "journal.db")
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/journal.db"
    url: str = request.getfixturevalue("postgres_database")
    copy_to_postgres(tmp_path / "journal.db", url, dump.stem)
    return url


def test_this_version_has_a_dump() -> None:
    """The present version's journal is stored, so that later versions can be tried on it."""
    assert (DUMPS / f"{NEWEST}.sql").exists()


def received(hub: Hub, name: str) -> int:
    """Return how many messages `mock:name` received."""
    mock: Any = hub.components.get("mock")
    return len(mock.received(name))


async def states(hub: Hub) -> dict[str, str]:
    """Return the state of every exchange that has a key."""
    rows = await hub.journal.query("SELECT key, state FROM exchange WHERE key IS NOT NULL", {})
    return {row["key"]: row["state"] for row in rows}


async def test_work_is_resumed(journal_url: str) -> None:
    """What was ready, running or waiting ends under its own routes, with each effect made once; the rest is as it was."""
    world, clock = World(), ManualClock()
    clock.advance(timedelta(hours=2).total_seconds())
    async with make_hub(journal_url, world, NEW_ROUTES, clock) as hub:
        left = {"done": "done", "dead": "dead", "in doubt": "in_doubt"}
        ended = {**left, "running": "done", "ready": "done", "waiting": "done"}

        async def resumed() -> bool:
            return await states(hub) == ended

        await eventually(resumed, 20)
        assert (len(world.done), world.asked) == (2 + 3 + 3, 1)
        assert (received(hub, "end"), received(hub, "new")) == (3, 0)


async def test_memory_is_kept(journal_url: str) -> None:
    """Known keys are duplicates, ledger, positions and values of the flows are read, and a dead exchange can be retried."""
    world, clock = World(), ManualClock()
    async with make_hub(journal_url, world, NEW_ROUTES, clock) as hub:
        [again] = await hub.receivers["main"].accept([Arrival(body={"id": "done", "lane": "a"})])
        assert again.duplicate
        await hub.receivers["once"].accept([Arrival(body={"once": "key"})])
        assert await hub.receivers["main"].cursor() == {"after": 5}
        assert await hub.store.get("flow", "position") == {"page": 7}
        await hub.dispatcher.quiet()
        assert received(hub, "first") == 0
        desk = Admin(hub.journal, hub.clock, hub)
        [dead] = await hub.journal.query("SELECT id FROM exchange WHERE state = 'dead'", {})
        await desk.call("retry", {"id": dead["id"], "go": True})

        async def mended() -> bool:
            return (await states(hub))["dead"] == "done"

        await eventually(mended, 20)
        revisions = await hub.journal.query("SELECT count(*) AS number FROM revision", {})
        assert revisions[0]["number"] == 2
