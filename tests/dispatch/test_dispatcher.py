"""The dispatcher: window, parking, shards that come and go, work of other processes."""

import asyncio
from datetime import timedelta

import pytest

from caravana.dispatch import HOLD, OVER, Dispatcher, Follower, Verdict, Work
from caravana.dispatch import dispatcher as module
from caravana.kit.clock import ManualClock
from tests.support.waiting import eventually


class Disk:
    """Unfinished work as the journal would list it, and what was run."""

    def __init__(self) -> None:
        self.open: dict[int, Work] = {}
        self.owned = set(range(64))
        self.verdicts: dict[int, Verdict] = {}
        self.gates: dict[int, asyncio.Event] = {}
        self.ran: list[int] = []
        self.looks = 0
        self.clock = ManualClock()
        self.dispatcher = Dispatcher(self.run, self.load, self.clock, live=4, bulk=1)

    def put(self, seq: int, lane: str | None = None, shard: int = 0) -> Work:
        """Put work on disk."""
        self.open[seq] = Work(seq, f"id{seq}", lane, shard=shard)
        return self.open[seq]

    async def load(self, after: int, most: int) -> list[Work]:
        """List unfinished work of owned shards."""
        self.looks += 1
        await asyncio.sleep(0)
        return sorted(one for one in self.open.values() if one.seq > after and one.shard in self.owned)[:most]

    async def run(self, work: Work) -> Verdict:
        """Run one: it ends unless a verdict says otherwise, and waits at its gate if it has one."""
        self.ran.append(work.seq)
        if work.seq in self.gates:
            await self.gates[work.seq].wait()
        verdict = self.verdicts.pop(work.seq, OVER)
        if verdict == OVER:
            self.open.pop(work.seq, None)
        return verdict


@pytest.fixture
async def disk() -> Disk:
    """A disk with a dispatcher that has started."""
    found = Disk()
    await found.dispatcher.start()
    return found


async def test_everything_on_disk_is_run_in_lane_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """More work than the window holds is run all the same, each lane in order."""
    monkeypatch.setattr(module, "WINDOW", 10)
    disk = Disk()
    for seq in range(1, 101):
        disk.put(seq, lane=f"lane{seq % 3}")
    await disk.dispatcher.start()
    await disk.dispatcher.quiet()
    for lane in range(3):
        assert [seq for seq in disk.ran if seq % 3 == lane] == [seq for seq in range(1, 101) if seq % 3 == lane]
    await disk.dispatcher.stop()


async def test_parked_work_holds_its_lane_until_its_time(disk: Disk) -> None:
    """Work that waits for a time keeps its lane and runs again when it comes."""
    disk.verdicts[1] = Verdict(until=disk.clock.now() + timedelta(seconds=60))
    for seq in (1, 2):
        disk.dispatcher.add(disk.put(seq, lane="a"))
    await eventually(lambda: disk.ran == [1])
    disk.clock.advance(61)
    await eventually(lambda: disk.ran == [1, 1, 2])
    await disk.dispatcher.stop()


async def test_lost_shard_is_left_alone_and_found_again(disk: Disk) -> None:
    """Parked, held and queued work of a lost shard is forgotten; when the shard is won again all of it is run."""
    disk.verdicts |= {1: Verdict(until=disk.clock.now() + timedelta(hours=1)), 3: HOLD}
    for seq, lane in ((1, "a"), (2, "a"), (3, "b"), (4, "b")):
        disk.dispatcher.add(disk.put(seq, lane, shard=5))
    await eventually(lambda: sorted(disk.ran) == [1, 3])
    disk.owned.discard(5)
    disk.dispatcher.forget_shard(5)
    assert len(disk.dispatcher) == 0
    disk.owned.add(5)
    await disk.dispatcher.reload()
    await eventually(lambda: not disk.open)
    assert sorted(disk.ran) == [1, 1, 2, 3, 3, 4]
    await disk.dispatcher.stop()


async def test_work_under_way_is_never_run_twice(disk: Disk) -> None:
    """A shard lost and won again while its work runs: that work is not begun a second time before it has ended."""
    disk.gates[1] = asyncio.Event()
    disk.verdicts[1] = HOLD
    disk.dispatcher.add(disk.put(1, "a", shard=5))
    await eventually(lambda: disk.ran == [1])
    disk.dispatcher.forget_shard(5)
    leaving = asyncio.create_task(disk.dispatcher.left(5))
    await disk.dispatcher.reload()
    assert (disk.ran, leaving.done()) == ([1], False)
    disk.gates[1].set()
    await leaving
    await eventually(lambda: disk.ran == [1, 1])
    assert not disk.open
    await disk.dispatcher.stop()


