"""Exclusive consumers in processes that are really stopped past their lease, continued and killed."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from caravana.journal import Journal, open_journal
from caravana.journal import operations as ops
from caravana.kit import codec
from tests.journal.conftest import query

LEASE = "1.5"
SCRIPT = str(Path(__file__).with_name("watcher.py"))


class Watcher:
    """A process with `watcher.py`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    async def hears(self, *words: str) -> str:
        """Read on until the process says one of `words`; return that."""
        assert self.process.stdout is not None
        async with asyncio.timeout(30):
            while (line := (await self.process.stdout.readline()).decode().strip()) not in words:
                assert line or not self.process.stdout.at_eof()
        return line

    def tell(self, order: str) -> None:
        """Give the process an order."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{order}\n".encode())


Starter = Callable[[], Awaitable[Watcher]]


@pytest.fixture
async def start(postgres_database: str) -> AsyncIterator[Starter]:
    """Start watchers on one database; all are killed at the end."""
    async with AsyncExitStack() as stack:

        async def begin() -> Watcher:
            process = await asyncio.create_subprocess_exec(
                sys.executable, SCRIPT, postgres_database, LEASE,
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
            stack.push_async_callback(process.wait)
            stack.callback(lambda: process.kill() if process.returncode is None else None)
            return Watcher(process)

        yield begin


@pytest.fixture
async def journal(postgres_database: str) -> AsyncIterator[Journal]:
    """The journal of the test's own process."""
    found = open_journal(postgres_database)
    await found.open()
    yield found
    await found.close()


async def cursor(journal: Journal) -> str:
    """Return the consumer's stored position."""
    stored = await journal.read(ops.read_cursor("watch"))
    return str(codec.loads(stored or b"jnull"))


@pytest.mark.parametrize("knows", [False, True], ids=["unaware", "aware"])
async def test_stopped_past_its_lease(start: Starter, journal: Journal, knows: bool) -> None:
    """A poller stopped past its lease writes nothing, cursor nor records, noticed or not; later it goes on from the other's."""
    one = await start()
    await one.hears("began None")
    one.tell("look 1")
    await one.hears("stored")
    if not knows:
        one.tell("freeze")
        await one.hears("frozen")
    one.process.send_signal(signal.SIGSTOP)
    two = await start()
    await two.hears("began 1")
    two.tell("look 2")
    await two.hears("stored")
    one.tell("look 3")
    one.process.send_signal(signal.SIGCONT)
    await one.hears("refused", *(["idle"] if knows else []))
    assert await cursor(journal) == "2"
    assert await journal.read(ops.get_state("watch", "last")) == codec.dumps("2")
    assert [row["key"] for row in await query(journal, "select key from exchange order by seq")] == ["1", "2"]
    two.process.kill()
    one.tell("thaw")
    await one.hears("began 2")
    one.tell("look 3")
    await one.hears("stored")
    assert await cursor(journal) == "3"
