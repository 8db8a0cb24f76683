"""Operations submitted at once are carried out together, and each has the result it would have had alone."""

import asyncio

from caravana.journal import Broken, Journal
from caravana.journal import operations as ops
from caravana.journal.model import Ending, Record, State, Step
from tests.journal.conftest import accept, entry, query

MANY = 150


async def test_numbers_are_those_on_disk(journal: Journal) -> None:
    """Each of many messages accepted at once is told its own place in the order."""
    entries = [entry(number) for number in range(MANY)]
    told = await asyncio.gather(*(accept(journal, one) for one in entries))
    stored = {row["id"]: row["seq"] for row in await query(journal, "SELECT id, seq FROM exchange")}
    assert {admitted.id: admitted.seq for [admitted] in told} == stored
    assert [admitted.id for [admitted] in told] == [one.id for one in entries]


async def test_duplicates_among_them(journal: Journal) -> None:
    """Of messages with one key that are accepted at once, one is new and the others are told of it."""
    entries = [entry(number, key=f"k{number % 50}") for number in range(MANY)]
    told = [one for [one] in await asyncio.gather(*(accept(journal, one) for one in entries))]
    new = {one.id for one in told if not one.duplicate}
    assert len(new) == 50
    assert {one.id for one in told} == new


async def test_one_failure_is_its_own(journal: Journal) -> None:
    """A message that the database refuses fails alone; those beside it are stored."""
    entries = [entry(number) for number in range(20)]
    entries[7] = entry(7, route=None)
    told = await asyncio.gather(*(accept(journal, one) for one in entries), return_exceptions=True)
    assert [type(one) for one in told if isinstance(one, BaseException)] == [Broken]
    assert isinstance(told[7], Broken)
    assert (await query(journal, "SELECT count(*) AS number FROM exchange"))[0]["number"] == 19


async def test_keys_payloads_records_and_ends_together(journal: Journal) -> None:
    """What many exchanges write at once is theirs: business keys, large messages, records, states."""
    large = b"x" * 20_000
    entries = [
        entry(number, keys=(("order", f"o{number}"),), **({"message": large} if number % 3 == 0 else {}))
        for number in range(40)
    ]
    told = [one for [one] in await asyncio.gather(*(accept(journal, one) for one in entries))]
    record = Record("to1", "blind", "http:x", "h", Step.INTENT, "k", 5)
    await asyncio.gather(*(journal.submit(ops.write_records(one.seq, [record], first=True)) for one in told))
    done = [record.with_(state=Step.DONE, reply=b"r%d" % one.seq, intended_at=9) for one in told]
    writes = [ops.write_records(one.seq, [kept]) for one, kept in zip(told, done, strict=True)]
    ends = [ops.end_run(Ending(one.seq, one.id, State.DONE, 7, reply=b"a%d" % one.seq)) for one in told[:30]]
    await asyncio.gather(*(journal.submit(one) for one in (*writes, *ends)))
    for index, one in enumerate(told):
        found = await journal.read(ops.read_run(one.seq))
        assert found is not None
        stored, records = found
        assert stored.state == (State.DONE if index < 30 else State.RUNNING)
        assert stored.message == entries[index].message
        assert records["to1"] == done[index].with_(intended_at=5)
    keys = await query(journal, "SELECT value, exchange FROM business_key")
    assert {row["value"]: row["exchange"] for row in keys} == {f"o{i}": one.seq for i, one in enumerate(told)}