async def test_settled_by_another_process(disk: Disk) -> None:
    """Held and parked work whose state another process changed is looked at again; so is all held work at a reload."""
    until = Verdict(until=disk.clock.now() + timedelta(hours=1))
    disk.verdicts |= {1: HOLD, 2: until, 3: HOLD, 4: until}
    for seq in (1, 2, 3, 4):
        disk.dispatcher.add(disk.put(seq, f"lane{seq}"))
    await eventually(lambda: sorted(disk.ran) == [1, 2, 3, 4])
    disk.dispatcher.look_again(1)
    disk.dispatcher.look_again(2)
    await eventually(lambda: set(disk.open) == {3, 4})
    await disk.dispatcher.reload()
    await eventually(lambda: set(disk.open) == {4})
    await disk.dispatcher.stop()


async def test_changed_while_its_run_ends(disk: Disk) -> None:
    """What is changed by hand between the end of its run on disk and the verdict is looked at again, whatever the verdict."""
    verdicts = {1: HOLD, 2: OVER, 3: Verdict(until=disk.clock.now() + timedelta(hours=1))}
    disk.verdicts |= verdicts
    for seq in verdicts:
        disk.gates[seq] = asyncio.Event()
        disk.dispatcher.add(disk.put(seq, f"lane{seq}"))
    await eventually(lambda: sorted(disk.ran) == [1, 2, 3])
    for seq in verdicts:
        disk.dispatcher.look_again(seq)
        disk.gates[seq].set()
    await eventually(lambda: sorted(disk.ran) == [1, 1, 2, 2, 3, 3] and not disk.open)
    await disk.dispatcher.stop()


async def test_refresh_finds_what_others_accepted(disk: Disk) -> None:
    """Work of other processes is found behind what is known, also when later work of ours came first."""
    for seq in (1, 2, 3):
        disk.put(seq)
    disk.dispatcher.add(disk.open[3], ordered=False)
    await disk.dispatcher.refresh()
    await disk.dispatcher.quiet()
    assert sorted(disk.ran) == [1, 2, 3]
    await disk.dispatcher.stop()


async def test_reserved_work_is_not_run_from_disk(disk: Disk) -> None:
    """What a request's own task runs is passed over, and its shard is not left before; what runs cannot be reserved."""
    one, two = disk.put(1), disk.put(2)
    assert disk.dispatcher.reserve(one)
    assert not disk.dispatcher.reserve(one)
    leaving = asyncio.create_task(disk.dispatcher.left(0))
    disk.gates[2] = asyncio.Event()
    await disk.dispatcher.reload()
    assert not disk.dispatcher.reserve(two)
    await eventually(lambda: disk.ran == [2])
    disk.dispatcher.give_back(one)
    await disk.dispatcher.reload()
    await eventually(lambda: disk.ran == [2, 1])
    assert not leaving.done()
    disk.gates[2].set()
    await leaving
    await disk.dispatcher.stop()


async def test_follower_looks_when_told(disk: Disk) -> None:
    """News makes the follower look; news of older work makes it look from the beginning."""
    follower = Follower(disk.dispatcher)
    follower.start()
    disk.put(7)
    follower.work()
    await eventually(lambda: disk.ran == [7])
    disk.put(3)
    follower.again()
    await eventually(lambda: disk.ran == [7, 3])
    await follower.stop()
    await disk.dispatcher.stop()


async def test_who_waits_for_a_partner_gives_its_place_to_others(disk: Disk) -> None:
    """However many wait aside, what needs no such wait is run; `running` counts both."""
    turn = asyncio.Event()

    async def run(work: Work) -> Verdict:
        if work.seq <= 9:
            with disk.dispatcher.aside(work.seq):
                await turn.wait()
        return await disk.run(work)

    disk.dispatcher = Dispatcher(run, disk.load, disk.clock, live=2, bulk=1)
    for seq in range(1, 11):
        disk.put(seq)
    await disk.dispatcher.start()
    await eventually(lambda: disk.ran == [10])
    assert disk.dispatcher.running == 9
    turn.set()
    await disk.dispatcher.quiet()
    assert sorted(disk.ran) == list(range(1, 11))
    await disk.dispatcher.stop()
