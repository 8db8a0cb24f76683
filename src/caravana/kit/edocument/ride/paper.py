"""What stands on the printed form of a document: read from its XML, in Spanish, and still without any layout. Pure.

Content: what the SRI's technical sheet asks of a RIDE as far as public templates show it (2026-11): issuer with its legends,
number, authorisation, clave, receiver, lines, subtotals by rate, forms of payment, additional information.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from lxml import etree

from caravana.kit.edocument.codes import DOCUMENTS, PAYMENT_FORMS, RENTA, RET_IVA, WITHHOLDINGS
from caravana.kit.edocument.document import TYPES
from caravana.kit.edocument.ride.form import Authorised, Column, NotPrintable, Pair, Paper, Section
from caravana.kit.edocument.ride.totals import sum_of, totals_of
from caravana.kit.edocument.structure.table import STRUCTURES


def read_paper(content: bytes, authorised: Authorised | None = None) -> Paper:
    """Return what is printed of a document. Raises `NotPrintable`."""
    root = _parse(content)
    if etree.QName(root).localname == "autorizacion":
        parts = {etree.QName(one).localname: (one.text or "").strip() for one in root.iterchildren(tag=etree.Element)}
        if parts.get("estado") == "AUTORIZADO":
            told = Authorised(parts.get("numeroAutorizacion"), parts.get("fechaAutorizacion"))
            authorised = authorised or told
        root = _parse(parts.get("comprobante", "").encode())
    found = [(cod, name) for cod, name in STRUCTURES.items() if name == root.tag]
    if not found or root.find("infoTributaria") is None:
        raise NotPrintable(f"<{root.tag}> is no document of the SRI")
    cod_doc = found[0][0]
    body = _READERS[cod_doc](root)
    head = replace(_head(root, cod_doc), authorised=authorised)
    return replace(head, sections=body.sections, totals=body.totals, payments=body.payments)


def _parse(content: bytes) -> "etree._Element":
    try:
        return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NotPrintable(f"it is no XML: {error}"[:200]) from None


def _head(root: "etree._Element", cod_doc: str) -> Paper:
    tax, info = root.find("infoTributaria"), _info(root)
    assert tax is not None
    clave = _text(tax, "claveAcceso")
    if not (len(clave) == 49 and clave.isascii() and clave.isdigit()):
        raise NotPrintable("the document has no clave de acceso")
    return Paper(
        cod_doc=cod_doc,
        title=TYPES[cod_doc].title,
        numero="-".join(_text(tax, name) for name in ("estab", "ptoEmi", "secuencial")),
        ruc=_text(tax, "ruc"),
        clave=clave,
        ambiente=_text(tax, "ambiente"),
        razon_social=_text(tax, "razonSocial"),
        nombre_comercial=_text(tax, "nombreComercial"),
        legends=tuple(_legends(tax, info)),
        authorised=None,
        sections=(),
        additional=tuple(
            (one.get("nombre", ""), (one.text or "").strip()) for one in root.iterfind("infoAdicional/campoAdicional")
        ),
    )


def _legends(tax: "etree._Element", info: "etree._Element") -> Iterator[Pair]:
    told = (
        ("Dirección matriz", _text(tax, "dirMatriz")),
        ("Dirección sucursal", _text(info, "dirEstablecimiento")),
        ("Contribuyente especial Nro.", _text(info, "contribuyenteEspecial")),
        ("Obligado a llevar contabilidad", _text(info, "obligadoContabilidad")),
        ("Agente de retención, resolución Nro.", _text(tax, "agenteRetencion")),
        ("", _text(tax, "contribuyenteRimpe")),
    )
    yield from (one for one in told if one[1])


def _info(root: "etree._Element") -> "etree._Element":
    for child in root:
        if isinstance(child.tag, str) and child.tag.startswith("info") and child.tag != "infoTributaria":
            return child
    raise NotPrintable(f"<{root.tag}> has no head")


def _text(place: "etree._Element", path: str) -> str:
    return (place.findtext(path) or "").strip()


def _told(*pairs: Pair) -> tuple[Pair, ...]:
    return tuple(one for one in pairs if one[1])


def _receiver(info: "etree._Element", role: str, word: str) -> tuple[Pair, ...]:
    """Who the document is for."""
    return _told(
        (word, _text(info, f"razonSocial{role}")),
        ("Identificación", _text(info, f"identificacion{role}")),
        ("Fecha de emisión", _text(info, "fechaEmision")),
        ("Dirección", _text(info, f"direccion{role}")),
        ("Guía de remisión", _text(info, "guiaRemision")),
    )


def _foreign_trade(info: "etree._Element") -> tuple[Pair, ...]:
    """What a factura of export has besides; empty for any other."""
    return _told(
        ("Comercio exterior", _text(info, "comercioExterior")),
        ("INCOTERM", _text(info, "incoTermFactura")),
        ("Lugar del INCOTERM", _text(info, "lugarIncoTerm")),
        ("INCOTERM del total sin impuestos", _text(info, "incoTermTotalSinImpuestos")),
        ("País de origen", _text(info, "paisOrigen")),
        ("País de destino", _text(info, "paisDestino")),
        ("Puerto de embarque", _text(info, "puertoEmbarque")),
        ("Puerto de destino", _text(info, "puertoDestino")),
        ("País de adquisición", _text(info, "paisAdquisicion")),
    )


def _changed(info: "etree._Element") -> tuple[Pair, ...]:
    """Which document a note changes."""
    return _told(
        ("Comprobante que se modifica", _document(_text(info, "codDocModificado"), _text(info, "numDocModificado"))),
        ("Fecha de emisión del comprobante", _text(info, "fechaEmisionDocSustento")),
        ("Razón de la modificación", _text(info, "motivo")),
    )


def _document(code: str, number: str) -> str:
    word = DOCUMENTS[code].es.upper() if code in DOCUMENTS else code
    return f"{word} {number}".strip()


LINES = (
    Column("Cód. principal", 12),
    Column("Cód. auxiliar", 11, optional=True),
    Column("Cantidad", 9, "right"),
    Column("Descripción", 45, noted=True),
    Column("Precio unitario", 11, "right"),
    Column("Descuento", 10, "right"),
    Column("Precio total", 11, "right"),
)


def _lines(root: "etree._Element", codes: tuple[str, str]) -> Section:
    rows = [
        (
            _text(one, codes[0]),
            _text(one, codes[1]),
            " ".join(part for part in (_text(one, "cantidad"), _text(one, "unidadMedida")) if part),
            _described(one),
            _text(one, "precioUnitario"),
            _text(one, "descuento"),
            _text(one, "precioTotalSinImpuesto"),
        )
        for one in root.iterfind("detalles/detalle")
    ]
    return Section(columns=LINES, rows=tuple(rows))


def _described(line: "etree._Element") -> str:
    """What is sold, with its additional details as a note."""
    pairs = line.iterfind("detallesAdicionales/detAdicional")
    note = "; ".join(f"{one.get('nombre', '')}: {one.get('valor', '')}" for one in pairs)
    return f"{_text(line, 'descripcion')}\n{note}".rstrip("\n")


def _payments(info: "etree._Element") -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (
            _payment(_text(one, "formaPago")),
            _text(one, "total"),
            " ".join(part for part in (_text(one, "plazo"), _text(one, "unidadTiempo")) if part),
        )
        for one in info.iterfind("pagos/pago")
    )


def _payment(code: str) -> str:
    return PAYMENT_FORMS[code].es.capitalize() if code in PAYMENT_FORMS else code


@dataclass(frozen=True)
class Body:
    """What a type has of its own."""

    sections: tuple[Section, ...]
    totals: tuple[Pair, ...] = ()
    payments: tuple[tuple[str, str, str], ...] = ()


def _factura(root: "etree._Element") -> Body:
    info = _info(root)
    receiver = _receiver(info, "Comprador", "Razón social / Nombres y apellidos")
    lines = _lines(root, ("codigoPrincipal", "codigoAuxiliar"))
    trade = _foreign_trade(info)
    head = (Section(pairs=receiver), *((Section(pairs=trade),) if trade else ()))
    return Body((*head, lines), totals_of(root, info, "importeTotal"), _payments(info))


def _liquidacion(root: "etree._Element") -> Body:
    info = _info(root)
    receiver = _receiver(info, "Proveedor", "Proveedor: nombres y apellidos")
    lines = _lines(root, ("codigoPrincipal", "codigoAuxiliar"))
    return Body((Section(pairs=receiver), lines), totals_of(root, info, "importeTotal"), _payments(info))


def _nota_credito(root: "etree._Element") -> Body:
    info = _info(root)
    receiver = _receiver(info, "Comprador", "Razón social / Nombres y apellidos")
    lines = _lines(root, ("codigoInterno", "codigoAdicional"))
    sections = (Section(pairs=receiver), Section(pairs=_changed(info)), lines)
    return Body(sections, totals_of(root, info, "valorModificacion"))


def _nota_debito(root: "etree._Element") -> Body:
    info = _info(root)
    receiver = _receiver(info, "Comprador", "Razón social / Nombres y apellidos")
    columns = (Column("Razón de la modificación", 80), Column("Valor de la modificación", 20, "right"))
    rows = tuple((_text(one, "razon"), _text(one, "valor")) for one in root.iterfind("motivos/motivo"))
    sections = (Section(pairs=receiver), Section(pairs=_changed(info)), Section(columns=columns, rows=rows))
    return Body(sections, totals_of(root, info, "valorTotal"), _payments(info))


def _guia(root: "etree._Element") -> Body:
    info = _info(root)
    carrier = _told(
        ("Transportista", _text(info, "razonSocialTransportista")),
        ("Identificación", _text(info, "rucTransportista")),
        ("Placa", _text(info, "placa")),
        ("Punto de partida", _text(info, "dirPartida")),
        ("Fecha de inicio del transporte", _text(info, "fechaIniTransporte")),
        ("Fecha de fin del transporte", _text(info, "fechaFinTransporte")),
    )
    recipients = (_recipient(one) for one in root.iterfind("destinatarios/destinatario"))
    return Body((Section(pairs=carrier), *recipients))


CARRIED = (
    Column("Cantidad", 12, "right"),
    Column("Descripción", 60, noted=True),
    Column("Cód. principal", 16),
    Column("Cód. auxiliar", 13, optional=True),
)


def _recipient(place: "etree._Element") -> Section:
    sale = _document(_text(place, "codDocSustento"), _text(place, "numDocSustento"))
    pairs = _told(
        ("Destinatario", _text(place, "razonSocialDestinatario")),
        ("Identificación", _text(place, "identificacionDestinatario")),
        ("Destino (punto de llegada)", _text(place, "dirDestinatario")),
        ("Motivo del traslado", _text(place, "motivoTraslado")),
        ("Comprobante de venta", sale),
        ("Fecha de emisión del comprobante", _text(place, "fechaEmisionDocSustento")),
        ("Autorización del comprobante", _text(place, "numAutDocSustento")),
        ("Ruta", _text(place, "ruta")),
        ("Documento aduanero", _text(place, "docAduaneroUnico")),
        ("Código del establecimiento de destino", _text(place, "codEstabDestino")),
    )
    rows = tuple(
        (
            _text(one, "cantidad"),
            _described(one),
            _text(one, "codigoInterno"),
            _text(one, "codigoAdicional"),
        )
        for one in place.iterfind("detalles/detalle")
    )
    return Section("Destinatario", pairs, CARRIED, rows)


WITHHELD = (
    Column("Comprobante", 13),
    Column("Número", 18),
    Column("Fecha de emisión", 11),
    Column("Ejercicio fiscal", 10),
    Column("Base imponible", 12, "right"),
    Column("Impuesto", 12),
    Column("Código", 8),
    Column("Porcentaje", 10, "right"),
    Column("Valor retenido", 12, "right"),
)


def _retencion(root: "etree._Element") -> Body:
    info = _info(root)
    period = _text(info, "periodoFiscal")
    receiver = _receiver(info, "SujetoRetenido", "Razón social / Nombres y apellidos")
    held = [
        (support, one)
        for support in root.iterfind("docsSustento/docSustento")
        for one in support.iterfind("retenciones/retencion")
    ]
    rows = tuple(_withheld(support, one, period) for support, one in held)
    total = sum_of(_text(one, "valorRetenido") for _, one in held)
    return Body(
        (Section(pairs=(*receiver, ("Período fiscal", period))), Section(columns=WITHHELD, rows=rows)),
        (("TOTAL RETENIDO", total),),
    )


def _withheld(support: "etree._Element", one: "etree._Element", period: str) -> tuple[str, ...]:
    number, code = _text(support, "numDocSustento"), _text(support, "codDocSustento")
    if len(number) == 15:
        number = f"{number[:3]}-{number[3:6]}-{number[6:]}"
    return (
        DOCUMENTS[code].es.capitalize() if code in DOCUMENTS else code,
        number,
        _text(support, "fechaEmisionDocSustento"),
        period,
        _text(one, "baseImponible"),
        _tax_word(_text(one, "codigo")),
        _text(one, "codigoRetencion"),
        f"{_text(one, 'porcentajeRetener')} %",
        _text(one, "valorRetenido"),
    )


def _tax_word(code: str) -> str:
    short = {RENTA: "RENTA", RET_IVA: "IVA"}
    return short.get(code) or (WITHHOLDINGS[code].es.upper() if code in WITHHOLDINGS else code)


_READERS: dict[str, Callable[["etree._Element"], Body]] = {
    "01": _factura,
    "03": _liquidacion,
    "04": _nota_credito,
    "05": _nota_debito,
    "06": _guia,
    "07": _retencion,
}
