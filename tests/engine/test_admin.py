"""The operator's desk on a hub that runs: what it shows, and that it changes what it said it would."""

from typing import Any

import pytest

from caravana.engine.admin import Admin
from caravana.engine.control import AdminError
from caravana.engine.plan import read_last
from caravana.journal.model import Record, Step
from caravana.kit.errors import Refused, Transient, Unknown
from caravana.pattern.failure import write
from tests.engine.conftest import Station, route
from tests.engine.partner import _raiser
from tests.engine.test_effects import eventually_done
from tests.support.waiting import eventually

ORDER = {"order": "S00012", "email": "ana@example.com"}
PAID = "- to: 'partner:pay?kind=idempotent'\n- to: 'partner:post?kind=idempotent'\n- to: mock:end"


def desk(station: Station) -> Admin:
    assert station.hub is not None
    return Admin(station.hub.journal, station.hub.clock, station.hub)


def well(station: Station) -> None:
    """Let the next call be carried out well."""
    station.world.script.append(_raiser(None, act=True))  # type: ignore[arg-type]


def done(station: Station) -> list[Any]:
    """Return what the partner was given, for all that it did."""
    return [body for _, body in station.world.done]


def fates(plan: dict[str, Any]) -> dict[str, str]:
    return {line["path"]: line["fate"] for line in plan["lines"]}


async def dead(station: Station, routes: str = "") -> str:
    """Let one exchange die at its second effect."""
    well(station)
    station.world.fail(Refused("no such journal", status=400))
    await station.start(routes or route(PAID))
    [one] = await station.send("main", ORDER)
    assert (await station.states())[one] == "dead"
    return one


async def test_plan_changes_nothing(station: Station) -> None:
    """Without `go` a retry only says what it would do: which record stays, which goes, where it begins to act."""
    one = await dead(station)
    plan = await desk(station).retry(one)
    assert fates(plan) == {"to1": "kept", "to2": "cleared: tried again"}
    assert any("begins to act at `to2`" in note for note in plan["notes"])
    assert plan["done"] is False
    assert (await station.states())[one] == "dead"
    assert station.world.calls == 2


async def test_retry_goes_on_at_the_failing_step(station: Station) -> None:
    """A retry keeps what was done and makes the failed effect once more, and stands in the audit."""
    one = await dead(station)
    await desk(station).retry(one, go=True, actor="carla")
    await eventually_done(station, one)
    assert done(station) == [ORDER, {"made": "pay"}]
    shown = await desk(station).message(one)
    assert any(event["what"] == "retry by carla" for event in shown["timeline"])
    assert any(event["what"].startswith("idempotent: done") for event in shown["timeline"])


async def test_what_was_read_since_the_last_effect_is_read_anew(station: Station) -> None:
    """A person mended what was there, and the retry sees it; what an effect rests on stays as it was read."""
    for _ in range(3):
        well(station)
    station.world.fail(Refused("no such journal", status=400))
    steps = PAID.replace("- to: 'partner:post", "- to: 'partner:look?kind=read'\n- to: 'partner:post")
    await station.start(route("- to: 'partner:first?kind=read'\n" + steps))
    [one] = await station.send("main", ORDER)
    station.world.there["look"] = "mended"
    plan = await desk(station).retry(one, go=True)
    await eventually_done(station, one)
    assert fates(plan) == {"to1": "kept", "to2": "kept", "to3": "made again", "to4": "cleared: tried again"}
    assert done(station) == [{"made": "first"}, {"made": "mended"}]


def test_a_call_whose_outcome_is_unknown_asks_for_the_same_again() -> None:
    """Its key may have been honoured with what was read then, so that nothing is read anew; refused, it was not."""
    read = Record("to1", "read", "partner:look", "", Step.DONE, "", 1, recorded_at=2)
    errors = {Refused("no", status=400): {"to1"}, Unknown("no answer"): set(), Transient("away"): set()}
    for error, anew in errors.items():
        call = Record("to2", "idempotent", "partner:post", "", Step.FAILED, "k", 3, error=write(error), recorded_at=4)
        assert read_last({"to1": read, "to2": call}, {"to2"}, ["to2"]) == anew


