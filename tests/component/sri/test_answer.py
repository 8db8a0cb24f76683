"""Answers of the services, read tolerantly, and what they mean for a document."""

from datetime import UTC, datetime

import pytest

from caravana.component.sri.answer import (
    Authorisation,
    Consultation,
    Malformed,
    Reception,
    SoapFault,
    read_consultation,
    read_reception,
)
from caravana.component.sri.errors import check, class_of
from caravana.component.sri.standing import consulted, is_about, received
from caravana.kit.einvoice import State, Verdict
from caravana.kit.einvoicing import Message, Question
from caravana.kit.errors import EffectError, NeedsPerson, RateLimited, Refused, Transient, Unknown
from caravana.kit.http import HttpAnswer
from tests.support.material import shared_material

CLAVE = "2311202601179001691900110010010000001231234567819"
QUESTION = Question(connection="sri", access_key=CLAVE, reference="odoo/account.move,1", cod_doc="01")
SOAP = '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>{}</s:Body></s:Envelope>'


def reception(inside: str) -> Reception:
    """Return what reception answers, read."""
    body = f'<x:validarComprobanteResponse xmlns:x="urn:x">{inside}</x:validarComprobanteResponse>'
    return read_reception(SOAP.format(body).encode())


def consultation(inside: str) -> Consultation:
    """Return what is answered about a clave, read."""
    return read_consultation(
        SOAP.format(f"<RespuestaAutorizacionComprobante>{inside}</RespuestaAutorizacionComprobante>").encode()
    )


def refusal(code: str, kind: str = "ERROR") -> Reception:
    """Return DEVUELTA with one code."""
    return Reception("DEVUELTA", (Message(code, "TEXTO", type=kind),))


def entry(estado: str, *, fecha: str = "2026-11-23T10:00:00-05:00", **more: object) -> Authorisation:
    """Return one authorisation."""
    return Authorisation(estado, CLAVE, fecha, "1", **more)  # type: ignore[arg-type]  # fields by name


# Reading.


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "estado", "codes"),
    [
        ("RECIBIDA", "RECIBIDA", set()),
        ("DEVUELTA_35", "DEVUELTA", {"35"}),
        ("DEVUELTA_43", "DEVUELTA", {"43"}),
        ("DEVUELTA_45", "DEVUELTA", {"45"}),
        ("DEVUELTA_70", "DEVUELTA", {"70"}),
    ],
)
def test_recorded_receptions_are_read(name: str, estado: str, codes: set[str]) -> None:
    """The samples of each answer."""
    found = read_reception(shared_material(f"sri/samples/soap_recepcion_{name}.xml").read_bytes())
    assert (found.estado, found.codes) == (estado, codes)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "state", "final", "known"),
    [
        ("AUTORIZADO", State.AUTHORISED, True, True),
        ("NO_AUTORIZADO_39", State.NOT_AUTHORISED, True, True),
        ("EN_PROCESO", State.IN_PROCESS, False, True),
        ("VACIA", State.QUEUED, False, False),
    ],
)
def test_recorded_authorisations_are_read(name: str, state: State, final: bool, known: bool) -> None:
    """The samples of each answer, and what they mean."""
    answer = read_consultation(shared_material(f"sri/samples/soap_autorizacion_{name}.xml").read_bytes())
    assert answer.clave == CLAVE
    found = consulted(answer, QUESTION, "1")
    assert (found.state, found.final, found.known) == (state, final, known)
    if name == "AUTORIZADO":
        assert (found.authorization, found.authorized_at) == (CLAVE, "2026-11-23T17:20:03-05:00")
        assert answer.entries[0].comprobante.startswith("<?xml")
        assert [(one.code, one.type) for one in found.messages] == [("60", "ADVERTENCIA")]


