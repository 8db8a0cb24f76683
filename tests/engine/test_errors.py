"""Camel's error handling: redelivery, onException, dead letter channel, doTry."""

from caravana.kit.errors import Refused
from tests.engine.conftest import Station, route
from tests.support.waiting import eventually


async def test_redelivery_repeats_the_failing_step_only(station: Station) -> None:
    """Redelivery starts at the failing step, with the message as it was before it."""
    head = """
- errorHandler:
    defaultErrorHandler:
      redeliveryPolicy: {maximumRedeliveries: 2, redeliveryDelay: "1"}
"""
    station.world.fail(Refused("once"), Refused("twice"))
    steps = "- to: mock:before\n- setBody: {constant: paid}\n- to: 'partner:pay?kind=idempotent'\n- to: mock:end"
    await station.start(route(steps, head=head))
    await station.send("main", "x")
    assert station.received("before") == ["x"]
    assert len(station.received("end")) == 1
    assert station.world.calls == 3


async def test_exhausted_redelivery_is_dead(station: Station) -> None:
    """When all tries failed the exchange is dead with class, text and path of the error."""
    head = (
        '\n- errorHandler: {defaultErrorHandler: {redeliveryPolicy: {maximumRedeliveries: 1, redeliveryDelay: "1"}}}\n'
    )
    station.world.fail(Refused("a"), Refused("b"))
    await station.start(route("- to: partner:pay", head=head))
    [one] = await station.send("main", "x")
    rows = await station.query("select state, error_class, error, error_path from exchange")
    assert rows == [{"state": "dead", "error_class": "Refused", "error": "b", "error_path": "to1"}]
    assert one


HANDLED = """
- onException:
    exception: [{name}]
    handled: {{constant: "true"}}
    steps:
      - setBody: {{simple: "handled ${{exception.message}}"}}
      - to: mock:handled
"""


async def test_handled_clause_ends_the_exchange_well(station: Station) -> None:
    """A handled error runs the clause's steps and the exchange is done, without the steps behind the failing one."""
    station.world.fail(Refused("no"))
    await station.start(route("- to: partner:pay\n- to: mock:end", head=HANDLED.format(name="java.lang.Exception")))
    [one] = await station.send("main", "x")
    assert station.received("handled") == ["handled no"]
    assert station.received("end") == []
    assert (await station.states())[one] == "done"


async def test_clause_of_another_class_does_not_take_the_error(station: Station) -> None:
    """A clause takes only errors of its classes."""
    station.world.fail(Refused("no"))
    await station.start(route("- to: partner:pay", head=HANDLED.format(name="java.io.FileNotFoundException")))
    [one] = await station.send("main", "x")
    assert station.received("handled") == []
    assert (await station.states())[one] == "dead"


async def test_continued_goes_on_behind_the_failing_step(station: Station) -> None:
    """`continued` clears the error and the route goes on."""
    head = '\n- onException: {exception: [java.lang.Exception], continued: {constant: "true"}}\n'
    station.world.fail(Refused("no"))
    await station.start(route("- to: partner:pay\n- to: mock:end", head=head))
    await station.send("main", "x")
    assert station.received("end") == ["x"]


async def test_dead_letter_channel_takes_the_message(station: Station) -> None:
    """The dead letter channel sends the message on, keeps a record, and the exchange counts as dead."""
    head = "\n- errorHandler: {deadLetterChannel: {deadLetterUri: 'mock:dead'}}\n"
    station.world.fail(Refused("no"))
    await station.start(route("- to: partner:pay", head=head))
    [one] = await station.send("main", "x")
    assert station.received("dead") == ["x"]
    [dead] = await station.query("select error from exchange")
    assert "{" not in dead["error"]  # in words, not as the record keeps it
    rows = await station.query("select exchange, path, whole from dead_letter")
    assert rows == [{"exchange": one, "path": "to1", "whole": 1}]
    assert (await station.states())[one] == "dead"


