"""What Ecuafact answers of an operation: two words, of which one decides, and what is none of them."""

from typing import Any

import pytest

from caravana.component.ecuafact import reading
from caravana.kit.einvoice import State, Verdict
from caravana.kit.einvoicing import Question, Standing

CLAVE = "2311202601179001691900110010010000001231234567819"
QUESTION = Question(connection="ecuafact", reference="odoo/account.move,123", cod_doc="01")


def standing(question: Question = QUESTION, **data: Any) -> Standing:
    """Return the standing in an operation's data."""
    return reading.operation({"claveAcceso": CLAVE, **data}, question)


@pytest.mark.parametrize(
    ("word", "authorisation", "state", "final"),
    [
        ("en_cola", "no_disponible", State.IN_PROCESS, False),
        ("recibido", None, State.IN_PROCESS, False),
        ("enviando", "no_disponible", State.IN_PROCESS, False),
        ("enviado", "pendiente", State.IN_PROCESS, False),
        ("ENVIADO", "AUTORIZADO", State.AUTHORISED, True),
        ("enviado", "error", State.NOT_AUTHORISED, True),
        ("resultado_desconocido", "no_disponible", State.IN_DOUBT, False),
        ("resultado_desconocido", "autorizado", State.AUTHORISED, True),
        ("rechazado", "no_disponible", State.REJECTED, True),
        ("rechazado", "autorizado", State.AUTHORISED, True),
        ("cancelado", None, State.NEEDS_ATTENTION, True),
        ("archivado", "pendiente", State.NEEDS_ATTENTION, False),
        ("enviado", "en_revision", State.NEEDS_ATTENTION, False),
        (None, None, State.NEEDS_ATTENTION, False),
    ],
)
def test_only_one_word_is_success(
    word: str | None,
    authorisation: str | None,
    state: State,
    final: bool,
) -> None:
    """What the SRI says goes before how far the platform is; words that nobody knows need attention."""
    found = standing(estado=word, estadoAutorizacion=authorisation)
    assert (found.state, found.final) == (state, final)
    assert (found.authorization == CLAVE) == (state is State.AUTHORISED)


def test_a_code_alone_is_told_with_its_meaning() -> None:
    """Ecuafact passes on the SRI's code; a code that nobody knows is told as such, and asks for mending."""
    known, other = (standing(estado="rechazado", codigoError=code) for code in (45, "XYZ"))
    assert (known.messages[0].code, known.verdict) == ("45", Verdict.TAKEN)
    assert "secuencial" in known.messages[0].text
    assert (other.messages[0].code, other.verdict) == ("XYZ", Verdict.MEND)
    assert "portal" in other.messages[0].text


def test_an_error_of_asking_says_nothing_of_the_document() -> None:
    """`codigoErrorConsulta`: the platform could not ask; the document is still under way."""
    found = standing(estado="enviado", estadoAutorizacion="pendiente", codigoErrorConsulta="99")
    assert (found.state, found.verdict, found.messages[0].type) == (State.IN_PROCESS, None, "ADVERTENCIA")


def test_another_number_is_an_alarm_whatever_the_state() -> None:
    """Compared as soon as a clave tells a number; where no number was sent, there is nothing to compare."""
    asked = QUESTION.model_copy(update={"number": "001-001-000000124"})
    cases: list[dict[str, Any]] = [{"estado": "en_cola"}, {"estado": "enviado", "estadoAutorizacion": "autorizado"}]
    for data in cases:
        assert standing(asked, **data).verdict is Verdict.TAKEN
        assert standing(**data).verdict is None
    assert standing(asked, estado="en_cola", claveAcceso=None).verdict is None


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("55c55b4c-b0a9-52ec-8b27-335c9f7fc44d", "55c55b4c-b0a9-52ec-8b27-335c9f7fc44d"),
        ("55C55B4CB0A952EC8B27335C9F7FC44D", "55c55b4c-b0a9-52ec-8b27-335c9f7fc44d"),
        ("no", None),
        (7, None),
        (None, None),
    ],
)
def test_an_operation_is_named_by_a_uuid(value: Any, shown: str | None) -> None:
    """Anything else names none."""
    assert reading.identity(value) == shown
