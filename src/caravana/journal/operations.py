"""What can be done to the journal. Each operation is one transaction, or part of one that others share."""

import hashlib
from collections.abc import Sequence

from caravana.journal import compiled as s
from caravana.journal.model import Admitted, Breaker, Ending, Entry, Record, State, Stored, Waiting
from caravana.journal.operation import Work, operation
from caravana.kit import codec

INLINE = 8_192
"""Messages and replies up to this many bytes (compressed) stand in their row, larger ones in `payload`."""
_REFERENCE = b"#"


def _store(seq: int, packed: bytes | None) -> Work[bytes | None]:
    """Return what to write into the row of exchange `seq`: the bytes, or a reference to a payload row made here."""
    if packed is None or len(packed) <= INLINE:
        return packed
    digest = hashlib.blake2b(packed, digest_size=16).hexdigest()
    yield s.INSERT_PAYLOAD, {"exchange": seq, "hash": digest, "data": packed}
    return _REFERENCE + digest.encode()


def _load(seq: int, stored: bytes | None) -> Work[bytes | None]:
    if stored is None or bytes(stored[:1]) != _REFERENCE:
        return stored
    rows = yield s.GET_PAYLOAD, {"exchange": seq, "hash": bytes(stored[1:]).decode()}
    return rows[0][0] if rows else None


def _insert(entry: Entry) -> Work[Admitted]:
    large = len(entry.message) > INLINE
    row = {
        "id": entry.id,
        "shard": entry.shard,
        "route": entry.route,
        "revision": entry.revision,
        "source": entry.source,
        "key": entry.key,
        "body_hash": entry.body_hash,
        "lane": entry.lane,
        "strict": int(entry.strict),
        "bulk": int(entry.bulk),
        "pattern": entry.pattern,
        "mode": entry.mode,
        "branch": entry.branch,
        "state": State.READY.value,
        "parent": entry.parent,
        "origin": entry.origin,
        "message": _REFERENCE + hashlib.blake2b(entry.message, digest_size=16).hexdigest().encode()
        if large
        else entry.message,
        "accepted_at": entry.accepted_at,
    }
    rows = yield s.INSERT_EXCHANGE, row
    if not rows:
        return (yield from _duplicate(entry))
    seq: int = rows[0][0]
    if large:
        yield from _store(seq, entry.message)
    for kind, value in entry.keys:
        yield s.INSERT_KEY, {"kind": kind, "value": value, "exchange": seq}
    return Admitted(seq, entry.id, State.READY)


def _duplicate(entry: Entry) -> Work[Admitted]:
    rows = yield s.FIND_DUPLICATE, {"source": entry.source, "key": entry.key, "id": entry.id}
    seq, known, state, body_hash = rows[0]
    yield s.COUNT_DUPLICATE, {"the_seq": seq}
    conflict = known != entry.id and None not in (body_hash, entry.body_hash) and body_hash != entry.body_hash
    return Admitted(seq, known, state, duplicate=True, conflict=conflict)


@operation
def accept(entries: list[Entry], cursor: tuple[str, bytes, int] | None = None) -> Work[list[Admitted]]:
    """Take `entries`, and move the consumer's position `cursor` = (name, value, now) on, all or nothing."""
    admitted: list[Admitted] = []
    for entry in entries:
        admitted.append((yield from _insert(entry)))  # noqa: PERF401 -- a comprehension cannot yield
    if cursor is not None:
        name, value, now = cursor
        yield s.PUT_CURSOR, {"name": name, "value": value, "updated_at": now}
    return admitted


@operation
def feed(entries: list[tuple[Entry, str]], scope: str, now: int) -> Work[list[Admitted | None]]:
    """Take `entries`, each with the name of its record, that were never fed under `scope` (None: it was).

    The names outlive the exchanges in the ledger.
    """
    admitted: list[Admitted | None] = []
    for entry, name in entries:
        claim = {
            "scope": scope,
            "key": name,
            "exchange": entry.id,
            "path": "",
            "input_hash": None,
            "confirmed": 1,
            "remove_on_failure": 0,
            "created_at": now,
        }
        mine = yield s.CLAIM, claim
        admitted.append((yield from _insert(entry)) if mine else None)
    return admitted


