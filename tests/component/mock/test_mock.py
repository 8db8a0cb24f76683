"""The `mock` component."""

from caravana.component.mock import LIMIT, MockComponent
from tests.component.harness import Hub, Recorder, local_of, make_exchange, readme_endpoints


async def _send(component: MockComponent, address: str, *bodies: object) -> list[object]:
    producer = local_of(component, address)
    for body in bodies:
        await producer.process(make_exchange(body), Recorder())
    return [one.body for one in component.received(address.partition(":")[2].partition("?")[0])]


async def test_keeps_copies_in_order() -> None:
    """What happens to the message afterwards does not change what was received."""
    component, exchange = MockComponent(Hub()), make_exchange("a", {"n": 1})
    await local_of(component, "mock:x").process(exchange, Recorder())
    exchange.body, exchange.headers["n"] = "b", 2
    await local_of(component, "mock:x").process(exchange, Recorder())
    assert [(one.body, one.headers["n"]) for one in component.received("x")] == [("a", 1), ("b", 2)]


async def test_a_rerun_adds_nothing() -> None:
    """While the engine only walks back to where it was, nothing is received a second time."""
    component = MockComponent(Hub())
    await local_of(component, "mock:x").process(make_exchange("a"), Recorder(replaying=True))
    assert component.received("x") == []


async def test_retain_first_and_last() -> None:
    """The two options keep one end of what comes."""
    component = MockComponent(Hub())
    assert await _send(component, "mock:first?retainFirst=2", 1, 2, 3) == [1, 2]
    assert await _send(component, "mock:last?retainLast=2", 1, 2, 3) == [2, 3]


async def test_memory_is_bounded() -> None:
    """Without an option the oldest messages make room."""
    kept = await _send(MockComponent(Hub()), "mock:x", *range(LIMIT + 5))
    assert (len(kept), kept[0]) == (LIMIT, 5)


async def test_reset_forgets() -> None:
    """A test can begin anew without another hub."""
    component = MockComponent(Hub())
    await _send(component, "mock:x", 1)
    component.reset()
    assert component.received("x") == []


def test_the_readme_examples_are_accepted() -> None:
    """Every address in the component's page is one that the component takes."""
    assert len(readme_endpoints(MockComponent(Hub()))) == 2