def test_prefixes_and_missing_lists_do_not_matter() -> None:
    """Elements in a namespace, no list of messages, an empty one, a number as a code, an unknown kind of message."""
    found = reception(
        '<y:RespuestaRecepcionComprobante xmlns:y="urn:y"><y:estado> devuelta </y:estado><y:comprobantes><y:comprobante>'
        "<y:mensajes><y:mensaje><y:identificador> 035 </y:identificador><y:mensaje>TEXTO</y:mensaje></y:mensaje>"
        "</y:mensajes></y:comprobante></y:comprobantes></y:RespuestaRecepcionComprobante>"
    )
    assert found == Reception("DEVUELTA", (Message("35", "TEXTO", "", "ERROR"),))
    for inside in ("", "<comprobantes/>", "<comprobantes><comprobante><mensajes/></comprobante></comprobantes>"):
        told = reception(
            f"<RespuestaRecepcionComprobante><estado>RECIBIDA</estado>{inside}</RespuestaRecepcionComprobante>"
        )
        assert told == Reception("RECIBIDA")


def test_the_document_comes_as_text_as_cdata_or_as_elements() -> None:
    """Each is the same document."""
    for inside in ("&lt;a&gt;ñ&lt;/a&gt;", "<![CDATA[<a>ñ</a>]]>", "<a>ñ</a>"):
        answer = consultation(
            f"<autorizaciones><autorizacion><comprobante>{inside}</comprobante></autorizacion></autorizaciones>"
        )
        assert [one.comprobante for one in answer.entries] == ["<a>ñ</a>"]


def test_moments_keep_their_offset_and_get_ecuadors_where_they_have_none() -> None:
    """What is no moment is none."""
    texts = ("2026-11-23T17:20:03.123-05:00", "2026-11-23T17:20:03", "2026-11-23T22:20:03Z", "ayer", "")
    found = [
        consultation(f"<autorizacion><fechaAutorizacion>{one}</fechaAutorizacion></autorizacion>").entries[0].fecha
        for one in texts
    ]
    same = "2026-11-23T17:20:03-05:00"
    assert found == [same, same, "2026-11-23T22:20:03+00:00", None, None]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<html><body>502</body></html>",
        b"{}",
        SOAP.format("").encode(),
        SOAP.format("<otra/>").encode(),
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    ],
)
def test_what_is_no_answer_is_said_so(raw: bytes) -> None:
    """An HTML page, JSON, an empty envelope: malformed, in both services."""
    for read in (read_reception, read_consultation):
        with pytest.raises(Malformed):
            read(raw)


# What goes wrong on the way.


def fault(code: str) -> bytes:
    """Return a SOAP fault."""
    return SOAP.format(f"<s:Fault><faultcode>s:{code}</faultcode><faultstring>no</faultstring></s:Fault>").encode()


@pytest.mark.parametrize(
    ("status", "raw", "kind", "code"),
    [
        (200, b"<html/>", Unknown, "not_soap"),
        (500, b"<html/>", Unknown, "500"),
        (500, fault("Server"), Unknown, "fault.Server"),
        (500, fault("Client"), Refused, "fault.Client"),
        (502, b"", Unknown, "502"),
        (503, b"", Transient, "503"),
        (429, b"", RateLimited, "429"),
        (403, b"", NeedsPerson, "403"),
        (404, b"", NeedsPerson, "404"),
        (302, b"", NeedsPerson, "302"),
        (408, b"", Unknown, "408"),
        (413, b"", Refused, "413"),
    ],
)
def test_bad_answers_have_their_class(status: int, raw: bytes, kind: type[EffectError], code: str) -> None:
    """By status and fault, never by text."""
    with pytest.raises(EffectError) as caught:
        check(HttpAnswer(status, "", {"retry-after": "7"}, raw), read_reception)
    assert (type(caught.value), caught.value.code, caught.value.status) == (kind, code, status)
    assert class_of(status) is kind or status in {200, 500}


def test_a_fault_is_told_without_its_prefix() -> None:
    """`soap:Client` is `Client`."""
    with pytest.raises(SoapFault) as caught:
        read_reception(fault("Client"))
    assert (caught.value.code, str(caught.value)) == ("Client", "no")


# What it means.


