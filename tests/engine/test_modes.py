"""Off, shadow and live: what is held back, for how long, and what a later change of mode undoes (nothing)."""

from datetime import timedelta
from typing import Any

import pytest

from caravana.engine.admin import Admin
from caravana.engine.checking import judge_project
from caravana.engine.configuration import Modes
from caravana.engine.hub import Hub
from caravana.engine.modes import accepted_under, inherited, is_shadow
from caravana.engine.project import Project
from caravana.kit.callables import Callables
from caravana.kit.clock import ManualClock
from caravana.kit.errors import ConfigurationError
from caravana.kit.ports import Arrival
from caravana.route import read_text
from tests.engine.conftest import Station, route
from tests.support.waiting import eventually

PAY = "partner:pay?kind=blind&imagined=true"
WAITED = f"- delay: {{constant: 60000}}\n- to: '{PAY}'\n- to: mock:end"
SHADOW = Modes(default="shadow")
PARTNER_SHADOW = Modes(connections={"partner:test": "shadow"})
LIVE = Modes()
PARTNER: dict[str, Any] = {"test": {}}


async def records(station: Station) -> list[tuple[str, str]]:
    """Return path and state of every effect."""
    rows = await station.query(
        "select path, state from record where kind not in ('delay', 'read') order by exchange, path"
    )
    return [(row["path"], row["state"]) for row in rows]


async def test_shadow_goes_on_with_what_the_partner_would_answer(station: Station) -> None:
    """Effects are recorded one after the other, the second asks for what the first would have made; nobody is called."""
    steps = f"- to: 'partner:look?kind=read'\n- to: '{PAY}'\n- setBody: {{simple: '${{body[made]}}'}}\n- to: '{PAY}'"
    await station.start(route(steps), modes=SHADOW)
    await station.send("main", "order 1")
    assert station.world.done == []
    assert await records(station) == [("to2", "would"), ("to3", "would")]
    rows = await station.query("select request from record where path = 'to3'")
    assert b'"do":"pay","body":-' in rows[0]["request"]


async def test_shadow_ends_where_the_answer_cannot_be_imagined(station: Station) -> None:
    """What would follow depends on an answer that there is not: the exchange ends well there, says so, and waits for nobody."""
    await station.start(route("- to: 'partner:pay?kind=blind'\n- to: mock:end"), modes=SHADOW)
    [one] = await station.send("main", "order 1")
    assert await records(station) == [("to1", "would")]
    assert station.received("end") == []
    [row] = await station.query("select state, error_class, error, error_path from exchange")
    assert (row["state"], row["error_class"], row["error_path"]) == ("done", "Shadowed", "to1")
    assert "partner:pay" in row["error"]
    assert one not in [item["id"] for item in await _desk(station).review()]


async def test_a_caller_in_shadow_gets_the_words_of_the_route(station: Station) -> None:
    """Who waits for an answer that only the partner could give is answered as for any failure, by the route's own handler."""
    handled = "- onException:\n    exception: [java.lang.Exception]\n    handled: {constant: true}\n    steps:\n"
    handled += "      - setBody: {constant: sorry}\n"
    hub = await station.start(route("- to: 'partner:pay?kind=blind'", head=handled), modes=SHADOW)
    outcome = await hub.receivers["main"].request(Arrival(body="order 1"))
    assert (outcome.state, outcome.body) == ("done", "sorry")
    assert station.world.done == []


@pytest.mark.parametrize("before", [SHADOW, PARTNER_SHADOW])
async def test_a_change_to_live_applies_to_what_arrives_after_it(station: Station, before: Modes) -> None:
    """Accepted in shadow and resumed by a hub that is live: it stays shadow; only the next message is done."""
    clock = ManualClock()
    await station.start(route(WAITED), modes=before, clock=clock, connections=PARTNER)
    [old] = await station.send("main", "old", wait=False)
    await _waiting(station, old)
    await station.start(route(WAITED), modes=LIVE, clock=clock)
    [new] = await station.send("main", "new", wait=False)
    await _waiting(station, new)
    await _over(station, clock)
    assert await station.states() == {old: "done", new: "done"}
    assert [body for _, body in station.world.done] == ["new"]
    assert await records(station) == [("to1", "would"), ("to1", "done")]


