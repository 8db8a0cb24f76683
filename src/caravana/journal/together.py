"""Driving operations on SQLite: one alone, or many side by side, their like statements as one."""

import sqlite3
from collections.abc import Sequence
from typing import Any, TypeVar

from caravana.journal.many import Many, many
from caravana.journal.operation import Operation, Rows, Statement, Work

R = TypeVar("R")

PORTIONS = (64, 32, 16, 8, 4, 2, 1)
"""How many rows a statement takes: few texts, so that each is prepared once and kept."""


class Apart(Exception):
    """The operations must be carried out one by one: two of them meet in one row."""


def drive(operation: Operation[R], cursor: sqlite3.Cursor) -> R:
    """Carry out `operation` on `cursor`, within whatever transaction is open."""
    work = operation.start()
    rows: Rows = []
    try:
        statement, parameters = next(work)
        while True:
            rows = _run(cursor, statement, parameters)
            statement, parameters = work.send(rows)
    except StopIteration as stop:
        result: R = stop.value
        return result


def drive_together(operations: Sequence[Operation[Any]], cursor: sqlite3.Cursor) -> list[Any]:
    """Carry out `operations` round by round and return their results.

    Raises `Apart`, and whatever one of them or the database raises; then the caller rolls back what was done.
    """
    results: list[Any] = [None] * len(operations)
    works = {index: operation.start() for index, operation in enumerate(operations)}
    answers: dict[int, Rows | None] = dict.fromkeys(works)
    while works:
        groups: dict[Statement, list[tuple[int, dict[str, Any]]]] = {}
        for index in list(works):
            try:
                statement, parameters = _advance(works[index], answers[index])
            except StopIteration as stop:
                results[index] = stop.value
                del works[index]
            else:
                groups.setdefault(statement, []).append((index, parameters))
        for statement, members in groups.items():
            rows = _run_all(cursor, statement, [parameters for _, parameters in members])
            answers.update(zip((index for index, _ in members), rows, strict=True))
    return results


def _advance(work: Work[Any], rows: Rows | None) -> tuple[Statement, dict[str, Any]]:
    return next(work) if rows is None else work.send(rows)


def _run(cursor: sqlite3.Cursor, statement: Statement, parameters: dict[str, Any]) -> Rows:
    cursor.execute(statement.sqlite, parameters)
    return cursor.fetchall() if statement.returns else []


def _run_all(cursor: sqlite3.Cursor, statement: Statement, rows: list[dict[str, Any]]) -> list[Rows]:
    """Run `statement` for each of `rows`; returns what each brings back."""
    form = many(statement)
    if form is None:
        return [_run(cursor, statement, row) for row in rows]
    if not form.fits(rows):
        raise Apart
    answers: list[Rows] = []
    for portion in PORTIONS:
        while len(rows) - len(answers) >= portion:
            taken = rows[len(answers) : len(answers) + portion]
            answers += _run_portion(cursor, form, taken, returns=statement.returns)
    return answers


def _run_portion(cursor: sqlite3.Cursor, form: Many, rows: list[dict[str, Any]], *, returns: bool) -> list[Rows]:
    """Run one statement for all `rows`; each row of an insert that returns brings back its number.

    AUTOINCREMENT numbers the rows of one statement one after the other, so the last number tells them all, unless one
    row was left out as known already: then raises `Apart`.
    """
    cursor.execute(form.sqlite(len(rows)), [row[name] for row in rows for name in form.names])
    if not returns:
        return [[] for _ in rows]
    last = cursor.lastrowid
    if cursor.rowcount != len(rows) or last is None:
        raise Apart
    return [[(number,)] for number in range(last - len(rows) + 1, last + 1)]
