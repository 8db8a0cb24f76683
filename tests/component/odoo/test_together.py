"""Calls that wait for their turn together: one goes out, and each caller gets what is its own."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import pytest

from caravana.component.odoo.protocol import Call
from caravana.component.odoo.together import Together
from caravana.kit.errors import NeedsPerson, Refused, Transient, Unknown

BEFORE = Call("res.users", "message_post", {}, [1])
"""What is under way while the others come."""
ONCE = {"mode": "update", "noupdate": True}


class Partner:
    """Answers calls one by one when it is let; what it was asked is kept in order."""

    def __init__(self, answer: Callable[[Call], Any]) -> None:
        self._answer = answer
        self.asked: list[Call] = []
        self.open = asyncio.Event()

    async def send(self, call: Call) -> Any:
        self.asked.append(call)
        await self.open.wait()
        found = None if call == BEFORE else self._answer(call)
        if isinstance(found, Exception):
            raise found
        return found


async def at_once() -> None:
    """A pace that holds nothing up."""


def queues(partner: Partner, *, turns: int = 1, patience: float = 60.0) -> Together:
    return Together(partner.send, ready=at_once, turns=turns, patience=patience)


async def waiting(queue: Together, partner: Partner, calls: Sequence[Call]) -> list["asyncio.Task[Any]"]:
    """Start the calls behind a first one that is under way, and return their tasks in order once all wait."""
    first = asyncio.create_task(queue.call(BEFORE))
    while not partner.asked:
        await asyncio.sleep(0)
    tasks = [asyncio.create_task(queue.call(one)) for one in calls]
    while queue.waiting < len(calls):
        await asyncio.sleep(0)
    partner.asked.clear()
    assert not first.done()
    return tasks


async def outcomes(tasks: Sequence[Awaitable[Any]]) -> list[Any]:
    """Return results and errors in order."""
    return await asyncio.gather(*tasks, return_exceptions=True)


def read(*ids: int, context: Mapping[str, Any] | None = None) -> Call:
    return Call("sale.order", "read", {"fields": ["name"]}, list(ids), context or {})


def load(name: str, *, amount: int = 1) -> Call:
    rows = {"fields": ["id", "amount"], "data": [[name, str(amount)]]}
    return Call("account.payment", "load", rows, None, ONCE)


def rows(call: Call) -> Any:
    """Odoo's answer to a read: the rows that exist, below 100."""
    return [{"id": one, "name": f"S{one}"} for one in call.ids or [] if one < 100]


async def test_reads_go_out_as_one_and_each_gets_its_own() -> None:
    """Five reads of the same fields are one call; each gets its rows in its own order, and what is missing is missing."""
    partner = Partner(rows)
    queue = queues(partner)
    tasks = await waiting(queue, partner, [read(1), read(3, 2), read(2), read(500), read(1)])
    partner.open.set()
    found = [[one["id"] for one in each] for each in await outcomes(tasks)]
    assert found == [[1], [3, 2], [2], [], [1]]
    assert [one.ids for one in partner.asked] == [[1, 3, 2, 500]]


async def test_what_differs_does_not_go_together() -> None:
    """Another company's context, other fields, another model: each kind is a call of its own."""
    partner = Partner(rows)
    queue = queues(partner)
    other = Call("sale.order", "read", {"fields": ["state"]}, [4])
    quito, loja = read(1, context={"allowed_company_ids": [1]}), read(2, context={"allowed_company_ids": [2]})
    tasks = await waiting(queue, partner, [quito, loja, other, read(3)])
    partner.open.set()
    await outcomes(tasks)
    assert [one.ids for one in partner.asked] == [[1], [2], [4], [3]]


def note(order: int) -> Call:
    return Call("sale.order", "message_post", {"body": "x"}, [order])


async def test_many_notes_keep_no_page_waiting() -> None:
    """A read lets a few notes pass, so that others may join it, and is asked before the rest of them."""
    partner = Partner(rows)
    queue = queues(partner)
    tasks = await waiting(queue, partner, [*map(note, range(20)), read(7), load("c.p_1")])
    partner.open.set()
    await outcomes(tasks)
    methods = [one.method for one in partner.asked]
    assert 1 <= methods.index("read") <= 8
    assert methods.index("read") < methods.index("load") < 20


def marked(order: int, mark: str) -> Call:
    row = {"id": mark, "model": "sale.order", "res_id": str(order), "body": f"<p>{mark}</p>"}
    return Call("sale.order", "message_post", {"body": mark}, [order], {"lang": "es_EC"}, row)