async def test_a_mapping_that_failed_on_what_was_read_sees_it_mended(station: Station) -> None:
    """No effect failed: the expression gets what is there now, and the exchange goes on."""
    steps = """
- to: "partner:pay?kind=idempotent"
- to: "partner:look?kind=read"
- choice:
    when:
      - simple: "${body[made]} == 'nothing'"
        steps:
          - throwException: {exceptionType: java.lang.IllegalStateException, message: it is not there}
- to: "partner:post?kind=idempotent"
"""
    station.world.there["look"] = "nothing"
    await station.start(route(steps))
    [one] = await station.send("main", ORDER)
    assert (await station.states())[one] == "dead"
    del station.world.there["look"]
    await desk(station).retry(one, go=True)
    await eventually_done(station, one)
    assert done(station) == [ORDER, {"made": "look"}]


async def _is_dead(station: Station, one: str) -> bool:
    return (await station.states())[one] == "dead"


async def test_a_read_that_was_refused_and_caught_is_read_anew_too(station: Station) -> None:
    """Its request comes from what is read anew: it asks for something else, and the exchange goes on."""
    steps = """
- to: "partner:look?kind=read"
- doTry:
    steps:
      - to: "partner:orders?kind=read"
    doCatch:
      - exception: [Refused]
        steps:
          - setBody: {constant: "without orders"}
- to: "partner:post?kind=idempotent"
"""
    well(station)
    station.world.fail(Refused("no rights", status=403), Refused("no such journal", status=400))
    await station.start(route(steps))
    [one] = await station.send("main", ORDER)
    station.world.there["look"] = "mended"
    await desk(station).retry(one, go=True)
    await eventually_done(station, one)
    assert done(station) == [{"made": "orders"}]


async def test_a_call_that_was_refused_after_a_lost_answer_asks_for_the_same_again(station: Station) -> None:
    """The first attempt may have been done under that key: what it rests on stays as it was read."""
    well(station)
    station.world.lose_answer(Unknown("no answer"))
    station.world.fail(Refused("there is one already", status=409))
    await station.start(route("- to: 'partner:look?kind=read'\n- to: 'partner:post?kind=idempotent'"))
    [one] = await station.send("main", ORDER)
    await eventually(lambda: _is_dead(station, one))
    plan = await desk(station).retry(one)
    assert fates(plan) == {"to1": "kept", "to2": "cleared: tried again"}


async def test_a_letter_reads_nothing_anew_for_other_parts(station: Station) -> None:
    """Parts that ended without an effect stay so, whatever they would read now."""
    head = "- errorHandler:\n    deadLetterChannel: {deadLetterUri: 'mock:dead'}\n"
    steps = """
- split:
    simple: ${body}
    steps:
      - setVariable: {name: part, simple: "${body}"}
      - to: "partner:look?kind=read"
      - choice:
          when:
            - simple: "${body[made]} == 'mended' || ${variable.part} == 'b'"
              steps:
                - setBody: {simple: "${variable.part}"}
                - to: "partner:pay?kind=idempotent"
"""
    for _ in range(2):
        well(station)
    station.world.fail(Refused("no", status=400))
    await station.start(route(steps, head=head))
    [one] = await station.send("main", ["a", "b", "c"])
    [letter] = await desk(station).dead_letters()
    station.world.there["look"] = "mended"
    await desk(station).retry_letter(letter["number"], go=True)
    await eventually_done(station, one)
    assert done(station) == ["b"]


