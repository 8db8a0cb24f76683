"""The README says what is so."""

from pathlib import Path

import caravana.component.instagram as package
from caravana.component.instagram import InstagramComponent, body
from caravana.component.instagram.spec import InstagramSettings, Operation
from caravana.kit.graph.body import Body
from caravana.kit.options import read_options
from caravana.testing.harness import Hub, readme_endpoints
from tests.component.facebook.readme import connection_of

README = (Path(package.__file__).parent / "README.md").read_text("utf-8")


def test_the_examples_are_right() -> None:
    """Addresses and settings of the examples are taken by the component."""
    assert len(readme_endpoints(InstagramComponent(Hub()))) == 3
    settings = read_options(InstagramSettings, connection_of(README, "instagram"), place="README")
    assert (settings.account, settings.check_pictures) == ("17841400000000001", True)


def test_everything_is_explained() -> None:
    """Each operation and each key of a body stands in the README."""
    assert [one for one in Operation if f"`{one}`" not in README and f"instagram:{one}" not in README] == []
    models = [one for one in vars(body).values() if isinstance(one, type) and issubclass(one, Body | body.Picture)]
    names = {name for one in models for name in one.model_fields}
    assert sorted(name for name in names if f"`{name}`" not in README) == []
