"""An imitation of Odoo 19 (or an older one) with a small real database behind it.

It speaks JSON-2, JSON-RPC and XML-RPC, and keeps products, partners, orders, invoices, payments, reconciliations, stock,
attachments, messages, activities, external ids, automations and access rights, as recorded from Odoo 19.0 Community.

In Python, beside the network:

    sandbox = OdooSandbox(clock, version="19.0", database="demo", api_key="...")
    order = sandbox.env["sale.order"].create({"partner_id": 8, "order_line": [[0, 0, {"product_id": 1}]]})   # an id
    sandbox.env["sale.order"].action_confirm([order])                # any method; ids first, as over RPC
    sandbox.env["sale.order"].search([["state", "=", "sale"]])
    sandbox.env["sale.order"].read([order], ["name", "amount_total"])
    sandbox.env.ref("l10n_ec.ec_ruc")                                # the id behind an external id

    sandbox.calls["account.payment.load"]; sandbox.effects["account.payment.load"]       # asked; of these, changing
    sandbox.faults.append(Fault("account.*", "late_commit", delay=5))  # cut now, committed five seconds later
    sandbox.faults.append(Fault("*.write", "slow", delay=6))           # a held row: a slow success
    sandbox.conflicts.append(Conflict("res.partner.write"))            # 500 SerializationFailure after about 20 s
    late = sandbox.late("product.template", "create", [{"name": "..."}])   # a long transaction, unseen until
    late.commit()                                                    # now, with a write date older than what was seen
    sandbox.expire_key(api_key)                                      # 401 from now on
    await sandbox.deliver()                                          # webhooks of direct calls, if no loop ran them

Each direct call is one transaction of the administrator and raises the classes of `errors`. Times of faults are the
clock's; a webhook's one second is real.
"""

from collections.abc import Mapping

from caravana.component.odoo.sandbox.sandbox import Conflict, OdooSandbox
from caravana.component.odoo.sandbox.seed import Setup
from caravana.kit.clock import Clock

NAME = "odoo"
PORT = 18069
SETTINGS = ("version", "database", "api_key", "password", "bot_key", "bot_password", "base_url", "electronic")
"""`electronic`: Odoo's own electronic invoicing, `enterprise` or `oca`; the others as of `OdooSandbox`."""


def build(clock: Clock, settings: Mapping[str, str]) -> OdooSandbox:
    """Return a sandbox for the command line; `settings` may hold any of SETTINGS."""
    given = {name: settings[name] for name in SETTINGS if name in settings}
    setup = Setup(electronic=given.pop("electronic", None))  # type: ignore[arg-type]
    return OdooSandbox(clock, setup=setup, **given)  # type: ignore[arg-type]


__all__ = ["NAME", "PORT", "Conflict", "OdooSandbox", "Setup", "build"]
