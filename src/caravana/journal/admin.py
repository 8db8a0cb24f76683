"""What operators ask of the journal: finding and showing exchanges, and changing their state, always with an audit line.

Changes name the state that they were planned on; when it is another by now, nothing is changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from caravana.journal import operations as ops
from caravana.journal import statements as s
from caravana.journal import tables as t
from caravana.journal.model import Admitted, Entry, Record, State
from caravana.journal.operation import Statement, Work, operation

_p = sa.bindparam
HIGHEST = "\U0010ffff"

_HEAD = (
    "seq", "id", "route", "revision", "source", "key", "lane", "strict", "bulk", "pattern", "mode", "branch", "state",
    "not_before", "error_class", "error", "error_path", "parent", "origin", "duplicates", "accepted_at", "finished_at",
    "shard",
)  # fmt: skip
FIND_ID = Statement(
    "find_id",
    sa.select(t.exchange.c.seq, t.exchange.c.id)
    .where(t.exchange.c.id >= _p("low"), t.exchange.c.id < _p("high"))
    .order_by(t.exchange.c.id)
    .limit(sa.literal_column("2")),
    returns=True,
)
GET_HEAD = Statement(
    "get_head",
    sa.select(*[t.exchange.c[name] for name in _HEAD], t.exchange.c.reply).where(t.exchange.c.seq == _p("seq")),
    returns=True,
)
GET_KEYS = Statement(
    "get_keys",
    sa.select(t.business_key.c.kind, t.business_key.c.value).where(t.business_key.c.exchange == _p("seq")),
    returns=True,
)
_LETTER = ("seq", "exchange", "path", "endpoint", "message", "error", "whole", "state", "at")
GET_LETTERS = Statement(
    "get_letters",
    sa.select(*[t.dead_letter.c[name] for name in _LETTER])
    .where(t.dead_letter.c.exchange == _p("id"))
    .order_by(t.dead_letter.c.seq),
    returns=True,
)
GET_LETTER = Statement(
    "get_letter",
    sa.select(*[t.dead_letter.c[name] for name in _LETTER]).where(t.dead_letter.c.seq == _p("seq")),
    returns=True,
)
DELETE_LETTER = Statement(
    "delete_letter", t.dead_letter.delete().where(t.dead_letter.c.exchange == _p("id"), t.dead_letter.c.path == _p("at_path")),
    returns=False,
)  # fmt: skip
CLOSE_LETTERS = Statement(
    "close_letters",
    t.dead_letter.update().where(t.dead_letter.c.exchange == _p("id")).values({t.dead_letter.c.state: _p("new_state")}),
    returns=False,
)
GET_CHILDREN = Statement(
    "get_children",
    sa.select(t.exchange.c.id, t.exchange.c.route, t.exchange.c.state)
    .where(sa.or_(t.exchange.c.parent == _p("id"), t.exchange.c.origin == _p("id")))
    .order_by(t.exchange.c.seq),
    returns=True,
)
GET_AUDIT = Statement(
    "get_audit",
    sa.select(t.audit.c.at, t.audit.c.actor, t.audit.c.action, t.audit.c.subject, t.audit.c.detail)
    .where(t.audit.c.subject == _p("subject"))
    .order_by(t.audit.c.seq),
    returns=True,
)
SET_ATTEMPTS_BACK = Statement(
    "set_attempts_back",
    t.attempt.update()
    .where(t.attempt.c.exchange == _p("seq"), t.attempt.c.path == _p("at_path"))
    .values({t.attempt.c.number: t.attempt.c.number - sa.literal_column("1000")}),
    returns=False,
)
"""Attempts before a retry keep their place in the record: 1000 less for each retry, so that new ones count from 1."""
GET_CURSORS = Statement(
    "get_cursors",
    sa.select(t.cursor.c.name, t.cursor.c.value, t.cursor.c.updated_at).order_by(t.cursor.c.name),
    returns=True,
)


@dataclass(frozen=True)
class Audit:
    """Who did what to which exchange, and when; `detail` is JSON."""

    at: int
    actor: str
    action: str
    subject: str
    detail: str | None = None


@dataclass(frozen=True)
class Change:
    """A change of one exchange: `was` is the state it was planned on, `drop` the records that go, `put` those that stand in."""

    seq: int
    id: str
    was: str
    state: State
    revision: str
    drop: tuple[str, ...] = ()
    put: tuple[Record, ...] = ()
    letters: tuple[str, ...] = ()


@dataclass(frozen=True)
class Filter:
    """Which exchanges to list; None asks for nothing. Times in microseconds."""

    states: tuple[str, ...] = ()
    route: str | None = None
    branch: str | None = None
    key: tuple[str | None, str] | None = None
    since: int | None = None
    until: int | None = None
    limit: int = 50


def messages(wanted: Filter) -> sa.Select[Any]:
    """Return the select of the newest exchanges that fit."""
    names = (
        "id",
        "route",
        "state",
        "branch",
        "lane",
        "accepted_at",
        "finished_at",
        "not_before",
        "error_class",
        "error",
    )
    query = sa.select(*[t.exchange.c[name] for name in names], t.exchange.c.duplicates)
    conditions: list[sa.ColumnElement[bool]] = []
    if wanted.states:
        conditions.append(t.exchange.c.state.in_(wanted.states))
    for column, value in ((t.exchange.c.route, wanted.route), (t.exchange.c.branch, wanted.branch)):
        if value is not None:
            conditions.append(column == value)
    if wanted.since is not None:
        conditions.append(t.exchange.c.accepted_at >= wanted.since)
    if wanted.until is not None:
        conditions.append(t.exchange.c.accepted_at < wanted.until)
    if wanted.key is not None:
        kind, value = wanted.key
        known = sa.select(t.business_key.c.exchange).where(t.business_key.c.value == value)
        if kind is not None:
            known = known.where(t.business_key.c.kind == kind)
        conditions.append(t.exchange.c.seq.in_(known))
    return query.where(*conditions).order_by(t.exchange.c.seq.desc()).limit(wanted.limit)


def counts() -> sa.Select[Any]:
    """Return the select of how many exchanges are in each state."""
    return sa.select(t.exchange.c.state, sa.func.count().label("count")).group_by(t.exchange.c.state)


def letters(state: str, limit: int) -> sa.Select[Any]:
    """Return the select of the newest dead letters in `state`."""
    names = ("seq", "exchange", "path", "endpoint", "error", "whole", "state", "at")
    return (
        sa.select(*[t.dead_letter.c[name] for name in names], t.exchange.c.route)
        .join(t.exchange, t.exchange.c.id == t.dead_letter.c.exchange)
        .where(t.dead_letter.c.state == state)
        .order_by(t.dead_letter.c.seq.desc())
        .limit(limit)
    )


@operation
def find(text: str) -> Work[list[tuple[int, str]]]:
    """Return (seq, id) of the exchanges whose id begins with `text`, two at most."""
    rows = yield FIND_ID, {"low": text, "high": text + HIGHEST}
    return [(row[0], row[1]) for row in rows]


@operation
def show(seq: int) -> Work[dict[str, Any]]:
    """Return all that the journal holds about the exchange `seq`, but for its records and message (`read_run`)."""
    rows = yield GET_HEAD, {"seq": seq}
    head = dict(zip((*_HEAD, "reply"), rows[0], strict=True))
    found = yield from ops.read_reply(head["id"]).start()
    head["reply"] = found[3] if found else None
    keys = yield GET_KEYS, {"seq": seq}
    taken = yield GET_LETTERS, {"id": head["id"]}
    children = yield GET_CHILDREN, {"id": head["id"]}
    audit = yield GET_AUDIT, {"subject": head["id"]}
    return {
        **head,
        "keys": [tuple(row) for row in keys],
        "letters": [dict(zip(_LETTER, row, strict=True)) for row in taken],
        "children": [tuple(row) for row in children],
        "audit": [tuple(row) for row in audit],
    }


@operation
def letter(seq: int) -> Work[dict[str, Any] | None]:
    """Return one dead letter."""
    rows = yield GET_LETTER, {"seq": seq}
    return dict(zip(_LETTER, rows[0], strict=True)) if rows else None


@operation
def cursors() -> Work[list[tuple[str, bytes, int]]]:
    """Return (route, value, updated at) of every consumer's position."""
    rows = yield GET_CURSORS, {}
    return [(row[0], bytes(row[1]), row[2]) for row in rows]


