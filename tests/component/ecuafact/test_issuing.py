"""From the canonical document to the authorised one, over the imitation."""

import base64
import json
import re
from typing import Any

import pytest

from caravana.component.ecuafact import mapping
from caravana.kit.authority import Plan
from caravana.kit.effect import Kind
from caravana.kit.einvoicing import digest_of
from caravana.kit.errors import NeedsPerson, Refused, Unknown
from caravana.testing.harness import make_exchange
from tests.component.ecuafact.bench import bench
from tests.support.edocuments import EXAMPLES

NUMBER = "001-001-000000123"
AUTHORISATION = "docsSustento[0].numAutDocSustento"
IRBPNR = {"codigo": "5", "codigoPorcentaje": "5001", "tarifa": "0", "baseImponible": "10.00", "valor": "0.10"}


@pytest.mark.parametrize("contract", ["b6", "1.0"])
@pytest.mark.parametrize("cod_doc", sorted(EXAMPLES))
async def test_each_type_is_authorised_and_ecuafact_numbers(cod_doc: str, contract: str) -> None:
    """All six types in both versions; the number comes back with the standing."""
    async with bench(contract=contract) as at:
        package = await at.prepare(cod_doc)
        assert (package["number"], package["access_key"]) == (None, None)
        sent = await at.call("submit", package)
        assert (sent["state"], sent["number"], sent["final"]) == ("in_process", None, False)
        await at.later()
        found = await at.query(sent)
        assert (found["state"], found["final"], found["class"]) == ("authorised", True, None), found["messages"]
        assert found["number"] == "001-001-000000001"
        assert found["authorization"] == found["access_key"]
        assert (found["environment"], found["authorized_at"][:13]) == ("1", "2026-11-23T10")
        assert at.sandbox.authority.issued_twice() == []


@pytest.mark.parametrize("cod_doc", sorted(EXAMPLES))
async def test_odoo_may_number(cod_doc: str) -> None:
    """The secuencial is sent, and the authorised document has it."""
    async with bench({"numbering": "odoo"}) as at:
        package = await at.prepare(cod_doc)
        sent = await at.call("submit", package)
        await at.later()
        found = await at.query(sent, number=package["number"])
        assert (found["state"], found["number"], found["class"]) == ("authorised", package["number"], None)


async def test_another_number_than_the_one_sent_is_an_alarm() -> None:
    """The document is authorised, and nobody may number on at that emission point."""
    async with bench({"numbering": "odoo"}, renumber=True) as at:
        sent = await at.issue()
        await at.later()
        found = await at.query(sent, number=NUMBER)
        assert (found["state"], found["class"], found["number"]) == ("authorised", "taken", "001-001-000000001")
        assert "001-001-000000001" in found["messages"][-1]["text"]
        assert (await at.query(sent, number=None))["class"] is None


async def test_in_contract_1_0_the_alarm_may_come_at_once() -> None:
    """A 202 that names the clave (1002) tells the number before anything is asked."""
    async with bench({"numbering": "odoo"}, contract="1.0", renumber=True, clave_at_once=True) as at:
        sent = await at.issue()
        assert (sent["class"], sent["state"], sent["number"]) == ("taken", "in_process", "001-001-000000001")


async def test_who_numbers_is_decided_before_anything_is_sent() -> None:
    """A document with a number where Ecuafact numbers, and one without where Odoo does, are refused."""
    async with bench() as provider, bench({"numbering": "odoo"}) as odoo:
        for at, secuencial in ((provider, "000000123"), (odoo, None)):
            with pytest.raises(Refused) as caught:
                await at.prepare(secuencial=secuencial)
            assert [one["code"] for one in caught.value.body] == ["ecuafact.number"]
            assert at.component.capabilities_of("ecuafact").numbering == ("caller" if at is odoo else "provider")


async def test_texts_are_made_to_fit() -> None:
    """Line feeds, 400 signs and signs of XML in a description reach the SRI on one line, 300 long, and are authorised."""
    long = "PRIMERA LÍNEA\nSEGUNDA <&> " + "x" * 400
    async with bench() as at:
        line = {**EXAMPLES["01"]()["detalles"][0], "descripcion": long}
        sent = await at.issue(detalles=[line, *EXAMPLES["01"]()["detalles"][1:]])
        await at.later()
        assert (await at.query(sent))["state"] == "authorised"
        described = at.sandbox.operations[sent["request_id"]].body["detalles"][0]["descripcion"]
        assert described == long.replace("\n", " ")[:300]


