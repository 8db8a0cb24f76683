"""Dátil's refusals → what the engine must do, by HTTP status.

| HTTP status | class |
|---|---|
| 400 | Refused, code `invalid`: `body` lists the field as a problem of the document |
| 401, 403, 3xx | NeedsPerson: key, rights or address |
| 404, 405, 406 and other 4xx | Refused |
| 408, 500 and other 5xx, a good status without a JSON object | Unknown: it may have been done |
| 429 | RateLimited (Dátil documents no limit) |
| 503 | Transient: nothing was done |
"""

from collections.abc import Mapping
from typing import Any

from caravana.kit.edocument.problem import Problem
from caravana.kit.einvoicing import INVALID, told
from caravana.kit.errors import EffectError, NeedsPerson, RateLimited, Refused, Transient, Unknown, class_by_status
from caravana.kit.http import HttpAnswer
from caravana.kit.redaction import redact_text

BY_STATUS: Mapping[int, type[EffectError]] = {
    401: NeedsPerson,
    403: NeedsPerson,
    408: Unknown,
    429: RateLimited,
    503: Transient,
}
REMEDIES: Mapping[int, str] = {
    401: "compare `apiKey` with the one in Dátil's settings",
    403: "the key has no right to this: ask Dátil",
}
SPANISH: Mapping[int, str] = {
    401: "compare `apiKey` con la que muestra Dátil",
    403: "la clave no tiene permiso para esto: pregunte a Dátil",
}
"""The same in Spanish."""
FIELD_ERRORS: Mapping[str, tuple[str, str]] = {
    "MISSING_PARAMETER": ("falta este dato", "this field is missing"),
    "INVALID_PARAMETER": ("Dátil no conoce este campo", "Dátil does not know this field"),
    "INVALID_VALUE": ("el valor no es válido", "the value is not valid"),
    "INVALID_DATA_TYPE": ("el tipo de dato no es el esperado", "the value is of the wrong type"),
    "INVALID_FORMAT": ("el formato no es el esperado", "the value has the wrong format"),
    "INVALID_LENGTH": ("la longitud no es válida", "the value is too long or too short"),
}
"""Code of a field error → what a clerk reads, in Spanish and English."""
_TEXT_LIMIT = 200


def check(answer: HttpAnswer) -> dict[str, Any]:
    """Return the JSON object of a good `answer`. Raises the `EffectError` of the table above for any other."""
    content = answer.json_object()
    if 200 <= answer.status < 300:
        if content is None:
            raise Unknown(
                f"Dátil answered {answer.status} without a JSON object", status=answer.status, code="not_json"
            )
        return content
    raise error_of(answer, content or {})


def error_of(answer: HttpAnswer, content: Mapping[str, Any]) -> EffectError:
    """Return the error that an answer with a bad status means."""
    code = _text(content.get("code")) or str(answer.status)
    said = redact_text(_text(content.get("message")) or answer.reason)[:_TEXT_LIMIT]
    remedy, tail = REMEDIES.get(answer.status), SPANISH.get(answer.status)
    es = f"Dátil respondió {answer.status} ({code}): {said}" + (f"; {tail}" if tail else "")
    text = f"Dátil answered {answer.status} ({code}): {said}" + (f"; {remedy}" if remedy else "")
    if answer.status == 400:
        problem = _problem(code, content)
        text = f"{text}; `{problem.where}`: {problem.en}"
        return Refused(text, status=400, code=INVALID, body=[problem.to_json()])
    return told(
        class_by_status(answer.status, BY_STATUS), code, es, text, status=answer.status, retry_after=answer.retry_after
    )


def _problem(code: str, content: Mapping[str, Any]) -> Problem:
    """The field that Dátil names, without its value: that may be somebody's name."""
    spanish, english = FIELD_ERRORS.get(code, ("Dátil no acepta el documento", "Dátil does not take the document"))
    details = redact_text(_text(content.get("details")) or _text(content.get("message")))[:_TEXT_LIMIT]
    where = _text(content.get("parameter")) or "documento"
    tail = f": {details}" if details else ""
    return Problem(f"datil.{code}", where, spanish + tail, english + tail)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)
