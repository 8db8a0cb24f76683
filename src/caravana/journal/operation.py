"""Journal operations are generators: they yield statements and receive rows, so one text serves every database.

    rows = yield Statement, {"seq": 7}

A writer drives them: SQLite's one by one inside savepoints, PostgreSQL's side by side.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, Generic, ParamSpec, TypeVar

from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.compiler import SQLCompiler

Row = tuple[Any, ...]
Rows = list[Row]
P = ParamSpec("P")
R = TypeVar("R")


class Statement:
    """One statement, compiled once for each database; `table` and `writes` let a writer sort and group."""

    __slots__ = ("_element", "name", "postgresql", "returns", "sqlite")

    def __init__(self, name: str, element: Executable, *, returns: bool) -> None:
        """`returns`: whether rows come back."""
        self.name = name
        self.returns = returns
        self._element = element
        self.sqlite = self._compile(SQLiteDialect_pysqlite(paramstyle="named"))
        self.postgresql = self._compile(PGDialect_psycopg())  # type: ignore[no-untyped-call]

    def _compile(self, dialect: Dialect) -> str:
        compiled = self._element.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})  # type: ignore[attr-defined]
        assert isinstance(compiled, SQLCompiler)
        text = str(compiled)
        for name, value in compiled.params.items():
            if value is not None:  # SQLite's dialect writes LIMIT with an OFFSET of its own
                text = text.replace(f":{name}", str(int(value)))
        return text


Work = Generator[tuple[Statement, dict[str, Any]], Rows, R]


@dataclass(frozen=True, slots=True)
class Operation(Generic[R]):
    """One unit of work on the journal, startable again after a conflict."""

    name: str
    start: Callable[[], Work[R]]


def operation(function: Callable[P, Work[R]]) -> Callable[P, "Operation[R]"]:
    """Turn a generator function into a maker of operations."""

    def make(*args: P.args, **kwargs: P.kwargs) -> Operation[R]:
        return Operation(function.__name__, lambda: function(*args, **kwargs))

    make.__doc__ = function.__doc__
    make.__name__ = function.__name__
    return make
