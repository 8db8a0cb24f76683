"""Stripe's refusals → what the engine must do, by HTTP status and error type.

| HTTP status | class |
|---|---|
| 401, 403 | NeedsPerson: key, or a right that it does not have |
| 402 | Refused: the card was declined; the payer acts |
| 409, 500, 502, 504 and other 5xx | Unknown: the same key may be at work, or it may have been done |
| 429 | RateLimited; with code `lock_timeout` Transient: one object is busy, not the whole account |
| 503 | Transient |
| 3xx | NeedsPerson: `url` is not the service |
| other 4xx, and type `idempotency_error` with any status | Refused |
| code `idempotency_key_in_use` with any status | Unknown |

`Stripe-Should-Retry: true` makes a Transient of a Refused. `false` on a 5xx says that the answer is saved under the key and
would come again: it is Unknown with the code `saved`, and the producer looks for what was made. On others it changes nothing,
for with the same key trying later does no harm.
"""

import re
from collections.abc import Mapping
from typing import Any

from caravana.kit.errors import EffectError, NeedsPerson, RateLimited, Refused, Transient, Unknown, class_by_status
from caravana.kit.http import HttpAnswer
from caravana.kit.redaction import MASK, redact_text

BY_STATUS: Mapping[int, type[EffectError]] = {
    401: NeedsPerson,
    403: NeedsPerson,
    408: Unknown,
    409: Unknown,
    429: RateLimited,
    503: Transient,
}
REMEDY: Mapping[int, str] = {
    401: "compare `secretKey` with Developers → API keys in Stripe's dashboard",
    403: "give the restricted key this right in Stripe's dashboard, Developers → API keys",
}
LOCKED = "lock_timeout"
IN_USE = "idempotency_key_in_use"
IDEMPOTENCY = "idempotency_error"
SAVED = "saved"
SHOULD_RETRY = "stripe-should-retry"
_CREDENTIAL = re.compile(r"\b(?:[a-z]{2}_(?:test|live)_[\w*]+|whsec_\w+|\w+_secret_\w+)")
_TEXT_LIMIT = 300


def check(answer: HttpAnswer) -> dict[str, Any]:
    """Return the JSON object of a good `answer`. Raises the `EffectError` of the table above for any other."""
    content = answer.json_object()
    if answer.status != 200:
        raise _error(answer, content or {})
    if content is None:
        raise Unknown("Stripe answered 200 without a JSON object", status=200, code="not_json")
    return content


def class_of(status: int, error: Mapping[str, Any], should_retry: str = "") -> type[EffectError]:
    """Return the error class of an answer; `should_retry` is its header `Stripe-Should-Retry`."""
    kind = _by_table(status, error)
    return Transient if should_retry == "true" and kind is Refused else kind


def clean(text: Any) -> str:
    """Return a text of Stripe's without keys, secrets and card numbers, and not too long."""
    return redact_text(_CREDENTIAL.sub(MASK, str(text or "")))[:_TEXT_LIMIT]


def _by_table(status: int, error: Mapping[str, Any]) -> type[EffectError]:
    if error.get("code") == IN_USE:
        return Unknown
    if error.get("type") == IDEMPOTENCY:
        return Refused
    if status == 429 and error.get("code") == LOCKED:
        return Transient
    return class_by_status(status, BY_STATUS)


def _error(answer: HttpAnswer, content: Mapping[str, Any]) -> EffectError:
    error = content.get("error")
    said = error if isinstance(error, dict) else {}
    should_retry = answer.headers.get(SHOULD_RETRY, "")
    code = said.get("decline_code") or said.get("code") or said.get("type")
    if answer.status >= 500 and should_retry == "false":
        code = SAVED
    what = (f" ({code})" if code else "") + (f" at `{said['param']}`" if said.get("param") else "")
    text = f"Stripe answered {answer.status}{what}: {clean(said.get('message') or answer.reason)}"
    remedy = REMEDY.get(answer.status)
    return class_of(answer.status, said, should_retry)(
        clean(text) + (f"; {remedy}" if remedy else ""),
        status=answer.status,
        code=None if code is None else str(code),
        reference=answer.headers.get("request-id"),
        retry_after=answer.retry_after,
    )
