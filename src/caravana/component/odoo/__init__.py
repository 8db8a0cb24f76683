"""Odoo as a component: `odoo:sale.order?…`."""

from caravana.component.odoo.component import OdooComponent

__all__ = ["OdooComponent"]
