"""What Odoo's errors mean for the engine: by class name and HTTP status, never by text (texts are translated).

Transient      nothing was done: the database gave the transaction up and rolled it back, or the server took no work
RateLimited    429
NeedsPerson    key, permission, address or database is wrong
Refused        everything else that Odoo judged; a 500 with a class name is a judgement too (wrong field, bad date)
Unknown        a broken answer, a gateway's time-out, a database connection lost in the middle
"""

from typing import Any

from caravana.component.odoo.rights import explain
from caravana.kit.errors import EffectError, NeedsPerson, RateLimited, Refused, Transient, Unknown
from caravana.kit.http import HttpAnswer

MESSAGE_LIMIT = 500

BY_NAME: dict[str, tuple[type[EffectError], int]] = {
    "AccessDenied": (NeedsPerson, 401),
    "Unauthorized": (NeedsPerson, 401),
    "SessionExpiredException": (NeedsPerson, 401),
    "AccessError": (NeedsPerson, 403),
    "Forbidden": (NeedsPerson, 403),
    "MissingError": (Refused, 404),
    "UserError": (Refused, 422),
    "ValidationError": (Refused, 422),
    "RedirectWarning": (Refused, 422),
    "LockError": (Transient, 409),
    "SerializationFailure": (Transient, 500),
    "DeadlockDetected": (Transient, 500),
    "LockNotAvailable": (Transient, 500),
    "OperationalError": (Unknown, 500),
    "InterfaceError": (Unknown, 500),
}
"""Last part of the class name: class of ours, and the status that JSON-2 gives and JSON-RPC does not."""

BY_STATUS: dict[int, type[EffectError]] = {
    401: NeedsPerson,
    403: NeedsPerson,
    409: Transient,
    429: RateLimited,
    502: Unknown,
    503: Transient,
    504: Unknown,
}


def from_answer(place: str, answer: HttpAnswer) -> EffectError:
    """Return the error of an HTTP answer whose status is not 200; `place` is `model.method`."""
    try:
        body = answer.json()
    except ValueError:
        return _unreadable(place, answer)
    if not isinstance(body, dict) or not isinstance(body.get("name"), str):
        return _unreadable(place, answer)
    return from_name(place, body, status=answer.status, retry_after=answer.retry_after)


def from_name(
    place: str, body: dict[str, Any], *, status: int | None = None, retry_after: float | None = None
) -> EffectError:
    """Return the error that `body` (name, message, arguments) describes; without `status` the table's is taken."""
    name = str(body.get("name", ""))
    kind, usual = BY_NAME.get(name.rsplit(".", 1)[-1], (BY_STATUS.get(status or 500, Refused), status or 500))
    message = str(body.get("message", ""))[:MESSAGE_LIMIT]
    shown = {"name": name, "message": message}
    text = f"{place}: {name}: {message}"
    if name.endswith(".AccessError"):
        text = f"{place}: {explain(place)}. {name}: {message}"
    return kind(text, status=status or usual, code=name, body=shown, retry_after=retry_after)


def _unreadable(place: str, answer: HttpAnswer) -> EffectError:
    """Judge an answer that is not Odoo's JSON: a proxy's page, or Odoo's before it knows the database."""
    text = f"{place}: status {answer.status} without Odoo's answer"
    kind = BY_STATUS.get(answer.status)
    if kind is None and (300 <= answer.status < 400 or answer.status == 404):
        kind, text = NeedsPerson, f"{text}: the address or the database of the connection is wrong"
    if kind is None:
        kind = Refused if 400 <= answer.status < 500 else Unknown
    return kind(text, status=answer.status, code="not_json", retry_after=answer.retry_after)
