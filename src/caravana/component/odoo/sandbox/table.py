"""One table in memory: rows by id, indexes by value, and the order of write dates."""

from bisect import bisect_left, insort
from typing import Any

from caravana.component.odoo.sandbox.field import Field

Row = dict[str, Any]


class Table:
    """Rows of one model. A row is never changed in place: `put` replaces it, so whoever holds the old one can restore it."""

    def __init__(self, fields: dict[str, Field], first_id: int) -> None:
        """`fields` by column; `first_id`: the id of the first record."""
        self.rows: dict[int, Row] = {}
        self.next_id = first_id
        self.stamps: list[tuple[str, int]] = []
        self.indexes: dict[str, dict[Any, set[int]]] = {}
        for name, field in fields.items():
            self.add_field(name, field)

    def add_field(self, name: str, field: Field) -> None:
        """Keep an index for `field` where it wants one."""
        if field.indexed and name not in self.indexes:
            self.indexes[name] = {}

    def take_id(self) -> int:
        """Return an id never given before; like a database sequence it is not given back."""
        self.next_id += 1
        return self.next_id - 1

    def put(self, record_id: int, row: Row | None) -> Row | None:
        """Make `row` the record's row (None deletes it); return the row that it replaces."""
        old = self.rows.get(record_id)
        self._restamp(record_id, old, row)
        for name, index in self.indexes.items():
            before, after = old and old.get(name), row and row.get(name)
            if before is not after and before != after:
                _move(index, record_id, before, after)
        if row is None:
            self.rows.pop(record_id, None)
        else:
            self.rows[record_id] = row
        return old

    def _restamp(self, record_id: int, old: Row | None, row: Row | None) -> None:
        before, after = old and old["write_date"], row and row["write_date"]
        if before == after:
            return
        if before:
            del self.stamps[bisect_left(self.stamps, (before, record_id))]
        if after:
            insort(self.stamps, (after, record_id))

    def written_between(self, low: str, high: str) -> list[tuple[str, int]]:
        """Return (write date, id) from `low` on and before `high`, in that order."""
        return self.stamps[bisect_left(self.stamps, (low, 0)) : bisect_left(self.stamps, (high, 0))]


def _move(index: dict[Any, set[int]], record_id: int, before: Any, after: Any) -> None:
    if before:
        ids = index[before]
        ids.discard(record_id)
        if not ids:
            del index[before]
    if after:
        index.setdefault(after, set()).add(record_id)
