"""Addresses, settings, what a connection can do, and what the doctor finds."""

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

import caravana.component.ecuafact as package
from caravana.component.ecuafact import EcuafactComponent
from caravana.component.ecuafact.contract import Contract
from caravana.component.ecuafact.spec import EcuafactSettings
from caravana.kit.component import Severity
from caravana.kit.errors import ConfigurationError, NeedsPerson
from caravana.kit.options import read_options
from caravana.kit.uri import Uri
from caravana.testing.harness import Hub, Inbox, make_exchange, producer_of, readme_endpoints
from tests.component.ecuafact.bench import bench

RUC = "1790016919001"


def settings(**changes: Any) -> EcuafactSettings:
    """Return settings as a configuration would give them."""
    return read_options(EcuafactSettings, {"apiKey": "k1", **changes}, place="connections.ecuafact")


def test_secrets_are_not_shown() -> None:
    """One secret or a list of them; printing the settings shows none, and an empty one is none."""
    one, two = settings(webhookSecrets="whsec_YQ=="), settings(webhookSecrets=["whsec_YQ==", "whsec_Yg==", ""])
    assert (one.secrets, two.secrets) == (("whsec_YQ==",), ("whsec_YQ==", "whsec_Yg=="))
    assert not any(secret in f"{one!r}{two!r}" for secret in ("k1", "whsec_"))


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"apiKey": ""}, "apiKey"),
        ({"url": "api.mynexusapi.com"}, "url"),
        ({"url": "http://api.mynexusapi.com"}, "TLS"),
        ({"url": "https://api.mynexusapi.com"}, "live service"),
        ({"ambiente": 2}, "test service"),
        ({"contract": "2.0"}, "contract"),
        ({"identification": "12"}, "identification"),
        ({"numbering": "both"}, "numbering"),
        ({"additionalInfo": "ñandú"}, "additionalInfo"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_wrong_settings_are_named(changes: dict[str, Any], named: str) -> None:
    """Each wrong setting is refused with its place; test and live are not mixed."""
    with pytest.raises(ConfigurationError, match=rf"connections\.ecuafact.*{named}"):
        settings(**changes)


def test_a_connection_says_what_it_can_do() -> None:
    """Who numbers, and whether a mended document keeps its number, is a setting; notifications take a secret."""
    provider, odoo = settings().capabilities, settings(numbering="odoo", webhookSecrets="whsec_YQ==").capabilities
    assert (provider.numbering, provider.reissue_keeps_number) == ("provider", False)
    assert (odoo.numbering, odoo.reissue_keeps_number) == ("caller", True)
    assert ("notification" in provider.operations, "notification" in odoo.operations) == (False, True)


def test_the_versions_differ_in_their_addresses() -> None:
    """One address for all types, or one for each, of which some are assumed and can be set."""
    b6, one = Contract("b6"), Contract("1.0", None, {"07": "comprobantes-retencion"})
    assert b6.emission(RUC, "07") == "/v1/contribuyentes/1790016919/comprobantes"
    assert one.emission(RUC, "01") == f"/v1/contribuyentes/{RUC}/facturas"
    assert one.emission(RUC, "07") == f"/v1/contribuyentes/{RUC}/comprobantes-retencion"
    assert (b6.type_field, one.type_field) == ("codDoc", "tipoDocumento")
    assert Contract("b6", "0912345678").documents(RUC).startswith("/v1/contribuyentes/0912345678/")


@pytest.mark.parametrize("address", ["ecuafact:annul", "ecuafact:query?colour=red", "ecuafact:query?connection=a/b"])
def test_a_wrong_address_is_refused(address: str) -> None:
    """Unknown operations and options are refused before start."""
    with pytest.raises(ConfigurationError):
        EcuafactComponent(Hub(connections={"ecuafact": {"apiKey": "k"}})).endpoint(Uri.parse(address))


def test_each_side_has_its_operations() -> None:
    """A notification is no call, a call is no source, and without a secret nobody is listened to."""
    component = EcuafactComponent(Hub(connections={"ecuafact": {"apiKey": "k"}}))
    with pytest.raises(ConfigurationError, match="cannot be sent to"):
        component.endpoint(Uri.parse("ecuafact:notification?connection=ecuafact")).producer()
    for wrong in (
        "ecuafact:query?connection=ecuafact",
        "ecuafact:notification",
        "ecuafact:notification?connection=ecuafact",
    ):
        with pytest.raises(ConfigurationError):
            component.endpoint(Uri.parse(wrong)).consumer(Inbox())


def test_the_readme_is_right() -> None:
    """The addresses of its examples are taken, its connection is one, and every setting and operation is named."""
    found = readme_endpoints(EcuafactComponent(Hub()))
    assert [one.uri.path for one in found] == ["prepare", "submit", "notification", "query"]
    page = Path(package.__file__).with_name("README.md").read_text("utf-8")
    block = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)[0]
    example = YAML(typ="safe").load(re.sub(r"\{\{secret:\w+\}\}", "s" * 24, block))
    assert settings(**example["connections"]["ecuafact"]).ambiente == "1"
    names = [field.alias or name for name, field in EcuafactSettings.model_fields.items()]
    assert [name for name in names if not re.search(rf"\b{name}\b", page)] == []
    assert [one for one in EcuafactComponent.capabilities.operations if f"`ecuafact:{one}`" not in page] == []


async def test_an_address_may_leave_the_connection_to_the_message() -> None:
    """Without any a person is told."""
    async with bench() as at:
        producer = producer_of(at.component, "ecuafact:submit")
        package = await at.prepare()
        request = producer.request(make_exchange(package))
        assert producer.connection_of(request, None) == "ecuafact:ecuafact"
        assert producer.handing(request).kind_of(request).value == "idempotent"
        with pytest.raises(NeedsPerson, match="connection"):
            producer.request(make_exchange({}))


async def test_the_doctor_finds_what_is_wrong() -> None:
    """Key, taxpayer, quota, contract and who numbers."""
    async with bench(contract="1.0", quota=20) as at, bench({"identification": "0912345678"}, quota=0) as other:
        found = {one.subject: one.severity for one in await at.component.diagnose("ecuafact")}
        assert found == {
            "credentials": Severity.OK,
            "taxpayer": Severity.OK,
            "quota": Severity.WARNING,
            "numbering": Severity.OK,
            "contract": Severity.WARNING,
            "notification": Severity.WARNING,
        }
        found = {one.subject: one.severity for one in await other.component.diagnose("ecuafact")}
        assert (found["taxpayer"], found["quota"]) == (Severity.ERROR, Severity.ERROR)
        at.sandbox.account.change({"api_key": "another"})
        wrong = (await at.component.diagnose("ecuafact"))[0]
        assert (wrong.subject, wrong.severity) == ("credentials", Severity.ERROR)
