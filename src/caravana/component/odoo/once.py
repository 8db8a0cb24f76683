"""createOnce: records that are made once, however often the message comes."""

from typing import Any

from caravana.component.odoo.client import OdooClient
from caravana.component.odoo.loading import Item, external_id_from_key, external_id_of, load_once
from caravana.component.odoo.operation import Operation, Request, needed, reference
from caravana.component.odoo.reading import batches
from caravana.component.odoo.values import as_mapping, parsed_body
from caravana.kit.effect import Effect, Kind, Reply, imagined_id
from caravana.kit.errors import Refused
from caravana.kit.exchange import Exchange


class CreateOnce(Operation):
    """Records by external id: made if the id is unknown, left alone if it is known."""

    kind = Kind.IDEMPOTENT
    steps = 5
    body = "{external_id?, values, context?}, or a list of {external_id, values}"
    reply = "{id, external_id}; for a list {items: [{external_id, id} or {external_id, error}]}, one bad row spoils no other"

    def request(self, exchange: Exchange) -> Request:
        """Return external ids and values; a single record may leave its external id to the effect's key."""
        body = parsed_body(exchange.body)
        if isinstance(body, list):
            items = [self._item(as_mapping(one), named=True) for one in body]
            return {"items": items, "many": True, "context": self.options.context}
        one = as_mapping(body)
        context = {**self.options.context, **as_mapping(one.pop("context", None))}
        return {"items": [self._item(one, named=False)], "many": False, "context": context}

    def _item(self, one: dict[str, Any], *, named: bool) -> dict[str, Any]:
        name = needed(one, "external_id") if named else one.get("external_id")
        values = as_mapping(needed(one, "values"))
        return {
            "external_id": external_id_of(str(name), self.settings.external_module) if name else None,
            "values": values,
        }

    async def send(self, client: OdooClient, request: Request, effect: Effect) -> Reply:
        """Load the records."""
        client = client.within(request["context"])
        key = external_id_from_key(effect.key, self.settings.external_module)
        items = [Item(one["external_id"] or key, one["values"]) for one in request["items"]]
        if request["many"]:
            return Reply({"items": await self._many(client, items)})
        ids = await load_once(client, self.model, items, self.clock)
        return Reply({"id": ids[0], "external_id": items[0].external_id}, reference=reference(self.model, ids))

    def would(self, request: Request, effect: Effect) -> Reply:
        """Return ids of no records, whether or not the external ids are known."""
        key = external_id_from_key(effect.key, self.settings.external_module)
        made = [
            {"external_id": one["external_id"] or key, "id": imagined_id(effect, number)}
            for number, one in enumerate(request["items"])
        ]
        return Reply({"items": made} if request["many"] else made[0])

    async def _many(self, client: OdooClient, items: list[Item]) -> list[dict[str, Any]]:
        """Load what has the same fields together: an empty cell would erase a default."""
        groups: dict[frozenset[str], list[Item]] = {}
        for item in items:
            groups.setdefault(frozenset(item.values), []).append(item)
        results: dict[str, dict[str, Any]] = {}
        for group in groups.values():
            for batch in batches(group, self.options.batch):
                for result in await self._load(client, batch):
                    results[result["external_id"]] = result
        return [results[item.external_id] for item in items]

    async def _load(self, client: OdooClient, items: list[Item]) -> list[dict[str, Any]]:
        """Load `items`; when one row is bad, Odoo makes none, so the halves are loaded by themselves."""
        try:
            ids = await load_once(client, self.model, items, self.clock)
        except Refused as error:
            if len(items) == 1:
                return [{"external_id": items[0].external_id, "error": str(error)}]
            middle = len(items) // 2
            return await self._load(client, items[:middle]) + await self._load(client, items[middle:])
        return [{"external_id": item.external_id, "id": one} for item, one in zip(items, ids, strict=True)]