async def test_a_dead_exchange_does_not_hold_its_lane(station: Station) -> None:
    """A poison message goes to the dead and the lane goes on with the next."""
    station.world.fail(Refused("poison"))
    await station.start(route("- to: partner:pay\n- to: mock:end", parameters="{lane: all}"))
    await station.send("main", "bad", "good")
    assert sorted((await station.states()).values()) == ["dead", "done"]
    assert len(station.received("end")) == 1


async def test_do_try_catches_by_class_and_runs_finally(station: Station) -> None:
    """DoCatch takes the first fitting class; doFinally always runs."""
    steps = """
- doTry:
    steps:
      - throwException: {exceptionType: java.lang.IllegalArgumentException, message: bad}
    doCatch:
      - exception: [java.io.IOException]
        steps: [{to: "mock:io"}]
      - exception: [java.lang.RuntimeException]
        steps: [{to: "mock:caught"}]
    doFinally:
      steps: [{to: "mock:finally"}]
- to: mock:end
"""
    await station.start(route(steps))
    await station.send("main", "x")
    assert [len(station.received(name)) for name in ("io", "caught", "finally", "end")] == [0, 1, 1, 1]


async def test_split_part_that_fails_fails_the_whole_at_the_end(station: Station) -> None:
    """Parts run on after one failed; the exchange fails when all are done."""
    station.world.fail(Refused("no"))
    steps = "- split:\n    expression: {simple: '${body}'}\n    steps:\n      - to: 'partner:pay?kind=idempotent'"
    await station.start(route(steps))
    [one] = await station.send("main", ["a", "b", "c"])
    assert station.world.calls == 3
    assert (await station.states())[one] == "dead"


async def test_stop_inside_split_ends_the_part_only(station: Station) -> None:
    """`stop` in a part leaves the other parts and the steps behind the split alone."""
    steps = """
- split:
    expression: {simple: "${body}"}
    steps:
      - filter: {simple: "${body} == 'b'", steps: [{stop: {}}]}
      - to: mock:part
- to: mock:end
"""
    await station.start(route(steps))
    await station.send("main", ["a", "b", "c"])
    assert station.received("part") == ["a", "c"]
    assert len(station.received("end")) == 1


async def test_long_delay_holds_no_worker_and_survives_a_restart(station: Station) -> None:
    """A long delay is parked; after a restart only what is left of it is waited for."""
    from caravana.kit.clock import ManualClock

    clock = ManualClock()
    routes = route("- delay: {constant: 1h}\n- to: mock:end")
    hub = await station.start(routes, clock=clock)
    [one] = await station.send("main", "x")
    assert hub.dispatcher.running == 0
    assert (await station.states())[one] == "waiting"
    clock.advance(1800)
    await station.start(routes, clock=clock)
    clock.advance(1801)
    await eventually(lambda: station.received("end") == ["x"])


async def test_idempotent_consumer_skips_the_block_for_duplicates(station: Station) -> None:
    """A second message with the same key skips the block and goes on behind it."""
    steps = """
- idempotentConsumer:
    expression: {simple: "${body}"}
    steps: [{to: "mock:once"}]
- to: mock:always
"""
    await station.start(route(steps, parameters="{lane: all}"))
    await station.send("main", "k", "k", "l")
    assert station.received("once") == ["k", "l"]
    assert station.received("always") == ["k", "k", "l"]


async def test_broken_json_is_caught_as_an_io_error(station: Station) -> None:
    """As Jackson's JsonParseException in Camel, and not as an illegal argument."""
    await station.start(
        route(
            """- doTry:
    steps: [{unmarshal: {json: {}}}]
    doCatch:
      - exception: [java.lang.IllegalArgumentException]
        steps: [{to: "mock:argument"}]
      - exception: [java.io.IOException]
        steps: [{to: "mock:io"}]"""
        )
    )
    await station.send("main", "{")
    assert (station.received("argument"), len(station.received("io"))) == ([], 1)
