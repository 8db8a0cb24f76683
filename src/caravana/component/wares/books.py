"""What is read of Odoo, through the component that serves the connection: its own addresses, nothing else of it is known."""

from collections.abc import Mapping, Sequence
from typing import Any

from caravana.component.wares.outside import ask, asking
from caravana.kit.component import Producer
from caravana.kit.ports import Context

PRODUCT = (
    "product_tmpl_id,display_name,default_code,barcode,description_sale,lst_price,standard_price,categ_id,taxes_id,product_tag_ids,active,"
    "sale_ok,is_storable,free_qty,product_variant_count,company_id,currency_id,write_date"
)
RULE = (
    "pricelist_id,applied_on,product_id,product_tmpl_id,categ_id,min_quantity,date_start,date_end,compute_price,base,base_pricelist_id,"
    "currency_id,fixed_price,percent_price,price_discount,price_round,price_surcharge,price_min_margin,price_max_margin"
)
TAX = "name,active,amount,amount_type,price_include,include_base_amount,sequence,company_id,country_id"
CATEGORY = "name,complete_name,parent_id"
IMAGE = (("product.template", "image_1920"), ("product.product", "image_variant_1920"))
SHOWN = "image_1024"
"""The picture that is shown: a variant's own, else its template's."""


class Books:
    """Reading searches at one connection."""

    def __init__(self, context: Context, connection: str, batch: int, branch: str | None = None) -> None:
        """`batch`: records in one call; `branch`: in whose company Odoo is asked, None: in the connection's."""
        self._context = context
        self._connection = connection
        self._batch = batch
        self._branch = branch
        self._producers: dict[str, Producer] = {}

    @property
    def is_off(self) -> bool:
        """Whether a person has switched the connection off."""
        return self._context.is_off(f"odoo:{self._connection}")

    async def products(self, domain: list[Any], warehouses: Sequence[int]) -> list[dict[str, Any]]:
        """Return products, archived ones too, with the stock of `warehouses` (none: of all). Raises an `EffectError`."""
        context: dict[str, Any] = {"active_test": False, "display_default_code": False}
        if warehouses:
            context["warehouse_id"] = list(warehouses) if len(warehouses) > 1 else warehouses[0]
        return await self._search("product.product", PRODUCT, domain, context)

    async def rules(self) -> list[dict[str, Any]]:
        """Return the rules of all pricelists."""
        return await self._search("product.pricelist.item", RULE, [])

    async def taxes(self) -> list[dict[str, Any]]:
        """Return all sale taxes, archived ones too: products may still have them."""
        return await self._search("account.tax", TAX, [["type_tax_use", "=", "sale"]], {"active_test": False})

    async def categories(self) -> list[dict[str, Any]]:
        """Return all categories of products."""
        return await self._search("product.category", CATEGORY, [])

    async def tags(self) -> dict[int, str]:
        """Return the names of all product tags by their numbers."""
        return {one["id"]: one["name"] for one in await self._search("product.tag", "name", [])}

    async def images(self, templates: Sequence[int] | None, products: Sequence[int]) -> dict[tuple[str, int], str]:
        """Return (model, number) → checksum of the picture, of these, or of all when `templates` is None."""
        domain: list[Any] = [
            ["res_field", "in", [one for _, one in IMAGE]],
            ["res_model", "in", [one for one, _ in IMAGE]],
        ]
        if templates is not None:
            domain += [["res_id", "in", sorted({*templates, *products})]]
        found = await self._search("ir.attachment", "res_model,res_id,checksum", domain)
        return {(one["res_model"], one["res_id"]): one["checksum"] for one in found}

    async def picture(self, product: int) -> str | None:
        """Return a product's picture in base64, None without one."""
        rows = await self._ask("product.product", SHOWN, "read", {"ids": [product], "context": {"active_test": False}})
        return rows[0][SHOWN] if rows else None

    async def _search(
        self, model: str, fields: str, domain: list[Any], context: Mapping[str, Any] | None = None
    ) -> list[dict[str, Any]]:
        return await self._ask(model, fields, "search", {"domain": domain, "context": dict(context or {})})

    async def count(self, tag: str) -> int:
        """Return how many products have a tag. Raises an `EffectError`."""
        producer = asking(self._context, self._connection, "product.product", {"operation": "count"})
        domain = [["product_tag_ids.name", "=", tag], ["sale_ok", "=", True]]
        return int(await ask(self._context, producer, {"domain": domain}))

    async def _ask(self, model: str, fields: str, operation: str, body: dict[str, Any]) -> list[dict[str, Any]]:
        name = f"{operation} {model} {fields}"
        if name not in self._producers:
            options = {"operation": operation, "fields": fields, "batch": str(self._batch)}
            self._producers[name] = asking(self._context, self._connection, model, options)
        found: list[dict[str, Any]] = await ask(self._context, self._producers[name], body, self._branch)
        return found
