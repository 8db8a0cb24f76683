"""Reading many records in pages that neither repeat nor lose one while others write."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from caravana.component.odoo.client import OdooClient


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
