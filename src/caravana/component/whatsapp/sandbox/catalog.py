"""The catalogue: batches of rows taken and worked on later, single products, sets of products."""

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from caravana.component.whatsapp.sandbox.wire import Asked, GraphError, invalid, listed, unknown

if TYPE_CHECKING:
    from caravana.component.whatsapp.sandbox.sandbox import MetaSandbox

MOST_ROWS = 5000
SAMPLES = 10
"""Errors that are shown of a batch; the totals count all."""
NEEDED = ("title", "description", "availability", "condition", "price", "link", "image_link")
AVAILABILITY = (
    "in stock",
    "out of stock",
    "preorder",
    "available for order",
    "discontinued",
    "pending",
    "mark_as_sold",
    "mark_as_expired",
)
CONDITIONS = ("new", "refurbished", "used", "used_like_new", "used_good", "used_fair", "cpo", "open_box_new")
LENGTHS: Mapping[str, int] = {"id": 100, "title": 200, "description": 9999, "brand": 100}
PICTURES = ("image/jpeg", "image/png")
MOST_PICTURE = 8 << 20
_PRICE = re.compile(r"\d+(\.\d{1,2})? [A-Z]{3}")


@dataclass
class Product:
    """One item. `image`: DIRECT_UPLOAD, FETCHED, FETCH_FAILED or NO_STATUS."""

    id: str
    retailer_id: str
    data: dict[str, Any]
    image: str = "NO_STATUS"
    problem: str = ""

    def shown(self) -> dict[str, Any]:
        """Return it as a list shows it."""
        errors = [{"title": "Image could not be fetched", "description": self.problem}] if self.problem else []
        return {
            "id": self.id,
            "retailer_id": self.retailer_id,
            "name": self.data.get("title"),
            "description": self.data.get("description"),
            "price": self.data.get("price"),
            "availability": self.data.get("availability"),
            "url": self.data.get("link"),
            "image_url": self.data.get("image_link"),
            "review_status": "approved" if not self.problem else "pending",
            "image_fetch_status": self.image,
            "errors": errors,
            "retailer_product_group_id": self.data.get("item_group_id"),
        }


@dataclass
class Batch:
    """Rows that were taken: `status` is scheduled, started or finished."""

    handle: str
    rows: list[dict[str, Any]]
    status: str = "scheduled"
    errors: list[dict[str, Any]] = field(default_factory=list)
    invalid: list[str] = field(default_factory=list)


