"""Costs of an export: lines of Odoo's invoice that the SRI wants beside the goods, by the setting `einvoice.export_costs`."""

from collections.abc import Sequence
from decimal import Decimal

from caravana.commerce.einvoice.mapping import Draft
from caravana.commerce.einvoice.odoo_lines import Line
from caravana.commerce.einvoice.variants import is_exported
from caravana.kit.edocument.amounts import ZERO

COSTS = ("fleteInternacional", "seguroInternacional", "gastosAduaneros", "gastosTransporteOtros")
"""What a factura of export has beside its lines."""


def apart(draft: Draft, lines: Sequence[Line]) -> tuple[list[Line], dict[str, Decimal]]:
    """Return the lines of goods, and what the others come to, by cost; no cost where the document is no export.

    A cost that carries a tax, or is less than nothing, is told.
    """
    if not is_exported(draft):
        return [*lines], {}
    named = draft.settings.export_costs
    found: dict[str, Decimal] = {}
    for one in lines:
        cost = named.get(one.code or "")
        if cost is None:
            continue
        found[cost] = found.get(cost, ZERO) + one.net
        if one.total != one.net or one.net < 0:
            es = f"la línea «{one.name}» es un costo de exportación: va sin impuesto y no puede ser negativa"
            en = f"line `{one.name}` is a cost of the export: it goes without tax, and cannot be negative"
            draft.tell("export.cost", f"exportacion.{cost}", es, en, "Factura › Líneas")
    return [one for one in lines if one.code not in named], found


__all__ = ["COSTS", "apart"]
