"""What a route gives to the producers: plain dicts in the words of the port, checked here before anything is sent."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Self, TypeVar

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from caravana.component.stripe.amount import check_charge, to_units
from caravana.kit.errors import Refused
from caravana.kit.options import describe, written_moment
from caravana.kit.redaction import redact_text

REFERENCE_MAX = 200


def _no_card(text: str) -> str:
    """A card number in a text for people must not even leave the hub."""
    if redact_text(text) != text:
        raise ValueError("holds a card number")
    return text


def _day(value: object) -> object:
    if not isinstance(value, str | date):
        raise ValueError("write a date, 2026-11-23")
    return value


def _exact(value: object) -> object:
    """No binary fraction: 0.1 is not a tenth."""
    return Decimal(str(value)) if isinstance(value, float) else value


Reference = Annotated[str, Field(min_length=1, max_length=REFERENCE_MAX)]
Session = Annotated[str, Field(pattern=r"^cs_[A-Za-z0-9_]{1,250}$")]
Payment = Annotated[str, Field(pattern=r"^(pi|ch|py)_[A-Za-z0-9_]{1,250}$")]
Intent = Annotated[str, Field(pattern=r"^pi_[A-Za-z0-9_]{1,250}$")]
DisputeName = Annotated[str, Field(pattern=r"^(du|dp|pdp)_[A-Za-z0-9_]{1,250}$")]
RefundName = Annotated[str, Field(pattern=r"^(re|pyr)_[A-Za-z0-9_]{1,250}$")]
EventName = Annotated[str, Field(pattern=r"^evt_[A-Za-z0-9_]{1,250}$")]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Amount = Annotated[Decimal, BeforeValidator(_exact), Field(gt=0)]
Web = Annotated[str, Field(max_length=5000, pattern=r"^https?://[^\s]+$")]
Words = Annotated[str, BeforeValidator(lambda one: _no_card(one) if isinstance(one, str) else one)]
Moment = Annotated[AwareDatetime, BeforeValidator(written_moment)]


class Body(BaseModel):
    """Base of every body. `connection`: the account it is about; without it that of the address or of the branch."""

    model_config = ConfigDict(extra="ignore", frozen=True, str_strip_whitespace=True)

    connection: str | None = None


class _Charge(Body):
    """What is common to all that asks for money: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    reference: Reference
    amount: Amount
    currency: Currency = "USD"
    hold: bool = False

    @model_validator(mode="after")
    def _can_be_charged(self) -> Self:
        check_charge(self.amount, self.currency)
        return self


class CheckoutBody(_Charge):
    """Body of `stripe:create`. `taxes`, `ip_address` and `user_agent` are taken, and Stripe is not told them."""

    description: Annotated[Words, Field(min_length=1, max_length=1000)]
    return_url: Web
    cancel_url: Web | None = None
    expiration: Moment | None = None
    locale: str | None = Field(default=None, pattern=r"^[a-z]{2}([_-][A-Za-z0-9]{2,4})?$")
    buyer: Mapping[str, Any] | None = None
    taxes: tuple[Mapping[str, Any], ...] | None = None
    ip_address: str | None = None
    user_agent: str | None = None

    @property
    def email(self) -> str | None:
        """The customer's address, filled in on the page; of the buyer Stripe is told no more."""
        email = (self.buyer or {}).get("email")
        return email if isinstance(email, str) and 3 <= len(email) <= 512 and "@" in email else None


class QueryBody(Body):
    """Body of `stripe:query` and `stripe:cancel`; further keys may stand beside, so that a notification fits."""

    request_id: Session | None = None
    payment: Intent | None = None
    reference: Reference | None = None

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if not (self.request_id or self.payment or self.reference):
            raise ValueError("one of `request_id`, `payment`, `reference` is needed")
        return self


class _OfPayment(Body):
    """What is about one payment: named itself, or by its session."""

    payment: Payment | None = None
    request_id: Session | None = None

    @model_validator(mode="after")
    def _names_payment(self) -> Self:
        if not (self.payment or self.request_id):
            raise ValueError("one of `payment`, `request_id` is needed")
        return self


class TakeBody(_OfPayment):
    """Body of `stripe:capture` and `stripe:void`. Without `amount` the whole is meant; `void` is always of the whole."""

    amount: Amount | None = None
    currency: Currency = "USD"

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.amount is not None:
            to_units(self.amount, self.currency)
        return self


class RefundBody(TakeBody):
    """Body of `stripe:refund`. `reason`: one of Stripe's, else words that are kept in the refund's metadata."""

    reference: Reference
    reason: Annotated[Words, Field(max_length=500)] | None = None


class RefundQueryBody(Body):
    """Body of `stripe:refund_query`: the refund itself, or our reference of it beside its payment or session."""

    refund: RefundName | None = None
    reference: Reference | None = None
    payment: Payment | None = None
    request_id: Session | None = None

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if not self.refund and not (self.reference and (self.payment or self.request_id)):
            raise ValueError("`refund` is needed, or `reference` with `payment` or `request_id`")
        return self


class DisputeQueryBody(Body):
    """Body of `stripe:dispute_query`."""

    dispute: DisputeName


class EventsBody(Body):
    """Body of `stripe:events`: what came after the event `after`, else since the moment `since`."""

    since: Moment | None = None
    after: EventName | None = None


class ListingBody(Body):
    """Body of `stripe:listing`: a day in the company's zone."""

    day: Annotated[date, BeforeValidator(_day)]


class IntentBody(_Charge):
    """Body of `stripe:intent?action=create`.

    `payment_method`: Stripe's name of a stored or tokenised method; `confirm`: charge it at once; `off_session`: the payer is
    not there to answer his bank.
    """

    description: Annotated[Words, Field(max_length=1000)] | None = None
    customer: str | None = Field(default=None, pattern=r"^cus_\w+$")
    payment_method: str | None = Field(default=None, pattern=r"^pm_\w+$")
    confirm: bool = False
    off_session: bool = False
    return_url: Web | None = None


class IntentActBody(Body):
    """Body of the other actions of `stripe:intent`."""

    payment: Intent
    amount: Amount | None = None
    currency: Currency = "USD"
    payment_method: str | None = Field(default=None, pattern=r"^pm_\w+$")
    return_url: Web | None = None

    @field_validator("payment_method")
    @classmethod
    def _short(cls, name: str | None) -> str | None:
        if name is not None and len(name) > 250:
            raise ValueError("is too long")
        return name

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.amount is not None:
            to_units(self.amount, self.currency)
        return self


B = TypeVar("B", bound=Body)


def read_body(model: type[B], body: Any) -> B:
    """Return `body` as `model`. Raises `Refused` (code `body`) naming every problem at once, without personal data."""
    try:
        return model.model_validate(body)
    except ValidationError as error:
        raise Refused(f"the body does not fit: {describe(error)}", code="body") from None
