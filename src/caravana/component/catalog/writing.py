"""Items put in, changed and taken out: in the fewest batches, each followed to its end, with Meta's reason for every item.

What was handed in is kept under the effect's key while the work lasts: whoever takes over asks for the same batches, and
hands none in twice. Even a batch that Meta took without an answer may go out again: items are put to what they shall be.
"""

import contextlib
from typing import Any

from caravana.component.catalog import body as b
from caravana.component.catalog import mapping
from caravana.component.catalog.line import Line, LineOf
from caravana.component.catalog.mapping import Problem, sku_of
from caravana.component.catalog.reading import products, state_of
from caravana.kit.effect import Effect, Kind, Reply
from caravana.kit.errors import EffectError, Held, Refused
from caravana.kit.exchange import Exchange
from caravana.kit.graph.body import read_body
from caravana.kit.graph.producing import GraphProducer
from caravana.kit.ports import Unavailable

WORK = "catalog.work"
"""Scope of work under way, by the effect's key: `left` (ranges to hand in), `batches`, `polls`."""
TOO_MUCH = "1"
"""Meta's code for a batch that is more than it can work on: half of it is."""
ENDED = frozenset({"finished", "canceled", "error"})
LONGEST_PAUSE = 60.0
GROWTH = 1.5
ABSENT = "after the batch it is not in the catalogue, and Meta gives no reason"


class Write(GraphProducer[Line]):
    """Hands items in: reply with `rows`, `batches`, `accepted`, `refused` and `warned` (`sku` and `reason` each).

    `handles`: Meta's names of the batches. While Meta works the exchange waits (`Held`) and holds up nothing else.
    """

    scheme = "catalog"
    kind = Kind.IDEMPOTENT
    calls = 10

    def __init__(self, line_of: LineOf, connection: str, *, whole: bool) -> None:
        """`whole`: whole items, made where they are not there; else changes of items that are there."""
        super().__init__(line_of, connection)
        self._whole = whole

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return the rows, and the items that are none. Raises `Refused` when the body itself does not fit."""
        if self._whole:
            body = read_body(b.PublishBody, exchange.body, "items")
            rows, refused = mapping.rows(body.items, body.delete, b.Item)
            return {"rows": rows, "refused": refused, **body.named}
        change = read_body(b.UpdateBody, exchange.body, "items")
        rows, refused = mapping.rows(change.items, (), b.Change)
        return {"rows": rows, "refused": refused, **change.named}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Hand in what was not yet, and ask for what was, until Meta has ended all. Raises `Held` until then."""
        line, rows = self.line(request), request["rows"]
        store = line.context.store
        work = await store.get(WORK, effect.key) or {
            "left": [list(one) for one in mapping.batches(rows, line.settings.rows)],
            "batches": [],
            "polls": 0,
        }
        while work["left"]:
            await self._hand_in(line, rows, work, effect)
            await _keep(line, work, effect)
        for batch in work["batches"]:
            if not batch["ended"]:
                await _look(line, rows, batch, effect)
        waiting = [one for one in work["batches"] if not one["ended"]]
        if waiting:
            pause = min(line.settings.poll.total_seconds() * GROWTH ** work["polls"], LONGEST_PAUSE)
            await _keep(line, {**work, "polls": work["polls"] + 1}, effect)
            text = "Meta has not ended its work on a batch; if it never does, publish again"
            raise Held(text, retry_after=pause, tried=False, code="working")
        reply = _reply(request, work["batches"])
        with contextlib.suppress(Unavailable):
            await store.put(WORK, effect.key, None)
        return reply

    def would(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Return that all is taken."""
        return _reply(request, [])

    async def _hand_in(self, line: Line, rows: list[Any], work: dict[str, Any], effect: Effect) -> None:
        """Hand in the first range that is left; what is too much for Meta becomes two ranges."""
        start, stop = work["left"][0]
        values = {"item_type": "PRODUCT_ITEM", "allow_upsert": self._whole, "requests": rows[start:stop]}
        try:
            answer = await line.client.form(f"{line.settings.catalog}/items_batch", values, attempt=effect.attempt)
        except EffectError as error:
            if error.code != TOO_MUCH or stop - start < 2:
                raise
            middle = (start + stop) // 2
            work["left"][:1] = [[start, middle], [middle, stop]]
            return
        work["batches"].append(_taken(answer, rows, start, stop))
        del work["left"][0]


def _taken(answer: Any, rows: list[Any], start: int, stop: int) -> dict[str, Any]:
    """Return a batch that was handed in. Raises `Refused` when Meta took nothing of it and names no item."""
    refused, warned = mapping.judged(answer)
    handles = answer.get("handles") or []
    names = {sku_of(one) for one in rows[start:stop]}
    if not handles:
        known = {one["sku"] for one in refused} & names
        if not known:
            why = refused[0]["reason"] if refused else "it gives no reason"
            raise Refused(f"Meta took nothing of the batch: {why}", code="no_handle")
        others = [{"sku": one, "reason": "Meta took nothing of its batch"} for one in sorted(names - known)]
        refused = [*refused, *others]
    made = {"start": start, "stop": stop, "handle": str(handles[0]) if handles else None, "ended": not handles}
    return {**made, "refused": refused, "warned": warned}


async def _look(line: Line, rows: list[Any], batch: dict[str, Any], effect: Effect) -> None:
    """Ask what became of a batch, and keep it in `batch`."""
    state = await state_of(line, batch["handle"], effect)
    if state.get("status") not in ENDED:
        return
    bad = {one["sku"] for one in batch["refused"]}
    ours = rows[batch["start"] : batch["stop"]]
    names = [sku_of(one) for one in ours if sku_of(one) not in bad]
    found = mapping.ended(state, names)
    if state["status"] != "finished":
        reason = f"Meta gave its batch up ({state['status']})"
        found = [{"sku": name, "reason": reason} for name in names]
    elif int(state.get("errors_total_count") or 0) > len(found):
        known = {one["sku"] for one in found}
        found += await _absent(line, [one for one in ours if sku_of(one) in set(names) - known])
    batch["refused"] += found
    batch["warned"] += mapping.warned(state, names)
    batch["ended"] = True


async def _absent(line: Line, rows: list[Any]) -> list[Problem]:
    """Return which items are not there: Meta tells of more errors than it names."""
    wanted = [sku_of(one) for one in rows if one["method"] != "DELETE"]
    there = {one["sku"] for one in await products(line, wanted)}
    return [{"sku": name, "reason": ABSENT} for name in wanted if name not in there]


async def _keep(line: Line, work: dict[str, Any], effect: Effect) -> None:
    """Keep the work. Raises `Held` when it cannot be kept now."""
    try:
        await line.context.store.put(WORK, effect.key, work)
    except Unavailable as error:
        raise Held(f"the batches cannot be kept track of now: {error}", retry_after=error.retry_after) from error


def _reply(request: dict[str, Any], done: list[dict[str, Any]]) -> Reply:
    refused = [*request["refused"], *(one for batch in done for one in batch["refused"])]
    bad = {one["sku"] for one in refused}
    handles = [batch["handle"] for batch in done if batch["handle"] is not None]
    told = {
        "rows": len(request["rows"]),
        "batches": len(done),
        "accepted": sum(sku_of(one) not in bad for one in request["rows"]),
        "refused": refused,
        "warned": [one for batch in done for one in batch["warned"]],
        "handles": handles,
    }
    return Reply(told, reference=handles[0] if handles else None)
