"""What operators look for, as selects: their conditions vary, so SQLAlchemy makes them when they are asked."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from caravana.journal import tables as t


@dataclass(frozen=True)
class Filter:
    """Which exchanges to list; None asks for nothing. Times in microseconds."""

    states: tuple[str, ...] = ()
    route: str | None = None
    branch: str | None = None
    key: tuple[str | None, str] | None = None
    since: int | None = None
    until: int | None = None
    limit: int = 50


def messages(wanted: Filter) -> sa.Select[Any]:
    """Return the select of the newest exchanges that fit."""
    names = (
        "id",
        "route",
        "state",
        "branch",
        "lane",
        "accepted_at",
        "finished_at",
        "not_before",
        "error_class",
        "error",
    )
    query = sa.select(*[t.exchange.c[name] for name in names], t.exchange.c.duplicates)
    conditions: list[sa.ColumnElement[bool]] = []
    if wanted.states:
        conditions.append(t.exchange.c.state.in_(wanted.states))
    for column, value in ((t.exchange.c.route, wanted.route), (t.exchange.c.branch, wanted.branch)):
        if value is not None:
            conditions.append(column == value)
    if wanted.since is not None:
        conditions.append(t.exchange.c.accepted_at >= wanted.since)
    if wanted.until is not None:
        conditions.append(t.exchange.c.accepted_at < wanted.until)
    if wanted.key is not None:
        kind, value = wanted.key
        known = sa.select(t.business_key.c.exchange).where(t.business_key.c.value == value)
        if kind is not None:
            known = known.where(t.business_key.c.kind == kind)
        conditions.append(t.exchange.c.seq.in_(known))
    return query.where(*conditions).order_by(t.exchange.c.seq.desc()).limit(wanted.limit)


def counts() -> sa.Select[Any]:
    """Return the select of how many exchanges are in each state."""
    return sa.select(t.exchange.c.state, sa.func.count().label("count")).group_by(t.exchange.c.state)


def letters(state: str, limit: int) -> sa.Select[Any]:
    """Return the select of the newest dead letters in `state`."""
    names = ("seq", "exchange", "path", "endpoint", "error", "whole", "state", "at")
    return (
        sa.select(*[t.dead_letter.c[name] for name in names], t.exchange.c.route)
        .join(t.exchange, t.exchange.c.id == t.dead_letter.c.exchange)
        .where(t.dead_letter.c.state == state)
        .order_by(t.dead_letter.c.seq.desc())
        .limit(limit)
    )
