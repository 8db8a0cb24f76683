"""From SQLAlchemy's elements to what each database's driver takes."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.compiler import SQLCompiler

from caravana.journal.operation import Statement
from caravana.journal.tables import Sealed, SealedText


class Definition:
    """One statement of the journal; `returns`: whether rows come back."""

    def __init__(self, name: str, element: Executable, *, returns: bool) -> None:
        """`name`: that of the constant, in lower case."""
        self._name = name
        self._element = element
        self._returns = returns

    def compiled(self) -> Statement:
        """Return the statement as both databases' drivers take it."""
        sqlite = self._text(SQLiteDialect_pysqlite(paramstyle="named"))
        postgresql = self._text(PGDialect_psycopg())  # type: ignore[no-untyped-call]
        return Statement(
            self._name, sqlite, postgresql, self._returns, _sealed_parameters(self._element), _opened(self._element)
        )

    def _text(self, dialect: Dialect) -> str:
        compiled = self._element.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})  # type: ignore[attr-defined]
        assert isinstance(compiled, SQLCompiler)
        text = str(compiled)
        for name, value in compiled.params.items():
            if value is not None:  # SQLite's dialect writes LIMIT with an OFFSET of its own
                text = text.replace(f":{name}", str(int(value)))
        return text


def values(table: sa.Table, *names: str) -> dict[str, sa.BindParameter[object]]:
    """Return a parameter for each of these columns, with the column's name and type."""
    return {name: sa.bindparam(name, type_=table.c[name].type) for name in names}


def _sealed_parameters(element: Executable) -> tuple[tuple[str, bool], ...]:
    """Return the names of the parameters that go into sealed columns, with each whether it is text."""
    compiled = element.compile(dialect=SQLiteDialect_pysqlite(paramstyle="named"))  # type: ignore[attr-defined]
    assert isinstance(compiled, SQLCompiler)
    types = ((name, one.type) for name, one in compiled.binds.items())
    return tuple((name, isinstance(one, SealedText)) for name, one in types if _is_sealed(one))


def _opened(element: Executable) -> tuple[tuple[int, bool], ...]:
    """Return the places of sealed columns in the rows of a select, with each whether it is text."""
    columns = enumerate(getattr(element, "selected_columns", ()))
    return tuple((place, isinstance(one.type, SealedText)) for place, one in columns if _is_sealed(one.type))


def _is_sealed(type_: object) -> bool:
    return isinstance(type_, Sealed | SealedText)
