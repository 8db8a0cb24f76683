"""The README's addresses."""

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

import caravana.component.odoo
from caravana.component.odoo import OdooComponent
from caravana.component.odoo.options import OdooConnection
from caravana.component.odoo.producer import OPERATIONS
from caravana.kit.options import read_options
from caravana.kit.uri import Uri
from tests.component.odoo.hub import MemoryHub, MemoryReceiver, producer, settings

README = (Path(caravana.component.odoo.__file__).parent / "README.md").read_text()
BLOCKS: list[Any] = [YAML(typ="safe").load(one) for one in re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)]
COMPONENT = OdooComponent(MemoryHub(settings("http://127.0.0.1:9")))


def test_the_connection_of_the_readme_is_read() -> None:
    """The settings shown are settings there are."""
    read_options(OdooConnection, BLOCKS[0]["connections"]["odoo"], place="readme")


@pytest.mark.parametrize("number", range(2))
def test_the_routes_of_the_readme_have_endpoints(number: int) -> None:
    """Every odoo address of the example can be built with the options shown."""
    begin = BLOCKS[1][number]["route"]["from"]
    if begin["uri"].startswith("odoo:"):
        COMPONENT.endpoint(Uri.parse(begin["uri"], begin["parameters"])).consumer(MemoryReceiver())
    for step in begin["steps"]:
        if "to" in step:
            producer(COMPONENT, step["to"])


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_is_in_the_readme(name: str) -> None:
    """An operation that is not described does not exist for a reader."""
    assert f"| `{name}`" in README
