"""What a preparation must look like: whole cents that add up, lengths, addresses."""

from collections.abc import Collection, Mapping
from typing import Any

from caravana.component.payphone.sandbox.refusal import Refusal, invalid
from caravana.component.payphone.sandbox.store import Store

PARTS = ("amountWithoutTax", "amountWithTax", "tax", "service", "tip")
NAME_MAX = 50
REFERENCE_MAX = 100


def check(content: Mapping[str, Any], store: Store, known: Collection[str]) -> None:
    """Judge a preparation; `known`: the `clientTransactionId`s that were used before. Raises `Refusal`."""
    if content.get("storeId") != store.store_id:
        raise Refusal(100, "La tienda no existe.")
    _amounts(content, store)
    name = _text(content, "clientTransactionId", NAME_MAX)
    if name in known:
        raise invalid("El clientTransactionId ya fue utilizado.")
    if content.get("reference") is not None:
        _text(content, "reference", REFERENCE_MAX)
    for field in ("responseUrl", "cancellationUrl"):
        _address(content, field, needed=field == "responseUrl")


def _amounts(content: Mapping[str, Any], store: Store) -> None:
    amount = _cents(content, "amount")
    if amount is None or amount <= 0:
        raise invalid("amount es obligatorio.")
    if amount != sum(_cents(content, name) or 0 for name in PARTS):
        raise invalid("La suma de los valores no es igual a amount.")
    if amount < store.least:
        raise Refusal(102, "El monto es menor al permitido.")
    if amount > store.most:
        raise Refusal(103, "El monto es mayor al permitido.")
    if content.get("currency", "USD") != "USD":
        raise invalid("La moneda no es válida.")


def _cents(content: Mapping[str, Any], name: str) -> int | None:
    value = content.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise invalid(f"{name} debe ser un número entero de centavos.")
    return value


def _text(content: Mapping[str, Any], name: str, longest: int) -> str:
    value = content.get(name)
    if not isinstance(value, str) or not 1 <= len(value) <= longest:
        raise invalid(f"{name} debe tener entre 1 y {longest} caracteres.")
    return value


def _address(content: Mapping[str, Any], name: str, *, needed: bool) -> None:
    value = content.get(name)
    if value is None and not needed:
        return
    if not isinstance(value, str) or not value.startswith(("http://", "https://")):
        raise invalid(f"{name} no es una dirección válida.")
