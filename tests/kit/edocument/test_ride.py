"""The printed form, looked at as its reader does: pages as pictures, their texts, and the barcode through a scanner."""

import io
from copy import deepcopy
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from lxml import etree
from PIL import Image

from caravana.kit.edocument.clave import clave_of
from caravana.kit.edocument.codes import PAYMENT_FORMS
from caravana.kit.edocument.ride import Authorised, NotPrintable, read_paper, ride
from caravana.kit.edocument.ride.layout import PENDING, TEST_LEGEND
from caravana.kit.edocument.ride.style import printable
from caravana.kit.edocument.xml import to_xml
from tests.support.edocuments import BUYER, EXAMPLES, ISSUER, example, factura, iva, line
from tests.support.material import shared_material

AT = "2026-11-23T17:20:03-05:00"


def clave(cod_doc: str = "01", **changes: Any) -> str:
    """Return the clave of a type's example."""
    return str(clave_of(example(cod_doc, **changes)))


def content(cod_doc: str = "01", **changes: Any) -> bytes:
    """Return the XML of a type's example."""
    return to_xml(example(cod_doc, **changes), clave(cod_doc, **changes)).content


def printed(cod_doc: str = "01", **changes: Any) -> pypdfium2.PdfDocument:
    """Return the printed form of a type's example, authorised."""
    return pypdfium2.PdfDocument(ride(content(cod_doc, **changes), Authorised(clave(cod_doc, **changes), AT)))


def words(document: pypdfium2.PdfDocument) -> str:
    """Return the text of all pages, with one blank between words."""
    return " ".join(" ".join(page.get_textpage().get_text_range().split()) for page in document)


def logo() -> bytes:
    """Return a picture."""
    out = io.BytesIO()
    Image.new("RGB", (300, 120), "#0b4f8a").save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize("cod_doc", EXAMPLES)
def test_a_scanner_reads_the_clave_from_the_page(cod_doc: str) -> None:
    """The barcode of each type is Code 128, and decodes to the 49 digits that stand below it."""
    document = printed(cod_doc)
    picture = document[0].render(scale=4).to_pil()
    [code] = zxingcpp.read_barcodes(picture)
    assert code.format == zxingcpp.BarcodeFormat.Code128
    assert code.text == clave(cod_doc)
    assert words(document).count(code.text) >= 3  # authorisation, clave, foot of the page


@pytest.mark.parametrize("cod_doc", EXAMPLES)
def test_each_type_says_who_what_and_when(cod_doc: str) -> None:
    """Issuer with its addresses and duty, title and number, environment, authorisation in Ecuador's time, free fields."""
    text = words(printed(cod_doc))
    document = example(cod_doc)
    for wanted in (
        *(ISSUER["razonSocial"], ISSUER["nombreComercial"], ISSUER["dirMatriz"], ISSUER["dirEstablecimiento"]),
        *("Obligado a llevar contabilidad: SI", document.title, f"No. {document.numero}", f"R.U.C.: {ISSUER['ruc']}"),
        *("PRUEBAS", "NORMAL", "23/11/2026 17:20:03", "cliente@ejemplo.test", "Página 1 de 1"),
    ):
        assert str(wanted) in text
    assert PENDING not in text


def test_a_factura_has_its_lines_totals_and_payments() -> None:
    """Every line with its price, each subtotal by rate, the taxes, the total, and how it is paid."""
    text = words(printed())
    for wanted in (
        *("CLIENTE INVENTADO", "1710034065", "SERV-001", "CONSULTORÍA", "1.0112"),
        *("SUBTOTAL 15 % 38.03", "SUBTOTAL 0 % 8.70", "SUBTOTAL NO OBJETO DE IVA 0.00", "SUBTOTAL EXENTO DE IVA 0.00"),
        *("SUBTOTAL SIN IMPUESTOS 46.73", "TOTAL DESCUENTO 2.50", "IVA 15 % 5.71", "ICE 0.00", "IRBPNR 0.00"),
        *("PROPINA 0.00", "VALOR TOTAL 52.44", "30 dias", PAYMENT_FORMS["20"].es.capitalize()),
    ):
        assert wanted in text


