"""The pure mappings: links, attempts, faces, and what a configuration may say."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from caravana.commerce import attempt, booking
from caravana.commerce.flows import Flow, load
from caravana.commerce.link import PayLinks
from caravana.commerce.sale import sale
from caravana.commerce.store import Store
from caravana.commerce.texts import TEXTS
from caravana.commerce.view import PAYABLE, Offers, face, view
from caravana.engine.check_context import CheckContext
from caravana.engine.checking import judge
from caravana.engine.configuration import Configuration
from caravana.kit.callables import Callables
from caravana.kit.errors import ConfigurationError
from caravana.kit.speech import language
from caravana.route.files import read_all

CONNECTIONS = {"placetopay": {"url": "https://checkout-test.placetopay.ec", "login": "Tienda.1", "secretKey": "secret"}}
STORE: Store = {
    "provider": "placetopay",
    "company": "PlacetoPay",
    "names": {"es": "PlacetoPay", "en": "PlacetoPay"},
    "account": "Tienda.1",
    "origin": "https://checkout-test.placetopay.ec",
    "operations": ["cancel", "create", "query"],
    "reference_max": 32,
    "needs_referrer": False,
    "partial_refund": "settled",
    "refund_until": None,
    "every": 300.0,
    "until": 604800.0,
    "per_minute": None,
    "by_events": False,
}
OFFERS: Offers = {"stores": {"placetopay": STORE}, "live": None, "held_by": None, "silent": False}
ZONE = "America/Guayaquil"
NOW = datetime(2026, 11, 23, tzinfo=UTC)


def loaded(given: dict[str, Any]) -> Flow:
    """Return the card flow under a configuration."""
    configuration = Configuration.model_validate(given)
    return load("cards", configuration, CheckContext(configuration, Callables(), strict=True))


def an_attempt(**changes: Any) -> dict[str, Any]:
    """Return a pending attempt of 115."""
    first: dict[str, Any] = {"key": "sale.order,7/0001", "order_id": 7, "number": 1, "reference": "CV7-1"}
    usual = {"state": "pending", "final": False, "amount": Decimal(115), "currency": "USD", "request_id": "9"}
    return first | usual | {"processing": False, "payments": [], "settled": False, "created": "2026-11-23"} | changes


def an_answer(state: str, *entries: str, final: bool = True) -> dict[str, Any]:
    """Return a provider's answer with payments in the given states."""
    amount = {"total": Decimal(115), "currency": "USD"}
    common = {"from": amount, "date": "2026-11-23T23:30:00-05:00", "authorization": "1", "method": "visa"}
    common |= {"method_name": "Visa", "last_digits": "1111"}
    payments = [{"internal_reference": str(600 + n), "state": one, **common} for n, one in enumerate(entries)]
    return {"request_id": "9", "state": state, "final": final, "payments": payments}


