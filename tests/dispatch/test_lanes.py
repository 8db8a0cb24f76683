"""Lanes, against a model that says in the plainest way what they promise."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from caravana.dispatch import Lanes, Work


def work(seq: int, lane: str | None = None, shard: int = 0, *, bulk: bool = False) -> Work:
    """Return work at place `seq`."""
    return Work(seq, f"id{seq}", lane, shard=shard, bulk=bulk)


class LanesAgainstModel(RuleBasedStateMachine):
    """The model: a dictionary of everything unfinished, and the sets of what runs and what is parked."""

    def __init__(self) -> None:
        super().__init__()
        self.lanes = Lanes()
        self.all: dict[int, Work] = {}
        self.running: set[int] = set()
        self.parked: set[int] = set()
        self.next = 0

    @rule(lane=st.sampled_from([None, "a", "b"]), bulk=st.booleans())
    def add(self, lane: str | None, bulk: bool) -> None:
        """New work comes; told twice, it counts once."""
        self.next += 1
        shard = {None: self.next % 2, "a": 0, "b": 1}[lane]
        self.all[self.next] = work(self.next, lane, shard, bulk=bulk)
        assert self.lanes.add(self.all[self.next])
        assert not self.lanes.add(self.all[self.next])

    def may_run(self, bulk: bool) -> set[int]:
        """What the model lets run: first of its lane, and nothing of its lane at work or parked."""
        busy = {self.all[seq].lane for seq in self.running | self.parked}
        first: dict[str, int] = {}
        for seq, one in sorted(self.all.items()):
            if one.lane is not None:
                first.setdefault(one.lane, seq)
        return {
            seq
            for seq, one in self.all.items()
            if one.bulk is bulk
            and seq not in self.running | self.parked
            and (one.lane is None or (one.lane not in busy and first[one.lane] == seq))
        }

    @rule(bulk=st.booleans())
    def take(self, bulk: bool) -> None:
        """What is taken is what the model allows, and something is taken whenever it allows anything."""
        allowed = self.may_run(bulk)
        taken = self.lanes.take(bulk=bulk)
        assert (taken is None) == (not allowed)
        if taken is not None:
            assert taken.seq in allowed
            self.running.add(taken.seq)

    @precondition(lambda self: self.running)
    @rule(data=st.data())
    def end(self, data: st.DataObject) -> None:
        """Running work ends."""
        seq = data.draw(st.sampled_from(sorted(self.running)))
        self.running.discard(seq)
        self.lanes.release(self.all.pop(seq))

    @precondition(lambda self: self.running)
    @rule(data=st.data())
    def park_and_wake(self, data: st.DataObject) -> None:
        """Running work waits, holding its lane, and comes back as the next of it."""
        seq = data.draw(st.sampled_from(sorted(self.running)))
        self.running.discard(seq)
        self.lanes.again(self.all[seq])

    @rule(shard=st.sampled_from([0, 1]))
    def lose_shard(self, shard: int) -> None:
        """All that does not run of a lost shard is forgotten."""
        self.lanes.forget_shard(shard)
        self.all = {seq: one for seq, one in self.all.items() if one.shard != shard or seq in self.running}

    @invariant()
    def same_size(self) -> None:
        """Nothing is lost and nothing invented."""
        assert len(self.lanes) == len(self.all)
        assert all(seq in self.lanes for seq in self.all)


LanesAgainstModel.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
test_lanes_against_model = LanesAgainstModel.TestCase