def test_the_other_types_say_what_is_theirs() -> None:
    """What a note changes and why; carrier, plate, route and recipient; what is withheld of which document."""
    wanted = {
        "03": ("PROVEEDOR INVENTADO S.A.", "CUENCA", "VALOR TOTAL 115.00"),
        "04": ("FACTURA 001-001-000000123", "20/11/2026", "DEVOLUCIÓN", "IVA 15 % 1.88", "VALOR TOTAL 14.38"),
        "05": ("FACTURA 001-001-000000123", "INTERÉS POR MORA 10.00", "VALOR TOTAL 11.50"),
        "06": ("TRANSPORTISTA INVENTADO", "PBA1234", "QUITO - GUAYAQUIL", "VENTA", "24/11/2026", "REPUESTO"),
        "07": ("001-001-000000045", "RENTA 312 1.75 % 1.75", "IVA 1 30 % 4.50", "TOTAL RETENIDO 6.25", "11/2026"),
    }
    for cod_doc, texts in wanted.items():
        text = words(printed(cod_doc))
        assert [one for one in texts if one not in text] == []


def test_ice_tip_and_other_rates_have_their_lines() -> None:
    """A rate of 5 %, an exempt line, ICE and a tip are each told."""
    beer = line("CER", "CERVEZA", "1", "10.00", "10.00", iva("11.00", "0.55", "5", "5"))
    beer["impuestos"].append({**iva("10.00", "1.00", "3031", "10"), "codigo": "3"})
    book = line("LIB", "LIBRO", "1", "2.00", "2.00", iva("2.00", "0.00", "7", "0"))
    taxes = [iva("11.00", "0.55", "5", "5"), iva("2.00", "0.00", "7", "0"), beer["impuestos"][1]]
    text = words(printed(detalles=[beer, book], impuestos=taxes, propina="1.00", importeTotal="14.55"))
    for wanted in ("SUBTOTAL 5 % 11.00", "SUBTOTAL EXENTO DE IVA 2.00", "ICE 1.00", "IVA 5 % 0.55", "PROPINA 1.00"):
        assert wanted in text


def test_only_a_test_says_that_it_is_worth_nothing() -> None:
    """In pruebas the legend stands on the page; in producción it does not."""
    assert TEST_LEGEND in words(printed())
    live = words(printed(ambiente="2"))
    assert (TEST_LEGEND in live, "PRODUCCIÓN" in live) == (False, True)


def test_before_the_authorisation_it_is_pending() -> None:
    """The form may be handed over before: it has its clave, and says that the SRI has not spoken yet."""
    text = words(pypdfium2.PdfDocument(ride(content())))
    assert PENDING in text
    assert clave() in text


def test_a_moment_is_told_in_ecuadors_time() -> None:
    """Whatever its offset; without one it is Ecuador's already, and what is no moment is told as it came."""
    told = [Authorised("1", at).moment for at in (AT, "2026-11-23T22:20:03Z", "2026-11-23T17:20:03", "ayer", None)]
    assert told == ["23/11/2026 17:20:03"] * 3 + ["ayer", ""]


def test_many_lines_go_on_over_the_pages() -> None:
    """Two hundred lines: each is there once, each page says what it is of, and the numbers of the pages fit."""
    lines = [{**factura()["detalles"][0], "descripcion": f"ARTÍCULO {number:03}"} for number in range(200)]
    document = printed(detalles=lines)
    text = words(document)
    assert len(document) > 2
    assert [number for number in range(200) if text.count(f"ARTÍCULO {number:03}") != 1] == []
    assert all(f"Página {place} de {len(document)}" in text for place in range(1, len(document) + 1))
    assert text.count("FACTURA 001-001-000000123") == len(document) - 1  # on each page after the first
    pages = [page.get_textpage().get_text_range() for page in document]
    assert all("Precio unitario" in " ".join(one.split()) for one in pages if "ARTÍCULO" in one)


