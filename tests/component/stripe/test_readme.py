"""The README says what is so."""

import re
from pathlib import Path
from typing import Any

import pytest

import caravana.component.stripe as package
from caravana.component.stripe import StripeComponent
from caravana.component.stripe import body as bodies
from caravana.component.stripe.event import TYPES
from caravana.component.stripe.spec import INTENT, StripeOptions, StripeSettings
from caravana.kit.options import read_options
from caravana.kit.payment import Capabilities
from caravana.kit.uri import Uri
from tests.component.readme import addresses, examples
from tests.component.stripe.harness import Context

README = (Path(package.__file__).parent / "README.md").read_text(encoding="utf-8")
GUIDE = (Path(__file__).parents[3] / "docs" / "how-to" / "connect-stripe.md").read_text(encoding="utf-8")


def test_the_example_routes_have_right_addresses() -> None:
    """Every address of the examples is one that the component takes."""
    component = StripeComponent(Context({}))
    found = list(addresses(examples(README)[1], "stripe"))
    assert found == [str(component.endpoint(Uri.parse(one)).uri) for one in found]
    assert len(found) == 4


def test_the_example_connection_is_right() -> None:
    """The settings of the example are settings of a connection, secrets put in."""
    values = examples(README)[0]["connections"]["stripe"] | {"secretKey": "sk_test_a", "webhookSecret": "whsec_a"}
    assert read_options(StripeSettings, values, place="README").mode == "test"


@pytest.mark.parametrize(
    "model",
    [
        bodies.CheckoutBody,
        bodies.QueryBody,
        bodies.TakeBody,
        bodies.RefundBody,
        bodies.RefundQueryBody,
        bodies.EventsBody,
        bodies.ListingBody,
        bodies.IntentBody,
        bodies.IntentActBody,
    ],
)
def test_every_key_of_a_body_is_explained(model: Any) -> None:
    """A key that is not in the README does not exist for the author of a route."""
    assert [name for name in model.model_fields if f"`{name}`" not in README] == []


def test_every_option_operation_and_capability_is_explained() -> None:
    """All options, settings, operations and flags stand in the README."""
    names = [field.alias for model in (StripeOptions, StripeSettings) for field in model.model_fields.values()]
    assert [name for name in names if not re.search(rf"\b{name}\b", README)] == []
    operations = {*StripeComponent.capabilities.operations, INTENT}
    assert [one for one in operations if f"stripe:{one}" not in README] == []
    assert [name for name in Capabilities.__dataclass_fields__ if f"| `{name}` |" not in README] == []


def test_the_lists_of_events_are_the_ones_that_are_taken() -> None:
    """README and guide name all events for the dashboard, and no others."""
    for text in (README, GUIDE):
        assert re.findall(r"^([a-z_]+(?:\.[a-z_]+)+)$", text, re.MULTILINE) == list(TYPES)
