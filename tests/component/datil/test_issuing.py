"""From the canonical document to the authorised one, over the imitation."""

import base64
import json
from decimal import Decimal

import pytest

from caravana.kit.authority import Plan
from caravana.kit.effect import Kind
from caravana.kit.einvoice import Unsupported
from caravana.kit.einvoicing import digest_of
from caravana.kit.errors import NeedsPerson, Refused, Transient, Unknown
from caravana.testing.harness import make_exchange
from tests.component.datil.bench import bench
from tests.support.edocuments import CLAVE_OF_FACTURA, EXAMPLES

BOTH = {"verifyWith": "registro", "listUrl": "URL"}


@pytest.mark.parametrize("cod_doc", sorted(EXAMPLES))
async def test_each_type_is_authorised_with_our_clave(cod_doc: str) -> None:
    """All six types pass Dátil's field checks and the SRI's structure and sums, and keep the clave that we chose."""
    async with bench() as at:
        package = await at.prepare(cod_doc)
        sent = await at.call("submit", package)
        assert (sent["state"], sent["final"], sent["status"]) == ("in_process", False, None)
        await at.later()
        found = await at.query(sent, cod_doc)
        assert (found["state"], found["final"], found["class"]) == ("authorised", True, None), found["messages"]
        assert found["access_key"] == found["authorization"] == package["access_key"]
        assert found["number"] == package["number"]
        assert found["environment"] == "1"
        assert found["authorized_at"].startswith("2026-11-23T10:00")
        assert [one["type"] for one in found["messages"]] == ["ADVERTENCIA"]
        assert at.sandbox.authority.issued_twice() == []


async def test_a_package_is_the_same_each_time_and_its_numbers_are_exact() -> None:
    """Clave, key and text derive from the document alone; amounts are JSON numbers with their decimals."""
    async with bench() as at:
        first, second = await at.prepare(), await at.prepare()
        assert first == second
        assert first["access_key"][:-9] == CLAVE_OF_FACTURA[:-10] + first["access_key"][39]
        assert 16 <= len(first["key"]) <= 48
        assert '"cantidad":3,"precio_unitario":1.0112' in first["content"]
        assert json.loads(first["content"], parse_float=Decimal)["totales"]["importe_total"] == Decimal("52.44")


async def test_a_waybills_line_without_code_gets_one() -> None:
    """Dátil wants one there, the SRI and Odoo do not; the other types go without."""
    async with bench() as at:
        for cod_doc, code in (("06", "S/C"), ("01", None)):
            written = json.dumps(EXAMPLES[cod_doc]()).replace("codigoPrincipal", "codigoAuxiliar")
            sent = await at.issue(cod_doc, **json.loads(written))
            await at.later()
            assert (await at.query(sent, cod_doc))["state"] == "authorised"
            body = at.sandbox.of_clave(sent["access_key"]).body
            lines = body["destinatarios"][0]["items"] if cod_doc == "06" else body["items"]
            assert lines[0].get("codigo_principal") == code


async def test_each_type_has_the_fields_that_datil_names_and_no_others() -> None:
    """Unknown fields are refused there: what the types lack of the factura's is not sent."""
    async with bench(settings={"rimpe": "1"}) as at:
        bodies = {one: json.loads((await at.prepare(one))["content"]) for one in EXAMPLES}
    assert not {"pagos", "moneda"} & set(bodies["05"])
    assert "propina" not in bodies["03"]["totales"]
    assert all(isinstance(one.get("plazo", ""), str) for one in bodies["03"]["pagos"])
    assert not {"fecha_emision", "info_adicional", "moneda"} & set(bodies["06"])
    assert isinstance(bodies["06"].get("informacion_adicional", {}), dict)
    assert {one for one, body in bodies.items() if "regimen_rimpe" in body["emisor"]} == {"07"}


async def test_texts_are_made_to_fit() -> None:
    """Line feeds, 400 signs and signs of XML in a description reach the SRI on one line, 300 long, and are authorised."""
    long = "PRIMERA LÍNEA\nSEGUNDA <&> " + "x" * 400
    async with bench() as at:
        line = {**EXAMPLES["01"]()["detalles"][0], "descripcion": long}
        sent = await at.issue(detalles=[line, *EXAMPLES["01"]()["detalles"][1:]])
        await at.later()
        assert (await at.query(sent))["state"] == "authorised"
        described = at.sandbox.of_clave(sent["access_key"]).body["items"][0]["descripcion"]
        assert described == long.replace("\n", " ")[:300]


