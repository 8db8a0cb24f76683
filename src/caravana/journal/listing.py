"""What operators look for: texts of selects, whose conditions vary, with their parameters, for `Journal.query`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Query = tuple[str, dict[str, Any]]
_MESSAGE = "id, route, state, branch, lane, accepted_at, finished_at, not_before, error_class, error, duplicates"
_LETTER = "l.seq, l.exchange, l.path, l.endpoint, l.error, l.whole, l.state, l.at, e.route"


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


def messages(wanted: Filter) -> Query:
    """Return the select of the newest exchanges that fit."""
    states = {f"state{at}": one for at, one in enumerate(wanted.states)}
    kind, value = wanted.key or (None, None)
    conditions = {
        f"state IN ({', '.join(f':{name}' for name in states)})": states or None,
        "route = :route": wanted.route,
        "branch = :branch": wanted.branch,
        "accepted_at >= :since": wanted.since,
        "accepted_at < :until": wanted.until,
        "seq IN (SELECT exchange FROM business_key WHERE value = :value)": value if kind is None else None,
        "seq IN (SELECT exchange FROM business_key WHERE value = :value AND kind = :kind)": kind,
    }
    where = " AND ".join(text for text, given in conditions.items() if given is not None) or "1 = 1"
    text = f"SELECT {_MESSAGE} FROM exchange WHERE {where} ORDER BY seq DESC LIMIT :limit"  # noqa: S608 -- our words
    given = {name: getattr(wanted, name) for name in ("route", "branch", "since", "until", "limit")}
    return text, {**given, **states, "kind": kind, "value": value}


def keys(states: tuple[str, ...], limit: int) -> Query:
    """Return the select of the business keys of the newest exchanges in `states`."""
    named = {f"state{at}": one for at, one in enumerate(states)}
    text = (
        "SELECT e.id, b.kind, b.value FROM business_key b JOIN exchange e ON e.seq = b.exchange "  # noqa: S608 -- our words
        f"WHERE e.state IN ({', '.join(f':{name}' for name in named)}) ORDER BY e.seq DESC LIMIT :limit"
    )
    return text, {**named, "limit": limit}


def counts() -> Query:
    """Return the select of how many exchanges are in each state."""
    return "SELECT state, count(*) AS count FROM exchange GROUP BY state", {}


def by_branch() -> Query:
    """Return the select of how many exchanges that are not over each branch has in each state."""
    states = "('ready', 'running', 'waiting', 'in_doubt', 'dead')"
    text = f"SELECT branch, state, count(*) AS count FROM exchange WHERE state IN {states} GROUP BY branch, state"  # noqa: S608 -- our words
    return text, {}


def branches_used() -> Query:
    """Return the select of the branches that exchanges have."""
    return "SELECT DISTINCT branch FROM exchange WHERE branch IS NOT NULL", {}


def dead_at(path: str) -> Query:
    """Return the select of the dead exchanges whose error stands at `path`, in the order of acceptance."""
    text = "SELECT seq FROM exchange WHERE state = 'dead' AND error_path = :path ORDER BY seq"
    return text, {"path": path}


def letters(state: str, limit: int) -> Query:
    """Return the select of the newest dead letters in `state`."""
    text = (
        f"SELECT {_LETTER} FROM dead_letter l JOIN exchange e ON e.id = l.exchange "  # noqa: S608 -- our words
        "WHERE l.state = :state ORDER BY l.seq DESC LIMIT :limit"
    )
    return text, {"state": state, "limit": limit}


@dataclass(frozen=True)
class Undone:
    """Which effects left undone in shadow to list; None asks for nothing. `since` in microseconds, `seq` of an exchange.

    `endpoints`: addresses, each with the connection that its effect would have gone to where the address does not say it.
    """

    route: str | None = None
    branch: str | None = None
    since: int | None = None
    endpoints: tuple[tuple[str, str | None], ...] | None = None
    seq: int | None = None
    limit: int = 50


def undone_counts(wanted: Undone) -> Query:
    """Return the select of how often each effect was left undone, by route, branch, endpoint and connection."""
    where, given = _undone(wanted)
    text = (
        "SELECT e.route, e.branch, r.endpoint, r.reference AS connection, r.kind, "  # noqa: S608 -- our words
        "count(*) AS count, count(DISTINCT e.seq) AS exchanges, "
        "min(r.recorded_at) AS first, max(r.recorded_at) AS last "
        f"FROM exchange e JOIN record r ON r.exchange = e.seq WHERE {where} "
        "GROUP BY e.route, e.branch, r.endpoint, r.reference, r.kind ORDER BY e.route, e.branch, r.endpoint, r.reference"
    )
    return text, given


def undone(wanted: Undone) -> Query:
    """Return the select of the newest effects left undone, each with its number in its exchange."""
    where, given = _undone(wanted)
    number = "row_number() OVER (PARTITION BY e.seq ORDER BY r.recorded_at, r.path)"
    text = (
        "SELECT e.seq, e.id, e.route, e.branch, r.path, r.kind, r.endpoint, "  # noqa: S608 -- our words
        f"r.reference AS connection, r.recorded_at, {number} AS number "
        f"FROM exchange e JOIN record r ON r.exchange = e.seq WHERE {where} "
        "ORDER BY e.seq DESC, number LIMIT :limit"
    )
    return text, {**given, "limit": wanted.limit}


def _undone(wanted: Undone) -> Query:
    pairs = list(enumerate(wanted.endpoints or ()))
    names = {f"endpoint{at}": one for at, (one, _) in pairs}
    names |= {f"connection{at}": one for at, (_, one) in pairs if one is not None}
    either = (
        f"(r.endpoint = :endpoint{at} AND r.reference {'IS NULL' if one is None else f'= :connection{at}'})"
        for at, (_, one) in pairs
    )
    conditions = {
        "e.route = :route": wanted.route,
        "e.branch = :branch": wanted.branch,
        "r.recorded_at >= :since": wanted.since,
        "e.seq = :seq": wanted.seq,
        f"({' OR '.join(either)})": names or None,
    }
    where = [
        "e.mode <> 'live'",
        "r.state = 'would'",
        *(text for text, given in conditions.items() if given is not None),
    ]
    given = {"route": wanted.route, "branch": wanted.branch, "since": wanted.since, "seq": wanted.seq}
    return " AND ".join(where), {**given, **names}


def known(source: str, keys: Sequence[str]) -> Query:
    """Return the select of the exchanges of `source` that have one of `keys`, with their modes."""
    names = {f"key{at}": one for at, one in enumerate(keys)}
    places = ", ".join(f":{name}" for name in names)
    text = f"SELECT e.key, e.mode FROM exchange e WHERE e.source = :source AND e.key IN ({places})"  # noqa: S608 -- our words
    return text, {"source": source, **names}


def fed(scope: str, keys: Sequence[str]) -> Query:
    """Return the select of those of `keys` that the ledger holds under `scope`."""
    names = {f"key{at}": one for at, one in enumerate(keys)}
    places = ", ".join(f":{name}" for name in names)
    text = f"SELECT l.key FROM ledger l WHERE l.scope = :scope AND l.key IN ({places})"  # noqa: S608 -- our words
    return text, {"scope": scope, **names}
