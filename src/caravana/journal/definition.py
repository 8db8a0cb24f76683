"""From SQLAlchemy's elements to what each database's driver takes."""

from typing import Any

from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.compiler import SQLCompiler

from caravana.journal.operation import Statement


class Definition:
    """One statement of the journal; `returns`: whether rows come back."""

    def __init__(self, name: str, element: Executable, *, returns: bool) -> None:
        """`name`: as `explain` and logs show it."""
        self._name = name
        self._element = element
        self._returns = returns

    def compiled(self) -> Statement:
        """Return the statement as both databases want it."""
        sqlite, postgresql = (self._text(one) for one in (sqlite_dialect(), postgresql_dialect()))
        return Statement(self._name, sqlite, postgresql, self._returns)

    def _text(self, dialect: Dialect) -> str:
        text, parameters = compile_element(self._element, dialect)
        for name, value in parameters.items():
            if value is not None:  # SQLite's dialect writes LIMIT with an OFFSET of its own
                text = text.replace(f":{name}", str(int(value)))
        return text


def sqlite_dialect() -> Dialect:
    """Return SQLite's dialect with parameters as the standard library's driver takes them."""
    return SQLiteDialect_pysqlite(paramstyle="named")


def postgresql_dialect() -> Dialect:
    """Return PostgreSQL's dialect with parameters as psycopg takes them."""
    return PGDialect_psycopg()  # type: ignore[no-untyped-call]


def compile_element(element: Executable, dialect: Dialect) -> tuple[str, dict[str, Any]]:
    """Return text and parameters of a statement."""
    compiled = element.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})  # type: ignore[attr-defined]
    assert isinstance(compiled, SQLCompiler)
    return str(compiled), dict(compiled.params)
