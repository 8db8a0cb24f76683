"""kill -9 at every boundary: nothing accepted is lost, nothing is done twice, only blind effects are in doubt.

`CARAVANA_KILLS` is the number of kills at each boundary of each database: 12 make 360 in all, and 24 stops, which takes some
ten minutes; the default is a share of it. The summary of the run shows the table.
"""

import multiprocessing
import os
import signal
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import anyio.to_thread
import pytest

from tests.crash.child import LEASE, Life, main
from tests.crash.partner import Partner

BOUNDARIES = [
    f"{what}:{when}"
    for what in ("accept", "intent", "call", "record", "handler", "done")
    for when in ("before", "after")
]
LATE_BOUNDARIES = ["call:under way", "ask:before", "ask:after"]
"""Of a partner that makes an effect `LATE` seconds after its line was cut, and declares `SETTLE`."""
LATE, SETTLE = 0.6, 1.2
STOPS = ["intent:after", "call:before", "call:under way", "call:after", "record:before", "record:after", "done:before"]
"""Where an owner is stopped past its lease. Only between the last look at the lease, which is as the bytes are handed to the
system, and the wire would a process that sleeps send too late, and only the partner could know."""
KILLS = int(os.environ.get("CARAVANA_KILLS", "2"))
LONGEST = 60 * (KILLS + 3)
"""Seconds that one boundary may take on a busy machine."""
MESSAGES = 4
EFFECTS = ("idempotent", "verifiable", "blind", "handler")


@pytest.fixture(scope="session")
def forkserver() -> Any:
    """Processes are forked from one that has imported all, so that a kill costs a tenth of a second."""
    root = Path(__file__).parents[2]
    os.environ["PYTHONPATH"] = f"{root / 'src'}{os.pathsep}{root}"  # the fork server imports by itself
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.crash.child"])
    return context


@pytest.fixture(params=["sqlite", "postgresql"])
def journal_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A fresh journal on each database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/journal.db"
    url: str = request.getfixturevalue("postgres_database")
    return url


def place_of(life: int, event: str) -> int:
    """Return how often `event` happens before the cut: spread over all that one life sees of it, so that each kind is hit."""
    seen = {"intent": 2, "call": 5, "record": 5}.get(event.partition(":")[0], 1) * MESSAGES
    return 1 + (7 * life) % seen


class Episode:
    """One journal and the hubs that live on it: what they were told, and how all ended."""

    def __init__(self, context: Any, journal_url: str, partner: Partner, partner_url: str, settle: float = 0.2) -> None:
        self._context = context
        self._base = Life(journal_url, partner_url, settle=settle)
        self.partner = partner
        self.accepted: list[str] = []
        self.ended: dict[str, dict[str, Any]] = {}
        self.cuts = 0

    async def live(self, heard: Callable[[str, Any], None] | None = None, **life: Any) -> None:
        """Let a hub live until it is cut off or has done all."""
        ours, theirs = self._context.Pipe(duplex=False)
        process = self._context.Process(target=main, args=(replace(self._base, **life), theirs))
        process.start()
        theirs.close()
        await anyio.to_thread.run_sync(self._listen, ours, heard)
        await anyio.to_thread.run_sync(process.join)
        self.cuts += process.exitcode == -signal.SIGKILL
        assert process.exitcode in (0, -signal.SIGKILL)

    def _listen(self, pipe: Connection, heard: Callable[[str, Any], None] | None) -> None:
        try:
            while True:
                what, value = pipe.recv()
                if what == "accepted":
                    self.accepted.append(value)
                elif what == "ended":
                    self.ended = {row["key"]: row for row in value}
                elif heard is not None:
                    heard(what, value)
        except EOFError:
            return

    async def kill_at(self, event: str) -> None:
        """Kill `KILLS` hubs at a boundary, each with messages of its own and the work that is left; then let one end all."""
        for life in range(2 * KILLS):  # a life that ends before its place is reached was not killed
            if self.cuts == KILLS:
                break
            ids = tuple(f"{life}.{number}" for number in range(MESSAGES))
            await self.live(event=event, count=place_of(life, event), ids=ids)
        await self.live()

    def lost(self) -> list[str]:
        """Return what was acknowledged and is not there, or did not end, or ended without its effects."""
        missing = [one for one in self.accepted if one not in self.ended]
        rows = [row for row in self.ended.values() if row["state"] not in ("done", "in_doubt")]
        unfinished = [f"{row['key']} is {row['state']}: {row['error']}" for row in rows]
        undone = [
            f"{name} of {one}"
            for one, row in self.ended.items()
            for name in EFFECTS
            if row["state"] == "done" and not self.partner.done[name, one]
        ]
        return missing + unfinished + undone

    def doubled(self) -> list[tuple[str, str]]:
        """Return what was done more than once."""
        return [what for what, count in self.partner.done.items() if count > 1]

    def doubts(self) -> Counter[str]:
        """Count what is in doubt by kind of effect and reason."""
        rows = [row for row in self.ended.values() if row["state"] == "in_doubt"]
        return Counter(f"{row['kind']}: {row['error']}" for row in rows)

    def judge(self, name: str, database: str, record_property: Callable[[str, object], None]) -> None:
        """Put the row into the table and hold what is promised."""
        lost, doubled, doubts = self.lost(), self.doubled(), self.doubts()
        why = "; ".join(f"{count} × {reason}" for reason, count in sorted(doubts.items()))
        row = (name, database, self.cuts, len(self.accepted), len(lost), len(doubled), doubts.total(), why)
        record_property("crash", row)
        assert (lost, doubled) == ([], [])
        assert [reason for reason in doubts if not reason.startswith("blind: ")] == []