async def test_marked_notes_go_out_as_one() -> None:
    """Three notes that carry their marks are one create-once load of messages; alone, each is posted as always."""
    partner = Partner(lambda call: loaded(call) if call.method == "load" else [7])
    queue = queues(partner)
    tasks = await waiting(queue, partner, [marked(4, "c.n_11"), marked(5, "c.n_12"), marked(4, "c.n_13")])
    partner.open.set()
    assert await outcomes(tasks) == [[11], [12], [13]]
    [sent] = partner.asked
    assert (sent.place, sent.ids, sent.context) == ("mail.message.load", None, {"lang": "es_EC", **ONCE})
    assert sent.arguments["data"][0] == ["c.n_11", "sale.order", "4", "<p>c.n_11</p>"]
    assert await queue.call(marked(4, "c.n_14")) == [7]


@pytest.mark.parametrize("refusal", [NeedsPerson("no", status=403), Refused("no", status=500), {"ids": False}])
async def test_where_notes_may_not_be_loaded_each_is_posted(refusal: Any) -> None:
    """An Odoo that takes no load of messages, or one bad row: each is posted by itself, the refused load made none."""
    partner = Partner(lambda call: refusal if call.method == "load" else list(call.ids or ()))
    queue = queues(partner)
    tasks = await waiting(queue, partner, [marked(one, f"c.n_{one}") for one in (1, 2, 3)])
    partner.open.set()
    assert await outcomes(tasks) == [[1], [2], [3]]
    assert [one.method for one in partner.asked] == ["load", "message_post", "message_post", "message_post"]


async def test_what_goes_alone_goes_in_turn() -> None:
    """Kinds of calls that go alone have turns alternately, each kind in its order."""
    partner = Partner(rows)
    queue = queues(partner)
    looks = [Call("sale.order", "search_read", {"domain": [["state", "=", "sale"]], "fields": ["name"]})] * 2
    tasks = await waiting(queue, partner, [note(1), note(2), note(3), *looks])
    partner.open.set()
    await outcomes(tasks)
    assert [one.method for one in partner.asked[:4]] == ["message_post", "search_read", "message_post", "search_read"]
    assert [one.ids for one in partner.asked if one.ids] == [[1], [2], [3]]


async def test_nothing_lingers_for_nothing() -> None:
    """While nothing waits that goes alone, what can go together goes at once, kind by kind."""
    partner = Partner(lambda call: loaded(call) if call.method == "load" else rows(call))
    queue = queues(partner)
    tasks = await waiting(queue, partner, [load("c.p_1"), read(1), load("c.p_2"), read(2)])
    partner.open.set()
    await outcomes(tasks)
    assert [one.method for one in partner.asked] == ["load", "read"]


async def test_searches_of_several_customers() -> None:
    """Searches that begin with whose records are wanted are one search; whose a row is, the row tells."""
    found = [
        {"id": 1, "partner_id": [7, "Rosa"]},
        {"id": 2, "partner_id": [8, "Luis"]},
        {"id": 3, "partner_id": [7, "Rosa"]},
    ]
    partner = Partner(lambda call: found)
    queue = queues(partner)

    def search(customer: int) -> Call:
        domain = [["partner_id", "in", [customer]], ["state", "=", "paid"]]
        return Call("account.payment", "search_read", {"domain": domain, "fields": ["partner_id"], "limit": 500})

    tasks = await waiting(queue, partner, [search(7), search(8), search(9)])
    partner.open.set()
    assert [[one["id"] for one in each] for each in await outcomes(tasks)] == [[1, 3], [2], []]
    assert [one.arguments["domain"] for one in partner.asked] == [
        [["partner_id", "in", [7, 8, 9]], ["state", "=", "paid"]]
    ]


async def test_searches_with_an_or() -> None:
    """Lines of a payment or of an invoice, for two pairs: one search, each with its own lines."""
    found = [
        {"id": 1, "payment_id": [5, "P5"], "move_id": [50, "M"]},
        {"id": 2, "payment_id": False, "move_id": [60, "F"]},
        {"id": 3, "payment_id": [6, "P6"], "move_id": [51, "M"]},
    ]
    partner = Partner(lambda call: found)
    queue = queues(partner)

    def lines(payment: int, invoice: int) -> Call:
        domain = ["|", ["payment_id", "in", [payment]], ["move_id", "in", [invoice]], ["open", "=", True]]
        return Call("account.move.line", "search_read", {"domain": domain, "fields": ["payment_id", "move_id"]})

    tasks = await waiting(queue, partner, [lines(5, 60), lines(6, 61)])
    partner.open.set()
    assert [[one["id"] for one in each] for each in await outcomes(tasks)] == [[1, 2], [3]]
    wide = ["|", ["payment_id", "in", [5, 6]], ["move_id", "in", [60, 61]], ["open", "=", True]]
    assert [one.arguments["domain"] for one in partner.asked] == [wide]


