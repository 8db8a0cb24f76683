"""A hub with an encrypted journal: marked content goes through it, and the database's files hold none of it in the clear."""

import base64
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import psycopg
import pytest

from caravana.engine.admin import Admin
from caravana.engine.configuration import Configuration, Encryption
from caravana.engine.hub import Hub
from caravana.journal import Unreadable
from caravana.kit.errors import ConfigurationError, Refused, Transient, Unknown
from caravana.kit.ports import Arrival
from caravana.route import read_text
from tests.engine.conftest import route
from tests.engine.partner import PartnerComponent, World
from tests.support.postgres import PostgresServer
from tests.support.waiting import eventually

WORD = "Zanahoria-7731"
LETTERS = (
    "- route:\n    id: letters\n    errorHandler:\n      deadLetterChannel:\n        deadLetterUri: log:dead\n"
    "    from:\n      uri: seda:letters\n      steps:\n        - to: 'partner:pay?kind=idempotent'\n"
)
ROUTES = (
    route("- to: 'partner:pay?kind=blind'")
    + route("- to: 'partner:ask?kind=read'\n- setBody: {simple: '${header.name} is known'}", name="asked")
    + LETTERS
)
Starter = Callable[..., Awaitable[Hub]]


class Place:
    """A database whose files can be searched."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self._folder = folder

    def holds(self, word: str) -> bool:
        """Whether any of the database's files, log included, holds `word`; they are brought up to date first."""
        if self.url.startswith("postgresql"):
            with psycopg.connect(self.url, autocommit=True) as connection:
                connection.execute("CHECKPOINT")
        files = [path for path in self._folder.rglob("*") if path.is_file()]
        assert len(files) > 1
        return any(word.encode() in path.read_bytes() for path in files)


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """A database of this test's own; on PostgreSQL with a server of its own."""
    if request.param == "sqlite":
        yield Place(f"sqlite:///{tmp_path}/db/journal.db", tmp_path / "db")
    else:
        with PostgresServer() as server:
            yield Place(server.url(), server.folder / "data")


@pytest.fixture
async def start(place: Place) -> AsyncIterator[Starter]:
    """Start a hub with a key; the one before is stopped, and the last one at the end."""
    PartnerComponent.world = World()
    async with AsyncExitStack() as stack:

        async def begin(key: str | None) -> Hub:
            await stack.aclose()
            configuration = Configuration(journal=place.url, encryption=Encryption(key=key))
            hub = Hub(configuration, [read_text(ROUTES)], components=[PartnerComponent])
            await hub.start()
            stack.push_async_callback(hub.stop, 0)
            return hub

        yield begin


def new_key() -> str:
    """Return a key."""
    return base64.b64encode(os.urandom(32)).decode()


async def work(hub: Hub) -> list[str]:
    """Send marked content through all that the hub keeps; returns the ids of a doubt, a dead exchange and an answer."""
    world, desk = PartnerComponent.world, Admin(hub.journal, hub.clock, hub)
    body = {"name": WORD}
    world.lose_answer(Unknown(f"cut {WORD}"))
    [doubt] = await hub.receivers["main"].accept([Arrival(body, {"name": WORD}, key="k1")], cursor=WORD)
    await hub.dispatcher.quiet()
    world.fail(Refused(f"no {WORD}", status=400))
    [dead] = await hub.receivers["main"].accept([Arrival({**body, "large": WORD * 20_000})])
    await hub.dispatcher.quiet()
    answer = await hub.receivers["asked"].request(Arrival(body, {"name": WORD}))
    assert answer.body == f"{WORD} is known"
    world.fail(Transient(f"later {WORD}", retry_after=0.01))
    await hub.receivers["main"].accept([Arrival(body)])
    await hub.dispatcher.quiet()
    world.fail(Refused(f"no {WORD}", status=400))
    await hub.receivers["letters"].accept([Arrival(body)])
    await hub.dispatcher.quiet()
    await hub.store.put("review", "item", {"title": WORD})
    await hub.store.put("kept", "item", {"title": WORD})
    await desk.review_done("item", actor="ana")
    return [doubt.id, dead.id, answer.id]


async def until_done(desk: Admin, exchange: str) -> None:
    """Wait for an exchange's end."""

    async def done() -> bool:
        return str((await desk.message(exchange))["state"]) == "done"

    await eventually(done)


async def test_files_hold_nothing_in_the_clear(place: Place, start: Starter) -> None:
    """With a key no file of the database holds the word that went everywhere, and people read all of it; without, they do."""
    hub = await start(new_key())
    doubt, dead, answer = await work(hub)
    assert not place.holds(WORD)
    desk = Admin(hub.journal, hub.clock, hub)
    shown = await desk.message(doubt, reveal=True, actor="ana")
    assert shown["message"]["body"] == {"name": WORD}
    assert WORD in shown["error"]
    assert WORD in (await desk.message(dead, reveal=True, actor="ana"))["message"]["body"]["large"]
    assert WORD in (await desk.message(answer, reveal=True, actor="ana"))["reply"]["body"]
    assert WORD in str(await desk.review())
    assert await hub.store.get("kept", "item") == {"title": WORD}
    assert await hub.receivers["main"].cursor() == WORD
    await desk.settle(doubt, done=True, reference="P-1", reply={"paid": WORD}, go=True)
    await until_done(desk, doubt)
    replayed = await desk.replay(doubt, go=True)
    await until_done(desk, replayed["new_exchange"])
    assert not place.holds(WORD)
    await hub.stop()
    assert not place.holds(WORD)


async def test_search_finds_what_is_in_the_clear(place: Place, start: Starter) -> None:
    """The same work without a key leaves the word in the files: the search is able to find it."""
    await work(await start(None))
    assert place.holds(WORD)


async def test_hub_does_not_start_without_its_key(place: Place, start: Starter) -> None:
    """A missing, wrong or broken key ends the start with the setting's name, nothing half begun: the right key starts."""
    key = new_key()
    await work(await start(key))
    with pytest.raises(Unreadable, match=r"encryption\.key"):
        await start(None)
    with pytest.raises(Unreadable, match=r"encryption\.old_keys"):
        await start(new_key())
    with pytest.raises(ConfigurationError, match=r"encryption\.key.*CARAVANA_SECRET_JOURNAL_KEY"):
        await start("{{secret:journal_key}}")
    hub = await start(key)
    assert await hub.store.get("kept", "item") == {"title": WORD}