async def test_a_change_to_shadow_leaves_nothing_half_done(station: Station) -> None:
    """What was accepted live ends live: an order whose payment was taken is not left without its receipt."""
    clock = ManualClock()
    await station.start(route(WAITED), modes=LIVE, clock=clock)
    [old] = await station.send("main", "old", wait=False)
    await _waiting(station, old)
    await station.start(route(WAITED), modes=SHADOW, clock=clock)
    await _over(station, clock)
    assert [body for _, body in station.world.done] == ["old"]


async def test_what_a_shadow_exchange_starts_is_shadow(station: Station) -> None:
    """A child runs under the more careful of its parent's mode and its route's, whatever the configuration says later."""
    both = route("- to: seda:second") + route(f"- to: '{PAY}'", name="second")
    await station.start(both, modes=Modes(routes={"main": "shadow"}))
    await station.send("main", "one")
    await station.start(both, modes=Modes(routes={"second": "shadow"}))
    await station.send("main", "two")
    assert station.world.done == []
    await station.start(both, modes=LIVE)
    await station.send("main", "three")
    assert [body for _, body in station.world.done] == ["three"]


async def test_a_key_that_shadow_took_is_free_for_what_is_live(station: Station) -> None:
    """The same key twice in shadow is one, and the first live message with it is no duplicate; nor is shadow's after it new."""
    steps = "- idempotentConsumer:\n    simple: ${body}\n    idempotentRepository: paid\n    steps:\n"
    steps += f"      - to: '{PAY}'"
    await station.start(route(steps), modes=SHADOW)
    await station.send("main", "order 1", "order 1")
    assert await records(station) == [("idempotentConsumer1/to1", "would")]
    await station.start(route(steps), modes=LIVE)
    await station.send("main", "order 1", "order 1")
    assert len(station.world.done) == 1
    await station.start(route(steps), modes=SHADOW)
    await station.send("main", "order 1")
    assert len(await records(station)) == 2


async def test_a_replay_does_what_was_only_shadowed(station: Station) -> None:
    """A person can have one shadowed exchange done for real: nothing is taken over of what was not done."""
    await station.start(route(f"- to: 'partner:look?kind=read'\n- to: '{PAY}'"), modes=SHADOW)
    [one] = await station.send("main", "order 1")
    await station.start(route(f"- to: 'partner:look?kind=read'\n- to: '{PAY}'"), modes=LIVE)
    plan = await _desk(station).replay(one, go=True)
    assert {line["path"]: line["fate"] for line in plan["lines"]} == {
        "to1": "made anew",
        "to2": "not taken over: it was not done",
    }
    assert station.hub is not None
    await station.hub.dispatcher.quiet()
    assert len(station.world.done) == 1


async def test_a_connection_that_is_off_is_asked_nothing_and_loses_nothing(station: Station) -> None:
    """Reads and effects wait, beneath every handler and beyond the connection's patience, and go on when it is on again."""
    clock = ManualClock()
    steps = "- to: 'partner:look?kind=read'\n- to: 'partner:pay?kind=blind'"
    await station.start(
        route(steps), modes=Modes(connections={"partner:test": "off"}), clock=clock, connections=PARTNER
    )
    [one] = await station.send("main", "order 1", wait=False)
    await _waiting(station, one)
    [row] = await station.query("select error from exchange")
    assert row["error"] == "partner:test is off"
    clock.advance(timedelta(days=3).total_seconds())
    await _waiting(station, one)
    assert (station.world.calls, await station.states()) == (0, {one: "waiting"})
    await station.start(route(steps), modes=LIVE, clock=clock)
    await _over(station, clock)
    assert station.world.calls == 2
    assert await station.states() == {one: "done"}


