"""What the imitated authority reads of a document: identity and amounts, from the SRI's XML or as a provider tells them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from lxml import etree

ROOTS = {
    "factura": "01",
    "liquidacionCompra": "03",
    "notaCredito": "04",
    "notaDebito": "05",
    "guiaRemision": "06",
    "comprobanteRetencion": "07",
}
"""Name of the root element → codDoc."""

_NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]{0,8})?")


class Unreadable(Exception):
    """Not such a document; `code` is the authority's."""

    def __init__(self, code: str, detail: str) -> None:
        """`detail` says what is wrong."""
        super().__init__(detail)
        self.code = code
        self.detail = detail


@dataclass(frozen=True)
class Tax:
    """A tax of a line or of the head; `rate` in per cent, None where the document says none."""

    code: str
    percentage: str
    base: Decimal
    value: Decimal
    rate: Decimal | None = None
    additional_discount: Decimal = Decimal(0)


@dataclass(frozen=True)
class Line:
    """A line: `total` is quantity times price less discount, before taxes."""

    quantity: Decimal
    price: Decimal
    discount: Decimal
    total: Decimal
    taxes: tuple[Tax, ...] = ()


@dataclass(frozen=True)
class Withheld:
    """One withholding: `rate` in per cent of `base`."""

    base: Decimal
    rate: Decimal
    value: Decimal


@dataclass(frozen=True)
class Amounts:
    """The sums of a document. What its type does not have stays empty or None and is not judged."""

    lines: tuple[Line, ...] = ()
    reasons: tuple[Decimal, ...] = ()
    taxes: tuple[Tax, ...] = ()
    untaxed: Decimal | None = None
    discount: Decimal | None = None
    others: Decimal = Decimal(0)
    total: Decimal | None = None
    payments: tuple[Decimal, ...] = ()
    withheld: tuple[Withheld, ...] = ()


@dataclass(frozen=True)
class Filing:
    """One document as it is filed. `content` is what `comprobante` gives back: exactly the text that came.

    `begin`, `end`: the days of transport of a guía.
    """

    clave: str
    cod_doc: str
    ruc: str
    ambiente: str
    estab: str
    pto_emi: str
    secuencial: str
    fecha: date
    content: str
    amounts: Amounts = Amounts()
    begin: date | None = None
    end: date | None = None

    @property
    def numero(self) -> str:
        """`001-001-000000123`."""
        return f"{self.estab}-{self.pto_emi}-{self.secuencial}"

    @property
    def name(self) -> str:
        """What may be used once: issuer, environment, type and number."""
        return "|".join((self.ruc, self.ambiente, self.cod_doc, self.estab, self.pto_emi, self.secuencial))


