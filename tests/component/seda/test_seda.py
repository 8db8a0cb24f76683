"""The `seda` component."""

import pytest

from caravana.component.seda import SedaComponent
from caravana.kit.errors import ConfigurationError
from caravana.kit.uri import Uri
from tests.component.harness import Hub, Recorder, local_of, make_exchange, readme_endpoints


async def test_producer_starts_a_child_with_a_copy_of_the_message() -> None:
    """Body, headers, own properties and branch travel; a later change of the sender does not reach the child."""
    exchange, flow = make_exchange("hello", {"customer": "C1"}), Recorder()
    exchange.properties.update({"step": 1, "CamelExceptionCaught": ValueError("x")})
    exchange.branch = "quito"
    await local_of(SedaComponent(Hub()), "seda:next").process(exchange, flow)
    exchange.headers["customer"] = "C2"
    [(address, arrival)] = flow.spawned
    assert address == "seda:next"
    assert (arrival.body, arrival.headers, arrival.properties) == ("hello", {"customer": "C1"}, {"step": 1})
    assert arrival.branch == "quito"


def test_options_of_a_memory_queue_are_refused_with_the_reason() -> None:
    """A size would promise something that a queue on disk does not have, so it is explained instead of ignored."""
    with pytest.raises(ConfigurationError, match="the queue is the journal"):
        SedaComponent(Hub()).endpoint(Uri.parse("seda:next?size=10"))


def test_waiting_for_the_other_route_is_refused() -> None:
    """Only `waitForTaskToComplete=Never` is true here."""
    with pytest.raises(ConfigurationError, match="only Never"):
        SedaComponent(Hub()).endpoint(Uri.parse("seda:next?waitForTaskToComplete=Always"))


def test_the_readme_examples_are_accepted() -> None:
    """Every address in the component's page is one that the component takes."""
    assert len(readme_endpoints(SedaComponent(Hub()))) == 2
