"""Stripe's published test cards, accounts and tokens, and what each does. Only that leaves this module, never a number."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from caravana.component.stripe.sandbox.wire import Thing


class Card(StrEnum):
    """Test cards, and two accounts for a debit that takes its time."""

    GOOD = "4242424242424242"
    MASTERCARD = "5555555555554444"
    DECLINED = "4000000000000002"
    INSUFFICIENT_FUNDS = "4000000000009995"
    EXPIRED = "4000000000000069"
    CHALLENGE = "4000002760003184"
    DISPUTE = "4000000000000259"
    INQUIRY = "4000000000001976"
    REFUND_FAILS = "4000000000005126"
    REFUND_PENDING = "4000000000007726"
    DEBIT = "000123456789"
    DEBIT_FAILS = "000111111116"


@dataclass(frozen=True)
class Means:
    """What pays and how it goes.

    - `decline`: code and decline code of a refusal; `challenge`: the bank asks the payer first
    - `later`: a debit is undecided, then `succeeded` or `failed`
    - `dispute`: the payer complains: `dispute` or `inquiry`; `refund`: a refund `fails` later or is `pending` first
    """

    kind: str
    brand: str
    last4: str
    decline: tuple[str, str] | None = None
    challenge: bool = False
    later: str | None = None
    dispute: str | None = None
    refund: str | None = None

    def refused(self) -> "Means":
        """Return the same when the payer failed his bank's question."""
        return replace(self, decline=("payment_intent_authentication_failure", ""), challenge=False)

    def answered(self) -> "Means":
        """Return the same when the payer answered it."""
        return replace(self, challenge=False)

    def details(self) -> Thing:
        """Return `payment_method_details` as a charge shows them."""
        if self.kind == "us_bank_account":
            return {
                "type": self.kind,
                self.kind: {"bank_name": "STRIPE TEST BANK", "last4": self.last4, "fingerprint": "x"},
            }
        card = {
            "amount_authorized": None,
            "authorization_code": "123456",
            "brand": self.brand,
            "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
            "country": "US",
            "exp_month": 12,
            "exp_year": 2034,
            "fingerprint": "Xt5EWLLDS7FJjR1c",
            "funding": "credit",
            "last4": self.last4,
            "network": self.brand,
        }
        return {"type": "card", "card": card}


_PLAIN = Means("card", "visa", "")
_BEHAVIOUR: Mapping[Card, Means] = {
    Card.GOOD: _PLAIN,
    Card.MASTERCARD: replace(_PLAIN, brand="mastercard"),
    Card.DECLINED: replace(_PLAIN, decline=("card_declined", "generic_decline")),
    Card.INSUFFICIENT_FUNDS: replace(_PLAIN, decline=("card_declined", "insufficient_funds")),
    Card.EXPIRED: replace(_PLAIN, decline=("expired_card", "expired_card")),
    Card.CHALLENGE: replace(_PLAIN, challenge=True),
    Card.DISPUTE: replace(_PLAIN, dispute="dispute"),
    Card.INQUIRY: replace(_PLAIN, dispute="inquiry"),
    Card.REFUND_FAILS: replace(_PLAIN, refund="fails"),
    Card.REFUND_PENDING: replace(_PLAIN, refund="pending"),
    Card.DEBIT: Means("us_bank_account", "", "", later="succeeded"),
    Card.DEBIT_FAILS: Means("us_bank_account", "", "", later="failed"),
}
TOKENS: Mapping[str, Card] = {
    "pm_card_visa": Card.GOOD,
    "pm_card_mastercard": Card.MASTERCARD,
    "pm_card_visa_chargeDeclined": Card.DECLINED,
    "pm_card_chargeDeclined": Card.DECLINED,
    "pm_card_chargeDeclinedInsufficientFunds": Card.INSUFFICIENT_FUNDS,
    "pm_card_authenticationRequired": Card.CHALLENGE,
    "pm_card_createDispute": Card.DISPUTE,
    "pm_card_createDisputeInquiry": Card.INQUIRY,
    "pm_card_refundFail": Card.REFUND_FAILS,
    "pm_card_pendingRefund": Card.REFUND_PENDING,
    "pm_usBankAccount_success": Card.DEBIT,
    "pm_usBankAccount_noAccount": Card.DEBIT_FAILS,
}
"""Stripe's test tokens, which stand for a tokenised method."""


def means_of(number: str) -> Means | None:
    """Return what the card or account `number` does, or None when it is none. An unknown card is declined."""
    digits = number.replace(" ", "").replace("-", "")
    if digits in set(Card):
        return replace(_BEHAVIOUR[Card(digits)], last4=digits[-4:])
    if not (digits.isascii() and digits.isdigit() and 12 <= len(digits) <= 19 and _luhn(digits)):
        return None
    return replace(_BEHAVIOUR[Card.DECLINED], last4=digits[-4:])


def _luhn(digits: str) -> bool:
    doubled = [int(one) * 2 - 9 * (int(one) > 4) for one in digits[-2::-2]]
    return (sum(int(one) for one in digits[-1::-2]) + sum(doubled)) % 10 == 0