def test_long_texts_wrap_and_stay_on_the_page() -> None:
    """A description of 300 characters without a blank, and long notes, names and fields: all whole, none beyond the edge."""
    lines = factura()["detalles"]
    lines[0] |= {"descripcion": "MOCHILA DE LONA " * 18, "detallesAdicionales": {"Lote": "L" * 290, "Vence": "12/2027"}}
    lines[1] |= {"descripcion": "X" * 300}
    fields = [{"nombre": f"Campo {number}", "valor": "palabra " * 37} for number in range(15)]
    buyer = BUYER | {"razonSocial": "COMERCIALIZADORA " * 17, "direccion": "AV. AMAZONAS " * 20}
    document = printed(detalles=lines, infoAdicional=fields, receptor=buyer)
    text = "".join(words(document).split())
    assert (text.count("X" * 300), text.count("L" * 290)) == (1, 1)
    assert text.count("palabra") == 15 * 37
    for page in document:
        boxes = page.get_textpage()
        edges = [boxes.get_charbox(place) for place in range(boxes.count_chars())]
        assert max(one[2] for one in edges) <= page.get_width() - 20
        assert min(one[1] for one in edges) >= 20


def test_what_is_said_of_a_recipient_stays_together() -> None:
    """A guía to several: who gets it, and where, stands on the page on which his goods begin."""
    recipient = EXAMPLES["06"]()["destinatarios"][0]
    goods = [{**recipient["detalles"][0], "descripcion": f"REPUESTO {number}"} for number in range(8)]
    document = printed("06", destinatarios=[{**recipient, "detalles": goods}] * 5)
    assert len(document) > 1
    for page in document:
        text = page.get_textpage().get_text_range()
        assert text.count("Destinatario") == text.count("Ruta") == text.count("REPUESTO 0")


LONG = {
    *("razonSocial", "nombreComercial", "dirMatriz", "dirEstablecimiento", "direccionComprador", "direccionProveedor"),
    *("razonSocialComprador", "razonSocialProveedor", "razonSocialSujetoRetenido", "razonSocialTransportista"),
    *("razonSocialDestinatario", "dirDestinatario", "dirPartida", "ruta", "motivoTraslado", "motivo", "razon"),
    *("descripcion", "campoAdicional"),
}
REPEATED = {"detalle": 4, "destinatario": 3, "motivo": 9, "retencion": 20, "campoAdicional": 15, "pago": 20}


@pytest.mark.parametrize("cod_doc", EXAMPLES)
def test_the_longest_that_the_sri_allows_fits(cod_doc: str) -> None:
    """Every text of 300 letters at once, and lists as long as they come: all of it is printed, none beyond the edge."""
    root, letters = etree.fromstring(content(cod_doc)), "W" * 300
    for one in list(root.iter(etree.Element)):
        if one.tag in LONG and len(one) == 0:
            one.text = letters
        if one.tag == "campoAdicional":
            one.set("nombre", letters)
        elif one.tag == "detalle":
            more = etree.SubElement(one, "detallesAdicionales")
            for _ in range(3):
                etree.SubElement(more, "detAdicional", nombre=letters, valor=letters)
    for one in list(root.iter(etree.Element)):
        parent = one.getparent()
        if parent is not None and len(parent) == 1:
            for _ in range(REPEATED.get(str(one.tag), 1) - 1):
                parent.append(deepcopy(one))
    document = pypdfium2.PdfDocument(ride(etree.tostring(root), logo=logo()))
    told = "".join(root.itertext()).count(letters)
    assert len(document) > 1
    assert "".join(words(document).split()).count(letters) >= told
    for page in document:
        boxes = page.get_textpage()
        assert min(boxes.get_charbox(place)[1] for place in range(boxes.count_chars())) >= 20


