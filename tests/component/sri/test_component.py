"""Settings, certificates that cannot sign, the doctor, and the files of a document."""

import base64
import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from lxml import etree
from PIL import Image

from caravana.component.sri.sandbox import SriSandbox, to_p12
from caravana.component.sri.sandbox.sandbox import PASSWORD
from caravana.component.sri.spec import SriSettings
from caravana.kit.authority import Plan
from caravana.kit.component import Severity
from caravana.kit.einvoice import Operation
from caravana.kit.errors import ConfigurationError, NeedsPerson, Refused
from caravana.kit.options import read_options
from caravana.kit.uri import Uri
from caravana.testing.einvoice import POINT, Desk, asking
from caravana.testing.harness import START
from tests.component.sri.conftest import RUC
from tests.support.edocuments import BUYER, EXAMPLES, factura
from tests.support.material import shared_material

NEGATIVE = {**factura()["detalles"][2], "precioUnitario": "-4.35", "precioTotalSinImpuesto": "-8.70"}
LEAST = {"certificate": "firma.p12", "certificatePassword": "x"}


async def reset(desk: Desk, **settings: Any) -> None:
    """Change settings of the connection, as a person does before a restart."""
    await desk.component.close()
    desk.hub.connections[POINT].update(settings)


async def certify(desk: Desk, sandbox: SriSandbox, ends: timedelta, ruc: str = RUC, **more: Any) -> None:
    """Put another certificate into the connection's file."""
    issued = sandbox.certification.issue(ruc, START - timedelta(days=400), START + ends, **more)
    Path(desk.hub.connections[POINT]["certificate"]).write_bytes(to_p12([issued], PASSWORD))


async def findings(desk: Desk) -> dict[str, tuple[Severity, str]]:
    """Return what the doctor finds, by subject."""
    return {one.subject: (one.severity, one.message) for one in await desk.component.diagnose(POINT)}


# Settings.


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"ambiente": "3"}, "ambiente"),
        ({"ambiente": "2", "url": "https://celcer.sri.gob.ec"}, "other environment"),
        ({"ambiente": "1", "url": "https://cel.sri.gob.ec"}, "other environment"),
        ({"ambiente": "2", "url": "http://127.0.0.1:18078"}, "sandbox"),
        ({"ambiente": "2", "url": "https://proxy.example"}, "otherHost"),
        ({"url": "http://celcer.sri.gob.ec"}, "TLS"),
        ({"url": "celcer.sri.gob.ec"}, "address"),
        ({"certificatePassword": ""}, "empty"),
        ({"ruc": "1710034065"}, "ruc"),
        ({"signature": "md5"}, "signature"),
        ({"certificado": "x"}, "certificado"),
    ],
)
def test_settings_that_cannot_be_right_are_refused(settings: dict[str, str], word: str) -> None:
    """Before anything starts, with what is wrong; pruebas and producción are never mixed."""
    with pytest.raises(ConfigurationError, match=word):
        read_options(SriSettings, {**LEAST, **settings}, place="connections.sri")


def test_the_address_follows_from_the_environment() -> None:
    """1 is celcer, 2 is cel; a proxy for producción must be meant."""
    addresses = [
        read_options(SriSettings, {**LEAST, **one}, place="x").address
        for one in ({}, {"ambiente": 2}, {"ambiente": "2", "url": "https://proxy.example/", "otherHost": True})
    ]
    assert addresses == ["https://celcer.sri.gob.ec", "https://cel.sri.gob.ec", "https://proxy.example"]


async def test_an_address_of_its_own_connection_works(desk: Desk) -> None:
    """Limits and circuit are those of the connection that the address names."""
    endpoint = desk.component.endpoint(Uri.parse(f"sri:query?connection={POINT}"))
    assert (endpoint.connection, type(endpoint.producer()).__name__) == (f"sri:{POINT}", "Query")
    with pytest.raises(ConfigurationError, match="missing"):
        desk.component.endpoint(Uri.parse("sri:query?connection=missing")).producer()


