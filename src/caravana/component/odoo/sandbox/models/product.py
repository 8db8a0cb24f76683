"""Products: templates, their variants, prices and pricelists."""

import itertools
from typing import Any

from caravana.component.odoo.sandbox import field as f
from caravana.component.odoo.sandbox.errors import ValidationError, constraint
from caravana.component.odoo.sandbox.model import Model
from caravana.component.odoo.sandbox.models import image, pricing, quantity
from caravana.component.odoo.sandbox.models.mail import thread
from caravana.component.odoo.sandbox.records import Env, Record, Records

UOM = Model(
    "uom.uom", "Product Unit of Measure", {"name": f.char("Unit Name", required=True), "factor": f.float_(default=1.0)}
)
CATEGORY = Model(
    "product.category",
    "Product Category",
    {
        "name": f.char("Name", required=True),
        "parent_id": f.many2one("product.category", "Parent Category"),
        "complete_name": f.char("Complete Name", compute=lambda one: pricing.full_name(one)),
    },
)
ATTRIBUTE = Model(
    "product.attribute",
    "Product Attribute",
    {
        "name": f.char("Attribute", required=True),
        "value_ids": f.one2many("product.attribute.value", "attribute_id", "Values"),
        "create_variant": f.char(default="always"),
        "sequence": f.integer(),
    },
)
VALUE = Model(
    "product.attribute.value",
    "Attribute Value",
    {
        "name": f.char("Value", required=True),
        "attribute_id": f.many2one("product.attribute", "Attribute", required=True),
        "sequence": f.integer(),
    },
)
LINE = Model(
    "product.template.attribute.line",
    "Product Template Attribute Line",
    {
        "product_tmpl_id": f.many2one("product.template", "Product Template", required=True),
        "attribute_id": f.many2one("product.attribute", "Attribute", required=True),
        "value_ids": f.many2many("product.attribute.value", "Values"),
        "product_template_value_ids": f.one2many(
            "product.template.attribute.value", "attribute_line_id", "Product Values"
        ),
    },
    rec_name="attribute_id",
)
TEMPLATE_VALUE = Model(
    "product.template.attribute.value",
    "Product Template Attribute Value",
    {
        "attribute_line_id": f.many2one("product.template.attribute.line", "Attribute Line", required=True),
        "product_attribute_value_id": f.many2one("product.attribute.value", "Attribute Value", required=True),
        "attribute_id": f.many2one("product.attribute", "Attribute", related="attribute_line_id.attribute_id"),
        "name": f.char("Value", related="product_attribute_value_id.name"),
        "price_extra": f.float_("Extra Price"),
    },
)
TAG = Model("product.tag", "Product Tag", {"name": f.char("Name", required=True, index=True), "color": f.integer()})
SHARED = {
    "name": f.char("Name", required=True),
    "type": f.selection(
        "Product Type", ("consu", "Goods"), ("service", "Service"), ("combo", "Combo"), default="consu"
    ),
    "is_storable": f.boolean("Track Inventory"),
    "list_price": f.float_("Sales Price", default=1.0, digits=(16, 2)),
    "description_sale": f.text("Sales Description"),
    "sale_ok": f.boolean("Sales", default=True),
    "purchase_ok": f.boolean("Purchase", default=True),
    "taxes_id": f.many2many("account.tax", "Sales Taxes"),
    "categ_id": f.many2one("product.category", "Product Category"),
    "product_tag_ids": f.many2many("product.tag", "Product Tags"),
    "uom_id": f.many2one("uom.uom", "Unit", default=lambda env: env.ref("uom.product_uom_unit").id),
    "company_id": f.many2one("res.company", "Company"),
    "currency_id": f.many2one("res.currency", "Currency", default=lambda env: env.company.get("currency_id")),
    "invoice_policy": f.selection(
        "Invoicing Policy", ("order", "Ordered quantities"), ("delivery", "Delivered quantities"), default="order"
    ),
}
OWN = {
    "active": f.boolean("Active", default=True),
    "default_code": f.char("Internal Reference", index=True),
    "barcode": f.char("Barcode", index=True, copy=False),
    "standard_price": f.float_("Cost"),
}
TEMPLATE = Model(
    "product.template",
    "Product",
    thread(
        {
            **SHARED,
            **OWN,
            **image.fields(),
            "product_variant_ids": f.one2many("product.product", "product_tmpl_id", "Products"),
            "product_variant_id": f.many2one(
                "product.product", "Product", compute=lambda one: (one.get("product_variant_ids") or [False])[0]
            ),
            "product_variant_count": f.integer(
                "# Product Variants", compute=lambda one: len(one.get("product_variant_ids"))
            ),
            "attribute_line_ids": f.one2many(
                "product.template.attribute.line", "product_tmpl_id", "Product Attributes"
            ),
            **quantity.fields(lambda one, name: sum(variant.get(name) for variant in one.product_variant_ids)),
        }
    ),
    order="name, id",
)
PRODUCT = Model(
    "product.product",
    "Product Variant",
    thread(
        {
            "product_tmpl_id": f.many2one("product.template", "Product Template", required=True),
            **{
                name: f.Field(**{**vars(one), "delegate": "product_tmpl_id", "default": None})
                for name, one in SHARED.items()
            },
            **OWN,
            **{name: f.Field("binary", one.string, delegate="product_tmpl_id") for name, one in image.fields().items()},
            "product_template_attribute_value_ids": f.many2many("product.template.attribute.value", "Attribute Values"),
            "price_extra": f.float_("Variant Price Extra", compute=lambda one: _extra(one)),
            "product_variant_count": f.integer(
                "# Product Variants", compute=lambda one: one.product_tmpl_id.product_variant_count
            ),
            "lst_price": f.float_("Sales Price", compute=lambda one: one.list_price + _extra(one)),
            "stock_quant_ids": f.one2many("stock.quant", "product_id", "Stock"),
            **quantity.fields(quantity.of_product),
        }
    ),
    order="default_code, name, id",
)


