"""PlacetoPay's refusals → what the engine must do, by HTTP status and code.

| HTTP status | class |
|---|---|
| 401, 403 | NeedsPerson: credentials, site, or this machine's clock (code 103) |
| 408, 409, 500, 502, 504 and other 5xx | Unknown: it may have been done |
| 429 | RateLimited |
| 503 | Transient: nothing was done |
| 3xx | NeedsPerson: `url` is not the service |
| other 4xx, and status FAILED or ERROR in a 200 | Refused |
"""

import re
from collections.abc import Mapping
from typing import Any

from caravana.kit.errors import EffectError, NeedsPerson, RateLimited, Transient, Unknown, class_by_status
from caravana.kit.http import HttpAnswer
from caravana.kit.redaction import redact_text

BY_STATUS: Mapping[int, type[EffectError]] = {
    401: NeedsPerson,
    403: NeedsPerson,
    408: Unknown,
    409: Unknown,
    429: RateLimited,
    503: Transient,
}

AUTHENTICATION: Mapping[str, str] = {
    "100": "the call carried no authentication: report this as an error of Caravana",
    "101": "`login` is unknown there: compare it with the one PlacetoPay gave, and `url` with the site's service",
    "102": "`secretKey` is wrong: compare it with the one PlacetoPay gave",
    "103": "this machine's clock is off by more than 5 minutes: set it by NTP",
    "104": "the site is switched off: ask PlacetoPay",
    "105": "the site has expired: ask PlacetoPay",
    "106": "the credentials have expired: ask PlacetoPay for new ones",
    "107": "the authentication was malformed: report this as an error of Caravana",
    "10001": "PlacetoPay asks to be called",
}
"""Code of a 401 → what is wrong and what to do."""

FAILED = frozenset({"FAILED", "ERROR"})
_TEXT_LIMIT = 200


def check(answer: HttpAnswer) -> dict[str, Any]:
    """Return the JSON object of a good `answer`. Raises the `EffectError` of the table above for any other."""
    content = answer.json_object()
    if answer.status != 200 or content is None or _status(content).get("status") in FAILED:
        raise _error(answer, content)
    return content


def _error(answer: HttpAnswer, content: dict[str, Any] | None) -> EffectError:
    if answer.status == 200 and content is None:
        return Unknown("PlacetoPay answered 200 without a JSON object", status=200, code="not_json")
    status = _status(content or {})
    code = _code(answer.status, status)
    kind = class_by_status(answer.status, BY_STATUS)
    said = redact_text(str(status.get("message") or answer.reason))[:_TEXT_LIMIT]
    remedy = AUTHENTICATION.get(code or "", "") if answer.status == 401 else ""
    text = f"PlacetoPay answered {answer.status} ({code}): {said}" + (f"; {remedy}" if remedy else "")
    return kind(text, status=answer.status, code=code, retry_after=answer.retry_after)


def _code(http_status: int, status: Mapping[str, Any]) -> str | None:
    """The partner's code: `reason`, but of a 401 the number that stands only at the end of the message."""
    if http_status == 401:
        number = re.search(r"\b(10[0-7]|10001)\s*$", str(status.get("message", "")))
        return number.group(1) if number else "401"
    reason = status.get("reason")
    return None if reason is None else str(reason)


def _status(content: Mapping[str, Any]) -> Mapping[str, Any]:
    status = content.get("status")
    return status if isinstance(status, dict) else {}