@pytest.mark.parametrize(
    ("cod_doc", "changes", "where"),
    [
        ("01", {"moneda": "EURO"}, "moneda"),
        ("01", {"pagos": []}, "pagos"),
        (
            "01",
            {"pagos": [{"formaPago": "01", "total": "52.44", "plazo": "1.5", "unidadTiempo": "dias"}]},
            "pagos[0].plazo",
        ),
        ("01", {"pagos": [{"formaPago": "01", "total": "52.44", "plazo": "30"}]}, "pagos[0].unidadTiempo"),
        ("05", {"impuestos": [*EXAMPLES["05"]()["impuestos"], IRBPNR], "importeTotal": "11.60"}, "impuestos"),
        ("06", {"destinatarios": EXAMPLES["06"]()["destinatarios"] * 2}, "destinatarios"),
        ("07", {"docsSustento": EXAMPLES["07"]()["docsSustento"] * 2}, "docsSustento"),
        (
            "07",
            {"docsSustento": [EXAMPLES["07"]()["docsSustento"][0] | {"numAutDocSustento": "1234567890"}]},
            AUTHORISATION,
        ),
    ],
)
async def test_what_ecuafact_takes_otherwise_than_the_sri_is_told(
    cod_doc: str, changes: dict[str, Any], where: str
) -> None:
    """The limits of its own client's builders: told with the field, before anything is sent."""
    async with bench() as at:
        with pytest.raises(Refused) as caught:
            await at.prepare(cod_doc, **changes)
        assert where in [one["where"] for one in caught.value.body if one["code"] == "ecuafact.limit"]


async def test_names_are_written_with_the_signs_that_ecuafact_takes() -> None:
    """A comma becomes a colon, and no two names become one."""
    names = ["odoo/account.move,55", "odoo/account.move:55", "odoo/account.move 55", "odoo/account.move_55", "ñandú"]
    written = [mapping.reference(name) for name in names]
    assert written[0] == "odoo/account.move:55"
    assert len(set(written)) == len(names)
    assert all(re.fullmatch(r"[A-Za-z0-9\-_.:/]+", one) for one in written)


@pytest.mark.parametrize("cod_doc", ["01", "04", "06"])
async def test_a_line_without_code_gets_one(cod_doc: str) -> None:
    """Ecuafact wants one in each line, the SRI and Odoo do not."""
    document = json.loads(json.dumps(EXAMPLES[cod_doc]()).replace("codigoPrincipal", "codigoAuxiliar"))
    async with bench() as at:
        sent = await at.issue(cod_doc, **document | {"secuencial": None})
        await at.later()
        assert (await at.query(sent))["state"] == "authorised"
        assert '"S/C"' in json.dumps(at.sandbox.operations[sent["request_id"]].body, default=str)


@pytest.mark.parametrize("mails", [False, True])
async def test_who_mails_is_a_setting(mails: bool) -> None:
    """The receiver's address goes to Ecuafact only where it is to mail him."""
    async with bench({"mails": mails}) as at:
        assert at.component.capabilities_of("ecuafact").mails is mails
        sent = await at.issue()
        await at.later()
        assert (await at.query(sent))["state"] == "authorised"
        info = at.sandbox.operations[sent["request_id"]].body["info"]
        assert info.get("correo") == ("cliente@ejemplo.test" if mails else None)


async def test_every_problem_is_told_at_once() -> None:
    """Environment, taxpayer and reference, in both languages."""
    async with bench() as at:
        changes = {"ambiente": "2", "referencia": "x" * 129}
        emisor = {"ruc": "1792177758001", "razonSocial": "OTRA", "dirMatriz": "QUITO"}
        with pytest.raises(Refused) as caught:
            await at.prepare(**changes, emisor=emisor)
        assert {one["where"] for one in caught.value.body} == {"ambiente", "referencia", "emisor.ruc"}
        assert all(one["es"] and one["en"] for one in caught.value.body)