# Certificates.


@pytest.mark.parametrize(
    ("ends", "more", "code"),
    [
        (timedelta(days=-1), {}, "certificate_expired"),
        (timedelta(days=1), {"purpose": "encryption"}, "certificate_usage"),
        (timedelta(days=1), {"ruc": "1792177758001"}, "certificate_ruc"),
    ],
)
async def test_a_certificate_that_cannot_sign_stops_before_anything_is_sent(
    desk: Desk, sandbox: SriSandbox, ends: timedelta, more: Any, code: str
) -> None:
    """It waits for a person, nothing was sent, and with the right certificate the same document goes on."""
    await certify(desk, sandbox, ends, **more)
    with pytest.raises(NeedsPerson) as caught:
        await desk.prepared()
    assert caught.value.code == code
    assert desk.company.sandbox.calls.total() == 0
    shown = await desk.component.operate("certificate", {"connection": POINT})
    assert shown["code"] == code
    await certify(desk, sandbox, timedelta(days=365))
    assert (await desk.issued())[1]["state"] == "authorised"


async def test_another_number_in_the_certificate_can_be_allowed(desk: Desk, sandbox: SriSandbox) -> None:
    """Where an authority writes no RUC of the issuer into it, a setting says so; the SRI then has the last word."""
    await certify(desk, sandbox, timedelta(days=365), "1792177758001")
    await reset(desk, checkCertificateRuc=False)
    assert (await desk.issued())[1]["messages"][0]["code"] == "39"


async def test_a_wrong_password_is_told_without_it(desk: Desk) -> None:
    """Neither error nor doctor repeats it."""
    await reset(desk, certificatePassword="equivocada")
    with pytest.raises(NeedsPerson) as caught:
        await desk.prepared()
    assert caught.value.code == "certificate_password"
    severity, message = (await findings(desk))["certificate"]
    assert (severity, "equivocada" in message + str(caught.value)) == (Severity.ERROR, False)


async def test_the_end_of_a_certificate_is_told_before_it_comes(desk: Desk, sandbox: SriSandbox) -> None:
    """The flow asks `certificate`, the doctor warns: 30, 7 and 1 days before, then it is an error."""
    seen = []
    for ends in (365, 29, 6, 0.5, -1):
        await certify(desk, sandbox, timedelta(days=ends))
        told = await desk.component.operate("certificate", {"connection": POINT})
        seen.append((told["alarm"], told["validity"], (await findings(desk))["certificate"][0].value))
    assert seen == [
        (None, "valid", "ok"),
        (30, "ending", "warning"),
        (7, "ending", "warning"),
        (1, "ending", "error"),
        (1, "expired", "error"),
    ]
    assert told["connection"] == POINT
    with pytest.raises(LookupError):
        await desk.component.operate("nothing", {})
    with pytest.raises(ConfigurationError):
        await desk.component.operate("certificate", {"connection": "missing"})


# Documents that cannot be issued.


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"ambiente": "2"}, {"sri.environment"}),
        ({"fechaEmision": "2026-11-24"}, {"date.future"}),
        ({"pagos": []}, {"payment.missing"}),
        ({"importeTotal": "52.45", "pagos": []}, {"amount.differs", "payment.missing"}),
        ({"receptor": {**BUYER, "identificacion": "123"}}, {"identification.length"}),
        ({"receptor": {**BUYER, "tipoIdentificacion": "09"}}, {"identification.kind"}),
        ({"secuencial": "000000000"}, {"number.zero"}),
        ({"detalles": [{**factura()["detalles"][0], "impuestos": []}]}, {"amount.differs", "tax.missing"}),
        ({"detalles": [*factura()["detalles"], NEGATIVE]}, {"amount.differs", "line.negative", "structure.negative"}),
        ({"emisor": {**factura()["emisor"], "ruc": "1792177758001"}}, {"sri.ruc"}),
        ({"infoAdicional": [{"nombre": f"n{n}", "valor": "x"} for n in range(16)]}, {"structure.many"}),
    ],
)
async def test_every_problem_is_told_before_signing(desk: Desk, changes: dict[str, Any], codes: set[str]) -> None:
    """What the SRI would return is found here: all problems at once, for the clerk, in Spanish."""
    with pytest.raises(Refused) as caught:
        await desk.prepared(**changes)
    errors = {one["code"] for one in caught.value.body if one["severity"] == "error"}
    assert (caught.value.code, errors) == ("invalid", codes)


