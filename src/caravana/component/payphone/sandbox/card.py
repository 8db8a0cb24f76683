"""The cards of the imitation's page. In PayPhone's test environment every payment is approved; here one card is refused."""

from dataclasses import dataclass
from enum import StrEnum


class Card(StrEnum):
    """Cards that the page knows; any other number with a right check digit is approved too."""

    APPROVED = "4111111111111111"
    MASTERCARD = "5555555555554444"
    DENIED = "4000000000000002"


@dataclass(frozen=True)
class Decision:
    """What the bank says: whether it is approved, and what PayPhone keeps of the card."""

    approved: bool
    first: str
    last: str
    brand: str


def decide(number: str) -> Decision | None:
    """Return the bank's decision for the card `number`, or None when it is no card number at all."""
    digits = number.replace(" ", "").replace("-", "")
    if not (digits.isascii() and digits.isdigit() and 12 <= len(digits) <= 19 and _luhn(digits)):
        return None
    brand = "Mastercard" if digits[0] == "5" else "Visa"
    return Decision(digits != Card.DENIED, digits[:6], digits[-2:], brand)


def _luhn(digits: str) -> bool:
    doubled = [int(one) * 2 - 9 * (int(one) > 4) for one in digits[-2::-2]]
    return (sum(int(one) for one in digits[-1::-2]) + sum(doubled)) % 10 == 0