def _put(seq: int, record: Record) -> Work[None]:
    yield (
        s.PUT_RECORD,
        {
            "exchange": seq,
            "path": record.path,
            "kind": record.kind,
            "endpoint": record.endpoint,
            "input_hash": record.input_hash,
            "state": record.state,
            "key": record.key,
            "intended_at": record.intended_at,
            "attempts": record.attempts,
            "redeliveries": record.redeliveries,
            "next_at": record.next_at,
            "reply": (yield from _store(seq, record.reply)),
            "error": record.error,
            "reference": record.reference,
            "request": (yield from _store(seq, record.request)),
            "recorded_at": record.recorded_at,
            "duration": record.duration,
        },
    )


@operation
def write_records(seq: int, records: list[Record], *, first: bool = False) -> Work[None]:
    """Store `records` of the exchange `seq`; `first`: they are the first of this run, so the exchange is now running."""
    for record in records:
        yield from _put(seq, record)
    if first:
        yield s.MARK_RUNNING, {"the_seq": seq}


@operation
def write_attempt(seq: int, records: list[Record], number: int, at: int, error: str) -> Work[None]:
    """Store that attempt `number` at the path of the first of `records` failed and will be made again."""
    for record in records:
        yield from _put(seq, record)
    yield (
        s.INSERT_ATTEMPT,
        {"exchange": seq, "path": records[0].path, "number": number, "at": at, "error": error},
    )


@operation
def set_branch(seq: int, branch: str) -> Work[None]:
    """Store the branch of the exchange `seq`, found after it was accepted."""
    yield s.SET_BRANCH, {"the_seq": seq, "branch": branch}


@operation
def spawn(seq: int, records: list[Record], child: Entry) -> Work[Admitted]:
    """Start a child exchange together with its parent's record of it."""
    admitted = yield from _insert(child)
    for record in records:
        yield from _put(seq, record)
    return admitted


@operation
def spawn_all(seq: int, records: list[Record], children: list[Entry]) -> Work[list[Admitted]]:
    """Start child exchanges, all or none; the last of `records`, their step's, gets what became of them as its reply."""
    admitted = []
    for child in children:
        admitted.append((yield from _insert(child)))  # noqa: PERF401 -- a comprehension cannot yield
    duplicates = sum(one.duplicate for one in admitted)
    told = records[-1].with_(reply=codec.dumps([len(admitted) - duplicates, duplicates]))
    for record in (*records[:-1], told):
        yield from _put(seq, record)
    return admitted


@operation
def end_run(ending: Ending) -> Work[None]:
    """Store how a run ended: state, late records, dead letters, and what that means for the exchange's ledger keys."""
    for record in ending.records:
        yield from _put(ending.seq, record)
    for letter in ending.letters:
        yield (
            s.INSERT_LETTER,
            {
                "exchange": ending.id,
                "path": letter.path,
                "endpoint": letter.endpoint,
                "message": letter.message,
                "error": letter.error,
                "whole": int(letter.whole),
                "state": "open",
                "at": ending.at,
            },
        )
    if ending.claims and ending.state in (State.DONE, State.FAILED, State.DISCARDED):
        yield (s.CONFIRM_CLAIMS if ending.state is State.DONE else s.REMOVE_CLAIMS), {"the_exchange": ending.id}
    finished = ending.state in (State.DONE, State.FAILED, State.DEAD, State.DISCARDED)
    yield (
        s.END_EXCHANGE,
        {
            "the_seq": ending.seq,
            "state": ending.state.value,
            "not_before": ending.not_before,
            "error_class": ending.error_class,
            "error": ending.error,
            "error_path": ending.error_path,
            "reply": (yield from _store(ending.seq, ending.reply)),
            "finished_at": ending.at if finished else None,
        },
    )


@operation
def claim(
    scope: str, key: str, exchange_id: str, path: str, *, now: int, confirmed: bool, remove_on_failure: bool
) -> Work[bool]:
    """Take `key` for the exchange and path; True when it is theirs (also from an earlier run), False for a duplicate."""
    row = {
        "scope": scope,
        "key": key,
        "exchange": exchange_id,
        "path": path,
        "input_hash": None,
        "confirmed": int(confirmed),
        "remove_on_failure": int(remove_on_failure),
        "created_at": now,
    }
    if (yield s.CLAIM, row):
        return True
    rows = yield s.GET_CLAIM, {"scope": scope, "key": key}
    if not rows:
        return False
    if rows[0][:2] == (exchange_id, path):
        return True
    owner = yield s.GET_REPLY, {"id": rows[0][0]}
    if owner:
        yield s.COUNT_DUPLICATE, {"the_seq": owner[0][0]}
    return False


@operation
def peek_claim(scope: str, key: str) -> Work[str | None]:
    """Return the id of the exchange that owns `key`, or None."""
    rows = yield s.GET_CLAIM, {"scope": scope, "key": key}
    return rows[0][0] if rows else None