def database_of(journal_url: str) -> str:
    """Return the name of a journal's database."""
    return journal_url.partition(":")[0]


@pytest.mark.slow
@pytest.mark.timeout(LONGEST)
@pytest.mark.parametrize("event", BOUNDARIES)
async def test_kill_at_boundary(
    event: str, journal_url: str, forkserver: Any, record_property: Callable[[str, object], None]
) -> None:
    """Killed again and again at one boundary, the hub loses nothing and does nothing twice."""
    partner = Partner()
    async with partner.served() as url:
        episode = Episode(forkserver, journal_url, partner, url)
        await episode.kill_at(event)
    episode.judge(event, database_of(journal_url), record_property)
    assert episode.cuts == KILLS


@pytest.mark.slow
@pytest.mark.timeout(LONGEST)
@pytest.mark.parametrize("event", LATE_BOUNDARIES)
async def test_kill_beside_a_partner_that_commits_late(
    event: str, journal_url: str, forkserver: Any, record_property: Callable[[str, object], None]
) -> None:
    """A partner makes the effect after the line was cut and says "not found" until then: it is not called again."""
    partner = Partner(LATE)
    async with partner.served() as url:
        episode = Episode(forkserver, journal_url, partner, url, SETTLE)
        await episode.kill_at(event)
    episode.judge(f"{event}, late commit", database_of(journal_url), record_property)
    assert episode.cuts == KILLS


async def test_settle_that_is_too_short_is_seen_here(tmp_path: Path, forkserver: Any) -> None:
    """With a partner that works longer than its endpoint declares, the count of these tests finds the doubled effect."""
    partner = Partner(LATE)
    async with partner.served() as url:
        episode = Episode(forkserver, f"sqlite:///{tmp_path}/journal.db", partner, url, settle=0.0)
        await episode.live(ids=("one", "two"))
    assert {name for name, _ in episode.doubled()} == {"verifiable"}


@pytest.mark.slow
@pytest.mark.timeout(LONGEST)
@pytest.mark.parametrize("event", STOPS)
async def test_owner_stopped_past_its_lease(
    event: str, postgres_database: str, forkserver: Any, record_property: Callable[[str, object], None]
) -> None:
    """SIGSTOP, another process ends the work, SIGCONT: the first one does nothing more to what was taken over."""
    partner = Partner()
    stopped: list[int] = []
    async with partner.served() as url, anyio.create_task_group() as group:
        episode = Episode(forkserver, postgres_database, partner, url)
        for stop in range(max(1, KILLS // 3)):
            ids = tuple(f"{stop}.{number}" for number in range(MESSAGES))
            first = anyio.Event()

            place = place_of(1 + stop, event)

            async def be_stopped(ids: tuple[str, ...] = ids, count: int = place, first: anyio.Event = first) -> None:
                await episode.live(
                    lambda _, pid: stopped.append(pid), event=event, count=count, ids=ids, signal=signal.SIGSTOP
                )
                first.set()

            group.start_soon(be_stopped)
            while len(stopped) <= stop and not first.is_set():
                await anyio.sleep(0.01)
            await episode.live()
            os.kill(stopped[stop], signal.SIGCONT)
            with anyio.fail_after(20 * LEASE):
                await first.wait()
    episode.cuts = len(stopped)
    await episode.live()
    episode.judge(f"{event}, SIGSTOP", "postgresql", record_property)
