"""What goes wrong on the way to the SRI → what the engine must do. What the SRI says of a document is no error but a standing.

| answer | class |
|---|---|
| 401, 403, 404, 405 and 3xx | NeedsPerson: `url`, or something between us and the SRI |
| 429 | RateLimited |
| 503 | Transient: sent again, which does no harm (a repeat is known by its clave) |
| 408, other 5xx, a good status without SOAP (an HTML page), fault `Server` | Unknown: asked for by clave |
| fault `Client`, 413 and other 4xx | Refused: the call itself was wrong |
"""

from collections.abc import Callable, Mapping
from typing import TypeVar

from caravana.component.sri.answer import Malformed, SoapFault
from caravana.kit.einvoicing import told
from caravana.kit.errors import EffectError, NeedsPerson, RateLimited, Refused, Transient, Unknown
from caravana.kit.http import HttpAnswer
from caravana.kit.redaction import redact_text

T = TypeVar("T")
BY_STATUS: Mapping[int, type[EffectError]] = {
    401: NeedsPerson,
    403: NeedsPerson,
    404: NeedsPerson,
    405: NeedsPerson,
    408: Unknown,
    429: RateLimited,
    503: Transient,
}
BY_FAULT: Mapping[str, type[EffectError]] = {"Client": Refused, "VersionMismatch": Refused, "MustUnderstand": Refused}
_LIMIT = 200


def check(answer: HttpAnswer, read: Callable[[bytes], T]) -> T:
    """Return what `read` finds in a good answer. Raises the `EffectError` of the table above for any other.

    A fault comes with status 500 (SOAP 1.1, 6.2), so an answer that is SOAP is read whatever its status.
    """
    if answer.status not in {200, 500}:
        raise _of_status(answer)
    try:
        return read(answer.raw)
    except SoapFault as fault:
        kind = BY_FAULT.get(fault.code, Unknown)
        said = redact_text(str(fault))[:_LIMIT]
        es = f"el SRI rechazó la llamada ({fault.code}): {said}"
        text = f"the SRI answered a SOAP fault ({fault.code}): {said}"
        raise told(kind, f"fault.{fault.code}", es, text, status=answer.status) from None
    except Malformed as error:
        if answer.status == 500:
            raise _of_status(answer) from None
        raise Unknown(f"the SRI's answer is not understood: {error}", status=answer.status, code="not_soap") from None


def class_of(status: int) -> type[EffectError]:
    """Return the error class of the HTTP status `status`."""
    if status in BY_STATUS:
        return BY_STATUS[status]
    if status >= 500:
        return Unknown
    return Refused if status >= 400 else NeedsPerson


def _of_status(answer: HttpAnswer) -> EffectError:
    kind = class_of(answer.status)
    es = f"el SRI respondió {answer.status}"
    text = f"the SRI answered {answer.status} {answer.reason}".rstrip()
    if kind is NeedsPerson:
        es += "; revise `url`, y si hay un proxy en medio"
        text += "; compare `url`, and see whether a proxy stands between"
    return told(kind, str(answer.status), es, text, status=answer.status, retry_after=answer.retry_after)


__all__ = ["BY_FAULT", "BY_STATUS", "check", "class_of"]