async def test_a_document_without_number_is_refused(desk: Desk) -> None:
    """With the SRI the issuer numbers."""
    document = desk.document()
    del document["secuencial"]
    with pytest.raises(Refused) as caught:
        await desk.call(Operation.PREPARE, {"document": document, "connection": POINT})
    assert [one["code"] for one in caught.value.body] == ["sri.number"]


async def test_hard_texts_are_signed_and_authorised(desk: Desk) -> None:
    """Line feeds, 400 characters, signs that mean something in XML, a zero-amount line, a foreign customer."""
    hard = factura()
    hard["detalles"][0]["descripcion"] = "LÍNEA 1\r\nLÍNEA 2\t<b>&\"' ]]> €"
    hard["detalles"][1]["descripcion"] = "D" * 400
    free = {**hard["detalles"][2], "precioUnitario": "0.00", "precioTotalSinImpuesto": "0.00"}
    free["impuestos"] = [{**free["impuestos"][0], "baseImponible": "0.00"}]
    buyer = {**BUYER, "tipoIdentificacion": "06", "identificacion": "AB-12/3", "razonSocial": "ŁUKASZ O'NEIL & CO"}
    package, found = await desk.issued(detalles=[*hard["detalles"], free], receptor=buyer)
    assert found["state"] == "authorised"
    for operation in (Operation.XML, Operation.PDF):
        assert not (await desk.call(operation, asking(package, found)))["provisional"]


STRANGE = '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="otra"/></xs:schema>'


@pytest.mark.shared
async def test_with_the_schemas_of_the_sri_documents_are_issued(desk: Desk) -> None:
    """All six types are right by them, too, and the doctor finds one of each."""
    await reset(desk, schemas=str(shared_material("sri/xsd")))
    for cod_doc in EXAMPLES:
        assert (await desk.issued(cod_doc))[1]["state"] == "authorised"
    assert (await findings(desk))["schemas"][0] == Severity.OK


async def test_a_folder_of_schemas_has_a_say(desk: Desk, tmp_path: Path) -> None:
    """What a schema refuses is refused; a type without one waits for a person; a folder without any is a wrong setting."""
    await reset(desk, schemas=str(tmp_path))
    assert (await findings(desk))["settings"][0] == Severity.ERROR
    (tmp_path / "factura_V2.1.0.xsd").write_text(STRANGE)
    with pytest.raises(Refused) as caught:
        await desk.prepared("01")
    assert {one["code"] for one in caught.value.body} == {"schema"}
    with pytest.raises(NeedsPerson) as waiting:
        await desk.prepared("04")
    assert waiting.value.code == "schemas"
    severity, message = (await findings(desk))["schemas"]
    assert (severity, "notaCredito_V1.1.0.xsd" in message, "factura" in message) == (Severity.ERROR, True, False)


async def test_documents_are_signed_with_sha256_where_it_is_asked_for(desk: Desk) -> None:
    """A setting, with a warning of the doctor: whether the SRI takes it is not confirmed."""
    await reset(desk, signature="sha256")
    package, found = await desk.issued()
    assert (found["state"], "rsa-sha256" in package["content"]) == ("authorised", True)
    assert (await findings(desk))["signature"][0] == Severity.WARNING


# Files.


