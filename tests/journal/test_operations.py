"""What the journal promises, the same on SQLite and PostgreSQL."""

import asyncio
import os

import pytest

from caravana.journal import Journal, open_journal, retention, store
from caravana.journal import operations as ops
from caravana.journal.model import Breaker, Ending, Letter, Record, State, Step
from tests.journal.conftest import accept, entry, query


def record(path: str = "a", **changes: object) -> Record:
    """Return a record of a call that is done."""
    made = Record(path, "blind", "http:partner", "hash", Step.DONE, "key", 5, reply=b"reply", recorded_at=6)
    return made.with_(**changes)


async def test_accept_gives_rising_places(journal: Journal) -> None:
    """Entries get places in the order in which they were handed in, whether together or one after another."""
    together = await accept(journal, *[entry(number) for number in range(5)])
    behind = await accept(journal, entry(6))
    places = [one.seq for one in together + behind]
    assert places == sorted(set(places))
    assert not any(one.duplicate for one in together)


async def test_equal_keys_are_one(journal: Journal) -> None:
    """A known key of the source is a duplicate, counted on its owner; of another source it is new."""
    [first] = await accept(journal, entry(key="k", body_hash="x"))
    [same] = await accept(journal, entry(key="k", body_hash="x"))
    [elsewhere] = await accept(journal, entry(key="k", source="test:other"))
    assert (same.seq, same.id, same.duplicate, same.conflict) == (first.seq, first.id, True, False)
    assert not elsewhere.duplicate
    assert (await query(journal, "select duplicates from exchange order by seq"))[0] == {"duplicates": 1}


async def test_key_with_another_body_is_a_conflict(journal: Journal) -> None:
    """A known key with another body is told as a conflict."""
    await accept(journal, entry(key="k", body_hash="x"))
    [other] = await accept(journal, entry(key="k", body_hash="y"))
    assert (other.duplicate, other.conflict) == (True, True)


async def test_one_key_by_many_at_once(journal: Journal) -> None:
    """Of many simultaneous arrivals with one key exactly one is new and the others name it."""
    answers = await asyncio.gather(*[accept(journal, entry(n, key="k", body_hash="x")) for n in range(100)])
    new = [one for [one] in answers if not one.duplicate]
    assert len(new) == 1
    assert {one.id for [one] in answers} == {new[0].id}


async def test_same_id_again_is_a_duplicate(journal: Journal) -> None:
    """An entry whose storing was not confirmed may be stored again under its id."""
    one = entry(1)
    [first] = await accept(journal, one)
    [again] = await accept(journal, one)
    assert (again.seq, again.duplicate, again.conflict) == (first.seq, True, False)


async def test_cursor_moves_with_what_it_brought(journal: Journal) -> None:
    """Entries and the consumer's position are stored together."""
    assert await journal.read(ops.read_cursor("main")) is None
    await journal.submit(ops.accept([entry(1), entry(2)], ("main", b"position", 7)))
    await journal.submit(ops.accept([], ("main", b"next", 8)))
    assert await journal.read(ops.read_cursor("main")) == b"next"


async def test_run_reads_back_what_was_written(journal: Journal) -> None:
    """Exchange and records come back as they went in, large ones too."""
    large = os.urandom(20_000)
    [admitted] = await accept(journal, entry(message=large, lane="pay:1", strict=True, branch="quito"))
    records = [record("a"), record("b", reply=large, reference="ref"), record("c", request=large, state=Step.WOULD)]
    await journal.submit(ops.write_records(admitted.seq, records, first=True), essential=True)
    found = await journal.read(ops.read_run(admitted.seq))
    assert found is not None
    stored, by_path = found
    assert (stored.message, stored.lane, stored.strict, stored.branch) == (large, "pay:1", True, "quito")
    assert stored.state == State.RUNNING
    assert by_path == {one.path: one for one in records}


