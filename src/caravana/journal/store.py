"""What the company's flows keep: records by scope and key, alone or a group at once. Operations of the journal."""

from collections.abc import Sequence

from caravana.journal import compiled as s
from caravana.journal.operation import Work, operation


@operation
def put_state(scope: str, key: str, value: bytes | None, now: int) -> Work[None]:
    """Store a record of the company's flows, or remove it (None)."""
    yield from _put_state(scope, key, value, now)


def _put_state(scope: str, key: str, value: bytes | None, now: int) -> Work[None]:
    if value is None:
        yield s.DROP_STATE, {"scope": scope, "key": key}
    else:
        yield s.PUT_STATE, {"scope": scope, "key": key, "value": value, "updated_at": now}


@operation
def get_state(scope: str, key: str) -> Work[bytes | None]:
    """Return one record of the company's flows."""
    rows = yield s.GET_STATE, {"scope": scope, "key": key}
    return bytes(rows[0][0]) if rows else None


@operation
def old_states(scope: str, before: int, most: int) -> Work[list[str]]:
    """Return keys of up to `most` records of `scope` that nobody has changed since `before`."""
    rows = yield s.OLD_STATES, {"scope": scope, "before": before, "most": most}
    return [row[0] for row in rows]


@operation
def forget_states(scope: str, keys: Sequence[str], before: int) -> Work[None]:
    """Remove records of `scope`, but those that were changed since `before`."""
    for key in keys:
        yield s.DROP_OLD_STATE, {"scope": scope, "key": key, "before": before}


@operation
def get_turn(scope: str, key: str) -> Work[int]:
    """Return where a group of records stands, 0 when it was never changed together."""
    rows = yield s.GET_TURN, {"scope": scope, "key": key}
    return rows[0][0] if rows else 0


@operation
def put_together(scope: str, key: str, seen: int, rows: Sequence[tuple[str, str, bytes | None]], now: int) -> Work[int]:
    """Store records, or remove them (None), if their group stands at `seen`; return where it stands then.

    0: it had moved on, and nothing was stored.
    """
    moved = max(now, seen + 1)
    turn = {"scope": scope, "key": key, "value": b"null", "updated_at": moved, "seen": seen}
    if not (yield s.MOVE_TURN, turn):
        return 0
    for row in rows:
        yield from _put_state(*row, now)
    return moved


@operation
def find_state(scope: str, prefix: str, most: int, since: str = "") -> Work[list[tuple[str, bytes]]]:
    """Return the records whose key begins with `prefix` and is not before `since`."""
    rows = yield s.FIND_STATE, {"scope": scope, "low": max(prefix, since), "high": prefix + "\U0010ffff", "most": most}
    return [(row[0], bytes(row[1])) for row in rows]
