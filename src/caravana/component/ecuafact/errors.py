"""Ecuafact's refusals → what the engine must do, by HTTP status and `codigo`.

| HTTP status | codigo | class |
|---|---|---|
| 400, 422 | 302 and any | Refused, code `invalid`: `errores` become problems of the document |
| 401, 403, 3xx | any | NeedsPerson: key, rights or address |
| 409 | any | NeedsPerson: another document has the number or the key; nothing was issued |
| 404 and other 4xx | any | Refused |
| 429 | 501 | NeedsPerson: the quota of documents is used up |
| 429 | 104, any other | RateLimited |
| 425, 503 | any | Transient: nothing was done |
| 408, 500 and other 5xx, a good status without a JSON object | any | Unknown: it may have been done |

Of the codes only 302, 104 and 501 are known to Ecuafact's own client (1.0.0b6); the status decides for all others.
"""

import re
from collections.abc import Mapping
from typing import Any

from caravana.kit.edocument.problem import Problem
from caravana.kit.einvoicing import INVALID, told
from caravana.kit.errors import EffectError, NeedsPerson, RateLimited, Refused, Transient, Unknown, class_by_status
from caravana.kit.http import HttpAnswer
from caravana.kit.redaction import redact_text

QUOTA = "501"
BY_STATUS: Mapping[int, type[EffectError]] = {
    401: NeedsPerson,
    403: NeedsPerson,
    408: Unknown,
    409: NeedsPerson,
    425: Transient,
    429: RateLimited,
    503: Transient,
}
REMEDIES: Mapping[int, str] = {
    401: "compare `apiKey` with the one in Ecuafact's portal",
    403: "the key has no right to this taxpayer or operation: look in Ecuafact's portal",
    409: "look for the document in Ecuafact's portal before anything is sent again",
}
SPANISH: Mapping[int, str] = {
    401: "compare `apiKey` con la del portal de Ecuafact",
    403: "la clave no tiene permiso para este contribuyente u operación: revíselo en el portal de Ecuafact",
    409: "busque el documento en el portal de Ecuafact antes de que se envíe otra vez",
}
"""The same in Spanish."""
QUOTA_REMEDY = "the quota of documents is used up: buy more in Ecuafact's portal, then retry"
QUOTA_SPANISH = "se terminó el cupo de documentos: compre más en el portal de Ecuafact"
INVALID_STATUS = frozenset({400, 422})
_TEXT_LIMIT = 200
_MOST = 50


def check(answer: HttpAnswer) -> dict[str, Any]:
    """Return the JSON object of a good `answer`. Raises the `EffectError` of the table above for any other."""
    content = answer.json_object()
    if 200 <= answer.status < 300:
        if content is None:
            text = f"Ecuafact answered {answer.status} without a JSON object"
            raise Unknown(text, status=answer.status, code="not_json")
        return content
    raise error_of(answer, content or {})


def error_of(answer: HttpAnswer, content: Mapping[str, Any]) -> EffectError:
    """Return the error that an answer with a bad status means."""
    code = _text(content.get("codigo")) or str(answer.status)
    said = redact_text(_text(content.get("mensaje")) or answer.reason)[:_TEXT_LIMIT]
    text = f"Ecuafact answered {answer.status} ({code}): {said}"
    if answer.status in INVALID_STATUS:
        found = problems(content)
        return Refused(text, status=answer.status, code=INVALID, body=[one.to_json() for one in found])
    used_up = answer.status == 429 and code == QUOTA
    kind = NeedsPerson if used_up else class_by_status(answer.status, BY_STATUS)
    remedy = QUOTA_REMEDY if used_up else REMEDIES.get(answer.status)
    tail = QUOTA_SPANISH if used_up else SPANISH.get(answer.status)
    es = f"Ecuafact respondió {answer.status} ({code}): {said}" + (f"; {tail}" if tail else "")
    full = text + (f"; {remedy}" if remedy else "")
    after = None if used_up else answer.retry_after
    return told(kind, code, es, full, status=answer.status, retry_after=after)


def problems(content: Mapping[str, Any]) -> list[Problem]:
    """Return what Ecuafact finds wrong: each of `errores` is a text that begins with the path of the field."""
    listed = content.get("errores")
    found = [one for one in listed[:_MOST] if isinstance(one, str)] if isinstance(listed, list) else []
    return [_problem(one) for one in found or [_text(content.get("mensaje")) or "comprobante inválido"]]


def _problem(text: str) -> Problem:
    said = redact_text(text)[:_TEXT_LIMIT]
    path = re.match(r"([A-Za-z][\w.\[\]]*)\s*:\s*(.+)", said, re.DOTALL)
    where, what = (path[1], path[2]) if path else ("documento", said)
    return Problem("ecuafact.302", where, f"Ecuafact: {what}", f"Ecuafact says: {what}")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)
