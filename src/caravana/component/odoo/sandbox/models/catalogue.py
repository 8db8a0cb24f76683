"""All models of the sandbox."""

from caravana.component.odoo.sandbox.models import (
    automations,
    bank,
    base,
    invoicing,
    ledger,
    mail,
    move,
    move_line,
    online,
    partner,
    payment,
    product,
    reconcile,
    register,
    reversal,
    sale,
    stock,
)

AREAS = (base, partner, mail, product, stock, ledger, sale, invoicing, move, move_line, reconcile, payment, register)
MODELS = [model for area in (*AREAS, reversal, bank, online, automations) for model in area.MODELS]
