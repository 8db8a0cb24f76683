"""What is older than its retention goes by itself."""

from datetime import timedelta
from pathlib import Path

from caravana.engine.configuration import Retention
from caravana.engine.housekeeping import Housekeeping
from caravana.engine.times import to_micros
from caravana.journal import open_journal
from caravana.journal import operations as ops
from caravana.kit.clock import ManualClock


async def test_keys_of_the_ledger_go_after_their_retention(tmp_path: Path) -> None:
    """An old key frees its name; a young one still makes a duplicate; the ledger is looked through once a day."""
    clock = ManualClock()
    journal = open_journal(f"sqlite:///{tmp_path / 'j.db'}")
    await journal.open()
    tidy = Housekeeping(journal, clock, Retention(ledger=timedelta(days=2))).tidy

    async def mine(key: str, exchange: str) -> bool:
        now = to_micros(clock.now())
        taken = ops.claim("orders", key, exchange, "p", now=now, confirmed=True, remove_on_failure=False)
        return await journal.submit(taken)

    try:
        assert await mine("a", "x1")
        clock.advance(timedelta(days=1).total_seconds())
        assert await mine("b", "x2")
        await tidy()
        assert not await mine("a", "x3")
        clock.advance(timedelta(days=1, hours=1).total_seconds())
        await tidy()
        assert (await mine("a", "x4"), await mine("b", "x5")) == (True, False)
        clock.advance(timedelta(hours=23.5).total_seconds())
        await tidy()
        assert not await mine("b", "x6")
        clock.advance(timedelta(hours=0.5).total_seconds())
        await tidy()
        assert await mine("b", "x7")
    finally:
        await journal.close()
