"""A factura of export: its sums, its XML by our table and the SRI's schema, its printed form, and who does not issue it."""

from typing import Any

import pypdfium2
import pytest
from lxml import etree

from caravana.component.datil import judging as datil
from caravana.component.ecuafact import judging as ecuafact
from caravana.component.ecuafact.spec import EcuafactSettings
from caravana.kit.edocument.amounts import check_amounts
from caravana.kit.edocument.check import check_structure
from caravana.kit.edocument.clave import clave_of
from caravana.kit.edocument.document import AnyDocument, Exportacion, read_document
from caravana.kit.edocument.official import OfficialSchemas
from caravana.kit.edocument.ride import Authorised, ride
from caravana.kit.edocument.structure import check_root
from caravana.kit.edocument.wrong import Wrong
from caravana.kit.edocument.xml import to_xml
from tests.support.edocuments import exportacion
from tests.support.material import shared_material
from tests.support.mutations import mutated

BLOCK = (
    *("comercioExterior", "incoTermFactura", "lugarIncoTerm", "paisOrigen", "puertoEmbarque", "puertoDestino"),
    *("paisDestino", "paisAdquisicion"),
)
COSTS = ("fleteInternacional", "seguroInternacional", "gastosAduaneros", "gastosTransporteOtros")


def export(**changes: Any) -> AnyDocument:
    """Return the example, with parts of its foreign trade changed."""
    given = exportacion()
    return read_document(given | {"exportacion": given["exportacion"] | changes})


def xml(document: AnyDocument) -> bytes:
    """Return its XML."""
    return to_xml(document, str(clave_of(document))).content


def test_costs_are_in_the_total() -> None:
    """Goods, taxes, freight and insurance make the total; a cost more without the total is told to the cent."""
    assert check_amounts(export()) == []
    told = [one.where for one in check_amounts(export(gastosAduaneros="0.01"))]
    assert told == ["importeTotal"]


def test_what_we_write_is_in_the_schemas_order() -> None:
    """The block stands before the buyer, the costs before the total, and our table takes it."""
    root = etree.fromstring(xml(export()))
    names = [one.tag for one in root.iterfind("infoFactura/*")]
    assert names[names.index("comercioExterior") :][: len(BLOCK)] == list(BLOCK)
    assert names[names.index("propina") + 1 :][:5] == [*COSTS, "importeTotal"]
    assert names[names.index("totalSinImpuestos") + 1] == "incoTermTotalSinImpuestos"
    assert check_root(root, "01") == []


def test_our_table_says_of_exports_what_the_schema_says() -> None:
    """The schema takes the example, and of 2,000 mutated exports both take the same ones."""
    schemas, root = OfficialSchemas(shared_material("sri/xsd")), etree.fromstring(xml(export()))
    assert schemas.check_root(root, "01") == []
    names = sorted({str(one.tag) for one in root.iter()})
    for one in mutated(root, names, 2_000, "export"):
        theirs, ours = schemas.check_root(one, "01"), check_root(one, "01")
        assert bool(theirs) == bool(ours), (theirs[:2], ours[:2])


@pytest.mark.parametrize(
    ("name", "value"),
    [("incoTermFactura", "cif"), ("paisDestino", "US"), ("puertoDestino", None), ("incoTermTotalSinImpuestos", "")],
)
def test_what_does_not_fit_is_told(name: str, value: str | None) -> None:
    """A country without its three digits, a term in small letters, a port that is left out."""
    with pytest.raises(Wrong) as caught:
        export(**{name: value})
    assert f"exportacion.{name}" in caught.value.es


def test_texts_are_cleaned_as_everywhere() -> None:
    """A line feed goes, and what is too long is cut, which is told."""
    document = export(puertoDestino="PUERTO\nNUEVO", lugarIncoTerm="X" * 301)
    root = etree.fromstring(xml(document))
    assert root.findtext("infoFactura/puertoDestino") == "PUERTO NUEVO"
    assert root.findtext("infoFactura/lugarIncoTerm") == "X" * 300
    assert [(one.code, one.where) for one in check_structure(document)] == [("text.cut", "lugarIncoTerm")]


def test_the_printed_form_says_it() -> None:
    """Terms, ports and countries stand on it, and each cost in the totals."""
    document = export()
    clave = str(clave_of(document))
    [page] = pypdfium2.PdfDocument(ride(xml(document), Authorised(clave, "2026-11-23T17:20:03-05:00")))
    text = " ".join(page.get_textpage().get_text_range().split())
    for wanted in (
        "EXPORTADOR",
        "INCOTERM CIF",
        "GUAYAQUIL",
        "FLETE INTERNACIONAL 120.00",
        "SEGURO INTERNACIONAL 15.50",
    ):
        assert wanted in text
    assert "VALOR TOTAL 510.50" in text


def test_who_does_not_issue_it() -> None:
    """Dátil and Ecuafact are told nothing of foreign trade: the document is refused by its name, and nothing is left out."""
    for found in (
        datil.problems(export(), "1"),
        ecuafact.problems(export(), EcuafactSettings(ambiente="1", api_key="k", numbering="odoo")),
    ):
        [told] = [one for one in found if one.code == "variant"]
        assert "use una conexión directa con el SRI" in told.es


def test_another_factura_is_as_before() -> None:
    """Without the block nothing of it is written, and the document's form in messages is what it was."""
    given = exportacion()
    del given["exportacion"]
    document = read_document(given)
    assert "exportacion" not in document.to_json()
    assert not {*BLOCK, *COSTS} & {str(one.tag) for one in etree.fromstring(xml(document)).iter()}
    assert Exportacion.model_validate(exportacion()["exportacion"]).costos == 135.5
