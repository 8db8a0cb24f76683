"""Items in batches: the fewest, to their end, each item with its reason."""

import json
from decimal import Decimal
from typing import Any

import pytest

from caravana.component.catalog import CatalogComponent
from caravana.component.catalog.body import Change, Item
from caravana.component.catalog.mapping import MOST_BYTES, batches, rows
from caravana.component.whatsapp.sandbox import ErrorFault
from caravana.kit.effect import Reply
from caravana.kit.errors import Held, RateLimited, Refused, Unknown
from caravana.kit.money import Money
from caravana.kit.sandbox import Fault
from tests.component.catalog.items import item
from tests.component.facebook.world import Bench, bench
from tests.component.instagram.pictures import picture, shelf
from tests.component.whatsapp.meta import recorded

FORMS = {one["name"]: one["request"] for one in recorded("facebook-business-26.0.3")}


async def written(one: Bench, operation: str, body: Any, key: str = "key-1") -> Reply:
    """Hand items in as the engine does: again and again while the call is held, until Meta has ended all."""
    effect = one.effect(key)
    for _ in range(5):
        try:
            return await one.run(operation, body, effect=effect)
        except Held:
            await one.meta.pass_time(2)
            await one.meta.sandbox.settle()
    raise AssertionError("Meta never ends")


async def test_a_batch_is_what_a_recorded_client_sends() -> None:
    """The rows are those of facebook-business, and the question for a batch is the recorded one."""
    [row, gone] = json.loads(FORMS["items_batch_str"]["form"]["requests"])
    theirs = row["data"]
    amount, currency = theirs["price"].split()
    body = {
        "sku": theirs["id"],
        "title": theirs["title"],
        "description": theirs["description"],
        "price": {"amount": amount, "currency": currency},
        "link": theirs["link"],
        "image": theirs["image_link"],
        "brand": theirs["brand"],
    }
    async with bench(CatalogComponent) as one:
        reply = await written(one, "publish", {"items": [body], "delete": [gone["data"]["id"]]})
        asked = [call for call in one.meta.sandbox.door.asked if call["operation"] == "catalog.items_batch.post"]
        [values] = [call["values"] for call in asked]
        assert json.loads(values["requests"]) == [gone, row]
        assert (values["item_type"], values["allow_upsert"]) == ("PRODUCT_ITEM", "true")
        question = one.last()["values"]
        wanted = {name: FORMS["check"]["query"][name] for name in ("handle", "load_ids_of_invalid_requests")}
        assert question == wanted | {"handle": reply.body["handles"][0]}
        assert reply.body == {
            "rows": 2,
            "batches": 1,
            "accepted": 2,
            "refused": [],
            "warned": [],
            "handles": [question["handle"]],
        }
        assert one.meta.sandbox.catalog.products["SKU-1"].data["price"] == "250.00 HNL"
        assert one.hub.store.records == {}, "what is ended is not kept"


async def test_ten_thousand_items_go_in_four_batches() -> None:
    """3000 at once, deletions among them; while Meta works the call is held, with growing pauses."""
    async with bench(CatalogComponent, {"poll": "2s"}) as one:
        body = {"items": [item(f"S{number}") for number in range(9_990)], "delete": [f"OLD{n}" for n in range(10)]}
        effect = one.effect()
        pauses = []
        for _ in range(3):
            with pytest.raises(Held) as caught:
                await one.run("publish", body, effect=effect)
            pauses.append(caught.value.retry_after)
        assert pauses == [2, 3, 4.5]
        await one.meta.pass_time(2)
        await one.meta.sandbox.settle()
        reply = await one.run("publish", body, effect=effect)
        assert (reply.body["rows"], reply.body["batches"], reply.body["accepted"]) == (10_000, 4, 10_000)
        assert len(one.meta.sandbox.catalog.products) == 9_990
        assert one.meta.sandbox.calls["catalog.items_batch.post"] == 4


