"""What may go wrong between a document and its authorisation: never two of it, never none silently."""

from datetime import date, timedelta

import pytest

from caravana.component.sri.sandbox import SriSandbox
from caravana.kit.authority import Plan
from caravana.kit.edocument.clave import Clave
from caravana.kit.effect import Effect
from caravana.kit.einvoice import Operation, State, Verdict
from caravana.kit.errors import NeedsPerson, Refused, Transient, Unknown
from caravana.kit.sandbox import Fault
from caravana.testing.einvoice import POINT, Body, Desk, asking
from caravana.testing.harness import make_effect, make_exchange

CORRECTED = [{"nombre": "Nota", "valor": "corregida"}]


async def verified(desk: Desk, package: Body, effect: Effect | None = None) -> Body | None:
    """Ask what became of a package, as the engine does after a lost answer."""
    producer, request = desk.handed(Operation.SUBMIT, package)
    reply = await producer.verify(request, effect or make_effect())
    return None if reply is None else reply.body


async def test_a_repeat_of_what_is_authorised_is_the_same_document(desk: Desk) -> None:
    """43 leads to a question, and that to the authorisation: sending the same bytes ten times makes one document."""
    package, first = await desk.issued()
    for _ in range(10):
        again = await desk.submit(package)
        assert (again["state"], again["final"], again["authorization"]) == (
            State.AUTHORISED,
            True,
            first["authorization"],
        )
    assert desk.company.issued() == [first["number"]]


async def test_a_repeat_of_what_is_in_process_waits(desk: Desk) -> None:
    """70: still worked on, to be asked about; nothing is registered a second time."""
    package = await desk.prepared()
    await desk.submit(package)
    again = await desk.submit(package)
    assert (again["state"], again["final"], again["status"]) == (State.IN_PROCESS, False, "EN PROCESO")
    assert (await desk.settled(package, again))["state"] == State.AUTHORISED
    assert desk.company.issued() == [package["number"]]


async def test_a_repeat_is_in_process_even_when_the_question_fails(desk: Desk) -> None:
    """43 alone says that the document is there: how it stands is told to whoever asks later."""
    package, _ = await desk.issued()
    desk.company.fault(Operation.QUERY, "cut_after")
    again = await desk.submit(package)
    assert (again["state"], again["class"], again["final"]) == (State.IN_PROCESS, Verdict.WAIT, False)
    assert (await desk.query(package))["state"] == State.AUTHORISED


async def test_a_number_of_another_document_is_taken(desk: Desk) -> None:
    """Two systems share an emission point: 45, and our clave is not known; nobody numbers on."""
    other, _ = await desk.issued(referencia="otro-sistema/1")
    package = await desk.prepared()
    assert package["number"] == other["number"]
    found = await desk.submit(package)
    assert (found["state"], found["class"], found["final"]) == (State.NEEDS_ATTENTION, Verdict.TAKEN, True)
    assert [one["code"] for one in found["messages"]] == ["45"]
    assert desk.company.issued() == [other["number"]]


async def test_a_number_of_this_very_document_is_found(desk: Desk) -> None:
    """45 although the clave is ours: the document is asked for, and found."""
    package, _ = await desk.issued()
    desk.company.authority.plans.append(Plan(returned=("45",)))
    found = await desk.submit(package)
    assert (found["state"], found["class"]) == (State.AUTHORISED, None)


async def test_whose_number_it_is_must_be_told(desk: Desk) -> None:
    """45 and no answer to the question: in doubt, no conclusion."""
    package = await desk.prepared()
    desk.company.authority.plans.append(Plan(returned=("45",)))
    desk.company.fault(Operation.QUERY, "status", status=503)
    with pytest.raises(Unknown):
        await desk.submit(package)


async def test_an_old_refusal_does_not_answer_for_the_mended_document(desk: Desk) -> None:
    """Not authorised, mended under the same clave, the answer lost before it arrived: it is not found, and goes again."""
    desk.company.authority.plans.append(Plan(refused=("39",)))
    _, found = await desk.issued()
    assert found["state"] == State.NOT_AUTHORISED
    desk.clock.advance(600)
    mended = await desk.prepared(infoAdicional=CORRECTED)
    desk.company.fault(Operation.SUBMIT, "cut_before")
    with pytest.raises(Unknown):
        await desk.submit(mended)
    assert await verified(desk, mended) is None
    assert (await desk.settled(mended, await desk.submit(mended)))["state"] == State.AUTHORISED
    assert desk.company.issued() == [mended["number"]]


async def test_a_refusal_of_the_very_document_is_found(desk: Desk) -> None:
    """Not authorised, and the answer to its reception was lost: asked for, it is refused."""
    package = await desk.prepared()
    desk.company.authority.plans.append(Plan(refused=("39",)))
    desk.company.fault(Operation.SUBMIT, "cut_after")
    with pytest.raises(Unknown):
        await desk.submit(package)
    desk.clock.advance(60)
    found = await verified(desk, package)
    assert found is not None
    assert (found["state"], found["final"]) == (State.NOT_AUTHORISED, True)


async def test_a_document_that_came_late_is_found(desk: Desk) -> None:
    """The connection is cut, the SRI carries on for a minute: within `settle` that is no answer, afterwards it is there."""
    package = await desk.prepared()
    desk.company.authority.plans.append(Plan(listed_after=60, decided_after=90))
    desk.company.fault(Operation.SUBMIT, "cut_after")
    with pytest.raises(Unknown):
        await desk.submit(package)
    assert await verified(desk, package) is None
    producer, _ = desk.handed(Operation.SUBMIT, package)
    assert producer.settle == timedelta(minutes=5)
    desk.clock.advance(producer.settle.total_seconds())
    found = await verified(desk, package)
    assert found is not None
    assert found["state"] == State.AUTHORISED