async def test_retry_under_mended_routes(station: Station) -> None:
    """A dead letter, a mended route, a retry under it: the commonest repair keeps the first effect's record."""
    one = await dead(station)
    mended = PAID.replace("partner:post?kind=idempotent", "partner:book?kind=idempotent")
    await station.start(route(mended))
    old, plan = await desk(station).retry(one), await desk(station).retry(one, current=True)
    assert [any("--current" in note for note in each["notes"]) for each in (old, plan)] == [True, False]
    assert fates(plan)["to1"] == "kept"
    await desk(station).retry(one, current=True, go=True)
    await eventually_done(station, one)
    assert done(station) == [ORDER, {"made": "pay"}]


async def test_record_that_fits_no_more_is_listed_and_its_answer_kept(station: Station) -> None:
    """Where the mended route asks for something else than was done, the answer stays unless a person says `again`."""
    one = await dead(station)
    await station.start(route(PAID.replace("partner:pay?", "partner:charge?")))
    plan = await desk(station).retry(one, current=True)
    assert fates(plan)["to1"] == "differs: answer kept"
    assert plan["asks"]
    await desk(station).retry(one, current=True, go=True)
    await eventually_done(station, one)
    assert done(station) == [ORDER, {"made": "pay"}]


async def test_again_makes_a_recorded_effect_anew(station: Station) -> None:
    """With `again` the person takes the answer that fits no more away."""
    one = await dead(station)
    await station.start(route(PAID.replace("partner:pay?", "partner:charge?")))
    await desk(station).retry(one, current=True, again=["to1"], go=True)
    await eventually_done(station, one)
    assert station.world.calls == 4
    assert done(station)[-1] == {"made": "charge"}


async def test_effects_of_a_handler_are_listed_before_a_retry(station: Station) -> None:
    """What was done because of the failure is shown: a retry that fails again would do it again."""
    head = """
- onException:
    exception: [java.lang.Exception]
    steps:
      - to: "partner:tell?kind=idempotent"
"""
    station.world.fail(Refused("no", status=400))
    await station.start(route("- to: 'partner:pay?kind=idempotent'", head=head))
    [one] = await station.send("main", "order")
    plan = await desk(station).retry(one)
    assert any("partner:tell" in text for text in plan["asks"])


async def test_settled_as_done_is_not_called_again(station: Station) -> None:
    """A person who finds the payment at the partner says so: the route goes on with the answer, without a call."""
    station.world.lose_answer(Unknown("cut"))
    await station.start(route("- to: partner:pay\n- to: mock:end"))
    [one] = await station.send("main", "order")
    review = await desk(station).review()
    assert [(item["kind"], item["id"]) for item in review] == [("in_doubt", one)]
    await desk(station).settle(one, done=True, reference="P-1", reply={"paid": 10}, go=True, actor="carla")
    await eventually_done(station, one)
    assert station.world.calls == 1
    assert station.received("end") == [{"paid": 10}]
    assert await desk(station).review() == []


async def test_a_doubt_says_what_it_is_about(station: Station) -> None:
    """The business key `about` stands beside the item, for whoever has to look at the partner's side."""
    station.world.fail(Unknown("cut"), Unknown("cut"))
    about = """{keys: "order:sale.order,7; about:${body}"}"""
    await station.start(route("- to: partner:pay", parameters=about))
    await station.send("main", "S00007, 15.00 USD", "")
    details = {str(one["details"]) for one in await desk(station).review()}
    assert details == {"{'detail': 'S00007, 15.00 USD'}", "{}"}


async def test_settled_as_not_done_is_called_again(station: Station) -> None:
    """A person who finds nothing at the partner has the call made."""
    station.world.fail(Unknown("cut"))
    await station.start(route("- to: partner:pay"))
    [one] = await station.send("main", "order")
    await desk(station).settle(one, done=False, go=True)
    await eventually_done(station, one)
    assert station.world.calls == 2


