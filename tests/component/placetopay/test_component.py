"""Addresses, options, settings, and what doctor finds."""

from typing import Any

import pytest
from starlette.applications import Starlette

from caravana.component.placetopay import PlacetopayComponent
from caravana.component.placetopay.spec import PlacetopaySettings
from caravana.kit.component import Severity
from caravana.kit.errors import ConfigurationError
from caravana.kit.options import read_options
from caravana.kit.sandbox import Fault
from caravana.kit.serving import serve
from caravana.kit.uri import Uri
from tests.component.placetopay.harness import Bench, Context, Receiver


def settings(**changes: Any) -> PlacetopaySettings:
    """Return settings as a configuration would give them."""
    values = {"login": "shop", "secretKey": "ABCD1234", **changes}
    return read_options(PlacetopaySettings, values, place="connections.placetopay")


def test_the_defaults_are_the_test_service() -> None:
    """Without further settings a connection is Ecuador's test service with SHA-256."""
    read = settings()
    assert (read.url, read.site, read.signature) == ("https://checkout-test.placetopay.ec", "test", "sha256")


def test_secrets_are_not_shown() -> None:
    """Printing the settings shows no key."""
    assert "ABCD1234" not in f"{settings(previousSecretKey='ABCD1234')!r}"


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"login": ""}, "login"),
        ({"secretKey": ""}, "secretKey"),
        ({"url": "checkout.placetopay.ec"}, "url"),
        ({"url": "http://checkout.placetopay.ec"}, "TLS"),
        ({"url": "https://checkout.placetopay.ec"}, "site"),
        ({"site": "live"}, "site"),
        ({"signature": "md5"}, "signature"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_wrong_settings_are_named(changes: dict[str, Any], named: str) -> None:
    """Each wrong setting is refused with its place; test and live are not mixed."""
    with pytest.raises(ConfigurationError, match=rf"connections\.placetopay.*{named}"):
        settings(**changes)


@pytest.mark.parametrize(
    "address",
    [
        "placetopay:pay",
        "placetopay:transaction",
        "placetopay:transaction?action=steal",
        "placetopay:query?action=reverse",
        "placetopay:query?colour=red",
        "placetopay:query?connection=../x",
    ],
)
def test_a_wrong_address_is_refused(address: str) -> None:
    """Unknown operations, actions and options are refused before start."""
    component = PlacetopayComponent(Context({"login": "shop", "secretKey": "ABCD1234"}))
    with pytest.raises(ConfigurationError):
        component.endpoint(Uri.parse(address))


def test_each_side_has_its_operations() -> None:
    """A notification is no call, a call is no source, and a missing connection is named."""
    component = PlacetopayComponent(Context({"login": "shop", "secretKey": "ABCD1234"}))
    with pytest.raises(ConfigurationError, match="cannot be sent to"):
        component.endpoint(Uri.parse("placetopay:notification")).producer()
    with pytest.raises(ConfigurationError, match="cannot be consumed from"):
        component.endpoint(Uri.parse("placetopay:query")).consumer(Receiver())
    with pytest.raises(ConfigurationError, match="no connection `other`"):
        component.endpoint(Uri.parse("placetopay:query?connection=other")).producer()


def test_limits_are_shared_by_connection() -> None:
    """All calls to one site share its limits."""
    component = PlacetopayComponent(Context({"login": "shop", "secretKey": "ABCD1234"}))
    assert component.endpoint(Uri.parse("placetopay:cancel")).connection == "placetopay:placetopay"


async def test_doctor_finds_a_healthy_connection(bench: Bench) -> None:
    """Address and credentials are right; only the public address is still missing."""
    found = {one.subject: one for one in await bench.component.diagnose("placetopay")}
    assert found["address"].severity is found["credentials"].severity is Severity.OK
    assert found["notification"].severity is Severity.WARNING
    bench.context.listener.public_url = ""
    found = {one.subject: one for one in await bench.component.diagnose("placetopay")}
    assert found["notification"].message == "the hub has no public address, so PlacetoPay can tell it nothing"
    bench.context.listener.public_url = "https://hub.example"
    found = {one.subject: one for one in await bench.component.diagnose("placetopay")}
    assert "https://hub.example/placetopay/placetopay" in found["notification"].message


@pytest.mark.parametrize(
    ("changes", "subject", "advice"),
    [
        ({"login": "nobody"}, "credentials", "login"),
        ({"secretKey": "WRONG"}, "credentials", "secretKey"),
        ({"url": "http://127.0.0.1:9"}, "address", "url"),
        ({"signature": "md5"}, "settings", "mend"),
    ],
)
async def test_doctor_names_what_is_wrong(bench: Bench, changes: dict[str, Any], subject: str, advice: str) -> None:
    """Each wrong setting is told with what to do."""
    bench.context.settings.pop("secret_key")
    bench.context.settings.update({"secretKey": "ABCD1234", **changes})
    found = next(one for one in await bench.component.diagnose("placetopay") if one.severity is Severity.ERROR)
    assert found.subject == subject
    assert advice in found.remedy


async def test_doctor_knows_a_stranger_at_the_address(bench: Bench) -> None:
    """Another server's 404 is no sign that login and key are accepted: the address is wrong."""
    async with serve(Starlette()) as address:
        bench.context.settings["url"] = address
        found = await bench.component.diagnose("placetopay")
    assert [one.subject for one in found if one.severity is Severity.ERROR] == ["address"]
    assert "credentials" not in {one.subject for one in found}


async def test_doctor_tells_a_wrong_clock(bench: Bench) -> None:
    """A clock that is off is told apart from wrong credentials."""
    bench.sandbox.clock = type(bench.clock)(bench.clock.now().replace(hour=3))
    found = next(one for one in await bench.component.diagnose("placetopay") if one.severity is Severity.ERROR)
    assert found.subject == "clock"


async def test_doctor_speaks_plain_http_to_a_tls_address(bench: Bench) -> None:
    """An address that speaks no TLS is told as such."""
    bench.context.settings["url"] = bench.context.settings["url"].replace("http:", "https:")
    found = next(one for one in await bench.component.diagnose("placetopay") if one.severity is Severity.ERROR)
    assert found.subject == "TLS"


async def test_doctor_survives_an_outage(bench: Bench) -> None:
    """A partner that fails is a finding, not an exception."""
    bench.sandbox.faults.append(Fault("query", "status", status=500))
    found = next(one for one in await bench.component.diagnose("placetopay") if one.severity is Severity.ERROR)
    assert (found.subject, "500" in found.message) == ("partner", True)