async def test_what_the_sri_would_return_is_not_sent() -> None:
    """Sums and structure are judged before: each problem once, with its place."""
    async with bench() as at:
        with pytest.raises(Refused) as caught:
            await at.prepare(importeTotal="52.45", detalles=[])
        assert {"importeTotal", "detalles"} <= {one["where"] for one in caught.value.body}
        assert at.sandbox.calls.total() == 0


async def test_only_facturas_have_a_key() -> None:
    """Dátil knows idempotency keys for facturas alone: the others are asked for, where somebody can be asked."""
    async with bench(BOTH) as asked, bench() as blind:
        for cod_doc in EXAMPLES:
            package = await asked.prepare(cod_doc)
            request = make_exchange(package)
            kinds = [one.producer("submit") for one in (asked, blind)]
            found = [one.kind_of(one.request(request)) for one in kinds]
            assert (package["key"] is not None) == (cod_doc == "01")
            assert found == ([Kind.IDEMPOTENT] * 2 if cod_doc == "01" else [Kind.VERIFIABLE, Kind.BLIND])


async def test_a_factura_whose_answer_was_cut_is_the_same_on_repeat() -> None:
    """The repeat carries the same key and text, and Dátil answers with the document that it has."""
    async with bench() as at:
        package = await at.prepare()
        at.fault("issue", "cut_after")
        with pytest.raises(Unknown):
            await at.call("submit", package)
        sent = await at.call("submit", package)
        await at.later()
        assert (await at.query(sent))["state"] == "authorised"
        assert at.sandbox.effects["issue"] == 1
        assert len(at.sandbox.authority.audit()) == 1


@pytest.mark.parametrize("settings", [{"verifyWith": "registro"}, {"listUrl": "URL"}])
async def test_a_credit_note_whose_answer_was_cut_is_found(settings: dict[str, str]) -> None:
    """By its clave at the other connection, or in Dátil's list; before that, not found is told as such."""
    async with bench(settings) as at:
        package = await at.prepare("04")
        assert await at.verify("submit", package) is None
        at.fault("issue", "cut_after")
        with pytest.raises(Unknown):
            await at.call("submit", package)
        await at.later()
        found = await at.verify("submit", package)
        assert found is not None
        assert (found["state"], found["access_key"]) == ("authorised", package["access_key"])
        assert (found["request_id"] is None) == ("verifyWith" in settings)
        again = await at.query({**found, "connection": "datil"}, "04")
        assert again["state"] == "authorised"


async def test_a_cut_before_datil_had_it_leaves_nothing() -> None:
    """Not found is the answer, and the call is made anew."""
    async with bench(BOTH) as at:
        package = await at.prepare("06")
        at.fault("issue", "cut_before")
        with pytest.raises(Unknown):
            await at.call("submit", package)
        await at.later()
        assert await at.verify("submit", package) is None
        assert at.sandbox.authority.audit() == []


async def test_without_anybody_to_ask_a_clave_is_not_taken_for_unknown() -> None:
    """Saying that Dátil has no such document would send it again; only a factura, which has a key, may be."""
    async with bench() as at:
        with pytest.raises(Unsupported, match="verifyWith"):
            await at.call("query", {"access_key": CLAVE_OF_FACTURA, "cod_doc": "04"})
        assert (await at.call("query", {"access_key": CLAVE_OF_FACTURA, "cod_doc": "01"}))["known"] is False


async def test_a_returned_document_is_mended_under_its_number() -> None:
    """52 is told with its text and asks for mending; the mended body goes to the same id and is authorised once."""
    async with bench() as at:
        at.sandbox.authority.plans.append(Plan(returned=("52",)))
        wrong = await at.issue()
        await at.later()
        found = await at.query(wrong)
        assert (found["state"], found["class"], found["final"]) == ("rejected", "mend", True)
        assert {one["code"] for one in found["messages"]} == {"52"}
        mended = await at.prepare(infoAdicional=[{"nombre": "Pedido", "valor": "S00042"}])
        again = await at.call("reissue", {**mended, "request_id": wrong["request_id"]})
        assert again["request_id"] == wrong["request_id"]
        await at.later()
        assert (await at.query(again))["state"] == "authorised"
        assert at.sandbox.authority.issued_twice() == []
        with pytest.raises(Refused, match="only a refused one"):
            await at.call("reissue", {**mended, "request_id": wrong["request_id"]})


