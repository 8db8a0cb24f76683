"""Operations that only read: search, read, count, exists, fields, lookup."""

from copy import deepcopy
from typing import Any

from caravana.component.odoo.client import OdooClient
from caravana.component.odoo.nested import is_nested, read_nested, tree
from caravana.component.odoo.operation import Operation, Request
from caravana.component.odoo.paging import pages_by_id
from caravana.component.odoo.values import as_ids, as_mapping, clean_record, parsed_body
from caravana.kit.codec import canonical_hash
from caravana.kit.effect import Effect, Reply
from caravana.kit.errors import ConfigurationError, Refused
from caravana.kit.exchange import Exchange
from caravana.kit.options import parse_duration


class Search(Operation):
    """Records that fulfil a domain, page by page in order of id; or the first `limit` in a given `order`."""

    body = "nothing, or {domain, limit, order, context}, each instead of the option"
    reply = "list of records: the named fields and `id`; empty fields are null, many2one is [id, name]"

    def check(self) -> None:
        """Refuse an order without a limit: pages in another order than id would lose records. Raises `ConfigurationError`."""
        self.need_fields()
        if is_nested(self.options.fields):
            raise ConfigurationError(f"`odoo:{self.model}`: a search reads no fields of linked records; read does")
        if self.options.order and self.options.limit is None:
            raise ConfigurationError(f"`odoo:{self.model}`: order needs limit; without order the pages go by id")

    def request(self, exchange: Exchange) -> Request:
        """Return domain, fields, order, limit and context."""
        body = as_mapping(exchange.body) if isinstance(exchange.body, dict | str | bytes) else {}
        return {
            "domain": body.get("domain", self.options.domain),
            "fields": list(self.options.fields),
            "order": body.get("order", self.options.order),
            "limit": body.get("limit", self.options.limit),
            "context": {**self.options.context, **body.get("context", {})},
        }

    async def send(self, client: OdooClient, request: Request, effect: Effect) -> Reply:
        """Read the records, unless they were read just now (`maxAge`)."""
        client = client.within(request["context"])
        if not self.options.max_age:
            return Reply(await self._search(client, request))
        key = canonical_hash([self.model, client.context, request])
        replies, age = client.connection.replies, self.options.max_age.total_seconds()
        return Reply(deepcopy(await replies.get(key, age, lambda: self._search(client, request))))

    async def _search(self, client: OdooClient, request: Request) -> list[dict[str, Any]]:
        names = await client.names(self.model)
        domain, fields = names.domain(request["domain"]), names.outgoing(request["fields"])
        limit = request["limit"]
        if request["order"] or (limit is not None and limit <= self.options.batch):
            arguments = {"domain": domain, "fields": fields, "order": request["order"] or "id asc", "limit": limit}
            records = await client.ask(self.model, "search_read", arguments)
        else:
            records = await self._all(client, domain, fields, limit)
        types = await client.types(self.model)
        return [names.incoming(clean_record(one, types)) for one in records]

    async def _all(self, client: OdooClient, domain: list[Any], fields: list[str], limit: int | None) -> list[Any]:
        records: list[Any] = []
        async for page in pages_by_id(client, self.model, domain, fields, self.options.batch):
            records += page
            if limit is not None and len(records) >= limit:
                return records[:limit]
        return records


class Read(Operation):
    """Records by id, in batches.

    With `maxAge` in the body the answer is kept for the process, and one that is not older is given again; 0 always asks.
    """

    body = "{ids, context, maxAge}, a number or a list of numbers"
    reply = "list of records in the order asked for; missing ones left out; with `a.b` in `fields`, `a` is an object or a list"

    def check(self) -> None:
        """Refuse reading without a list of fields."""
        self.need_fields()

    def request(self, exchange: Exchange) -> Request:
        """Return ids, fields and context, and `age` in seconds where an older answer will do. Raises `Refused`."""
        ids, context = _ids_and_context(exchange)
        request = {"ids": ids, "fields": list(self.options.fields), "context": {**self.options.context, **context}}
        age = _max_age(exchange)
        return request if age is None else {**request, "age": age}

    async def send(self, client: OdooClient, request: Request, effect: Effect) -> Reply:
        """Read the records, unless they were read just now; whoever asks, a record kept is the same for all branches."""
        if "age" not in request:
            return await self._read(client, request)
        key = canonical_hash([self.model, *(request[name] for name in ("ids", "fields", "context"))])
        kept = await client.connection.replies.get(key, request["age"], lambda: self._body(client, request))
        return Reply(deepcopy(kept))

    async def _body(self, client: OdooClient, request: Request) -> Any:
        return (await self._read(client, request)).body

    async def _read(self, client: OdooClient, request: Request) -> Reply:
        client = client.within(request["context"])
        read = self._nested if is_nested(request["fields"]) else self._plain
        found: dict[int, Any] = {}
        for ids in batches(request["ids"], self.options.batch):
            found.update({one["id"]: one for one in await read(client, ids, request["fields"])})
        return Reply([found[one] for one in request["ids"] if one in found])

    async def _nested(self, client: OdooClient, ids: list[int], fields: list[str]) -> list[dict[str, Any]]:
        return await read_nested(client, self.model, ids, tree(fields))

    async def _plain(self, client: OdooClient, ids: list[int], fields: list[str]) -> list[dict[str, Any]]:
        names, types = await client.names(self.model), await client.types(self.model)
        rows = await client.ask(self.model, "read", {"fields": names.outgoing(fields)}, ids=ids)
        return [names.incoming(clean_record(one, types)) for one in rows]


