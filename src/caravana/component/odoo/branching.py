"""The company's branches at one Odoo: in whose name a call is made, and which branch the records read belong to."""

from dataclasses import replace
from typing import Any

from caravana.component.odoo.client import OdooClient
from caravana.component.odoo.operation import Operation, Request
from caravana.component.odoo.options import OdooOptions
from caravana.kit.branch import TELLING, Branch, Branches, place_of
from caravana.kit.effect import Effect, Reply
from caravana.kit.errors import NoBranch

TAKEN = "CaravanaBranch"
"""Header of a reply: the branch of the record read. It never reaches the message."""


def branch_at(branches: Branches, name: str | None, options: OdooOptions) -> Branch | None:
    """Return the branch in whose company a call is made; None for an exchange without one, and where there are none.

    Raises `NoBranch` for a branch that is not configured, and for one of another Odoo, unless the address names its
    connection: then the route means it.
    """
    branch = branches.get(name) if name is not None else None
    if name is not None and branches and branch is None:
        raise NoBranch(f"the branch `{name}` is not in the configuration (there are: {', '.join(branches)})")
    if branch is None or branch.odoo == options.connection:
        return branch
    if "connection" in options.model_fields_set:
        return None
    raise NoBranch(
        f"the branch `{name}` keeps its books at `{branch.odoo}`, this address goes to `{options.connection}`: "
        f"add connection={branch.odoo}, or the connection that is meant"
    )


async def read_with_branches(
    operation: Operation, client: OdooClient, request: Request, effect: Effect, branches: Branches
) -> Reply:
    """Read records, and of each what tells its branch; return them with their branches, as `options.branch` asks.

    Raises `NoBranch` when `take` finds no single one for an exchange that has none.
    """
    options, types = operation.options, await client.types(operation.model)
    more = [one for one in TELLING if one in types and one not in request["fields"]]
    reply = await operation.send(client, {**request, "fields": [*request["fields"], *more]}, effect)
    places = [place_of(one, options.connection, operation.model) for one in reply.body]
    records = [{name: value for name, value in one.items() if name not in more} for one in reply.body]
    if options.branch == "add":
        records = [{**one, "branch": _told(place, branches)} for one, place in zip(records, places, strict=True)]
        return replace(reply, body=records)
    headers = dict(reply.headers)
    if effect.branch is None and len(places) == 1 and places[0] is not None:
        headers[TAKEN] = branches.place(places[0], options.connection)
    return replace(reply, body=records, headers=headers)


def _told(place: dict[str, Any] | None, branches: Branches) -> Any:
    """The branch's name, or the place that fits none alone: a route's parameter `branch` takes both."""
    return None if place is None else branches.of(place, place["odoo"]) or place
