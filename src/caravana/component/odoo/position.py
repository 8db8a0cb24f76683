"""Where a watch stands: the newest time seen, and what was seen in the overlap before it. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from caravana.component.odoo.values import from_odoo_time, to_odoo_time
from caravana.kit.codec import canonical_hash


@dataclass(frozen=True)
class Position:
    """Cursor of a watch; stored with the messages it led to.

    `line`: nothing older is taken. `since`: the newest time seen. `seen`: time and content hash by id, within the
    overlap: Odoo's times are whole seconds, so two states of one record may carry the same.
    """

    line: str
    since: str
    seen: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def beginning(cls, line: datetime) -> "Position":
        """Return the position of a watch that takes nothing older than `line`."""
        text = to_odoo_time(line)
        return cls(text, text)

    @classmethod
    def stored(cls, cursor: Mapping[str, Any], go_live: datetime | None) -> "Position":
        """Return the position of a stored cursor; a go-live time set since then moves its line."""
        line = str(cursor["line"]) if go_live is None else to_odoo_time(ceiling(go_live))
        return cls(line, max(line, str(cursor["since"])), dict(cursor["seen"]))

    def as_cursor(self) -> dict[str, Any]:
        """Return the JSON-able form that `stored` reads."""
        return {"line": self.line, "since": self.since, "seen": dict(self.seen)}

    def start(self, overlap: timedelta) -> str:
        """Return from when on to read again: times are those of a transaction's start, so late ones look old."""
        return max(self.line, back(self.since, overlap))

    def is_new(self, record: Mapping[str, Any], stamp: str) -> bool:
        """Whether this state of `record` has not been seen."""
        return self.seen.get(str(record["id"])) != mark(record, stamp)

    def knows(self, record: Mapping[str, Any]) -> bool:
        """Whether any state of `record` has been seen in the overlap."""
        return str(record["id"]) in self.seen

    def after(self, records: Iterable[Mapping[str, Any]], stamp: str, overlap: timedelta) -> "Position":
        """Return the position after `records`, which came in order of `stamp`."""
        seen, since = dict(self.seen), self.since
        for record in records:
            seen[str(record["id"])] = mark(record, stamp)
            since = max(since, record[stamp])
        oldest = back(since, overlap)
        return Position(self.line, since, {key: one for key, one in seen.items() if one.split("|")[0] >= oldest})


def mark(record: Mapping[str, Any], stamp: str) -> str:
    """Return time and content hash of a record's state."""
    return f"{record[stamp]}|{canonical_hash(dict(record))[:12]}"


def back(text: str, by: timedelta) -> str:
    """Return Odoo's time `by` before `text`."""
    return to_odoo_time(from_odoo_time(text) - by)


def ceiling(moment: datetime) -> datetime:
    """Return the whole second not before `moment`."""
    exact = moment.astimezone(UTC)
    return exact if exact.microsecond == 0 else exact.replace(microsecond=0) + timedelta(seconds=1)
