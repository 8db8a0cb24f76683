"""What a callable returns and the journal cannot hold is an error at that step, which names the value; nothing is repeated."""

from collections.abc import Callable
from typing import Any

import pytest

from caravana.kit.callables import blind, idempotent, pure, read
from caravana.kit.ports import Arrival
from tests.engine.conftest import Station, route

RETRIES = "- errorHandler: {defaultErrorHandler: {redeliveryPolicy: {maximumRedeliveries: 3, redeliveryDelay: '1'}}}\n"


class Lock:
    """Nothing that JSON knows."""


class Till:
    """Counts its calls and returns what nobody can store; `declared` says what kind of effect a charge is."""

    def __init__(self, declared: Callable[..., Any] = lambda function: function) -> None:
        self.calls = 0

        def charge(body: Any) -> Any:
            self.calls += 1
            return {"paid": True, "receipt": [1, {"lock": Lock()}]}

        self.charge = declared(charge)


async def fate(station: Station, one: str) -> tuple[str, str]:
    """Return state and error of an exchange."""
    [row] = await station.query(f"select state, error from exchange where id = '{one}'")
    return row["state"], row["error"]


@pytest.mark.parametrize("declared", [blind, idempotent, read, None])
async def test_the_value_is_named_and_the_call_not_repeated(
    station: Station, declared: Callable[..., Any] | None
) -> None:
    """However the callable is declared, and although the policy redelivers: called once, dead, with the place of the value."""
    till = Till(declared) if declared else Till()
    station.callables["charge"] = till.charge
    await station.start(route("- bean: charge\n- to: mock:end", head=RETRIES))
    [one] = await station.send("main", "order")
    state, error = await fate(station, one)
    assert state == "dead"
    assert "body.receipt[1].lock is of type `Lock`, which the journal cannot hold" in error
    assert (till.calls, station.received("end")) == (1, [])


async def test_a_handler_sees_it_as_any_failure(station: Station) -> None:
    """An onException clause handles it; the step behind the call is not reached."""
    till = Till(blind)
    station.callables["charge"] = till.charge
    clause = "- onException: {exception: [Exception], handled: {constant: true}, steps: [{to: 'mock:told'}]}\n"
    await station.start(route("- bean: charge\n- to: mock:end", head=clause))
    [one] = await station.send("main", "order")
    assert (await fate(station, one))[0] == "done"
    assert (till.calls, len(station.received("told")), station.received("end")) == (1, 1, [])


async def test_a_pure_result_fails_where_it_would_be_stored(station: Station) -> None:
    """A pure callable's result is no record: the effect that would send it on fails before it is made."""
    station.callables["charge"] = Till(pure).charge
    await station.start(route("- bean: charge\n- to: 'partner:pay?kind=idempotent'"))
    [one] = await station.send("main", "order")
    assert (await fate(station, one))[0] == "dead"
    assert station.world.calls == 0


async def test_an_answer_that_cannot_be_stored_is_told_to_the_caller(station: Station) -> None:
    """The final message of a request-reply is a record, too: the caller is told that it failed."""
    station.callables["charge"] = Till(pure).charge
    hub = await station.start(route("- bean: charge"))
    outcome = await hub.receivers["main"].request(Arrival(body="order"))
    assert outcome.state == "failed"
    assert "body.receipt[1].lock" in str(outcome.error)


async def test_a_poison_message_is_a_dead_letter_and_its_lane_goes_on(station: Station) -> None:
    """One bad message of a lane is put aside after its redeliveries; those behind it are carried out in their order."""
    channel = RETRIES.replace("defaultErrorHandler: {", "deadLetterChannel: {deadLetterUri: 'mock:grave', ")
    steps = "- filter: {simple: \"${body} == 'bad'\", steps: [{to: 'partner:x?kind=idempotent'}]}\n- to: mock:end"
    for _ in range(4):
        station.world.fail(ValueError("poison"))
    await station.start(route(steps, parameters="{lane: orders}", head=channel))
    await station.send("main", "one", "bad", "two", "three")
    assert list((await station.states()).values()) == ["done", "dead", "done", "done"]
    assert station.received("end") == ["one", "two", "three"]
    assert station.received("grave") == ["bad"]
    assert station.world.calls == 4
