"""Hot statements for many rows at once: the database takes them in one step, where each row would be a step of its own.

On SQLite every step gives Python's lock away, and the writer must wait for it again while the event loop is busy; on
PostgreSQL every statement is bound, carried out and answered by itself. The texts come from those for one row.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from caravana.journal import compiled as s
from caravana.journal.operation import Statement

_DISTINCT = {
    s.INSERT_EXCHANGE: ("id",),
    s.INSERT_KEY: (),
    s.INSERT_PAYLOAD: (),
    s.PUT_RECORD: ("exchange", "path"),
    s.END_EXCHANGE: ("the_seq",),
    s.MARK_RUNNING: (),
}
"""The hot statements, with the parameters in which rows must differ: PostgreSQL changes no row twice in one statement."""
_SQLITE = re.compile(r":(\w+)")
_POSTGRESQL = re.compile(r"%\((\w+)\)s(?:::(\w+))?")
_BYTES = "BYTEA"
"""SQLAlchemy writes no type for bytes."""


@dataclass(frozen=True, slots=True)
class Many:
    """One statement for many rows. `names`: a row's parameters in order; `distinct`: those in which rows must differ.

    `postgresql`: the text, with an array for each parameter; an insert that returns numbers returns the ids, too.
    """

    names: tuple[str, ...]
    distinct: tuple[str, ...]
    postgresql: str
    _sqlite: tuple[str, str]

    def sqlite(self, count: int) -> str:
        """Return the text for `count` rows, whose values are placed one after the other."""
        row = f"({','.join('?' * len(self.names))})"
        return f"VALUES {','.join([row] * count)}".join(self._sqlite)

    def fits(self, rows: Sequence[Mapping[str, Any]]) -> bool:
        """Whether no two rows are about the same thing."""
        if not self.distinct:
            return True
        return len({tuple(row[name] for name in self.distinct) for row in rows}) == len(rows)


@cache
def many(statement: Statement) -> Many | None:
    """Return `statement` for many rows; None when it is not a hot one."""
    distinct = _DISTINCT.get(statement)
    if distinct is None:
        return None
    found = _POSTGRESQL.findall(statement.postgresql)
    names = tuple(name for name, _ in found)
    head, tail = _around_rows(statement.postgresql, _POSTGRESQL, names)
    arrays = ", ".join(f"%s::{type_ or _BYTES}[]" for _, type_ in found)
    returned = ", exchange.id" if statement.returns else ""
    text = f"{head}SELECT * FROM unnest({arrays}){tail}{returned}"  # noqa: S608 -- of constants
    plain, _, _ = statement.sqlite.partition(" RETURNING ")
    return Many(names, distinct, text, _around_rows(plain, _SQLITE, names))


def _around_rows(text: str, parameter: re.Pattern[str], names: Sequence[str]) -> tuple[str, str]:
    """Return what stands before and behind the rows."""
    if text.startswith("INSERT"):
        head, _, rest = parameter.sub("?", text).partition("VALUES (")
        return head, rest.partition(")")[2]
    change, _, condition = parameter.sub(r"given.\1", text).partition(" WHERE ")
    return f"WITH given ({', '.join(names)}) AS (", f") {change} FROM given WHERE {condition}"
