"""The journal's writer on SQLite: when it dies the process ends, and a stop does not wait for ever for a disk."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from caravana.journal import Broken, store
from caravana.journal import operations as ops
from caravana.journal import sqlite as module
from caravana.journal.sqlite import SqliteJournal
from tests.journal.conftest import accept, entry
from tests.support.waiting import eventually

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("log", ["to a pipe", "nowhere"])
async def test_dead_writer_ends_the_process(tmp_path: Path, log: str) -> None:
    """A hub that can write nothing more ends with code 70, even when the log cannot be written; what it told stays told."""
    command = [sys.executable, "-m", "tests.outage.dying", str(tmp_path / "journal.db")]
    with Path("/dev/full").open("w") as nowhere:
        stderr = subprocess.PIPE if log == "to a pipe" else nowhere
        ended = subprocess.run(command, stdout=subprocess.PIPE, stderr=stderr, timeout=60, check=False, cwd=ROOT)
    assert (ended.returncode, ended.stdout) == (70, b"accepted\n"), ended.stderr
    journal = SqliteJournal(tmp_path / "journal.db")
    await journal.open()
    found = await journal.read(ops.read_open(0, 100))
    assert len(found) == 10
    await journal.close()


async def test_stop_does_not_wait_for_ever_for_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A journal that is closed while nothing can be stored gives up after its patience, and tells who waits."""
    journal = SqliteJournal(tmp_path / "journal.db")
    await journal.open()
    await accept(journal, entry(1))
    await journal.close()
    plain = module.connect

    def full(path: Path) -> object:
        connection = plain(path)
        connection.execute("PRAGMA max_page_count=1")  # the present size: the file may not grow
        return connection

    monkeypatch.setattr(module, "connect", full)
    monkeypatch.setattr(module, "PATIENCE", 0.6)
    journal = SqliteJournal(tmp_path / "journal.db")
    await journal.open()
    result = journal.submit(store.put_state("s", "k", b"v" * 100_000, 1), essential=True)
    await eventually(lambda: journal.failure())
    await asyncio.wait_for(journal.close(), 10)
    with pytest.raises(Broken, match="full"):
        await result
