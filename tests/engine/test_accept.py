"""Accepting: on disk before the answer, each once, in the lane's order."""

import pytest

from caravana.engine.admin import Admin
from caravana.engine.configuration import Configuration
from caravana.engine.hub import Hub
from caravana.journal import Locked
from caravana.journal import operations as ops
from caravana.journal.model import Ending, Fence, State
from caravana.kit.ports import Arrival
from tests.engine.conftest import Station, route
from tests.support.waiting import eventually


async def test_equal_keys_are_one_exchange(station: Station) -> None:
    """A second arrival with a known key is a duplicate; with another body it raises the alarm counter."""
    hub = await station.start(route("- to: mock:end", parameters="{key: '${body[id]}'}"))
    receiver = hub.receivers["main"]
    [first] = await receiver.accept([Arrival(body={"id": "1", "n": 1})])
    [again] = await receiver.accept([Arrival(body={"id": "1", "n": 1})])
    [other] = await receiver.accept([Arrival(body={"id": "1", "n": 2})])
    assert (again.id, again.duplicate, again.conflict) == (first.id, True, False)
    assert (other.duplicate, other.conflict) == (True, True)
    await hub.dispatcher.quiet()
    assert len(station.received("end")) == 1


async def test_lane_keeps_the_order_of_acceptance(station: Station) -> None:
    """Messages of one lane run one at a time, in order."""
    await station.start(route("- to: 'partner:pay?kind=idempotent'\n- to: mock:end", parameters="{lane: one}"))
    await station.send("main", *range(50))
    assert [body for _, body in station.world.done] == list(range(50))


async def test_in_doubt_holds_a_strict_lane(station: Station) -> None:
    """A doubt in a strict lane stops what comes behind it; in another lane work goes on."""
    from caravana.kit.errors import Unknown

    station.world.fail(Unknown("cut"))
    await station.start(route("- to: partner:pay", parameters="{lane: '${body[lane]}', strict: 'true'}"))
    await station.send("main", {"lane": "a"}, wait=True)
    [second] = await station.send("main", {"lane": "a"}, wait=False)
    [other] = await station.send("main", {"lane": "b"}, wait=False)

    async def other_done() -> bool:
        return (await station.states())[other] == "done"

    await eventually(other_done)
    assert (await station.states())[second] == "ready"


async def test_request_reply_returns_the_final_message(station: Station) -> None:
    """A caller gets the route's result; a repeat with the same key gets the recorded one without another effect."""
    hub = await station.start(
        route("- to: 'partner:pay?kind=blind'\n- setHeader: {name: n, constant: x}", parameters="{key: '${body}'}")
    )
    outcome = await hub.receivers["main"].request(Arrival(body="k"))
    again = await hub.receivers["main"].request(Arrival(body="k"))
    assert (outcome.state, outcome.body, outcome.headers["n"]) == ("done", {"made": "pay"}, "x")
    assert again.body == outcome.body
    assert station.world.calls == 1


async def test_failed_request_is_told_to_the_caller(station: Station) -> None:
    """An unhandled error of a request-reply is the caller's answer, not a dead exchange."""
    hub = await station.start(route("- throwException: {message: bad}"))
    outcome = await hub.receivers["main"].request(Arrival(body="k"))
    assert (outcome.state, outcome.error) == ("failed", "bad")


async def test_unfinished_work_resumes_at_the_next_start(station: Station) -> None:
    """What was accepted and not begun is done after a restart."""
    routes = route("- to: mock:end")
    hub = await station.start(routes)
    hub.dispatcher.pause()
    await station.send("main", "a", "b", wait=False)
    hub = await station.start(routes)
    await hub.dispatcher.quiet()
    assert sorted(station.received("end")) == ["a", "b"]


async def test_exchange_ends_under_the_revision_it_began_with(station: Station) -> None:
    """An exchange accepted under old routes runs them to the end, although the hub has new ones."""
    hub = await station.start(route("- setBody: {constant: old}\n- to: mock:end"))
    hub.dispatcher.pause()
    await station.send("main", "x", wait=False)
    hub = await station.start(route("- setBody: {constant: new}\n- to: mock:end"))
    await station.send("main", "y")
    assert sorted(station.received("end")) == ["new", "old"]


