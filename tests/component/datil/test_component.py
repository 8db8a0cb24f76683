"""Addresses, settings, what a connection can do, and what the doctor finds."""

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

import caravana.component.datil as package
from caravana.component.datil import DatilComponent
from caravana.component.datil.spec import DatilSettings
from caravana.kit.component import Severity
from caravana.kit.errors import ConfigurationError, NeedsPerson, Refused
from caravana.kit.options import read_options
from caravana.kit.uri import Uri
from caravana.testing.harness import Hub, Inbox, make_effect, make_exchange, producer_of, readme_endpoints
from tests.component.datil.bench import bench
from tests.support.edocuments import example

KEYS = {"apiKey": "k1", "certificatePassword": "p1"}


def settings(**changes: Any) -> DatilSettings:
    """Return settings as a configuration would give them."""
    return read_options(DatilSettings, {**KEYS, **changes}, place="connections.datil")


def test_secrets_are_not_shown() -> None:
    """Printing the settings shows none of them."""
    shown = repr(settings(webhookSecret="s" * 24, listKey="k2"))
    assert not any(one in shown for one in ("k1", "p1", "k2", "s" * 24))


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"apiKey": ""}, "apiKey"),
        ({"certificatePassword": ""}, "certificatePassword"),
        ({"url": "link.datil.co"}, "url"),
        ({"url": "http://link.datil.co"}, "TLS"),
        ({"ambiente": 3}, "ambiente"),
        ({"ambiente": 2, "url": "http://127.0.0.1:1"}, "sandbox"),
        ({"webhookSecret": "short"}, "webhookSecret"),
        ({"webhookSecret": "with/slash" * 4}, "webhookSecret"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_wrong_settings_are_named(changes: dict[str, Any], named: str) -> None:
    """Each wrong setting is refused with its place."""
    with pytest.raises(ConfigurationError, match=rf"connections\.datil.*{named}"):
        settings(**changes)


def test_the_environment_is_the_side() -> None:
    """A number in the configuration counts as the text; producción is live, pruebas is test."""
    hub = Hub(connections={"test": {**KEYS, "ambiente": 1}, "live": {**KEYS, "ambiente": "2"}})
    component = DatilComponent(hub)
    assert [component.environment(name) for name in ("test", "live")] == ["1", "2"]
    assert [component.side(name).profile for name in ("test", "live")] == ["test", "live"]


def test_a_connection_says_what_it_can_do() -> None:
    """Asking by clave and by number takes somebody to ask."""
    able = settings(verifyWith="sri", listUrl="https://api.datil.co", webhookSecret="s" * 24).capabilities
    assert able.lookup
    assert {"find", "notification"} <= able.operations
    bare = settings().capabilities
    assert not bare.lookup
    assert not {"find", "notification", "validate"} & bare.operations


@pytest.mark.parametrize(
    "address", ["datil:annul", "datil:validate", "datil:query?colour=red", "datil:query?connection=a/b"]
)
def test_a_wrong_address_is_refused(address: str) -> None:
    """Unknown operations and options are refused before start."""
    with pytest.raises(ConfigurationError):
        DatilComponent(Hub(connections={"datil": KEYS})).endpoint(Uri.parse(address))


def test_each_side_has_its_operations() -> None:
    """A notification is no call, and a call is no source."""
    component = DatilComponent(Hub(connections={"datil": KEYS}))
    with pytest.raises(ConfigurationError, match="cannot be sent to"):
        component.endpoint(Uri.parse("datil:notification?connection=datil")).producer()
    for wrong in ("datil:query?connection=datil", "datil:notification"):
        with pytest.raises(ConfigurationError):
            component.endpoint(Uri.parse(wrong)).consumer(Inbox())


def test_the_readme_is_right() -> None:
    """The addresses of its examples are taken, its connection is one, and every setting and operation is named."""
    found = readme_endpoints(DatilComponent(Hub()))
    assert [one.uri.path for one in found] == ["prepare", "submit", "notification", "query"]
    page = Path(package.__file__).with_name("README.md").read_text("utf-8")
    block = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)[0]
    example = YAML(typ="safe").load(re.sub(r"\{\{secret:\w+\}\}", "s" * 24, block))
    assert settings(**example["connections"]["datil"]).ambiente == "1"
    names = [field.alias or name for name, field in DatilSettings.model_fields.items()]
    assert [name for name in names if not re.search(rf"\b{name}\b", page)] == []
    assert [one for one in DatilComponent.capabilities.operations if f"`datil:{one}`" not in page] == []


async def test_an_address_may_leave_the_connection_to_the_message() -> None:
    """Kind and limits are then those of the connection that the message names; without any a person is told."""
    async with bench() as at:
        producer = producer_of(at.component, "datil:prepare")
        document = example("01").to_json()
        request = producer.request(make_exchange({"document": document, "connection": "datil"}))
        assert producer.connection_of(request, None) == "datil:datil"
        reply = await producer.handing(request).send(request, make_effect())
        assert reply.body["connection"] == "datil"
        with pytest.raises(NeedsPerson, match="connection"):
            producer.request(make_exchange({"document": document}))


@pytest.mark.parametrize(
    ("cod_doc", "changes", "where"),
    [
        ("01", {"secuencial": None}, "secuencial"),
        ("01", {"ambiente": "2"}, "ambiente"),
        ("01", {"pagos": []}, "pagos"),
        ("01", {"pagos": [{"formaPago": "15", "total": "52.44"}]}, "pagos[0].formaPago"),
        ("04", {"moneda": "SUCRE"}, "moneda"),
        ("07", {"parteRel": True}, "parteRel"),
    ],
)
async def test_what_datil_cannot_be_told_stops_before_sending(
    cod_doc: str, changes: dict[str, Any], where: str
) -> None:
    """The problem names the field in both languages."""
    async with bench() as at:
        with pytest.raises(Refused) as caught:
            await at.prepare(cod_doc, **changes)
        assert caught.value.code == "invalid"
        assert [one["where"] for one in caught.value.body] == [where]
        assert caught.value.body[0]["es"] != caught.value.body[0]["en"]
        assert at.sandbox.calls.total() == 0


async def test_the_doctor_finds_what_is_wrong() -> None:
    """Address and key, the environment, and what a lost answer would mean."""
    async with bench() as at, bench({"verifyWith": "registro", "listUrl": "URL", "webhookSecret": "s" * 24}) as full:
        found = {one.subject: one for one in await at.component.diagnose("datil")}
        assert found["credentials"].severity is Severity.OK
        assert {found[one].severity for one in ("lost answers", "notification")} == {Severity.WARNING}
        found = {one.subject: one for one in await full.component.diagnose("datil")}
        assert {one.severity for one in found.values() if one.subject != "notification"} == {Severity.OK}
        at.sandbox.account.change({"api_key": "another"})
        wrong = (await at.component.diagnose("datil"))[0]
        assert (wrong.subject, wrong.severity) == ("credentials", Severity.ERROR)
        at.sandbox.account.change({"api_key": "sandbox-api-key"})
        at.fault("catalog", "cut_before", times=2)  # a GET is asked again once
        assert (await at.component.diagnose("datil"))[0].severity is Severity.ERROR
    bare = DatilComponent(Hub(connections={"datil": {}}))
    assert (await bare.diagnose("datil"))[0].subject == "settings"
