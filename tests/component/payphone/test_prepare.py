"""Preparing a payment: what PayPhone is asked, and what comes back."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from caravana.component.payphone.sandbox import Store
from caravana.kit.codec import canonical_hash
from caravana.kit.errors import NeedsPerson, Refused, Unknown
from caravana.kit.payment import Unsupported
from caravana.kit.sandbox import Fault
from caravana.testing.harness import START, make_exchange
from tests.component.payphone.till import Till, order


async def test_a_prepared_payment_has_a_page_for_ten_minutes(till: Till) -> None:
    """The customer is sent to PayPhone's page, which takes him for ten minutes, however long the order would wait."""
    reply = await till.create()
    assert reply["process_url"].startswith(till.component.origin("payphone") + "/Anonymous/Index?paymentId=")
    assert reply["expiration"] == (START + timedelta(minutes=10)).isoformat()
    assert (reply["state"], reply["final"], reply["reference"], reply["request_id"]) == (
        "pending",
        False,
        "CV7-1",
        "CV7-1",
    )
    assert reply["amount"] == {"currency": "USD", "total": Decimal("115.00")}


async def test_payphone_is_asked_in_whole_cents(till: Till) -> None:
    """115.00 with 15 % IVA is 10000 + 1500 cents; the store is the connection's, the name of the payment our reference."""
    await till.create(taxes=[{"kind": "valueAddedTax", "amount": "15.00", "base": "100.00"}])
    assert till.sandbox.payments["CV7-1"].content == {
        "amount": 11500,
        "amountWithoutTax": 0,
        "amountWithTax": 10000,
        "tax": 1500,
        "service": 0,
        "tip": 0,
        "currency": "USD",
        "clientTransactionId": "CV7-1",
        "storeId": "tienda-1",
        "reference": "Pedido S00007",
        "responseUrl": "https://hub.example/pay/abc/return?lang=es",
    }


async def test_the_request_depends_on_the_body_only(till: Till) -> None:
    """Two runs ask for the same, without store and token, so that the hash in the journal is stable."""
    made = till.producer("create")
    first, second = (made.request(make_exchange(order())) for _ in range(2))
    assert canonical_hash(first) == canonical_hash(second)
    assert "token" not in str(first)
    assert "tienda-1" not in str(first)


async def test_a_long_description_is_cut(till: Till) -> None:
    """Nothing is decided by what the customer reads, so too long a text loses its end and not the sale."""
    await till.create(description="x" * 300)
    assert len(till.sandbox.payments["CV7-1"].content["reference"]) == 100


@pytest.mark.parametrize(
    "change",
    [
        {"reference": "x" * 47},
        {"reference": "a/b"},
        {"amount": "0"},
        {"amount": "1.005"},
        {"amount": "1e15"},
        {"currency": "dollars"},
        {"return_url": "ftp://hub"},
        {"expiration": 1795447200},
        {"taxes": [{"kind": "iva", "amount": "1", "base": "1"}]},
        {"taxes": [{"kind": "valueAddedTax", "amount": "20", "base": "100"}]},
        {"colour": "red"},
    ],
)
async def test_a_wrong_body_is_refused_before_any_call(till: Till, change: dict[str, Any]) -> None:
    """Each mistake is named, and PayPhone hears nothing of it."""
    with pytest.raises(Refused, match=rf"`{next(iter(change))}|more than the amount|decimals"):
        till.producer("create").request(make_exchange(order(**change)))
    assert till.sandbox.calls["prepare"] == 0


async def test_money_cannot_be_held(till: Till) -> None:
    """PayPhone knows no reservation: the hub says so instead of charging."""
    with pytest.raises(Unsupported, match="hold"):
        till.producer("create").request(make_exchange(order(hold=True)))


async def test_an_orphan_does_no_harm(till: Till) -> None:
    """The answer was lost: nobody holds that page. PayPhone takes no name twice, so the next page has a numbered one."""
    till.sandbox.faults.append(Fault("prepare", "cut_after"))
    with pytest.raises(Unknown):
        await till.create()
    reply = await till.call("create", order(), till.effect(attempt=2))
    assert (reply["reference"], reply["request_id"]) == ("CV7-1", "CV7-1.2")
    payment = till.sandbox.pay("CV7-1.2")
    assert (await till.confirm(reply, payment.id))["state"] == "paid"


async def test_a_name_that_an_orphan_took_is_numbered_at_once(till: Till) -> None:
    """Also where the hub does not know that it asked before, the customer gets a page."""
    await till.create()
    assert (await till.create())["request_id"] == "CV7-1.2"


async def test_a_page_elsewhere_is_never_opened(till: Till) -> None:
    """A page on another host than the service is nothing that customers are sent to."""
    till.sandbox.store.public_url = "https://pay.example.net"
    with pytest.raises(NeedsPerson, match="nobody is sent there"):
        await till.create()


@pytest.mark.parametrize(
    ("store", "code", "error"),
    [
        (Store(token="token-1", store_id="another"), "100", NeedsPerson),
        (Store(token="token-1", store_id="tienda-1", least=20_000), "102", Refused),
        (Store(token="token-1", store_id="tienda-1", most=5_000), "103", Refused),
        (Store(token="another", store_id="tienda-1"), "802", NeedsPerson),
    ],
)
async def test_payphones_refusals(till: Till, store: Store, code: str, error: type[Exception]) -> None:
    """Store, limits and token: each refusal has its class, and its code stays with it."""
    till.sandbox.store = store
    with pytest.raises(error) as caught:
        await till.create()
    assert getattr(caught.value, "code", None) == code
    assert "token-1" not in str(caught.value)
