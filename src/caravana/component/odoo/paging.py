"""Reading many records in pages that neither repeat nor lose one while others write."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any

from caravana.component.odoo.client import OdooClient
from caravana.component.odoo.position import back


async def pages_by_id(
    client: OdooClient, model: str, domain: Sequence[Any], fields: Sequence[str], size: int
) -> AsyncIterator[list[dict[str, Any]]]:
    """Yield pages of at most `size` records in order of id.

    The next page begins after the last id: an offset would shift whenever a record comes or goes.
    """
    last = 0
    while True:
        narrowed = [["id", ">", last], *domain] if last else list(domain)
        page: list[dict[str, Any]] = await client.ask(
            model, "search_read", {"domain": narrowed, "fields": list(fields), "order": "id asc", "limit": size}
        )
        if page:
            yield page
            last = page[-1]["id"]
        if len(page) < size:
            return


async def pages_by_time(
    client: OdooClient, model: str, domain: Sequence[Any], fields: Sequence[str], stamp: str, start: str, size: int
) -> AsyncIterator[list[dict[str, Any]]]:
    """Yield pages of records with `stamp` (write_date or create_date) not before `start`, in order of it.

    Odoo sorts by microseconds and shows whole seconds. The second in which a full page ends is therefore read whole, in
    order of id, before the next page begins with the second after it. `>=` and `<` mean the same in all versions.
    """
    while True:
        arguments = {
            "domain": [[stamp, ">=", start], *domain],
            "fields": list(fields),
            "order": f"{stamp} asc, id asc",
            "limit": size,
        }
        page: list[dict[str, Any]] = await client.ask(model, "search_read", arguments)
        if len(page) < size:
            if page:
                yield page
            return
        last = page[-1][stamp]
        if before := [one for one in page if one[stamp] < last]:
            yield before
        start = back(last, -timedelta(seconds=1))
        second = [[stamp, ">=", last], [stamp, "<", start], *domain]
        async for rest in pages_by_id(client, model, second, fields, size):
            yield rest