async def test_doubt_in_a_strict_lane_goes_on_after_settling(station: Station) -> None:
    """The lane of money, held by a doubt, runs on when a person has settled it."""
    station.world.fail(Unknown("cut"))
    await station.start(route("- to: partner:pay", parameters="{lane: invoice-1, strict: true}"))
    first, second = await station.send("main", "one", "two", wait=False)
    await eventually_done(station, first, "in_doubt")
    assert (await station.states())[second] == "ready"
    await desk(station).settle(first, done=False, go=True)
    await eventually_done(station, second)
    assert station.world.calls == 3


async def test_discarding_a_doubt_frees_its_lane(station: Station) -> None:
    """What is discarded holds no lane, and never runs again."""
    station.world.fail(Unknown("cut"))
    await station.start(route("- to: partner:pay", parameters="{lane: invoice-1, strict: true}"))
    first, second = await station.send("main", "one", "two", wait=False)
    await eventually_done(station, first, "in_doubt")
    plan = await desk(station).discard(first, go=True)
    assert plan["asks"]
    await eventually_done(station, second)
    assert (await station.states())[first] == "discarded"


async def test_replay_takes_over_the_outcomes(station: Station) -> None:
    """A replay is a new exchange; no effect is made again that nobody asked for."""
    await station.start(route(PAID))
    [one] = await station.send("main", "order")
    plan = await desk(station).replay(one, go=True)
    await eventually_done(station, plan["new_exchange"])
    assert station.world.calls == 2
    assert len(station.received("end")) == 2


async def test_replay_with_again_makes_the_chosen_effect_with_a_new_key(station: Station) -> None:
    """`again` is a second effect on purpose: the partner gets another key, and the person was told."""
    await station.start(route(PAID))
    [one] = await station.send("main", "order")
    plan = await desk(station).replay(one, again=["to2"], go=True)
    await eventually_done(station, plan["new_exchange"])
    assert done(station) == ["order", {"made": "pay"}, {"made": "pay"}]
    assert any("second time" in text for text in plan["asks"])


async def test_part_that_a_dead_letter_channel_took_is_retried_by_itself(station: Station) -> None:
    """Of a split whose second part failed, the letter's retry runs that part only."""
    head = "- errorHandler:\n    deadLetterChannel: {deadLetterUri: 'mock:dead'}\n"
    steps = """
- split:
    simple: ${body}
    steps:
      - to: "partner:pay?kind=idempotent"
"""
    well(station)
    station.world.fail(Refused("no", status=400))
    await station.start(route(steps, head=head))
    [one] = await station.send("main", ["a", "b", "c"])
    [letter] = await desk(station).dead_letters()
    assert letter["whole"] is False
    await desk(station).retry_letter(letter["number"], go=True)
    await eventually_done(station, one)
    assert station.world.calls == 4
    assert sorted(done(station)) == ["a", "b", "c"]
    assert await desk(station).dead_letters() == []


async def test_personal_data_is_masked_unless_asked_for(station: Station) -> None:
    """Showing hides addresses of people; asking to see them is written down."""
    one = await dead(station)
    assert "ana@example.com" not in str(await desk(station).message(one))
    assert "ana@example.com" in str(await desk(station).message(one, reveal=True, actor="carla"))
    audit = await station.query("select actor, action from audit")
    assert audit == [{"actor": "carla", "action": "look"}]


async def test_list_by_state_route_key_and_time(station: Station) -> None:
    """Each filter narrows the list, and a wrong one is refused in words."""
    await station.start(route("- to: mock:end", parameters="{keys: 'order:${body[order]}'}"))
    await station.send("main", {"order": "S00012"}, {"order": "S00013"})
    office = desk(station)
    assert len(await office.messages(states=["done"], route="main")) == 2
    assert len(await office.messages(key="order:S00012")) == 1
    assert len(await office.messages(key="S00013")) == 1
    assert await office.messages(until="2001-01-01") == []
    assert await office.messages(route="other") == []
    with pytest.raises(AdminError, match="no state `deed`"):
        await office.messages(states=["deed"])


