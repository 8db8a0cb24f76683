"""Settings, sides, capabilities, and what `caravana doctor` finds."""

from typing import Any

import pytest

from caravana.component.stripe.event import TYPES
from caravana.component.stripe.spec import StripeSettings
from caravana.kit.clock import ManualClock
from caravana.kit.component import Finding, Severity
from caravana.kit.errors import ConfigurationError, NeedsPerson
from caravana.kit.options import read_options
from caravana.kit.payment import Operation, Unsupported
from caravana.kit.uri import Uri
from tests.component.stripe.harness import NOW, Bench, exchange, order


def settings(**values: Any) -> StripeSettings:
    """Return settings with a key."""
    return read_options(StripeSettings, {"secretKey": "sk_test_abc", **values}, place="connections.stripe")


@pytest.mark.parametrize(
    ("key", "mode", "restricted"),
    [
        ("sk_test_a", "test", False),
        ("sk_live_a", "live", False),
        ("rk_test_a", "test", True),
        ("rk_live_a", "live", True),
    ],
)
def test_the_key_says_whether_money_moves(key: str, mode: str, restricted: bool) -> None:
    """Its prefix is all that tells test and live apart."""
    read = settings(secretKey=key)
    assert (read.mode, read.restricted) == (mode, restricted)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"secretKey": "pk_test_a"}, "publishable"),
        ({"secretKey": "abc"}, "sk_test_"),
        ({"secretKey": ""}, "sk_test_"),
        ({"webhookSecret": "abc"}, "whsec_"),
        ({"url": "http://api.stripe.com"}, "without TLS"),
        ({"url": "api.stripe.com"}, "write an address"),
        ({"url": "http://127.0.0.1:1", "secretKey": "sk_live_a"}, "this machine"),
        ({"apiVersion": "latest"}, "apiVersion"),
        ({"tolerance": "0"}, "above 0"),
        ({"account": "shop"}, "account"),
    ],
)
def test_wrong_settings_are_named(values: dict[str, Any], words: str) -> None:
    """The error names the setting and never its value."""
    with pytest.raises(ConfigurationError, match=words) as caught:
        settings(**values)
    assert "sk_live_a" not in str(caught.value)


async def test_side_account_and_pages_of_a_connection(bench: Bench) -> None:
    """By the key test; the account by its own name where it is set; the pages at the sandbox, or at Stripe's address."""
    url = bench.context.settings["url"]
    assert bench.component.side("stripe").profile == "test"
    assert "sandbox" not in bench.component.side("stripe").shown
    assert (bench.component.account("stripe"), bench.component.origin("stripe")) == ("test", url)
    bench.context.others["shop"] = {"secretKey": "sk_live_abc", "account": "acct_1"}
    assert bench.component.side("shop").profile == "live"
    assert (bench.component.account("shop"), bench.component.origin("shop")) == (
        "acct_1",
        "https://checkout.stripe.com",
    )
    bench.context.others["own"] = {"secretKey": "sk_live_abc", "pages": "https://pagos.example.com"}
    assert bench.component.origin("own") == "https://pagos.example.com"


async def test_what_stripe_cannot_do_is_said(bench: Bench) -> None:
    """It takes the money itself, so nothing is confirmed by us."""
    assert set(bench.component.capabilities.operations) == set(Operation) - {Operation.CONFIRM}
    with pytest.raises(Unsupported, match="confirm"):
        bench.component.endpoint(Uri.parse("stripe:confirm"))
    with pytest.raises(ConfigurationError, match="is no operation"):
        bench.component.endpoint(Uri.parse("stripe:steal"))


async def test_a_message_names_its_account(bench: Bench) -> None:
    """What began at one account is asked about there; one that is gone needs a person."""
    bench.context.others["second"] = {**bench.context.settings}
    reply = await bench.create(connection="second")
    assert reply["connection"] == "second"
    assert (await bench.call("query", reply))["connection"] == "second"
    producer = bench.producer("create")
    assert producer.connection_of(producer.request(exchange(order(connection="second"))), None) == "stripe:second"
    with pytest.raises(NeedsPerson, match="not there any more"):
        await bench.call("query", {**reply, "connection": "third"})


async def diagnosed(bench: Bench) -> dict[str, Finding]:
    """Return the findings by subject."""
    return {one.subject: one for one in await bench.component.diagnose("stripe")}


async def test_a_sound_connection_is_found_well(bench: Bench) -> None:
    """Address, key and the endpoint, which Stripe has with all its events."""
    bench.sandbox.send_to("http://127.0.0.1/stripe/stripe")
    found = await diagnosed(bench)
    assert {subject: one.severity for subject, one in found.items()} == {
        "address": Severity.OK,
        "credentials": Severity.OK,
        "notification": Severity.OK,
    }
    assert bench.sandbox.effects == {}


