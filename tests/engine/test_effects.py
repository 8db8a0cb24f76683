"""Effects by kind: what a lost answer, a refusal and a crash lead to."""

import asyncio
from datetime import timedelta

import pytest

from caravana.engine.configuration import ConnectionLimits, LimitSettings
from caravana.engine.hub import Hub
from caravana.journal.model import Fence
from caravana.kit.clock import ManualClock
from caravana.kit.effect import Effect, Reply
from caravana.kit.errors import Held, RateLimited, Refused, Transient, Unknown
from caravana.kit.ports import Resolved
from tests.engine.conftest import Station, route
from tests.engine.partner import PartnerProducer
from tests.support.waiting import eventually


def to(kind: str, options: str = "") -> str:
    return route(f"- to: 'partner:pay?kind={kind}{options}'\n- to: mock:end")


@pytest.mark.parametrize("kind", ["read", "idempotent", "verifiable", "blind"])
async def test_effect_is_made_once_and_its_reply_goes_on(station: Station, kind: str) -> None:
    """Every kind of effect is called once and its reply becomes the body."""
    await station.start(to(kind))
    [one] = await station.send("main", "order 1")
    assert station.world.calls == 1
    assert station.received("end") == [{"made": "pay"}]
    assert (await station.states())[one] == "done"


@pytest.mark.parametrize(("kind", "calls"), [("idempotent", 2), ("verifiable", 1)])
async def test_lost_answer_is_settled_without_doing_it_twice(station: Station, kind: str, calls: int) -> None:
    """After a lost answer an idempotent effect repeats its key, a verifiable one asks."""
    station.world.lose_answer(Unknown("cut"))
    await station.start(to(kind))
    [one] = await station.send("main", "order 1")
    await eventually_done(station, one)
    assert len(station.world.done) == 1
    assert station.world.calls == calls


async def eventually_done(station: Station, exchange: str, state: str = "done") -> None:
    async def reached() -> bool:
        return (await station.states())[exchange] == state

    await eventually(reached, timeout=20)


async def test_lost_answer_of_a_blind_effect_is_in_doubt(station: Station) -> None:
    """Nobody can be asked about a blind effect: the exchange is in doubt, and doTry does not hide it."""
    station.world.lose_answer(Unknown("cut"))
    steps = """
- doTry:
    steps:
      - to: partner:pay
    doCatch:
      - exception: [java.lang.Throwable]
        steps:
          - to: mock:caught
"""
    await station.start(route(steps))
    [one] = await station.send("main", "order 1")
    assert (await station.states())[one] == "in_doubt"
    assert station.received("caught") == []
    assert station.world.calls == 1


async def test_what_was_heard_of_a_blind_effect_ends_the_doubt(station: Station) -> None:
    """A blind effect whose answer was lost is done, where the hub has heard by another way that it was."""
    station.world.lose_answer(Unknown("cut"))
    await station.start(to("blind", "&hears=true"))
    [one] = await station.send("main", "order 1")
    assert (await station.states())[one] == "done"
    assert station.received("end") == [{"made": "pay"}]
    assert station.world.calls == 1


async def test_what_is_heard_later_settles_a_doubt(station: Station) -> None:
    """An exchange in doubt goes on when the partner tells, by another way, that the call was done; what is no doubt is left."""
    station.world.lose_answer(Unknown("cut"))
    hub = await station.start(to("blind"))
    [one] = await station.send("main", "order 1")
    [row] = await station.query("select key from record where state = 'doubt'")
    assert await hub.doubts.resolve(one, "another", Reply()) == Resolved.NOTHING
    assert await hub.doubts.resolve("unknown", row["key"], Reply()) == Resolved.NOTHING
    assert await hub.doubts.resolve(one, row["key"], Reply({"told": "later"}, reference="m1")) == Resolved.SETTLED
    await eventually_done(station, one)
    assert station.received("end") == [{"told": "later"}]
    assert station.world.calls == 1
    assert await hub.doubts.resolve(one, row["key"], Reply()) == Resolved.NOTHING


