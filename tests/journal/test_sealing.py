"""Sealed values: what stands in the database, which keys open it, and how a key is replaced."""

import base64
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
import sqlalchemy as sa

from caravana.journal import Journal, Keyring, Unreadable, open_journal, store
from caravana.journal import admin as acts
from caravana.journal import operations as ops
from caravana.journal import tables as t
from caravana.journal.listing import Filter, messages
from caravana.journal.model import Ending, Letter, Record, State, Step
from caravana.journal.operation import Operation, Statement, Work
from caravana.journal.resealing import PLACES, reseal
from caravana.journal.resealing_statements import MARK_BYTES, TEXT_MARK_LENGTH
from caravana.kit.errors import ConfigurationError
from tests.journal.conftest import accept, entry

WORD = "Zanahoria"
BODY = f"r{WORD}".encode()
LARGE = b"r" + WORD.encode() + os.urandom(20_000)
FAILURE = f'{{"class": "Refused", "message": "{WORD}"}}'
RECORD = Record(
    "a", "blind", "http:partner", "hash", Step.DONE, "key", 5, reply=LARGE, error=FAILURE, request=BODY, recorded_at=6
)
PLAIN = {("revision", "manifest"), ("setting", "value")}
"""Columns of bytes that are not sealed: routes and settings, which hold no content of messages."""


def new_key() -> str:
    """Return a key."""
    return base64.b64encode(os.urandom(32)).decode()


Opener = Callable[..., Awaitable[Journal]]


@pytest.fixture
async def opened(journal_url: str) -> AsyncIterator[Opener]:
    """Open the test's journal with keys; the one before is closed, and the last one at the end."""
    async with AsyncExitStack() as stack:

        async def begin(*keys: str) -> Journal:
            await stack.aclose()
            journal = open_journal(journal_url, Keyring(keys[0], keys[1:]) if keys else None)
            await journal.open()
            stack.push_async_callback(journal.close)
            return journal

        yield begin


async def fill(journal: Journal) -> int:
    """Write something into every sealed column; returns the exchange's seq."""
    [one, _] = await accept(journal, entry(1, message=BODY), entry(2, message=LARGE))
    await journal.submit(ops.write_records(one.seq, [RECORD]))
    await journal.submit(ops.write_attempt(one.seq, [RECORD], 1, 7, FAILURE))
    letter = Letter("a", "log:dead", BODY, FAILURE, whole=False)
    ending = Ending(one.seq, one.id, State.DEAD, 9, reply=BODY, error=WORD, letters=[letter])
    await journal.submit(ops.end_run(ending))
    await journal.submit(store.put_state("s", "k", BODY, 1))
    await journal.submit(ops.accept([], ("main", BODY, 1)))
    await journal.submit(ops.write_audit(1, "ana", "look", one.id, WORD))
    return one.seq


async def check_read(journal: Journal, seq: int) -> None:
    """What `fill` wrote is read as it was written."""
    found = await journal.read(ops.read_run(seq))
    assert found is not None
    assert (found[0].message, found[1]) == (BODY, {"a": RECORD})
    second = await journal.read(ops.read_run(seq + 1))
    assert second is not None
    assert second[0].message == LARGE
    assert await journal.read(ops.read_attempts(seq)) == [("a", 1, 7, FAILURE)]
    head = await journal.read(acts.show(seq))
    assert (head["reply"], head["error"], head["audit"][0][4]) == (BODY, WORD, WORD)
    assert (head["letters"][0]["message"], head["letters"][0]["error"]) == (BODY, FAILURE)
    assert await journal.read(store.get_state("s", "k")) == BODY
    assert await journal.read(store.find_state("s", "", 9)) == [("k", BODY)]
    assert await journal.read(ops.read_cursor("main")) == BODY
    [row] = await journal.query(*messages(Filter(states=("dead",))))
    assert row["error"] == WORD


async def raw(journal: Journal, text: str) -> list[Any]:
    """Return the first column of a select as it stands in the database."""
    statement = Statement("raw", text, text, returns=True)

    def rows() -> Work[list[Any]]:
        return [row[0] for row in (yield statement, {})]

    return await journal.read(Operation("raw", rows))


async def values(journal: Journal) -> list[tuple[str, Any]]:
    """Return (column, value) for all that stands in sealed columns, as it stands there."""
    found: list[tuple[str, Any]] = []
    for place, column in sealed():
        stored = await raw(journal, f"select {column} from {place} where {column} is not null")
        found += [(f"{place}.{column}", value if isinstance(value, str) else bytes(value)) for value in stored]
    return found


def sealed() -> list[tuple[str, str]]:
    """Return (table, column) of what is sealed."""
    every = [column for table in t.metadata.sorted_tables for column in table.c]
    return [(one.table.name, one.name) for one in every if isinstance(one.type, t.Sealed | t.SealedText)]


