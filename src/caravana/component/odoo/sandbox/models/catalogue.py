"""All models of the sandbox, with who may what."""

from caravana.component.odoo.sandbox.models import (
    acl,
    apikey,
    automations,
    bank,
    base,
    debit,
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
MODELS = [model for area in (*AREAS, reversal, debit, bank, online, automations, apikey) for model in area.MODELS]
for model in MODELS:
    model.rights = {**model.rights, **acl.RIGHTS.get(model.name, {})}
    model.needs = acl.NEEDS.get(model.name, {})
