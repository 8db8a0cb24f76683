"""multicast, recipientList, enrich, loop, validate: results as in Camel, and each effect once after a crash."""

from typing import Any

import pytest

from caravana.kit.callables import pure
from caravana.kit.exchange import Exchange
from caravana.testing import CrashTest, RouteTest

CALLEES = """
- route: {id: a, from: {uri: "direct:a", steps: [{setBody: {simple: "${body}a"}}, {setHeader: {name: from, constant: a}}]}}
- route: {id: b, from: {uri: "direct:b", steps: [{setBody: {simple: "${body}b"}}, {to: "mock:b"}]}}
- route: {id: bad, from: {uri: "direct:bad", steps: [{throwException: {message: no}}]}}
"""


def routes(steps: str, head: str = "") -> str:
    """Return a route `main` of these steps that ends at `mock:end`, and the routes that it calls."""
    body = "\n".join("        " + line for line in steps.strip("\n").splitlines())
    begin = "- route:\n    id: main\n    from:\n      uri: direct:main\n      steps:\n"
    return f"{head}\n{begin}{body}\n        - to: mock:end\n{CALLEES}"


@pure
def join(old: Exchange | None, new: Exchange) -> Exchange:
    if old is None:
        return new
    old.body = f"{old.body}+{'failed' if new.exception else new.body}"
    return old


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ("- multicast: {steps: [{to: 'direct:b'}, {to: 'direct:a'}]}", "xa"),
        ("- multicast: {parallelProcessing: true, steps: [{to: 'direct:a'}, {to: 'direct:b'}]}", "xb"),
        (
            "- multicast: {aggregationStrategy: GroupedBodyAggregationStrategy, steps: [{to: 'direct:a'}, {to: 'direct:b'}]}",
            ["xa", "xb"],
        ),
        ("- multicast: {steps: [{pipeline: {steps: [{to: 'direct:a'}, {to: 'direct:b'}]}}]}", "xab"),
        ("- multicast: {aggregationStrategy: '#join', steps: [{to: 'direct:a'}, {to: 'direct:bad'}]}", "xa+failed"),
        ("- recipientList: {constant: 'direct:b, direct:a'}", "xa"),
        ("- recipientList: {constant: 'direct:b;direct:a', delimiter: ';', aggregationStrategy: '#join'}", "xb+xa"),
        ("- recipientList: {constant: 'nowhere:b,direct:a', ignoreInvalidEndpoints: true}", "xa"),
        ("- recipientList: {header: none}", "x"),
        ("- recipientList: {simple: \"${list('direct:a')}\"}", "xa"),
        ("- enrich: {constant: 'direct:a'}", "xa"),
        ("- enrich: {constant: 'direct:a', aggregationStrategy: '#join'}", "x+xa"),
        ("- enrich: {constant: 'direct:bad', aggregationStrategy: '#join', aggregateOnException: true}", "x+failed"),
        ("- enrich: {constant: 'nowhere:a', ignoreInvalidEndpoint: true}", "x"),
        ("- enrich: {constant: 'direct:a', variableReceive: v}\n- setBody: {simple: '${body}/${variable.v}'}", "x/xa"),
        ("- loop: {constant: 3, steps: [{setBody: {simple: '${body}${exchangeProperty.CamelLoopIndex}'}}]}", "x012"),
        (
            "- loop: {constant: 3, copy: true, steps: [{setBody: {simple: '${body}${exchangeProperty.CamelLoopIndex}'}}]}",
            "x2",
        ),
        ("- loop: {constant: 0, steps: [{to: 'direct:a'}]}", "x"),
        ("- loop: {simple: '${body.length()} < 4', doWhile: true, steps: [{to: 'direct:a'}]}", "xaaa"),
        ("- validate: {simple: \"${body} == 'x'\"}", "x"),
    ],
)
async def test_results(route_test: RouteTest, steps: str, expected: Any) -> None:
    """Each step gives what Camel gives."""
    async with route_test(routes(steps), callables={"join": join}) as hub:
        outcome = await hub.request("main", "x")
        assert (outcome.state, outcome.error) == ("done", None)
        hub.mock("end").expect(expected)


async def test_copies_share_nothing(route_test: RouteTest) -> None:
    """A branch's header is seen behind the multicast only when it is the last; its own properties are not."""
    steps = "- multicast: {steps: [{to: 'direct:a'}, {to: 'direct:b'}]}"
    async with route_test(routes(steps)) as hub:
        await hub.send("main", "x")
        [end], [branch] = hub.mock("end").received, hub.mock("b").received
        assert "from" not in end.headers
        assert "CamelMulticastIndex" not in end.properties
        assert (branch.properties["CamelMulticastIndex"], branch.properties["CamelMulticastComplete"]) == (1, True)


@pytest.mark.parametrize(("stop", "called"), [("false", 1), ("true", 0)])
async def test_a_failing_branch(route_test: RouteTest, stop: str, called: int) -> None:
    """A failure fails the step after all branches were tried, or at once with stopOnException."""
    steps = f"- multicast: {{stopOnException: {stop}, steps: [{{to: 'direct:bad'}}, {{to: 'direct:b'}}]}}"
    async with route_test(routes(steps)) as hub:
        outcome = await hub.request("main", "x")
        assert (outcome.state, outcome.error) == ("failed", "no")
        hub.mock("b").expect(count=called)
        hub.mock("end").expect(count=0)


async def test_validation_has_its_class(route_test: RouteTest) -> None:
    """A clause for Camel's class takes what `validate` raises; the text does not show the message."""
    head = """
- onException:
    exception: [org.apache.camel.ValidationException]
    handled: {constant: true}
    steps: [{setBody: {simple: "${exception.message}"}}]"""
    async with route_test(routes("- validate: {simple: \"${body} == 'y'\"}", head)) as hub:
        assert (await hub.request("main", "x")).body == "validation failed: ${body} == 'y'"


async def test_a_message_cannot_name_secrets(route_test: RouteTest) -> None:
    """Addresses that a message brings hold no placeholder of a secret."""
    for step in ("recipientList", "enrich"):
        async with route_test(routes(f"- {step}: {{body: x}}".replace("body: x", "simple: '${body}'"))) as hub:
            outcome = await hub.request("main", "http://127.0.0.1:1/?key={{secret:x}}")
            assert "cannot name secrets" in (outcome.error or "")


EACH = "counted:%s?kind=%s"


@pytest.mark.parametrize(
    ("kind", "at", "count"), [("idempotent", "call:after", 2), ("verifiable", "write_records:after", 3)]
)
def test_each_effect_once(crash_test: CrashTest, kind: str, at: str, count: int) -> None:
    """Killed inside loop, multicast or recipient list, the next process does what is left and nothing again."""
    one = EACH % ("one", kind)
    steps = f"""
- route:
    id: main
    from:
      uri: seda:main
      steps:
        - loop: {{constant: 2, steps: [{{to: "{one}"}}]}}
        - multicast: {{steps: [{{to: "{EACH % ("two", kind)}"}}, {{to: "{EACH % ("three", kind)}"}}]}}
        - recipientList: {{constant: "{EACH % ("four", kind)},{EACH % ("five", kind)}"}}
        - enrich: {{constant: "{EACH % ("six", kind)}"}}
"""
    crash_test.routes(steps)
    crash_test.kill(at, ("main", "m"), count=count)
    end = crash_test.finish()
    assert set(end.states.values()) == {"done"}
    done = {name: number for (name, _), number in crash_test.book.count().items()}
    assert done == {"one": 2, "two": 1, "three": 1, "four": 1, "five": 1, "six": 1}
    assert crash_test.kills == 1
