"""A company that shows its products: Odoo and Meta imitated on loopback, and a hub between them that runs the catalogue flow."""

import base64
import io
import json
import re
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
from PIL import Image

from caravana.component.odoo.sandbox import OdooSandbox
from caravana.component.odoo.sandbox.seed import Setup
from caravana.component.whatsapp.sandbox import MetaSandbox
from caravana.demo.world import free_ports
from caravana.engine.configuration import Configuration
from caravana.engine.hub import Hub
from caravana.engine.serving import served
from caravana.kit.serving import serve
from caravana.testing.company import Door, hub_of
from tests.commerce.shop import BOT_KEY
from tests.support.leaping import LeapingClock, at_rest
from tests.support.waiting import eventually

QUICK = {"catalog": {"poll": "20ms"}, "instagram": {"poll": "20ms"}}
"""Waits that stay in place, which the clock does not leap over."""


def picture(color: str = "red", size: tuple[int, int] = (600, 600), kind: str = "PNG") -> str:
    """Return a picture as Odoo takes it, base64."""
    written = io.BytesIO()
    Image.new("RGB", size, color).save(written, kind)
    return base64.b64encode(written.getvalue()).decode()


@dataclass
class Stall:
    """What a test does as clerk in Odoo, and sees as Meta's customers do. `tag`: number of the one that says: shown."""

    odoo: OdooSandbox
    meta: MetaSandbox
    tag: int

    def product(self, code: str, price: float = 10.0, stock: float = 5, **values: Any) -> int:
        """Return a new product that is to be shown, with a picture and stock; its variant's number."""
        env = self.odoo.env
        taxes = {} if "taxes_id" in values else {"taxes_id": [[6, 0, [self.tax(15)]]]}
        vals = {"name": f"Producto {code}", "default_code": code, "list_price": price, "is_storable": True, **taxes}
        vals |= {"image_1920": picture(), "product_tag_ids": [[6, 0, [self.tag]]], **values}
        template: int = env["product.template"].create(vals)
        number: int = env["product.template"].read([template], ["product_variant_id"])[0]["product_variant_id"][0]
        if stock:
            self.stock(number, stock)
        return number

    def tax(self, percent: float) -> int:
        """Return a sale tax of so many percent."""
        found: list[int] = self.odoo.env["account.tax"].search(
            [["type_tax_use", "=", "sale"], ["amount", "=", percent]], limit=1
        )
        return found[0]

    def stock(self, product: int, amount: float, warehouse: int | None = None) -> None:
        """Count the stock of a product."""
        env = self.odoo.env
        if warehouse is None:
            place = env.ref("stock.stock_location_stock")
        else:
            place = env["stock.warehouse"].read([warehouse], ["lot_stock_id"])[0]["lot_stock_id"][0]
        vals = {"product_id": product, "location_id": place, "inventory_quantity": amount}
        quant = env["stock.quant"].create(vals, context={"inventory_mode": True})
        env["stock.quant"].action_apply_inventory([quant] if isinstance(quant, int) else quant)

    def change(self, product: int, **values: Any) -> None:
        """Change a product's template."""
        self.odoo.env["product.template"].write([self.template(product)], values)

    def delete(self, product: int) -> None:
        """Delete a product, with its stock."""
        env = self.odoo.env
        template = self.template(product)
        env["stock.quant"].unlink(env["stock.quant"].search([["product_id", "=", product]]))
        env["product.product"].unlink([product])
        env["product.template"].unlink([template])

    def template(self, product: int) -> int:
        """Return a variant's template."""
        found: int = self.odoo.env["product.product"].read([product], ["product_tmpl_id"])[0]["product_tmpl_id"][0]
        return found

    def read(self, product: int, field: str) -> Any:
        """Return what stands in a field of a product."""
        return self.odoo.env["product.product"].read([product], [field])[0][field]

    def field(self, name: str) -> None:
        """Prepare a field for the state of products."""
        env = self.odoo.env
        [model] = env["ir.model"].search([["model", "=", "product.product"]])
        env["ir.model.fields"].create(
            {"name": name, "model_id": model, "ttype": "char", "field_description": "Catálogo"}
        )

    def notes(self, product: int) -> list[str]:
        """Return the notes on a product, the oldest first."""
        domain = [
            ["model", "=", "product.template"],
            ["res_id", "=", self.template(product)],
        ]
        found = self.odoo.env["mail.message"].search_read(domain, ["body"], order="id")
        return [re.sub(r"<[^>]+>|\nref:\w+", "", one["body"]).strip() for one in found]

    def variants(self, name: str, attribute: str, values: dict[str, float]) -> None:
        """Make a product in several variants, each with the extra price of its value."""
        env = self.odoo.env
        kind = env["product.attribute"].create({"name": attribute})
        made = {one: env["product.attribute.value"].create({"name": one, "attribute_id": kind}) for one in values}
        line = [0, 0, {"attribute_id": kind, "value_ids": [[6, 0, list(made.values())]]}]
        vals = {"name": name, "list_price": 10.0, "image_1920": picture(), "product_tag_ids": [[6, 0, [self.tag]]]}
        taxes = {"taxes_id": [[6, 0, [self.tax(15)]]]}
        env["product.template"].create({**vals, **taxes, "attribute_line_ids": [line]})
        for one, extra in values.items():
            found = env["product.template.attribute.value"].search([["product_attribute_value_id", "=", made[one]]])
            env["product.template.attribute.value"].write(found, {"price_extra": extra})

    def page_posts(self) -> list[str]:
        """Return the words of the page's posts, the oldest first."""
        return [one.message for one in self.meta.pages.posts.values()]

    def instagram_posts(self) -> list[str]:
        """Return the captions at Instagram, the oldest first."""
        return [str(one["caption"]) for one in self.meta.instagram.published]

    def pricelist(self, *rules: dict[str, Any]) -> int:
        """Return a new pricelist."""
        made: int = self.odoo.env["product.pricelist"].create(
            {"name": "Web", "item_ids": [[0, 0, one] for one in rules]}
        )
        return made

    def item(self, sku: str, catalog: str = "5678") -> dict[str, Any]:
        """Return what Meta has of an item in one of its catalogues."""
        found = self.meta.catalogs.all[catalog].products.get(sku)
        return {} if found is None else found.data

    @property
    def skus(self) -> list[str]:
        """What is in the catalogue."""
        return sorted(self.meta.catalog.products)