async def test_an_unknown_result_is_in_doubt_and_no_end() -> None:
    """Ecuafact itself does not know: the document is asked about on, and ends authorised once."""
    async with bench(unknown_for=60) as at:
        sent = await at.issue()
        await at.later(5)
        found = await at.query(sent)
        assert (found["state"], found["final"], found["status"]) == (
            "in_doubt",
            False,
            "resultado_desconocido/no_disponible",
        )
        await at.later(65)
        assert (await at.query(sent))["state"] == "authorised"
        assert at.sandbox.authority.issued_twice() == []


@pytest.mark.parametrize("action", ["cut_before", "cut_after"])
async def test_a_lost_answer_is_repeated_under_its_key(action: str) -> None:
    """Whatever became of the first call, there is one operation."""
    async with bench() as at:
        package = await at.prepare()
        at.fault("emit", action)
        with pytest.raises(Unknown):
            await at.call("submit", package)
        sent = await at.call("submit", package)
        await at.later()
        assert (await at.query(sent))["state"] == "authorised"
        assert at.sandbox.effects["emit"] == 1
        producer = at.producer("submit")
        assert producer.kind_of(producer.request(make_exchange(package))) is Kind.IDEMPOTENT


@pytest.mark.parametrize(("numbering", "number"), [("provider", "001-001-000000002"), ("odoo", NUMBER)])
async def test_a_refused_document_is_mended_by_a_new_operation(numbering: str, number: str) -> None:
    """Only once the first is proven refused; under `odoo` with the same number, else with a new one."""
    async with bench({"numbering": numbering}) as at:
        at.sandbox.authority.plans.append(Plan(returned=("35",)))
        refused = await at.issue()
        mended = await at.prepare(pagos=[{"formaPago": "01", "total": "52.44"}])
        with pytest.raises(Refused, match="only after a refusal"):
            await at.call("reissue", {**mended, "request_id": refused["request_id"]})
        await at.later()
        found = await at.query(refused)
        assert (found["state"], found["class"], found["messages"][0]["code"]) == ("rejected", "mend", "35")
        again = await at.call("reissue", {**mended, "request_id": refused["request_id"]})
        assert again["request_id"] != refused["request_id"]
        await at.later()
        ended = await at.query(again)
        assert (ended["state"], ended["number"]) == ("authorised", number)


async def test_a_refused_document_may_go_again_unchanged() -> None:
    """50: the SRI failed. The same content is a new operation once the first is proven refused."""
    async with bench() as at:
        at.sandbox.authority.plans.append(Plan(returned=("50",)))
        package = await at.prepare()
        refused = await at.call("submit", package)
        await at.later()
        assert (await at.query(refused))["class"] == "again"
        again = await at.call("reissue", {**package, "request_id": refused["request_id"]})
        repeat = await at.call("reissue", {**package, "request_id": refused["request_id"]})
        assert again["request_id"] == repeat["request_id"] != refused["request_id"]
        await at.later()
        assert (await at.query(again))["state"] == "authorised"


async def test_a_late_authorisation_is_told() -> None:
    """An error first, authorised afterwards: asked again, it is success."""
    async with bench() as at:
        at.sandbox.authority.plans.append(Plan(refused=("39",)))
        sent = await at.issue()
        await at.later()
        found = await at.query(sent)
        assert found["state"] == "not_authorised"
        at.sandbox.authority.decide(found["access_key"])
        assert (await at.query(sent))["state"] == "authorised"


@pytest.mark.parametrize(("code", "asked"), [("45", "taken"), ("63", "taxpayer"), ("99", "again"), ("39", "mend")])
async def test_each_code_asks_for_its_own(code: str, asked: str) -> None:
    """What is to be done stands in the class, where Ecuafact passes the SRI's code on."""
    async with bench() as at:
        at.sandbox.authority.plans.append(Plan(refused=(code,)))
        sent = await at.issue()
        await at.later()
        found = await at.query(sent)
        assert (found["state"], found["class"], found["final"]) == ("not_authorised", asked, True)


