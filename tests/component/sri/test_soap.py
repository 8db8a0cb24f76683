"""The imitation's services, used by a SOAP client that we did not write, and by hand."""

import asyncio
import base64
from collections.abc import AsyncIterator, Iterator
from typing import Any

import aiohttp
import pytest
import zeep
from lxml import etree
from zeep.transports import Transport

from caravana.component.sri.answer import read_consultation, read_reception
from caravana.component.sri.envelope import AUTHORISATION, HEADERS, RECEPTION, authorisation, reception
from caravana.component.sri.sandbox import SETTINGS, Service, SriSandbox, build
from caravana.kit.authority import Plan, Showing
from caravana.kit.clock import ManualClock
from caravana.kit.serving import serve
from caravana.testing.einvoice import Desk
from caravana.testing.harness import START
from tests.support.material import shared_material


@pytest.fixture
async def address(sandbox: SriSandbox) -> AsyncIterator[str]:
    """Where the imitation listens."""
    async with serve(sandbox.app()) as url:
        yield url


@pytest.fixture
def transport() -> Iterator[Transport]:
    """What zeep speaks HTTP with."""
    found = Transport(timeout=10, operation_timeout=10)
    yield found
    found.session.close()


async def ask(address: str, path: str, content: bytes) -> tuple[int, bytes]:
    """POST an envelope, and return status and answer."""
    async with aiohttp.ClientSession() as session, session.post(address + path, data=content, headers=HEADERS) as told:
        return told.status, await told.read()


async def test_a_foreign_client_issues_a_document(
    desk: Desk, sandbox: SriSandbox, address: str, transport: Transport
) -> None:
    """Zeep reads both descriptions, hands a document in, and reads its authorisation; our reader says the same."""
    package = await desk.prepared()

    def issue() -> tuple[Any, Any]:
        taken = zeep.Client(f"{address}{RECEPTION.path}?wsdl", transport=transport)
        told = zeep.Client(f"{address}{AUTHORISATION.path}?wsdl", transport=transport)
        first = taken.service.validarComprobante(package["content"].encode())
        sandbox.clock.advance(10)  # type: ignore[attr-defined]  # a manual clock
        return first, told.service.autorizacionComprobante(package["access_key"])

    first, second = await asyncio.to_thread(issue)
    assert (first.estado, first.comprobantes) == ("RECIBIDA", None)
    [entry] = second.autorizaciones.autorizacion
    assert (second.numeroComprobantes, entry.estado, entry.ambiente) == ("1", "AUTORIZADO", "PRUEBAS")
    assert entry.comprobante == package["content"]
    assert [one.identificador for one in entry.mensajes.mensaje] == ["60"]
    assert entry.fechaAutorizacion.isoformat() == (await desk.query(package))["authorized_at"]


async def test_a_foreign_client_is_told_why_a_document_comes_back(address: str, transport: Transport) -> None:
    """No XML: DEVUELTA with 35, as zeep reads it."""

    def issue() -> Any:
        client = zeep.Client(f"{address}{RECEPTION.path}?wsdl", transport=transport)
        return client.service.validarComprobante(b"no XML")

    told = await asyncio.to_thread(issue)
    [document] = told.comprobantes.comprobante
    assert (told.estado, [one.identificador for one in document.mensajes.mensaje]) == ("DEVUELTA", ["35"])


@pytest.mark.shared
@pytest.mark.parametrize("prefixed", [False, True])
async def test_a_client_of_the_recorded_description_works(
    desk: Desk, sandbox: SriSandbox, address: str, transport: Transport, prefixed: bool
) -> None:
    """With a copy of the SRI's description, too, a document goes in; our reader takes answers with and without prefixes."""
    sandbox.service.prefixed = prefixed
    path = shared_material("sri/wsdl/RecepcionComprobantesOffline.wsdl")
    package = await desk.prepared()

    def issue() -> str:
        client = zeep.Client(str(path), transport=transport, settings=zeep.Settings(strict=False))
        binding = "{http://ec.gob.sri.ws.recepcion}RecepcionComprobantesOfflineServiceSoapBinding"
        service = client.create_service(binding, address + RECEPTION.path)
        return str(service.validarComprobante(package["content"].encode()))

    assert "RECIBIDA" in await asyncio.to_thread(issue)
    sandbox.clock.advance(10)  # type: ignore[attr-defined]  # a manual clock
    assert (await desk.query(package))["state"] == "authorised"


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "ours"), [("recepcion", reception(b"<a/>")), ("autorizacion", authorisation("1" * 49))]
)
def test_our_envelopes_have_the_form_of_recorded_ones(name: str, ours: bytes) -> None:
    """Element by element as a real client's: names, namespaces, nesting."""
    recorded = etree.parse(shared_material(f"sri/samples/soap_request_{name}.xml")).getroot()

    def form(root: etree._Element) -> list[str]:
        return [str(one.tag) for one in root.iter(etree.Element) if not str(one.tag).endswith("}Header")]

    assert form(etree.fromstring(ours)) == form(recorded)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "soap:Client"),
        (b"no XML", "soap:Client"),
        (b"<a/>", "soap:VersionMismatch"),
        (authorisation("1" * 49), "soap:Client"),
        (reception(b"<a/>").replace(b"PGEvPg==", b"=="), "soap:Client"),
        (reception(b"<a/>").replace(b"validarComprobante", b"otraCosa"), "soap:Client"),
    ],
)
async def test_a_malformed_envelope_is_a_fault(address: str, content: bytes, code: str) -> None:
    """Status 500 and a fault, as SOAP 1.1 has it; nothing is registered."""
    status, raw = await ask(address, RECEPTION.path, content)
    assert (status, etree.fromstring(raw).findtext(".//faultcode")) == (500, code)