async def test_record_is_replaced_but_keeps_its_intent_time(journal: Journal) -> None:
    """A later outcome takes the place of the intent; the time of the first intent stays."""
    [admitted] = await accept(journal, entry())
    await journal.submit(ops.write_records(admitted.seq, [record(state=Step.INTENT, reply=None, intended_at=3)]))
    await journal.submit(ops.write_records(admitted.seq, [record(intended_at=9)]))
    found = await journal.read(ops.read_run(admitted.seq))
    assert found is not None
    assert (found[1]["a"].state, found[1]["a"].intended_at) == (Step.DONE, 3)


async def test_unknown_exchange_is_none(journal: Journal) -> None:
    """Reading what is not there gives None."""
    assert await journal.read(ops.read_run(12345)) is None
    assert await journal.read(ops.read_reply("no")) is None


async def test_attempts_are_kept(journal: Journal) -> None:
    """Every failed attempt stays, beside the record that will be tried again."""
    [admitted] = await accept(journal, entry())
    for number in (1, 2):
        again = record(state=Step.RETRY, reply=None, attempts=number, next_at=99)
        await journal.submit(ops.write_attempt(admitted.seq, [again], number, 10 + number, "refused"))
    assert await journal.read(ops.read_attempts(admitted.seq)) == [("a", 1, 11, "refused"), ("a", 2, 12, "refused")]


async def test_end_stores_state_reply_and_letters(journal: Journal) -> None:
    """A run's end stores the answer, late records and dead letters, and nothing changes when it is stored twice."""
    [admitted] = await accept(journal, entry(pattern="InOut"))
    letter = Letter("x", "seda:dead", b"m", "because", whole=True)
    ending = Ending(
        admitted.seq, admitted.id, State.DEAD, 50, reply=b"no" * 9_000, error="because", records=[record()],
        letters=[letter],
    )  # fmt: skip
    for _ in range(2):
        await journal.submit(ops.end_run(ending), essential=True)
    found = await journal.read(ops.read_reply(admitted.id))
    assert found == (admitted.seq, admitted.id, "dead", b"no" * 9_000, None, "because")
    assert await query(journal, "select path, error from dead_letter") == [{"path": "x", "error": "because"}]


async def test_open_work_is_listed_in_order_by_shard(journal: Journal) -> None:
    """Unfinished work of the shards asked for comes in order, in parts; ended work does not."""
    admitted = await accept(journal, *[entry(n, shard=n % 64) for n in range(130)])
    await journal.submit(ops.end_run(Ending(admitted[3].seq, admitted[3].id, State.DONE, 9)))
    first = await journal.read(ops.read_open(0, 100))
    rest = await journal.read(ops.read_open(first[-1].seq, 100))
    assert [one.seq for one in first + rest] == [one.seq for one in admitted if one is not admitted[3]]
    some = await journal.read(ops.read_open(0, 100, [(0, 1), (40, 40), (63, 63)]))
    assert {one.shard for one in some} == {0, 1, 40, 63}
    assert await journal.read(ops.read_open(0, 100, [])) == []


async def test_source_with_open_work(journal: Journal) -> None:
    """A source is busy while an exchange of it is unfinished."""
    assert not await journal.read(ops.has_open("test:in"))
    [admitted] = await accept(journal, entry())
    assert await journal.read(ops.has_open("test:in"))
    await journal.submit(ops.end_run(Ending(admitted.seq, admitted.id, State.DONE, 9)))
    assert not await journal.read(ops.has_open("test:in"))


async def test_child_is_started_once(journal: Journal) -> None:
    """A child is stored with its parent's record; a second time it is the same child."""
    [parent] = await accept(journal, entry())
    child = entry(parent=parent.id)
    first = await journal.submit(ops.spawn(parent.seq, [record("child")], child), essential=True)
    again = await journal.submit(ops.spawn(parent.seq, [record("child")], child), essential=True)
    assert (again.seq, again.duplicate) == (first.seq, True)
    assert await query(journal, "select parent from exchange where id = :id", id=child.id) == [{"parent": parent.id}]


