"""What Dátil answers of a document → its standing. Pure, and tolerant: its answers drift in type from call to call.

Seen in its documentation (2026-04): amounts and numbers as texts or numbers, `ambiente` 1 or "1", codes of messages 46 or "35",
lists that are null or missing, moments with a zone, without one, as a bare day or empty. Only the word AUTORIZADO is success.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from caravana.component.datil.spec import PROVIDER
from caravana.kit.ecuador import ECUADOR
from caravana.kit.edocument.clave import Clave
from caravana.kit.edocument.verdict import verdict_of
from caravana.kit.einvoice import State, Verdict
from caravana.kit.einvoicing import Message, Question, Standing, as_text

STATES: Mapping[str, tuple[State, bool]] = {
    "CREADO": (State.IN_PROCESS, False),
    "RECIBIDO": (State.IN_PROCESS, False),
    "ENVIADO": (State.IN_PROCESS, False),
    "DEVUELTO": (State.REJECTED, True),
    "AUTORIZADO": (State.AUTHORISED, True),
    "NO AUTORIZADO": (State.NOT_AUTHORISED, True),
    "ERROR": (State.NEEDS_ATTENTION, False),
}
"""Dátil's `estado` → state, and whether it can still change by itself. A word not listed needs attention."""
REISSUABLE = frozenset({"DEVUELTO", "NO AUTORIZADO"})
"""From these a document may be issued again under its id."""
CREATED = "CREADO"
_FIRST = (State.IN_PROCESS, False)
"""Of an answer without `estado`: Dátil took the document and works on."""


def standing(content: Mapping[str, Any], question: Question) -> Standing:
    """Return the standing in an answer about one document."""
    word = word_of(content)
    state, final = STATES.get(word, (State.NEEDS_ATTENTION, False)) if word else _FIRST
    messages = _messages(content)
    verdict = verdict_of((one.code, one.type) for one in messages)
    if state is State.IN_PROCESS and unsigned(content):
        state, final, verdict = State.NEEDS_ATTENTION, True, Verdict.MEND
    if final and verdict is Verdict.AGAIN:
        state, final = State.QUEUED, False  # 50 and 99: the SRI failed, the same document goes again
    if state is State.REJECTED and verdict is Verdict.WAIT:
        state, final = State.IN_PROCESS, False  # 43 and 70: the SRI has it, which Dátil's word for it does not say
    clave = as_text(content.get("clave_acceso")) or question.access_key
    given = _part(content, "autorizacion")
    authorised = state is State.AUTHORISED
    return Standing(
        PROVIDER,
        question.connection,
        state,
        final,
        reference=question.reference,
        access_key=clave,
        number=as_text(content.get("numero")) or _number(clave) or question.number,
        request_id=as_text(content.get("id")) or question.request_id,
        status=word,
        authorization=(as_text(given.get("numero")) or clave) if authorised else None,
        authorized_at=moment(given.get("fecha")) if authorised else None,
        environment=_environment(content.get("ambiente")),
        messages=messages,
        verdict=None if authorised else verdict or (Verdict.MEND if final else None),
        mailed=_mailed(content),
    )


def word_of(content: Mapping[str, Any]) -> str | None:
    """Return Dátil's word for how the document stands; None before it has one."""
    found = as_text(content.get("estado"))
    return None if found is None else found.upper().replace("_", " ")


def unsigned(content: Mapping[str, Any]) -> bool:
    """Whether Dátil could not sign the document: its certificate or the password is wrong."""
    return (as_text(_part(content, "firma").get("result")) or "").lower() == "bad"


def moment(value: Any) -> str | None:
    """Return a moment with its offset; None when it is none."""
    written = as_text(value)
    try:
        found = datetime.fromisoformat(written) if written else None
    except ValueError:
        return None
    if found is None:
        return None
    # Dátil does not say which zone a moment without one is of (2026-11)
    return (found if found.tzinfo else found.replace(tzinfo=ECUADOR)).isoformat(timespec="seconds")


def mails(content: Mapping[str, Any]) -> list[tuple[str | None, frozenset[str]]] | None:
    """Return when and to whom Dátil mailed the document; None: the answer does not say."""
    sent = content.get("correos_enviados")
    if not isinstance(sent, list):
        return None
    return [
        (moment(one.get("fecha_envio")), _addresses(one.get("destinatarios"))) for one in sent if isinstance(one, dict)
    ]


def _addresses(value: Any) -> frozenset[str]:
    listed = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else ()
    return frozenset(found.lower() for one in listed if (found := as_text(one)))


def _mailed(content: Mapping[str, Any]) -> bool | None:
    sent = mails(content)
    return None if sent is None else bool(sent)


def _messages(content: Mapping[str, Any]) -> tuple[Message, ...]:
    """What reception, authorisation and signing say, in this order."""
    found = [
        _message(one)
        for part in ("envio_sri", "autorizacion")
        for one in _listed(_part(content, part).get("mensajes"))
        if isinstance(one, dict)
    ]
    if unsigned(content):
        error = as_text(_part(content, "firma").get("error")) or ""
        found.append(Message("firma", "Dátil no pudo firmar el documento: revise certificado y contraseña", error))
    return tuple(dict.fromkeys(found))


def _message(one: Mapping[str, Any]) -> Message:
    return Message(
        as_text(one.get("identificador")) or "",
        as_text(one.get("mensaje")) or "",
        as_text(one.get("informacion_adicional")) or "",
        (as_text(one.get("tipo")) or "ERROR").upper(),
    )


def _listed(value: Any) -> list[Any]:
    """A list, what is in a single object, or nothing."""
    if isinstance(value, dict):
        inner = value.get("mensaje")
        return inner if isinstance(inner, list) else [value] if value else []
    return value if isinstance(value, list) else []


def _part(content: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = content.get(name)
    return found if isinstance(found, dict) else {}


def _environment(value: Any) -> str | None:
    found = as_text(value)
    return found if found in {"1", "2"} else None


def _number(clave: str | None) -> str | None:
    try:
        return Clave.read(clave).numero if clave else None
    except ValueError:
        return None
