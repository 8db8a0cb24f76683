"""All records of a scope, page by page: there may be more than fit into one answer."""

from collections.abc import AsyncIterator
from typing import Any

from caravana.kit.ports import Store

PAGE = 2000
"""Records read at once."""


async def every(store: Store, scope: str, prefix: str = "", *, since: str = "") -> AsyncIterator[tuple[str, Any]]:
    """Yield (key, value) pairs whose key begins with `prefix` and is not before `since`, sorted by key."""
    last = None
    while True:
        found = await store.find(scope, prefix, PAGE, since=since if last is None else last)
        for key, value in found:
            if key != last:
                yield key, value
        if len(found) < PAGE:
            return
        last = found[-1][0]
