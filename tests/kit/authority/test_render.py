"""What an imitated company was told, as the SRI's XML."""

from decimal import Decimal

import pytest
from lxml import etree

from caravana.kit.authority import Authority, render
from caravana.kit.clock import ManualClock
from tests.kit.authority.filed import Paper

TAX = {"valor": "5.25", "codigo": 2, "codigoPorcentaje": "4", "tarifa": Decimal(15), "baseImponible": "35.00"}


def told(paper: Paper) -> dict[str, object]:
    """Return a factura as a company was told, in no order."""
    return {
        "detalles": {
            "detalle": [
                {
                    "impuestos": {"impuesto": [TAX]},
                    "precioTotalSinImpuesto": "35.00",
                    "descuento": Decimal("2.50"),
                    "precioUnitario": "12.50",
                    "cantidad": 3,
                    "descripcion": "CONSULTORÍA",
                    "codigoPrincipal": None,
                    "detallesAdicionales": {},
                }
            ]
        },
        "infoAdicional": {"campoAdicional": [{"@nombre": "Correo", "#": "ana@example.com"}]},
        "infoTributaria": {
            "claveAcceso": paper.clave,
            "codDoc": "01",
            "ruc": paper.ruc,
            "estab": "001",
            "ptoEmi": "001",
            "secuencial": f"{paper.number:09}",
            "ambiente": 1,
            "tipoEmision": 1,
            "razonSocial": "EMPRESA XYZ S.A.",
            "dirMatriz": "QUITO",
        },
        "infoFactura": {
            "fechaEmision": f"{paper.fecha:%d/%m/%Y}",
            "identificacionComprador": "1710034065",
            "razonSocialComprador": "ANA & CÍA",
            "tipoIdentificacionComprador": "05",
            "importeTotal": "40.25",
            "totalConImpuestos": {"totalImpuesto": {name: TAX[name] for name in TAX if name != "tarifa"}},
            "totalDescuento": "2.50",
            "totalSinImpuestos": "35.00",
        },
    }


def test_what_was_told_becomes_a_document_that_the_authority_takes() -> None:
    """Elements stand in the SRI's order, what is empty stays out, and structure and sums are right."""
    paper = Paper()
    raw = render("01", told(paper))
    assert Authority(ManualClock()).receive_xml(raw, signed=False).messages == ()
    root = etree.fromstring(raw)
    assert (root.tag, dict(root.attrib)) == ("factura", {"id": "comprobante", "version": "2.1.0"})
    assert [one.tag for one in root] == ["infoTributaria", "infoFactura", "detalles", "infoAdicional"]
    assert root.find("infoAdicional/campoAdicional").attrib == {"nombre": "Correo"}
    assert root.find("detalles/detalle/detallesAdicionales") is None


def test_a_name_that_there_is_not_is_an_error() -> None:
    """A misspelt element would be lost silently."""
    with pytest.raises(ValueError, match=r"infoTributaria has no rucc"):
        render("01", {"infoTributaria": {"rucc": "1"}})
    with pytest.raises(ValueError, match="no type of document 09"):
        render("09", {})


def test_the_table_of_structure_is_the_usual_check() -> None:
    """A wrong order is 35, and a version that the table does not have is 48."""
    authority = Authority(ManualClock())
    moved = Paper().but(("<estab>001</estab><ptoEmi>001</ptoEmi>", "<ptoEmi>001</ptoEmi><estab>001</estab>"))
    assert authority.receive_xml(moved.xml, signed=False).codes == ("35",)
    old = Paper().but(('version="2.1.0"', 'version="1.0.0"'))
    assert authority.receive_xml(old.xml, signed=False).codes == ("48",)
