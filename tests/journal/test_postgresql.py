"""What only PostgreSQL has to promise: fences, order among processes, conflicts, a server that goes and comes back."""

import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest
from psycopg import sql

from caravana.journal import Broken, Fenced, Full, Journal, admin, open_journal, store
from caravana.journal import operations as ops
from caravana.journal.model import Ending, Fence, Record, State, Step
from caravana.journal.operation import Operation
from tests.journal.conftest import accept, entry, query
from tests.support.postgres import PostgresServer
from tests.support.waiting import eventually

DONE = Record("a", "blind", "http:partner", "hash", Step.DONE, "key", 5, reply=b"reply", recorded_at=6)


@pytest.fixture
async def other(postgres_journal: Journal, postgres_database: str) -> AsyncIterator[Journal]:
    """A second process's journal on the same database."""
    found = open_journal(postgres_database)
    await found.open()
    yield found
    await found.close()


def own(url: str, shard: int, epoch: int) -> None:
    """Say that `shard` is owned under `epoch`."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO shard VALUES (%s, 'someone', %s, 0) ON CONFLICT (id) DO UPDATE SET epoch = excluded.epoch",
            (shard, epoch),
        )


def write(journal: Journal, seq: int, fence: Fence) -> "asyncio.Future[None]":
    """Submit a record under a fence."""
    return journal.submit(ops.write_records(seq, [DONE], first=True), essential=True, fence=fence)


async def test_stale_epoch_writes_nothing(postgres_journal: Journal, postgres_database: str) -> None:
    """Who lost his shard is told so and nothing of his is stored; what is stored beside him is not touched by that."""
    own(postgres_database, 1, 7)
    own(postgres_database, 2, 3)
    [one, two] = await accept(postgres_journal, entry(1, shard=1), entry(2, shard=2))
    answers = await asyncio.gather(
        write(postgres_journal, one.seq, Fence(1, 6)),
        write(postgres_journal, two.seq, Fence(2, 3)),
        write(postgres_journal, one.seq, Fence(9, 1)),
        return_exceptions=True,
    )
    assert [type(answer) for answer in answers] == [Fenced, type(None), Fenced]
    rows = await query(postgres_journal, "select exchange from record")
    assert [row["exchange"] for row in rows] == [two.seq]


async def test_stale_lease_accepts_nothing(postgres_journal: Journal, postgres_database: str) -> None:
    """Who lost a named lease neither accepts, nor moves the cursor back, nor changes records; who has it does all three."""
    with psycopg.connect(postgres_database, autocommit=True) as connection:
        connection.execute("INSERT INTO lease VALUES ('consumer:r', 'someone', 4, 0)")
    late, held = Fence("consumer:r", 3), Fence("consumer:r", 4)
    answers = await asyncio.gather(
        postgres_journal.submit(ops.accept([entry(1)], ("r", b"new", 1)), fence=held),
        postgres_journal.submit(store.put_state("s", "k", b"new", 1), essential=True, fence=held),
        postgres_journal.submit(ops.accept([entry(2)], ("r", b"old", 2)), fence=late),
        postgres_journal.submit(store.put_state("s", "k", b"old", 2), essential=True, fence=late),
        postgres_journal.submit(ops.accept([], ("r", b"none", 3)), fence=Fence("consumer:unknown", 1)),
        return_exceptions=True,
    )
    assert [isinstance(answer, Fenced) for answer in answers] == [False, False, True, True, True]
    assert await postgres_journal.read(ops.read_cursor("r")) == b"new"
    assert await postgres_journal.read(store.get_state("s", "k")) == b"new"
    assert len(await query(postgres_journal, "select id from exchange")) == 1


async def test_write_that_meets_a_take_over_is_turned_away(postgres_journal: Journal, postgres_database: str) -> None:
    """A write that begins while a take-over is under way waits for its end, and then stores nothing."""
    own(postgres_database, 1, 7)
    [one] = await accept(postgres_journal, entry(1, shard=1))
    waiting = "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    with psycopg.connect(postgres_database) as taker:
        taker.execute("UPDATE shard SET epoch = 8 WHERE id = 1")
        late = write(postgres_journal, one.seq, Fence(1, 7))
        await eventually(lambda: query(postgres_journal, waiting))
        taker.commit()
    with pytest.raises(Fenced):
        await late
    assert await query(postgres_journal, "select * from record") == []


async def test_exchanges_become_visible_in_order(postgres_journal: Journal, other: Journal) -> None:
    """Whoever has seen an exchange of one process never finds an earlier one of another process later."""
    seen: list[int] = []

    async def look() -> None:
        while len(seen) < 600:
            seen.extend(one.seq for one in await other.read(ops.read_open(seen[-1] if seen else 0, 1_000)))

    looking = asyncio.create_task(look())
    await asyncio.gather(*[accept(journal, entry(n)) for n in range(300) for journal in (postgres_journal, other)])
    await asyncio.wait_for(looking, 20)
    assert len(seen) == 600
    assert seen == sorted(seen)


async def test_one_key_at_two_processes(postgres_journal: Journal, other: Journal) -> None:
    """The same message at two doors in the same instant is one exchange."""
    answers = await asyncio.gather(
        *[accept(journal, entry(n, key=f"k{n % 20}")) for n in range(100) for journal in (postgres_journal, other)]
    )
    assert sum(not one.duplicate for [one] in answers) == 20


async def test_deadlock_is_solved(postgres_journal: Journal, other: Journal) -> None:
    """Writers who wait for each other in a circle are separated, and all is stored."""
    crossing = [store.put_state("s", key, b"v", 1) for key in ("a", "b")]

    def both(first: Operation[None], second: Operation[None]) -> Operation[None]:
        def start():  # type: ignore[no-untyped-def]
            yield from first.start()
            yield from second.start()

        return Operation("both", start)

    there, back = both(*crossing), both(*reversed(crossing))
    await asyncio.gather(
        *[journal.submit(one) for _ in range(30) for journal in (postgres_journal, other) for one in (there, back)]
    )
    found = await other.read(store.find_state("s", "", 10))
    assert [key for key, _ in found] == ["a", "b"]


async def test_nul_is_stored_as_its_symbol(postgres_journal: Journal) -> None:
    """Text that PostgreSQL cannot hold is no reason to refuse a message, nor to fail its neighbours."""
    [[one], [two]] = await asyncio.gather(
        accept(postgres_journal, entry(1, lane="a\0b", key="k\0")), accept(postgres_journal, entry(2))
    )
    assert {one.duplicate, two.duplicate} == {False}
    [again] = await accept(postgres_journal, entry(1, key="k\0"))
    assert again.id == one.id


async def test_commit_without_answer_is_repeated(postgres_journal: Journal, postgres_database: str) -> None:
    """Connections cut by the server: results are stored all the same, once."""
    admitted = await accept(postgres_journal, *[entry(n) for n in range(20)])
    endings = [
        postgres_journal.submit(ops.end_run(Ending(one.seq, one.id, State.DONE, 9)), essential=True) for one in admitted
    ]
    with psycopg.connect(postgres_database, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid()"
        )
    await asyncio.gather(*endings)
    rows = await query_again(postgres_journal, "select count(*) as n from exchange where state = 'done'")
    assert rows == [{"n": 20}]


async def query_again(journal: Journal, text: str) -> list[dict[str, object]]:
    """Run a select, a second time when the first met a connection that was cut."""
    try:
        return await query(journal, text)
    except Broken:
        return await query(journal, text)


async def test_server_stopped_and_started_again(own_server: PostgresServer) -> None:
    """While the server is gone nothing new is taken and the journal says why; results wait; then all goes on by itself."""
    journal = open_journal(own_server.url())
    await journal.open()
    [before] = await accept(journal, entry(1))
    await asyncio.to_thread(own_server.stop)
    with pytest.raises(Broken):
        await accept(journal, entry(2))
    result = journal.submit(ops.end_run(Ending(before.seq, before.id, State.DONE, 9)), essential=True)
    with pytest.raises(Broken):
        await journal.read(ops.read_run(before.seq))
    assert journal.failure()
    assert not result.done()
    await asyncio.to_thread(own_server.start)
    await asyncio.wait_for(result, 20)
    await eventually(lambda: journal.failure() is None)
    assert (await accept(journal, entry(3)))[0].seq > before.seq
    assert await query(journal, "select id from exchange where state = 'done'") == [{"id": before.id}]
    await journal.close()


async def test_idle_journal_notices_that_the_server_is_back(own_server: PostgresServer) -> None:
    """Without any work the journal finds out by itself that it can write again."""
    journal = open_journal(own_server.url())
    await journal.open()
    await asyncio.to_thread(own_server.stop)
    with pytest.raises(Broken):
        await accept(journal, entry(1))
    await asyncio.to_thread(own_server.start)
    await eventually(lambda: journal.failure() is None)
    await journal.close()


async def test_absent_server_is_told_at_the_start(tmp_path: object) -> None:
    """No server: `open` says so."""
    with pytest.raises(Broken):
        await open_journal(f"postgresql://nobody@/none?host={tmp_path}").open()


async def test_queue_is_bounded_but_never_for_results(
    postgres_journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full queue refuses new messages, not results."""
    monkeypatch.setattr("caravana.journal.postgresql.QUEUE_LIMIT", 3)
    futures = [postgres_journal.submit(ops.accept([entry(n)])) for n in range(5)]
    essential = postgres_journal.submit(store.put_state("s", "k", b"v", 1), essential=True)
    answers = await asyncio.gather(*futures, return_exceptions=True)
    assert [isinstance(one, Full) for one in answers] == [False, False, False, True, True]
    await essential


