"""What the contract of components finds in one that breaks it; ours fulfil it in the tests of each."""

from typing import Any

import pytest

from caravana.kit.component import Component, Endpoint, Maturity, Producer
from caravana.kit.effect import Effect, Kind, Reply
from caravana.kit.errors import (
    Refused,
)
from caravana.kit.exchange import Exchange
from caravana.kit.options import Options
from caravana.kit.uri import Uri
from caravana.testing import ComponentContract


class BrokenOptions(Options):
    """An option without a word."""

    mute: bool = False


class BrokenProducer(Producer):
    """Says that it can be asked, changes the message, and never gives the same request twice."""

    kind = Kind.VERIFIABLE
    count = 0

    def request(self, exchange: Exchange) -> Any:
        """Return another request each time."""
        BrokenProducer.count += 1
        exchange.headers["seen"] = True
        return {"count": self.count}

    async def send(self, request: Any, effect: Effect) -> Reply:
        """Do nothing."""
        return Reply()


class BrokenEndpoint(Endpoint):
    """`broken:`."""

    def producer(self) -> BrokenProducer:
        """Return the broken side."""
        return BrokenProducer()


class BrokenComponent(Component):
    """Breaks the contract wherever it can."""

    scheme = "broken"
    title = "Broken"
    syntax = "broken:x"
    doc = "Is broken"
    maturity = Maturity.EXPERIMENTAL
    options = BrokenOptions

    def create(self, uri: Uri, options: Any) -> BrokenEndpoint:
        """Return the endpoint."""
        return BrokenEndpoint(uri, options, self.context)


class Broken(ComponentContract):
    """Not collected."""

    component = BrokenComponent
    addresses = ("broken:x",)
    errors = ((lambda: Refused("no"), Refused),)


@pytest.mark.parametrize(
    "check",
    [
        "test_it_says_what_it_is",
        "test_options_are_documented",
        "test_there_is_a_readme",
        "test_requests_can_be_made_again",
        "test_effects_declare_their_kind",
        "test_every_error_class_is_mapped",
    ],
)
def test_a_broken_component_is_found_out(check: str) -> None:
    """Each line of the contract fails for a component that breaks it."""
    with pytest.raises(AssertionError):
        getattr(Broken(), check)()
