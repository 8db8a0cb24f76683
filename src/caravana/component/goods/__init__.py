"""`goods:operation`: products found by what people type."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import Field

from caravana.component.goods.shelf import Shelf
from caravana.kit.component import Component, Endpoint, Maturity, Producer
from caravana.kit.effect import Effect, Kind, Reply
from caravana.kit.errors import ConfigurationError, Refused
from caravana.kit.exchange import Exchange
from caravana.kit.options import Options
from caravana.kit.ports import Context
from caravana.kit.uri import Uri

FIELDS = ("product", "code", "name", "category", "barcode", "company")
MOST = 9
"""Products in one answer: a list on a phone has ten rows, and one leads on."""


class Operation(StrEnum):
    """What is done with the products."""

    LEARN = "learn"
    SEARCH = "search"
    CATEGORIES = "categories"


class GoodsOptions(Options):
    """Which products, and how many are told."""

    shelf: str = Field("odoo", pattern=r"^[\w-]+$", description="Name of the set of products; each Odoo has its own.")
    most: int = Field(MOST, ge=1, le=50, description="search, categories: most that are told.")


class GoodsProducer(Producer):
    """What the operations share."""

    def __init__(self, shelf: Shelf, most: int) -> None:
        """`most`: products told at most."""
        self._shelf = shelf
        self._most = most

    def receive(self, exchange: Exchange, reply: Reply) -> None:
        """Put the answer into the body."""
        exchange.body = reply.body


class Learn(GoodsProducer):
    """Puts a list of products in place of those that were known."""

    kind = Kind.IDEMPOTENT

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return the products. Raises `Refused` for a body that is no list of them."""
        body = exchange.body.get("items") if isinstance(exchange.body, Mapping) else exchange.body
        if not isinstance(body, Sequence) or isinstance(body, str | bytes):
            raise Refused("the body must be a list of products, or hold it as `items`", code="body")
        wrong = [one for one in body if not isinstance(one, Mapping) or one.get("product") is None]
        if wrong:
            raise Refused(f"{len(wrong)} of {len(body)} products have no `product`", code="body")
        return {"items": [{name: one[name] for name in FIELDS if one.get(name)} for one in body]}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Keep them."""
        return Reply({"products": await self._shelf.learn(effect.key, request["items"])})

    def would(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Return how many there would be."""
        return Reply({"products": len(request["items"])})


class Search(GoodsProducer):
    """Finds products: a list of what is known of each, with `score` and `exact`, the best first."""

    kind = Kind.READ

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return the question: the body, a text or `{text, company}`. Raises `Refused` for another body."""
        body = exchange.body if isinstance(exchange.body, Mapping) else {"text": exchange.body}
        if not isinstance(body.get("text"), str):
            raise Refused("the body must be a text, or hold `text`", code="body")
        return {"text": body["text"], "company": body.get("company"), "most": self._most}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Look; a product of another company than the one asked for is left out."""
        index = await self._shelf.index()
        company = request["company"]
        found = [
            {**one.item, "score": round(one.score, 3), "exact": one.exact}
            for one in index.search(request["text"], request["most"] * (3 if company else 1))
            if company is None or one.item.get("company") in (None, company)
        ]
        return Reply(found[: request["most"]])


class Categories(GoodsProducer):
    """Lists the categories with most products: `{name, count}` each."""

    kind = Kind.READ

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return how many."""
        return {"most": self._most}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Count."""
        return Reply((await self._shelf.index()).categories(request["most"]))


PRODUCERS: Mapping[Operation, type[GoodsProducer]] = {
    Operation.LEARN: Learn,
    Operation.SEARCH: Search,
    Operation.CATEGORIES: Categories,
}


@dataclass(frozen=True)
class GoodsEndpoint(Endpoint):
    """One operation on one shelf."""

    component: "GoodsComponent"

    def producer(self) -> Producer:
        """Return the operation."""
        options: GoodsOptions = self.options
        return PRODUCERS[Operation(self.uri.path)](self.component.shelf(options.shelf), options.most)


class GoodsComponent(Component):
    """Products by what people type."""

    scheme = "goods"
    title = "Goods"
    syntax = "goods:operation"
    doc = "Finds products by name, code or category as people type them; learn (the whole list), search, categories."
    maturity = Maturity.BETA
    options = GoodsOptions
    consumes = False

    def __init__(self, context: Context) -> None:
        """`context`: the hub."""
        super().__init__(context)
        self._shelves: dict[str, Shelf] = {}

    def shelf(self, name: str) -> Shelf:
        """Return the products under a name."""
        return self._shelves.setdefault(name, Shelf(self.context.store, name))

    def create(self, uri: Uri, options: GoodsOptions) -> GoodsEndpoint:
        """Return the endpoint. Raises `ConfigurationError` for an operation that there is not."""
        known = [one.value for one in Operation]
        if uri.path not in known:
            raise ConfigurationError(f"`goods:` has no operation `{uri.path}`", suggestion=" or ".join(known))
        return GoodsEndpoint(uri, options, self.context, self)