@dataclass
class Storefront(Stall):
    """A stall with its hub in the test's own process."""

    hub: Hub
    web: aiohttp.ClientSession
    url: str

    def leap(self, hours: float) -> None:
        """Let hours pass."""
        clock = self.hub.clock
        assert isinstance(clock, LeapingClock)
        clock.leap(hours * 3600)

    async def kept(self, catalogue: str = "") -> dict[str, dict[str, Any]]:
        """Return what the hub keeps, by SKU; `catalogue`: of a further one."""
        scope = f"wares.{catalogue}" if catalogue else "wares"
        return {one["sku"]: one for _, one in await self.hub.store.find(scope, "p/")}

    async def publish(self, catalogue: str = "") -> None:
        """Have everything looked at, as `caravana catalog publish` does, and wait until all has ended."""
        wish = await self.hub.components.get("wares").operate("publish", {"catalogue": catalogue})
        route = f"catalogue_{catalogue}-changes" if catalogue else "catalogue-changes"
        await self.until(lambda: self._seen("wish", wish["at"], route))

    async def look(self) -> None:
        """Wait until the looks have seen all that is in Odoo by now, and what they found has ended."""
        now = self.hub.clock.now().isoformat()
        for route in [one for one in self.hub.receivers if one.endswith("-changes")]:
            await self.until(partial(self._seen, "since", now, route))

    async def until(self, predicate: Any) -> Any:
        """Wait for something, minutes passing like nothing."""
        async with self.hurrying():
            return await eventually(predicate)

    async def _seen(self, name: str, value: str, route: str = "catalogue-changes") -> bool:
        """Whether the looks have come so far, and nothing is under way."""
        receivers = self.hub.receivers
        cursor = await receivers[route].cursor()
        if cursor is None or cursor[name] is None or cursor[name] < value:
            return False
        return not any([await one.busy() for one in receivers.values()])

    def hurrying(self, step: float = 10.0) -> AbstractAsyncContextManager[None]:
        """Move the clock ahead while the block runs."""
        clock = self.hub.clock
        assert isinstance(clock, LeapingClock)
        return clock.hurrying(idle=lambda: at_rest(self.hub), step=step)


