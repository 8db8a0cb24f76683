"""An exchange as a person reads it: its head, message, and everything that happened in the order of time."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from caravana.engine.circuit import Circuit
from caravana.engine.masking import shown
from caravana.engine.message import decode_message, decode_reply
from caravana.engine.times import from_micros
from caravana.journal.model import LIFE, Record, Step, Stored

_HEAD = (
    "id", "route", "state", "branch", "lane", "strict", "bulk", "pattern", "mode", "revision", "source", "key", "parent",
    "origin", "duplicates", "error_class", "error", "error_path",
)  # fmt: skip
_WORDS = {
    Step.INTENT: "begun, outcome not known yet",
    Step.DONE: "done",
    Step.FAILED: "failed",
    Step.RETRY: "waiting for the next try",
    Step.DOUBT: "in doubt",
    Step.WOULD: "would have been done (shadow)",
    "step_failed": "step failed",
}


def moment(micros: int | None) -> str | None:
    """Return a moment of the journal in ISO form, None for None."""
    return None if micros is None else from_micros(micros).isoformat(timespec="milliseconds")


def message_line(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row of the list of exchanges."""
    return {
        "id": row["id"],
        "route": row["route"],
        "state": row["state"],
        "branch": row["branch"],
        "lane": shown(row["lane"]),
        "accepted": moment(row["accepted_at"]),
        "finished": moment(row["finished_at"]),
        "not_before": moment(row["not_before"]),
        "duplicates": row["duplicates"],
        "error_class": row["error_class"],
        "error": shown(_reason(row["error"])),
    }


def letter_line(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row of the list of dead letters."""
    return {
        "number": row["seq"],
        "exchange": row["exchange"],
        "route": row["route"],
        "path": row["path"],
        "endpoint": row["endpoint"],
        "whole": bool(row["whole"]),
        "state": row["state"],
        "error": shown(_reason(row["error"])),
        "at": moment(row["at"]),
    }


def circuit_line(circuit: Circuit) -> dict[str, Any]:
    """Return a row of the list of circuits."""
    until = circuit.open_until
    return {
        "connection": circuit.name,
        "state": circuit.state,
        "failures": circuit.failures,
        "until": None if until is None else until.isoformat(timespec="seconds"),
        "reason": shown(circuit.reason),
    }


def describe(
    head: Mapping[str, Any],
    stored: Stored,
    records: Mapping[str, Record],
    attempts: Sequence[tuple[str, int, int, str]],
    *,
    reveal: bool,
) -> dict[str, Any]:
    """Return everything about one exchange."""
    body, headers, properties = decode_message(stored.message)
    message = {"body": body, "headers": headers, "properties": properties}
    return {
        **{name: shown(head[name], reveal=reveal) for name in _HEAD},
        "error": shown(_reason(head["error"]), reveal=reveal),
        "accepted": moment(head["accepted_at"]),
        "finished": moment(head["finished_at"]),
        "not_before": moment(head["not_before"]),
        "keys": [{"kind": kind, "value": shown(value, reveal=reveal)} for kind, value in head["keys"]],
        "message": shown(message, reveal=reveal),
        "reply": _answer(head["reply"], reveal=reveal),
        "records": [_record(one, reveal=reveal) for one in _in_time(records)],
        "children": [{"id": one[0], "route": one[1], "state": one[2]} for one in head["children"]],
        "timeline": _timeline(head, records, attempts, reveal=reveal),
    }


def _in_time(records: Mapping[str, Record]) -> list[Record]:
    return sorted(records.values(), key=lambda one: (one.intended_at, one.recorded_at, one.path))


def _answer(stored: bytes | None, *, reveal: bool) -> Any:
    if stored is None:
        return None
    body, headers, _ = decode_message(stored)
    return shown({"body": body, "headers": headers}, reveal=reveal)


def _record(record: Record, *, reveal: bool) -> dict[str, Any]:
    return {
        "path": record.path,
        "kind": record.kind,
        "endpoint": record.endpoint,
        "state": record.state,
        "attempts": record.attempts,
        "redeliveries": record.redeliveries,
        "intended": moment(record.intended_at),
        "recorded": moment(record.recorded_at),
        "next": moment(record.next_at),
        "milliseconds": None if record.duration is None else round(record.duration / 1000, 1),
        "reference": record.reference,
        "reply": _reply(record, reveal=reveal),
        "error": shown(_reason(record.error), reveal=reveal),
    }


def _reply(record: Record, *, reveal: bool) -> Any:
    if record.reply is None or record.kind in ("child", "step"):
        return None
    try:
        return shown(decode_reply(record.reply).body, reveal=reveal)
    except (ValueError, TypeError, IndexError):  # a remembered value, not a partner's reply
        return None


def _timeline(
    head: Mapping[str, Any],
    records: Mapping[str, Record],
    attempts: Sequence[tuple[str, int, int, str]],
    *,
    reveal: bool,
) -> list[dict[str, Any]]:
    events: list[tuple[int, str, str, str]] = [(head["accepted_at"], "accepted", head["source"], "")]
    made: Counter[tuple[str, int]] = Counter()
    for path, number, at, error in attempts:
        life = path, number // LIFE
        made[life] += 1
        events.append((at, f"attempt {made[life]} failed", path, str(shown(_reason(error), reveal=reveal))))
    for record in records.values():
        if record.state == Step.RETRY and head["finished_at"] is not None:
            continue  # it was not tried again: the exchange's own end says how the last try failed
        what = _WORDS.get(record.state, record.state)
        detail = record.reference or shown(_reason(record.error), reveal=reveal) or ""
        place = f"{record.path} · {record.endpoint}" if record.endpoint else record.path
        events.append((record.recorded_at, f"{record.kind}: {what}", place, str(detail)))
    events += [(one["at"], f"dead letter ({one['state']})", one["path"], one["endpoint"]) for one in head["letters"]]
    events += [
        (at, f"{action} by {actor}" if actor else action, "", _in_words(detail))
        for at, actor, action, _, detail in head["audit"]
    ]
    if head["finished_at"] is not None:
        events.append(
            (head["finished_at"], head["state"], head["error_path"] or "", str(shown(_reason(head["error"])) or ""))
        )
    ordered = sorted(events, key=lambda event: event[0])
    return [{"at": moment(at), "what": what, "where": where, "detail": detail} for at, what, where, detail in ordered]


def _in_words(detail: str | None) -> str:
    """An audit's detail as a person reads it: what says nothing is left out."""
    try:
        told = json.loads(detail or "{}")
    except ValueError:
        return detail or ""
    if not isinstance(told, dict):
        return str(detail)
    given = {name: ", ".join(map(str, one)) if isinstance(one, list) else one for name, one in told.items()}
    return "; ".join(f"{name} {one}" for name, one in given.items() if one not in (None, "", {}))


def _reason(error: str | None) -> str | None:
    """Return the one line of an error kept as JSON: class, status, message."""
    if not error or not error.startswith("{"):
        return error
    try:
        failure = json.loads(error)
    except ValueError:
        return error
    status = f" {failure['status']}" if failure.get("status") else ""
    return f"{failure.get('class', 'error')}{status}: {failure.get('message', '')}"