@pytest.mark.parametrize(
    ("answer", "state", "final", "verdict"),
    [
        (Reception("RECIBIDA"), State.IN_PROCESS, False, None),
        (Reception("RECIBIDA", (Message("60", "AVISO", type="ADVERTENCIA"),)), State.IN_PROCESS, False, None),
        (refusal("43"), State.IN_PROCESS, False, Verdict.WAIT),
        (refusal("70"), State.IN_PROCESS, False, Verdict.WAIT),
        (refusal("45"), State.NEEDS_ATTENTION, True, Verdict.TAKEN),
        (refusal("50"), State.QUEUED, False, Verdict.AGAIN),
        (refusal("99"), State.QUEUED, False, Verdict.AGAIN),
        (refusal("35"), State.REJECTED, True, Verdict.MEND),
        (refusal("39"), State.REJECTED, True, Verdict.MEND),
        (refusal("57"), State.REJECTED, True, Verdict.TAXPAYER),
        (refusal("777"), State.REJECTED, True, Verdict.MEND),
        (Reception("DEVUELTA"), State.REJECTED, True, Verdict.MEND),
    ],
)
def test_receptions_mean(answer: Reception, state: State, final: bool, verdict: Verdict | None) -> None:
    """Each answer of reception, its state and what it asks for; the number is read from the clave."""
    found = received(answer, QUESTION)
    assert (found.state, found.final, found.verdict, found.known) == (state, final, verdict, True)
    assert (found.number, found.status, found.authorization) == ("001-001-000000123", answer.estado, None)


def test_a_word_that_reception_does_not_have_is_unknown() -> None:
    """Neither taken nor returned: it is asked for."""
    for word in ("", "ACEPTADA"):
        with pytest.raises(Unknown):
            received(Reception(word), QUESTION)


def test_one_authorisation_wins() -> None:
    """Among refusals and what is in process, whatever their order; else what is in process; else the newest refusal."""
    old = entry("NO AUTORIZADO", fecha="2026-11-23T09:00:00-05:00", messages=(Message("39", "FIRMA"),))
    new = entry("NO AUTORIZADO", fecha="2026-11-23T16:00:00+00:00", messages=(Message("52", "DIFERENCIAS"),))
    process, authorised = entry("EN PROCESO"), entry("AUTORIZADO")
    for entries in ((old, authorised, process, new), (authorised, old), (new, authorised)):
        assert consulted(Consultation(CLAVE, entries), QUESTION, "1").state is State.AUTHORISED
    assert consulted(Consultation(CLAVE, (old, process, new)), QUESTION, "1").state is State.IN_PROCESS
    assert [one.code for one in consulted(Consultation(CLAVE, (old, new)), QUESTION, "1").messages] == ["52"]


@pytest.mark.parametrize("word", ["AUTORIZADA", "PENDIENTE", "", "NO  AUTORIZADO", "AUTORIZADO CON ERRORES"])
def test_only_the_word_is_success(word: str) -> None:
    """Anything else needs attention, and is no end."""
    found = consulted(Consultation(CLAVE, (entry(word),)), QUESTION, "1")
    assert (found.state, found.final, found.authorization) == (State.NEEDS_ATTENTION, False, None)


def test_an_authorisation_of_the_other_environment_is_none() -> None:
    """Authorised in pruebas says nothing for a connection to producción."""
    found = consulted(Consultation(CLAVE, (entry("AUTORIZADO"),)), QUESTION, "2")
    assert (found.state, found.authorization, found.environment) == (State.NEEDS_ATTENTION, None, "1")


def test_a_refusal_that_asks_for_another_try_is_no_end() -> None:
    """99 in an authorisation: the same bytes later."""
    found = consulted(Consultation(CLAVE, (entry("NO AUTORIZADO", messages=(Message("99", "X"),)),)), QUESTION, "1")
    assert (found.final, found.verdict) == (False, Verdict.AGAIN)


def test_an_old_refusal_is_not_about_the_mended_document() -> None:
    """The document itself tells; where it is not shown, the moment does."""
    since = datetime(2026, 11, 23, 15, tzinfo=UTC)
    assert is_about(entry("NO AUTORIZADO", comprobante="<new/>"), "<new/>", since)
    assert not is_about(entry("NO AUTORIZADO", comprobante="<old/>"), "<new/>", since)
    assert is_about(entry("NO AUTORIZADO", fecha="2026-11-23T10:00:01-05:00"), "<new/>", since)
    assert not is_about(entry("NO AUTORIZADO", fecha="2026-11-23T09:59:59-05:00"), "<new/>", since)
    assert is_about(entry("AUTORIZADO", comprobante="<old/>"), "<new/>", since)
