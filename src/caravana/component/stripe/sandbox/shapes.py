"""The fields of new objects, as Stripe sends them: more than a hub reads, for it must not trip over what it does not know."""

from caravana.component.stripe.sandbox.card import Means
from caravana.component.stripe.sandbox.wire import Thing, new_name


def payer(session: Thing) -> Thing:
    """Return who paid a session: nobody real."""
    email = session["customer_email"] or "payer@example.com"
    return {
        "address": {"country": "EC"},
        "email": email,
        "name": "Prueba Inventada",
        "phone": None,
        "tax_exempt": "none",
    }


def new_session(
    total: int,
    currency: str,
    reference: str | None,
    metadata: dict[str, str],
    expires_at: int,
    urls: dict[str, str | None],
    email: str | None,
    locale: str | None,
    methods: list[str],
) -> Thing:
    """Return the fields of an open session without its address."""
    return {
        "after_expiration": None,
        "allow_promotion_codes": None,
        "amount_subtotal": total,
        "amount_total": total,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "billing_address_collection": None,
        **urls,
        "client_reference_id": reference,
        "client_secret": None,
        "consent": None,
        "currency": currency,
        "currency_conversion": None,
        "custom_fields": [],
        "customer": None,
        "customer_creation": "if_required",
        "customer_details": None,
        "customer_email": email,
        "discounts": [],
        "expires_at": expires_at,
        "invoice": None,
        "locale": locale,
        "metadata": metadata,
        "mode": "payment",
        "origin_context": None,
        "payment_intent": None,
        "payment_link": None,
        "payment_method_collection": "if_required",
        "payment_method_options": {},
        "payment_method_types": methods or ["card"],
        "payment_status": "unpaid",
        "recovered_from": None,
        "setup_intent": None,
        "shipping_cost": None,
        "shipping_options": [],
        "status": "open",
        "submit_type": None,
        "subscription": None,
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted",
        "url": None,
        "wallet_options": None,
    }


def method_of(means: Means) -> Thing:
    """Return the payment method of `means`."""
    details = means.details()
    return {
        "id": new_name("pm"),
        "object": "payment_method",
        **details,
        "billing_details": {"email": None, "name": None},
    }


def new_intent(amount: int, currency: str) -> Thing:
    """Return the fields of an intent that waits for a method."""
    return {
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "automatic_payment_methods": {"allow_redirects": "always", "enabled": True},
        "canceled_at": None,
        "cancellation_reason": None,
        "confirmation_method": "automatic",
        "currency": currency,
        "customer": None,
        "last_payment_error": None,
        "latest_charge": None,
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": ["card"],
        "processing": None,
        "receipt_email": None,
        "review": None,
        "setup_future_usage": None,
        "shipping": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "requires_payment_method",
        "transfer_data": None,
        "transfer_group": None,
    }


def new_charge(intent: Thing, means: Means) -> Thing:
    """Return the fields of a charge of the whole intent; Stripe copies the intent's metadata into it."""
    return {
        "amount": intent["amount"],
        "amount_captured": 0,
        "amount_refunded": 0,
        "application": None,
        "balance_transaction": None,
        "billing_details": {"address": {}, "email": "payer@example.com", "name": "Prueba Inventada", "phone": None},
        "calculated_statement_descriptor": "EMPRESA XYZ",
        "captured": True,
        "currency": intent["currency"],
        "customer": None,
        "description": intent["description"],
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "fraud_details": {},
        "metadata": dict(intent["metadata"]),
        "outcome": {
            "network_status": "approved_by_network",
            "reason": None,
            "type": "authorized",
            "risk_level": "normal",
        },
        "paid": True,
        "payment_intent": intent["id"],
        "payment_method": new_name("pm"),
        "payment_method_details": means.details(),
        "receipt_email": None,
        "receipt_number": None,
        "receipt_url": None,
        "refunded": False,
        "review": None,
        "shipping": None,
        "status": "succeeded",
    }