async def test_an_empty_argument_is_told_as_a_message(address: str) -> None:
    """No document at all is 49; a clave that nobody has is an empty list."""
    _, raw = await ask(address, RECEPTION.path, reception(b""))
    assert read_reception(raw).codes == {"49"}
    _, raw = await ask(address, AUTHORISATION.path, authorisation(""))
    assert read_consultation(raw).entries == ()


async def test_the_document_comes_back_byte_for_byte(desk: Desk, sandbox: SriSandbox, address: str) -> None:
    """As escaped text and as CDATA it is what was handed in, with several entries too."""
    for number, escape in enumerate(("text", "cdata"), 1):
        showing = Showing(escape=escape, refusals=number)  # type: ignore[arg-type]  # of the loop
        sandbox.authority.plans.append(Plan(showing=showing))
        package, _ = await desk.issued(secuencial=f"{number:09}", referencia=f"r{number}")
        _, raw = await ask(address, AUTHORISATION.path, authorisation(package["access_key"]))
        assert (b"<![CDATA[" in raw) is (escape == "cdata")
        entries = read_consultation(raw).entries
        assert [one.estado for one in entries] == ["AUTORIZADO", *["NO AUTORIZADO"] * number]
        assert {one.comprobante for one in entries} == {package["content"]}


async def test_the_authority_looks_at_the_signature(desk: Desk, sandbox: SriSandbox, address: str) -> None:
    """One amount changed after signing: 39, with the authority's own implementation, and nothing is registered."""
    package = await desk.prepared()
    changed = package["content"].replace("<importeTotal>52.44", "<importeTotal>52.45").encode()
    _, raw = await ask(address, RECEPTION.path, reception(changed))
    assert "39" in read_reception(raw).codes
    assert sandbox.authority.authorised() == []


async def test_it_can_be_steered_from_outside(desk: Desk, address: str) -> None:
    """Plans, decisions and the audit have addresses, as faults and counters do."""
    async with aiohttp.ClientSession(address) as session:
        async with session.post("/_sandbox/authority/plans", json=[{"decided_after": -1}]) as told:
            assert told.status == 200
        package = await desk.prepared()
        await desk.submit(package)
        async with session.post("/_sandbox/authority/decide", json={"clave": package["access_key"]}) as told:
            assert told.status == 200
        assert (await desk.query(package))["state"] == "authorised"
        async with session.get("/_sandbox/authority/audit") as told:
            assert (await told.json())["authorised"] == [package["access_key"]]
        async with session.get("/_sandbox/counters") as told:
            assert (await told.json())["effects"] == {"reception": 1}


async def test_its_settings_are_read(tmp_path: Any) -> None:
    """Texts of a configuration; what there is not is an error. The register outlives the imitation in its folder."""
    given = {"folder": str(tmp_path), "decided_after": "7", "only_own": "false", "ruc": "1792177758001"}
    sandbox = build(ManualClock(START), given)
    assert (sandbox.authority.decided_after, sandbox.authority.trust.issuers) == (7.0, [])
    assert sandbox.connection()["ruc"] == "1792177758001"
    assert base64.b64encode((tmp_path / "firma.p12").read_bytes()).startswith(b"MI")
    assert (tmp_path / "register.sqlite").exists()
    await sandbox.close()
    assert set(given) <= set(SETTINGS)
    again = build(ManualClock(START), {"folder": str(tmp_path)})
    assert again.authority.trust.issuers == [sandbox.certification.certificate]  # what was signed before is still taken
    assert again.connection()["certificate"] == sandbox.connection()["certificate"]
    await again.close()
    for wrong in ({"rucc": "1"}, {"only_own": "quizás"}, {"decided_after": "pronto"}):
        with pytest.raises(ValueError):
            Service.read(wrong)
