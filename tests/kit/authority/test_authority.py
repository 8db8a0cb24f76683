"""What the imitated authority takes, refuses and answers."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette

from caravana.kit.authority import (
    Amounts,
    Authority,
    Filing,
    Line,
    Plan,
    Receipt,
    Register,
    Rules,
    Showing,
    Tax,
    Withheld,
    authority_routes,
)
from caravana.kit.clock import ManualClock
from caravana.kit.edocument.clave import is_right
from caravana.kit.serving import serve
from tests.kit.authority.filed import RUC, Paper


def file(authority: Authority, paper: Paper) -> Receipt:
    """File a document without a signature, as a provider does."""
    return authority.receive_xml(paper.xml, signed=False)


def states(authority: Authority, paper: Paper) -> list[str]:
    """Return what a query says of a document."""
    return [one.estado for one in authority.consult(paper.clave)]


def test_a_document_is_received_then_authorised(authority: Authority, clock: ManualClock) -> None:
    """RECIBIDA, EN PROCESO, then AUTORIZADO under its clave, with the very text that was sent and the notice of test."""
    paper = Paper()
    assert file(authority, paper) == Receipt("RECIBIDA", paper.clave)
    assert states(authority, paper) == ["EN PROCESO"]
    clock.advance(2)
    [entry] = authority.consult(paper.clave)
    assert (entry.estado, entry.numero, entry.ambiente) == ("AUTORIZADO", paper.clave, "PRUEBAS")
    assert entry.comprobante.encode() == paper.xml
    assert [one.code for one in entry.messages or ()] == ["60"]
    assert entry.fecha.isoformat() == "2026-11-23T10:00:02-05:00"
    assert [one.clave for one in authority.authorised()] == [paper.clave]


def test_a_clave_that_nobody_sent_is_unknown(authority: Authority) -> None:
    """A query of it finds nothing."""
    assert authority.consult(Paper().clave) == []


def test_a_repeat_is_told_by_its_clave(authority: Authority, clock: ManualClock) -> None:
    """70 while it is worked on, 43 when it is authorised; it stays one document."""
    paper = Paper()
    file(authority, paper)
    assert file(authority, paper).codes == ("70",)
    clock.advance(2)
    assert file(authority, paper).codes == ("43",)
    assert len(authority.authorised()) == 1
    assert authority.issued_twice() == []


def test_a_number_is_used_once(authority: Authority, clock: ManualClock) -> None:
    """The same number under another clave is 45, while the first is worked on and afterwards; in the other type it is free."""
    file(authority, Paper())
    assert file(authority, Paper(codigo="87654321")).codes == ("45",)
    clock.advance(2)
    assert file(authority, Paper(codigo="87654321")).codes == ("45",)
    assert file(authority, Paper(number=124)).taken


@pytest.mark.parametrize(
    ("code", "paper"),
    [
        ("35", Paper().but(("</factura>", ""))),
        ("35", Paper().but(("<ruc>1790016919001</ruc>", ""))),
        (
            "35",
            Paper().but(('<factura id="comprobante"', '<!DOCTYPE factura [<!ENTITY a "b">]><factura id="comprobante"')),
        ),
        ("35", Paper(ambiente="2")),
        ("47", Paper().but(("factura", "proforma"))),
        ("52", Paper().but(("<importeTotal>43.74", "<importeTotal>43.75"))),
        ("52", Paper().but(("<totalDescuento>2.50", "<totalDescuento>0.00"))),
        ("52", Paper().but(("<valor>5.71", "<valor>5.70"), ("43.74", "43.73"))),
        ("52", Paper().but(("<total>43.74", "<total>40.00"))),
        ("58", Paper().but((Paper().clave, Paper().clave[:-1] + "0"))),
        ("58", Paper().but(("<secuencial>000000123", "<secuencial>000000124"))),
        ("65", Paper(fecha=date(2026, 11, 1))),
        ("67", Paper(fecha=date(2026, 11, 24))),
    ],
)
def test_what_is_wrong_is_returned_with_its_code(authority: Authority, code: str, paper: Paper) -> None:
    """DEVUELTA, nothing is registered, and the same number is taken once the document is right."""
    receipt = file(authority, paper)
    assert (receipt.estado, receipt.codes[0]) == ("DEVUELTA", code)
    assert authority.register.documents() == []
    assert file(authority, Paper()).taken


def test_nothing_is_no_document(authority: Authority) -> None:
    """Empty bytes are 49, too many are 26."""
    assert authority.receive_xml(b"").codes == ("49",)
    authority.rules.largest = 100
    assert file(authority, Paper()).codes == ("26",)


@pytest.mark.parametrize("code", ["2", "27", "28", "37", "57", "63"])
def test_a_taxpayer_may_be_barred(authority: Authority, code: str) -> None:
    """Whoever must settle something with the authority is told so."""
    authority.rules = Rules(taxpayers={RUC: code})
    assert file(authority, Paper()).codes == (code,)


def test_an_unknown_taxpayer_and_a_closed_branch(authority: Authority) -> None:
    """46 for a RUC that is not listed, 56 for an establishment that is closed."""
    authority.rules = Rules(only_known=True, establishments={f"{RUC}|001": "56"})
    assert file(authority, Paper()).codes == ("46", "56")


def test_our_check_digit_and_the_authoritys_agree(authority: Authority) -> None:
    """Two implementations of modulo 11, which share no line, accept the same claves."""
    for number in range(1, 200):
        paper = Paper(number=number)
        assert is_right(paper.clave)
        assert file(authority, paper).taken


# Plans.


def test_a_plan_refuses_after_reception(authority: Authority, clock: ManualClock) -> None:
    """RECIBIDA, later NO AUTORIZADO; corrected under the same clave it is authorised, and the query shows both."""
    authority.plans.append(Plan(where="01 001-001-000000123", refused=("39",)))
    paper = Paper()
    assert file(authority, paper).taken
    clock.advance(2)
    assert states(authority, paper) == ["NO AUTORIZADO"]
    assert file(authority, paper).taken
    clock.advance(2)
    assert states(authority, paper) == ["AUTORIZADO", "NO AUTORIZADO"]
    assert authority.issued_twice() == []


def test_a_refused_clave_may_be_spent(authority: Authority, clock: ManualClock) -> None:
    """Where the authority does not take a refused clave again, the number goes on under another one."""
    authority.again = False
    authority.plans.append(Plan(refused=("65",)))
    file(authority, Paper())
    clock.advance(2)
    assert file(authority, Paper()).codes == ("43",)
    assert file(authority, Paper(codigo="00000001")).taken


def test_a_plan_returns_with_any_code_for_some_times(authority: Authority) -> None:
    """Two calls are answered 50, the third is taken."""
    authority.plans.append(Plan(returned=("50",), times=2))
    assert [file(authority, Paper()).estado for _ in range(3)] == ["DEVUELTA", "DEVUELTA", "RECIBIDA"]
    assert [one.codes for one in authority.audit()] == [("50",), ("50",), ()]


def test_a_document_may_be_unknown_and_in_process_for_long(authority: Authority, clock: ManualClock) -> None:
    """First the query knows nothing, then EN PROCESO for minutes; meanwhile a repeat is 70."""
    authority.plans.append(Plan(listed_after=60, decided_after=300))
    paper = Paper()
    file(authority, paper)
    assert states(authority, paper) == []
    clock.advance(60)
    assert states(authority, paper) == ["EN PROCESO"]
    assert file(authority, paper).codes == ("70",)
    clock.advance(240)
    assert states(authority, paper) == ["AUTORIZADO"]


def test_a_document_may_wait_for_a_word(authority: Authority, clock: ManualClock) -> None:
    """With a negative time it stays in process until somebody decides; a refusal may turn into a late authorisation."""
    authority.plans.append(Plan(decided_after=-1))
    paper = Paper()
    file(authority, paper)
    clock.advance(100_000)
    assert states(authority, paper) == ["EN PROCESO"]
    authority.decide(paper.clave, "52")
    assert states(authority, paper) == ["NO AUTORIZADO"]
    authority.decide(paper.clave)
    assert states(authority, paper) == ["AUTORIZADO"]


def test_answers_may_look_otherwise(authority: Authority, clock: ManualClock) -> None:
    """Missing messages, earlier refusals beside it, a word that nobody knows: as the plan or a later call says."""
    authority.plans.append(Plan(showing=Showing(messages="none", refusals=2)))
    paper = Paper()
    file(authority, paper)
    clock.advance(2)
    entries = authority.consult(paper.clave)
    assert [one.estado for one in entries] == ["AUTORIZADO", "NO AUTORIZADO", "NO AUTORIZADO"]
    assert entries[0].messages is None
    authority.show(paper.clave, Showing(messages="empty", state="EN REVISION"))
    [entry] = authority.consult(paper.clave)
    assert (entry.estado, entry.messages) == ("EN REVISION", ())


def test_some_codes_come_late(authority: Authority, clock: ManualClock) -> None:
    """What the authority finds only after reception ends in NO AUTORIZADO with that code."""
    authority.late = frozenset({"52"})
    paper = Paper().but(("43.74", "43.75"))
    assert file(authority, paper).taken
    clock.advance(2)
    [entry] = authority.consult(paper.clave)
    assert (entry.estado, [one.code for one in entry.messages or ()]) == ("NO AUTORIZADO", ["52"])


def test_the_register_outlives_a_restart(clock: ManualClock, tmp_path: Path) -> None:
    """What was received before the process died is authorised after it came back, and its number is still taken."""
    path = tmp_path / "register.sqlite"
    before = Authority(clock, register=Register(path))
    file(before, Paper())
    before.register.close()
    after = Authority(clock, register=Register(path))
    clock.advance(2)
    assert states(after, Paper()) == ["AUTORIZADO"]
    assert file(after, Paper(codigo="87654321")).codes == ("45",)
    assert [one.estado for one in after.audit()] == ["RECIBIDA", "DEVUELTA"]
    after.register.close()


def test_plans_are_read_from_json() -> None:
    """What the control channel is sent becomes a plan; what does not fit is refused with the names that there are."""
    plan = Plan.read({"where": "01 *", "refused": [39], "decided_after": 5, "showing": {"escape": "cdata"}})
    assert (plan.refused, plan.decided_after, plan.showing) == (("39",), 5.0, Showing(escape="cdata"))
    with pytest.raises(ValueError, match="a plan is an object with where"):
        Plan.read({"when": 1})


# What providers file: amounts instead of XML.

IVA = Tax("2", "4", Decimal("35.00"), Decimal("5.25"), Decimal(15))


def filing(amounts: Amounts) -> Filing:
    """Return a document of a provider."""
    paper = Paper()
    return Filing(paper.clave, "01", RUC, "1", "001", "001", "000000123", paper.fecha, "{}", amounts)


def test_a_providers_document_is_judged_by_its_amounts(authority: Authority) -> None:
    """The same rules hold for what comes without XML: right sums are taken, a wrong one is 52."""
    line = Line(Decimal(3), Decimal("12.50"), Decimal("2.50"), Decimal("35.00"), (IVA,))
    right = Amounts((line,), (), (IVA,), Decimal("35.00"), Decimal("2.50"), total=Decimal("40.25"))
    assert authority.receive(filing(replace(right, total=Decimal("40.26")))).codes == ("52",)
    assert authority.receive(filing(right)).taken


def test_a_withholding_is_its_rate_of_its_base(authority: Authority) -> None:
    """A cent of rounding is let pass, ten are not."""
    kept = Withheld(Decimal("100.00"), Decimal("1.75"), Decimal("1.75"))
    wrong = replace(kept, value=Decimal("1.85"))
    assert authority.receive(filing(Amounts(withheld=(kept, wrong)))).codes == ("52",)
    assert authority.receive(filing(Amounts(withheld=(kept,)))).taken


@given(place=st.integers(0, 2_000), piece=st.text(max_size=8))
def test_whatever_comes_is_answered(place: int, piece: str) -> None:
    """A document with anything written into it is taken or returned, never an error of the imitation."""
    raw = Paper().xml.decode()
    mutated = raw[:place] + piece + raw[place + len(piece) :]
    receipt = Authority(ManualClock()).receive_xml(mutated.encode("utf-8", "surrogatepass"), signed=True)
    assert receipt.taken is (receipt.messages == ())


async def test_it_is_steered_from_outside(authority: Authority) -> None:
    """Plans, decisions and looks come in over HTTP; documents and audit go out; nonsense is a clear 400."""
    app = Starlette(routes=authority_routes(authority))
    async with serve(app) as url, aiohttp.ClientSession(url) as http:
        base = "/_sandbox/authority"
        await http.post(f"{base}/plans", json=[{"decided_after": -1}])
        file(authority, Paper())
        shown = await (await http.get(f"{base}/documents")).json()
        assert [(one["numero"], one["estado"]) for one in shown] == [("001-001-000000123", "EN PROCESO")]
        await http.post(f"{base}/decide", json={"clave": Paper().clave})
        await http.post(f"{base}/show", json={"clave": Paper().clave, "escape": "cdata"})
        audit = await (await http.get(f"{base}/audit")).json()
        assert (audit["authorised"], audit["issued_twice"]) == ([Paper().clave], [])
        assert authority.consult(Paper().clave)[0].showing.escape == "cdata"
        for path, body in (("plans", [{"when": 1}]), ("decide", {"clave": "1"}), ("show", []), ("plans", {})):
            assert (await http.post(f"{base}/{path}", json=body)).status == 400
