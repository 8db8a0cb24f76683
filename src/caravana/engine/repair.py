"""Repairing exchanges: each operation says first what it would do (`go` false), then does it."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from caravana.dispatch import Work
from caravana.engine.control import AdminError
from caravana.engine.desk import Desk
from caravana.engine.message import encode_reply
from caravana.engine.modes import SHADOW, accepted_under
from caravana.engine.place import PATH
from caravana.engine.plan import PASSIVE, Plan, after_failure, left_over, read_last, taken_over, to_clear
from caravana.engine.times import to_micros
from caravana.journal import admin as acts
from caravana.journal.model import Entry, Record, State, Step, Stored, new_id, shard_of
from caravana.kit.effect import Reply

if TYPE_CHECKING:
    from caravana.engine.rehearsal import Forecast

RETRIED = (State.DEAD, State.FAILED)
DISCARDED = (State.READY, State.WAITING, State.IN_DOUBT, State.DEAD, State.FAILED)


class Repair(Desk):
    """Retry, replay, settle, discard."""

    async def retry(
        self,
        id: str,  # noqa: A002 -- its name outside
        current: bool = False,
        again: Sequence[str] = (),
        go: bool = False,
        actor: str = "",
    ) -> dict[str, Any]:
        """Run a dead or failed exchange again from its failing step, its records kept but for what was read last.

        `current`: under the routes as they are now; `again`: paths of records to make anew in spite of their record.
        """
        seq, _ = await self._find(id)
        head = await self.journal.read(acts.show(seq))
        if head["state"] not in RETRIED:
            raise AdminError(_why_not("retry", head))
        open_letters = tuple(one["path"] for one in head["letters"] if one["state"] == "open")
        failing = [head["error_path"]] if head["error_path"] else list(open_letters)
        return await self._retry(seq, head, failing, open_letters, current=current, again=again, go=go, actor=actor)

    async def retry_letter(
        self, number: int, current: bool = False, go: bool = False, actor: str = ""
    ) -> dict[str, Any]:
        """Run again what a dead letter channel took: the part that failed, under the exchange that it belongs to."""
        found = await self.journal.read(acts.letter(number))
        if found is None or found["state"] != "open":
            raise AdminError(f"there is no open dead letter {number}", 404)
        [(seq, _), *_] = await self.journal.read(acts.find(found["exchange"])) or [(0, "")]
        head = await self.journal.read(acts.show(seq))
        if head["state"] not in (*RETRIED, State.DONE):
            raise AdminError(_why_not("retry a letter of", head))
        return await self._retry(
            seq, head, [found["path"]], (found["path"],), current=current, again=(), go=go, actor=actor
        )

    async def _retry(
        self,
        seq: int,
        head: Mapping[str, Any],
        failing: list[str],
        letters: tuple[str, ...],
        *,
        current: bool,
        again: Sequence[str],
        go: bool,
        actor: str,
    ) -> dict[str, Any]:
        stored, records = await self._load(seq)
        afresh = head["error_path"] == PATH and not records and self.hub is not None
        revision = self._current() if current or afresh else stored.revision
        plan = Plan("retry", stored.id, stored.route, stored.state, revision)
        cleared = to_clear(records, failing)
        if stored.state == State.FAILED:  # its ledger keys were given back: they are claimed anew
            cleared |= {path for path, one in records.items() if one.endpoint.startswith("claim:")}
        for record in after_failure(records, cleared):
            told = f"`{record.path}` ({record.endpoint}) was done because of the failure; failing again does it again"
            plan.asks.append(told)
        kept = {path: one for path, one in records.items() if path not in cleared}
        wanted = _known(again, records)
        if not letters:  # of a dead letter the rest of its exchange has ended, and rests on what it read
            wanted |= read_last(records, cleared, failing)
        forecast = await self._forecast(plan, revision, stored, kept, wanted)
        for path in wanted:
            if records[path].kind not in PASSIVE:
                plan.asks.append(f"`{path}` ({records[path].endpoint}) is made a second time, with the same key")
        if self.hub is not None and revision != self.hub.revision:
            plan.notes.append("routes or settings have changed since it began: --current runs it under those of now")
        drop, put = left_over(plan, records, cleared, forecast, wanted)
        change = acts.Change(
            seq, stored.id, stored.state, State.READY, revision, tuple(sorted(drop)), tuple(put), letters
        )
        if go:
            audit = self._audit(actor, "retry", stored.id, {"revision": revision, "dropped": sorted(drop)})
            await self._revive(change, audit, stored)
        return {**plan.as_json(), "done": go}

    async def settle(
        self,
        id: str,  # noqa: A002 -- its name outside
        done: bool,
        reference: str | None = None,
        reply: Any = None,
        go: bool = False,
        actor: str = "",
    ) -> dict[str, Any]:
        """Say what became of the effect in doubt: `done` (with the partner's reference and answer), or not: call again."""
        seq, _ = await self._find(id)
        stored, records = await self._load(seq)
        doubts = [one for one in records.values() if one.state == Step.DOUBT]
        if stored.state != State.IN_DOUBT or not doubts:
            raise AdminError(f"the exchange {stored.id} is `{stored.state}`: nothing of it is in doubt")
        plan = Plan("settle", stored.id, stored.route, stored.state, stored.revision)
        put = [self._settled(one, done=done, reference=reference, reply=reply) for one in doubts]
        for record in doubts:
            plan.add(record, "counts as done" if done else "not done: called again")
            if not done:
                plan.asks.append(f"`{record.path}` ({record.endpoint}) is called again: be sure that it was not done")
        if go:
            detail = {"done": done, "reference": reference, "paths": [one.path for one in doubts]}
            change = acts.Change(seq, stored.id, stored.state, State.READY, stored.revision, (), tuple(put))
            await self._revive(change, self._audit(actor, "settle", stored.id, detail), stored)
        return {**plan.as_json(), "done": go}

    def _settled(self, record: Record, *, done: bool, reference: str | None, reply: Any) -> Record:
        now = to_micros(self.clock.now())
        if not done:
            return record.with_(state=Step.RETRY, next_at=None, error=None, recorded_at=now)
        answer = encode_reply(Reply(reply, {}, reference))
        return record.with_(state=Step.DONE, reply=answer, reference=reference, error=None, recorded_at=now)

    async def replay(
        self,
        id: str,  # noqa: A002 -- its name outside
        again: Sequence[str] = (),
        go: bool = False,
        actor: str = "",
    ) -> dict[str, Any]:
        """Make a new exchange of an old one, under the routes as they are now; what is not named in `again` keeps its outcome."""
        seq, _ = await self._find(id)
        head = await self.journal.read(acts.show(seq))
        stored, records = await self._load(seq)
        if stored.state in (State.READY, State.RUNNING, State.WAITING):
            raise AdminError(_why_not("replay", head))
        revision = self._current()
        plan = Plan("replay", stored.id, stored.route, stored.state, revision)
        wanted = _known(again, records)
        kept = taken_over(plan, records, wanted, shadow=self._mode_now(stored) == SHADOW)
        forecast = await self._forecast(plan, revision, stored, {one.path: one for one in kept}, wanted)
        if forecast is not None and forecast.differing:
            paths = ", ".join(sorted(forecast.differing))
            plan.notes.append(f"the routes ask for something else now at: {paths}; the replay would stop there")
        for path in wanted:
            if records[path].kind not in PASSIVE:
                plan.asks.append(f"`{path}` ({records[path].endpoint}) is made a second time, with a new key")
        answer: dict[str, Any] = {**plan.as_json(), "done": go}
        if go:
            entry = self._copy(stored, revision, [(kind, value) for kind, value in head["keys"]])
            audit = self._audit(actor, "replay", stored.id, {"as": entry.id, "again": sorted(wanted)})
            admitted = await self.journal.submit(acts.replay(entry, kept, audit), essential=True)
            self._dispatch(Work(admitted.seq, entry.id, entry.lane, entry.strict, entry.bulk, entry.shard))
            answer["new_exchange"] = entry.id
        return answer

    def _copy(self, stored: Stored, revision: str, keys: list[tuple[str, str]]) -> Entry:
        identity = new_id()
        return Entry(
            id=identity,
            route=stored.route,
            revision=revision,
            source=f"replay:{stored.source}",
            message=stored.message,
            shard=shard_of(stored.lane, identity),
            accepted_at=to_micros(self.clock.now()),
            lane=stored.lane,
            strict=stored.strict,
            bulk=stored.bulk,
            pattern=stored.pattern,
            mode=self._mode_now(stored),
            branch=stored.branch,
            origin=stored.id,
            keys=tuple(keys),
        )

    def _mode_now(self, stored: Stored) -> str:
        """The mode that a copy made now is accepted under; without a configuration at hand that of the old one."""
        return stored.mode if self.hub is None else accepted_under(self.hub.configuration.modes, stored.route)

    async def discard(self, id: str, go: bool = False, actor: str = "") -> dict[str, Any]:  # noqa: A002 -- its name outside
        """End an exchange for good without running it; what it did stays done."""
        seq, _ = await self._find(id)
        stored, records = await self._load(seq)
        if stored.state not in DISCARDED:
            raise AdminError(f"the exchange {stored.id} is `{stored.state}` and cannot be discarded")
        plan = Plan("discard", stored.id, stored.route, stored.state, stored.revision)
        for path in sorted(records):
            record = records[path]
            if record.kind not in PASSIVE:
                plan.add(record, "stays done" if record.state == Step.DONE else "given up")
            if record.state in (Step.INTENT, Step.DOUBT):
                plan.asks.append(
                    f"`{path}` ({record.endpoint}) may or may not have been done: nobody will ask any more"
                )
        if go:
            change = acts.Change(seq, stored.id, stored.state, State.DISCARDED, stored.revision)
            audit = self._audit(actor, "discard", stored.id, {"was": stored.state})
            if not await self.journal.submit(acts.discard(change, audit, audit.at), essential=True):
                raise AdminError(_changed(stored.id))
            if self.running and self.hub is not None:
                self.hub.look_again(seq)
        return {**plan.as_json(), "done": go}

    async def _forecast(
        self, plan: Plan, revision: str, stored: Stored, records: Mapping[str, Record], again: frozenset[str]
    ) -> "Forecast | None":
        """Rehearse under `revision`, and note in the plan where it would begin to act."""
        if self.hub is None:
            plan.notes.append("not rehearsed: the routes are not loaded")
            return None
        from caravana.engine.rehearsal import (
            rehearse,
        )  # runs routes: who lists messages without a hub does not load that

        program = await self.hub.programs.of(revision)
        forecast = await rehearse(self.hub, program, stored, records, again)
        if forecast.error is not None:
            plan.notes.append(f"it would end so: {forecast.error}")
        elif forecast.acts_at is not None:
            plan.notes.append(f"it begins to act at `{forecast.acts_at}` ({forecast.acts_on})")
        else:
            plan.notes.append("it would end without a new call")
        return forecast

    def _current(self) -> str:
        if self.hub is None:
            raise AdminError("the routes as they are now are not loaded", 409)
        return self.hub.revision

    async def _revive(self, change: acts.Change, audit: acts.Audit, stored: Stored) -> None:
        if self.hub is not None and change.revision == self.hub.revision:
            await self.hub.programs.keep()  # the manifest must be in the journal before an exchange names it
        if not await self.journal.submit(acts.revive(change, audit), essential=True):
            raise AdminError(_changed(change.id))
        self._dispatch(Work(change.seq, change.id, stored.lane, stored.strict, stored.bulk, stored.shard))

    def _dispatch(self, work: Work) -> None:
        """Let the running hub carry it out; where several share the journal, its news reaches the owner by itself."""
        if not self.running or self.hub is None:
            return
        self.hub.look_again(work.seq)
        if not self.hub.ownership.shared:
            self.hub.dispatcher.add(work)


def _known(paths: Sequence[str], records: Mapping[str, Record]) -> frozenset[str]:
    for path in paths:
        if path not in records:
            raise AdminError(f"nothing is recorded at `{path}`; there are: {', '.join(sorted(records)) or 'none'}", 400)
    return frozenset(paths)


def _why_not(action: str, head: Mapping[str, Any]) -> str:
    state = head["state"]
    hints = {
        State.IN_DOUBT: "say first what became of the effect in doubt (settle)",
        State.DONE: "it is done; replay makes a new exchange of it",
        State.DISCARDED: "it was discarded; replay makes a new exchange of it",
    }
    return f"cannot {action} {head['id']}: it is `{state}`; {hints.get(state, 'it will run by itself')}"


def _changed(exchange_id: str) -> str:
    return f"the exchange {exchange_id} changed since it was looked at: look again"
