"""Pricelists and their rules; what a product costs by them (documented: product.pricelist, product.pricelist.item)."""

import math

from caravana.component.odoo.sandbox import field as f
from caravana.component.odoo.sandbox.errors import UserError, ValidationError
from caravana.component.odoo.sandbox.model import Model
from caravana.component.odoo.sandbox.records import Record

PRICELIST = Model(
    "product.pricelist",
    "Pricelist",
    {
        "name": f.char("Pricelist Name", required=True),
        "active": f.boolean(default=True),
        "currency_id": f.many2one("res.currency", "Currency", default=lambda env: env.company.get("currency_id")),
        "item_ids": f.one2many("product.pricelist.item", "pricelist_id", "Pricelist Rules"),
    },
)
ITEM = Model(
    "product.pricelist.item",
    "Pricelist Rule",
    {
        "pricelist_id": f.many2one("product.pricelist", "Pricelist", required=True),
        "currency_id": f.many2one("res.currency", "Currency", related="pricelist_id.currency_id"),
        "applied_on": f.selection(
            "Apply On",
            ("3_global", "All Products"),
            ("2_product_category", "Product Category"),
            ("1_product", "Product"),
            ("0_product_variant", "Product Variant"),
            default="3_global",
        ),
        "compute_price": f.selection(
            "Compute Price",
            ("fixed", "Fixed Price"),
            ("percentage", "Discount"),
            ("formula", "Formula"),
            default="fixed",
        ),
        "base": f.selection(
            "Based on",
            ("list_price", "Sales Price"),
            ("standard_price", "Cost"),
            ("pricelist", "Other Pricelist"),
            default="list_price",
        ),
        "base_pricelist_id": f.many2one("product.pricelist", "Other Pricelist"),
        "date_start": f.datetime_("Start Date"),
        "date_end": f.datetime_("End Date"),
        "fixed_price": f.float_(),
        "percent_price": f.float_(),
        "price_discount": f.float_("Price Discount"),
        "price_round": f.float_("Price Rounding"),
        "price_surcharge": f.float_("Extra Fee"),
        "price_min_margin": f.float_("Min. Price Margin"),
        "price_max_margin": f.float_("Max. Price Margin"),
        "min_quantity": f.float_(),
        "product_tmpl_id": f.many2one("product.template", "Product"),
        "product_id": f.many2one("product.product", "Variant"),
        "categ_id": f.many2one("product.category", "Category"),
    },
    order="applied_on, min_quantity desc, id desc",
    rec_name="id",
)


def full_name(category: Record) -> str:
    """Return a category's name with those above it."""
    above = category.parent_id
    return f"{full_name(above)} / {category.name}" if above else str(category.name)


def price(product: Record, pricelist: Record | None, amount: float = 1.0) -> float:
    """Return the unit price of `amount` pieces by `pricelist`, unrounded: more than two decimals are usual."""
    items = list(pricelist.item_ids) if pricelist else []
    found = [one for one in items if _valid(one, amount) and _applies(one, product)]
    if not found:
        return float(product.lst_price)
    # applied_on, min_quantity desc, categ_id desc (by the full name), id desc
    found.sort(key=lambda one: one.id, reverse=True)
    found.sort(key=lambda one: full_name(one.categ_id) if one.categ_id else "", reverse=True)
    first = min(found, key=lambda one: (one.applied_on, -one.min_quantity))
    return _by(first, product, amount)


def _by(item: Record, product: Record, amount: float) -> float:
    if item.compute_price == "fixed":
        return float(item.fixed_price)
    base = _base(item, product, amount)
    if item.compute_price == "percentage":
        return float(base - base * item.percent_price / 100)
    result = base - base * item.price_discount / 100
    if item.price_round:
        result = math.floor(round(result / item.price_round, 8) + 0.5) * item.price_round
    result += item.price_surcharge
    if item.price_min_margin and result < base + item.price_min_margin:
        result = base + item.price_min_margin
    if item.price_max_margin and result > base + item.price_max_margin:
        result = base + item.price_max_margin
    return float(round(result, 10))


def _base(item: Record, product: Record, amount: float) -> float:
    if item.base == "standard_price":
        return float(product.standard_price)
    if item.base == "pricelist" and item.base_pricelist_id:
        return price(product, item.base_pricelist_id, amount)
    return float(product.lst_price)


def _valid(item: Record, amount: float) -> bool:
    now = item.env.now
    early = item.date_start and now < item.date_start
    late = item.date_end and now > item.date_end
    return amount >= item.min_quantity and not early and not late


def _applies(item: Record, product: Record) -> bool:
    match item.applied_on:
        case "0_product_variant":
            return bool(item.get("product_id") == product.id)
        case "1_product":
            return bool(item.get("product_tmpl_id") == product.get("product_tmpl_id"))
        case "2_product_category":
            return _within(item.get("categ_id"), product.categ_id)
    return True


def _within(wanted: int, category: Record | None) -> bool:
    while category:
        if category.id == wanted:
            return True
        category = category.parent_id
    return False


def _check(item: Record) -> None:
    """Margins, dates and a list that stands on itself (documented: `_check_margin`, `_check_date_range`, `_check_recursion`)."""
    if item.price_min_margin > item.price_max_margin and item.price_max_margin:
        raise ValidationError("The minimum margin should be lower than the maximum margin.")
    if item.date_start and item.date_end and item.date_start >= item.date_end:
        raise ValidationError("The end date should be greater than the start date.")
    if item.base == "pricelist" and item.get("base_pricelist_id") == item.get("pricelist_id"):
        raise UserError("You cannot assign the Main Pricelist as Other Pricelist in PriceList Item")


ITEM.check = _check
MODELS = [PRICELIST, ITEM]