class Catalog:
    """The products of the catalogue."""

    def __init__(self, sandbox: "MetaSandbox", number: int = 0) -> None:
        """`sandbox`: whose they are; `number`: of the catalogue among several, by which its items' ids differ from others'."""
        self._sandbox = sandbox
        self.products: dict[str, Product] = {}
        self.batches: dict[str, Batch] = {}
        self.refused: dict[str, str] = {}
        """SKU → why Meta does not save it when it comes to work on it."""
        self.sets: list[dict[str, Any]] = []
        self.localized: dict[tuple[str, str], dict[str, Any]] = {}
        self._ids = itertools.count(99_001 + number * 1_000_000)
        self._handles = itertools.count(1 + number * 1_000_000)

    def kind(self, node: str) -> str | None:
        """Return `product` for an item's id."""
        return "product" if any(one.id == node for one in self.products.values()) else None

    def calls(self) -> dict[tuple[str, str, str], Any]:
        """Return what may be asked."""
        return {
            ("catalog", "", "GET"): self._show,
            ("catalog", "items_batch", "POST"): self._items,
            ("catalog", "localized_items_batch", "POST"): self._localized,
            ("catalog", "batch", "POST"): self._old_batch,
            ("catalog", "check_batch_request_status", "GET"): self._status,
            ("catalog", "products", "GET"): self._list,
            ("catalog", "products", "POST"): self._create,
            ("catalog", "product_sets", "GET"): self._list_sets,
            ("catalog", "product_sets", "POST"): self._create_set,
            ("product", "", "GET"): self._get,
            ("product", "", "POST"): self._change,
            ("product", "", "DELETE"): self._delete,
        }

    async def _show(self, asked: Asked) -> dict[str, Any]:
        return {"id": asked.node, "name": self._sandbox.account.name, "product_count": len(self.products)}

    # Batches.

    async def _items(self, asked: Asked) -> dict[str, Any]:
        self._budget()
        if asked.text("item_type") != "PRODUCT_ITEM":
            raise invalid("The parameter item_type is required")
        rows = _rows(asked)
        upsert = asked.flag("allow_upsert", default=True)
        if len(rows) > MOST_ROWS:
            problem = {"message": f"There are {len(rows)} requests; the most is {MOST_ROWS}"}
            return {"handles": [], "validation_status": [{"retailer_id": "", "errors": [problem], "warnings": []}]}
        judged = [(row, self._judge(row, upsert=upsert)) for row in rows]
        told = [
            {
                "retailer_id": str(_data(row).get("id", "")),
                "errors": [{"message": one} for one in problems],
                "warnings": [],
            }
            for row, problems in judged
            if problems
        ]
        good = [row for row, problems in judged if not problems]
        if not good:
            return {"handles": [], "validation_status": told}
        return {"handles": [self._begin(good)], "validation_status": told}

    def _judge(self, row: Any, *, upsert: bool) -> list[str]:
        """What is wrong with a row, so that it is not even tried."""
        if not isinstance(row, dict) or row.get("method") not in ("CREATE", "UPDATE", "DELETE"):
            return ["method must be CREATE, UPDATE or DELETE"]
        data = _data(row)
        name = data.get("id")
        if not isinstance(name, str) or not name:
            return ["id is required"]
        if row["method"] == "DELETE":
            return []
        problems = [f"{one} is too long" for one, most in LENGTHS.items() if len(str(data.get(one) or "")) > most]
        known = name in self.products
        if row["method"] == "UPDATE" and not known and not upsert:
            return [*problems, f"there is no item {name}"]
        if not known:
            problems += [f"{one} is required" for one in NEEDED if not data.get(one)]
            if not any(data.get(one) for one in ("brand", "gtin", "mpn")):
                problems.append("one of brand, gtin, mpn is required")
        return [*problems, *_values(data)]

    def _begin(self, rows: list[dict[str, Any]]) -> str:
        handle = f"AczHANDLE{next(self._handles)}"
        batch = self.batches[handle] = Batch(handle, rows)
        self._sandbox.background(self._work(batch))
        return handle

    async def _work(self, batch: Batch) -> None:
        clock, after = self._sandbox.clock, self._sandbox.account.batch_after
        begun = clock.now()
        await clock.sleep(after / 2)
        batch.status = "started"
        await clock.sleep((begun - clock.now()).total_seconds() + after)
        for number, row in enumerate(batch.rows, 1):
            problem = await self._apply(row)
            if problem:
                name = str(_data(row)["id"])
                batch.errors.append({"line": number, "id": name, "message": problem})
                batch.invalid.append(name)
        batch.status = "finished"

    async def _apply(self, row: dict[str, Any]) -> str:
        """Do one row; returns why it could not be saved."""
        data = _data(row)
        name = data["id"]
        if row["method"] == "DELETE":
            self.products.pop(name, None)
            return ""
        if name in self.refused:
            return self.refused[name]
        if row["method"] == "CREATE" and name in self.products and not data.get("title"):
            return f"there is an item {name} already"
        product = self.products.get(name) or Product(str(next(self._ids)), name, {})
        product.data |= data
        self.products[name] = product
        if "image_link" in data:
            await self._picture(product)
        return ""

    async def _picture(self, product: Product) -> None:
        if not self._sandbox.account.fetch:
            product.image, product.problem = "FETCHED", ""
            return
        found = await self._sandbox.fetcher.fetch(str(product.data["image_link"]))
        problem = found.problem
        if not problem and found.mime_type not in PICTURES:
            problem = f"{found.mime_type or 'no type'} is no picture that is taken"
        if not problem and len(found.content) > MOST_PICTURE:
            problem = "the picture is too large"
        product.image, product.problem = ("FETCH_FAILED", problem) if problem else ("FETCHED", "")

    async def _status(self, asked: Asked) -> dict[str, Any]:
        batch = self.batches.get(asked.needed("handle"))
        if batch is None:
            raise invalid("The batch handle is not known")
        told: dict[str, Any] = {
            "handle": batch.handle,
            "status": batch.status,
            "errors_total_count": len(batch.errors),
            "errors": batch.errors[:SAMPLES],
            "warnings_total_count": 0,
            "warnings": [],
        }
        if asked.flag("load_ids_of_invalid_requests", default=False):
            told["ids_of_invalid_requests"] = batch.invalid
        return {"data": [told]}

    async def _localized(self, asked: Asked) -> dict[str, Any]:
        self._budget()
        rows = _rows(asked)
        for row in rows:
            data = _data(row)
            place = data.get("localization") or {}
            if data.get("id") in self.products:
                self.localized[str(data["id"]), str(place.get("value"))] = data
        return {"handles": [self._begin([])]}

    async def _old_batch(self, asked: Asked) -> dict[str, Any]:
        """The old form: other names, prices in cents."""
        self._budget()
        rows = []
        for row in _rows(asked):
            old = dict(_data(row))
            price, currency = old.pop("price", None), old.pop("currency", "USD")
            data = {"id": row.get("retailer_id"), **{_NEW_NAMES.get(name, name): value for name, value in old.items()}}
            if price is not None:
                data["price"] = f"{int(price) / 100:.2f} {currency}"
            rows.append({"method": row.get("method"), "data": data})
        return {"handles": [self._begin([one for one in rows if _data(one)["id"] in self.products])]}

    def _budget(self) -> None:
        if not self._sandbox.catalog_calls.take("batch", self._sandbox.account.catalog_calls):
            text = "There have been too many batch calls to this catalog."
            raise GraphError(80014, text, status=self._sandbox.account.rate_status)

    # Single products and sets.

    async def _list(self, asked: Asked) -> dict[str, Any]:
        found = [one.shown() for one in self.products.values()]
        wanted = asked.object("filter")
        if isinstance(wanted, dict) and isinstance(wanted.get("retailer_id"), dict):
            names = wanted["retailer_id"].get("is_any") or [wanted["retailer_id"].get("eq")]
            found = [one for one in found if one["retailer_id"] in names]
        answer = listed(asked, found, f"{asked.node}/products")
        if asked.flag("summary", default=False):
            answer["summary"] = {"total_count": len(found)}
        return answer

    async def _create(self, asked: Asked) -> dict[str, Any]:
        name = asked.needed("retailer_id")
        data = {
            "id": name,
            **{_NEW_NAMES.get(one, one): value for one, value in asked.values.items() if one != "retailer_id"},
        }
        if name in self.products:
            raise GraphError(10800, "Duplicate retailer_id when attempting to store product item")
        product = self.products[name] = Product(str(next(self._ids)), name, data)
        if data.get("image_link"):
            await self._picture(product)
        return {"id": product.id}

    async def _get(self, asked: Asked) -> dict[str, Any]:
        return self._by_id(asked.node).shown()

    async def _change(self, asked: Asked) -> dict[str, Any]:
        product = self._by_id(asked.node)
        product.data |= {_NEW_NAMES.get(name, name): value for name, value in asked.values.items()}
        return {"success": True}

    async def _delete(self, asked: Asked) -> dict[str, Any]:
        self.products.pop(self._by_id(asked.node).retailer_id)
        return {"success": True}

    def _by_id(self, node: str) -> Product:
        found = next((one for one in self.products.values() if one.id == node), None)
        if found is None:
            raise unknown(node)
        return found

    async def _list_sets(self, asked: Asked) -> dict[str, Any]:
        return listed(asked, self.sets, f"{asked.node}/product_sets")

    async def _create_set(self, asked: Asked) -> dict[str, Any]:
        made = {"id": str(next(self._ids)), "name": asked.needed("name"), "filter": asked.object("filter")}
        self.sets.append(made)
        return {"id": made["id"]}


