"""The operator's desk: what may be asked of a journal and its hub, each operation with JSON-able arguments and answers."""

import inspect
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from caravana.dispatch import Work
from caravana.engine.control import AdminError
from caravana.engine.hub import Hub
from caravana.engine.message import encode_reply
from caravana.engine.plan import PASSIVE, Plan, after_failure, left_over, taken_over, to_clear
from caravana.engine.rehearsal import Forecast, rehearse
from caravana.engine.showing import describe, letter_line, message_line, moment
from caravana.engine.times import to_micros
from caravana.journal import Journal
from caravana.journal import admin as desk
from caravana.journal import operations as ops
from caravana.journal.model import Entry, Record, State, Step, Stored, new_id, shard_of
from caravana.kit import codec
from caravana.kit.clock import Clock
from caravana.kit.effect import Reply

RETRIED = (State.DEAD, State.FAILED)
DISCARDED = (State.READY, State.WAITING, State.IN_DOUBT, State.DEAD, State.FAILED)
WAITING_FOR_PEOPLE = (State.DEAD, State.IN_DOUBT)
REVIEW = "review"
"""Scope of the records by which flows ask for a person."""


class Admin:
    """Operations of the command line and console. Every public coroutine but `call` is one."""

    def __init__(self, journal: Journal, clock: Clock, hub: Hub | None = None, *, running: bool = True) -> None:
        """`hub` knows the routes; `running`: it also carries out what is revived (else the next start does)."""
        self.journal = journal
        self.clock = clock
        self.hub = hub
        self.running = running and hub is not None

    async def call(self, operation: str, arguments: Mapping[str, Any]) -> Any:
        """Carry out the operation of that name. Raises `AdminError`."""
        method = None if operation.startswith("_") or operation == "call" else getattr(self, operation, None)
        if not inspect.iscoroutinefunction(method):
            raise AdminError(f"there is no operation `{operation}`", 404)
        try:
            inspect.signature(method).bind(**arguments)
        except TypeError as error:
            raise AdminError(f"{operation}: {error}", 400) from None
        return await method(**arguments)

    # Looking.

    async def messages(
        self,
        states: Sequence[str] = (),
        route: str | None = None,
        branch: str | None = None,
        key: str | None = None,
        since: str | None = None,
        until: str | None = None,
        limit: int = 50,
    ) -> list[dict[str, Any]]:
        """Return the newest exchanges that fit; `key` is a business key, `kind:value` or a value; times in ISO form."""
        unknown = set(states) - set(State)
        if unknown:
            raise AdminError(f"there is no state `{min(unknown)}`; there are: {', '.join(State)}", 400)
        wanted = desk.Filter(
            tuple(states), route, branch, _business_key(key), _micros(since), _micros(until), max(1, min(limit, 10_000))
        )
        return [message_line(row) for row in await self.journal.query(desk.messages(wanted), {})]

    async def counts(self) -> dict[str, int]:
        """Return how many exchanges are in each state."""
        return {row["state"]: row["count"] for row in await self.journal.query(desk.counts(), {})}

    async def message(self, id: str, reveal: bool = False, actor: str = "") -> dict[str, Any]:  # noqa: A002 -- its name outside
        """Return one exchange with its timeline; personal data only with `reveal`, which is audited."""
        seq, found = await self._find(id)
        stored, records = await self._load(seq)
        if reveal:
            audit = self._audit(actor, "look", found)
            await self.journal.submit(
                ops.write_audit(audit.at, audit.actor, audit.action, audit.subject, audit.detail), essential=True
            )
        attempts = await self.journal.read(ops.read_attempts(seq))
        head = await self.journal.read(desk.show(seq))
        return describe(head, stored, records, attempts, reveal=reveal)

    async def export(self, reveal: bool = False, actor: str = "", **wanted: Any) -> list[dict[str, Any]]:
        """Return the exchanges that `messages` finds, each as `message` shows it."""
        return [await self.message(one["id"], reveal, actor) for one in await self.messages(**wanted)]

    async def review(self, limit: int = 200) -> list[dict[str, Any]]:
        """Return what waits for a person, and why: doubts first, then items of the flows, dead ones, letters, circuits."""
        found = []
        for state, remedy in (
            (State.IN_DOUBT, "look at the partner's side, then: caravana messages settle ID"),
            (State.DEAD, "mend the cause, then: caravana messages retry ID (or discard ID)"),
        ):
            wanted = desk.Filter((state,), limit=limit)
            for row in map(message_line, await self.journal.query(desk.messages(wanted), {})):
                reason = row["error"] or row["error_class"] or ""
                found.append(_item(state, row["id"], row["route"], reason, row["accepted"], remedy))
        found += [_flow_item(key, codec.loads(value)) for key, value in await self._items(limit)]
        found += [
            _item(
                "dead_letter",
                str(one["number"]),
                one["route"],
                one["error"],
                one["at"],
                "caravana dead-letters retry N",
            )
            for one in await self.dead_letters(limit=limit)
            if not one["whole"]
        ]
        found += [
            _item(
                "circuit",
                one["connection"],
                one["connection"],
                one["reason"],
                one["until"],
                "caravana breakers reset NAME",
            )
            for one in await self.breakers()
            if one["state"] != "closed"
        ]
        return found

    async def _items(self, limit: int) -> list[tuple[str, bytes]]:
        return await self.journal.read(ops.find_state(REVIEW, "", limit))

    async def review_done(self, key: str, actor: str = "") -> dict[str, Any]:
        """Take a flow's item off the list: a person has dealt with it."""
        stored = await self.journal.read(ops.get_state(REVIEW, key))
        if stored is None:
            raise AdminError(f"there is no review item `{key}`", 404)
        detail = {"item": _plain_item(codec.loads(stored))}
        await self.journal.submit(
            desk.forget_state(REVIEW, key, self._audit(actor, "review_done", key, detail)), essential=True
        )
        return {"done": key}

    async def dead_letters(self, state: str = "open", limit: int = 200) -> list[dict[str, Any]]:
        """Return the newest dead letters."""
        return [letter_line(row) for row in await self.journal.query(desk.letters(state, limit), {})]

    async def cursors(self) -> list[dict[str, Any]]:
        """Return how far each polling route has read."""
        rows = await self.journal.read(desk.cursors())
        return [{"route": name, "position": str(codec.loads(value)), "at": moment(at)} for name, value, at in rows]

    async def breakers(self) -> list[dict[str, Any]]:
        """Return the circuit of every connection that was used since the hub began."""
        if self.hub is None or not self.running:
            return []
        return [
            {
                "connection": gate.name,
                "state": gate.state,
                "failures": gate.failures,
                "until": gate.open_until.isoformat(timespec="seconds") if gate.open_until else None,
                "reason": gate.reason,
            }
            for gate in self.hub.gates.all()
        ]

    async def reset_breaker(self, connection: str, actor: str = "") -> dict[str, Any]:
        """Close the circuit of a connection, so that the next call goes out at once."""
        known = {gate.name: gate for gate in self.hub.gates.all()} if self.hub is not None and self.running else {}
        if connection not in known:
            raise AdminError(f"no connection `{connection}` was used since the hub began", 404)
        known[connection].reset()
        audit = self._audit(actor, "reset_breaker", connection)
        await self.journal.submit(
            ops.write_audit(audit.at, audit.actor, audit.action, audit.subject, None), essential=True
        )
        return {"closed": connection}

    # Changing: each says first what it would do (`go` false), then does it.

    async def retry(
        self,
        id: str,  # noqa: A002 -- its name outside
        current: bool = False,
        again: Sequence[str] = (),
        go: bool = False,
        actor: str = "",
    ) -> dict[str, Any]:
        """Run a dead or failed exchange again from its failing step, its records kept.

        `current`: under the routes as they are now; `again`: paths of records to make anew in spite of their record.
        """
        seq, _ = await self._find(id)
        head = await self.journal.read(desk.show(seq))
        if head["state"] not in RETRIED:
            raise AdminError(_why_not("retry", head))
        open_letters = tuple(one["path"] for one in head["letters"] if one["state"] == "open")
        failing = [head["error_path"]] if head["error_path"] else list(open_letters)
        return await self._retry(seq, head, failing, open_letters, current=current, again=again, go=go, actor=actor)

    async def retry_letter(
        self, number: int, current: bool = False, go: bool = False, actor: str = ""
    ) -> dict[str, Any]:
        """Run again what a dead letter channel took: the part that failed, under the exchange that it belongs to."""
        found = await self.journal.read(desk.letter(number))
        if found is None or found["state"] != "open":
            raise AdminError(f"there is no open dead letter {number}", 404)
        [(seq, _), *_] = await self.journal.read(desk.find(found["exchange"])) or [(0, "")]
        head = await self.journal.read(desk.show(seq))
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
        revision = self._current() if current else stored.revision
        plan = Plan("retry", stored.id, stored.route, stored.state, revision)
        cleared = to_clear(records, failing)
        if stored.state == State.FAILED:  # its ledger keys were given back: they are claimed anew
            cleared |= {path for path, one in records.items() if one.endpoint.startswith("claim:")}
        for record in after_failure(records, cleared):
            told = f"`{record.path}` ({record.endpoint}) was done because of the failure; failing again does it again"
            plan.asks.append(told)
        kept = {path: one for path, one in records.items() if path not in cleared}
        wanted = _known(again, records)
        forecast = await self._forecast(plan, revision, stored, kept, wanted)
        for path in wanted:
            if records[path].kind not in PASSIVE:
                plan.asks.append(f"`{path}` ({records[path].endpoint}) is made a second time, with the same key")
        drop, put = left_over(plan, records, cleared, forecast, wanted)
        change = desk.Change(
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
            change = desk.Change(seq, stored.id, stored.state, State.READY, stored.revision, (), tuple(put))
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
        head = await self.journal.read(desk.show(seq))
        stored, records = await self._load(seq)
        if stored.state in (State.READY, State.RUNNING, State.WAITING):
            raise AdminError(_why_not("replay", head))
        revision = self._current()
        plan = Plan("replay", stored.id, stored.route, stored.state, revision)
        wanted = _known(again, records)
        kept = taken_over(plan, records, wanted)
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
            admitted = await self.journal.submit(desk.replay(entry, kept, audit), essential=True)
            self._dispatch(Work(admitted.seq, entry.id, entry.lane, entry.strict, entry.bulk, entry.shard))
            answer["new_exchange"] = entry.id
        return answer

    def _copy(self, stored: Stored, revision: str, keys: list[tuple[str, str]]) -> Entry:
        identity = new_id()
        mode = self.hub.route_mode(stored.route) if self.hub is not None else stored.mode
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
            mode="live" if mode == "off" else mode,
            branch=stored.branch,
            origin=stored.id,
            keys=tuple(keys),
        )

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
            change = desk.Change(seq, stored.id, stored.state, State.DISCARDED, stored.revision)
            audit = self._audit(actor, "discard", stored.id, {"was": stored.state})
            if not await self.journal.submit(desk.discard(change, audit, audit.at), essential=True):
                raise AdminError(_changed(stored.id))
            if self.running and self.hub is not None:
                self.hub.dispatcher.dropped(seq)
        return {**plan.as_json(), "done": go}

    # What they share.

    async def _find(self, text: str) -> tuple[int, str]:
        """Return (seq, id) of the one exchange whose id begins with `text`. Raises `AdminError`."""
        found = await self.journal.read(desk.find(text)) if text else []
        if not found:
            raise AdminError(f"there is no exchange `{text}`", 404)
        if len(found) > 1 and found[0][1] != text:
            raise AdminError(f"several exchanges begin with `{text}`: write more of it", 400)
        return found[0]

    async def _load(self, seq: int) -> tuple[Stored, dict[str, Record]]:
        found = await self.journal.read(ops.read_run(seq))
        if found is None:
            raise AdminError("the exchange was deleted meanwhile", 404)
        return found

    async def _forecast(
        self, plan: Plan, revision: str, stored: Stored, records: Mapping[str, Record], again: frozenset[str]
    ) -> Forecast | None:
        """Rehearse under `revision`, and note in the plan where it would begin to act."""
        if self.hub is None:
            plan.notes.append("not rehearsed: the routes are not loaded")
            return None
        program = await self.hub.program_of(revision)
        forecast = await rehearse(self.hub, program, stored, records, again)
        if forecast.error is not None:
            plan.notes.append(f"it would end with: {forecast.error}")
        elif forecast.acts_at is not None:
            plan.notes.append(f"it begins to act at `{forecast.acts_at}` ({forecast.acts_on})")
        else:
            plan.notes.append("it would end without a new call")
        return forecast

    def _current(self) -> str:
        if self.hub is None:
            raise AdminError("the routes as they are now are not loaded", 409)
        return self.hub.revision

    async def _revive(self, change: desk.Change, audit: desk.Audit, stored: Stored) -> None:
        await self._keep_revision(change.revision)
        if not await self.journal.submit(desk.revive(change, audit), essential=True):
            raise AdminError(_changed(change.id))
        self._dispatch(Work(change.seq, change.id, stored.lane, stored.strict, stored.bulk, stored.shard))

    async def _keep_revision(self, revision: str) -> None:
        """The manifest must be in the journal before an exchange names it."""
        if self.hub is not None and revision == self.hub.revision:
            manifest = codec.dumps(self.hub.program.revision.manifest)
            await self.journal.submit(ops.put_revision(revision, manifest, to_micros(self.clock.now())), essential=True)

    def _dispatch(self, work: Work) -> None:
        """Let the running hub carry it out; where several share the journal, its news reaches the owner by itself."""
        if not self.running or self.hub is None:
            return
        self.hub.dispatcher.settled(work.seq)
        if not self.hub.ownership.shared:
            self.hub.dispatcher.add(work)

    def _audit(self, actor: str, action: str, subject: str, detail: Any = None) -> desk.Audit:
        text = None if detail is None else json.dumps(detail, ensure_ascii=False, default=str)
        return desk.Audit(to_micros(self.clock.now()), actor or "unknown", action, subject, text)


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


