"""When something is due for a document that is not over, and what. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from caravana.commerce.einvoice import ledger
from caravana.commerce.einvoice.settings import EInvoiceSettings
from caravana.kit.einvoice import State, Verdict

ASK, LOOK, AGAIN, ANNUL, LATE = "ask", "look", "again", "annul", "late"
"""What is due: ask the company; look whether the record was mended; send again; remind of the annulment; tell that it waits."""
FIRST_AGAIN = timedelta(minutes=1)
LONGEST_LOOK = timedelta(hours=1)
IN_ORDER = timedelta(minutes=4)
"""Most between two tries of what others wait behind, at an emission point that is ordered."""
RECHECKS = 3
"""So often a refused document is asked about again, beside being looked at: an authorisation may come late."""
WARNING = timedelta(days=2)
"""So long before the last day of annulment it is told once more."""
MOST_DOUBLED = 20


def next_due(document: Mapping[str, Any], settings: EInvoiceSettings, now: datetime) -> dict[str, Any] | None:
    """Return what is due next for the document, `at` which moment, and what names it to its company; None: nothing any more."""
    duty, wait = _next(document, settings, now)
    if duty is None:
        return None
    named = {name: document[name] for name in ("connection", "access_key", "request_id")}
    branch = {} if document["branch"] is None else {"branch": document["branch"]}
    return {"at": ledger.stamp(now + wait), "duty": duty, **named, **branch}


def _next(document: Mapping[str, Any], settings: EInvoiceSettings, now: datetime) -> tuple[str | None, timedelta]:
    state, asks = document["state"], document["asks"]
    if document["dropped"]:
        return None, timedelta(0)
    if state in ledger.OVER:
        return _annulment(document, ZoneInfo(settings.zone), now)
    if waits(document):
        return LATE, timedelta(seconds=settings.late)
    if state == State.SUBMITTING and not asks:
        return ASK, timedelta(seconds=settings.late)
    if state in ledger.UNSURE:
        company = settings.companies.get(document["connection"] or "")
        first, most = (3.0, 600.0) if company is None else (company["poll"], company["poll_max"])
        return ASK, _doubled(timedelta(seconds=first), asks, timedelta(seconds=most))
    if is_open(document):
        return ASK, _doubled(timedelta(minutes=1), asks, LONGEST_LOOK)
    if state == State.QUEUED:
        point = settings.points.get(document["point"] or "")
        longest = IN_ORDER if point is not None and point["ordered"] else LONGEST_LOOK
        return AGAIN, _doubled(FIRST_AGAIN, asks, longest) if document["class"] == Verdict.AGAIN else FIRST_AGAIN
    return LOOK, _doubled(timedelta(seconds=settings.look), asks, max(LONGEST_LOOK, timedelta(seconds=settings.look)))


def _annulment(document: Mapping[str, Any], zone: ZoneInfo, now: datetime) -> tuple[str | None, timedelta]:
    """A wish to annul that nobody has confirmed is told again before its last day."""
    told = document["annulment"]
    if document["state"] == State.ANNULLED or told is None or told["until"] is None or told.get("warned"):
        return None, timedelta(0)
    last = datetime.fromisoformat(told["until"]).replace(tzinfo=zone) - WARNING
    return ANNUL, max(last - now, timedelta(0))


def is_open(document: Mapping[str, Any]) -> bool:
    """Whether a person must look, but the company may still say something else: it used a word that nobody knows."""
    attention = document["state"] == State.NEEDS_ATTENTION and document["class"] != Verdict.TAKEN
    return attention and not document["final"]


def waits(document: Mapping[str, Any]) -> bool:
    """Whether nothing was done yet for the document but noticing it: it waits for its turn."""
    return document["state"] == State.DRAFT and not document["problems"] and not document["n"]


def is_late(document: Mapping[str, Any], settings: EInvoiceSettings, now: datetime) -> bool:
    """Whether the document should have been sent long since: transmission is due at emission (since January 2026)."""
    unsent = (waits(document) and not document["dropped"]) or document["state"] in (State.QUEUED, State.SUBMITTING)
    return unsent and now - datetime.fromisoformat(document["changed"]) >= timedelta(seconds=settings.late)


def is_slow(document: Mapping[str, Any], now: datetime) -> bool:
    """Whether the company or the SRI has been working on the document for an hour."""
    works = document["state"] in (State.IN_PROCESS, State.IN_DOUBT)
    return works and now - datetime.fromisoformat(document["changed"]) >= timedelta(hours=1)


def _doubled(first: timedelta, times: int, most: timedelta) -> timedelta:
    wait: timedelta = min(first * 2 ** min(times, MOST_DOUBLED), most)
    return wait


__all__ = ["AGAIN", "ANNUL", "ASK", "LATE", "LOOK", "RECHECKS", "is_late", "is_open", "is_slow", "next_due", "waits"]
