"""What a retry or replay would do, worked out before anything is changed: shown to the person, then carried out as shown."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from caravana.journal.model import Record, Step
from caravana.kit.effect import Kind
from caravana.kit.errors import NeedsPerson, Refused

if TYPE_CHECKING:
    from caravana.engine.rehearsal import Forecast

HANDLED = "!"
BELOW = ("/", "[", ">", HANDLED)
"""Signs behind a path with which the paths of what it holds begin."""
PASSIVE = ("read", "pure", "step", "delay")
"""Kinds of records that stand for no effect outside."""
FAILURES = (Step.FAILED, "step_failed")


@dataclass
class Plan:
    """`lines` name every record and what becomes of it; `asks` are things that a person must know before saying yes."""

    action: str
    exchange: str
    route: str
    state: str
    revision: str
    lines: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    asks: list[str] = field(default_factory=list)

    def add(self, record: Record, fate: str) -> None:
        """Add what becomes of `record`."""
        self.lines.append(
            {
                "path": record.path,
                "kind": record.kind,
                "endpoint": record.endpoint,
                "state": record.state,
                "reference": record.reference,
                "fate": fate,
            }
        )

    def as_json(self) -> dict[str, Any]:
        """Return the plan as JSON-able values."""
        return {
            "action": self.action,
            "exchange": self.exchange,
            "route": self.route,
            "state": self.state,
            "revision": self.revision,
            "lines": self.lines,
            "notes": self.notes,
            "asks": self.asks,
        }


def is_below(path: str, above: str) -> bool:
    """Whether `path` is `above` or belongs to it."""
    return path == above or path.startswith(tuple(above + sign for sign in BELOW))


def to_clear(records: Mapping[str, Record], failing: Iterable[str]) -> set[str]:
    """Return the paths of the records that a retry takes away: the failures at and below `failing`, and their handlers'."""
    chosen = list(failing) or [path for path, one in records.items() if one.state in FAILURES]
    return {
        path
        for path, record in records.items()
        for above in chosen
        if is_below(path, above)
        and (path == above or path.startswith(above + HANDLED) or record.state in (*FAILURES, Step.RETRY))
        and not (path == above and record.state in (Step.DONE, Step.WOULD))
    }


def after_failure(records: Mapping[str, Record], cleared: Iterable[str]) -> list[Record]:
    """Return the effects that handlers made because of a failure that a retry takes away."""
    return [
        records[path]
        for path in sorted(cleared)
        if HANDLED in path and records[path].state == Step.DONE and records[path].kind not in PASSIVE
    ]


def read_last(records: Mapping[str, Record], cleared: Iterable[str], failing: Sequence[str]) -> frozenset[str]:
    """Return the paths of what was read since the last effect: a retry reads it anew, for a person mended what was there.

    Nothing that was done rests on it. Of a call that failed otherwise than by being refused at once nobody knows that nothing
    was done: it asks for the same again, under the same key, so nothing is read anew. Nor is what other parts of a split read.
    """
    away = set(cleared)
    if any(records[path].kind not in PASSIVE and not _is_refused(records[path]) for path in away):
        return frozenset()
    effects = [one for path, one in records.items() if path not in away and one.kind not in PASSIVE]
    last = max((max(one.intended_at, one.recorded_at) for one in effects), default=0)
    return frozenset(
        path
        for path, one in records.items()
        if _is_reading(one) and one.recorded_at > last and any(each.startswith(_part(path)) for each in failing)
    )


def _is_reading(record: Record) -> bool:
    """Whether it stands for an answer, well or not; a key that was claimed is read, too, and stays ours."""
    answered = record.state in (Step.DONE, Step.FAILED)
    return record.kind == Kind.READ and answered and not record.endpoint.startswith(("claim:", "owner:"))


def _part(path: str) -> str:
    """The part of a split, or the turn of a loop, in which it stands; empty outside of them."""
    return path[: path.rfind("]") + 1]


def _is_refused(record: Record) -> bool:
    """Whether its only attempt was refused: an earlier one may have been done, with its answer lost."""
    from caravana.pattern.failure import read as read_failure  # the patterns: who lists messages does not load them

    if record.state != Step.FAILED or record.attempts > 1:
        return False
    return isinstance(read_failure(record.error or "{}"), (Refused, NeedsPerson))


def left_over(
    plan: Plan, records: Mapping[str, Record], cleared: set[str], forecast: "Forecast | None", again: frozenset[str]
) -> tuple[set[str], list[Record]]:
    """Say what becomes of each record; returns the paths to drop and the records to write in their place."""
    drop, put = set(cleared), []
    for path in sorted(records):
        record = records[path]
        if path in cleared:
            plan.add(record, "cleared: tried again")
        elif path in again:
            drop.add(path)
            plan.add(record, "made again")
        elif forecast is not None and path in forecast.differing:
            fate, kept = _differing(record, forecast.differing[path])
            plan.add(record, fate)
            drop.add(path)
            if kept is not None:
                put.append(kept)
                plan.asks.append(
                    f"`{path}` asks for something else than it did: its recorded answer is kept, no new call"
                )
        elif forecast is not None and path not in forecast.taken:
            plan.add(record, "kept, not reached before the first new step")
        else:
            plan.add(record, "kept")
    return drop, put


def _differing(record: Record, fitted: Record) -> tuple[str, Record | None]:
    """A read is made again; of an effect the answer is kept, since making it again could do it twice."""
    if record.kind in PASSIVE or record.state not in (Step.DONE, Step.WOULD):
        return "differs: made again", None
    return "differs: answer kept", fitted


def taken_over(
    plan: Plan, records: Mapping[str, Record], again: frozenset[str], *, shadow: bool = False
) -> list[Record]:
    """Return the records that a replay takes over: all outcomes but failures, and what shall be made again.

    `shadow`: the replay leaves everything undone, too. A live one takes over nothing that was not done, nor what was learned
    or started beside it.
    """
    kept = []
    undone = not shadow and any(one.state == Step.WOULD for one in records.values())
    for path in sorted(records):
        record = records[path]
        if undone and (record.state == Step.WOULD or record.kind in PASSIVE or record.kind == "child"):
            plan.add(record, "not taken over: it was not done" if record.state == Step.WOULD else "made anew")
        elif path in again:
            plan.add(record, "made again, with a new key")
        elif record.state in (*FAILURES, Step.RETRY):
            plan.add(record, "not taken over: tried anew")
        elif record.state in (Step.INTENT, Step.DOUBT):
            plan.add(record, "kept: its outcome is still unknown")
            kept.append(record)
        else:
            plan.add(record, "kept")
            kept.append(record)
    return kept
