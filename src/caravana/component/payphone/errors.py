"""PayPhone's refusals → what the engine must do, by the `errorCode` in the body, else by HTTP status.

| errorCode | | class |
|---|---|---|
| 20 | transaction unknown (also: given back for lack of Confirm) | Refused |
| 100, 101 | store unknown, terminal not of this store | NeedsPerson |
| 102, 103 | amount below or above the store's limits | Refused |
| 500, 501 | PayPhone's service failed | Unknown: it may have been done |
| 800 | validation | Refused |
| 802 | token | NeedsPerson |

| HTTP status without a known code | class |
|---|---|
| 401, 403, 3xx | NeedsPerson |
| 408, 409, 500, 502, 504 and other 5xx | Unknown |
| 429 | RateLimited |
| 503 | Transient: nothing was done |
| other 4xx | Refused |
| 2xx whose body is no JSON | Unknown |
"""

from collections.abc import Mapping
from typing import Any

from caravana.kit.errors import EffectError, NeedsPerson, RateLimited, Refused, Transient, Unknown, class_by_status
from caravana.kit.http import HttpAnswer
from caravana.kit.redaction import redact_text

UNKNOWN_TRANSACTION = "20"
VALIDATION = "800"
WRONG_TOKEN = "802"  # noqa: S105 -- a code, no token

BY_CODE: Mapping[str, type[EffectError]] = {
    UNKNOWN_TRANSACTION: Refused,
    "100": NeedsPerson,
    "101": NeedsPerson,
    "102": Refused,
    "103": Refused,
    "500": Unknown,
    "501": Unknown,
    VALIDATION: Refused,
    WRONG_TOKEN: NeedsPerson,
}
BY_STATUS: Mapping[int, type[EffectError]] = {
    401: NeedsPerson,
    403: NeedsPerson,
    408: Unknown,
    409: Unknown,
    429: RateLimited,
    503: Transient,
}
REMEDIES: Mapping[str, str] = {
    "100": "`storeId` is unknown there: compare it with the one beside the token in PayPhone Developer",
    "101": "the token's application is not of this store: compare `storeId` and `token` in PayPhone Developer",
    WRONG_TOKEN: "the token is wrong or was replaced: compare `token` with the one in PayPhone Developer",
}
"""Code → what to do, for the codes that a person must mend."""
_TEXT_LIMIT = 200


def check(answer: HttpAnswer) -> Any:
    """Return the JSON value of a good `answer`. Raises the `EffectError` of the tables above for any other."""
    try:
        content = answer.json()
    except ValueError:
        content = None
    code = _code(content)
    if 200 <= answer.status < 300 and code is None:
        if content is None:
            raise Unknown("PayPhone answered without JSON", status=answer.status, code="not_json")
        return content
    raise _error(answer, content, code)


def _error(answer: HttpAnswer, content: Any, code: str | None) -> EffectError:
    said = content.get("message") if isinstance(content, dict) else None
    shown = redact_text(str(said or answer.reason))[:_TEXT_LIMIT]
    remedy = REMEDIES.get(code or "", "")
    told = f"PayPhone answered {answer.status}: {shown}"
    if code is not None:
        told = f"PayPhone answered {answer.status} ({code}): {shown}"
    text = told + (f"; {remedy}" if remedy else "")
    kind = class_of(answer.status, code)
    return kind(text, status=answer.status, code=code, retry_after=answer.retry_after)


def class_of(status: int, code: str | None = None) -> type[EffectError]:
    """Return the error class of PayPhone's `errorCode`, else of the HTTP status."""
    if code is not None and code in BY_CODE:
        return BY_CODE[code]
    return class_by_status(status, BY_STATUS)


def is_foreign(error: EffectError) -> bool:
    """Whether another token may know better: this one is refused, or does not know the transaction."""
    refused = isinstance(error, NeedsPerson) and (error.code == WRONG_TOKEN or error.status in {401, 403})
    return refused or is_unknown(error)


def is_unknown(error: EffectError) -> bool:
    """Whether PayPhone says that there is no such transaction."""
    return isinstance(error, Refused) and (error.code == UNKNOWN_TRANSACTION or error.status == 404)


def _code(content: Any) -> str | None:
    """The code of an error; an answer without one, or with 0, is none."""
    code = content.get("errorCode") if isinstance(content, dict) else None
    return None if code in (None, 0, "0", "000") else str(code)
