"""Meta's errors → what the engine must do, by `code` alone; the HTTP status counts only where there is no code.

| codes | class |
|---|---|
| 2, 131016, 133004 | Transient |
| 130429, 131057 | RateLimited: the whole number slows down |
| 1, 131000, 133000 | Transient three times, then Refused: it may be the request |
| those of `WAITS` (4, 17, 32, 613, 80001 …) | RateLimited, for as long as the usage headers say, else as `WAITS` |
| 131056 | Held: only this recipient waits, 4^n seconds |
| 131049, 132069 | Held: a day, an hour |
| with a subcode of `SUBCODES` | as that says, whatever the code alone means; the error's code is then `10/2018278` |
| 0, 190 | TokenDead, a kind of Held: every call of the connection waits for a new token |
| 3, 10, 200–299, 368 and the account's states (`PERSON`) | NeedsPerson |
| all others | Refused; 506 and 10900 say that it was probably done before |
| any with `is_transient` | Transient, if it would be Refused |

Without a code: 429 is RateLimited, 401 and 403 NeedsPerson, other 4xx Refused; all others (5xx, a 200 without JSON or
without a name in it) Unknown. An error inside a 200, and `success: false`, are errors.
"""

import re
from collections.abc import Mapping
from typing import Any

from caravana.kit.errors import EffectError, Held, NeedsPerson, RateLimited, Refused, Transient, Unknown
from caravana.kit.http import HttpAnswer
from caravana.kit.redaction import MASK, redact_text

BACKOFF = frozenset({2, 131016, 133004})
SLOWER = frozenset({130429, 131057})
FEW_TIMES = frozenset({1, 131000, 133000})
TRIES = 3
WAITS: Mapping[int, float] = {
    4: 300,
    17: 300,
    32: 300,
    341: 3600,
    613: 60,
    80001: 300,
    80002: 300,
    80006: 300,
    80007: 300,
    80009: 300,
    80014: 60,
    131048: 3600,
    131064: 3600,
    133009: 60,
    133015: 300,
}
"""Code → seconds to leave the connection alone, where no usage header says how long."""
DEAD_FOR = 60.0
"""Seconds for which a token that Meta refused is not tried again."""
PAIR = 131056
LONGEST_PAIR_WAIT = 4**6
ALONE: Mapping[int, float] = {131049: 86_400, 132069: 3600}
"""Code → seconds after which this one message may be tried again."""
SUBCODES: Mapping[tuple[int, int], float | None] = {
    (10, 2018278): None,
    (9007, 2207027): 5,
    (9, 2207042): 3600,
}
"""Code and subcode → seconds after which this one thing may be tried again; None: Refused.

Messenger's conversation is closed (code 10 alone is a missing permission); Instagram's picture is not ready; its posts of a
day are used up.
"""
TOKEN = frozenset({0, 190})
PERSON: Mapping[int, str] = {
    3: "the app lacks a capability: look at App Review in Meta's dashboard",
    10: "give the token the missing permission",
    368: "Meta blocked the account for its policies: look at Account Quality in Business Manager",
    130497: "the account may not message this country",
    131005: "give the token the missing permission",
    131031: "the account is locked: look at Account Quality in Business Manager",
    131037: "the number's display name is not approved yet",
    131042: "Meta wants to be paid: look at the account's billing",
    131044: "Meta wants to be paid: look at the account's billing",
    131045: "register the number again",
    131063: "marketing templates are switched off for the Cloud API",
    133005: "the PIN of two-step verification is another one",
    133006: "verify the number first",
    133008: "too many wrong PINs: wait as Meta says",
    133010: "register the number first",
    133016: "the number was registered too often: wait as Meta says",
    134011: "accept the terms of payment in WhatsApp Manager",
}
"""Code → what a person must do."""
WINDOW_CLOSED = 131047
MESSENGER_CLOSED = "10/2018278"
DUPLICATE_POST = 506
ALREADY_REPLIED = 10900
NEW_ONE = "put a new access token into the connection: this one is expired or withdrawn"
_PERMISSION = range(200, 300)
_CREDENTIAL = re.compile(r"\bEAA[A-Za-z0-9]{8,}|\b\d{4,}\|[\w-]{4,}")
_TEXT_LIMIT = 400


class TokenDead(Held):
    """Meta refuses the access token: nothing was done, and what was to be sent waits until there is another one."""

    def __init__(self, message: str, *, retry_after: float = DEAD_FOR, **told: Any) -> None:
        """Trying again costs no attempt."""
        super().__init__(message, retry_after=retry_after, tried=False, **told)


