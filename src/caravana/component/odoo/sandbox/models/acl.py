"""Who may what with which model: groups by right, as Odoo's access lists give them (documented; k01-k15 recorded on 19.0).

A model that is not named, or a right that names no group, is open to every user. Record rules (own documents only,
companies) are not imitated.
"""

from collections.abc import Mapping

Rights = dict[str, str | tuple[str, ...]]

USER = "base.group_user"
CONTACTS = ("base.group_partner_manager", "sales_team.group_sale_manager")
SALES, SALES_MANAGER = "sales_team.group_sale_salesman", "sales_team.group_sale_manager"
INVOICING = "account.group_account_invoice"
PRODUCTS = ("product.group_product_manager", SALES_MANAGER, "stock.group_stock_manager")
ACCOUNTS: Rights = dict.fromkeys(("read", "create", "write", "unlink"), INVOICING)
POSTING = {"action_post": "write", "button_draft": "write", "button_cancel": "write"}

RIGHTS: Mapping[str, Rights] = {
    "res.partner": {"read": USER, "create": CONTACTS, "write": CONTACTS, "unlink": CONTACTS},
    "res.partner.bank": {"read": USER, "create": CONTACTS, "write": CONTACTS, "unlink": CONTACTS},
    "res.users": {"read": USER},
    "res.company": {"read": USER},
    "mail.activity": dict.fromkeys(("read", "create", "write", "unlink"), USER),
    "product.template": {"read": USER, **dict.fromkeys(("create", "write", "unlink"), PRODUCTS)},
    "product.product": {"read": USER, **dict.fromkeys(("create", "write", "unlink"), PRODUCTS)},
    "product.pricelist.item": {"read": USER},
    "product.category": {"read": USER},
    "account.tax": {"read": USER},
    "ir.attachment": dict.fromkeys(("read", "create", "write", "unlink"), USER),
    "stock.quant": {"read": USER},
    "stock.picking": dict.fromkeys(("read", "create", "write"), (SALES, "stock.group_stock_manager")),
    "product.tag": {"read": USER, **dict.fromkeys(("create", "write", "unlink"), SALES_MANAGER)},
    "sale.order": {"read": SALES, "create": SALES, "write": SALES, "unlink": SALES_MANAGER},
    "sale.order.line": dict.fromkeys(("read", "create", "write", "unlink"), SALES),
    "sale.advance.payment.inv": dict.fromkeys(("read", "create", "write"), SALES),
    "account.journal": {"read": INVOICING},
    "account.move": ACCOUNTS,
    "account.move.line": ACCOUNTS,
    "account.payment": ACCOUNTS,
    "account.payment.register": ACCOUNTS,
}
NEEDS: Mapping[str, dict[str, str]] = {
    "sale.order": dict.fromkeys(("action_confirm", "action_cancel", "action_draft"), "write"),
    "sale.advance.payment.inv": {"create_invoices": "write"},
    "account.move": POSTING,
    "account.move.line": {"reconcile": "write"},
    "account.payment": {"action_post": "write", "action_draft": "write", "action_cancel": "write"},
    "res.users": {"read": USER},
    "res.company": {"read": USER},
    "mail.activity": dict.fromkeys(("action_done", "action_feedback", "action_cancel"), "write"),
}
"""Model: method of its own, and the right on the model that it asks for."""
