"""`python -m bench.catalogue`: publish 10,000 products, then 100 changes; count calls to Odoo and batches at Meta.

Odoo and Meta are the imitations, in this process; the hub, its journal and its HTTP are the real ones. Reads include those of the
pictures' checksums; their contents are read when Meta fetches them, which it does not here. Beside are the schema, asked once a
day, and the sample of prices that is compared with Odoo's onchange.
"""

import argparse
import asyncio
import base64
import io
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from PIL import Image
from rich.console import Console
from rich.table import Table

from bench.figure import Figure, amount
from caravana.commerce.flows import load, names
from caravana.component.odoo.sandbox import OdooSandbox
from caravana.component.odoo.sandbox.seed import Setup
from caravana.component.whatsapp.sandbox import MetaSandbox
from caravana.engine.check_context import CheckContext
from caravana.engine.configuration import Configuration
from caravana.engine.hub import Hub
from caravana.kit.callables import Callables
from caravana.kit.serving import serve
from caravana.route import read_text

KEY = "fedcba9876543210fedcba9876543210fedcba98"
"""Of the imitation."""
READS = (".search_read", ".read", ".search", ".search_count", ".web_search_read")
RECORDS = ("product.", "account.tax", "stock.", "ir.attachment")
"""Models whose reads are the catalogue's; others are the connection's own check of which database it is."""
MOST_READS, MOST_READS_LATER = 12, 3
ROWS = 3000