def _audit(audit: Audit) -> Work[None]:
    yield from ops.write_audit(audit.at, audit.actor, audit.action, audit.subject, audit.detail).start()


@operation
def revive(change: Change, audit: Audit) -> Work[bool]:
    """Let an exchange run again with what `change` says of its records; False: it is in another state by now."""
    row = {
        "the_seq": change.seq,
        "was": change.was,
        "state": change.state.value,
        "not_before": None,
        "finished_at": None,
        "revision": change.revision,
    }
    if not (yield s.CHANGE_STATE, row):
        return False
    for path in change.drop:
        yield s.DELETE_RECORD, {"seq": change.seq, "the_path": path}
        yield SET_ATTEMPTS_BACK, {"seq": change.seq, "at_path": path}
    yield from ops.write_records(change.seq, list(change.put)).start()
    yield s.CLEAR_ERROR, {"the_seq": change.seq}
    for path in change.letters:
        yield DELETE_LETTER, {"id": change.id, "at_path": path}
    yield from _audit(audit)
    return True


@operation
def discard(change: Change, audit: Audit, now: int) -> Work[bool]:
    """End an exchange without running it; what it had claimed is free again. False: it is in another state by now."""
    row = {
        "the_seq": change.seq,
        "was": change.was,
        "state": State.DISCARDED.value,
        "not_before": None,
        "finished_at": now,
        "revision": change.revision,
    }
    if not (yield s.CHANGE_STATE, row):
        return False
    yield s.REMOVE_CLAIMS, {"the_exchange": change.id}
    yield CLOSE_LETTERS, {"id": change.id, "new_state": "discarded"}
    yield from _audit(audit)
    return True


@operation
def replay(entry: Entry, records: Sequence[Record], audit: Audit) -> Work[Admitted]:
    """Accept `entry`, which takes over `records`."""
    [admitted] = yield from ops.accept([entry]).start()
    yield from ops.write_records(admitted.seq, list(records)).start()
    yield from _audit(audit)
    return admitted


@operation
def forget_state(scope: str, key: str, audit: Audit) -> Work[None]:
    """Remove a record of the flows, e.g. a review item that a person has dealt with."""
    yield s.DROP_STATE, {"scope": scope, "key": key}
    yield from _audit(audit)
