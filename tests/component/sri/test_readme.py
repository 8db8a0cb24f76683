"""The README says what is so."""

import re
from pathlib import Path

import caravana.component.sri as package
from caravana.component.sri import SriComponent
from caravana.component.sri.component import CALLS
from caravana.component.sri.diagnosis import REMEDIES
from caravana.component.sri.sandbox import PORT, SETTINGS
from caravana.component.sri.spec import SriOptions, SriSettings
from caravana.kit.einvoice import Operation
from caravana.kit.options import read_options
from caravana.testing.harness import Hub, readme_endpoints
from tests.component.readme import examples

README = (Path(package.__file__).parent / "README.md").read_text(encoding="utf-8")


def test_the_example_routes_have_right_addresses() -> None:
    """Every address of the examples is one that the component takes."""
    component = SriComponent(Hub(connections={"sri": dict(examples(README)[0]["connections"]["sri"])}))
    assert [str(one.uri.path) for one in readme_endpoints(component)] == ["prepare", "submit", "query", "xml"]
    assert all(one.producer() for one in readme_endpoints(component))


def test_the_example_connection_is_right() -> None:
    """Its settings are settings of a connection to pruebas."""
    settings = read_options(SriSettings, examples(README)[0]["connections"]["sri"], place="README")
    assert (settings.ambiente, settings.address) == ("1", "https://celcer.sri.gob.ec")


def test_everything_is_explained() -> None:
    """All options, settings, operations, those that there are not, codes of certificates, and settings of the imitation."""
    names = [field.alias for model in (SriOptions, SriSettings) for field in model.model_fields.values()]
    names += [*(f"sri:{one}" for one in CALLS), *REMEDIES, *SETTINGS, str(PORT)]
    names += [f"sri:{one}" for one in set(Operation) - set(CALLS)]
    assert [name for name in names if not re.search(rf"\b{name}\b", README)] == []