def main() -> int:
    """Measure; 1 when a bar is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.catalogue", description="Measure the catalogue.")
    parser.add_argument("--products", type=int, default=10_000, help="products with the tag")
    parser.add_argument("--changes", type=int, default=100, help="prices changed later")
    parser.add_argument("--json", metavar="FILE", help="also write the figures there")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = asyncio.run(measure(Path(folder), asked.products, asked.changes))
    console = Console(width=None if sys.stdout.isatty() else 140)
    table = Table("what", "measured", "wanted", "reached", title="Catalogue", title_justify="left")
    for one in figures:
        table.add_row(one.name, amount(one.value, one.unit), amount(one.wanted, one.unit), one.verdict)
        if one.details:
            console.print(f"{one.name}: {one.details}", style="dim")
    console.print(table)
    if asked.json:
        Path(asked.json).write_text(json.dumps([one.as_json() for one in figures], indent=2))
    return int(any(one.met is False for one in figures))


async def measure(folder: Path, products: int, changes: int) -> list[Figure]:
    """Return the figures of `products` published first, and of `changes` prices later."""
    odoo, meta = OdooSandbox(database="demo", setup=Setup(demo=False)), MetaSandbox()
    meta.account.fetch, meta.account.batch_after = False, 0.2
    async with AsyncExitStack() as stack:
        odoo_url = await stack.enter_async_context(serve(odoo.app()))
        meta_url = await stack.enter_async_context(serve(meta.app()))
        stack.push_async_callback(meta.close)
        templates = _goods(odoo, products)
        await asyncio.sleep(1.1)  # what is written in the second in which the hub begins, it takes by itself
        hub = await stack.enter_async_context(_hub(folder, odoo_url, meta_url, meta))
        await _until(lambda: _looked(odoo))
        await _until(lambda: _idle(hub))
        first = await _published(hub, odoo, meta, lambda: None)
        assert len(meta.catalog.products) == products, "not all are in the catalogue"
        later = await _published(hub, odoo, meta, lambda: _change(odoo, templates[:changes]), wish=False)
    batches, rest = -(-products // ROWS), -(-changes // ROWS)
    return [
        *_figures(f"{products:,} products first", first, MOST_READS, batches),
        *_figures(f"{changes} changes later", later, MOST_READS_LATER, rest),
    ]


def _goods(odoo: OdooSandbox, products: int) -> list[int]:
    """Products with a picture, a tag, stock and taxes of their own; a pricelist that takes 10 % off."""
    env = odoo.env
    tag = env["product.tag"].create({"name": "Publicar"})
    env["product.pricelist"].create(
        {"name": "Web", "item_ids": [[0, 0, {"compute_price": "percentage", "percent_price": 10}]]}
    )
    written = io.BytesIO()
    Image.new("RGB", (64, 64), "red").save(written, "PNG")
    picture = base64.b64encode(written.getvalue()).decode()
    vals = [
        {
            "name": f"Producto {number}",
            "default_code": f"P-{number:05}",
            "list_price": 1 + number / 100,
            "is_storable": True,
            "image_1920": picture,
            "product_tag_ids": [[6, 0, [tag]]],
        }
        for number in range(products)
    ]
    made: list[int] = env["product.template"].create(vals)
    place = env.ref("stock.stock_location_stock")
    variants = env["product.product"].search([])
    quants = [{"product_id": one, "location_id": place, "inventory_quantity": 5} for one in variants]
    counted = env["stock.quant"].create(quants, context={"inventory_mode": True})
    env["stock.quant"].action_apply_inventory(counted)
    return made


def _change(odoo: OdooSandbox, templates: list[int]) -> None:
    for number, one in enumerate(templates):
        odoo.env["product.template"].write([one], {"list_price": 500 + number})


def _hub(folder: Path, odoo_url: str, meta_url: str, meta: MetaSandbox) -> Hub:
    given = Configuration.model_validate(
        {
            "journal": f"sqlite:///{folder / 'caravana.db'}",
            "listener": {"public_url": "http://127.0.0.1:9"},
            "connections": {
                "odoo": {"url": odoo_url, "database": "demo", "apiKey": KEY, "login": "integracion", "rate": 1000},
                "catalog": {**meta.connections()["catalog"], "url": meta_url, "poll": "100ms"},
            },
            "placeholders": {"catalogue.every": "1h", "catalogue.pictures": str(folder / "pictures")},
            "settings": {"catalogue.link": "https://shop.example/p/{sku}", "catalogue.pricelist": 1},
        }
    )
    callables, documents = Callables(), []
    for flow in (load(name, given, CheckContext(given, Callables())) for name in names(["catalogue"])):
        for name, target in flow.callables.items():
            callables.register(name, target)
        documents += [read_text(file.read_text("utf-8"), file=file.name) for file in flow.route_files]
    return Hub(given, documents, callables=callables)


async def _published(
    hub: Hub, odoo: OdooSandbox, meta: MetaSandbox, change: Callable[[], None], *, wish: bool = True
) -> dict[str, Any]:
    """Change something, have it published, wait until all is accepted; return calls, batches and seconds."""
    calls, batches = Counter(odoo.calls), len(meta.catalog.batches)
    change()
    calls = Counter(odoo.calls)
    began = time.perf_counter()
    if wish:
        await hub.components.get("wares").operate("publish", {})
    else:
        hub.wake("wares.looks")
    await _until(lambda: _more(hub, meta, batches))
    await _until(lambda: _idle(hub))
    made = Counter(odoo.calls)
    made.subtract(calls)
    return {
        "calls": {name: count for name, count in made.items() if count},
        "batches": len(meta.catalog.batches) - batches,
        "seconds": time.perf_counter() - began,
    }


async def _more(hub: Hub, meta: MetaSandbox, before: int) -> bool:
    prices = await hub.store.get("wares", "prices")
    assert not (prices and prices["held"]), f"prices differ: {prices['different'][:3]}"
    return len(meta.catalog.batches) > before


async def _looked(odoo: OdooSandbox) -> bool:
    return odoo.calls["product.product.search_read"] > 0


async def _idle(hub: Hub) -> bool:
    return not any([await one.busy() for one in hub.receivers.values()])


async def _until(predicate: Callable[[], Awaitable[bool]]) -> None:
    while not await predicate():
        await asyncio.sleep(0.1)


def _figures(what: str, found: dict[str, Any], most: int, batches: int) -> list[Figure]:
    calls: dict[str, int] = found["calls"]
    reads = sum(count for name, count in calls.items() if name.endswith(READS) and name.startswith(RECORDS))
    return [
        Figure(f"{what}: reads of Odoo", "sqlite", reads, "", most, more_is_better=False, details=calls),
        Figure(f"{what}: batches", "sqlite", found["batches"], "", batches, more_is_better=False),
        Figure(f"{what}: seconds until all is accepted", "sqlite", found["seconds"], "s"),
    ]


if __name__ == "__main__":
    raise SystemExit(main())
