"""`wares:shown`: a look at the catalogue itself, which tells only of products that stand otherwise there than is kept."""

from collections.abc import Mapping
from typing import Any

from caravana.component.wares.keeping import EVERYTHING, scope_of
from caravana.component.wares.outside import products_at
from caravana.kit.component import Producer
from caravana.kit.effect import Effect, Kind, Reply
from caravana.kit.exchange import Exchange
from caravana.kit.ports import Context


class ShownProducer(Producer):
    """Reads what a catalogue shows: reply is a mapping, a record's name → `missing` (not there), `errors` (why it is hidden)."""

    kind = Kind.READ

    def __init__(self, context: Context, catalogue: str, connection: str) -> None:
        """`connection`: of the catalogue."""
        self._context = context
        self._scope = scope_of(catalogue)
        self._connection = connection

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return whose catalogue it is."""
        return {"meta": self._connection}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Read the catalogue, then what is kept; nothing where it is switched off. Raises what its component raises."""
        scheme = self._context.component_of(request["meta"]).scheme
        if self._context.is_off(f"{scheme}:{request['meta']}"):
            return Reply({})
        theirs = {one["sku"]: one["errors"] for one in await products_at(self._context, request["meta"])}
        found = {}
        for name, record in await self._context.store.find(self._scope, "p/", EVERYTHING):
            if record["item"] is not None and record["meta"] is not None and _differs(record, theirs):
                errors = theirs.get(record["sku"])
                found[name] = {"missing": errors is None, "errors": errors or []}
        return Reply(found)


def _differs(record: Mapping[str, Any], theirs: Mapping[str, list[str]]) -> bool:
    """Whether a product that Meta took is not there, or is told of otherwise than Meta shows it."""
    errors = theirs.get(record["sku"])
    if errors is None:
        return True
    hidden = record["detail"] if record["reason"] == "meta" else ""
    return bool(record["meta"] == record["wanted"] and "; ".join(errors) != hidden)