def a_sale(*attempts: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return a confirmed order of 115 of which nothing is paid."""
    usual = {"id": 7, "name": "S7", "state": "sale", "currency": "USD", "total": Decimal(115), "due": Decimal(115)}
    return usual | {"paid_on_invoices": Decimal(0), "attempts": list(attempts)} | changes


def test_a_link_names_its_order_and_no_other() -> None:
    """A token is read by who signed it, also after the secret has changed once; altered or foreign ones name nothing."""
    old, new = PayLinks(["old secret"], "https://hub.example/"), PayLinks(["old secret", "new secret"], "")
    token = old.token(42)
    assert old.url(42) == f"https://hub.example/pay/{token}"
    assert (old.read(token), new.read(token), old.read(new.token(42))) == (42, 42, None)
    assert [old.read(one) for one in (token[:-1], token[1:], "", None, "x" * 300, ["a"])] == [None] * 6


def test_a_reference_fits_and_is_known_again() -> None:
    """Our references have at most 32 characters and tell order and attempt; others tell nothing."""
    assert attempt.named("CV", attempt.reference("CV", 123456, 12, 32)) == (123456, 12)
    assert [attempt.named("CV", one) for one in ("CV1", "XX1-1", "CV-1", "CV1-x", "CV²-1", None)] == [None] * 6
    with pytest.raises(ValueError, match="reference_prefix"):
        attempt.reference("A" * 30, 1234, 1, 32)


@pytest.mark.parametrize("before", ["created", "pending", "failed", "expired", "cancelled"])
def test_money_that_came_counts_whatever_was_believed(before: str) -> None:
    """An approval overrides every other state."""
    judged = attempt.judged(an_attempt(state=before, final=True), an_answer("paid", "paid"))
    assert (judged["state"], [one["internal_reference"] for one in judged["payments"]]) == ("paid", ["600"])


@pytest.mark.parametrize("late", ["pending", "failed", "expired", "cancelled"])
def test_late_news_never_goes_backwards(late: str) -> None:
    """A paid attempt stays paid, whatever comes later."""
    paid = attempt.judged(an_attempt(), an_answer("paid", "paid"))
    assert attempt.judged(paid, an_answer(late)) == paid


def test_a_rejected_session_with_an_approved_payment_is_money() -> None:
    """The payments of a session count more than its own word."""
    judged = attempt.judged(an_attempt(), an_answer("failed", "failed", "paid"))
    assert (judged["state"], len(judged["payments"])) == ("part_paid", 1)


def test_a_session_whose_opening_was_never_answered_counts_by_its_money() -> None:
    """Another session under the same reference ends nothing, but what was paid in it came."""
    other = {"request_id": "8"}
    assert attempt.judged(an_attempt(), an_answer("expired") | other) == an_attempt()
    assert attempt.judged(an_attempt(), an_answer("paid", "paid") | other)["state"] == "paid"


def test_money_that_a_company_gave_back_is_remembered() -> None:
    """A later answer that does not tell it any more changes nothing; money that came does."""
    answer = an_answer("cancelled", "cancelled")
    answer["payments"][0]["refunded"] = True
    back = attempt.judged(an_attempt(), answer)
    later = attempt.judged(back, an_answer("expired"))
    assert [one["given_back"] for one in (back, later)] == [True, True]
    assert attempt.judged(later, an_answer("paid", "paid"))["given_back"] is False


ORDER = {
    "id": 7, "name": "S7", "state": "sale", "partner_id": {"id": 3, "name": "Rosa"}, "partner_invoice_id": None,
    "company_id": [1, "XYZ"], "currency_id": {"id": 1, "name": "USD"}, "amount_total": Decimal(115),
    "invoice_status": "invoiced",
}  # fmt: skip


def due(residual: int, origin: str | None, payment_state: str = "partial", total: int = 230) -> Decimal:
    """Return what is due of an order of 115 with one posted invoice."""
    invoice = {"id": 1, "state": "posted", "move_type": "out_invoice", "payment_state": payment_state}
    amounts = {"amount_total": Decimal(total), "amount_residual": Decimal(residual), "invoice_origin": origin}
    found: Decimal = sale({**ORDER, "invoice_ids": [invoice | amounts]}, [])["due"]
    return found


def test_what_pays_an_invoice_of_several_orders_is_not_one_order_s() -> None:
    """Part of an invoice for two orders is paid: nobody can say for which, so each stays due; wholly paid, none is."""
    assert due(115, "S7, S8") == due(115, "S8,S7") == 115
    assert due(0, "S7, S8", "paid") == 0
    assert due(15, "S7", total=115) == 15
    assert due(15, None, total=115) == 15
    assert due(0, "S7", "reversed", total=115) == 115


def test_the_faces_of_a_page() -> None:
    """Each state of order and attempts has its own face."""
    assert face(None) == "unknown"
    assert face(a_sale()) == "pay"
    assert face(a_sale(state="draft")) == "not_ready"
    assert face(a_sale(state="cancel")) == "cancelled"
    assert face(a_sale(due=Decimal(0))) == "paid"
    assert face(a_sale(attempt.judged(an_attempt(), an_answer("paid", "paid")), state="cancel")) == "cancelled_paid"
    assert face(a_sale(an_attempt())) == "open"
    assert face(a_sale(an_attempt(processing=True))) == "checking"
    assert face(a_sale(an_attempt(state="failed", final=True))) == "refused"
    assert face(a_sale(an_attempt(state="expired", final=True))) == "expired"
    assert face(a_sale(an_attempt(state="cancelled", final=True, given_back=True))) == "given_back"
    assert face(a_sale(an_attempt(state="failed", final=True, request_id=None))) == "pay"


@pytest.mark.parametrize("speech", TEXTS)
def test_every_face_has_its_words(speech: str) -> None:
    """Both languages have title and text for every face, and the pay button where something can be paid."""
    faces = sorted(name.removesuffix(".title") for name in TEXTS[speech] if name.endswith(".title"))
    assert TEXTS[speech].keys() == TEXTS["es"].keys()
    for one in faces:
        shown = view(
            a_sale(), one, company="Empresa XYZ", language=speech, token="t", looked=0, offers=OFFERS, zone=ZONE
        )
        assert shown["title"]
        assert bool(shown["buttons"]) is (one in PAYABLE)
        assert shown["amount"] == ("$115,00" if speech == "es" else "$115.00")


def test_a_page_that_checks_looks_again_but_not_for_ever() -> None:
    """While a payment is checked the page refreshes itself, ever more slowly, and at last no more: then it says no such thing."""
    seen = [
        view(a_sale(), "checking", company="", language="es", token="t", looked=n, offers=OFFERS, zone=ZONE)
        for n in (0, 11, 12, 40)
    ]
    assert [one["refresh"] for one in seen] == [5, 5, 30, None]
    assert ["se actualiza sola" in one["text"] for one in seen] == [True, True, True, False]


@pytest.mark.parametrize(
    ("asked", "accepted", "spoken"),
    [("en", "es-EC", "en"), (None, "fr-FR,en;q=0.8", "en"), ("xx", "", "es"), (["en", "es"], None, "es")],
)
def test_the_language(asked: object, accepted: object, spoken: str) -> None:
    """The address decides, then the browser's wishes, then Spanish."""
    assert language(asked, accepted) == spoken


def booked(left: int = 0, *, change: dict[str, Any] | None = None, **sale: Any) -> list[str]:
    """Return the kinds of review of one payment of 115."""
    one = attempt.judged(an_attempt(), an_answer("paid", "paid")) | (change or {})
    [payment] = booking.payments(STORE, one)
    found = booking.reviews(a_sale(one, **sale), one, payment, Decimal(left), NOW)
    return [each["kind"] for each in found]


def test_what_a_person_must_look_at() -> None:
    """Cancelled order, another amount, another currency, more than was owed; an advance alone is nothing to look at."""
    assert booked() == []
    assert booked(115) == []
    assert booked(115, paid_on_invoices=Decimal(115)) == ["credit_left"]
    assert booked(115, state="cancel") == ["cancelled_order"]
    assert booked(change={"amount": Decimal(100)}) == ["other_amount"]
    assert booked(change={"currency": "COP"}) == ["other_currency"]


def test_a_person_reads_what_was_paid_and_what_was_asked() -> None:
    """Both stand in the task where they differ."""
    one = attempt.judged(an_attempt(amount=Decimal(100)), an_answer("paid", "paid"))
    [payment] = booking.payments(STORE, one)
    [item] = booking.reviews(a_sale(one), one, payment, Decimal(0), NOW)
    assert item["detail"] == "Referencia CV7-1: se pagó 115.00 USD, y se pidió 100.00 USD."


def test_a_payment_has_one_name_and_the_company_s_day() -> None:
    """The external id is made of site and provider's number; half past eleven at night is still that day in Guayaquil."""
    one = attempt.judged(an_attempt(), an_answer("paid", "paid"))
    [payment] = booking.payments(STORE, one)
    sale = a_sale(one, partner_id=3, currency_id=1)
    made = booking.record(sale, one, payment, 6, "America/Guayaquil", None)
    assert made["external_id"] == "caravana.placetopay_tienda_1_600"
    assert made["values"]["date"] == "2026-11-23"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"connections": {}}, "connections.placetopay"),
        ({"settings": {"cards.on_paid": "later"}}, "cards.on_paid"),
        ({"settings": {"cards.journal_id": "bank"}}, "cards.journal_id"),
        ({"settings": {"cards.life": "soon"}}, "cards.life"),
        ({"settings": {"cards.life": "5m"}}, "cards.life"),
        ({"settings": {"cards.refund_patience": "soon"}}, "cards.refund_patience"),
        ({"settings": {"cards.settlement.profiles": "/nowhere"}}, "cards.settlement.profiles"),
        ({"settings": {"cards.settlement.profile.placetopay": "placetopai"}}, "did you mean `placetopay`"),
        ({"listener": {"port": 0}}, "listener.public_url"),
    ],
)
def test_a_wrong_setting_is_named(change: dict[str, Any], told: str) -> None:
    """A mistake in the flow's settings is refused before anything starts, with its name."""
    with pytest.raises(ConfigurationError, match=told):
        loaded({"connections": CONNECTIONS, **change})