class Catalogs:
    """The business's catalogues: the first one, and those that the account names beside it."""

    def __init__(self, sandbox: "MetaSandbox") -> None:
        """`sandbox`: whose they are."""
        self._sandbox = sandbox
        self.first = Catalog(sandbox)
        self._more: dict[str, Catalog] = {}

    @property
    def all(self) -> dict[str, Catalog]:
        """The catalogues by their ids."""
        account = self._sandbox.account
        for name in filter(None, account.more_catalogs.split(",")):
            if name not in self._more:
                self._more[name] = Catalog(self._sandbox, len(self._more) + 1)
        return {**self._more, account.catalog_id: self.first}

    def kind(self, node: str) -> str | None:
        """Return what a node is: a catalogue, or an item of one."""
        known = self.all
        return "catalog" if node in known else next(filter(None, (one.kind(node) for one in known.values())), None)

    def calls(self) -> dict[tuple[str, str, str], Any]:
        """Return what may be asked of any of them."""
        return dict.fromkeys(self.first.calls(), self._answer)

    async def _answer(self, asked: Asked) -> Any:
        known = self.all
        found = known.get(asked.node) or next(one for one in known.values() if one.kind(asked.node))
        return await found.calls()[asked.kind, asked.edge, asked.method](asked)


_NEW_NAMES = {"name": "title", "url": "link", "image_url": "image_link"}


def _rows(asked: Asked) -> list[Any]:
    rows = asked.object("requests")
    if not isinstance(rows, list) or not rows:
        raise invalid("The parameter requests is required")
    return rows


def _data(row: Any) -> dict[str, Any]:
    data = row.get("data") if isinstance(row, dict) else None
    return data if isinstance(data, dict) else {}


def _values(data: dict[str, Any]) -> list[str]:
    """What is wrong with single values."""
    problems = []
    if "price" in data and not _PRICE.fullmatch(str(data["price"])):
        problems.append(f"price {data['price']!r} is no price: write 250.00 HNL")
    if data.get("availability") not in (None, *AVAILABILITY):
        problems.append(f"availability {data['availability']!r} is not known")
    if data.get("condition") not in (None, *CONDITIONS):
        problems.append(f"condition {data['condition']!r} is not known")
    links = [name for name in ("link", "image_link") if name in data]
    web = ("https://", "http://")
    return [*problems, *(f"{name} is no address" for name in links if not str(data[name]).startswith(web))]
