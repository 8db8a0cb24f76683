"""What the calls share: the page that they go over, and what was made before by which effect."""

import contextlib
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

from caravana.component.facebook.line import Line
from caravana.component.facebook.mapping import moment, same_text
from caravana.kit.effect import Effect
from caravana.kit.errors import Refused
from caravana.kit.graph.client import GraphClient
from caravana.kit.graph.producing import GraphProducer
from caravana.kit.ports import Store, Unavailable

MADE = "facebook.made"
"""Scope of posts and comments that we made: id at Meta → key of the effect."""
SETTLE = timedelta(minutes=1)
"""How long Meta may still work on a post whose answer was lost (our guess: it documents no figure)."""
SKEW = timedelta(minutes=2)
"""How far Meta's clock and ours may be apart."""
MOST_PAGES = 20
"""Pages of a list in which something is looked for."""
GONE = frozenset({"33", "100"})


class FacebookProducer(GraphProducer[Line]):
    """A call over one page."""

    scheme = "facebook"

    async def page(self, request: dict[str, Any], effect: Effect) -> tuple[str, GraphClient]:
        """Return the page of the effect's branch and its client."""
        line = self.line(request)
        page = line.page(effect.branch)
        return page, await line.client(page)


async def own(store: Store, name: str, effect: Effect) -> None:
    """Keep which effect made a post or comment, so that no other takes it for its own."""
    with contextlib.suppress(Unavailable):  # whoever looks for one of the same text within minutes may find this one
        await store.put(MADE, name, effect.key)


async def find(
    lists: AsyncIterator[list[dict[str, Any]]], store: Store, effect: Effect, message: str
) -> AsyncIterator[dict[str, Any]]:
    """Yield members of lists that may be what `effect` made: its text, its time, and nobody else's."""
    number = 0
    async for page in lists:
        for one in page:
            fits = same_text(one.get("message"), message) and _since(one, effect.intended_at - SKEW)
            if fits and await store.get(MADE, str(one.get("id"))) in (None, effect.key):
                yield one
        number += 1
        if number >= MOST_PAGES or _all_older(page, effect.intended_at - SKEW):
            return


def _since(one: dict[str, Any], time: datetime) -> bool:
    made = moment(one.get("created_time"))
    return made is None or made >= time.replace(microsecond=0)


def _all_older(page: list[dict[str, Any]], time: datetime) -> bool:
    """Lists begin with the latest: once a whole page is older, nothing more can come."""
    return bool(page) and not any(_since(one, time) for one in page)


async def deleted(client: GraphClient, name: str, effect: Effect) -> None:
    """Delete a node; one that is gone already is gone."""
    try:
        await client.delete(name, attempt=effect.attempt)
    except Refused as error:
        if error.code not in GONE:
            raise
