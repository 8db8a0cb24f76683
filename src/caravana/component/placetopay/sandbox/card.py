"""PlacetoPay's published test cards and what each of them does. Only a decision leaves this module, never a number."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

CHALLENGE_CODE = "12345"
ONE_TIME_CODES = frozenset({"123456", "000000"})
SLOW_SECONDS = 180.0
SMALL_LIMIT = Decimal(200)


class Card(StrEnum):
    """The test cards."""

    APPROVED = "4110760000000081"
    DINERS = "36545400000008"
    MASTERCARD = "5367680000000005"
    FRICTIONLESS = "4111111111111111"
    CHALLENGE = "4110760000000008"
    DENIED = "4110760000000016"
    PENDING_APPROVED = "4110760000000073"
    PENDING_REJECTED = "4048370000000037"
    SLOW = "4110760000000024"
    EXCEPTION = "4110760000000065"
    SMALL = "4110760000000057"


@dataclass(frozen=True)
class Decision:
    """What the processor says to one attempt: `status` now, and for a pending one `later` after `delay` seconds.

    `delay` None means the site's own. `first` and `last` are the digits that a processor reports.
    """

    status: str
    first: str
    last: str
    brand: str
    later: str | None = None
    delay: float | None = None
    challenge: bool = False

    def refused(self) -> "Decision":
        """Return the decision of the same card when the customer typed a wrong code."""
        return Decision("REJECTED", self.first, self.last, self.brand)


def decide(number: str, amount: Decimal) -> Decision | None:
    """Return the decision for the card `number`, or None when it is no card number at all."""
    digits = number.replace(" ", "").replace("-", "")
    if not (digits.isascii() and digits.isdigit() and 12 <= len(digits) <= 19 and _luhn(digits)):
        return None
    status, later, delay, challenge = _behaviour(digits, amount)
    return Decision(status, digits[:6], digits[-4:], _brand(digits), later, delay, challenge)


def _behaviour(digits: str, amount: Decimal) -> tuple[str, str | None, float | None, bool]:
    match digits:
        case Card.APPROVED | Card.DINERS | Card.MASTERCARD | Card.FRICTIONLESS:
            return "APPROVED", None, None, False
        case Card.CHALLENGE:
            return "APPROVED", None, None, True
        case Card.PENDING_APPROVED:
            return "PENDING", "APPROVED", None, False
        case Card.PENDING_REJECTED:
            return "PENDING", "REJECTED", None, False
        case Card.SLOW:
            return "PENDING", "APPROVED", SLOW_SECONDS, False
        case Card.EXCEPTION:
            return "FAILED", None, None, False
        case Card.SMALL if amount < SMALL_LIMIT:
            return "APPROVED", None, None, False
    return "REJECTED", None, None, False


def _brand(digits: str) -> str:
    return {"3": "diners", "5": "master"}.get(digits[0], "visa")


def _luhn(digits: str) -> bool:
    doubled = [int(one) * 2 - 9 * (int(one) > 4) for one in digits[-2::-2]]
    return (sum(int(one) for one in digits[-1::-2]) + sum(doubled)) % 10 == 0