async def test_a_route_that_is_off_takes_nothing_and_what_is_there_waits(station: Station) -> None:
    """Its consumer is not opened; what another route hands to it waits on disk until it is on."""
    clock = ManualClock()
    both = route("- to: seda:second") + route(f"- to: '{PAY}'", name="second")
    hub = await station.start(both, modes=Modes(routes={"second": "off"}), clock=clock)
    assert set(hub.doors.consumers) == {"main"}
    await station.send("main", "order 1", wait=False)

    async def handed_over() -> bool:
        return sorted((await station.states()).values()) == ["done", "ready"]

    await eventually(handed_over)
    await station.start(both, modes=LIVE, clock=clock)
    await _over(station, clock)
    assert len(station.world.done) == 1


def test_the_mode_of_an_exchange_is_that_of_its_route_and_of_each_connection() -> None:
    """What is stored says what an effect becomes; a child does nothing that its parent would not."""
    modes = Modes(default="shadow", routes={"orders": "live"}, connections={"odoo:odoo": "shadow", "http:x": "off"})
    orders = accepted_under(modes, "orders")
    assert (accepted_under(modes, "others"), orders) == ("shadow", "live except odoo:odoo")
    assert [is_shadow(orders, one) for one in ("odoo:odoo", "odoo:copy", None)] == [True, False, False]
    assert is_shadow("shadow", None)
    patterns = Modes(routes={"card-*": "shadow", "card-link": "off"})
    assert [patterns.of_route(one) for one in ("card-link", "card-page", "greeting")] == ["off", "shadow", "live"]
    assert inherited(orders, "live") == orders
    assert inherited("live except a:a, b:b", "live except b:b, c:c") == "live except a:a, b:b, c:c"
    assert inherited("live", "shadow") == inherited("shadow", orders) == "shadow"


@pytest.mark.parametrize(
    ("modes", "told"),
    [
        ({"routes": {"mian": "off"}}, "`modes.routes`: there is no route `mian`"),
        ({"routes": {"part": "off"}}, "`modes.routes`: `part` begins at `direct:`"),
        ({"connections": {"odo:odoo": "shadow"}}, "`modes.connections`: there is no connection `odo:odoo`"),
        ({"connections": {"odoo": "shadow"}}, "`modes.connections`: there is no connection `odoo`"),
    ],
)
async def test_a_mode_of_what_there_is_not_refuses_to_start(station: Station, modes: dict[str, Any], told: str) -> None:
    """A misspelt name would leave live what somebody meant to hold back; `check` says it, too."""
    settings = {"odoo": {"url": "http://127.0.0.1:1", "database": "x", "apiKey": "an invented key"}}
    given = station.configuration.model_copy(update={"modes": Modes(**modes), "connections": settings})
    routes = (
        route("- to: direct:part") + "\n- route: {id: part, from: {uri: 'direct:part', steps: [{to: 'mock:end'}]}}\n"
    )
    with pytest.raises(ConfigurationError, match=told):
        await Hub(given, [read_text(routes)]).start()
    judged = judge_project(Project(given, [read_text(routes)], [], Callables()))
    assert [one.message for one in judged.problems if told in one.message]


def _desk(station: Station) -> Admin:
    assert station.hub is not None
    return Admin(station.hub.journal, station.hub.clock, station.hub)


async def _waiting(station: Station, one: str) -> None:
    """Wait until the exchange is parked."""

    async def parked() -> bool:
        return (await station.states())[one] == "waiting"

    await eventually(parked)


async def _over(station: Station, clock: ManualClock) -> None:
    """Let time pass until nothing is unfinished."""

    async def ended() -> bool:
        clock.advance(60)
        return set((await station.states()).values()) <= {"done"}

    await eventually(ended, timeout=30)
