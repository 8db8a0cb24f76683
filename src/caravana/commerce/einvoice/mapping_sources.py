"""The mapping of each model of Odoo, under one company's settings."""

from collections.abc import Mapping

from caravana.commerce.einvoice.mapping_moves import MoveSource
from caravana.commerce.einvoice.settings import EInvoiceSettings
from caravana.commerce.einvoice.source import Source
from caravana.commerce.einvoice.transport import PickingSource


def sources_of(settings: EInvoiceSettings) -> Mapping[str, Source]:
    """Return the mappings by model."""
    return {"account.move": MoveSource(settings), "stock.picking": PickingSource(settings)}


__all__ = ["sources_of"]