def test_settings_of_a_revision_are_kept_without_secrets() -> None:
    """The card flow tells its settings as JSON, no secret among them, and is the same again when made from them."""
    given = {"connections": CONNECTIONS, "settings": {"cards.life": "10m", "cards.journal_id": 7}}
    cards = loaded(given).callables["cards"]
    other = loaded({"connections": CONNECTIONS}).callables["cards"]
    kept = json.loads(json.dumps(cards.settings))
    assert cards.settings != other.settings
    assert other.with_settings(kept).settings == cards.settings
    assert "secret" not in json.dumps(kept)
    with pytest.raises(ConfigurationError, match="others then"):
        other.with_settings({**kept, "of_another_version": 1})


def test_an_unknown_flow_is_refused() -> None:
    """There is no flow of another name."""
    with pytest.raises(ConfigurationError, match="no flow `card`"):
        load("card", Configuration(), CheckContext(Configuration(), Callables()))


def test_the_shipped_routes_have_nothing_to_be_told() -> None:
    """`caravana check` finds neither a mistake nor a warning in the shipped flow."""
    odoo = {"url": "https://xyz.example.com", "database": "xyz", "apiKey": "key"}
    given = {"connections": {"odoo": odoo, **CONNECTIONS}}
    configuration, flow, callables = Configuration.model_validate(given), loaded(given), Callables()
    for name, target in flow.callables.items():
        callables.register(name, target)
    documents, problems = read_all(flow.route_files)
    judgement = judge(documents, problems, configuration=configuration, callables=callables)
    assert [str(one) for one in judgement.problems] == []
