"""What only the SQLite file has to promise: one hub, a full disk."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from caravana.journal import Broken, Full, Locked, store
from caravana.journal import operations as ops
from caravana.journal import sqlite as module
from caravana.journal.model import Ending, State
from caravana.journal.sqlite import SqliteJournal
from tests.journal.conftest import accept, entry
from tests.support.waiting import eventually


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[SqliteJournal]:
    """An open journal in a file."""
    found = SqliteJournal(tmp_path / "journal.db")
    await found.open()
    yield found
    await found.close()


async def test_second_hub_on_a_file_is_refused(journal: SqliteJournal) -> None:
    """One running hub per file; the second is told why, and may come when the first is gone."""
    second = SqliteJournal(journal.path)
    with pytest.raises(Locked, match="another hub"):
        await second.open()
    await journal.close()
    await second.open()
    await second.close()


async def test_full_disk_loses_nothing_and_heals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without room new messages are refused and results wait; with room again all goes on by itself."""
    limit = {"pages": 0}
    plain = module.connect

    def limited(path: Path) -> object:
        connection = plain(path)
        if limit["pages"]:
            connection.execute(f"PRAGMA max_page_count={limit['pages']}")
        return connection

    monkeypatch.setattr(module, "connect", limited)
    first = SqliteJournal(tmp_path / "journal.db")
    await first.open()
    [before] = await accept(first, entry(1))
    await first.close()
    limit["pages"] = 1  # SQLite takes it for the present size: the file may not grow
    journal = SqliteJournal(tmp_path / "journal.db")
    await journal.open()
    large = b"x" * 100_000
    with pytest.raises(Broken, match="full"):
        await accept(journal, entry(2, message=large))
    ending = Ending(before.seq, before.id, State.DONE, 9, reply=large)
    result = journal.submit(ops.end_run(ending), essential=True)
    await eventually(lambda: journal.failure())
    assert not result.done()
    limit["pages"] = 1_000_000
    await asyncio.wait_for(result, 10)
    assert journal.failure() is None
    assert await journal.read(ops.read_open(0, 10)) == []
    await journal.close()


async def test_queue_is_bounded_but_never_for_results(journal: SqliteJournal, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full queue refuses new messages, not results."""
    monkeypatch.setattr(module, "QUEUE_LIMIT", 0)
    with pytest.raises(Full):
        await accept(journal, entry(1))
    await journal.submit(store.put_state("s", "k", b"v", 1), essential=True)


async def test_closed_journal_refuses(journal: SqliteJournal) -> None:
    """After closing nothing more is taken."""
    await journal.close()
    with pytest.raises(Full):
        await accept(journal, entry(1))