def check(answer: HttpAnswer, *, attempt: int = 1, pause: float | None = None) -> Any:
    """Return the JSON of a good `answer`. Raises the `EffectError` of the table above for any other.

    `attempt` counts from 1; `pause`: seconds that the usage headers ask for.
    """
    try:
        content = answer.json()
    except ValueError:
        raise _unreadable(answer) from None
    error = content.get("error") if isinstance(content, dict) else None
    if isinstance(error, dict):
        raise to_error(answer.status, error, attempt=attempt, pause=pause)
    if answer.status != 200:
        raise _unreadable(answer)
    if isinstance(content, dict) and content.get("success") is False:
        raise Refused("Meta answered that it did not succeed", status=200, code="no_success")
    return content


def to_error(
    status: int | None, error: Mapping[str, Any], *, attempt: int = 1, pause: float | None = None
) -> EffectError:
    """Return what an `error` object of Meta means; one in a webhook has no status."""
    code = code_of(error)
    text = describe(error)
    named: dict[str, Any] = {"status": status, "code": None if code is None else str(code), "reference": _trace(error)}
    if code is None:
        return _by_status(status or 400)(text, **named)
    subcode = error.get("error_subcode")
    if isinstance(subcode, int) and (code, subcode) in SUBCODES:
        return _by_subcode(text, SUBCODES[code, subcode], {**named, "code": f"{code}/{subcode}"})
    if code == PAIR:
        return Held(text, retry_after=float(min(4 ** (attempt - 1), LONGEST_PAIR_WAIT)), **named)
    if code in ALONE:
        return Held(text, retry_after=ALONE[code], **named)
    if code in WAITS:
        return RateLimited(text, retry_after=pause or WAITS[code], **named)
    if code in TOKEN:
        return TokenDead(f"{text}; {NEW_ONE}", **named)
    if code in PERSON or code in _PERMISSION:
        return NeedsPerson(f"{text}; {PERSON.get(code, 'give the token the missing permission')}", **named)
    return _class_of(code, error, attempt)(text, **named)


def code_of(error: Mapping[str, Any]) -> int | None:
    """Return the number by which an error is judged."""
    code = error.get("code")
    if isinstance(code, str) and code.isascii() and code.isdigit():
        return int(code)
    return code if isinstance(code, int) and not isinstance(code, bool) else None


def describe(error: Mapping[str, Any]) -> str:
    """Return an error in one line: code, subcode, message and details, without credentials."""
    code, subcode = error.get("code"), error.get("error_subcode")
    data = error.get("error_data")
    details = data.get("details") if isinstance(data, dict) else data
    told = [error.get("message") or error.get("title"), details, error.get("error_user_msg")]
    words = list(dict.fromkeys(str(one) for one in told if one))
    number = f" ({code}{f'/{subcode}' if subcode else ''})" if code is not None else ""
    return clean(f"Meta answered{number}: {': '.join(words) or 'no reason'}")


def clean(text: Any) -> str:
    """Return a text of Meta's without tokens, secrets and card numbers, and not too long."""
    return redact_text(_CREDENTIAL.sub(MASK, str(text or "")))[:_TEXT_LIMIT]


def _by_subcode(text: str, seconds: float | None, named: Mapping[str, Any]) -> EffectError:
    return Refused(text, **named) if seconds is None else Held(text, retry_after=seconds, **named)


def _class_of(code: int, error: Mapping[str, Any], attempt: int) -> type[EffectError]:
    if code in SLOWER:
        return RateLimited
    if code in BACKOFF or error.get("is_transient") is True:
        return Transient
    return Transient if code in FEW_TIMES and attempt < TRIES else Refused


def _by_status(status: int) -> type[EffectError]:
    if status == 429:
        return RateLimited
    if status in {401, 403} or 300 <= status < 400:
        return NeedsPerson
    return Refused if 400 <= status < 500 else Unknown


def _unreadable(answer: HttpAnswer) -> EffectError:
    """An answer without an error of Meta's in it."""
    kind = _by_status(answer.status)
    text = f"Meta answered {answer.status} {answer.reason} without a reason"
    remedy = "; the connection's `url` is not the Graph API" if 300 <= answer.status < 400 else ""
    return kind(text + remedy, status=answer.status, code="no_reason", retry_after=answer.retry_after)


def _trace(error: Mapping[str, Any]) -> str | None:
    trace = error.get("fbtrace_id")
    return trace if isinstance(trace, str) else None
