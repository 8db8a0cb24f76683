"""The ledger of electronic documents: how far each is. Pure; the records stand in `einvoice_document`, under their reference.

    draft ──▶ submitting ──▶ in_process ──▶ authorised ──▶ annulled
      ▲  queued ──┘   │           ├────────▶ not_authorised ──┐
      │               └───────────┴────────▶ rejected ────────┤
      └──────────────── mended in Odoo, same number ──────────┘

`n` counts the packages: 0 before the first one is kept. An answer about an earlier package changes nothing, unless it says
that the document is authorised: that wins over everything but an annulment. `needs_attention` is left by a person alone.

`corrects` is what the company calls the document that it has and does not go on with: the next package corrects that, however
long it is kept back. `connection` is whose the last package is, and changes with the next one only; `elsewhere` is what those
that refused the document before call it, by their connections.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from caravana.kit.codec import canonical_hash
from caravana.kit.einvoice import State, Verdict

Document = dict[str, Any]
REFUSED = frozenset({State.REJECTED, State.NOT_AUTHORISED})
OVER = frozenset({State.AUTHORISED, State.ANNULLED})
UNSURE = frozenset({State.SUBMITTING, State.IN_DOUBT, State.IN_PROCESS})
"""States in which something was sent, or may have been, and the company is asked."""
HEAD = (
    "name",
    "cod_doc",
    "point",
    "connection",
    "company",
    "number",
    "access_key",
    "environment",
    "total",
    "receiver",
    "final_consumer",
    "from_file",
)
"""What is known of a document as soon as it is mapped."""
SENT_TO = frozenset({"connection", "company", "environment"})
"""What of it stays as it is until the next package is kept: who was sent the last one."""
ANNUL_BY = 7
"""Day of the following month until which a document can be annulled at the SRI (since August 2025)."""


def new(key: str, record: Mapping[str, Any], now: datetime, branch: str | None = None) -> Document:
    """Return a document of which nothing is known but its record in Odoo."""
    return {
        "key": key,
        "model": record["model"],
        "id": record["id"],
        **dict.fromkeys(HEAD),
        "final_consumer": False,
        "from_file": False,
        "request_id": None,
        "corrects": None,
        "elsewhere": {},
        "renumbered": None,
        "dropped": False,
        "state": State.DRAFT.value,
        "final": False,
        "n": 0,
        "class": None,
        "status": None,
        "messages": [],
        "problems": [],
        "digest": None,
        "authorization": None,
        "authorized_at": None,
        "mail": None,
        "asks": 0,
        "created": stamp(now),
        "sent": None,
        "changed": stamp(now),
        "told": None,
        "annulment": None,
        "branch": branch,
    }


def with_problems(document: Document, news: Mapping[str, Any], now: datetime) -> Document:
    """Return the document as found wrong before anything was sent; of one that was refused before, that stands, too."""
    state = document["state"] if document["state"] in REFUSED else State.DRAFT.value
    found = {"problems": list(news["problems"]), "digest": news["digest"], "state": state, "dropped": False}
    return _changed(document, {**_head(document, news), **found}, now)


def nothing(document: Document, news: Mapping[str, Any], now: datetime) -> Document:
    """Return the document as one that is not wanted; one of which something was sent stays as it is."""
    return document if document["n"] else {**document, "problems": [], "dropped": True}


def held(document: Document, news: Mapping[str, Any], now: datetime) -> Document:
    """Return the document as waiting to be sent: its emission point stands still."""
    return _changed(document, {**_head(document, news), "state": State.QUEUED.value, "problems": []}, now)


def wished(document: Document, news: Mapping[str, Any], now: datetime) -> Document:
    """Return the document as waiting for its turn; one of which more is known stays as it is."""
    return (
        document
        if document["n"] or document["problems"] or document["connection"]
        else {**document, **_head(document, news)}
    )


def kept(document: Document, news: Mapping[str, Any], now: datetime) -> Document:
    """Return the document with its package kept, about to be sent."""
    if news["n"] < document["n"] or document["state"] in OVER:
        return document
    found = {"state": State.SUBMITTING.value, "final": False, "n": news["n"], "digest": news["digest"], "asks": 0}
    found |= {"dropped": False, "corrects": news["corrects"], "request_id": news["corrects"]}
    head = _told(news)
    moved = head.get("connection", document["connection"]) != document["connection"]
    if (
        moved or news["corrects"] is None
    ):  # to the company another document: what the last one was called is not its name
        found |= {"access_key": None, "number": None}
    if moved:
        left = {**document.get("elsewhere", {}), document["connection"]: document.get("corrects")}
        found["elsewhere"] = {name: id_ for name, id_ in left.items() if id_ and name != head["connection"]}
    cleared: Document = {"class": None, "status": None, "messages": [], "problems": []}
    return _changed(document, {**found, **cleared, **head, "sent": document["sent"] or stamp(now)}, now)


def refused(document: Document, news: Mapping[str, Any], now: datetime) -> Document:
    """Return the document as the company refused to take it: nothing of it is there."""
    if news["n"] < document["n"] or document["state"] in OVER:
        return document
    found = {"state": State.REJECTED.value, "final": True, "class": Verdict.MEND.value, "messages": []}
    return _changed(document, {**found, "problems": list(news["problems"])}, now)


def blocked(document: Document, news: Mapping[str, Any], now: datetime) -> Document:
    """Return the document as waiting until the company can be used again."""
    if document["state"] in OVER:
        return document
    why = (
        news["why"] if isinstance(news["why"], Mapping) else {"es": news["why"]}
    )  # as it was told by earlier revisions
    said = {"code": "", "text": why["es"], "detail": "", "type": "ERROR", "en": why.get("en")}
    found = {
        "state": State.QUEUED.value,
        "final": False,
        "class": Verdict.AGAIN.value,
        "messages": [said],
        "problems": [],
    }
    return _changed(document, {**_head(document, news), **found}, now)


def answered(document: Document, news: Mapping[str, Any], now: datetime) -> Document:
    """Return the document as the company says it stands."""
    standing = news["standing"]
    asked = {**document, "asks": document["asks"] + (0 if news.get("sent") else 1)}
    if not _counts(document, news):
        return asked if document["state"] in UNSURE else document
    if standing["class"] == Verdict.TAKEN:
        state = State.NEEDS_ATTENTION.value
    elif standing["class"] == Verdict.AGAIN and not standing["final"]:
        state = State.QUEUED.value
    else:
        state = standing["state"]
    told = {name: standing[name] for name in ("request_id", "authorization", "authorized_at", "environment")}
    told |= {"access_key": standing["access_key"], "number": standing["number"]}
    found = {name: one for name, one in told.items() if one is not None}
    words = {name: standing[name] for name in ("class", "status", "messages")}
    if news.get("sent") and state in UNSURE:
        found["asks"] = 0  # from now on it is asked about by the company's clock
    found["corrects"] = found.get("request_id", document["request_id"]) if _stopped(state, standing) else None
    problems = [] if state in OVER else document["problems"]
    mail = document["mail"]
    if standing.get("mailed") and mail is not None and mail["by"] == "provider":
        mail = {**mail, "state": "sent"}
    return _changed(
        asked, {**found, **words, "state": state, "final": standing["final"], "problems": problems, "mail": mail}, now
    )


def _stopped(state: str, standing: Mapping[str, Any]) -> bool:
    """Whether the company has the document and waits for its correction, or for the same once more."""
    unsigned = state == State.NEEDS_ATTENTION and standing["class"] == Verdict.MEND
    return bool(standing["known"]) and (unsigned or state in REFUSED or state == State.QUEUED)


def _counts(document: Document, news: Mapping[str, Any]) -> bool:
    """Whether an answer says something about the document as it is."""
    standing = news["standing"]
    if document["state"] == State.ANNULLED:
        return False
    if standing["state"] == State.AUTHORISED:
        return True
    if document["state"] == State.AUTHORISED:
        return False
    if not news.get("sent") and lacks(document, standing):
        return False  # what a company was asked about and does not have may still be on its way
    return bool(news["n"] >= document["n"])


def lacks(document: Mapping[str, Any], standing: Mapping[str, Any]) -> bool:
    """Whether the company, when asked, does not have what was sent last: nothing, or only the refusal that it corrects."""
    corrected = document.get("corrects") if document["state"] == State.SUBMITTING else None
    only = corrected is not None and standing["request_id"] == corrected and _stopped(standing["state"], standing)
    return not standing["known"] or only


def annulled(document: Document, news: Mapping[str, Any], now: datetime) -> Document:
    """Return the document as annulled, on the word of `actor`."""
    told = {**(document["annulment"] or {}), "confirmed": stamp(now), "reason": news.get("reason") or ""}
    return _changed(document, {"state": State.ANNULLED.value, "final": True, "annulment": told}, now)


def to_annul(document: Document, until: str | None, now: datetime) -> Document:
    """Return the document as one that a person has to annul `until` a day; None: it cannot be annulled."""
    return {**document, "annulment": {"asked": stamp(now), "until": until}}


def annul_until(clave: str | None) -> str | None:
    """Return the last day, as ISO date, on which a document of that clave can be annulled; None for no clave."""
    if not clave:
        return None
    issued = datetime.strptime(clave[:8], "%d%m%Y")  # noqa: DTZ007 -- a calendar day
    following = (issued.replace(day=1) + timedelta(days=32)).replace(day=ANNUL_BY)
    return following.date().isoformat()


def mailed(document: Document, news: Mapping[str, Any], now: datetime) -> Document:
    """Return the document with what became of its mail."""
    return {**document, "mail": {**(document["mail"] or {}), **news["mail"], "at": stamp(now)}}


def telling(document: Document) -> str:
    """Return what tells one thing to be said of the document from every other: nothing is said twice."""
    words = [[one["code"], one["text"]] for one in document["messages"]]
    problems = [[one["code"], one["where"], one["es"]] for one in document["problems"]]
    return canonical_hash([document["state"], document["access_key"], words, problems])


def stamp(now: datetime) -> str:
    """Return a moment as the ledger holds it."""
    return now.isoformat(timespec="milliseconds")


def known_as(document: Mapping[str, Any], connection: str) -> str | None:
    """Return what a connection's company calls the document that it has and does not go on with; None: it has none."""
    found: str | None = (
        document.get("corrects")
        if document["connection"] == connection
        else document.get("elsewhere", {}).get(connection)
    )
    return found


def _head(document: Document, news: Mapping[str, Any]) -> dict[str, Any]:
    told = _told(news)
    return {name: one for name, one in told.items() if not document["n"] or name not in SENT_TO}


def _told(news: Mapping[str, Any]) -> dict[str, Any]:
    head = news.get("head") or {}
    return {name: head[name] for name in HEAD if head.get(name) is not None}


def _changed(document: Document, found: Mapping[str, Any], now: datetime) -> Document:
    """The document with what was found; when its state is another than before, that is now."""
    moved = found["state"] != document["state"]
    return {**document, **found, "changed": stamp(now) if moved else document["changed"]}