async def test_every_item_that_is_not_there_has_its_reason() -> None:
    """Refused by the hub, by Meta's first look and by Meta's work: each with its reason, and the good ones are in."""
    async with bench(CatalogComponent) as one:
        bad = [
            item("NO-MAKER", brand=None),
            item("DECIMALS", price={"amount": "2.505", "currency": "USD"}),
            {"sku": "BARE"},
            item("GOOD"),
            {"title": "without a name"},
        ]
        odd = item("CUSTOM", more={"condition": "unheard"})
        reply = await written(one, "publish", {"items": [*bad, item("GOOD"), odd], "delete": ["GOOD", "GONE"]})
        reasons = {each["sku"]: each["reason"] for each in reply.body["refused"]}
        assert reasons.keys() == {"NO-MAKER", "DECIMALS", "BARE", "#4", "GOOD"}
        assert "brand" in reasons["NO-MAKER"]
        assert "decimals" in reasons["DECIMALS"]
        assert "stays" in reasons["GOOD"]
        assert one.meta.sandbox.catalog.products.keys() == {"GOOD", "CUSTOM"}
        change = [{"sku": "GOOD", "availability": "out of stock"}, {"sku": "UNKNOWN", "availability": "in stock"}]
        light = await written(one, "update", change)
        [refused] = light.body["refused"]
        assert (refused["sku"], light.body["accepted"]) == ("UNKNOWN", 1)
        assert "no item" in refused["reason"]
        assert one.meta.sandbox.catalog.products["GOOD"].data["availability"] == "out of stock"


async def test_what_meta_did_not_save_is_told() -> None:
    """Meta names samples of the errors: the others are named by their ids, or found missing in the catalogue."""
    async with bench(CatalogComponent) as one:
        catalog = one.meta.sandbox.catalog
        apply = catalog._apply

        async def failing(row: dict[str, Any]) -> str:
            name = row["data"]["id"]
            return f"{name} may not be sold" if name.startswith("BAD") else await apply(row)

        catalog._apply = failing  # type: ignore[method-assign]
        many = [item(f"BAD{number:02d}") for number in range(12)]
        reply = await written(one, "publish", {"items": [*many, item("GOOD")]})
        reasons = {each["sku"]: each["reason"] for each in reply.body["refused"]}
        assert len(reasons) == 12
        assert reasons["BAD00"] == "BAD00 may not be sold"
        assert "only for others" in reasons["BAD11"]
        assert (await one.run("batch", reply.body["handles"][0])).body["errors"] == 12
        batch = catalog.batches[reply.body["handles"][0]]
        batch.invalid, batch.errors = [], [{**each, "id": None} for each in batch.errors]
        one.hub.store.records["catalog.work", "again"] = {
            "left": [],
            "batches": [{"start": 0, "stop": 13, "handle": batch.handle, "ended": False, "refused": [], "warned": []}],
            "polls": 0,
        }
        again = await written(one, "publish", {"items": [*many, item("GOOD")]}, "again")
        assert {each["sku"] for each in again.body["refused"]} == set(reasons), (
            "samples by their line, others by a look"
        )


async def test_a_batch_that_is_too_much_is_halved() -> None:
    """Code 1 on a batch: two halves go out instead, and only what Meta cannot take at all is an error."""
    async with bench(CatalogComponent) as one:
        one.meta.sandbox.door.errors.append(ErrorFault("catalog.items_batch.post", 1))
        reply = await written(one, "publish", {"items": [item(f"S{number}") for number in range(5)]})
        assert (reply.body["batches"], reply.body["accepted"]) == (2, 5)


async def test_the_same_batches_are_asked_for_after_a_crash() -> None:
    """Whoever takes over finds the batches that were handed in, and hands in only what is left."""
    async with bench(CatalogComponent, {"rows": "2"}) as one:
        body = {"items": [item(f"S{number}") for number in range(5)]}
        one.meta.sandbox.faults.append(Fault("catalog.items_batch.post", "slow", delay=0))
        one.meta.sandbox.faults.append(Fault("catalog.items_batch.post", "not_json"))
        with pytest.raises(Unknown):
            await one.run("publish", body, effect=one.effect("ours"))
        reply = await written(one, "publish", body, "ours")
        assert (reply.body["batches"], reply.body["accepted"]) == (3, 5)
        assert one.meta.sandbox.effects["catalog.items_batch.post"] == 3


async def test_errors_of_the_batch_itself() -> None:
    """A full budget waits, a batch that Meta took nothing of or gave up is told, an unknown one as well."""
    async with bench(CatalogComponent, catalog_calls=1) as one:
        await written(one, "publish", {"items": [item("A")]}, "one")
        with pytest.raises(RateLimited):
            await one.run("publish", {"items": [item("B")]}, effect=one.effect("two"))
        with pytest.raises(Refused) as caught:
            await one.run("batch", "AczNOBODY")
        assert caught.value.code == "100"
    async with bench(CatalogComponent) as one:
        with pytest.raises(Held):
            await one.run("publish", {"items": [item("A")]})
        await one.meta.pass_time(2)
        await one.meta.sandbox.settle()
        [batch] = one.meta.sandbox.catalog.batches.values()
        batch.status = "canceled"
        reply = await one.run("publish", {"items": [item("A")]})
        assert reply.body["refused"] == [{"sku": "A", "reason": "Meta gave its batch up (canceled)"}]
        wrong = {"items": [item("B", more={"price": "free"}, sale_price=None)]}

        def judge(row: Any, *, upsert: bool) -> list[str]:
            return ["no"]

        one.meta.sandbox.catalog._judge = judge  # type: ignore[method-assign]
        nothing = await one.run("publish", wrong, effect=one.effect("b"))
        assert (nothing.body["accepted"], nothing.body["refused"]) == (0, [{"sku": "B", "reason": "no"}])


