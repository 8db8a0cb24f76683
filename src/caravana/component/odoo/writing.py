"""Operations that create and write plainly."""

from typing import Any

from caravana.component.odoo.client import OdooClient
from caravana.component.odoo.methods import adds_lines
from caravana.component.odoo.operation import Operation, Request, needed, reference
from caravana.component.odoo.optional import OptionalFields
from caravana.component.odoo.values import as_ids, as_mapping, parsed_body
from caravana.kit.effect import Effect, Kind, Reply, imagined_id
from caravana.kit.errors import Refused
from caravana.kit.exchange import Exchange


class Create(Operation):
    """New records in one transaction. Nothing tells a repetition from a first call: prefer createOnce."""

    kind = Kind.BLIND
    body = "object of values, or a list of such objects (all or none are made)"
    reply = "{id} for an object, {ids} for a list"

    def request(self, exchange: Exchange) -> Request:
        """Return the values. Raises `Refused` for more than one batch: it could not be one transaction."""
        body = parsed_body(exchange.body)
        rows = [as_mapping(one) for one in body] if isinstance(body, list) else as_mapping(body)
        if isinstance(rows, list) and len(rows) > self.options.batch:
            raise Refused(f"{len(rows)} records are more than one call takes ({self.options.batch})", code="body")
        return {"values": rows, "context": self.options.context}

    async def send(self, client: OdooClient, request: Request, effect: Effect) -> Reply:
        """Create the records."""
        names = await client.names(self.model)
        single = isinstance(request["values"], dict)
        rows = [names.values(one) for one in ([request["values"]] if single else request["values"])]
        ids = await client.call(self.model, "create", {"vals_list": rows}, context=request["context"])
        return Reply({"id": ids[0]} if single else {"ids": ids}, reference=reference(self.model, ids))

    def would(self, request: Request, effect: Effect) -> Reply:
        """Return ids of no records."""
        rows = request["values"]
        if isinstance(rows, dict):
            return Reply({"id": imagined_id(effect)})
        return Reply({"ids": [imagined_id(effect, number) for number in range(len(rows))]})


class Write(Operation):
    """Absolute values into records; repeating it changes nothing, unless it adds or deletes lines."""

    kind = Kind.IDEMPOTENT
    steps = 3
    body = "{ids, values, context}"
    reply = "true; false when every field was `optional` and none is there"

    def kind_of(self, request: Request) -> Kind:
        """Return blind when a command in the values would add or delete lines again."""
        return Kind.BLIND if adds_lines(request["values"]) else Kind.IDEMPOTENT

    def request(self, exchange: Exchange) -> Request:
        """Return ids and values."""
        body = as_mapping(exchange.body)
        context: dict[str, Any] = {**self.options.context, **body.get("context", {})}
        ids = as_ids(body.get("ids", body.get("id")))
        return {"ids": ids, "values": as_mapping(needed(body, "values")), "context": context}

    async def send(self, client: OdooClient, request: Request, effect: Effect) -> Reply:
        """Write the values."""
        names = await client.names(self.model)
        writes = OptionalFields(client, self.model, self.options.optional, self.clock)
        written = await writes.write(request["ids"], names.values(request["values"]), request["context"])
        return Reply(written, reference=reference(self.model, request["ids"]))

    def would(self, request: Request, effect: Effect) -> Reply:
        """Return what Odoo says of every write."""
        return Reply(True)
