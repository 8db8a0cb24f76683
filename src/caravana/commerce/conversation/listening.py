"""What a state may listen for, and how it is read from what people type. Each raises `ValueError` for what it is not."""

import re
from collections.abc import Callable, Mapping

from caravana.commerce.conversation.cart import quantity_of
from caravana.commerce.shop import identity


def _text(text: str, country: str) -> str:
    return " ".join(text.split())[:300]


def _name(text: str, country: str) -> str:
    name = " ".join(text.split())[:120]
    if len(re.findall(r"[^\W\d_]", name)) < 3:
        raise ValueError("no name")
    return name


def _number(text: str, country: str) -> int:
    found = re.findall(r"-?\d+(?:[.,]\d+)?", text)
    number = quantity_of(found[0].replace(",", ".")) if len(found) == 1 else None
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
    "tax_id": _tax_id,
    "phone": _phone,
    "email": _email,
}