def parse(raw: bytes) -> etree._Element:
    """Return the root element of `raw`, entities and network off. Raises `Unreadable`."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(raw, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable("35", f"Archivo no es un XML bien formado: {error}"[:300]) from None
    if root.getroottree().docinfo.doctype:
        raise Unreadable("35", "El archivo no puede tener DOCTYPE")
    return root


def read_filing(root: etree._Element, content: str) -> Filing:
    """Return what the document says. Raises `Unreadable`."""
    cod_doc = ROOTS.get(str(root.tag))
    if cod_doc is None:
        raise Unreadable("47", f"No existe el comprobante {root.tag}"[:300])
    info = _info(root)
    stated = _text(root, "infoTributaria/codDoc")
    if stated != cod_doc:
        raise Unreadable("35", f"codDoc {stated} no corresponde a {root.tag}")
    begin, end = (_day_or_none(info, name) for name in ("fechaIniTransporte", "fechaFinTransporte"))
    clave = _text(root, "infoTributaria/claveAcceso")
    return Filing(
        clave=clave,
        cod_doc=cod_doc,
        ruc=_text(root, "infoTributaria/ruc"),
        ambiente=_text(root, "infoTributaria/ambiente"),
        estab=_text(root, "infoTributaria/estab"),
        pto_emi=_text(root, "infoTributaria/ptoEmi"),
        secuencial=_text(root, "infoTributaria/secuencial"),
        fecha=_day_or_none(info, "fechaEmision") or _day_of_clave(clave),
        content=content,
        amounts=_amounts(root, info),
        begin=begin,
        end=end,
    )


def _info(root: etree._Element) -> etree._Element:
    for child in root:
        if isinstance(child.tag, str) and child.tag.startswith("info") and child.tag != "infoTributaria":
            return child
    raise Unreadable("35", "Falta la información del comprobante")


def _text(place: etree._Element, path: str) -> str:
    found = place.findtext(path)
    if not found:
        raise Unreadable("35", f"Falta {path.rpartition('/')[2]}")
    return str(found)


def _number(place: etree._Element, path: str) -> Decimal:
    found = _number_or_none(place, path)
    if found is None:
        raise Unreadable("35", f"Falta {path}")
    return found


def _number_or_none(place: etree._Element, path: str) -> Decimal | None:
    text = place.findtext(path)
    if text is None:
        return None
    if not _NUMBER.fullmatch(text):
        raise Unreadable("35", f"{path} no es un número")
    return Decimal(text)


def _day_or_none(place: etree._Element, name: str) -> date | None:
    text = place.findtext(name)
    if text is None:
        return None
    if not re.fullmatch(r"[0-9]{2}/[0-9]{2}/[0-9]{4}", text):
        raise Unreadable("35", f"{name} no es una fecha dd/mm/aaaa")
    try:
        return datetime.strptime(text, "%d/%m/%Y").date()  # noqa: DTZ007 -- a calendar day
    except ValueError:
        raise Unreadable("67", f"{name}: {text} no existe") from None


def _day_of_clave(clave: str) -> date:
    try:
        return datetime.strptime(clave[:8], "%d%m%Y").date()  # noqa: DTZ007 -- a calendar day
    except ValueError:
        raise Unreadable("58", "La fecha de la clave no existe") from None


def _amounts(root: etree._Element, info: etree._Element) -> Amounts:
    if root.tag == "guiaRemision":
        return Amounts()
    if root.tag == "comprobanteRetencion":
        return Amounts(withheld=tuple(_withheld(root)))
    head = "impuestos/impuesto" if root.tag == "notaDebito" else "totalConImpuestos/totalImpuesto"
    totals = [_number_or_none(info, name) for name in ("importeTotal", "valorModificacion", "valorTotal")]
    return Amounts(
        lines=tuple(_line(one) for one in root.iterfind("detalles/detalle")),
        reasons=tuple(_number(one, "valor") for one in root.iterfind("motivos/motivo")),
        taxes=tuple(_tax(one) for one in info.iterfind(head)),
        untaxed=_number(info, "totalSinImpuestos"),
        discount=_number_or_none(info, "totalDescuento"),
        others=_others(root, info),
        total=next((one for one in totals if one is not None), None),
        payments=tuple(_number(one, "total") for one in info.iterfind("pagos/pago")),
    )


def _others(root: etree._Element, info: etree._Element) -> Decimal:
    names = ("propina", "fleteInternacional", "seguroInternacional", "gastosAduaneros", "gastosTransporteOtros")
    in_head = sum((_number_or_none(info, name) or Decimal(0) for name in names), Decimal(0))
    return in_head + sum((_number(one, "total") for one in root.iterfind("otrosRubrosTerceros/rubro")), Decimal(0))


def _line(place: etree._Element) -> Line:
    return Line(
        _number(place, "cantidad"),
        _number(place, "precioUnitario"),
        _number_or_none(place, "descuento") or Decimal(0),
        _number(place, "precioTotalSinImpuesto"),
        tuple(_tax(one) for one in place.iterfind("impuestos/impuesto")),
    )


def _tax(place: etree._Element) -> Tax:
    return Tax(
        _text(place, "codigo"),
        _text(place, "codigoPorcentaje"),
        _number(place, "baseImponible"),
        _number(place, "valor"),
        _number_or_none(place, "tarifa"),
        _number_or_none(place, "descuentoAdicional") or Decimal(0),
    )


def _withheld(root: etree._Element) -> Iterator[Withheld]:
    for one in root.iterfind("docsSustento/docSustento/retenciones/retencion"):
        yield Withheld(_number(one, "baseImponible"), _number(one, "porcentajeRetener"), _number(one, "valorRetenido"))


__all__ = ["ROOTS", "Amounts", "Filing", "Line", "Tax", "Unreadable", "Withheld", "parse", "read_filing"]
