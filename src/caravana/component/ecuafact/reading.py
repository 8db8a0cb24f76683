"""What Ecuafact answers of an operation or a document → its standing. Pure and tolerant.

An operation has two words: how far the platform is (`estado`), and what the SRI says (`estadoAutorizacion`). Only `autorizado` is
success. `resultado_desconocido` is no end: the platform itself does not know yet.
"""

import uuid
from collections.abc import Mapping
from typing import Any

from caravana.component.ecuafact.spec import PROVIDER
from caravana.kit.edocument.clave import Clave
from caravana.kit.edocument.verdict import MEANINGS, verdict_of
from caravana.kit.einvoice import State, Verdict
from caravana.kit.einvoicing import Message, Question, Standing, as_text

AUTHORISATIONS: Mapping[str, tuple[State, bool]] = {
    "autorizado": (State.AUTHORISED, True),
    "error": (State.NOT_AUTHORISED, True),
}
"""`estadoAutorizacion` → state, and whether it is final. `no_disponible` and `pendiente` leave it to `estado`."""
STATES: Mapping[str, tuple[State, bool]] = {
    "recibido": (State.IN_PROCESS, False),
    "en_cola": (State.IN_PROCESS, False),
    "enviando": (State.IN_PROCESS, False),
    "enviado": (State.IN_PROCESS, False),
    "resultado_desconocido": (State.IN_DOUBT, False),
    "rechazado": (State.REJECTED, True),
    "cancelado": (State.NEEDS_ATTENTION, True),
}
"""`estado` → state, and whether it is final. A word not listed needs attention. Nobody of us cancels: a person looks."""
OPEN = frozenset({"no_disponible", "pendiente"})
REFUSED = frozenset({State.REJECTED, State.NOT_AUTHORISED})
"""After these, and only after these, a mended document may be sent under a new key."""
NUMBER = "numero"
"""Code of the message that another number was given than the one asked for."""


def admitted(answer: Mapping[str, Any], question: Question) -> Standing:
    """Return the standing in the 202 of an emission: the operation's id, and in 1.0 perhaps already the clave."""
    return _standing({"estado": "en_cola", **answer}, question)


def operation(data: Mapping[str, Any], question: Question) -> Standing:
    """Return the standing in an operation's `datos`."""
    return _standing(data, question)


def listed(row: Mapping[str, Any], question: Question) -> Standing:
    """Return the standing in a row of the list of issued documents, which tells no operation."""
    word = as_text(row.get("estadoAutorizacion"))
    return _standing({"estado": "enviado", **row, "estadoAutorizacion": word}, question)


def _standing(data: Mapping[str, Any], question: Question) -> Standing:
    word, authorisation = _word(data.get("estado")), _word(data.get("estadoAutorizacion"))
    state, final = _state(word, authorisation)
    messages = _messages(data, state)
    clave = as_text(data.get("claveAcceso")) or question.access_key
    number = as_text(data.get("numeroDocumento")) or _number(clave)
    verdict = _verdict(messages, state, final=final)
    if number is not None and question.number is not None and number != question.number:
        said = f"Se envió el número {question.number} y Ecuafact emitió con el {number}: el punto de emisión se detiene"
        messages, verdict = (*messages, Message(NUMBER, said)), Verdict.TAKEN
    authorised = state is State.AUTHORISED
    return Standing(
        PROVIDER,
        question.connection,
        state,
        final,
        reference=question.reference,
        access_key=clave,
        number=number,
        request_id=identity(data.get("idOperacion")) or question.request_id,
        status="/".join(one for one in (word, authorisation) if one) or None,
        authorization=clave if authorised else None,
        authorized_at=as_text(data.get("fechaAutorizacion")) if authorised else None,
        environment=found if (found := as_text(data.get("ambiente"))) in {"1", "2"} else None,
        messages=messages,
        verdict=verdict,
        mailed=None,
    )


def _state(word: str | None, authorisation: str | None) -> tuple[State, bool]:
    if authorisation is not None and authorisation in AUTHORISATIONS:
        return AUTHORISATIONS[authorisation]
    if word is None or (authorisation is not None and authorisation not in OPEN):
        return State.NEEDS_ATTENTION, False
    return STATES.get(word, (State.NEEDS_ATTENTION, False))


def _messages(data: Mapping[str, Any], state: State) -> tuple[Message, ...]:
    """Ecuafact passes codes on and hardly a text; a code of asking (`codigoErrorConsulta`) says nothing of the document."""
    found = []
    if (code := as_text(data.get("codigoError"))) is not None:
        kind = "INFORMATIVO" if state is State.AUTHORISED else "ERROR"
        said = (
            as_text(data.get("motivo"))
            or MEANINGS.get(code)
            or f"Ecuafact no explica el código {code}: véalo en su portal"
        )
        found.append(Message(code, said, type=kind))
    if (code := as_text(data.get("codigoErrorConsulta"))) is not None:
        found.append(Message(code, "Ecuafact no pudo consultar la autorización", type="ADVERTENCIA"))
    return tuple(found)


def _verdict(messages: tuple[Message, ...], state: State, *, final: bool) -> Verdict | None:
    if state is State.AUTHORISED:
        return None
    known = [(one.code, one.type) for one in messages if one.code in MEANINGS]
    return verdict_of(known) or (Verdict.MEND if final else None)


def identity(value: Any) -> str | None:
    """Return an operation's id; None when it is no UUID."""
    try:
        return str(uuid.UUID(value)) if isinstance(value, str) else None
    except ValueError:
        return None


def _word(value: Any) -> str | None:
    found = as_text(value)
    return None if found is None else found.lower()


def _number(clave: str | None) -> str | None:
    try:
        return Clave.read(clave).numero if clave else None
    except ValueError:
        return None
