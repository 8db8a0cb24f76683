"""Texts of banks in one form: folded, split into words, without what every bank writes."""

import re
import unicodedata
from functools import lru_cache

from stdnum.ec import ci, ruc

_WORD = re.compile(r"[a-z]+")
_LEGAL = re.compile(
    r"\b(?:c(?:ia|ompania)?[\s.]*l(?:tda|imitada)|s[\s.]*a[\s.]*s(?:[\s.]*b[\s.]*i[\s.]*c)?|s[\s.]*a|c[\s.]*a|s[\s.]*c[\s.]*c|"
    r"e[\s.]*p|cia|ltda|ltd|inc|corp|b[\s.]*i[\s.]*c)\b\.?"
)
_NOISE_TEXT = """
transferencia transf transfer trf trans deposito dep pago pagos pag abono abonos credito cred cr debito nota nc nd recibida
recibido recibo interbancaria interbanc interb interbancario directa directo spi bce banco banca bco bank internet web app movil
ventanilla cuenta cta ahorros aho corriente cte por para del las los con una el la de y e via ref referencia concepto motivo
detalle nro num numero no factura facturas fact fac fc fra canc cancelacion cancela valor saldo total doc documento comprobante
comp ret retencion retenciones proveedor proveedores cliente compra compras venta ventas mercaderia mercaderias gracias urgente
varias varios ordenante beneficiario ruc ci cedula enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre
diciembre payment invoice from to the for
"""
NOISE = frozenset(_NOISE_TEXT.split())
_DIGITS = re.compile(r"(?<!\d)\d{10}(?:001)?(?!\d)")
_RUC = 13


@lru_cache(65_536)
def fold(text: str) -> str:
    """Return `text` in small letters without accents."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(one for one in plain if not unicodedata.combining(one))


@lru_cache(65_536)
def name_words(text: str) -> tuple[str, ...]:
    """Return the words that make a name, in their order: without legal forms and what banks write around it."""
    bare = _LEGAL.sub(" ", fold(text))
    return tuple(one for one in _WORD.findall(bare) if len(one) > 1 and one not in NOISE)


def tax_ids(*texts: str | None) -> tuple[str, ...]:
    """Return the cédulas and RUC with right check digits that stand in the texts."""
    found = (one for text in texts if text for one in _DIGITS.findall(text))
    return tuple(dict.fromkeys(one for one in found if is_tax_id(one)))


def is_tax_id(number: str) -> bool:
    """Whether it is a cédula or a RUC by its check digits."""
    return bool(ruc.is_valid(number) if len(number) == _RUC else ci.is_valid(number))


def person(number: str) -> str:
    """Return that by which cédula and RUC of one person are the same; a company's RUC stays."""
    return number[:10] if len(number) == _RUC and is_person(number) else number


def is_person(number: str) -> bool:
    """Whether a cédula or RUC is a person's: the third digit says so."""
    return number.isdigit() and len(number) in (10, _RUC) and number[2] < "6"


def has_legal_form(text: str) -> bool:
    """Whether a legal form of companies stands in the text."""
    return _LEGAL.search(fold(text)) is not None
