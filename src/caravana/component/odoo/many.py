"""writeMany: different values into many records, in few calls."""

from typing import Any

from caravana.component.odoo.client import OdooClient
from caravana.component.odoo.loading import Known, load_known
from caravana.component.odoo.operation import Operation, Request, needed
from caravana.component.odoo.reading import batches
from caravana.component.odoo.values import as_ids, as_mapping, parsed_body
from caravana.kit.effect import Effect, Kind, Reply
from caravana.kit.errors import Refused
from caravana.kit.exchange import Exchange


class WriteMany(Operation):
    """Absolute values of their own into each of many records, by `load` with database ids; one bad row spoils no other."""

    kind = Kind.IDEMPOTENT
    steps = 5
    body = "list of {id, values}; a many2one is a number or an external id, lines are not taken"
    reply = "{items: [{id} or {id, error}]}"

    def request(self, exchange: Exchange) -> Request:
        """Return ids and values. Raises `Refused` for lines: a repetition would append them again."""
        body = parsed_body(exchange.body)
        if not isinstance(body, list):
            raise Refused("the body is no list of {id, values}", code="body")
        return {"items": [self._item(as_mapping(one)) for one in body], "context": self.options.context}

    def _item(self, one: dict[str, Any]) -> dict[str, Any]:
        values = as_mapping(needed(one, "values"))
        if any(isinstance(value, list | dict) for value in values.values()):
            raise Refused("writeMany takes no lists: use write for lines and many2many", code="body")
        return {"id": as_ids(needed(one, "id"))[0], "values": values}

    async def send(self, client: OdooClient, request: Request, effect: Effect) -> Reply:
        """Write what has the same fields together: an empty cell would erase the field."""
        client = client.within(request["context"])
        groups: dict[frozenset[str], list[Known]] = {}
        for one in request["items"]:
            groups.setdefault(frozenset(one["values"]), []).append(Known(one["id"], one["values"]))
        results: dict[int, dict[str, Any]] = {}
        for group in groups.values():
            for batch in batches(group, self.options.batch):
                results |= await self._write(client, batch)
        return Reply({"items": [results[one["id"]] for one in request["items"]]})

    async def _write(self, client: OdooClient, items: list[Known]) -> dict[int, dict[str, Any]]:
        """Write `items`; when one row is bad, Odoo writes none, so the halves are written by themselves."""
        try:
            await load_known(client, self.model, items, self.clock)
        except Refused as error:
            if len(items) == 1:
                return {items[0].id: {"id": items[0].id, "error": str(error)}}
            middle = len(items) // 2
            return await self._write(client, items[:middle]) | await self._write(client, items[middle:])
        return {item.id: {"id": item.id} for item in items}
