"""Exclusive consumers in processes that are really stopped past their lease, continued and killed."""

import signal
from collections.abc import AsyncIterator

import pytest

from caravana.journal import Journal, open_journal, store
from caravana.journal import operations as ops
from caravana.kit import codec
from tests.dispatch.told import WatcherStarter
from tests.journal.conftest import query


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
async def test_stopped_past_its_lease(start_watcher: WatcherStarter, journal: Journal, knows: bool) -> None:
    """A poller stopped past its lease writes nothing, cursor nor records, noticed or not; later it goes on from the other's."""
    one = await start_watcher()
    await one.hears("began None")
    one.tell("look 1")
    await one.hears("stored")
    if not knows:
        one.tell("freeze")
        await one.hears("frozen")
    one.process.send_signal(signal.SIGSTOP)
    two = await start_watcher()
    await two.hears("began 1")
    two.tell("look 2")
    await two.hears("stored")
    one.tell("look 3")
    one.process.send_signal(signal.SIGCONT)
    await one.hears("refused", *(["idle"] if knows else []))
    assert await cursor(journal) == "2"
    assert await journal.read(store.get_state("watch", "last")) == codec.dumps("2")
    assert [row["key"] for row in await query(journal, "select key from exchange order by seq")] == ["1", "2"]
    two.process.kill()
    one.tell("thaw")
    await one.hears("began 2")
    one.tell("look 3")
    await one.hears("stored")
    assert await cursor(journal) == "3"
