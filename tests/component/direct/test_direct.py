"""The `direct` component."""

import pytest

from caravana.component.direct import DirectComponent
from caravana.kit.errors import ConfigurationError
from caravana.kit.uri import Uri
from tests.component.harness import Hub, Inbox, Recorder, local_of, make_exchange, readme_endpoints


async def test_producer_runs_the_named_route_on_the_same_exchange() -> None:
    """The called route gets the caller's own exchange object, so that it sees and changes the same message."""
    producer = local_of(DirectComponent(Hub()), "direct:next?timeout=1000")
    exchange, flow = make_exchange("hello"), Recorder()
    await producer.process(exchange, flow)
    assert flow.called == [("next", exchange)]


async def test_consumer_starts_and_stops_without_work() -> None:
    """The engine wires direct routes by name, so the consumer accepts nothing by itself."""
    inbox = Inbox()
    consumer = DirectComponent(Hub()).endpoint(Uri.parse("direct:next")).consumer(inbox)
    await consumer.start()
    await consumer.stop()
    assert inbox.accepted == []


def test_a_name_is_required() -> None:
    """An address without a name is refused before start."""
    with pytest.raises(ConfigurationError, match="needs a name"):
        DirectComponent(Hub()).endpoint(Uri.parse("direct:"))


def test_the_readme_examples_are_accepted() -> None:
    """Every address in the component's page is one that the component takes."""
    assert len(readme_endpoints(DirectComponent(Hub()))) == 2