async def test_settings_in_expressions_are_those_of_the_revision(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`${properties:x}` and `${env.X}` keep the value of the revision in which the exchange began."""
    steps = route("- setBody: {simple: '${properties:shop} ${env.BRANCH}'}\n- to: mock:end")
    monkeypatch.setenv("BRANCH", "Quito")
    hub = await station.start(steps, placeholders={"shop": "first"})
    hub.dispatcher.pause()
    await station.send("main", "x", wait=False)
    first = hub.revision
    monkeypatch.setenv("BRANCH", "Loja")
    hub = await station.start(steps, placeholders={"shop": "second"})
    await station.send("main", "y")
    assert hub.revision != first
    assert sorted(station.received("end")) == ["first Quito", "second Loja"]


async def test_one_running_hub_per_file(station: Station) -> None:
    """A second hub on the same journal refuses to start and says why."""
    await station.start(route("- to: mock:end"))
    second = Hub(Configuration(journal=station.configuration.journal))
    with pytest.raises(Locked, match="another hub"):
        await second.start()


async def test_wire_tap_and_seda_are_exchanges_of_their_own(station: Station) -> None:
    """A tapped copy is its own exchange: its failure leaves the main one alone."""
    routes = route("- wireTap: {uri: 'seda:tap'}\n- to: mock:end") + route(
        "- throwException: {message: bad}", name="tap"
    )
    await station.start(routes)
    [one] = await station.send("main", "x")
    states = await station.states()
    assert states[one] == "done"
    assert sorted(states.values()) == ["dead", "done"]


async def test_a_known_key_with_another_body_waits_for_a_person(station: Station) -> None:
    """A key conflict is never silent: it is an item of the review list."""
    hub = await station.start(route("- to: mock:end", parameters="{key: '${body[id]}'}"))
    await station.send("main", {"id": "1", "n": 1})
    [one] = await station.send("main", {"id": "1", "n": 2})
    items = await eventually(lambda: hub.store.find("review"))
    assert [(key, item["exchange"]) for key, item in items] == [(f"alarm/key_conflict/{one}", one)]
    assert items[0][1]["since"]


async def test_what_was_kept_under_another_right_is_read_anew(station: Station) -> None:
    """An exchange kept in memory runs so only under the right that held since before it was stored; else the disk counts."""
    hub = await station.start(route("- to: mock:end"))
    hub.dispatcher.pause()
    await station.send("main", "one", "two", wait=False)
    [one, two] = list(hub.executor._fresh)
    stored, _ = hub.executor._fresh[one]
    hub.executor.prime(stored, Fence(stored.shard, 7))  # a lease that was another's meanwhile
    ending = Ending(one, stored.id, State.DONE, 1)
    await hub.journal.submit(ops.end_run(ending))
    hub.dispatcher.resume()
    await hub.dispatcher.quiet()
    assert station.received("end") == ["two"]
    assert list((await station.states()).values()) == ["done", "done"]
    assert (two, hub.executor._fresh) == (2, {})


async def test_nothing_is_kept_of_a_shard_that_was_lost(station: Station) -> None:
    """What another process will run is not kept in memory."""
    hub = await station.start(route("- to: mock:end"))
    hub.dispatcher.pause()
    await station.send("main", *range(20), wait=False)
    lost = hub.executor._fresh[1][0].shard
    hub.executor.forget_shard(lost)
    kept = {stored.shard for stored, _ in hub.executor._fresh.values()}
    assert lost not in kept
    assert kept


async def test_what_was_discarded_before_it_began_never_runs(station: Station) -> None:
    """A person discards an exchange that is still waiting for its turn: the copy in memory is not run either."""
    hub = await station.start(route("- to: mock:end"))
    hub.dispatcher.pause()
    [one, two] = await station.send("main", "one", "two", wait=False)
    await Admin(hub.journal, hub.clock, hub).discard(one, go=True, actor="carla")
    hub.dispatcher.resume()
    await hub.dispatcher.quiet()
    assert station.received("end") == ["two"]
    assert await station.states() == {one: "discarded", two: "done"}