async def test_what_is_heard_while_the_call_is_under_way(station: Station) -> None:
    """Who tells of a call that is not over is told so, and nothing is settled."""
    station.world.before = asyncio.Event()
    hub = await station.start(to("blind"))
    [one] = await station.send("main", "order 1", wait=False)
    await eventually(lambda: station.world.calls == 1)
    [row] = await station.query("select key from record where state = 'intent'")
    assert await hub.doubts.resolve(one, row["key"], Reply()) == Resolved.UNDER_WAY
    station.world.before.set()
    await eventually_done(station, one)


async def test_one_thing_that_must_wait_holds_up_nothing_else(station: Station) -> None:
    """A call that must wait for its own reason is made later, and the connection's circuit stays closed."""
    hub = await station.start(to("blind"))
    station.world.fail(*[Held("busy", retry_after=0.01) for _ in range(hub.gates.get("partner:test").limits.failures)])
    [one] = await station.send("main", "order 1")
    await eventually_done(station, one)
    assert hub.gates.get("partner:test").circuit.state == "closed"
    assert len(station.world.done) == 1


async def test_declared_harmless_blind_effect_is_done_again(station: Station) -> None:
    """A route may declare that doing a blind effect twice is harmless."""
    station.world.lose_answer(Unknown("cut"))
    await station.start(to("blind", "&repeat=true"))
    [one] = await station.send("main", "note")
    await eventually_done(station, one)
    assert station.world.calls == 2


@pytest.mark.parametrize("kind", ["idempotent", "verifiable", "blind"])
async def test_partner_that_is_away_costs_no_message(station: Station, kind: str) -> None:
    """Errors on which nothing was done wait under the connection's policy, before any handler sees them."""
    station.world.fail(Transient("refused"), RateLimited("slow down", retry_after=0.05))
    await station.start(to(kind))
    [one] = await station.send("main", "order 1")
    await eventually_done(station, one)
    assert len(station.world.done) == 1


async def test_refusal_is_told_once_and_the_exchange_is_dead(station: Station) -> None:
    """A permanent refusal is not repeated."""
    station.world.fail(Refused("no such order", status=422))
    await station.start(to("blind"))
    [one] = await station.send("main", "order 1")
    assert (await station.states())[one] == "dead"
    assert station.world.calls == 1


async def test_not_found_is_no_answer_until_the_partner_has_settled(station: Station) -> None:
    """A verifiable effect that is not found is called again only after the endpoint's settle time."""
    clock = ManualClock()
    station.world.fail(Unknown("cut"))
    await station.start(to("verifiable", "&settle=60"), clock=clock)
    [one] = await station.send("main", "order 1", wait=False)
    await eventually(lambda: station.world.asked >= 1)
    assert station.world.calls == 1
    for _ in range(40):
        clock.advance(5)
        await asyncio.sleep(0.01)
    await eventually_done(station, one)
    assert len(station.world.done) == 1
    assert station.world.calls == 2


