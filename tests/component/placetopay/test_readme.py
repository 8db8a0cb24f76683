"""The README says what is so."""

import re
from pathlib import Path
from typing import Any

import pytest

import caravana.component.placetopay as package
from caravana.component.placetopay import PlacetopayComponent
from caravana.component.placetopay.body import Buyer, SessionBody, TransactionBody
from caravana.component.placetopay.spec import Operation, PlacetopayOptions, PlacetopaySettings
from caravana.kit.options import read_options
from caravana.kit.uri import Uri
from tests.component.placetopay.harness import Context
from tests.component.readme import addresses, examples

README = (Path(package.__file__).parent / "README.md").read_text(encoding="utf-8")


def test_the_example_routes_have_right_addresses() -> None:
    """Every address of the examples is one that the component takes."""
    component = PlacetopayComponent(Context({}))
    found = list(addresses(examples(README)[1], "placetopay"))
    assert found == [str(component.endpoint(Uri.parse(one)).uri) for one in found]
    assert len(found) == 3


def test_the_example_connection_is_right() -> None:
    """The settings of the example are settings of a connection."""
    values = examples(README)[0]["connections"]["placetopay"]
    assert read_options(PlacetopaySettings, values, place="README").site == "test"


@pytest.mark.parametrize("model", [SessionBody, Buyer, TransactionBody])
def test_every_key_of_a_body_is_explained(model: Any) -> None:
    """A key that is not in the README does not exist for the author of a route."""
    missing = [name for name in model.model_fields if f"`{name}`" not in README]
    assert missing == []


def test_every_option_and_operation_is_explained() -> None:
    """All options, settings and operations stand in the README."""
    names = [field.alias for model in (PlacetopayOptions, PlacetopaySettings) for field in model.model_fields.values()]
    assert [name for name in names if not re.search(rf"\b{name}\b", README)] == []
    assert [one for one in Operation if f"placetopay:{one}" not in README] == []