def test_every_column_with_content_is_sealed() -> None:
    """No column of bytes, and no error text, is added to the schema without a decision."""
    every = [column for table in t.metadata.sorted_tables for column in table.c]
    content = {(one.table.name, one.name) for one in every if isinstance(one.type, sa.LargeBinary)}
    content |= {(one.table.name, one.name) for one in every if one.name in ("error", "detail")}
    assert content - PLAIN == set(sealed())
    places = {(table, column) for table, place in PLACES.items() for column in place.columns}
    assert places == set(sealed())
    assert all(
        place.keys == tuple(t.metadata.tables[name].primary_key.columns.keys()) for name, place in PLACES.items()
    )


def test_values_and_marks() -> None:
    """What was sealed is opened, each time it looks different, and it begins with what statements look for."""
    ring = Keyring(new_key())
    assert ring.unseal(ring.seal(BODY)) == BODY
    assert ring.unseal_text(ring.seal_text(FAILURE + "\ud800")) == FAILURE + "\ud800"
    assert ring.seal(BODY) != ring.seal(BODY)
    assert (len(ring.mark), len(ring.text_mark)) == (MARK_BYTES, TEXT_MARK_LENGTH)
    assert ring.seal(BODY).startswith(ring.mark)
    assert ring.seal_text(WORD).startswith(ring.text_mark)
    for plain in ("sealed:", "sealed:00:", "sealed:00:é", "sealed:00:YWJj", WORD):
        assert ring.unseal_text(plain) == plain


def test_changed_value_is_refused() -> None:
    """A sealed value that somebody changed, or cut off, is not taken for something else."""
    ring = Keyring(new_key())
    stored = ring.seal(BODY)
    for wrong in (stored[:-1], stored[:-1] + bytes([stored[-1] ^ 1]), stored[:20]):
        with pytest.raises(Unreadable):
            ring.unseal(wrong)


@pytest.mark.parametrize("key", ["", "short", "c2hvcnQ=", "ä" * 44])
def test_wrong_key_names_its_setting(key: str) -> None:
    """What is no key is refused by the name of its setting, and never shown."""
    with pytest.raises(ConfigurationError, match=r"encryption\.key") as caught:
        Keyring(key)
    assert not key or key not in str(caught.value)
    with pytest.raises(ConfigurationError, match=r"encryption.old_keys.1"):
        Keyring(new_key(), [new_key(), key])


async def test_everything_is_sealed_and_read(opened: Opener) -> None:
    """Every value in a sealed column bears the mark of the key and none the word; all of it is read as it was written."""
    journal = await opened(new_key())
    await check_read(journal, await fill(journal))
    assert journal.keys is not None
    found = await values(journal)
    assert {place for place, _ in found} == {f"{table}.{column}" for table, column in sealed()}
    for _, value in found:
        assert value.startswith(journal.keys.text_mark if isinstance(value, str) else journal.keys.mark)
        assert WORD not in str(value)


async def test_key_comes_later(opened: Opener) -> None:
    """A journal that was written without a key is read with one, and what is written from then on is sealed."""
    seq = await fill(await opened())
    journal = await opened(new_key())
    await check_read(journal, seq)
    await journal.submit(store.put_state("s", "new", BODY, 1))
    old, new = await raw(journal, "select value from state order by key")
    assert bytes(old) == BODY
    assert WORD.encode() not in bytes(new)


async def test_key_is_missing_or_wrong(opened: Opener) -> None:
    """Without its key an encrypted journal opens for nobody, and says which setting is wrong; with it, it opens again."""
    key = new_key()
    seq = await fill(await opened(key))
    with pytest.raises(Unreadable, match=r"set `encryption.key`"):
        await opened()
    with pytest.raises(Unreadable, match=r"1 in audit.detail, .*`encryption.old_keys`"):
        await opened(new_key())
    await check_read(await opened(key), seq)


async def test_key_is_replaced(opened: Opener) -> None:
    """With the old key beside the new one all is read; sealed anew in portions, the old one is needed no more."""
    old, new = new_key(), new_key()
    seq = await fill(await opened(old))
    journal = await opened(new, old)
    await check_read(journal, seq)
    assert journal.keys is not None
    for table, place in PLACES.items():
        last: list[Any] | None = list(place.start)
        while last is not None:
            count, last = await journal.submit(reseal(table, last, 1, journal.keys))
            assert count <= 1
    await check_read(journal, seq)
    journal = await opened(new)
    await check_read(journal, seq)
    with pytest.raises(Unreadable):
        await opened(old)


async def test_plain_rows_are_sealed_later(opened: Opener) -> None:
    """What was written before there was a key can be sealed, too."""
    seq = await fill(await opened())
    journal = await opened(new_key())
    assert journal.keys is not None
    for table, place in PLACES.items():
        await journal.submit(reseal(table, place.start, 100, journal.keys))
    await check_read(journal, seq)
    assert not [value for _, value in await values(journal) if WORD in str(value)]


def test_unknown_key_is_named() -> None:
    """A value that was sealed with a key that is not there is told with that key's name."""
    stranger = Keyring(new_key())
    with pytest.raises(Unreadable, match=stranger.id):
        Keyring(new_key()).unseal(stranger.seal(BODY))
