"""Journal operations are generators: they yield statements and receive rows, so one text serves every database.

    rows = yield Statement, {"seq": 7}

A writer drives them: SQLite's one by one inside savepoints, PostgreSQL's side by side.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, Generic, ParamSpec, TypeVar

Row = tuple[Any, ...]
Rows = list[Row]
P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """One statement as each database wants it; `returns`: whether rows come back.

    `sealed` names the parameters that go into sealed columns, `opened` the places of such columns in the rows; with each, whether
    it is text.
    """

    name: str
    sqlite: str
    postgresql: str
    returns: bool
    sealed: tuple[tuple[str, bool], ...] = ()
    opened: tuple[tuple[int, bool], ...] = ()


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
