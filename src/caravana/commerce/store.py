"""A merchant account as the card flow needs it."""

from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict


class Store(TypedDict):
    """A merchant account.

    - `provider`: scheme of the component that serves it; `company`: the payment company's name, as people read it
    - `names`: what customers read on its button, by language
    - `account`: names it in external ids; `origin`: of the company's payment pages
    - `operations`: what the company can be asked for; `reference_max`: longest reference that it takes
    - `needs_referrer`: whether its page must see from which site the browser comes
    - `partial_refund`, `refund_until`: whether parts can go back, and until which hour of the payment's day
    - `confirm_within`: seconds in which a payment must be confirmed, before the company gives it back; 0: it need not be
    - `every`, `until`, `per_minute`, `by_events`: the company's clock (`kit.payment.Sweep`), in seconds
    """

    provider: str
    company: str
    names: Mapping[str, str]
    account: str
    origin: str
    operations: Sequence[str]
    reference_max: int
    needs_referrer: bool
    partial_refund: str
    refund_until: str | None
    confirm_within: NotRequired[float]
    every: float
    until: float
    per_minute: int | None
    by_events: bool
