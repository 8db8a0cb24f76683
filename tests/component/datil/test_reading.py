"""What Dátil answers, in every form that its documentation shows, and what is none of them."""

from decimal import Decimal
from typing import Any

import pytest

from caravana.component.datil import reading
from caravana.component.datil.sameness import same
from caravana.kit.einvoice import State, Verdict
from caravana.kit.einvoicing import Question, Standing

CLAVE = "2311202601179001691900110010010000001231234567819"
QUESTION = Question(connection="datil", reference="odoo/account.move,123", cod_doc="01", request_id="a1")


def standing(**content: Any) -> Standing:
    """Return the standing in an answer."""
    return reading.standing({"id": "a1", "clave_acceso": CLAVE, **content}, QUESTION)


@pytest.mark.parametrize(
    ("word", "state", "final"),
    [
        (None, State.IN_PROCESS, False),
        ("CREADO", State.IN_PROCESS, False),
        ("RECIBIDO", State.IN_PROCESS, False),
        ("ENVIADO", State.IN_PROCESS, False),
        ("DEVUELTO", State.REJECTED, True),
        ("AUTORIZADO", State.AUTHORISED, True),
        ("autorizado", State.AUTHORISED, True),
        ("NO AUTORIZADO", State.NOT_AUTHORISED, True),
        ("NO_AUTORIZADO", State.NOT_AUTHORISED, True),
        ("ERROR", State.NEEDS_ATTENTION, False),
        ("PRE-AUTORIZADO", State.NEEDS_ATTENTION, False),
        ("EN REVISION", State.NEEDS_ATTENTION, False),
        ("", State.IN_PROCESS, False),
    ],
)
def test_only_one_word_is_success(word: str | None, state: State, final: bool) -> None:
    """Words that nobody knows need attention; none yet is under way."""
    found = standing(estado=word)
    assert (found.state, found.final) == (state, final)
    assert (found.authorization == CLAVE) == (state is State.AUTHORISED)


@pytest.mark.parametrize(
    "part",
    [
        {"autorizacion": {"estado": "AUTORIZADO", "numero": CLAVE, "mensajes": []}},
        {"envio_sri": {"estado": "RECIBIDA", "mensajes": None}},
        {"autorizacion": None, "envio_sri": "RECIBIDA", "correos_enviados": None},
    ],
)
def test_no_part_stands_for_the_word(part: dict[str, Any]) -> None:
    """A document that is ENVIADO is not authorised, whatever stands beside: RECIBIDA, or an authorisation half written."""
    found = standing(estado="ENVIADO", **part)
    assert (found.state, found.authorization) == (State.IN_PROCESS, None)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("2026-11-23T10:00:04-05:00", "2026-11-23T10:00:04-05:00"),
        ("2026-11-23T15:00:04Z", "2026-11-23T15:00:04+00:00"),
        ("2026-11-23T10:00:04.123456-05:00", "2026-11-23T10:00:04-05:00"),
        ("2026-11-23T10:00:04", "2026-11-23T10:00:04-05:00"),
        ("2026-11-23", "2026-11-23T00:00:00-05:00"),
        ("", None),
        (None, None),
        ("ayer", None),
        (20261123.5, None),
        (["x"], None),
    ],
)
def test_moments_come_in_many_forms(value: Any, shown: str | None) -> None:
    """Without a zone Ecuador's is taken; what is no moment is none."""
    assert reading.moment(value) == shown


@pytest.mark.parametrize("code", [35, "35", " 35 ", Decimal(35)], ids=repr)
def test_codes_are_numbers_or_texts(code: Any) -> None:
    """46 or "35": it is the same code."""
    found = standing(
        estado="DEVUELTO", envio_sri={"mensajes": [{"identificador": code, "mensaje": "X", "tipo": "error"}]}
    )
    assert [(one.code, one.type) for one in found.messages] == [("35", "ERROR")]
    assert found.verdict is Verdict.MEND


@pytest.mark.parametrize(
    "messages", [None, [], {}, "texto", [None], {"mensaje": [{"identificador": 60}]}, {"identificador": 60}]
)
def test_lists_may_be_anything(messages: Any) -> None:
    """Null, empty, a single object, nested as in SOAP: what can be read is read, and authorised it stays."""
    found = standing(estado="AUTORIZADO", autorizacion={"mensajes": messages})
    assert (found.state, found.verdict) == (State.AUTHORISED, None)
    assert len(found.messages) == (1 if isinstance(messages, dict) and messages else 0)


@pytest.mark.parametrize(("ambiente", "shown"), [(1, "1"), ("2", "2"), ("3", None), (None, None), (True, None)])
def test_the_environment_is_one_of_two(ambiente: Any, shown: str | None) -> None:
    """Number or text; anything else is not told."""
    assert standing(ambiente=ambiente).environment == shown


def test_a_wrong_clave_is_passed_on() -> None:
    """Companies print claves with wrong check digits; a number is read of what has 49 digits, and of nothing else."""
    assert standing(clave_acceso=CLAVE[:-1] + "0").number == "001-001-000000123"
    assert standing(clave_acceso="123").number is None


@pytest.mark.parametrize(
    ("sent", "shown", "fits"),
    [
        ({"a": Decimal("1.50")}, {"a": "1.500000", "b": 1}, True),
        ({"a": "2026-11-23T12:00:00-05:00"}, {"a": "2026-11-23T17:00:00Z"}, True),
        ({"a": [{"b": "x"}]}, {"a": [{"b": " x ", "c": None}]}, True),
        ({"a": ""}, {}, True),
        ({"a": True}, {"a": 1}, False),
        ({"a": [1]}, {"a": [1, 2]}, False),
        ({"a": {"b": 1}}, {"a": "b"}, False),
        ({"a": "x"}, {}, False),
    ],
)
def test_what_was_sent_is_recognised(sent: Any, shown: Any, fits: bool) -> None:
    """However numbers and moments are written by now."""
    assert same(sent, shown) is fits
