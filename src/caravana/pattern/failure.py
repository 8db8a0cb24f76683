"""A failure as it is recorded, and the error that a re-run raises from the record."""

import json
from typing import Any

from caravana.kit import errors
from caravana.kit.redaction import cap, redact_text
from caravana.pattern.java import lineages, name_of

_KINDS = {
    kind.__name__: kind
    for kind in (
        errors.Transient,
        errors.RateLimited,
        errors.Refused,
        errors.NeedsPerson,
        errors.NoBranch,
        errors.Unknown,
    )
}


class RecordedError(errors.RouteError):
    """An error that is no partner's, raised again from its record."""

    def __init__(self, message: str, kind: str) -> None:
        """`kind`: name of the class first raised."""
        super().__init__(message)
        self.kind = kind


def write(error: BaseException) -> str:
    """Return `error` as the text kept in a record: class, message, status, capped and redacted body, cause chain."""
    failure: dict[str, Any] = {
        "class": type(error).__name__,
        "name": name_of(error),
        "message": redact_text(str(error))[:2000],
        "lineages": lineages(error),
        "causes": _causes(error),
    }
    if isinstance(error, errors.EffectError):
        failure |= {
            "status": error.status,
            "code": error.code,
            "reference": error.reference,
            "link": error.link,
            "body": _storable(cap(error.body)),
            "retry_after": error.retry_after,
        }
    if isinstance(error, errors.HttpOperationFailed):
        failure |= {"uri": error.uri, "status_text": error.status_text, "headers": cap(error.response_headers)}
    if isinstance(error, errors.Thrown):
        failure["java_name"] = error.java_name
    if isinstance(error, RecordedError):
        failure["class"] = error.kind
    return json.dumps({name: value for name, value in failure.items() if value is not None}, ensure_ascii=False)


def read(text: str) -> Exception:
    """Return the error that `write` recorded, as far as handlers can tell the same."""
    failure: dict[str, Any] = json.loads(text)
    error = _rebuild(failure)
    error.recorded_lineages = failure["lineages"]  # type: ignore[attr-defined]
    return error


def _rebuild(failure: dict[str, Any]) -> Exception:
    kind, message = failure["class"], failure["message"]
    if kind == "HttpOperationFailed":
        return errors.HttpOperationFailed(
            failure["uri"], failure["status"], failure["status_text"], failure["headers"], failure.get("body")
        )
    if kind in _KINDS:
        details = {name: failure.get(name) for name in ("status", "code", "reference", "link", "body", "retry_after")}
        return _KINDS[kind](message, **details)
    if kind == "Thrown":
        return errors.Thrown(message, failure["java_name"])
    return RecordedError(message, kind)


def _causes(error: BaseException) -> list[dict[str, str]]:
    causes: list[dict[str, str]] = []
    current = error.__cause__
    while current is not None and len(causes) < 10:
        causes.append({"class": type(current).__name__, "message": redact_text(str(current))[:500]})
        current = current.__cause__
    return causes


def _storable(value: Any) -> Any:
    try:
        json.dumps(value)
    except (TypeError, ValueError):
        return str(value)
    return value
