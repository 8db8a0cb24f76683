"""Ownership and a process that is really stopped, continued and killed."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from caravana.dispatch.lease import LeasedOwnership
from caravana.journal import open_journal
from caravana.journal.model import SHARDS
from tests.support.waiting import eventually

LEASE = 1.5


@pytest.fixture
async def ownership(postgres_database: str) -> AsyncIterator[LeasedOwnership]:
    """The ownership of the test's own process."""
    journal = open_journal(postgres_database)
    await journal.open()
    await journal.close()
    found = LeasedOwnership(postgres_database, lease=LEASE)

    async def changed(_: int) -> None:
        """Nothing to do."""

    await found.start(changed, changed)
    yield found
    await found.stop()


async def test_stopped_continued_and_killed(ownership: LeasedOwnership, postgres_database: str) -> None:
    """A stopped process loses its half to the other; continued it knows and gets a new half; killed it loses it again."""

    def ours() -> int:
        return sum(last - first + 1 for first, last in ownership.ranges() if ownership.outlives(first, 0))

    script = str(Path(__file__).with_name("member.py"))
    member = await asyncio.create_subprocess_exec(
        sys.executable, script, postgres_database, str(LEASE),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    assert member.stdout is not None
    output = member.stdout

    async def says(what: object) -> None:
        """Read on until the member says so: how many shards it owns, or that it lost one."""
        async with asyncio.timeout(60):
            while (line := await output.readline()).strip() != str(what).encode():
                assert line

    try:
        await says(SHARDS // 2)
        assert ours() == SHARDS // 2
        member.send_signal(signal.SIGSTOP)
        await eventually(lambda: ours() == SHARDS)
        member.send_signal(signal.SIGCONT)
        await says("lost")
        await says(SHARDS // 2)
        await eventually(lambda: ours() == SHARDS // 2)
        member.kill()
        await eventually(lambda: ours() == SHARDS)
    finally:
        if member.returncode is None:
            member.kill()
        await member.wait()