def _extra(product: Record) -> float:
    return float(sum(one.price_extra for one in product.product_template_attribute_value_ids))


def _display(product: Record) -> str:
    values = ", ".join(one.name for one in _values(product))
    name = f"{product.name} ({values})" if values else product.name
    coded = product.default_code and product.env.context.get("display_default_code", True)
    return f"[{product.default_code}] {name}" if coded else str(name)


def _values(product: Record) -> list[Record]:
    return [
        one for one in product.product_template_attribute_value_ids if len(one.attribute_line_id.get("value_ids")) > 1
    ]


def _display_template(template: Record) -> str:
    return f"[{template.default_code}] {template.name}" if template.default_code else str(template.name or "")


def _prepare_template(env: Env, vals: dict[str, Any]) -> dict[str, Any]:
    image.spread(vals)
    if "taxes_id" not in vals:
        taxes = [env.one("res.company", one).get("account_sale_tax_id") for one in env.company_ids]
        vals["taxes_id"] = [[6, 0, [one for one in taxes if one]]]
    return vals


def _created_template(template: Record) -> None:
    image.attach(template, {"image_1920"})
    if template.env.context.get("no_variant"):
        return
    if not template.get("attribute_line_ids"):
        _variant(template, [])
    else:
        _make_variants(template)


def _variant(template: Record, combination: list[int]) -> None:
    own = {} if combination else {name: template.get(name) for name in OWN if template.get(name)}
    vals = own | {"product_tmpl_id": template.id, "product_template_attribute_value_ids": [[6, 0, combination]]}
    template.env.create("product.product", vals)


def _make_variants(template: Record) -> None:
    """Make the variants that the attribute lines ask for and archive those that no longer fit."""
    choices = [line.get("product_template_value_ids") for line in template.attribute_line_ids]
    wanted = [sorted(one) for one in itertools.product(*choices)]
    have = {tuple(sorted(one.get("product_template_attribute_value_ids"))): one for one in template.product_variant_ids}
    for combination in wanted:
        if tuple(combination) not in have:
            _variant(template, combination)
    for kept, variant in have.items():
        variant.set(active=list(kept) in wanted)


def _line_values(line: Record, names: set[str] | None = None) -> None:
    known = {one.get("product_attribute_value_id") for one in line.product_template_value_ids}
    for value in line.get("value_ids"):
        if value not in known:
            vals = {"attribute_line_id": line.id, "product_attribute_value_id": value}
            line.env.create("product.template.attribute.value", vals)
    if line.product_tmpl_id.get("product_variant_ids"):
        _make_variants(line.product_tmpl_id)


def _before_write_template(templates: Records, vals: dict[str, Any]) -> None:
    image.spread(vals)


def _written_template(template: Record, names: set[str]) -> None:
    """Pass own values down to a single variant; the variants' write date follows any change of the template."""
    image.attach(template, names)
    variants = template.product_variant_ids
    own = {name: template.get(name) for name in OWN if name in names} if len(variants) == 1 else {}
    if "active" in names:
        own["active"] = template.active
    for variant in variants:
        variant.set(**own)


def _check_product(product: Record) -> None:
    """A barcode is one product's (documented: product.product, `_check_barcode_uniqueness`)."""
    twins = product.env.by("product.product", "barcode", product.barcode) if product.barcode else []
    if any(one.id != product.id and one.active for one in twins):
        raise ValidationError(
            f'Barcode(s) already assigned:\n\n- Barcode "{product.barcode}" already assigned to product(s)'
        )


def _before_write_product(products: Records, vals: dict[str, Any]) -> None:
    if "lst_price" in vals:
        vals["list_price"] = vals.pop("lst_price")


def _written_product(product: Record, names: set[str]) -> None:
    template = product.product_tmpl_id
    if names & set(OWN) and len(template.get("product_variant_ids")) == 1:
        template.set(**{name: product.get(name) for name in OWN if name in names})


def _created_product(product: Record) -> None:
    if product.env.context.get("no_variant"):
        return
    _written_product(product, set(OWN))


LINE.created = _line_values
LINE.written = _line_values
LINE.display = lambda line: line.attribute_id.name
TEMPLATE.prepare = _prepare_template
TEMPLATE.created = _created_template
TEMPLATE.before_write = _before_write_template
TEMPLATE.written = _written_template
TEMPLATE.display = _display_template
PRODUCT.display = _display
PRODUCT.check = _check_product
PRODUCT.before_write = _before_write_product
PRODUCT.created = _created_product
PRODUCT.written = _written_product


def _check_tag(tag: Record) -> None:
    """No two tags have one name (documented)."""
    if len(tag.env.by("product.tag", "name", tag.name)) > 1:
        raise constraint("Tag name already exists!")


TAG.check = _check_tag
MODELS = [UOM, CATEGORY, ATTRIBUTE, VALUE, LINE, TEMPLATE_VALUE, TAG, TEMPLATE, PRODUCT, *pricing.MODELS]
