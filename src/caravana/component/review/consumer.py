"""The side that looks at the list and tells what came and what went, each once."""

from typing import Any

from caravana.component.review.listed import Item, Listed, chosen, name_of
from caravana.component.review.spec import ReviewOptions
from caravana.kit.branch import branches_of
from caravana.kit.polling import PollingConsumer
from caravana.kit.ports import Arrival, Context, Receiver

LIMIT = 2000
"""Items of each kind in one look; with more, nothing is taken for gone because it is missing."""


class ReviewConsumer(PollingConsumer):
    """What was told is the cursor, stored in one transaction with the messages: nothing is told twice or forgotten."""

    def __init__(self, options: ReviewOptions, receiver: Receiver, context: Context) -> None:
        """`context`: whose list."""
        super().__init__(receiver.route_id, context.clock, options.delay)
        self._options = options
        self._receiver = receiver
        self._context = context
        self._listed = Listed()

    async def start(self) -> None:
        """Begin to look."""
        self._listed = Listed.stored(await self._receiver.cursor())
        await super().start()

    async def look(self) -> None:
        """Tell what came and went since the last look."""
        found = await self._context.reviews.items(LIMIT)
        items, now = chosen(found, self._options.without), self._context.clock.now()
        before, options = self._listed, self._options
        after, fresh, gone = before.after(
            items,
            now,
            options.circuit_after,
            options.most,
            complete=len(found) < LIMIT,
            shadow=self._receiver.shadow,
        )
        if after == before:
            return
        arrivals = [self._gone(name, before.told.get(name) or now.isoformat()) for name in gone]
        arrivals += [self._came(one, after.told[name_of(one)]) for one in fresh]
        await self._receiver.accept(arrivals, cursor=after.as_cursor())
        self._listed = after

    def _came(self, item: Item, since: str) -> Arrival:
        record = item["record"]
        keys = (("odoo", f"{record['model']},{record['id']}"),) if record else ()
        known = branches_of(self._context)
        branch = (
            item["branch"] if not known or item["branch"] in known else None
        )  # of a branch that is gone the company is told
        return self._arrival("opened", name_of(item), since, item, keys, branch)

    def _gone(self, name: str, since: str) -> Arrival:
        return self._arrival("closed", name, since, {}, (), None)

    def _arrival(
        self, event: str, name: str, since: str, item: Item, keys: tuple[tuple[str, str], ...], branch: str | None
    ) -> Arrival:
        body: dict[str, Any] = {"event": event, "name": name, "told": since, "item": item}
        headers = {"CaravanaReviewEvent": event, "CaravanaReviewName": name}
        key = f"{name}@{since}/{event}"
        return Arrival(body, headers, key=key, lane=f"review:{name}", business_keys=keys, branch=branch)