async def test_an_id_may_be_shortened_to_what_is_unique(station: Station) -> None:
    """The beginning of an id is enough; none and several are refused."""
    await station.start(route("- to: mock:end"))
    first, _ = await station.send("main", "a", "b")
    assert (await desk(station).message(first[:-1]))["id"] == first
    with pytest.raises(AdminError, match="several"):
        await desk(station).message(first[:6])
    with pytest.raises(AdminError, match="no exchange"):
        await desk(station).message("zzz")


async def test_item_of_a_flow_waits_until_a_person_has_dealt_with_it(station: Station) -> None:
    """A flow's review record is on the list with its title and reason, until it is done."""
    hub = await station.start(route("- to: mock:end"))
    await hub.store.put("review", "p2p/1", {"title": "Credit left", "reason": "paid twice", "order": "S00012"})
    [item] = await desk(station).review()
    assert (item["kind"], item["title"], item["reason"]) == ("item", "Credit left", "paid twice")
    await desk(station).review_done("p2p/1", actor="carla")
    assert await desk(station).review() == []


async def test_what_changed_meanwhile_is_not_overwritten(station: Station) -> None:
    """An exchange that is no longer in the state it was shown in is left alone."""
    one = await dead(station)
    await desk(station).discard(one, go=True)
    with pytest.raises(AdminError, match="discarded"):
        await desk(station).retry(one, go=True)


async def test_unknown_operation_and_wrong_arguments_are_refused(station: Station) -> None:
    """The desk answers 404 and 400, never with an inner error."""
    await station.start(route("- to: mock:end"))
    with pytest.raises(AdminError) as unknown:
        await desk(station).call("_load", {"seq": 1})
    assert unknown.value.status == 404
    with pytest.raises(AdminError) as wrong:
        await desk(station).call("message", {"name": 1})
    assert wrong.value.status == 400


TWICE = "- errorHandler: {defaultErrorHandler: {redeliveryPolicy: {maximumRedeliveries: 2, redeliveryDelay: '1'}}}\n"


async def failed_attempts(station: Station, one: str) -> list[str]:
    """Return what the timeline says of attempts, and of steps that wait."""
    told = [event["what"] for event in (await desk(station).message(one))["timeline"]]
    return [what for what in told if "attempt" in what or "waiting" in what]


@pytest.mark.parametrize(
    "step", ["to: 'partner:pay?kind=idempotent'", "throwException: {exceptionType: Exception, message: no}"]
)
async def test_attempts_are_counted_as_they_were_made(station: Station, step: str) -> None:
    """Each failed attempt has its number on the timeline, of calls and of steps without one; a retry counts anew."""
    for _ in range(6):
        station.world.fail(Refused("no", status=400))
    await station.start(route(f"- {step}", head=TWICE))
    [one] = await station.send("main", ORDER)
    assert await failed_attempts(station, one) == ["attempt 1 failed", "attempt 2 failed"]
    await desk(station).retry(one, go=True, actor="carla")
    assert station.hub is not None
    await station.hub.dispatcher.quiet()
    assert await failed_attempts(station, one) == ["attempt 1 failed", "attempt 2 failed"] * 2
    [retry] = [event for event in (await desk(station).message(one))["timeline"] if event["what"] == "retry by carla"]
    assert retry["detail"].startswith("revision ")
    assert "{" not in retry["detail"]


async def test_a_plan_says_that_a_step_will_fail_again(station: Station) -> None:
    """A step without a call is tried in the rehearsal: the plan says how it fails, not which of our operations follows."""
    await station.start(route("- throwException: {exceptionType: Exception, message: no stock}", head=TWICE))
    [one] = await station.send("main", ORDER)
    plan = await desk(station).retry(one)
    assert plan["notes"] == ["it would end so: `throwException1` fails with Thrown: no stock"]
