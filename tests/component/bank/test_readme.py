"""The README's examples."""

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

import caravana.component.bank
from caravana.component.bank import BankComponent
from caravana.component.bank.spec import MailSettings
from caravana.kit.uri import Uri
from tests.component.harness import Hub

README = (Path(caravana.component.bank.__file__).parent / "README.md").read_text("utf-8")


def test_the_addresses_of_the_example_are_right() -> None:
    """Every `bank:` address of the example can be built with the options shown."""
    component = BankComponent(Hub(secrets={"bank_webhook": "s"}))
    [block] = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    routes = [one["route"] for one in YAML(typ="safe").load(block)]
    for begin in (one["from"] for one in routes if one["from"]["uri"].startswith("bank:")):
        component.endpoint(Uri.parse(begin["uri"], begin["parameters"]))
    assert routes[-1]["from"]["steps"][0] == {"to": "bank:import"}
    component.endpoint(Uri.parse("bank:import")).producer()


def test_the_python_example_runs() -> None:
    """What it asserts holds."""
    [block] = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    exec(compile(block, "README.md", "exec"), {})


@pytest.mark.parametrize("name", MailSettings.model_fields)
def test_every_setting_of_a_mailbox_is_shown(name: str) -> None:
    """A setting that is not there does not exist for a reader."""
    assert re.search(rf"^ +{name}: |tls: false", README, re.MULTILINE)
