"""What stands in a journal, for tests that nothing secret does."""

import sqlite3
from contextlib import closing
from pathlib import Path

from caravana.journal.packing import unpack


def journal_of(file: Path) -> str:
    """Return all that a journal holds, unpacked."""
    with closing(sqlite3.connect(file)) as journal:
        tables = [name for (name,) in journal.execute("select name from sqlite_master where type = 'table'")]
        rows = [row for table in tables for row in journal.execute(f"select * from {table}")]
    values = [value for row in rows for value in row]
    packed = [unpack(one).decode("utf-8", "replace") for one in values if isinstance(one, bytes) and one[:1] in b"rz"]
    return "\n".join((*map(str, values), *packed))