async def test_not_found_that_was_asked_too_early_is_no_answer(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A question asked before the settle time, and answered with "not found" after it, is asked again."""
    clock = ManualClock()

    async def slow(self: PartnerProducer, request: object, effect: Effect) -> Reply | None:
        station.world.asked += 1
        if station.world.asked == 1:
            clock.advance(60)
            return None
        return Reply({"made": "pay"})

    monkeypatch.setattr(PartnerProducer, "verify", slow)
    station.world.fail(Unknown("cut"))
    await station.start(to("verifiable", "&settle=60"), clock=clock)
    [one] = await station.send("main", "order 1")
    await eventually_done(station, one)
    assert (station.world.asked, station.world.calls) == (2, 1)


@pytest.mark.parametrize(
    ("kind", "state", "done"),
    [("idempotent", "done", 1), ("verifiable", "done", 1), ("blind", "in_doubt", 0), ("read", "done", 0)],
)
async def test_crash_during_the_call(station: Station, kind: str, state: str, done: int) -> None:
    """A hub that dies during a call resumes by the effect's kind."""
    station.world.before = asyncio.Event()
    await station.start(to(kind))
    [one] = await station.send("main", "order 1", wait=False)
    await eventually(lambda: station.world.calls == 1)
    await station.stop()
    station.world.before = None
    await station.start(to(kind))
    await eventually_done(station, one, state)
    assert len(station.world.done) == done


async def test_recorded_effects_are_not_repeated_after_a_crash(station: Station) -> None:
    """A re-run takes the recorded outcome of the first effect and calls only the second."""
    steps = "- to: 'partner:first?kind=blind'\n- to: 'partner:second?kind=idempotent'\n- to: mock:end"
    station.world.second = asyncio.Event()
    await station.start(route(steps))
    [one] = await station.send("main", "x", wait=False)
    await eventually(lambda: station.world.calls == 2)
    await station.stop()
    station.world.second.set()
    await station.start(route(steps))
    await eventually_done(station, one)
    assert station.world.calls == 3
    assert len(station.world.done) == 2


async def test_shadow_records_what_would_have_left(station: Station) -> None:
    """In shadow mode effects are recorded with their exact request and nothing leaves; reads are made."""
    from caravana.engine.configuration import Modes

    steps = "- to: 'partner:look?kind=read'\n- to: 'partner:pay?kind=blind'\n- to: mock:end"
    await station.start(route(steps), modes=Modes(default="shadow"))
    await station.send("main", "order 1")
    assert station.world.done == []
    rows = await station.query("select path, state, request from record order by path")
    assert [(row["path"], row["state"]) for row in rows] == [("to1", "done"), ("to2", "would")]
    assert b"pay" in rows[1]["request"]


async def test_who_waits_at_the_gate_has_called_nobody(station: Station) -> None:
    """Killed while one call is under way and another waits for its turn, only the one under way is in doubt."""
    station.world.before = asyncio.Event()
    one_at_a_time = LimitSettings(connections={"partner:test": ConnectionLimits(live=1)})
    await station.start(to("blind"), limits=one_at_a_time)
    under_way, waiting = await station.send("main", "order 1", "order 2", wait=False)
    await eventually(lambda: station.world.calls == 1)
    await eventually(lambda: station.hub is not None and station.hub.dispatcher.running == 2)
    station.world.before = None
    hub = await station.start(to("blind"), limits=one_at_a_time)
    await hub.dispatcher.quiet()
    assert await station.states() == {under_way: "in_doubt", waiting: "done"}
    assert station.world.calls == 2


async def test_intent_whose_call_was_not_allowed_any_more_leaves_no_doubt(station: Station) -> None:
    """Ownership ends while the intent is stored: nothing is called, and the next run calls without asking or doubting."""
    hub = await station.start(to("blind"))
    answers = [True, False]
    hub.ownership.outlives = lambda *_: answers.pop(0)  # type: ignore[method-assign]
    [one] = await station.send("main", "order 1")
    assert answers == []
    assert station.world.calls == 0
    await (await station.start(to("blind"))).dispatcher.quiet()
    assert await station.states() == {one: "done"}
    assert station.world.calls == 1


def leased(hub: Hub) -> None:
    """Let the hub hold its shards by a lease, as one of several does."""
    hub.ownership.fence = lambda shard: Fence(shard, 1)  # type: ignore[method-assign]


async def test_call_that_was_held_back_leaves_no_doubt(station: Station) -> None:
    """Ownership ended while the call waited for its connection: nothing was sent, and the next run calls without doubting."""
    station.world.hold_back(after=0)
    leased(await station.start(to("blind")))
    [one] = await station.send("main", "order 1")
    assert await station.query("select state from record") == [{"state": "retry"}]
    await (await station.start(to("blind"))).dispatcher.quiet()
    assert await station.states() == {one: "done"}
    assert len(station.world.done) == 1


async def test_call_of_which_a_part_left_is_in_doubt(station: Station) -> None:
    """The first of its requests left, the second was held back: what cannot be asked is in doubt, and is not called again."""
    station.world.hold_back(after=1)
    leased(await station.start(to("blind")))
    [one] = await station.send("main", "order 1")
    await (await station.start(to("blind"))).dispatcher.quiet()
    assert await station.states() == {one: "in_doubt"}
    assert station.world.calls == 1


async def test_key_that_ran_out_is_not_used_for_an_unknown_outcome(station: Station) -> None:
    """An answer was lost, then the partner was away until the key had run out: nobody knows, and it is not called again."""
    clock = ManualClock()
    station.world.lose_answer(Unknown("cut"))
    station.world.fail(Transient("away", retry_after=100))
    await station.start(to("idempotent", "&lifetime=60"), clock=clock)
    [one] = await station.send("main", "order 1", wait=False)

    async def in_doubt() -> bool:
        clock.advance(5)
        return (await station.states())[one] == "in_doubt"

    await eventually(in_doubt)
    assert station.world.calls == 2
    assert len(station.world.done) == 1


async def test_what_a_forgotten_key_stood_for_is_asked_where_the_partner_can_be(station: Station) -> None:
    """The same, but the partner can be asked afterwards: it knows the order, which is done, once."""
    clock = ManualClock()
    station.world.lose_answer(Unknown("cut"))
    station.world.fail(Transient("away", retry_after=100))
    await station.start(to("idempotent", "&lifetime=60&afterwards=verifiable"), clock=clock)
    [one] = await station.send("main", "order 1", wait=False)

    async def done() -> bool:
        clock.advance(5)
        return (await station.states())[one] == "done"

    await eventually(done)
    assert (station.world.calls, station.world.asked, len(station.world.done)) == (2, 1, 1)


async def test_open_circuit_costs_neither_attempt_nor_intent(station: Station) -> None:
    """What is turned away by an open circuit was not tried: no attempt is written down, and a crash leaves no doubt."""
    station.world.fail(Transient("away"))
    limits = LimitSettings(connections={"partner:test": ConnectionLimits(failures=1, open_for=timedelta(hours=1))})
    await station.start(to("blind"), limits=limits)
    await station.send("main", "order 1", wait=False)
    await eventually(lambda: station.world.calls == 1)
    await eventually(lambda: station.hub is not None and station.hub.gates.get("partner:test").circuit.state == "open")
    [second] = await station.send("main", "order 2", wait=False)

    async def waiting() -> bool:
        return (await station.states())[second] == "waiting"

    await eventually(waiting)
    rows = await station.query(
        "select r.state, r.attempts from record r join exchange e on e.seq = r.exchange where e.id = '" + second + "'"
    )
    assert rows == [{"state": "retry", "attempts": 0}]
    assert len(await station.query("select * from attempt")) == 1


async def test_a_slow_partner_holds_up_nobody_else(station: Station) -> None:
    """With more messages waiting for one partner than the hub runs at once, a message that needs another is carried out."""
    station.world.before = asyncio.Event()
    limits = LimitSettings(live=2, connections={"partner:test": ConnectionLimits(live=1)})
    text = route("- to: 'partner:pay?kind=idempotent'") + route("- to: mock:end", name="other")
    hub = await station.start(text, limits=limits)
    await station.send("main", *range(10), wait=False)
    await eventually(lambda: station.world.calls == 1)
    await station.send("other", "free", wait=False)
    await eventually(lambda: station.received("end") == ["free"])
    station.world.before.set()
    await hub.dispatcher.quiet()
    assert set((await station.states()).values()) == {"done"}
    assert len(station.world.done) == 10
