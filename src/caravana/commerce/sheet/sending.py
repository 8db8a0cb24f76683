"""From the entries of a file to the results of its rows, through the route that takes them: some messages at a time."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from typing import Any

from caravana.commerce.sheet.plan import Entry, Refused

Ask = Callable[..., Awaitable[dict[str, Any]]]
"""Asks the hub: `ask("request", route=…, body=…)`, `ask("reply", exchange=…)`."""
Result = dict[str, Any]
"""`row`, `result` (new, changed, same, refused, undone), `what`, `reason`."""
Item = Entry | Refused

ROWS = 100
"""Customers or products in one message; an order has one of its own."""
AT_ONCE = 4
GOING_ON = ("ready", "running", "waiting")
PATIENCE = 600.0
"""Seconds after which a message that is still under way is left to the hub."""
PAUSE = 1.0


class Sender:
    """Sends one file."""

    def __init__(self, ask: Ask, kind: str, *, dry_run: bool, source: str = "file") -> None:
        """`source`: within which the numbers of orders are unique."""
        self._ask = ask
        self._kind = kind
        self._dry_run = dry_run
        self._source = source
        self.stopped: str | None = None
        """Why not all was sent, if so."""

    async def send(self, items: Iterable[Item]) -> AsyncIterator[list[Result]]:
        """Yield the results of all rows that were tried, in the file's order; `stopped` then says whether that is all."""
        under_way: deque[asyncio.Task[list[Result]]] = deque()
        portions = portions_of(items, 1 if self._kind == "orders" else ROWS)
        try:
            for portion in portions:
                under_way.append(asyncio.create_task(self._results(portion)))
                if len(under_way) >= AT_ONCE:
                    yield await under_way.popleft()
                if self.stopped:
                    break
            while under_way:
                yield await under_way.popleft()
        finally:
            for task in under_way:
                task.cancel()

    async def _results(self, portion: Sequence[Item]) -> list[Result]:
        entries = [one for one in portion if isinstance(one, Entry)]
        results = [_refused(one, row) for one in portion if isinstance(one, Refused) for row in one.rows]
        if entries:
            results += await self._tried(entries)
        return sorted(results, key=lambda one: int(one["row"]))

    async def _tried(self, entries: Sequence[Entry]) -> list[Result]:
        answer = await self._ask("request", route=f"shop-import-{self._kind}", body=self._message(entries))
        waited = 0.0
        while answer["state"] in GOING_ON and waited < PATIENCE:
            await asyncio.sleep(PAUSE)
            waited += PAUSE
            answer = await self._ask("reply", exchange=answer["exchange"])
        if answer["state"] == "done":
            return list(answer["body"]["results"])
        reason = answer["error"] or f"it is {answer['state']}: caravana messages show {answer['exchange']}"
        self.stopped = self.stopped or reason
        return [_result(row, "undone", reason) for one in entries for row in one.rows]

    def _message(self, entries: Sequence[Entry]) -> dict[str, Any]:
        head = {"dry_run": self._dry_run, "source": self._source, "branch": entries[0].data.get("branch")}
        if self._kind == "orders":
            return {**head, "rows": list(entries[0].rows), "data": entries[0].data}
        return {**head, "rows": [{"row": one.rows[0], "data": one.data} for one in entries]}


def portions_of(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Yield `items` in lists of at most `size`."""
    portion: list[Item] = []
    for one in items:
        portion.append(one)
        if len(portion) == size:
            yield portion
            portion = []
    if portion:
        yield portion


def _refused(one: Refused, row: int) -> Result:
    return _result(row, one.result, one.reason, one.what)


def _result(row: int, result: str, reason: str, what: str = "") -> Result:
    return {"row": row, "result": result, "what": what, "reason": reason}
