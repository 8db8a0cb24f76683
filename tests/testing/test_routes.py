"""The fixture `route_test`: routes run, partners are replaced, mocks tell what they received."""

from pathlib import Path
from typing import Any

import aiohttp
import pytest

from caravana.kit.callables import pure
from caravana.kit.errors import ConfigurationError
from caravana.route.builder import document, route, simple
from caravana.testing import RouteTest

PAID = """
- route:
    id: paid
    from:
      uri: webhook:shop?auth=none
      steps:
        - setBody: {simple: "${bean:twice}"}
        - setHeader: {name: Shop, simple: "{{shop}}"}
        - to: {id: tell, uri: "https://partner.example/paid", parameters: {a: 1}}
        - filter:
            simple: "${body} > 5"
            steps: [{to: "mock:large"}]
- route:
    id: tick
    from: {uri: timer:tick, steps: [{to: "mock:tick"}]}
"""


@pure
def twice(body: int) -> int:
    return body * 2


async def test_messages_and_mocks(route_test: RouteTest) -> None:
    """What is sent runs to its end; a replaced partner is a mock; timers are still."""
    settings: dict[str, Any] = {"placeholders": {"shop": "Quito"}}
    async with route_test(PAID, replace={"https:*": "mock:partner"}, callables={"twice": twice}, **settings) as hub:
        sent = await hub.send("paid", 2, 3)
        hub.mock("partner").expect(4, 6, any_order=True, count=2, headers={"Shop": "Quito"})
        hub.mock("large").expect(6)
        hub.mock("tick").expect(count=0)
        assert await hub.states() == dict.fromkeys(sent, "done")
        assert (await hub.request("paid", 5)).body == 10


async def test_a_mock_says_what_came_instead(route_test: RouteTest) -> None:
    """A failed expectation names the mock and what it received."""
    async with route_test(document(route("a").from_("direct:a").to("mock:end"))) as hub:
        await hub.send("a", "x")
        with pytest.raises(AssertionError, match=r"mock:end received \['x'\], not \['y'\]"):
            hub.mock("end").expect("y")
        with pytest.raises(AssertionError, match="received 1 messages, not 2"):
            hub.mock("end").expect(count=2)
        with pytest.raises(AssertionError, match="header Shop=None, not 'Quito'"):
            hub.mock("end").expect(headers={"Shop": "Quito"})


async def test_the_next_hub_resumes(route_test: RouteTest, tmp_path: Path) -> None:
    """A second run on the same journal goes on where the first stopped; a file is read by its path."""
    file = tmp_path / "a.yaml"
    file.write_text("- route: {id: a, from: {uri: 'seda:a', steps: [{to: 'mock:end'}]}}")
    async with route_test(file) as hub:
        hub.hub.dispatcher.pause()
        await hub.send("a", "x")
    async with route_test(file) as hub:
        await hub.quiet()
        hub.mock("end").expect("x")


async def test_the_public_port(route_test: RouteTest) -> None:
    """With `consumers` what listens can be asked."""
    built = document(route("hello").from_("platform-http:/hello").set_body(simple("Hello ${header.name}")))
    async with (
        route_test(built, consumers=True) as hub,
        hub.listening() as base,
        aiohttp.ClientSession(base) as session,
        session.get("/hello?name=Ana") as answer,
    ):
        assert await answer.text() == "Hello Ana"


async def test_a_pattern_that_fits_nothing(route_test: RouteTest) -> None:
    """A replacement that replaces nothing is refused: the test would reach the partner."""
    with pytest.raises(ConfigurationError, match="nothing in these routes fits `http:"):
        async with route_test(PAID, replace={"http:*": "mock:x"}):
            pass
