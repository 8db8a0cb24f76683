"""What goes by age: ended exchanges with all that is theirs, and keys of the ledger. Operations of the journal."""

from collections.abc import Sequence

from caravana.journal import compiled as s
from caravana.journal.operation import Work, operation


@operation
def retain(state: str, before: int, most: int) -> Work[int]:
    """Delete up to `most` exchanges of `state` that ended before `before`, with all that is theirs; return how many."""
    rows = yield s.EXPIRED, {"state": state, "before": before, "most": most}
    for (seq,) in rows:
        for statement in (s.DELETE_RECORDS, s.DELETE_ATTEMPTS, s.DELETE_PAYLOADS, s.DELETE_KEYS, s.DELETE_EXCHANGE):
            yield statement, {"seq": seq}
    return len(rows)


@operation
def old_claims(before: int, most: int) -> Work[list[tuple[str, str]]]:
    """Return (scope, key) of up to `most` confirmed ledger keys that were taken before `before`."""
    rows = yield s.OLD_CLAIMS, {"before": before, "most": most}
    return [(row[0], row[1]) for row in rows]


@operation
def forget_claims(claims: Sequence[tuple[str, str]], before: int) -> Work[None]:
    """Remove the ledger keys `claims` (scope, key), but those that are not confirmed or were taken since `before`."""
    for scope, key in claims:
        yield s.DROP_OLD_CLAIM, {"scope": scope, "key": key, "before": before}