@pytest.mark.parametrize("cod_doc", ["01", "07"])
async def test_a_reissue_whose_answer_was_cut_is_seen_at_the_document(cod_doc: str) -> None:
    """The document has left the state in which it was refused: the call took place. Before, it had not."""
    async with bench() as at:
        at.sandbox.authority.plans.append(Plan(refused=("39",)))
        refused = await at.issue(cod_doc)
        await at.later()
        assert (await at.query(refused, cod_doc))["state"] == "not_authorised"
        mended = {**await at.prepare(cod_doc), "request_id": refused["request_id"]}
        assert await at.verify("reissue", mended) is None
        at.fault("reissue", "cut_after")
        with pytest.raises(Unknown):
            await at.call("reissue", mended)
        found = await at.verify("reissue", mended)
        assert found is not None
        assert found["state"] == "in_process"
        await at.later()
        assert (await at.query(found, cod_doc))["state"] == "authorised"


async def test_a_wrong_certificate_password_needs_a_person_and_is_signed_again_afterwards() -> None:
    """The document waits unsigned at Dátil; with the right password the same one is signed, and no second made."""
    async with bench() as at:
        right = at.sandbox.account.certificate_password
        at.sandbox.account.change({"certificate_password": "another"})
        sent = await at.issue()
        found = await at.query(sent)
        assert (found["state"], found["class"], found["final"]) == ("needs_attention", "mend", True)
        assert found["messages"][0]["code"] == "firma"
        at.sandbox.account.change({"certificate_password": right})
        again = await at.call("reissue", {**await at.prepare(), "request_id": sent["request_id"]})
        await at.later()
        assert (await at.query(again))["state"] == "authorised"
        assert len(at.sandbox.edocs) == 1


async def test_an_unsigned_document_is_not_changed() -> None:
    """Dátil mends only what the SRI returned: signing the old text would issue what was corrected."""
    async with bench() as at:
        at.sandbox.account.change({"certificate_password": "another"})
        sent = await at.issue()
        other = await at.prepare(infoAdicional=[{"nombre": "Pedido", "valor": "S00042"}])
        with pytest.raises(Refused, match="cannot be changed"):
            await at.call("reissue", {**other, "request_id": sent["request_id"]})


@pytest.mark.parametrize(
    ("code", "state", "asked"),
    [
        ("45", "rejected", "taken"),
        ("50", "queued", "again"),
        ("63", "rejected", "taxpayer"),
        ("35", "rejected", "mend"),
    ],
)
async def test_each_code_asks_for_its_own(code: str, state: str, asked: str) -> None:
    """What is to be done stands in the class."""
    async with bench() as at:
        at.sandbox.authority.plans.append(Plan(returned=(code,)))
        sent = await at.issue()
        await at.later()
        found = await at.query(sent)
        assert (found["state"], found["class"]) == (state, asked)


@pytest.mark.parametrize("cod_doc", ["01", "04"])
async def test_a_failure_of_the_sri_is_sent_again_as_it_was(cod_doc: str) -> None:
    """50: the same package is submitted again, and ends authorised once; a factura keeps its id, for its key knows it."""
    async with bench() as at:
        at.sandbox.authority.plans.append(Plan(returned=("50",)))
        package = await at.prepare(cod_doc)
        first = await at.call("submit", package)
        await at.later()
        assert (await at.query(first, cod_doc))["final"] is False
        second = await at.call("submit", package)
        await at.later()
        assert (await at.query(second, cod_doc))["state"] == "authorised"
        assert (first["request_id"] == second["request_id"]) == (cod_doc == "01")
        assert len(at.sandbox.authority.authorised()) == 1


async def test_a_late_authorisation_is_told() -> None:
    """NO AUTORIZADO first, authorised afterwards: asked again, it is success."""
    async with bench() as at:
        at.sandbox.authority.plans.append(Plan(refused=("39",)))
        sent = await at.issue()
        await at.later()
        assert (await at.query(sent))["state"] == "not_authorised"
        at.sandbox.authority.decide(sent["access_key"])
        assert (await at.query(sent))["state"] == "authorised"


@pytest.mark.parametrize(("settings", "state"), [({"verifyWith": "registro"}, "authorised"), ({}, "in_process")])
async def test_returned_with_43_is_no_refusal(settings: dict[str, str], state: str) -> None:
    """The SRI has the clave already: who can be asked tells what became of it, else the document is asked about again."""
    async with bench(settings) as at:
        await at.issue("04")
        await at.later()
        second = await at.issue("04")
        await at.later()
        found = await at.query(second, "04")
        assert found["state"] == state
        assert found["request_id"] == second["request_id"]
        assert at.sandbox.authority.issued_twice() == []
        if not settings:
            assert (found["class"], found["final"], found["status"]) == ("wait", False, "DEVUELTO")