async def test_claim_belongs_to_one_exchange_and_path(journal: Journal) -> None:
    """A ledger key is its owner's, also when he asks again; others are counted as duplicates on him."""
    [owner, other] = await accept(journal, entry(1), entry(2))

    async def claim(exchange: str, path: str = "p") -> bool:
        return await journal.submit(
            ops.claim("repo", "k", exchange, path, now=1, confirmed=False, remove_on_failure=True), essential=True
        )

    assert [await claim(owner.id), await claim(owner.id), await claim(other.id)] == [True, True, False]
    assert not await claim(owner.id, "elsewhere")
    assert await journal.read(ops.peek_claim("repo", "k")) == owner.id
    rows = await query(journal, "select duplicates from exchange order by seq")
    assert [row["duplicates"] for row in rows] == [2, 0]


@pytest.mark.parametrize(("state", "kept"), [(State.DONE, True), (State.FAILED, False), (State.DEAD, True)])
async def test_claim_follows_its_exchange(journal: Journal, state: State, kept: bool) -> None:
    """A claim is confirmed at done, removed at failed, and stays while the exchange may be retried."""
    [owner] = await accept(journal, entry())
    await journal.submit(ops.claim("repo", "k", owner.id, "p", now=1, confirmed=False, remove_on_failure=True))
    await journal.submit(ops.end_run(Ending(owner.seq, owner.id, state, 9, claims=True)))
    assert (await journal.read(ops.peek_claim("repo", "k")) is not None) is kept


async def test_small_records_of_the_flows(journal: Journal) -> None:
    """Values by scope and key are stored, replaced, found by prefix in order, and removed."""
    for key, value in (("b/1", b"1"), ("a/2", b"2"), ("a/1", b"x"), ("a/1", b"3"), ("ab", b"4")):
        await journal.submit(store.put_state("links", key, value, 1))
    assert await journal.read(store.get_state("links", "a/1")) == b"3"
    assert await journal.read(store.find_state("links", "a/", 10)) == [("a/1", b"3"), ("a/2", b"2")]
    assert await journal.read(store.find_state("links", "a/", 10, "a/2")) == [("a/2", b"2")]
    assert await journal.read(store.find_state("links", "", 1, "a/2")) == [("a/2", b"2")]
    await journal.submit(store.put_state("links", "a/1", None, 2))
    assert await journal.read(store.get_state("links", "a/1")) is None


async def test_records_are_stored_together_or_not_at_all(journal: Journal) -> None:
    """Whoever read their group before it moved on stores nothing; of many at once one stores, and the group stands there."""
    assert await journal.read(store.get_turn("turn", "a")) == 0
    first = await journal.submit(store.put_together("turn", "a", 0, [("s", "k", b"1"), ("s", "l", b"2")], 100))
    assert (first, await journal.read(store.get_turn("turn", "a"))) == (100, 100)
    assert await journal.submit(store.put_together("turn", "a", 0, [("s", "k", b"late")], 200)) == 0
    rivals = [store.put_together("turn", "a", 100, [("s", "l", None), ("s", "m", b"%d" % n)], 100) for n in range(20)]
    moved = await asyncio.gather(*map(journal.submit, rivals))
    assert sorted(moved) == [0] * 19 + [101]
    found = await journal.read(store.find_state("s", "", 10))
    assert found == [("k", b"1"), ("m", b"%d" % moved.index(101))]


async def test_revisions_settings_and_circuits(journal: Journal) -> None:
    """The smaller tables keep what was stored last."""
    for _ in range(2):
        await journal.submit(ops.put_revision("r1", b"manifest", 1))
    await journal.submit(ops.put_setting("pause", b"1", 1))
    await journal.submit(ops.put_setting("pause", b"0", 2))
    await journal.submit(ops.put_breaker(Breaker("odoo:odoo", "open", 5, "refused", 9, 3)))
    await journal.submit(ops.write_audit(1, "ana", "retry", "x", None))
    assert await journal.read(ops.read_revision("r1")) == b"manifest"
    assert [bytes(row["value"]) for row in await query(journal, "select value from setting")] == [b"0"]
    assert await journal.read(ops.read_breakers()) == [("odoo:odoo", "open", 5, "refused", 9, 3)]