async def test_the_legal_xml_holds_the_document_unchanged(desk: Desk) -> None:
    """The wrapper with state, number, moment and messages; the document in it is what was signed."""
    package, found = await desk.issued()
    told = await desk.call(Operation.XML, asking(package, found))
    root = etree.fromstring(told["content"].encode())
    assert [root.findtext(name) for name in ("estado", "numeroAutorizacion", "fechaAutorizacion", "ambiente")] == [
        "AUTORIZADO",
        found["authorization"],
        found["authorized_at"],
        "PRUEBAS",
    ]
    assert root.findtext("comprobante") == package["content"]
    assert [one.text for one in root.iter("identificador")] == ["60"]


async def test_the_printed_form_is_of_the_authorised_document(desk: Desk, tmp_path: Path) -> None:
    """With its clave as barcode, the moment of authorisation, and the logo of the connection."""
    out = io.BytesIO()
    Image.new("RGB", (300, 100), "#0b4f8a").save(out, "PNG")
    (tmp_path / "logo.png").write_bytes(out.getvalue())
    await reset(desk, logo=str(tmp_path / "logo.png"))
    package, found = await desk.issued()
    told = await desk.call(Operation.PDF, asking(package, found))
    page = pypdfium2.PdfDocument(base64.b64decode(told["content"]))[0]
    picture = page.render(scale=4).to_pil()
    assert [one.text for one in zxingcpp.read_barcodes(picture)] == [found["access_key"]]
    assert picture.getpixel((240, 240)) == (0x0B, 0x4F, 0x8A)
    assert "23/11/2026 10:00:02" in " ".join(page.get_textpage().get_text_range().split())
    await reset(desk, logo=str(tmp_path / "none.png"))
    with pytest.raises(NeedsPerson) as caught:
        await desk.call(Operation.PDF, asking(package, found))
    assert caught.value.code == "logo"
    assert (await findings(desk))["logo"][0] == Severity.ERROR


async def test_before_the_authorisation_the_message_brings_the_document(desk: Desk) -> None:
    """A provisional form of the package; without it there is nothing to print yet."""
    desk.company.authority.plans.append(Plan(decided_after=600))
    package = await desk.prepared()
    await desk.submit(package)
    for operation in (Operation.XML, Operation.PDF):
        with pytest.raises(Refused) as caught:
            await desk.call(operation, asking(package, None))
        assert caught.value.code == "not_there"
    brought = {**asking(package, None), "content": package["content"]}
    assert (await desk.call(Operation.XML, brought))["content"] == package["content"]
    told = await desk.call(Operation.PDF, brought)
    text = pypdfium2.PdfDocument(base64.b64decode(told["content"]))[0].get_textpage().get_text_range()
    assert (told["provisional"], "PENDIENTE DE AUTORIZACIÓN" in text) == (True, True)


# The doctor.


async def test_the_doctor_finds_all_well(desk: Desk) -> None:
    """Certificate, environment and both services; looking leaves no trace at the SRI."""
    found = await findings(desk)
    assert {subject: severity for subject, (severity, _) in found.items()} == dict.fromkeys(
        ("certificate", "environment", "reception", "authorisation"), Severity.OK
    )
    assert desk.company.authority.audit() == []


async def test_the_doctor_tells_what_is_wrong(desk: Desk) -> None:
    """Nobody listens; somebody else answers; the file is not there; a setting is wrong."""
    url = desk.hub.connections[POINT]["url"]
    await reset(desk, url="http://127.0.0.1:9")
    assert {subject for subject, (severity, _) in (await findings(desk)).items() if severity is Severity.ERROR} == {
        "address"
    }
    await reset(desk, url=url.replace("http://", "https://"))
    assert (await findings(desk))["TLS"][0] == Severity.ERROR
    await reset(desk, url=f"{url}/otra")
    found = await findings(desk)
    assert (found["reception"][0], found["authorisation"][0]) == (Severity.ERROR, Severity.ERROR)
    await reset(desk, url=url, certificate="/no/such.p12")
    assert "cannot be read" in (await findings(desk))["certificate"][1]
    await reset(desk, ambiente="7")
    assert set(await findings(desk)) == {"settings"}
