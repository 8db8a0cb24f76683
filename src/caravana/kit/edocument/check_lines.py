"""The lines of a document: there are some, and what they say can be sold."""

from collections.abc import Iterable, Iterator

from caravana.kit.edocument.document import AnyDocument, ConLineas, Detalle, GuiaRemision, NotaDebito
from caravana.kit.edocument.problem import Problem
from caravana.kit.edocument.structure.facet import shown


def check_lines(document: AnyDocument, *, allow_zero: bool) -> Iterator[Problem]:
    """Yield what is wrong with the document's lines. `allow_zero`: whether it may come to nothing."""
    if isinstance(document, ConLineas):
        yield from _some(document.detalles, "detalles")
        for number, line in enumerate(document.detalles, 1):
            yield from _line(line, f"detalles[{number}]")
    elif isinstance(document, NotaDebito):
        yield from _some(document.motivos, "motivos")
        for number, one in enumerate(document.motivos, 1):
            if one.valor <= 0:
                yield _not_positive(one.razon, f"motivos[{number}].valor")
    elif isinstance(document, GuiaRemision):
        for place, recipient in enumerate(document.destinatarios, 1):
            where = f"destinatarios[{place}].detalles"
            yield from _some(recipient.detalles, where)
            for number, line in enumerate(recipient.detalles, 1):
                if line.cantidad <= 0:
                    yield _quantity(line, f"{where}[{number}].cantidad")
    if isinstance(document, ConLineas | NotaDebito) and document.importe_total == 0 and not allow_zero:
        es = "el documento suma 0.00: revise precios y descuentos, o permítalo con einvoice.allow_zero"
        en = "the document comes to 0.00: look at prices and discounts, or allow it by einvoice.allow_zero"
        yield Problem("amount.zero", "importeTotal", es, en)


def _some(lines: Iterable[object], where: str) -> Iterator[Problem]:
    if not tuple(lines):
        yield Problem("line.none", where, "el documento no tiene líneas", "the document has no lines")


def _line(line: Detalle, where: str) -> Iterator[Problem]:
    if not line.descripcion.strip():
        es, en = "una línea no tiene descripción", "a line has no description"
        yield Problem("line.name", f"{where}.descripcion", es, en)
    if line.cantidad <= 0:
        yield _quantity(line, f"{where}.cantidad")
    if line.precio_unitario < 0 or line.precio_total_sin_impuesto < 0:
        place = "precioUnitario" if line.precio_unitario < 0 else "precioTotalSinImpuesto"
        yield _not_positive(line.descripcion, f"{where}.{place}")
    if line.descuento < 0:
        es = f"el descuento de la línea «{shown(line.descripcion)}» es negativo ({line.descuento}): súbale el precio"
        en = f"the discount of line `{shown(line.descripcion)}` is negative ({line.descuento}): raise its price"
        yield Problem("line.discount", f"{where}.descuento", es, en)
    if line.precio_unitario == 0 and line.cantidad > 0:
        es = f"la línea «{shown(line.descripcion)}» tiene precio 0: se envía como gratuita"
        en = f"line `{shown(line.descripcion)}` has the price 0: it is sent as free"
        yield Problem("line.free", f"{where}.precioUnitario", es, en, severity="warning")


def _quantity(line: Detalle, where: str) -> Problem:
    es = f"la cantidad de la línea «{shown(line.descripcion)}» es {line.cantidad}; debe ser mayor que 0"
    en = f"the quantity of line `{shown(line.descripcion)}` is {line.cantidad}; it must be more than 0"
    return Problem("line.quantity", where, es, en)


def _not_positive(name: str, where: str) -> Problem:
    es = f"la línea «{shown(name)}» es negativa o cero: el SRI no lo admite; póngala como descuento de otra línea"
    en = f"line `{shown(name)}` is negative or zero: the SRI takes none; make it a discount of another line"
    return Problem("line.negative", where, es, en)


__all__ = ["check_lines"]