async def test_products_are_listed_for_comparison() -> None:
    """All items over several pages, or those asked for; one that is not there is not in the list."""
    async with bench(CatalogComponent) as one:
        await written(one, "publish", {"items": [item(f"S{number}", group="G") for number in range(130)]})
        listed = (await one.run("products")).body
        assert len(listed) == 130
        assert (listed[0]["sku"], listed[0]["title"], listed[0]["group"]) == ("S0", "Café S0", "G")
        some = (await one.run("products", ["S1", "NONE", *(f"S{number}" for number in range(10, 120))])).body
        assert len(some) == 111
        made = await one.run("set", {"name": "Bebidas", "filter": {"product_type": {"i_contains": "Bebidas"}}})
        again = await one.run("set", {"name": "Bebidas", "filter": {"product_type": {"i_contains": "Bebidas"}}})
        assert (again.body["id"], again.body["by"]) == (made.body["id"], "look")
        assert (await one.run("sets")).body == [{"id": made.body["id"], "name": "Bebidas"}]


async def test_pictures_are_fetched_by_meta_itself() -> None:
    """Meta fetches each address once and without credentials; what it cannot use is told at the item, not by the batch."""
    async with shelf() as pictures, bench(CatalogComponent, fetch=True) as one:
        good, webp = pictures.put("a.jpg", picture()), pictures.put("b.webp", b"x", "image/webp")
        images = {"A": good, "B": webp, "C": f"{pictures.base}/none.jpg", "D": good}
        reply = await written(one, "publish", {"items": [item(sku, image=url) for sku, url in images.items()]})
        assert reply.body["accepted"] == 4
        found = {each["sku"]: each for each in (await one.run("products")).body}
        assert {sku: each["image_state"] for sku, each in found.items()} == {
            "A": "FETCHED",
            "B": "FETCH_FAILED",
            "C": "FETCH_FAILED",
            "D": "FETCHED",
        }
        assert found["A"]["errors"] == []
        assert "image/webp" in found["B"]["errors"][0]
        assert "404" in found["C"]["errors"][0]
        assert pictures.asked == {"a.jpg": 1, "b.webp": 1, "none.jpg": 1}
        assert pictures.credentials == []
        pictures.put("a.jpg", picture(600, 600))
        await written(one, "update", [{"sku": "A", "image": good}], "same")
        assert pictures.asked["a.jpg"] == 1, "a changed picture needs a new address"
        one.meta.sandbox.fetcher.unreachable.add(pictures.base)
        await written(one, "update", [{"sku": "A", "image": f"{pictures.base}/new.jpg"}], "new")
        [state] = (await one.run("products", ["A"])).body
        assert (state["image_state"], "unreachable" in state["errors"][0]) == ("FETCH_FAILED", True)


def test_ranges_keep_to_rows_and_bytes() -> None:
    """Never more rows than allowed, never more bytes than Meta takes, and every row once."""
    small = [{"method": "DELETE", "data": {"id": str(number)}} for number in range(7)]
    assert list(batches(small, 3)) == [(0, 3), (3, 6), (6, 7)]
    assert list(batches([], 3)) == []
    large = [
        {"method": "UPDATE", "data": {"id": str(number), "description": "é" * (MOST_BYTES // 13)}}
        for number in range(5)
    ]
    assert list(batches(large, 3000)) == [(0, 2), (2, 4), (4, 5)]


def test_money_of_flows_is_a_price() -> None:
    """A price is exact, in Meta's spelling, whatever its size; a currency without decimals has none."""
    made, refused = rows([{"sku": "A", "price": Money(Decimal("1E+3"), "USD")}], (), Change)
    assert (made[0]["data"], refused) == ({"id": "A", "price": "1000 USD"}, [])
    [row], _ = rows([item("B", sale_price={"amount": Decimal("2.00"), "currency": "USD"})], (), Item)
    assert (row["data"]["price"], row["data"]["sale_price"]) == ("2.50 USD", "2.00 USD")
    _, [problem] = rows([{"sku": "C"}], (), Change)
    assert "nothing of it changes" in problem["reason"]
