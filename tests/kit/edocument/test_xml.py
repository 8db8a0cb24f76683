"""The SRI's XML of the six types: order, what is left out, texts cleaned and cut."""

import pytest
from lxml import etree

from caravana.kit.edocument.clave import clave_of
from caravana.kit.edocument.structure import check_text
from caravana.kit.edocument.xml import clean, to_xml
from tests.support.edocuments import EXAMPLES, example, factura
from tests.support.material import shared_material

SCHEMAS = {
    "01": "factura_V2.1.0",
    "03": "LiquidacionCompra_V1.1.0",
    "04": "NotaCredito_V1.1.0",
    "05": "NotaDebito_V1.0.0",
    "06": "GuiaRemision_V1.1.0",
    "07": "ComprobanteRetencion_V2.0.0",
}


def written(cod_doc: str = "01", **changes: object) -> bytes:
    """Return the XML of a type's example."""
    document = example(cod_doc, **changes)
    return to_xml(document, str(clave_of(document))).content


def texts(content: bytes, path: str) -> list[str | None]:
    """Return the texts of the elements at `path`."""
    return [one.text for one in etree.fromstring(content).iterfind(path)]


@pytest.mark.parametrize("cod_doc", EXAMPLES)
def test_our_table_accepts_each_type(cod_doc: str) -> None:
    """Each type's example is written as the table of structure demands."""
    assert check_text(written(cod_doc), cod_doc) == []


@pytest.mark.shared
@pytest.mark.parametrize("cod_doc", EXAMPLES)
def test_the_schemas_accept_each_type(cod_doc: str) -> None:
    """Each type's example is valid by the SRI's schema of the version that is sent."""
    schema = etree.XMLSchema(file=str(shared_material(f"sri/xsd/{SCHEMAS[cod_doc]}.xsd")))
    schema.assertValid(etree.fromstring(written(cod_doc)))


def test_it_is_compact_with_id_and_version() -> None:
    """The root carries the id that the signature refers to; nothing stands between elements; the declaration names UTF-8."""
    content = written()
    assert content.startswith(
        b"<?xml version='1.0' encoding='UTF-8'?>\n<factura id=\"comprobante\" version=\"2.1.0\"><infoTributaria>"
    )
    assert b"XYZ &amp; ASOCIADOS \xc3\x91AND\xc3\x9a" in content
    assert b">\n<" not in content.partition(b"?>\n")[2]


def test_the_head_keeps_the_order_of_its_type() -> None:
    """In notes the issuer's accounting duty stands behind the buyer; in a factura before."""
    invoice, note = (etree.fromstring(written(one))[1] for one in ("01", "04"))
    names = [one.tag for one in invoice]
    assert names.index("obligadoContabilidad") < names.index("tipoIdentificacionComprador")
    names = [one.tag for one in note]
    assert names.index("obligadoContabilidad") > names.index("identificacionComprador")


def test_what_is_empty_is_left_out() -> None:
    """A document without free fields, address and terms has no empty elements."""
    buyer = {"tipoIdentificacion": "05", "identificacion": "1710034065", "razonSocial": "CLIENTE", "direccion": " \n"}
    content = written(
        receptor=buyer, infoAdicional=[{"nombre": "Nota", "valor": ""}], pagos=[{"formaPago": "01", "total": "52.44"}]
    )
    assert all(one.text or len(one) for one in etree.fromstring(content).iter())
    assert (
        texts(content, ".//plazo") == texts(content, ".//direccionComprador") == texts(content, "infoAdicional") == []
    )


def test_line_feeds_and_control_characters_become_blanks() -> None:
    """A description from a form with several lines is one line, and special characters come through."""
    lines = factura()["detalles"]
    lines[0] = lines[0] | {"descripcion": " Tornillo <M8>\r\n\tcon\x0btuerca & «arandela»\u2028 100\x00 "}
    assert (
        texts(written(detalles=lines), "detalles/detalle/descripcion")[0] == "Tornillo <M8> con tuerca & «arandela» 100"
    )
    assert clean("\n\t ") == ""


def test_a_long_text_is_cut_and_told() -> None:
    """400 characters of description become 300 with a warning; a long code is left for the check to refuse."""
    lines = factura()["detalles"]
    lines[1] = lines[1] | {"descripcion": "x" * 400, "codigoPrincipal": "C" * 26}
    document = example("01", detalles=lines)
    xml = to_xml(document, str(clave_of(document)))
    assert [(one.code, one.where, one.severity) for one in xml.problems] == [
        ("text.cut", "detalles/detalle[2]/descripcion", "warning")
    ]
    assert [(one.code, one.where) for one in check_text(xml.content, "01")] == [
        ("structure.length", "detalles/detalle[2]/codigoPrincipal")
    ]


def test_numbers_keep_their_decimals() -> None:
    """Money has two decimals, prices keep up to six, and what has too many is never rounded but refused."""
    lines = factura()["detalles"]
    lines[0] = lines[0] | {"precioUnitario": "12.500000", "cantidad": "3.5", "descuento": "2.505"}
    content = written(detalles=lines)
    assert texts(content, ".//precioUnitario")[:2] == ["12.50", "1.0112"]
    assert texts(content, ".//cantidad")[0] == "3.50"
    assert [one.code for one in check_text(content, "01")] == ["structure.decimals"]


def test_retencion_writes_its_support_without_dashes() -> None:
    """The number of the support document has fifteen digits, and its own XML has no date of emission in the guía."""
    assert texts(written("07"), ".//numDocSustento") == ["001001000000045"]
    assert texts(written("06"), ".//numDocSustento") == ["001-001-000000123"]
    assert texts(written("06"), ".//fechaEmision") == []


def test_without_number_nothing_is_written() -> None:
    """A document that its company numbers has no clave and no XML of ours."""
    document = example("01", secuencial=None)
    with pytest.raises(ValueError, match="no number"):
        clave_of(document)
    with pytest.raises(ValueError, match="no number"):
        to_xml(document, "")
