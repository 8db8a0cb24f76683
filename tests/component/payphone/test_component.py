"""Addresses, settings, and what doctor finds."""

import inspect
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette

from caravana.component.payphone import PayphoneComponent
from caravana.component.payphone.spec import PayphoneSettings
from caravana.kit.component import Finding, Severity
from caravana.kit.errors import ConfigurationError
from caravana.kit.options import read_options
from caravana.kit.payment import Operation
from caravana.kit.sandbox import Fault
from caravana.kit.serving import serve
from caravana.kit.uri import Uri
from caravana.testing.harness import Hub, Inbox
from tests.component.payphone.till import Till


def settings(**changes: Any) -> PayphoneSettings:
    """Return settings as a configuration would give them."""
    return read_options(PayphoneSettings, {"token": "t0ken", "storeId": "s", **changes}, place="connections.payphone")


def test_the_defaults_believe_the_least() -> None:
    """Without more settings it is a test application whose query is asked, and nothing undocumented is relied upon."""
    read = settings()
    assert (read.site, read.zone, read.query_covers) == ("test", "America/Guayaquil", True)
    assert (read.query_tells_confirmed, read.confirm_repeats, read.notification, read.list_path) == (
        False,
        False,
        False,
        None,
    )


def test_secrets_are_not_shown() -> None:
    """Printing the settings shows no token."""
    assert "t0ken" not in f"{settings(previousToken='t0ken')!r}"


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"token": ""}, "token"),
        ({"storeId": ""}, "storeId"),
        ({"url": "pay.payphonetodoesposible.com"}, "url"),
        ({"url": "http://pay.payphonetodoesposible.com"}, "TLS"),
        ({"site": "sandbox"}, "site"),
        ({"zone": "Quito"}, "zone"),
        ({"queriesAMinute": 0}, "queriesAMinute"),
        ({"listPath": "list"}, "listPath"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_wrong_settings_are_named(changes: dict[str, Any], named: str) -> None:
    """Each wrong setting is refused with its place."""
    with pytest.raises(ConfigurationError, match=rf"connections\.payphone.*{named}"):
        settings(**changes)


@pytest.mark.parametrize("missing", sorted(set(Operation) - PayphoneComponent.capabilities.operations))
def test_what_payphone_does_not_have_is_said_before_start(missing: Operation) -> None:
    """A route that would cancel, capture or void is refused when it is loaded, with what there is instead."""
    component = PayphoneComponent(Hub(connections={"payphone": {"token": "t", "storeId": "s"}}))
    with pytest.raises(ConfigurationError, match=rf"PayPhone has no `{missing}` \(one of confirm, create"):
        component.endpoint(Uri.parse(f"payphone:{missing}"))


def test_each_side_has_its_operations() -> None:
    """A notification is no call, and a call is no source."""
    component = PayphoneComponent(Hub(connections={"payphone": {"token": "t", "storeId": "s"}}))
    with pytest.raises(ConfigurationError, match="cannot be sent to"):
        component.endpoint(Uri.parse("payphone:notification")).producer()
    with pytest.raises(ConfigurationError, match="cannot be consumed from"):
        component.endpoint(Uri.parse("payphone:query")).consumer(Inbox())


async def test_a_call_waits_for_payphone_as_long_as_for_others(till: Till) -> None:
    """No call gives up on a PayPhone that is away; only a question may take a minute longer, for its turn in the quota."""
    assert {till.producer(one).patience for one in ("create", "query", "confirm", "refund")} == {None}
    assert till.producer("query").timeout > till.producer("create").timeout


@pytest.mark.parametrize(
    ("changes", "side"),
    [({}, "test"), ({"site": "live"}, "live"), ({"site": "live", "url": "http://127.0.0.1:1"}, "test")],
)
def test_test_and_live_are_told_by_the_setting(changes: dict[str, str], side: str) -> None:
    """PayPhone has one address for both, so `site` says which; only a sandbox is seen by its address."""
    component = PayphoneComponent(Hub(connections={"payphone": {"token": "t", "storeId": "s", **changes}}))
    assert component.side("payphone").profile == side


async def found(till: Till, **settings: Any) -> dict[str, Finding]:
    """Return what doctor says, by subject."""
    await till.set(**settings)
    return {one.subject: one for one in await till.component.diagnose("payphone")}


async def test_doctor_finds_a_healthy_connection(till: Till) -> None:
    """Address and token are right, and it says what PayPhone Developer must have."""
    till.hub.listener.public_url = "https://hub.example"
    told = await found(till, notification=True)
    assert {one.severity for one in told.values()} == {Severity.OK}
    assert "https://hub.example/payphone/payphone/NotificacionPago" in told["notification"].message
    assert "hub.example" in told["domain"].message
    assert till.sandbox.effects == {}


@pytest.mark.parametrize(
    ("changes", "subject", "advice"),
    [
        ({"token": "wrong"}, "credentials", "token"),
        ({"url": "http://127.0.0.1:9"}, "address", "url"),
        ({"zone": "Quito"}, "settings", "mend"),
    ],
)
async def test_doctor_names_what_is_wrong(till: Till, changes: dict[str, Any], subject: str, advice: str) -> None:
    """Each wrong setting is told with what to do."""
    told = next(one for one in (await found(till, **changes)).values() if one.severity is Severity.ERROR)
    assert (told.subject, advice in told.remedy) == (subject, True)


async def test_doctor_warns_of_what_costs_money(till: Till) -> None:
    """Without a query, a customer who does not come back gets his money back; without https PayPhone takes no customers."""
    told = await found(till, queryCovers=False)
    assert told["query"].severity is told["domain"].severity is Severity.WARNING


async def test_doctor_says_what_a_hub_without_a_public_address_lacks(till: Till) -> None:
    """Whole sentences without an address in them, and what to write where; of notifications nothing is said yet."""
    till.hub.listener.public_url = ""
    told = await found(till, notification=True)
    assert told["domain"].severity is Severity.WARNING
    assert told["domain"].message == "the hub has no public address, so PayPhone's page takes no customers from it"
    assert ("`listener.public_url`" in told["domain"].remedy, "web domain" in told["domain"].remedy) == (True, True)
    assert "notification" not in told


async def test_doctor_knows_a_stranger_at_the_address(till: Till) -> None:
    """Another server's 404 is no sign that the token is accepted: the address is wrong."""
    async with serve(Starlette()) as url:
        told = await found(till, url=url)
        assert (told["address"].severity, "credentials" in told) == (Severity.ERROR, False)


async def test_doctor_survives_an_outage(till: Till) -> None:
    """A partner that fails is a finding, not an exception."""
    till.sandbox.faults.append(Fault("query", "status", status=502))
    assert (await found(till))["partner"].severity is Severity.ERROR


def test_the_readme_tells_every_setting() -> None:
    """Every setting of a connection, every error code and every operation stand in the README."""
    page = Path(inspect.getfile(PayphoneComponent)).with_name("README.md").read_text("utf-8")
    names = [field.alias or "" for field in PayphoneSettings.model_fields.values()]
    operations = [f"payphone:{one}" for one in PayphoneComponent.capabilities.operations]
    codes = ["20", "100", "101", "102", "103", "500", "501", "800", "802"]
    assert [one for one in (*names, *operations, *codes) if one not in page] == []