class Count(Search):
    """Number of records that fulfil a domain."""

    body = "nothing, or {domain, context}"
    reply = "a number"

    def check(self) -> None:
        """Need nothing."""

    async def send(self, client: OdooClient, request: Request, effect: Effect) -> Reply:
        """Count the records."""
        names = await client.names(self.model)
        arguments = {"domain": names.domain(request["domain"])}
        return Reply(await client.ask(self.model, "search_count", arguments, context=request["context"]))


class Exists(Operation):
    """Which of the given records exist, archived ones included."""

    body = "{ids}, a number or a list of numbers"
    reply = "list of the ids that exist"

    def request(self, exchange: Exchange) -> Request:
        """Return the ids."""
        return {"ids": _ids_and_context(exchange)[0]}

    async def send(self, client: OdooClient, request: Request, effect: Effect) -> Reply:
        """Search for the ids."""
        there: set[int] = set()
        for ids in batches(request["ids"], self.options.batch):
            arguments = {"domain": [["id", "in", ids]]}
            there.update(await client.ask(self.model, "search", arguments, context={"active_test": False}))
        return Reply([one for one in request["ids"] if one in there])


class Fields(Operation):
    """Which of the named fields the model has: an app or the company may have brought them. Odoo is asked once a day."""

    body = "list of names"
    reply = "list of those that the model has, in the same order"

    def request(self, exchange: Exchange) -> Request:
        """Return the names. Raises `Refused` for anything but a list of texts."""
        body = exchange.body
        if not isinstance(body, list | tuple) or not all(isinstance(one, str) for one in body):
            raise Refused("the body must be a list of names of fields", code="body")
        return {"names": list(body)}

    async def send(self, client: OdooClient, request: Request, effect: Effect) -> Reply:
        """Look at what the model is known to have."""
        types = await client.types(self.model)
        return Reply([one for one in request["names"] if one in types])


class Lookup(Operation):
    """The record behind an external id. `load` would create one, so it is never used for this."""

    body = "{external_id} or the external id as text"
    reply = "{id, model}, or null when there is none"

    def request(self, exchange: Exchange) -> Request:
        """Return the external id. Raises `Refused` when the body has none."""
        body = exchange.body
        name = (
            body if isinstance(body, str) and not body.lstrip().startswith("{") else as_mapping(body).get("external_id")
        )
        if not isinstance(name, str) or not name:
            raise Refused("the body lacks `external_id`", code="body")
        return {"external_id": name}

    async def send(self, client: OdooClient, request: Request, effect: Effect) -> Reply:
        """Ask for the record."""
        return Reply(await find_external(client, request["external_id"]))


async def find_external(client: OdooClient, external_id: str) -> dict[str, Any] | None:
    """Return id and model behind `external_id`, or None.

    Odoo answers an unknown one with a ValueError (500), the known one with [model, id]; both need no rights on ir.model.data.
    """
    module, dot, name = external_id.partition(".")
    if not dot:
        module, name = client.settings.external_module, external_id
    try:
        found = await client.ask("ir.model.data", "check_object_reference", {"module": module, "xml_id": name})
    except Refused as error:
        if error.code == "builtins.ValueError":
            return None
        raise
    return {"model": found[0], "id": found[1]} if found and found[1] else None


def batches(ids: list[Any], size: int) -> list[list[Any]]:
    """Return `ids` in lists of at most `size`."""
    return [ids[start : start + size] for start in range(0, len(ids), size)]


def _max_age(exchange: Exchange) -> float | None:
    """Return the `maxAge` of the body in seconds, or None. Raises `Refused` for one that is no duration."""
    body = parsed_body(exchange.body)
    told = body.get("maxAge") if isinstance(body, dict) else None
    try:
        return None if told is None else parse_duration(told).total_seconds()
    except ValueError as error:
        raise Refused(f"`maxAge`: {error}", code="body") from None


def _ids_and_context(exchange: Exchange) -> tuple[list[int], dict[str, Any]]:
    body = parsed_body(exchange.body)
    if isinstance(body, dict):
        return as_ids(body.get("ids", body.get("id"))), body.get("context", {})
    return as_ids(body), {}