LOCALES = (
    "SELECT collcollate, collprovider FROM pg_collation WHERE collprovider = 'c' AND collcollate ILIKE '%.utf%8' "
    "AND collcollate NOT ILIKE 'c.%' UNION ALL "
    "SELECT 'es', 'i' FROM pg_collation WHERE collname = 'es-x-icu' ORDER BY 2 LIMIT 1"
)


@pytest.fixture
def database_of_words(own_server: PostgresServer) -> str:
    """Address of a database that sorts as people do, not by bytes: by a language of the system's, else by ICU's Spanish."""
    with psycopg.connect(own_server.url(), autocommit=True) as connection:
        found = connection.execute(LOCALES).fetchone()
        if found is None or (found[1] == "i" and connection.info.server_version < 150000):
            pytest.skip("this PostgreSQL has no locale but C")
        locale = "LOCALE_PROVIDER icu ICU_LOCALE {}" if found[1] == "i" else "LOCALE {}"
        make = sql.SQL("CREATE DATABASE words TEMPLATE template0 ENCODING 'UTF8' " + locale)
        connection.execute(make.format(sql.Literal(found[0])))
    return own_server.url("words")


async def test_keys_are_in_the_order_of_bytes_whatever_the_database_s_language(database_of_words: str) -> None:
    """What begins with a prefix is found, only that, and in one order everywhere: states, settings, identifiers."""
    journal = open_journal(database_of_words)
    await journal.open()
    keys = ["a", "a-3", "a/1", "a/1/x", "a/2", "a/\N{LATIN CAPITAL LETTER N WITH TILDE}", "a:1", "A/4", "b/1"]
    for key in keys:
        await journal.submit(store.put_state("s", key, b"1", 1), essential=True)
    await journal.submit(ops.put_setting("journal.key.1", b"1", 1), essential=True)
    await journal.submit(ops.put_setting("journal_key", b"1", 1), essential=True)
    [one] = await accept(journal, entry(1))
    [of_prefix, since, whole] = [
        [key for key, _ in await journal.read(store.find_state("s", *what))]
        for what in (("a/", 100), ("a/", 100, "a/1/"), ("", 100))
    ]
    settings = await query(journal, "select name from setting where name >= 'journal.' and name < 'journal/'")
    ids = await journal.read(admin.find(one.id[:8]))
    await journal.close()
    assert of_prefix == [key for key in sorted(keys) if key.startswith("a/")]
    assert since == ["a/1/x", "a/2", keys[5]]
    assert whole == sorted(keys)
    assert [row["name"] for row in settings] == ["journal.key.1"]
    assert ids == [(one.seq, one.id)]