async def test_a_full_page_is_asked_for_singly() -> None:
    """A page as long as its limit may lack somebody's rows: everybody asks alone."""

    def answer(call: Call) -> Any:
        wanted = call.arguments["domain"][0][2]
        return [{"id": one} for one in wanted][: call.arguments["limit"]]

    partner = Partner(answer)
    queue = queues(partner)
    calls = [
        Call("sale.order", "search_read", {"domain": [["id", "in", [one]]], "fields": ["id"], "limit": 2})
        for one in (1, 2, 3)
    ]
    tasks = await waiting(queue, partner, calls)
    partner.open.set()
    assert await outcomes(tasks) == [[{"id": 1}], [{"id": 2}], [{"id": 3}]]
    assert len(partner.asked) == 5


def loaded(call: Call) -> Any:
    """Odoo's answer to a load: all or nothing; a name with `bad` in it is a bad row."""
    names = [row[0] for row in call.arguments["data"]]
    if any("bad" in one for one in names):
        return {"ids": False, "messages": [{"message": "no such journal"}], "nextrow": 0}
    return {"ids": [int(one.rpartition("_")[2]) for one in names], "messages": [], "nextrow": 0}


async def test_loads_go_out_as_one() -> None:
    """Create-once loads of the same columns are one load; each gets the id of its own record."""
    partner = Partner(loaded)
    queue = queues(partner)
    tasks = await waiting(queue, partner, [load("c.p_11"), load("c.p_12"), load("c.p_13")])
    partner.open.set()
    assert [one["ids"] for one in await outcomes(tasks)] == [[11], [12], [13]]
    assert [len(one.arguments["data"]) for one in partner.asked] == [3]


async def test_one_bad_row_spoils_no_other() -> None:
    """A bad row cancels the whole load: the halves are loaded again, until the bad one is told alone."""
    partner = Partner(loaded)
    queue = queues(partner)
    names = ["c.p_1", "c.p_2", "c.bad_3", "c.p_4"]
    tasks = await waiting(queue, partner, [load(one) for one in names])
    partner.open.set()
    assert [one["ids"] for one in await outcomes(tasks)] == [[1], [2], False, [4]]


async def test_the_same_record_is_never_loaded_twice_in_one_call() -> None:
    """Two loads of one external id go one after the other: what Odoo makes of both in one load is not known."""
    partner = Partner(loaded)
    queue = queues(partner)
    tasks = await waiting(queue, partner, [load("c.p_1"), load("c.p_1", amount=9), load("c.p_2")])
    partner.open.set()
    assert [one["ids"] for one in await outcomes(tasks)] == [[1], [1], [2]]
    sent = [[row[0] for row in one.arguments["data"]] for one in partner.asked]
    assert sent == [["c.p_1", "c.p_2"], ["c.p_1"]]


async def test_a_plain_load_goes_alone() -> None:
    """A load that would change what is there, or append its lines again, is never sent with another."""
    partner = Partner(loaded)
    queue = queues(partner)
    plain = [Call("account.payment", "load", load(f"c.p_{one}").arguments) for one in (1, 2)]
    tasks = await waiting(queue, partner, plain)
    partner.open.set()
    await outcomes(tasks)
    assert len(partner.asked) == 2


async def test_posting_several_payments() -> None:
    """Payments are posted in one call, for a second posting changes nothing; invoices and reconciling go alone."""
    partner = Partner(lambda call: None)
    queue = queues(partner)
    payments = [Call("account.payment", "action_post", {}, [one]) for one in (1, 2)]
    others = [Call("account.move", "action_post", {}, [one]) for one in (3, 4)]
    others += [Call("account.move.line", "reconcile", {}, [one, one + 1]) for one in (5, 7)]
    tasks = await waiting(queue, partner, payments + others)
    partner.open.set()
    assert await outcomes(tasks) == [None] * 6
    assert sorted(one.ids or [] for one in partner.asked) == [[1, 2], [3], [4], [5, 6], [7, 8]]


