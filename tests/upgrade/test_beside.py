"""An older program and a newer schema: it refuses to begin, and one that runs already goes on or fails, and loses nothing."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from alembic import command

from caravana.journal import Broken, Journal, Locked, migration, open_journal
from caravana.journal.migration import NEWEST, _config, upgrade
from caravana.journal.model import Admitted
from tests.journal.conftest import accept, entry, query

NEWER = "9001"
"""A version of the schema that no program knows yet."""
OLDER = "0001"


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of an empty database, as a configuration names it."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/journal.db"
    found: str = request.getfixturevalue("postgres_database")
    return found


def version(address: str, change: str | None = None) -> str:
    """Return the version of the schema, after it was changed to `change`."""
    engine = sa.create_engine(_address(address), poolclass=sa.NullPool)
    with engine.begin() as connection:
        if change is not None:
            connection.execute(sa.text("UPDATE alembic_version SET version_num = :new"), {"new": change})
        found = str(connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one())
    engine.dispose()
    return found


def _address(address: str) -> str:
    """As SQLAlchemy writes it."""
    return address.replace("postgresql://", "postgresql+psycopg://")


async def opened(address: str) -> Journal:
    """Return the journal, open."""
    journal = open_journal(address)
    await journal.open()
    return journal


async def test_an_older_program_does_not_begin(address: str) -> None:
    """It says which version it found, and leaves the journal as it is; the newer program finds all that was there."""
    journal = await opened(address)
    await accept(journal, entry(1))
    await journal.close()
    version(address, NEWER)
    for _ in range(2):  # the second time the file is not locked by the first
        with pytest.raises(Broken, match=f"the journal is of a newer Caravana: its schema is {NEWER}"):
            await opened(address)
    assert version(address) == NEWER
    version(address, NEWEST)
    journal = await opened(address)
    assert len(await query(journal, "select id from exchange")) == 1
    await journal.close()


async def test_on_sqlite_a_newer_program_waits_for_the_older_to_end(tmp_path: Path) -> None:
    """One process has the file: the schema is not touched while the older hub runs."""
    address = f"sqlite:///{tmp_path}/journal.db"
    older = await opened(address)
    version(address, OLDER)
    with pytest.raises(Locked):
        await opened(address)
    assert version(address) == OLDER
    await older.close()
    await (await opened(address)).close()
    with closing(sqlite3.connect(tmp_path / "journal.db")) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == (NEWEST,)


async def test_on_postgresql_the_older_hub_goes_on_beside_the_newer(
    postgres_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its statements were prepared for the older tables: some fail once and are told so, what was acknowledged is there, once."""
    engine = sa.create_engine(_address(postgres_database), poolclass=sa.NullPool)
    with engine.begin() as connection:
        command.upgrade(_config(connection), OLDER)
    monkeypatch.setattr(migration, "NEWEST", OLDER)
    older = await opened(postgres_database)
    kept: list[Admitted] = []
    for number in range(12):  # psycopg prepares what it has sent five times
        kept += await accept(older, entry(number))
        await query(older, "select id, lane from exchange where id > ''")
    monkeypatch.undo()
    await asyncio.to_thread(upgrade, _address(postgres_database))
    newer = await opened(postgres_database)
    failed = 0
    for number in range(12, 40):
        try:
            kept += await accept(older if number % 2 else newer, entry(number))
            await query(older, "select id, lane from exchange where id > ''")
        except Broken:
            failed += 1
    with psycopg.connect(postgres_database) as direct:
        [count] = direct.execute("SELECT count(*) FROM exchange").fetchone() or (0,)
    assert (len({one.seq for one in kept}), count) == (len(kept), len(await query(newer, "select id from exchange")))
    assert failed <= 4
    assert count >= len(kept)
    await older.close()
    await newer.close()
    engine.dispose()
