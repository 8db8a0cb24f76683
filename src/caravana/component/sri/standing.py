"""What the SRI answers → how a document stands, in the port's words. Pure.

Only AUTORIZADO is success, whatever the messages say. Under one clave several decisions may be listed: one AUTORIZADO wins, then
what is still in process, then the newest refusal.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from caravana.component.sri.answer import Authorisation, Consultation, Reception
from caravana.component.sri.spec import PROVIDER
from caravana.kit.edocument.clave import Clave
from caravana.kit.edocument.verdict import verdict_of
from caravana.kit.einvoice import State, Verdict
from caravana.kit.einvoicing import Question, Standing, absent
from caravana.kit.errors import Unknown

TAKEN, RETURNED = "RECIBIDA", "DEVUELTA"
STATES: Mapping[str, State] = {
    "AUTORIZADO": State.AUTHORISED,
    "EN PROCESO": State.IN_PROCESS,
    "EN PROCESAMIENTO": State.IN_PROCESS,
    "NO AUTORIZADO": State.NOT_AUTHORISED,
}
"""`estado` of an authorisation → state. A word that is not listed needs attention."""
_ORDER = (State.AUTHORISED, State.IN_PROCESS, State.NOT_AUTHORISED, State.NEEDS_ATTENTION)


def received(answer: Reception, question: Question) -> Standing:
    """Return how a document stands after reception. Raises `Unknown` for a word that the service does not have."""
    if answer.estado == TAKEN:
        return _standing(question, State.IN_PROCESS, answer)
    if answer.estado != RETURNED:
        raise Unknown(f"the SRI neither took nor returned the document: {answer.estado!r}"[:200], code="estado")
    match verdict_of((one.code, one.type) for one in answer.messages):
        case Verdict.WAIT:
            return _standing(question, State.IN_PROCESS, answer, Verdict.WAIT)
        case Verdict.AGAIN:
            return _standing(question, State.QUEUED, answer, Verdict.AGAIN)
        case Verdict.TAKEN:
            return _standing(question, State.NEEDS_ATTENTION, answer, Verdict.TAKEN, final=True)
        case found:
            return _standing(question, State.REJECTED, answer, found or Verdict.MEND, final=True)


def consulted(answer: Consultation, question: Question, ambiente: str) -> Standing:
    """Return how the document of a clave stands; `ambiente`: in which environment we asked."""
    entry = decisive(answer)
    if entry is None:
        return named(absent(PROVIDER, question))
    state = state_of(entry)
    verdict = None
    if state is State.NOT_AUTHORISED:
        verdict = verdict_of((one.code, one.type) for one in entry.messages) or Verdict.MEND
    if state is State.AUTHORISED and entry.ambiente not in (None, ambiente):
        state = State.NEEDS_ATTENTION  # authorised, but where it does not count
    authorised = state is State.AUTHORISED
    return named(
        Standing(
            PROVIDER,
            question.connection,
            state,
            final=authorised or (state is State.NOT_AUTHORISED and verdict is not Verdict.AGAIN),
            reference=question.reference,
            access_key=question.access_key,
            status=entry.estado,
            authorization=(entry.numero or question.access_key) if authorised else None,
            authorized_at=entry.fecha if authorised else None,
            environment=entry.ambiente,
            messages=entry.messages,
            verdict=verdict,
        )
    )


def decisive(answer: Consultation) -> Authorisation | None:
    """Return the entry that counts, or None where there is none."""
    newest_first = sorted(answer.entries, key=_when, reverse=True)
    return min(newest_first, key=lambda one: _ORDER.index(state_of(one)), default=None)


def state_of(entry: Authorisation) -> State:
    """Return the state of one entry."""
    return STATES.get(entry.estado, State.NEEDS_ATTENTION)


def is_about(entry: Authorisation, content: str, since: datetime) -> bool:
    """Whether an entry is about the very document `content`, sent after `since`, and not an earlier one.

    A document that was refused is sent again, mended, under the same clave: its old refusal says nothing of the new one.
    """
    if state_of(entry) is not State.NOT_AUTHORISED or entry.comprobante == content:
        return True
    return not entry.comprobante and _when(entry) >= since


def named(standing: Standing) -> Standing:
    """Return the standing with the number that its clave tells."""
    try:
        number = Clave.read(standing.access_key or "").numero
    except ValueError:
        return standing
    return replace(standing, number=number)


def _when(entry: Authorisation) -> datetime:
    return datetime.min.replace(tzinfo=UTC) if entry.fecha is None else datetime.fromisoformat(entry.fecha)


def _standing(
    question: Question, state: State, answer: Reception, verdict: Verdict | None = None, *, final: bool = False
) -> Standing:
    return named(
        Standing(
            PROVIDER,
            question.connection,
            state,
            final=final,
            reference=question.reference,
            access_key=question.access_key,
            status=answer.estado,
            messages=answer.messages,
            verdict=verdict,
        )
    )


__all__ = ["consulted", "decisive", "is_about", "named", "received", "state_of"]