async def test_a_dry_run_tells_each_field() -> None:
    """What Ecuafact would refuse is told without an emission."""
    async with bench() as at:
        package = await at.prepare()
        assert (await at.call("validate", package))["problems"] == []
        content = package["content"].replace('"importeTotal":52.44', '"importeTotal":52.45')
        wrong = {**package, "content": content, "digest": digest_of(content)}
        found = (await at.call("validate", wrong))["problems"]
        assert [one["where"] for one in found] == ["info.importeTotal"]
        assert at.sandbox.effects["emit"] == 0


async def test_the_imitation_refuses_amounts_as_texts() -> None:
    """Numbers are numbers, codes are texts, and unknown names are told."""
    async with bench() as at:
        package = await at.prepare()
        changes = {'"cantidad":3': '"cantidad":"3"', '"codigo":"2"': '"codigo":2', '"moneda"': '"divisa"'}
        for old, new in changes.items():
            content = package["content"].replace(old, new, 1)
            found = await at.call("validate", {**package, "content": content, "digest": digest_of(content)})
            assert len(found["problems"]) == 1


async def test_files_are_found_by_clave() -> None:
    """Provisional until authorised; then the authorised form."""
    async with bench() as at:
        at.sandbox.authority.decided_after = 30
        sent = await at.issue()
        await at.later(4)
        found = await at.query(sent)
        assert (await at.call("xml", {**found, "cod_doc": "01"}))["provisional"] is True
        await at.later(30)
        xml = await at.call("xml", {**found, "cod_doc": "01"})
        assert (xml["provisional"], xml["filename"]) == (False, "FAC-001-001-000000001.xml")
        assert "<estado>AUTORIZADO</estado>" in xml["content"]
        pdf = await at.call("pdf", found)
        assert base64.b64decode(pdf["content"]).startswith(b"%PDF")


async def test_a_document_is_found_by_clave_and_by_number() -> None:
    """The list of issued documents is asked; what is not in it is not known."""
    async with bench() as at:
        sent = await at.issue()
        await at.later()
        clave = (await at.query(sent))["access_key"]
        found = await at.call("query", {"access_key": clave})
        assert (found["state"], found["known"], found["number"]) == ("authorised", True, "001-001-000000001")
        other = clave[:-10] + "9999999999"
        assert (await at.call("query", {"access_key": other}))["known"] is False
        by_number = await at.call("find", {"cod_doc": "01", "number": "001-001-000000001"})
        assert [one["access_key"] for one in by_number["documents"]] == [clave]
        assert (await at.call("find", {"cod_doc": "01", "number": NUMBER}))["documents"] == []
        assert (await at.call("query", {"reference": "odoo/account.move,1"}))["known"] is False


async def test_mails_are_not_sent_twice_when_one_fails() -> None:
    """The first went out and the second was cut: nobody knows, and a person looks."""
    async with bench() as at:
        sent = await at.issue()
        await at.later()
        about = {**await at.query(sent), "recipients": ["ana@ejemplo.test", "luis@ejemplo.test"]}
        at.sandbox.faults.clear()
        await at.call("email", about)
        assert [one[1] for one in at.sandbox.mails] == ["ana@ejemplo.test", "luis@ejemplo.test"]
        with pytest.raises(Refused):
            await at.call("email", {**about, "recipients": ["kein-correo"]})
        with pytest.raises(Unknown, match="1 of 2"):
            await at.call("email", {**about, "recipients": ["ana@ejemplo.test", "kein-correo"]})
        with pytest.raises(Refused, match="nobody"):
            await at.call("email", {**about, "recipients": []})


async def test_the_quota_stops_and_tells_a_person() -> None:
    """501 is no rate: nothing is tried again until somebody buys more."""
    async with bench(quota=1) as at:
        await at.issue()
        with pytest.raises(NeedsPerson, match="buy more"):
            await at.issue(referencia="odoo/account.move,9")


async def test_an_operation_without_name_is_a_persons() -> None:
    """A 202 without operation: it was taken, and nobody can ask about it."""
    async with bench() as at:
        package = await at.prepare()
        at.fault("emit", "not_json")
        with pytest.raises(Unknown):
            await at.call("submit", package)
        for wrong in ({"key": None}, {"digest": "0" * 64}, {"connection": "other"}):
            with pytest.raises(Refused):
                await at.call("submit", {**package, **wrong})
