"""What is in the catalogue, and what became of a batch."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from caravana.component.catalog import body as b
from caravana.component.catalog import mapping
from caravana.component.catalog.line import Line
from caravana.kit.effect import Effect, Kind, Reply, imagined_id
from caravana.kit.errors import Refused, Unknown
from caravana.kit.exchange import Exchange
from caravana.kit.graph.body import read_body
from caravana.kit.graph.producing import GraphProducer, Told

AT_ONCE = 100
"""SKUs that are asked for in one question."""
SETTLE = timedelta(minutes=1)
"""How long Meta may still work on a set whose answer was lost (our guess: it documents no figure)."""


class CatalogProducer(GraphProducer[Line]):
    """A call over one catalogue."""

    scheme = "catalog"


class Products(Told, CatalogProducer):
    """Lists the items, or those with the SKUs asked for; one that is not there is not in the list.

    Each with `sku`, `id`, `title`, `description`, `price`, `availability`, `link`, `image`, `group`; `review` and
    `image_state` say whether it is shown, `errors` why not.
    """

    kind = Kind.READ
    calls = 20

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return which. Raises `Refused` when the body does not fit."""
        given = exchange.body if isinstance(exchange.body, dict | list) else {}
        body = read_body(b.ProductsBody, given, "skus")
        return {"skus": body.skus, **body.named}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Read them all."""
        return Reply(await products(self.line(request), request["skus"]))


class BatchState(Told, CatalogProducer):
    """Tells how a batch stands: `status`, totals `errors` and `warnings`, and `refused`, as far as Meta names them."""

    kind = Kind.READ

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return the batch's name. Raises `Refused` when the body does not fit."""
        body = read_body(b.BatchBody, exchange.body, "handle")
        return {"handle": body.handle, **body.named}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Ask for it. Raises `Refused` for a name that Meta does not know."""
        state = await state_of(self.line(request), request["handle"], effect)
        told = {
            "status": state.get("status"),
            "errors": int(state.get("errors_total_count") or 0),
            "warnings": int(state.get("warnings_total_count") or 0),
            "refused": mapping.ended(state, ()),
        }
        return Reply(told, reference=request["handle"])


class ListSets(Told, CatalogProducer):
    """Lists the sets of products: `id` and `name` each."""

    kind = Kind.READ

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return nothing but the connection. Raises `Refused` when the body does not fit."""
        body = read_body(b.NothingBody, exchange.body if isinstance(exchange.body, dict) else {})
        return dict(body.named)

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Read them all."""
        return Reply(await _sets(self.line(request)))


class CreateSet(CatalogProducer):
    """Makes a set of products: reply with `id` and `by`; one of that name that is there is taken as it is."""

    kind = Kind.VERIFIABLE
    settle = SETTLE
    calls = 3

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return name and filter. Raises `Refused` when the body does not fit."""
        body = read_body(b.SetBody, exchange.body)
        return {"name": body.name, "filter": body.filter, **body.named}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Make it, unless it is there."""
        found = await self.verify(request, effect)
        if found is not None:
            return found
        line = self.line(request)
        values = {"name": request["name"], "filter": request["filter"]}
        answer = await line.client.form(f"{line.settings.catalog}/product_sets", values, attempt=effect.attempt)
        if not answer.get("id"):
            raise Unknown("Meta took the set without saying its id", code="no_id")
        return Reply({"id": str(answer["id"]), "by": "answer"}, reference=str(answer["id"]))

    async def verify(self, request: dict[str, Any], effect: Effect) -> Reply | None:
        """Look for it by its name."""
        found = [one for one in await _sets(self.line(request)) if one["name"] == request["name"]]
        return Reply({"id": found[0]["id"], "by": "look"}, reference=found[0]["id"]) if found else None

    def would(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Return a set that is not there."""
        return Reply({"id": str(imagined_id(effect)), "by": "answer"})


async def products(line: Line, skus: Sequence[str] | None) -> list[dict[str, Any]]:
    """Return all items, or those with `skus`."""
    path, asked = f"{line.settings.catalog}/products", {"fields": mapping.PRODUCT_FIELDS}
    if skus is None:
        return [mapping.shown(one) async for page in line.client.pages(path, asked) for one in page]
    found: list[dict[str, Any]] = []
    for start in range(0, len(skus), AT_ONCE):
        chosen = {"retailer_id": {"is_any": list(skus[start : start + AT_ONCE])}}
        lists = line.client.pages(path, {**asked, "filter": chosen})
        found += [mapping.shown(one) async for page in lists for one in page]
    return found


async def state_of(line: Line, handle: str, effect: Effect) -> dict[str, Any]:
    """Return what Meta says of a batch. Raises `Refused` for a name that it does not know."""
    asked = {"handle": handle, "load_ids_of_invalid_requests": True}
    path = f"{line.settings.catalog}/check_batch_request_status"
    answer = await line.client.get(path, asked, attempt=effect.attempt)
    found = [one for one in answer.get("data") or [] if str(one.get("handle")) == handle]
    if not found:
        raise Refused("Meta does not know this batch", code="no_batch")
    return dict(found[0])


async def _sets(line: Line) -> list[dict[str, Any]]:
    lists = line.client.pages(f"{line.settings.catalog}/product_sets", {"fields": "id,name"})
    return [{"id": str(one.get("id")), "name": one.get("name")} async for page in lists for one in page]
