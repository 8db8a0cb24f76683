"""Products that change while Meta and Odoo are told of them: the newest state is the last one everywhere."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from caravana.component.wares import keeping
from caravana.component.wares.desk import NAME
from caravana.component.whatsapp.sandbox.door import ErrorFault
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


Keep = Callable[[Store, Mapping[str, Any], str], Awaitable[None]]


def changing_price(shop: Storefront, keep: Keep) -> Keep:
    """Return what keeps records, and before the first accepted one waits for another price of it to be kept."""
    done = False

    async def kept(store: Store, records: Mapping[str, Any], scope: str) -> None:
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
        await keep(store, records, scope)

    return kept


async def wished(shop: Storefront) -> bool:
    """Whether what a person wished to be published was handed in, and its plan made."""
    cursor = await shop.hub.receivers["catalogue-changes"].cursor()
    return cursor["wish"] is not None and not await shop.hub.receivers["catalogue-changes"].busy()


async def test_what_is_on_its_way_is_not_sent_again(tmp_path: Path) -> None:
    """A person publishes while Meta works on a batch: the batch is waited for, and only what it did not settle goes again."""
    async with open_storefront(tmp_path) as shop:
        shop.meta.account.batch_after = 3000.0
        shop.meta.catalog.refused["TE"] = "The link is not allowed"
        shop.product("CAFE")
        shop.product("TE")
        await shop.until(lambda: len(shop.meta.catalog.batches) == 1)
        await shop.hub.components.get("wares").operate("publish", {})
        await eventually(lambda: wished(shop))
        assert [one.status for one in shop.meta.catalog.batches.values()] == ["scheduled"]
        shop.meta.account.batch_after = 0.0
        shop.leap(1)
        await shop.look()
        assert shop.skus == ["CAFE"]
        sent = [[row["data"]["id"] for row in one.rows] for one in shop.meta.catalog.batches.values()]
        assert sent == [["CAFE", "TE"], ["TE"]]


async def test_what_was_lost_on_its_way_is_sent_again(tmp_path: Path) -> None:
    """A batch that nobody follows any more is no reason to wait: published by a person, its products go out again."""
    async with open_storefront(tmp_path) as shop:
        shop.meta.door.errors.append(ErrorFault("catalog.check_batch_request_status.get", code=100, times=1))
        shop.product("CAFE")
        await shop.look()
        assert (await shop.kept())["CAFE"]["state"] == "waiting"
        assert len(await shop.hub.reviews.items(10)) == 1
        await shop.publish()
        assert (await shop.kept())["CAFE"]["state"] == "accepted"
        assert len(shop.meta.catalog.batches) == 2