async def test_answers_that_drift_in_type_are_read() -> None:
    """Numbers as texts, codes as numbers, moments without zone, lists that are null: all is understood."""
    async with bench(drift=True) as at:
        sent = await at.issue()
        await at.later()
        found = await at.query(sent)
        assert (found["state"], found["environment"]) == ("authorised", "1")
        assert found["authorized_at"] == "2026-11-23T10:00:04-05:00"
        assert found["messages"][0]["code"] == "60"
        assert found["number"] == "001-001-000000123"


async def test_files_are_provisional_until_authorised() -> None:
    """The XML of a document under way is told as such; afterwards it is the authorised form, and the PDF is one."""
    async with bench() as at:
        sent = await at.issue()
        await at.later(3)
        asked = {**sent, "cod_doc": "01"}
        assert (await at.call("xml", asked))["provisional"] is True
        await at.later()
        xml = await at.call("xml", asked)
        assert (xml["provisional"], xml["filename"]) == (False, "FAC-001-001-000000123.xml")
        assert "<estado>AUTORIZADO</estado>" in xml["content"]
        pdf = await at.call("pdf", asked)
        assert base64.b64decode(pdf["content"]).startswith(b"%PDF")
        at.fault("file", "not_json")
        with pytest.raises(Unknown, match="something else"):
            await at.call("pdf", asked)


async def test_a_file_without_id_is_somebody_elses_or_a_persons() -> None:
    """Dátil names its files by its id; where it was lost and nobody else has the file, a person is told where to look."""
    async with bench({"verifyWith": "registro"}) as at:
        with pytest.raises(NeedsPerson, match="by its number"):
            await at.call("xml", {"access_key": CLAVE_OF_FACTURA, "cod_doc": "01"})


async def test_a_mail_is_seen_in_the_list_of_mails() -> None:
    """A factura's mail whose answer was cut is found at the document; other types are blind."""
    async with bench(mails=False) as at:
        sent = await at.issue()
        await at.later()
        body = {**sent, "cod_doc": "01", "recipients": ["Ana@ejemplo.test"]}
        assert (await at.query(sent))["mailed"] is False
        assert await at.verify("email", body) is None
        at.fault("sendEmail", "cut_after")
        with pytest.raises(Unknown):
            await at.call("email", body)
        found = await at.verify("email", body)
        assert found is not None
        assert found["recipients"] == ["Ana@ejemplo.test"]
        assert (await at.query(sent))["mailed"] is True
        producer = at.producer("email")
        assert producer.kind_of(producer.request(make_exchange({**body, "cod_doc": "04"}))) is Kind.BLIND
        at.sandbox.account.lists_mails = False
        with pytest.raises(NeedsPerson):
            await at.verify("email", body)


async def test_whose_number_is_it() -> None:
    """The newer list tells who has a number, and nothing for one that nobody has."""
    async with bench({"listUrl": "URL"}) as at:
        sent = await at.issue()
        await at.later()
        found = await at.call("find", {"cod_doc": "01", "number": "001-001-000000123"})
        assert [one["request_id"] for one in found["documents"]] == [sent["request_id"]]
        assert (await at.call("find", {"cod_doc": "01", "number": "001-001-000000124"}))["documents"] == []
        with pytest.raises(Unsupported):
            await at.call("find", {"cod_doc": "06", "number": "001-001-000000123"})


async def test_datil_away_is_waited_for() -> None:
    """503 means that nothing was done; an HTML page means that nobody knows."""
    async with bench() as at:
        package = await at.prepare()
        at.fault("issue", "status", status=503, retry_after=7)
        with pytest.raises(Transient) as caught:
            await at.call("submit", package)
        assert caught.value.retry_after == 7
        at.fault("issue", "not_json")
        with pytest.raises(Unknown):
            await at.call("submit", package)
        assert at.sandbox.effects["issue"] == 0


async def test_a_refused_field_is_named_for_the_clerk() -> None:
    """A field error is a problem of the document, in both languages, with the field's path."""
    async with bench() as at:
        package = await at.prepare()
        content = package["content"].replace('"cantidad":3,', '"cantidad":"3",', 1)
        changed = {**package, "content": content, "digest": digest_of(content)}
        with pytest.raises(Refused) as caught:
            await at.call("submit", changed)
        assert caught.value.code == "invalid"
        assert caught.value.body[0]["where"] == "items[0].cantidad"
        assert caught.value.body[0]["code"] == "datil.INVALID_DATA_TYPE"


async def test_what_is_not_as_it_was_kept_is_not_sent() -> None:
    """A package whose text changed, or of another connection, goes nowhere."""
    async with bench() as at:
        package = await at.prepare()
        for wrong in ({"content": "{}"}, {"connection": "other"}, {"provider": "ecuafact"}):
            with pytest.raises(Refused):
                await at.call("submit", {**package, **wrong})
        assert at.sandbox.calls["issue"] == 0
