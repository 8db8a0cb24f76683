"""Products that change while Meta and Odoo are told of them: the newest state is the last one everywhere."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from caravana.component.wares import keeping
from caravana.component.wares.desk import NAME
from caravana.kit.ports import Store
from caravana.kit.sandbox import Interlude
from tests.commerce.storefront import Storefront, open_storefront
from tests.support.waiting import eventually

PUBLISHED = "Publicado en el catálogo de Meta"


async def perhaps(predicate: Callable[[], Any]) -> None:
    """Give something a second in which it would happen if nothing kept it from happening."""
    with suppress(AssertionError):
        await eventually(predicate, timeout=1)


async def test_odoo_hears_last_what_is_last(tmp_path: Path) -> None:
    """That a product waits for Meta is written slowly, and Meta is quick: in the end Odoo says that it is published."""
    async with open_storefront(tmp_path, field="x_catalogo") as shop:
        shop.field("x_catalogo")
        product = shop.product("CAFE")

        async def slow() -> None:
            await eventually(lambda: "CAFE" in shop.skus)
            await perhaps(lambda: shop.read(product, "x_catalogo") == PUBLISHED)

        shop.odoo.interludes.append(Interlude("product.product.write", slow))
        await shop.look()
        assert shop.read(product, "x_catalogo") == PUBLISHED


async def test_a_change_while_an_answer_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The price changes just when the hub keeps what Meta answered of the old one: the new one goes out."""
    async with open_storefront(tmp_path) as shop:
        monkeypatch.setattr(keeping, "keep", changing_price(shop, keeping.keep))
        shop.product("CAFE", 10.0)
        await shop.look()
        await shop.look()
        assert shop.item("CAFE")["price"] == "23.00 USD"


Keep = Callable[[Store, Mapping[str, Any]], Awaitable[None]]


def changing_price(shop: Storefront, keep: Keep) -> Keep:
    """Return what keeps records, and before the first accepted one waits for another price of it to be kept."""
    done = False

    async def kept(store: Store, records: Mapping[str, Any]) -> None:
        nonlocal done
        if not done and any(one["state"] == "accepted" for one in records.values()):
            done = True
            [record] = records.values()
            shop.change(record["id"], list_price=20.0)
            shop.hub.wake(NAME)

            async def known() -> bool:
                price: str = (await shop.kept())["CAFE"]["item"]["price"]["amount"]
                return price == "23.00"

            await perhaps(known)
        await keep(store, records)

    return kept
