"""The words of an entry by which two tellings of one payment are recognised: folded, without what every bank writes."""

import re
import unicodedata
from functools import lru_cache

from caravana.component.bank.entry import Entry

_WORD = re.compile(r"[a-z]+|\d+")
_NOISE_TEXT = """
transferencia transf transfer trf deposito dep pago pagos payment abono credito cred credit debito deb recibida recibido
recibo interbancaria interbancario directa directo spi banco banca bank internet web app movil ventanilla cuenta cta
ahorros corriente por para del los las con una the from via ref referencia concepto motivo nro num numero factura fact
fac ntrf invoice gutschrift ueberweisung
"""
_NOISE = frozenset(_NOISE_TEXT.split())
_SHORTEST = 3
REFERENCE = 5
"""Digits from here on name something (an invoice, a document) and are no house number."""


def words(entry: Entry) -> frozenset[str]:
    """Return the words and numbers of names, remittance and references for people."""
    texts = (entry.party.name, entry.references.end_to_end, *entry.structured, *entry.remittance)
    return _words(" ".join(filter(None, texts)))


def names(entry: Entry) -> frozenset[str]:
    """Return the words of the other side's name."""
    return _words(entry.party.name or "")


def kinship(first: frozenset[str], second: frozenset[str]) -> float:
    """Return how much of the shorter telling the longer one has, 0 to 1; a shared long number is all."""
    shared = first & second
    if any(one.isdigit() and len(one) >= REFERENCE for one in shared):
        return 1.0
    shortest = min(len(first), len(second))
    return len(shared) / shortest if shortest else 0.0


@lru_cache(4096)
def _words(text: str) -> frozenset[str]:
    folded = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(one for one in folded if not unicodedata.combining(one))
    found = (one.lstrip("0") if one.isdigit() else one for one in _WORD.findall(plain))
    return frozenset(one for one in found if len(one) >= _SHORTEST and one not in _NOISE)
