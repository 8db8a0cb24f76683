"""The README says what is so."""

from pathlib import Path

import caravana.component.facebook as package
from caravana.component.facebook import FacebookComponent, body
from caravana.component.facebook.spec import FacebookSettings, Operation
from caravana.kit.graph.body import Body
from caravana.kit.options import read_options
from caravana.testing.harness import Hub, readme_endpoints
from tests.component.facebook.readme import connection_of

README = (Path(package.__file__).parent / "README.md").read_text("utf-8")


def test_the_examples_are_right() -> None:
    """Addresses and settings of the examples are taken by the component."""
    assert len(readme_endpoints(FacebookComponent(Hub()))) == 3
    settings = read_options(FacebookSettings, connection_of(README, "facebook"), place="README")
    assert (settings.page, settings.site) == ("1234", "test")


def test_everything_is_explained() -> None:
    """Each operation and each key of a body stands in the README."""
    assert [one for one in Operation if f"`{one}`" not in README and f"facebook:{one}" not in README] == []
    models = [one for one in vars(body).values() if isinstance(one, type) and issubclass(one, Body | body.Part)]
    names = {name for one in models for name in one.model_fields}
    assert sorted(name for name in names if f"`{name}`" not in README and f"`{name}:" not in README) == []