async def test_where_a_refused_clave_is_closed_day_or_number_must_change(sandbox: SriSandbox, desk: Desk) -> None:
    """Should the SRI not take a clave twice: 43 with an old refusal is a refusal, not an endless wait."""
    sandbox.authority.again = False
    desk.company.authority.plans.append(Plan(refused=("39",)))
    package, _ = await desk.issued()
    desk.clock.advance(600)
    mended = await desk.prepared(infoAdicional=CORRECTED)
    assert mended["access_key"] == package["access_key"]
    found = await desk.submit(mended)
    assert (found["state"], found["final"]) == (State.NOT_AUTHORISED, True)
    assert [one["code"] for one in found["messages"]] == ["43", "39"]


async def test_a_late_authorisation_lands(desk: Desk) -> None:
    """Refused first and authorised afterwards: whoever asks again sees it."""
    desk.company.authority.plans.append(Plan(refused=("52",)))
    package, found = await desk.issued()
    assert found["state"] == State.NOT_AUTHORISED
    desk.company.authority.decide(package["access_key"])
    assert (await desk.query(package))["state"] == State.AUTHORISED


async def test_an_internal_error_is_sent_again(desk: Desk) -> None:
    """50 and 99: the same bytes later, under the same clave."""
    for code in ("50", "99"):
        package = await desk.prepared(secuencial=code.zfill(9), referencia=f"odoo/account.move,{code}")
        desk.company.authority.plans.append(Plan(returned=(code,)))
        found = await desk.submit(package)
        assert (found["state"], found["class"], found["final"]) == (State.QUEUED, Verdict.AGAIN, False)
        assert (await desk.settled(package, await desk.submit(package)))["state"] == State.AUTHORISED
    assert len(desk.company.issued()) == 2


async def test_the_other_environment_is_refused_before_any_call(desk: Desk) -> None:
    """A clave of producción at a connection to pruebas: no question, no document."""
    live = str(Clave(date(2026, 11, 23), "01", "1790016919001", "2", "001", "001", "000000001", "12345678"))
    package = await desk.prepared()
    for operation, body in (
        (Operation.QUERY, {"connection": POINT, "access_key": live}),
        (Operation.XML, {"connection": POINT, "access_key": live}),
        (Operation.SUBMIT, {**package, "access_key": live}),
    ):
        with pytest.raises(Refused) as caught:
            desk.producer(operation).request(make_exchange(body))
        assert caught.value.code == "environment"
    assert desk.company.sandbox.calls.total() == 0


async def test_without_a_clave_nothing_is_asked(desk: Desk) -> None:
    """The SRI knows documents by their clave alone."""
    for clave in (None, "", "123", "9" * 49):
        with pytest.raises(Refused) as caught:
            desk.producer(Operation.QUERY).request(make_exchange({"connection": POINT, "access_key": clave}))
        assert caught.value.code == "clave"


async def test_a_wrong_address_is_for_a_person(desk: Desk) -> None:
    """Nobody of that kind lives there (404): nothing to be waited for, nothing in doubt."""
    desk.hub.connections[POINT]["url"] += "/otra"
    await desk.component.close()
    package = await desk.prepared()
    with pytest.raises(NeedsPerson) as caught:
        await desk.submit(package)
    assert caught.value.code == "404"


async def test_where_no_connection_comes_about_nothing_was_done(desk: Desk) -> None:
    """Nobody listens, or no TLS: the same call may be made again, and nothing is in doubt."""
    url = desk.hub.connections[POINT]["url"]
    package = await desk.prepared()
    for wrong in ("http://127.0.0.1:9", url.replace("http://", "https://")):
        desk.hub.connections[POINT]["url"] = wrong
        await desk.component.close()
        with pytest.raises(Transient):
            await desk.submit(package)
    assert desk.company.sandbox.calls.total() == 0


async def test_a_slow_answer_is_unknown(desk: Desk) -> None:
    """No answer in time: the outcome is unknown, and the document is found."""
    desk.hub.connections[POINT]["timeout"] = "50ms"
    await desk.component.close()
    package = await desk.prepared()
    desk.company.sandbox.faults.append(Fault("validarComprobante", "slow", delay=3600))
    with pytest.raises(Unknown):
        await desk.submit(package)
    desk.clock.advance(3600)  # the imitation goes on with it, late
    desk.hub.connections[POINT]["timeout"] = "30s"
    await desk.component.close()
    found = await desk.settled(package, await desk.query(package))
    assert found["state"] == State.AUTHORISED


async def test_messages_without_a_list_are_no_success_and_no_failure(desk: Desk) -> None:
    """AUTORIZADO without any list of messages is success, and with one too."""
    for messages in ("none", "empty"):
        number = "000000777" if messages == "none" else "000000778"
        plan = {"messages": messages, "escape": "cdata", "refusals": 2}
        desk.company.authority.plans.append(Plan.read({"showing": plan}))
        package, found = await desk.issued(secuencial=number, referencia=f"odoo/account.move,{number}")
        assert (found["state"], found["messages"]) == (State.AUTHORISED, [])
        xml = await desk.call(Operation.XML, asking(package, found))
        assert package["content"] in xml["content"]