@operation
def confirm_claim(scope: str, key: str) -> Work[None]:
    """Confirm one ledger key now (completionEager)."""
    yield s.CONFIRM_CLAIM, {"the_scope": scope, "the_key": key}


@operation
def read_run(seq: int) -> Work[tuple[Stored, dict[str, Record]] | None]:
    """Return the exchange `seq` and its records by path, for a run."""
    rows = yield s.GET_EXCHANGE, {"seq": seq}
    if not rows:
        return None
    values = list(rows[0])
    values[6], values[7] = bool(values[6]), bool(values[7])
    values[13] = yield from _load(seq, values[13])
    records: dict[str, Record] = {}
    for row in (yield s.GET_RECORDS, {"seq": seq}):
        fields = list(row)
        fields[10] = yield from _load(seq, fields[10])
        fields[13] = yield from _load(seq, fields[13])
        records[row[0]] = Record(*fields)
    return Stored(*values), records


@operation
def read_attempts(seq: int) -> Work[list[tuple[str, int, int, str]]]:
    """Return (path, number, at, error) of every failed attempt of the exchange, in order."""
    rows = yield s.GET_ATTEMPTS, {"seq": seq}
    return [(row[0], row[1], row[2], row[3]) for row in rows]


@operation
def read_open(after: int, most: int, shards: Sequence[tuple[int, int]] = ((0, 63),)) -> Work[list[Waiting]]:
    """Return unfinished exchanges of the `shards`, ranges (first, last) in order, beginning behind seq `after`."""
    if not shards:
        return []
    mask = sum(1 << shard for first, last in shards for shard in range(first, last + 1))
    signed = mask - (1 << 64) if mask >> 63 else mask
    place = {"low": shards[0][0], "high": shards[-1][1], "mask": signed}
    rows = yield s.OPEN_EXCHANGES, {"after": after, "most": most, **place}
    return [Waiting(r[0], r[1], r[2], r[3], bool(r[4]), bool(r[5]), r[6], r[7]) for r in rows]


@operation
def read_reply(exchange_id: str) -> Work[tuple[int, str, str, bytes | None, str | None, str | None] | None]:
    """Return (seq, id, state, reply, error class, error) of an exchange, or None."""
    rows = yield s.GET_REPLY, {"id": exchange_id}
    if not rows:
        return None
    seq, known, state, reply, error_class, error = rows[0]
    return seq, known, state, (yield from _load(seq, reply)), error_class, error


@operation
def has_open(source: str) -> Work[bool]:
    """Whether an exchange of `source` is unfinished."""
    return bool((yield s.OPEN_OF_SOURCE, {"source": source}))


@operation
def read_cursor(name: str) -> Work[bytes | None]:
    """Return a consumer's stored position."""
    rows = yield s.GET_CURSOR, {"name": name}
    return bytes(rows[0][0]) if rows else None


@operation
def put_revision(digest: str, manifest: bytes, now: int) -> Work[None]:
    """Keep the manifest of a revision."""
    yield s.PUT_REVISION, {"hash": digest, "manifest": manifest, "created_at": now}


@operation
def read_revision(digest: str) -> Work[bytes | None]:
    """Return the manifest of a revision."""
    rows = yield s.GET_REVISION, {"hash": digest}
    return bytes(rows[0][0]) if rows else None


@operation
def put_setting(name: str, value: bytes, now: int) -> Work[None]:
    """Store a run-time setting."""
    yield s.PUT_SETTING, {"name": name, "value": value, "updated_at": now}


@operation
def put_breaker(breaker: Breaker) -> Work[None]:
    """Store the circuit of a connection, unless what is stored is as young or younger."""
    yield s.PUT_BREAKER, breaker._asdict()


@operation
def claim_breaker(connection: str, seen: int, until: int, now: int) -> Work[bool]:
    """Take the right to probe an open circuit up to `until`; False when it is not as it was at `seen` any more."""
    row = {"the_connection": connection, "seen": seen, "until": until, "now": now}
    return bool((yield s.CLAIM_BREAKER, row))


@operation
def read_breakers() -> Work[list[Breaker]]:
    """Return every stored circuit."""
    return [Breaker(*row) for row in (yield s.GET_BREAKERS, {})]


@operation
def write_audit(at: int, actor: str, action: str, subject: str, detail: str | None) -> Work[None]:
    """Store who did what."""
    yield s.INSERT_AUDIT, {"at": at, "actor": actor, "action": action, "subject": subject, "detail": detail}