async def test_a_wrong_key_is_told_apart(bench: Bench) -> None:
    """Nothing else is looked at, and the key is not shown."""
    bench.context.settings["secretKey"] = "sk_test_rolled"
    [finding] = await bench.component.diagnose("stripe")
    assert (finding.subject, finding.severity) == ("credentials", Severity.ERROR)
    assert "sk_test_rolled" not in finding.message + finding.remedy


async def test_what_a_restricted_key_lacks_is_named(bench: Bench) -> None:
    """Each right as the dashboard calls it, found without changing anything."""
    bench.context.settings["secretKey"] = "rk_test_narrow"
    bench.sandbox.account.change(
        {"restricted_key": "rk_test_narrow", "denied": "refunds.create,payouts.list,balance.*"}
    )
    found = await diagnosed(bench)
    assert found["rights"].severity is Severity.ERROR
    assert "Payouts: read" in found["rights"].message
    assert "Charges and Refunds: write" in found["rights"].message
    assert "Events" not in found["rights"].message
    bench.sandbox.account.denied = ""
    assert (await diagnosed(bench))["rights"].severity is Severity.OK
    assert bench.sandbox.effects == {}


async def test_a_test_key_that_answers_live_is_an_error(bench: Bench) -> None:
    """Key and data must be of one world."""
    bench.sandbox.account.live = True
    assert (await diagnosed(bench))["credentials"].severity is Severity.ERROR


@pytest.mark.parametrize(("off", "severity"), [(60, Severity.WARNING), (400, Severity.ERROR)])
async def test_a_wrong_clock_is_told(bench: Bench, off: int, severity: Severity) -> None:
    """Beyond the tolerance no notification would be believed."""
    bench.context.clock = ManualClock(NOW)
    bench.clock.advance(off)
    finding = (await diagnosed(bench))["clock"]
    assert (finding.severity, "behind" in finding.message) == (severity, True)


@pytest.mark.parametrize(
    ("endpoint", "words"),
    [
        (None, "sends no events"),
        ({"url": "https://old.example.com/stripe/stripe"}, "old.example.com"),
        ({"events": ["payout.paid"]}, "lacks the events checkout.session.completed"),
        ({"status": "disabled"}, "disabled"),
    ],
)
async def test_the_endpoint_at_stripe_is_compared_with_ours(
    bench: Bench, endpoint: dict[str, Any] | None, words: str
) -> None:
    """None, one at an old host, one with too few events, one that is switched off."""
    if endpoint is not None:
        url = endpoint.get("url", "http://127.0.0.1/stripe/stripe")
        made = bench.sandbox.webhooks.add(url, endpoint.get("events", list(TYPES)))
        bench.sandbox.world.shelf.get("webhook_endpoint", made["id"])["status"] = endpoint.get("status", "enabled")
    finding = (await diagnosed(bench))["notification"]
    assert finding.severity is Severity.WARNING
    assert words in finding.message


async def test_what_cannot_be_compared_is_said(bench: Bench) -> None:
    """A hub without public address, and a restricted key that may not see endpoints."""
    bench.context.settings["secretKey"] = "rk_test_narrow"
    bench.sandbox.account.change({"restricted_key": "rk_test_narrow", "denied": "webhook_endpoints.*"})
    assert "could not be seen" in (await diagnosed(bench))["notification"].message
    bench.context.listener.public_url = ""
    assert "listener.public_url" in (await diagnosed(bench))["notification"].remedy


async def test_a_missing_secret_and_a_stranger_are_told(bench: Bench) -> None:
    """Without `webhookSecret` nothing is taken; whoever does not speak as Stripe is no Stripe."""
    del bench.context.settings["webhookSecret"]
    assert (await diagnosed(bench))["signature"].severity is Severity.WARNING
    bench.context.others["odd"] = {"secretKey": "sk_test_sandbox", "url": bench.context.settings["url"] + "/elsewhere"}
    [finding] = await bench.component.diagnose("odd")
    assert (finding.subject, finding.severity) == ("address", Severity.ERROR)
    bench.context.others["away"] = {"secretKey": "sk_test_sandbox", "url": "http://127.0.0.1:9"}
    assert "nobody listens" in (await bench.component.diagnose("away"))[0].message
    bench.context.others["bad"] = {"secretKey": "x"}
    assert (await bench.component.diagnose("bad"))[0].subject == "settings"