async def test_retention_takes_all_that_belongs_to_old_exchanges(journal: Journal) -> None:
    """What ended long ago goes with its records, payloads and keys; younger and other states stay."""
    old, young, dead = await accept(
        journal, entry(1, message=os.urandom(20_000), keys=(("order", "S1"),)), entry(2), entry(3)
    )
    await journal.submit(ops.write_attempt(old.seq, [record()], 1, 5, "x"))
    for one, state, at in ((old, State.DONE, 10), (young, State.DONE, 100), (dead, State.DEAD, 10)):
        await journal.submit(ops.end_run(Ending(one.seq, one.id, state, at)))
    assert await journal.submit(retention.retain("done", 50, 100)) == 1
    assert [row["seq"] for row in await query(journal, "select seq from exchange order by seq")] == [
        young.seq,
        dead.seq,
    ]
    for table in ("record", "attempt", "payload", "business_key"):
        assert await query(journal, f"select * from {table}") == []


async def test_records_of_use_for_a_time_only_go(journal: Journal) -> None:
    """Of one scope what nobody has changed for long goes, portion by portion; what was changed after the search stays."""
    for scope, key, at in (("told", "a", 1), ("told", "b", 2), ("told", "c", 90), ("other", "a", 1)):
        await journal.submit(store.put_state(scope, key, b"1", at))
    [first] = await journal.read(store.old_states("told", 50, 1))
    assert first in ("a", "b")
    found = await journal.read(store.old_states("told", 50, 10))
    assert sorted(found) == ["a", "b"]
    await journal.submit(store.put_state("told", "b", b"2", 60))
    await journal.submit(store.forget_states("told", found, 50))
    rows = await query(journal, "select scope, key from state order by scope, key")
    assert [(row["scope"], row["key"]) for row in rows] == [("other", "a"), ("told", "b"), ("told", "c")]


async def test_old_keys_of_the_ledger_go(journal: Journal) -> None:
    """Confirmed keys go when they are old, portion by portion; younger ones and those of unfinished exchanges stay."""
    for key, at, confirmed in (("a", 1, True), ("b", 2, True), ("c", 90, True), ("d", 1, False)):
        taken = ops.claim("orders", key, "x1", "p", now=at, confirmed=confirmed, remove_on_failure=False)
        assert await journal.submit(taken)
    [_] = await journal.read(retention.old_claims(50, 1))
    found = await journal.read(retention.old_claims(50, 10))
    assert sorted(found) == [("orders", "a"), ("orders", "b")]
    await journal.submit(retention.forget_claims([*found, ("orders", "c"), ("orders", "d")], 50))
    assert [row["key"] for row in await query(journal, "select key from ledger order by key")] == ["c", "d"]
    again = ops.claim("orders", "a", "x2", "p", now=91, confirmed=True, remove_on_failure=False)
    assert await journal.submit(again)


async def test_wrong_operation_fails_alone(journal: Journal) -> None:
    """An operation that fails by itself leaves nothing behind and does no harm to those submitted with it."""
    bad = ops.accept([entry(1), entry(2, message=None)])
    futures = [journal.submit(one) for one in (ops.accept([entry(3)]), bad, ops.accept([entry(4)]))]
    answers = await asyncio.gather(*futures, return_exceptions=True)
    assert [isinstance(answer, Exception) for answer in answers] == [False, True, False]
    assert len(await query(journal, "select id from exchange")) == 2


async def test_nothing_waits_when_the_journal_is_closed(journal_url: str) -> None:
    """What was submitted before closing is stored; what comes after is refused; all is there at the next start."""
    journal = open_journal(journal_url)
    await journal.open()
    futures = [journal.submit(ops.accept([entry(n)])) for n in range(300)]
    await journal.close()
    assert all(future.done() and future.exception() is None for future in futures)
    again = open_journal(journal_url)
    await again.open()
    found = await again.read(ops.read_open(0, 1_000))
    assert len(found) == 300
    await again.close()