@asynccontextmanager
async def open_storefront(
    folder: Path,
    *,
    setup: Setup | None = None,
    placeholders: dict[str, Any] | None = None,
    file: Path | None = None,
    live_in: timedelta | None = None,
    renamed: Mapping[str, str] | None = None,
    catalogs: Mapping[str, str] | None = None,
    branches: Mapping[str, Any] | None = None,
    before: Storefront | None = None,
    **settings: Any,
) -> AsyncIterator[Storefront]:
    """Run the company while the block runs.

    `settings`: of the flow; `placeholders`: of its routes; `file`: where commands find the hub; `live_in`: the go-live line;
    `renamed`: other names of connections; `catalogs`: connections to further catalogues at Meta, with their ids;
    `before`: a company that has ended, whose partners and journal go on.
    """
    clock = LeapingClock(time.time(), 1.0)
    door, odoo, meta = (
        Door(),
        OdooSandbox(clock=clock, database="demo", setup=setup or Setup(demo=False)),
        MetaSandbox(clock=clock),
    )
    if before is not None:
        assert isinstance(before.hub.clock, LeapingClock)
        clock, odoo, meta = before.hub.clock, before.odoo, before.meta
    meta.account.more_catalogs = ",".join((catalogs or {}).values())
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(serve(door))
        odoo_url = await stack.enter_async_context(serve(odoo.app()))
        meta_url = await stack.enter_async_context(serve(meta.app()))
        stack.push_async_callback(meta.close)
        meta.account.batch_after = meta.account.container_after = 0.0
        tag = odoo.env["product.tag"].create({"name": "Publicar"}) if before is None else before.tag
        given: dict[str, Any] = {
            "journal": f"sqlite:///{folder / 'caravana.db'}",
            "listener": {"public_url": url},
            "connections": {
                "odoo": {"url": odoo_url, "database": "demo", "apiKey": BOT_KEY, "login": "integracion", "rate": 1000},
                **{
                    (renamed or {}).get(name, name): {**one, "url": meta_url, **QUICK.get(name, {})}
                    for name, one in meta.connections().items()
                },
                **{
                    name: {**meta.connections()["catalog"], "catalog": number, "url": meta_url, **QUICK["catalog"]}
                    for name, number in (catalogs or {}).items()
                },
            },
            "branches": dict(branches or {}),
            "placeholders": {"catalogue.pictures": str(folder / "pictures"), **(placeholders or {})},
            "settings": {
                "catalogue.link": "https://shop.example/p/{sku}",
                **{f"catalogue.{k}": v for k, v in settings.items()},
            },
        }
        if live_in is not None:
            given["go_live"] = (clock.now() + live_in).isoformat()
        if file is not None:
            listener, control = free_ports(2)
            given["listener"]["port"], given["control"] = listener, {"port": control}
            file.write_text(json.dumps({**given, "flows": ["catalogue"], "routes": []}))
        hub = door.hub = hub_of(Configuration.model_validate(given), clock, flows=["catalogue"])
        await stack.enter_async_context(hub if file is None else served(hub))
        web = await stack.enter_async_context(aiohttp.ClientSession())
        yield Storefront(odoo, meta, tag, hub, web, url)
