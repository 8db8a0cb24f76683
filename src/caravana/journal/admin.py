"""What operators ask of the journal: finding and showing exchanges, and changing their state, always with an audit line.

Changes name the state that they were planned on; when it is another by now, nothing is changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from caravana.journal import compiled as s
from caravana.journal import operations as ops
from caravana.journal.model import Admitted, Entry, Record, State
from caravana.journal.operation import Work, operation

HIGHEST = "\U0010ffff"

HEAD = (
    "seq", "id", "route", "revision", "source", "key", "lane", "strict", "bulk", "pattern", "mode", "branch", "state",
    "not_before", "error_class", "error", "error_path", "parent", "origin", "duplicates", "accepted_at", "finished_at",
    "shard",
)  # fmt: skip
"""Columns of an exchange as `show` reads them."""
LETTER = ("seq", "exchange", "path", "endpoint", "message", "error", "whole", "state", "at")
"""Columns of a dead letter as `letter` reads them."""


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


@operation
def find(text: str) -> Work[list[tuple[int, str]]]:
    """Return (seq, id) of the exchanges whose id begins with `text`, two at most."""
    rows = yield s.FIND_ID, {"low": text, "high": text + HIGHEST}
    return [(row[0], row[1]) for row in rows]


@operation
def show(seq: int) -> Work[dict[str, Any]]:
    """Return all that the journal holds about the exchange `seq`, but for its records and message (`read_run`)."""
    rows = yield s.GET_HEAD, {"seq": seq}
    head = dict(zip((*HEAD, "reply"), rows[0], strict=True))
    found = yield from ops.read_reply(head["id"]).start()
    head["reply"] = found[3] if found else None
    keys = yield s.GET_KEYS, {"seq": seq}
    taken = yield s.GET_LETTERS, {"id": head["id"]}
    children = yield s.GET_CHILDREN, {"id": head["id"]}
    audit = yield s.GET_AUDIT, {"subject": head["id"]}
    return {
        **head,
        "keys": [tuple(row) for row in keys],
        "letters": [dict(zip(LETTER, row, strict=True)) for row in taken],
        "children": [tuple(row) for row in children],
        "audit": [tuple(row) for row in audit],
    }


@operation
def letter(seq: int) -> Work[dict[str, Any] | None]:
    """Return one dead letter."""
    rows = yield s.GET_LETTER, {"seq": seq}
    return dict(zip(LETTER, rows[0], strict=True)) if rows else None


@operation
def cursors() -> Work[list[tuple[str, bytes, int]]]:
    """Return (route, value, updated at) of every consumer's position."""
    rows = yield s.GET_CURSORS, {}
    return [(row[0], bytes(row[1]), row[2]) for row in rows]


def _audit(audit: Audit) -> Work[None]:
    yield from ops.write_audit(audit.at, audit.actor, audit.action, audit.subject, audit.detail).start()


@operation
def note(audit: Audit) -> Work[None]:
    """Store what happened to an exchange, once: a re-run finds the same line and adds none."""
    told = yield s.GET_AUDIT, {"subject": audit.subject}
    if not any((action, detail) == (audit.action, audit.detail) for _, _, action, _, detail in told):
        yield from _audit(audit)


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
        yield s.SET_ATTEMPTS_BACK, {"seq": change.seq, "at_path": path}
    yield from ops.write_records(change.seq, list(change.put)).start()
    yield s.CLEAR_ERROR, {"the_seq": change.seq}
    for path in change.letters:
        yield s.DELETE_LETTER, {"id": change.id, "at_path": path}
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
    yield s.CLOSE_LETTERS, {"id": change.id, "new_state": "discarded"}
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
def forget_state(scope: str, key: str, audit: Audit, word: tuple[str, bytes] | None = None) -> Work[None]:
    """Remove a record of the flows, e.g. a review item that a person has dealt with.

    `word`: scope in which it is kept under the same key what he said, and that.
    """
    yield s.DROP_STATE, {"scope": scope, "key": key}
    if word is not None:
        yield s.PUT_STATE, {"scope": word[0], "key": key, "value": word[1], "updated_at": audit.at}
    yield from _audit(audit)


@operation
def reset_breaker(connection: str, audit: Audit) -> Work[None]:
    """Close the stored circuit of a connection by hand."""
    yield s.CLOSE_BREAKER, {"the_connection": connection, "now": audit.at}
    yield from _audit(audit)