def test_what_stands_in_the_document_is_text_and_nothing_else() -> None:
    """Markup in a description is printed as it was written; letters beyond Western Europe lose their accents."""
    lines = [{**factura()["detalles"][0], "descripcion": "<b>A & B</b> ŁUKASZ ŻÓŁW 株"}]
    assert "<b>A & B</b> LUKASZ ZÓLW ?" in words(printed(detalles=lines))
    assert printable("Señor Ñandú €") == "Señor Ñandú €"


def test_the_same_document_gives_the_same_bytes() -> None:
    """An attachment that is made again is no second one."""
    told = Authorised(clave(), AT)
    assert ride(content(), told, logo=logo()) == ride(content(), told, logo=logo())


def test_the_logo_is_printed() -> None:
    """It stands at the top left, in its colours."""
    page = pypdfium2.PdfDocument(ride(content(), logo=logo()))[0].render(scale=2).to_pil()
    assert page.getpixel((120, 120)) == (0x0B, 0x4F, 0x8A)
    with pytest.raises(NotPrintable, match="logo"):
        ride(content(), logo=b"GIF or whatever")


def test_legends_of_the_issuer_are_told() -> None:
    """Special taxpayer, withholding agent and RIMPE."""
    issuer = ISSUER | {
        "contribuyenteEspecial": "12345",
        "agenteRetencion": "1",
        "contribuyenteRimpe": "CONTRIBUYENTE RÉGIMEN RIMPE",
    }
    text = words(printed(emisor=issuer))
    for wanted in ("especial Nro.: 12345", "resolución Nro.: 1", "CONTRIBUYENTE RÉGIMEN RIMPE"):
        assert wanted in text


@pytest.mark.parametrize("raw", [b"", b"no XML", b"<factura/>", b"<html><infoTributaria/></html>", b"<autorizacion/>"])
def test_what_is_no_document_is_not_printed(raw: bytes) -> None:
    """An error that says so, never half a page."""
    with pytest.raises(NotPrintable):
        ride(raw)


@pytest.mark.shared
def test_documents_of_others_are_printed() -> None:
    """The samples of all six types, and a signed one inside the SRI's wrapper."""
    paths = sorted(shared_material("sri/samples").glob("*_unsigned.xml"))
    assert len({read_paper(one.read_bytes()).cod_doc for one in paths}) == 6
    assert all(ride(one.read_bytes()).startswith(b"%PDF") for one in paths)
    signed = shared_material("sri/samples/factura_2.1.0_signed_sha1_selfmade.xml").read_text("utf-8")
    wrapper = (
        "<autorizacion><estado>AUTORIZADO</estado><numeroAutorizacion>1</numeroAutorizacion>"
        f"<fechaAutorizacion>{AT}</fechaAutorizacion><comprobante><![CDATA[{signed}]]></comprobante></autorizacion>"
    )
    assert read_paper(wrapper.encode()).authorised == Authorised("1", AT)


@pytest.mark.parametrize("cod_doc", ["01", "03"])
def test_a_long_name_does_not_run_into_the_title(cod_doc: str) -> None:
    """On later pages the issuer's name ends before the document's title begins, however wide its letters are."""
    many = [line("X", f"SERVICIO {place}", "1", "1.00", "1.00", iva("1.00", "0.15")) for place in range(60)]
    wide = ISSUER | {
        "razonSocial": "IMPORTADORA MOMWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW & MOMWWWWWWWWWWWWWWWWWWWWWWWWWWWW CIA. LTDA."
    }
    page = printed(cod_doc, detalles=many, emisor=wide)[1]
    texts = page.get_textpage()
    height = page.get_height()
    head = [box for box in (texts.get_rect(at) for at in range(texts.count_rects())) if box[1] > height - 60]
    [name, title] = sorted(head)
    assert name[2] < title[0]
