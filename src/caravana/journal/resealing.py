"""Sealing anew what is sealed with an older key, or was written before there was one, in portions beside the hub's work."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from caravana.journal import compiled as s
from caravana.journal.operation import Statement, Work, operation
from caravana.journal.sealing import Keyring


@dataclass(frozen=True)
class Place:
    """A table with sealed `columns`; `start` lies before all of its keys."""

    stale: Statement
    reseal: Statement
    keys: tuple[str, ...]
    start: tuple[Any, ...]
    columns: tuple[str, ...]


PLACES = {
    "exchange": Place(s.STALE_EXCHANGE, s.RESEAL_EXCHANGE, ("seq",), (-1,), ("error", "message", "reply")),
    "record": Place(s.STALE_RECORD, s.RESEAL_RECORD, ("exchange", "path"), (-1, ""), ("reply", "error", "request")),
    "attempt": Place(s.STALE_ATTEMPT, s.RESEAL_ATTEMPT, ("exchange", "path", "number"), (-1, "", 0), ("error",)),
    "payload": Place(s.STALE_PAYLOAD, s.RESEAL_PAYLOAD, ("exchange", "hash"), (-1, ""), ("data",)),
    "dead_letter": Place(s.STALE_DEAD_LETTER, s.RESEAL_DEAD_LETTER, ("seq",), (-1,), ("message", "error")),
    "state": Place(s.STALE_STATE, s.RESEAL_STATE, ("scope", "key"), ("", ""), ("value",)),
    "cursor": Place(s.STALE_CURSOR, s.RESEAL_CURSOR, ("name",), ("",), ("value",)),
    "audit": Place(s.STALE_AUDIT, s.RESEAL_AUDIT, ("seq",), (-1,), ("detail",)),
}
"""By table, in the order in which they are gone through."""


@operation
def reseal(table: str, after: Sequence[Any], most: int, keys: Keyring) -> Work[tuple[int, list[Any] | None]]:
    """Seal up to `most` rows of `table` behind the key `after` with the present key.

    Returns how many, and the key to go on behind; None when that was the last.
    """
    place = PLACES[table]
    marks = {"mark": keys.mark, "text_mark": keys.text_mark, "most": most}
    behind = {f"after_{name}": value for name, value in zip(place.keys, after, strict=True)}
    rows = yield place.stale, {**marks, **behind}
    width = len(place.keys)
    for row in rows:
        here = {f"the_{name}": value for name, value in zip(place.keys, row[:width], strict=True)}
        yield place.reseal, {**here, **dict(zip(place.columns, row[width:], strict=True))}
    return len(rows), list(rows[-1][:width]) if len(rows) == most else None
