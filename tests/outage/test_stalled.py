"""Connections to PostgreSQL that stall: a firewall that forgot them, a machine that lost its power. New ones are well."""

import asyncio

import pytest

from caravana.dispatch.lease import LeasedOwnership
from caravana.journal import Broken, open_journal, store
from caravana.journal import operations as ops
from caravana.journal import postgresql as module
from tests.support.stalling import stalling
from tests.support.waiting import eventually


async def test_lease_is_renewed_over_another_connection(postgres_database: str) -> None:
    """The thread that keeps the lease waits for no answer longer than its patience: all is ours again soon."""

    async def change(_: int) -> None:
        """Nothing runs here."""

    journal = open_journal(postgres_database)
    await journal.open()
    await journal.close()
    async with stalling(postgres_database) as way:
        ownership = LeasedOwnership(way.url, lease=1.5)
        await ownership.start(change, change)
        assert ownership.outlives(7, 0)
        way.stall()
        await eventually(lambda: not ownership.outlives(7, 0))
        await eventually(lambda: ownership.outlives(7, 0))
        async with asyncio.timeout(5):
            await ownership.stop()


async def test_read_without_an_answer_is_given_up(postgres_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who reads is told that the database is away, and reads over another connection then."""
    monkeypatch.setattr(module, "PATIENCE", 1.0)
    async with stalling(postgres_database) as way:
        journal = open_journal(way.url)
        await journal.open()
        await journal.read(ops.read_breakers())
        way.stall()
        async with asyncio.timeout(20):
            with pytest.raises(Broken):
                await journal.read(ops.read_breakers())
            assert await journal.read(ops.read_breakers()) == []
            await journal.close()


async def test_result_without_an_answer_is_stored_over_another_connection(
    postgres_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What must be stored is, although the connection of the transaction stalled."""
    monkeypatch.setattr(module, "PATIENCE", 1.0)
    async with stalling(postgres_database) as way:
        journal = open_journal(way.url)
        await journal.open()
        one, two = (store.put_state("scope", key, b"jnull", 1) for key in "ab")
        await journal.submit(one, essential=True)
        way.stall()
        async with asyncio.timeout(30):
            await journal.submit(two, essential=True)
            assert len(await journal.query("select key from state where scope = 'scope'", {})) == 2
            await journal.close()
