"""The rights that the hub's user needs in Odoo, as data: by what for, on which model, from which group.

`caravana doctor` asks for them, an AccessError is explained with them, and the documentation shows them. Names of groups
are those of Odoo 19 in English; Settings, Users & Companies, Users shows them under these headings.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Group:
    """A group of Odoo: external id, and the name that an administrator sees."""

    xmlid: str
    name: str


USER = Group("base.group_user", "Role / User")
CONTACTS = Group("base.group_partner_manager", "Extra Rights / Contact Creation")
PRODUCTS = Group("product.group_product_manager", "Products / Create")
SALES = Group("sales_team.group_sale_salesman_all_leads", "Sales / User: All Documents")
SALES_MANAGER = Group("sales_team.group_sale_manager", "Sales / Administrator")
INVOICING = Group("account.group_account_invoice", "Accounting / Invoicing")
BASIC = Group("account.group_account_basic", "Basic")
SYSTEM = Group("base.group_system", "Role / Administrator")

LEAST = (USER, CONTACTS, SALES, INVOICING)
"""The groups of the hub's user: with them the flows that are shipped work, and no more than that."""
OF_CATALOGUE = (*LEAST, PRODUCTS)
"""The same for who publishes a catalogue: how each product stands is written on it."""


@dataclass(frozen=True)
class Need:
    """That `use` needs `rights` (read, create, write, unlink) on `model`, and which group gives them; `why` in words."""

    use: str
    model: str
    rights: tuple[str, ...]
    group: Group
    why: str