def _business_key(text: str | None) -> tuple[str | None, str] | None:
    if text is None:
        return None
    kind, colon, value = text.partition(":")
    return (kind, value) if colon else (None, text)


def _micros(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        return to_micros(datetime.fromisoformat(text).astimezone())
    except ValueError:
        raise AdminError(f"`{text}` is no time: write 2026-11-23 or 2026-11-23T15:00:00-05:00", 400) from None


def _item(kind: str, id_: str, title: str, reason: str | None, since: str | None, remedy: str) -> dict[str, Any]:
    return {"kind": kind, "id": id_, "title": title, "reason": reason or "", "since": since, "remedy": remedy}


def _flow_item(key: str, value: Any) -> dict[str, Any]:
    """A flow writes title and reason, or kind and text, and whatever else a person should know."""
    item = _plain_item(value)
    title = item.get("title") or " ".join(str(item[name]) for name in ("kind", "order") if item.get(name)) or key
    reason = str(item.get("reason") or item.get("text") or "")
    remedy = "deal with it, then: caravana review done KEY"
    return {**_item("item", key, title, reason, item.get("since"), remedy), "details": item}


def _plain_item(value: Any) -> dict[str, Any]:
    from caravana.engine.masking import shown

    clean = shown(value, reveal=True)
    return clean if isinstance(clean, dict) else {"reason": str(clean)}