@pytest.mark.parametrize("error", [Refused("no", status=404, code="MissingError"), NeedsPerson("no", status=403)])
async def test_a_refusal_hits_only_its_own(error: Exception) -> None:
    """One of four records may not be touched: the other three are done, and that one's caller is told."""

    def answer(call: Call) -> Any:
        return error if 3 in (call.ids or []) else None

    partner = Partner(answer)
    queue = queues(partner)
    calls = [Call("account.payment", "action_post", {}, [one]) for one in (1, 2, 3, 4)]
    tasks = await waiting(queue, partner, calls)
    partner.open.set()
    found = await outcomes(tasks)
    assert [type(one) for one in found] == [type(None), type(None), type(error), type(None)]


async def test_a_conflict_over_one_record_hits_only_its_own() -> None:
    """Somebody holds one record, so that Odoo rolls the whole call back: the others are done without it."""

    def answer(call: Call) -> Any:
        return Transient("conflict", status=500, code="SerializationFailure") if 2 in (call.ids or []) else None

    partner = Partner(answer)
    queue = queues(partner)
    tasks = await waiting(queue, partner, [Call("account.payment", "action_post", {}, [one]) for one in (1, 2, 3)])
    partner.open.set()
    assert [type(one) for one in await outcomes(tasks)] == [type(None), Transient, type(None)]


@pytest.mark.parametrize("error", [Unknown("cut", code="no_answer"), Transient("away", status=503)])
async def test_a_lost_answer_is_lost_for_each(error: Exception) -> None:
    """The connection is cut, or nobody is there: nothing is sent again here, and each caller has an error of its own."""
    partner = Partner(lambda call: error)
    queue = queues(partner)
    tasks = await waiting(queue, partner, [Call("account.payment", "action_post", {}, [one]) for one in (1, 2, 3)])
    partner.open.set()
    found = await outcomes(tasks)
    assert [type(one) for one in found] == [type(error)] * 3
    assert len({id(one) for one in found}) == 3
    assert len(partner.asked) == 1


async def test_who_goes_away_harms_nobody() -> None:
    """A caller that is cancelled before its turn is not asked for; one that is cancelled during it only loses its answer."""
    partner = Partner(rows)
    queue = queues(partner)
    tasks = await waiting(queue, partner, [read(1), read(2), read(3)])
    tasks[1].cancel()
    await asyncio.sleep(0)
    partner.open.set()
    found = await outcomes(tasks)
    assert [type(one) for one in found] == [list, asyncio.CancelledError, list]
    assert [one.ids for one in partner.asked] == [[1, 3]]
    partner.open.clear()
    under_way = [asyncio.create_task(queue.call(read(one))) for one in (4, 5)]
    while len(partner.asked) < 2:
        await asyncio.sleep(0)
    under_way[0].cancel()
    partner.open.set()
    assert (await outcomes(under_way))[1] == [{"id": 5, "name": "S5"}]


async def test_who_waits_too_long_has_called_nobody() -> None:
    """A call whose turn does not come in time is given back: nothing was sent, so it may simply be tried again."""
    partner = Partner(rows)
    queue = queues(partner, patience=0.05)
    [task] = await waiting(queue, partner, [read(1)])
    with pytest.raises(Transient, match="nothing was sent"):
        await task
    partner.open.set()
    assert await queue.call(read(2)) == [{"id": 2, "name": "S2"}]
    assert [one.ids for one in partner.asked] == [[2]]


async def test_nothing_is_sent_late() -> None:
    """The process stood still beyond the patience of a call that waits: another may have taken over, so it is not sent."""
    partner = Partner(rows)
    queue = queues(partner, patience=0.05)
    [task] = await waiting(queue, partner, [read(1)])
    partner.open.set()
    time.sleep(0.1)  # nothing of this process moves on
    with pytest.raises(Transient, match="nothing was sent"):
        await task
    assert partner.asked == []


async def test_turns_are_calls_at_once() -> None:
    """No more calls are under way than there are turns."""
    partner = Partner(rows)
    queue = queues(partner, turns=2)
    calls = [Call("sale.order", "message_post", {}, [one]) for one in range(5)]
    tasks = [asyncio.create_task(queue.call(one)) for one in calls]
    await asyncio.sleep(0.01)
    assert len(partner.asked) == 2
    partner.open.set()
    await outcomes(tasks)
    assert len(partner.asked) == 5


async def test_closing_leaves_nobody_waiting() -> None:
    """When the connection is closed, who waits and who is under way are told so."""
    partner = Partner(rows)
    queue = queues(partner)
    tasks = await waiting(queue, partner, [read(1)])
    await queue.close()
    assert [type(one) for one in await outcomes(tasks)] == [asyncio.CancelledError]
