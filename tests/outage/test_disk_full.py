"""No room on the disk of the journal: everybody is told so, nothing is lost or done twice, and work goes on by itself."""

import asyncio
import resource
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from tests.outage.company import MAY_BE_LEFT, Company, company, live_through


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 40 MB, which only root may have."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", str(place)], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no small file system without more rights: {mounted.stderr.strip()}")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def fill(place: Path) -> None:
    """Write until there is no room for one byte more."""
    with (place / "filler").open("wb", buffering=0) as file:
        for size in (65_536, 4_096, 1):
            try:
                while file.write(b"x" * size):
                    pass
            except OSError:
                continue


def unfinished(journal: Path) -> set[tuple[str, str]]:
    """Return route and state of the exchanges that are not done."""
    with closing(sqlite3.connect(journal)) as connection:
        return set(connection.execute("SELECT route, state FROM exchange WHERE state <> 'done'"))


@pytest.mark.slow
async def test_disk_runs_full_and_has_room_again(tmp_path: Path, small_disk: Path) -> None:
    """A file system without room left: 503 with a time, pollers stop, and with room again all is done, once."""

    async def fills() -> None:
        await asyncio.to_thread(fill, small_disk)

    async def empties() -> None:
        (small_disk / "filler").unlink()

    async with company(tmp_path, f"sqlite:///{small_disk}/journal.db") as (found, partner, callers):
        await live_through(found, partner, callers, fills, empties)
    assert unfinished(small_disk / "journal.db") <= MAY_BE_LEFT


@asynccontextmanager
async def no_file_may_grow(found: Company) -> AsyncIterator[None]:
    """Let the system refuse every write of the hub to a file, as a disk does that is full or read only."""
    pid = found.process.pid
    _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, hard))
    yield
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, hard))


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="limits of another process are Linux's")
async def test_writes_are_refused_and_taken_again(tmp_path: Path) -> None:
    """The same where the system refuses every write: needs no rights, so that it is tried on every machine."""
    async with company(tmp_path, f"sqlite:///{tmp_path}/journal.db") as (found, partner, callers):
        refusal = no_file_may_grow(found)

        async def breaks() -> None:
            await refusal.__aenter__()

        async def mends() -> None:
            await refusal.__aexit__(None, None, None)

        await live_through(found, partner, callers, breaks, mends)
    assert unfinished(tmp_path / "journal.db") <= MAY_BE_LEFT