NEEDS: tuple[Need, ...] = (
    Need("cards", "sale.order", ("read",), SALES, "orders that are confirmed or cancelled, and what is to be paid"),
    Need(
        "cards",
        "sale.order",
        ("write",),
        SALES,
        "the pay link and the payment as notes, the payment's state in x_ fields",
    ),
    Need("cards", "account.move", ("read",), INVOICING, "what of an order is invoiced and paid"),
    Need("cards", "account.move", ("write",), INVOICING, "invoices are posted (cards.on_paid: invoice)"),
    Need("cards", "account.move.line", ("read", "write"), INVOICING, "payments are reconciled with invoices"),
    Need("cards", "account.journal", ("read",), INVOICING, "the journal of card payments"),
    Need("cards", "account.payment", ("read", "create", "write"), INVOICING, "payments are registered and posted"),
    Need("cards", "sale.advance.payment.inv", ("create",), SALES, "orders are invoiced (cards.on_paid: invoice)"),
    Need("matching", "account.move", ("read",), INVOICING, "which invoices are open"),
    Need("matching", "sale.order", ("read",), SALES, "orders whose payment code a transfer carries"),
    Need("matching", "account.move.line", ("read", "write"), INVOICING, "transfers are reconciled with invoices"),
    Need("matching", "account.journal", ("read",), INVOICING, "the journal of the bank account"),
    Need("matching", "res.company", ("read",), USER, "its currency"),
    Need("matching", "account.payment", ("read", "create", "write"), INVOICING, "transfers are registered and undone"),
    Need("matching", "res.partner", ("read",), USER, "whose invoices they are"),
    Need("matching", "res.partner.bank", ("read",), USER, "which accounts are known as a customer's"),
    Need(
        "statement_line",
        "account.bank.statement.line",
        ("read", "create", "write"),
        BASIC,
        "transfers become lines of a statement (bank.posting: statement_line)",
    ),
    Need(
        "review",
        "mail.activity",
        ("read", "create", "write"),
        USER,
        "what waits for a person is a task, closed when settled",
    ),
    Need("review", "res.partner", ("read",), USER, "the company's own contact"),
    Need("review", "res.partner", ("write",), CONTACTS, "tasks about no document stand on the company's contact"),
    Need("review", "res.users", ("read",), USER, "whose tasks they are"),
    Need("review", "res.company", ("read",), USER, "which contact is the company's own"),
    Need("catalogue", "product.product", ("read",), USER, "which products are shown, their stock and pictures"),
    Need("catalogue", "product.product", ("write",), PRODUCTS, "how a product stands, in the x_ field"),
    Need(
        "catalogue", "product.template", ("write",), PRODUCTS, "how a product stands and where it was told of, as notes"
    ),
    Need("catalogue", "product.tag", ("read",), USER, "the tags that say what is shown and told of"),
    Need("catalogue", "product.category", ("read",), USER, "categories, by which rules of pricelists apply"),
    Need("catalogue", "product.pricelist.item", ("read",), USER, "the rules of the pricelist"),
    Need("catalogue", "account.tax", ("read",), USER, "the taxes in the prices"),
    Need("catalogue", "ir.attachment", ("read",), USER, "which pictures changed"),
    Need("catalogue", "stock.quant", ("read",), USER, "which stock changed"),
    Need("catalogue", "sale.order.line", ("read",), SALES, "Odoo's own prices, to compare with (onchange)"),
    Need(
        "einvoice", "account.move", ("read", "write"), INVOICING, "documents to issue, and what became of them as notes"
    ),
    Need("einvoice", "account.move.line", ("read",), INVOICING, "the lines of a document"),
    Need("einvoice", "account.journal", ("read",), INVOICING, "whether Odoo itself sends what a journal holds"),
    Need("einvoice", "account.tax", ("read",), USER, "the taxes of lines and withholdings"),
    Need("einvoice", "res.partner", ("read",), USER, "who issues, buys and carries"),
    Need("einvoice", "stock.picking", ("read", "write"), SALES, "deliveries that need a guía, and what became of it"),
    Need("einvoice", "ir.attachment", ("read", "create"), USER, "XML and printed form on the document, once"),
    Need("conversation", "product.product", ("read",), USER, "products, their stock and photos"),
    Need("conversation", "product.category", ("read",), USER, "categories to choose from"),
    Need("conversation", "product.pricelist.item", ("read",), USER, "prices, the customer's own too"),
    Need("conversation", "res.partner", ("read",), USER, "who writes"),
    Need("conversation", "res.partner", ("create", "write"), CONTACTS, "customers are made and identified"),
    Need("conversation", "sale.order", ("read", "create", "write"), SALES, "orders are made, confirmed and shown"),
    Need("conversation", "sale.order.line", ("read", "create"), SALES, "what is ordered"),
    Need("conversation", "account.move", ("read",), INVOICING, "copies of invoices"),
    Need("conversation", "ir.attachment", ("read",), USER, "the printed forms of invoices"),
    Need("conversation", "mail.activity", ("read", "create"), USER, "a person is called"),
    Need("conversation", "res.users", ("read",), USER, "whom to call"),
    Need("conversation", "account.payment", ("read",), INVOICING, "notices of payments"),
    Need("conversation", "stock.picking", ("read",), SALES, "notices of deliveries"),
    Need("prepare", "product.tag", ("create",), SALES_MANAGER, "the tag Publicar"),
    Need("prepare", "ir.model.fields", ("create",), SYSTEM, "x_ fields"),
    Need("prepare", "base.automation", ("create",), SYSTEM, "hints"),
)
"""Every use is a flow's name, a value of `bank.posting`, or `prepare` (once, and with another user's key if wanted)."""

RIGHT_OF: Mapping[str, str] = {
    "read": "read",
    "search": "read",
    "search_count": "read",
    "search_read": "read",
    "web_read": "read",
    "web_search_read": "read",
    "create": "create",
    "write": "write",
    "load": "create",
    "unlink": "unlink",
}
"""Method: the right that it asks for; every other method changes records."""


def needs(uses: Iterable[str]) -> list[Need]:
    """Return what the flows `uses` need together."""
    wanted = set(uses)
    return [one for one in NEEDS if one.use in wanted]


def group_for(model: str, right: str) -> Group | None:
    """Return the group that gives `right` on `model`; None for a model that no shipped flow touches."""
    return next((one.group for one in NEEDS if one.model == model and right in one.rights), None)


def explain(place: str) -> str:
    """Return what is missing when Odoo forbids the call `place` (`model.method`), and who gives it."""
    model, _, method = place.rpartition(".")
    if method.startswith("_"):
        return "no caller may name a private method"
    right = RIGHT_OF.get(method, "write")
    group = group_for(model, right)
    given = f"; the group `{group.name}` ({group.xmlid}) gives it" if group else ""
    return f"the hub's user lacks the right `{right}` on {model}{given}"
