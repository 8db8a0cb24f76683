"""What a person adds to a record by a file in the canonical form: parts of a document, laid over what Odoo has.

    caravana einvoice issue guia.yaml --for stock.picking,12

    transportista: {tipoIdentificacion: "05", identificacion: "1710034065", razonSocial: TRANSPORTISTA INVENTADO}
    placa: PBA1234
    destinatarios:
      - motivoTraslado: VENTA
        ruta: QUITO - GUAYAQUIL

Maps are merged key by key. A list that is not longer than the record's is merged place by place, so that the file need not
repeat what Odoo knows; a longer one takes its place. Everything else is replaced, and null takes away.
"""

from collections.abc import Mapping
from typing import Any


def merged(base: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return `base` with what the file gives laid over it."""
    found = dict(base)
    for name, value in given.items():
        if value is None:
            found.pop(name, None)
        else:
            found[name] = _laid(found.get(name), value)
    return found


def _laid(before: Any, value: Any) -> Any:
    if isinstance(value, Mapping):
        return merged(before if isinstance(before, Mapping) else {}, value)
    if isinstance(value, list) and isinstance(before, list | tuple) and len(value) <= len(before):
        return [*map(_laid, before, value), *before[len(value) :]]
    return value


def at(given: Mapping[str, Any], where: str) -> Any:
    """Return what the file says at a place such as `destinatarios[1].ruta`; None where it says nothing."""
    found: Any = given
    for name in where.replace("]", "").replace("[", ".").split("."):
        if isinstance(found, list):
            number = int(name) - 1 if name.isdecimal() else -1
            found = found[number] if 0 <= number < len(found) else None
        else:
            found = found.get(name) if isinstance(found, Mapping) else None
    return found


__all__ = ["at", "merged"]
