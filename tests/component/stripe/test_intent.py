"""PaymentIntents without a page."""

from typing import Any

import aiohttp
import pytest

from caravana.kit.errors import ConfigurationError, Refused
from tests.component.stripe.harness import Bench, usd


def asked(**changes: Any) -> dict[str, Any]:
    """Return the body of an intent that is charged at once."""
    body = {"reference": "P-1", "amount": "20.00", "payment_method": "pm_card_visa", "confirm": True, **changes}
    return {name: value for name, value in body.items() if value is not None}


async def test_a_stored_method_is_charged(bench: Bench) -> None:
    """Made and confirmed in one call: paid, with no secret in the reply."""
    reply = await bench.call("intent?action=create", asked())
    assert (reply["state"], reply["final"], reply["paid_total"]) == ("paid", True, usd("20.00"))
    assert "_secret_" not in str(reply)
    assert (await bench.call("intent?action=query", reply["payment"]))["state"] == "paid"
    assert (await bench.call("query", {"payment": reply["payment"]}))["paid_total"] == usd("20.00")


async def test_a_declined_method_is_refused_with_the_reason(bench: Bench) -> None:
    """402: the payer must act, nothing is tried again."""
    with pytest.raises(Refused) as caught:
        await bench.call("intent?action=create", asked(payment_method="pm_card_visa_chargeDeclined"))
    assert (caught.value.status, caught.value.code) == (402, "generic_decline")


async def test_it_is_made_first_and_confirmed_then(bench: Bench) -> None:
    """An intent without method waits; confirming it with one charges it."""
    made = await bench.call("intent?action=create", asked(payment_method=None, confirm=False))
    assert (made["state"], made["payments"]) == ("pending", [])
    reply = await bench.call(
        "intent?action=confirm", {"payment": made["payment"], "payment_method": "pm_card_mastercard"}
    )
    assert (reply["state"], reply["payments"][0]["franchise"]) == ("paid", "mastercard")
    found = await bench.verify("intent?action=confirm", {"payment": made["payment"]})
    assert found is not None


async def test_a_bank_that_asks_gives_an_address_for_the_payer(bench: Bench) -> None:
    """Action needed, and where; when the payer has answered it is paid."""
    body = asked(payment_method="pm_card_authenticationRequired", return_url="https://hub.example/back")
    reply = await bench.call("intent?action=create", body)
    assert (reply["state"], reply["final"]) == ("action_needed", False)
    async with aiohttp.ClientSession() as http:
        answer = await http.post(reply["process_url"], data={"action": "yes"}, allow_redirects=False)
        assert answer.headers["Location"] == "https://hub.example/back"
    assert (await bench.call("intent?action=query", reply["payment"]))["state"] == "paid"


async def test_a_hold_is_captured_in_part_or_cancelled(bench: Bench) -> None:
    """Manual capture takes a part; a cancelled intent takes nothing any more."""
    first = await bench.call("intent?action=create", asked(hold=True))
    assert first["state"] == "authorised"
    taken = await bench.call("intent?action=capture", {"payment": first["payment"], "amount": "5.00"})
    assert taken["paid_total"] == usd("5.00")
    second = await bench.call("intent?action=create", asked(hold=True, reference="P-2"))
    assert (await bench.call("intent?action=cancel", {"payment": second["payment"]}))["state"] == "cancelled"


async def test_what_was_made_is_found_by_our_reference(bench: Bench) -> None:
    """After the key's life the intents of that time are looked through."""
    assert await bench.verify("intent?action=create", asked()) is None
    made = await bench.call("intent?action=create", asked())
    found = await bench.verify("intent?action=create", asked())
    assert found is not None
    assert found.reference == made["payment"]


async def test_an_action_belongs_to_an_intent(bench: Bench) -> None:
    """It is needed there and wrong elsewhere."""
    for address in ("intent", "query?action=create", "intent?action=steal", "charge"):
        with pytest.raises(ConfigurationError):
            bench.producer(address)
