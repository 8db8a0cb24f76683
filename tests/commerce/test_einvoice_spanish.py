"""What a clerk reads is Spanish to its end: wrong files, schemas of no use, and what the companies and the SRI refuse."""

from pathlib import Path
from typing import Any

import pytest

from caravana.component.datil.sandbox import DatilSandbox
from caravana.component.ecuafact.sandbox import EcuafactSandbox
from caravana.component.sri.sandbox import SriSandbox
from caravana.kit.edocument.document import read_document
from caravana.kit.edocument.official import OfficialSchemas
from caravana.kit.edocument.wrong import Wrong
from caravana.kit.sandbox import Fault
from caravana.kit.serving import serve
from tests.commerce.einvoicing import POINT, open_office, sello_is_known
from tests.commerce.test_einvoice_partners import COMPANIES
from tests.support.leaping import LeapingClock

pytestmark = pytest.mark.usefixtures(sello_is_known.__name__)
__all__ = ["sello_is_known"]
FILES: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown field": ({"clientes": {}}, "`01.clientes`: este campo no existe"),
    "a wrong type": ({"codDoc": "99"}, "codDoc debe ser '01', '03', '04', '05', '06', '07'"),
    "no list": ({"detalles": "Gorra"}, "`01.detalles`: debe ser una lista"),
    "no number": (
        {"detalles": [{"cantidad": "tres"}]},
        "`01.detalles.0.cantidad`: debe ser un número",
    ),
    "no day": ({"fechaEmision": "ayer"}, "`01.fechaEmision`: debe ser una fecha, AAAA-MM-DD"),
    "no sequential": ({"secuencial": "7"}, "`01.secuencial`: no tiene la forma"),
    "something left out": ({"receptor": {"razonSocial": None}}, "`01.receptor.razonSocial`: falta"),
    "a number too long": ({"importeTotal": "1" * 30}, "`01.importeTotal`: admite 24 dígitos"),
    "no map": ({"receptor": "Rosa"}, "`01.receptor`: debe tener campos propios"),
}


@pytest.mark.parametrize("name", FILES)
async def test_a_file_that_does_not_fit(tmp_path: Path, clock: LeapingClock, name: str) -> None:
    """Every wrong field is told with its place; nothing is sent."""
    given, said = FILES[name]
    points = {"einvoice.points": {POINT: {"connection": "sello", "journals": [999]}}}
    async with open_office(tmp_path, clock, settings=points) as office:
        invoice = office.invoice()
        document = {"estab": "001", "ptoEmi": "001", "secuencial": "000000077", **given}
        answer = await office.do("check", name=f"account.move,{invoice}", document=document)
        [told] = [one["es"] for one in answer["problems"] if one["code"] == "document"]
        assert said in told
        assert "Input" not in told
        assert "Field" not in told
        assert office.sello.bodies == []


def test_a_folder_of_no_use(tmp_path: Path) -> None:
    """That there are no schemas, or none that can be read, is told in both languages."""
    with pytest.raises(Wrong) as none:
        OfficialSchemas(tmp_path)
    assert none.value.es.startswith(f"en {tmp_path} no hay ninguno de los esquemas")
    (tmp_path / "factura_V2.1.0.xsd").write_text("<html>")
    schemas = OfficialSchemas(tmp_path)
    with pytest.raises(Wrong, match="cannot be read as a schema") as broken:
        schemas.check_text(b"<factura/>", "01")
    assert broken.value.es.endswith("no es un esquema que se pueda usar")
    with pytest.raises(Wrong) as lacking:
        schemas.check_text(b"<notaCredito/>", "04")
    assert lacking.value.es == f"en {tmp_path} falta notaCredito_V1.1.0.xsd"


def test_every_kind_of_misfit() -> None:
    """A document that is nothing at all is told so."""
    with pytest.raises(Wrong) as error:
        read_document({})
    assert error.value.es == "falta codDoc"


@pytest.mark.parametrize(("code", "said"), [("39", "revise el certificado"), ("52", "Corrija el dato en Odoo")])
async def test_what_is_to_be_done(tmp_path: Path, clock: LeapingClock, code: str, said: str) -> None:
    """A signature that the SRI does not take is nothing to be mended in Odoo."""
    async with open_office(tmp_path, clock) as office:
        office.sello.denies[f"{POINT}-000000001"] = [(code, "LO DICE EL SRI")]
        invoice = office.invoice()
        await office.reaches(invoice, "not_authorised")
        assert said in office.notes(invoice)[0]


REFUSED = {
    ("datil", 401): "Dátil respondió 401 (401): Unauthorized; compare `apiKey` con la que muestra Dátil",
    ("ecuafact", 401): "Ecuafact respondió 401 (401): Unauthorized; compare `apiKey` con la del portal de Ecuafact",
    ("sri", 403): "el SRI respondió 403; revise `url`, y si hay un proxy en medio",
}


@pytest.mark.parametrize(("name", "status"), REFUSED)
async def test_a_company_that_lets_nobody_in(tmp_path: Path, clock: LeapingClock, name: str, status: int) -> None:
    """The task says in Spanish what the company answers, and what to do."""
    make, call, point = COMPANIES[name]
    partner: DatilSandbox | EcuafactSandbox | SriSandbox = make(clock)
    async with serve(partner.app()) as url:

        def changes(given: dict[str, Any]) -> None:
            files = {"filesUrl": url} if name == "datil" else {}
            given["connections"][name] = {**partner.connection(), "url": url, **files}
            given["settings"]["einvoice.points"] = {POINT: {"connection": name, **point}}

        async with open_office(tmp_path, clock, changes=changes, settings={"einvoice.late": "1m"}) as office:
            partner.faults.append(Fault(call, "status", status=status, times=10_000))
            invoice = office.invoice()

            async def told() -> str:
                return "".join(one["text"] for one in (await office.reviews("late")).values())

            text = await office.becomes(told)
            assert f"Hay que arreglar la conexión de facturación: {REFUSED[name, status]}. Después" in text
            partner.faults.clear()
            await office.reaches(invoice, "authorised", timeout=60)
    await partner.close()
