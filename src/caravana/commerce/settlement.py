"""What settlement files told of a day: our ledger of their lines. Pure; it stands in `card_settlement`, by account and day.

A day's record holds its lines, each once whatever file brings it again, and the files that told them. A **line** is what the
component `pay` reads (`component.pay.settlement`): a payment, or money that went back as a refund, a reversal or a chargeback.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from caravana.kit.money import Money

Line = dict[str, Any]
Day = dict[str, Any]
SAME = ("kind", "payment", "reference", "amount", "currency")
"""What of a line must be as it was told before."""
REFUNDS = frozenset({"refund", "reversal"})


def key(connection: str, day: str) -> str:
    """Return the key of an account's day."""
    return f"{connection}/{day}"


def days(lines: Sequence[Line]) -> list[str]:
    """Return the days of the lines, the oldest first."""
    return sorted({one["day"] for one in lines})


def merged(kept: Day | None, connection: str, day: str, file: Mapping[str, Any], now: datetime) -> Day:
    """Return the day with the lines of a `file` (`name`, `digest`, `lines`) beside those that it has."""
    before = kept or {"key": key(connection, day), "connection": connection, "day": day, "lines": [], "files": []}
    told = {"name": file["name"], "digest": file["digest"], "since": now.isoformat(timespec="seconds")}
    known = {one["digest"] for one in before["files"]}
    files = before["files"] if file["digest"] in known else [*before["files"], told]
    return {**before, "lines": [*before["lines"], *new(kept, file["lines"], day)], "files": files}


def new(kept: Day | None, lines: Sequence[Line], day: str) -> list[Line]:
    """Return the lines of the day that were not told before, each once."""
    known = {_name(one) for one in _of(kept)}
    return list({_name(one): one for one in lines if one["day"] == day and _name(one) not in known}.values())


def conflicts(kept: Sequence[Day | None], lines: Sequence[Line]) -> list[dict[str, Any]]:
    """Return, as `{line, reason}`, what contradicts what was told before or stands elsewhere in the same file."""
    known = {(one["day"], *_name(one)): one for day in kept for one in _of(day)}
    return list(_contradictions(known, lines))


def _contradictions(known: dict[tuple[Any, str, str], Line], lines: Sequence[Line]) -> Iterator[dict[str, Any]]:
    for one in lines:
        before = known.setdefault((one["day"], *_name(one)), one)
        if any(before[name] != one[name] for name in SAME):
            amounts = [Money.of(each["amount"], each["currency"]) for each in (before, one)]
            reason = f"{one['kind']} {one['name']} was told before as {amounts[0]}, and now as {amounts[1]}"
            yield {"line": one["line"], "reason": reason}


def totals(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """Return for each currency what came, what went back, what the company kept (fees, deductions), and what it pays out.

    None for what no line tells; of what is paid out also where any line does not: the sum would be another.
    """
    found = []
    for currency in sorted({one["currency"] for one in lines}):
        own = [one for one in lines if one["currency"] == currency]
        sums = {
            "paid": _sum(one["amount"] for one in own if one["kind"] == "payment"),
            "back": _sum(one["amount"] for one in own if one["kind"] != "payment"),
            **{name: _kept(own, name) for name in ("fee", "deductions")},
            "net": None if any(one["net"] is None for one in own) else _sum(one["net"] for one in own),
        }
        found.append({"currency": currency, **sums})
    return found


def dispute_reply(line: Line) -> dict[str, Any]:
    """Return a dispute of which a file tells that the money was taken, in the words of a company's answer."""
    return {
        "dispute": line["name"],
        "payment": line["payment"],
        "result": "open",
        "status": line["kind"],
        "reason": None,
        "amount": {"total": line["amount"], "currency": line["currency"]},
        "fee": None,
        "date": line["day"],
        "due": None,
    }


def _kept(lines: Sequence[Line], name: str) -> Decimal | None:
    told = [abs(one[name]) for one in lines if one.get(name) is not None]
    return _sum(told) if told else None


def _of(day: Day | None) -> list[Line]:
    return [] if day is None else day["lines"]


def _name(line: Line) -> tuple[str, str]:
    return line["kind"], line["name"]


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))
