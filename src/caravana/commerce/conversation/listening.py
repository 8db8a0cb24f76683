"""What a state may listen for, and how it is read from what people type. Each raises `ValueError` for what it is not."""

import re
from collections.abc import Callable, Mapping

from caravana.commerce.conversation.cart import quantity_of
from caravana.commerce.conversation.words import plain
from caravana.commerce.shop import identity

COUNTS: Mapping[str, int] = {
    "media docena": 6, "una docena": 12, "half a dozen": 6, "a dozen": 12, "docena": 12, "dozen": 12,
    "cero": 0, "ninguno": 0, "ninguna": 0, "zero": 0, "none": 0,
    "uno": 1, "una": 1, "un": 1, "one": 1, "dos": 2, "two": 2, "tres": 3, "three": 3, "cuatro": 4, "four": 4,
    "cinco": 5, "five": 5, "seis": 6, "six": 6, "siete": 7, "seven": 7, "ocho": 8, "eight": 8,
    "nueve": 9, "nine": 9, "diez": 10, "ten": 10, "once": 11, "eleven": 11, "doce": 12, "twelve": 12,
    "quince": 15, "fifteen": 15, "veinte": 20, "twenty": 20,
}  # fmt: skip
"""Numbers of pieces as people write them in words."""
_COUNT = re.compile(rf"\b(?:{'|'.join(sorted(COUNTS, key=len, reverse=True))})\b")


def _text(text: str, country: str) -> str:
    return " ".join(text.split())[:300]


def _name(text: str, country: str) -> str:
    name = " ".join(text.split())[:120]
    if len(re.findall(r"[^\W\d_]", name)) < 3:
        raise ValueError("no name")
    return name


def _number(text: str, country: str) -> int:
    number = _count(text, country)
    if number == 0:
        raise ValueError("no number of pieces")
    return number


def _count(text: str, country: str) -> int:
    found = re.findall(r"-?\d+(?:[.,]\d+)?", text)
    spoken = [COUNTS[one] for one in _COUNT.findall(plain(text))] if not found else []
    told = found[0].replace(",", ".") if len(found) == 1 else spoken[0] if len(spoken) == 1 else None
    number = 0 if told in ("0", 0) else None if told is None else quantity_of(told)
    if number is None:
        raise ValueError("no number of pieces")
    return number


def _tax_id(text: str, country: str) -> str:
    found = re.findall(r"\d[\d\s.-]{8,}\d", text)
    return identity.read_tax_id(found[0] if found else text).number


def _phone(text: str, country: str) -> str:
    return identity.read_phone(text, country)


def _email(text: str, country: str) -> str:
    return identity.read_email(text)


READERS: Mapping[str, Callable[[str, str], object]] = {
    "text": _text,
    "name": _name,
    "number": _number,
    "count": _count,
    "tax_id": _tax_id,
    "phone": _phone,
    "email": _email,
}
