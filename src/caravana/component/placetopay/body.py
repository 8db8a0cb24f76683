"""What a route gives to the producers: plain dicts, checked here before anything is sent.

PlacetoPay drops or cuts some wrong values without a word (a misspelt tax kind, a third decimal), so they are refused here.
"""

from decimal import Decimal
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    IPvAnyAddress,
    ValidationError,
    field_validator,
    model_validator,
)

from caravana.kit.errors import Refused
from caravana.kit.money import Money
from caravana.kit.options import describe, written_moment
from caravana.kit.redaction import redact_text

USER_AGENT_LIMIT = 255
LARGEST = Decimal(10) ** 12
"""Amounts from here on are typing errors."""

TaxKind = Literal["valueAddedTax", "ice", "exciseDuty", "airportTax", "stateTax", "municipalTax", "reducedStateTax"]
DetailKind = Literal[
    "discount",
    "additional",
    "vatDevolutionBase",
    "shipping",
    "handlingFee",
    "insurance",
    "giftWrap",
    "subtotal",
    "fee",
    "tip",
    "airline",
    "interests",
]


def _identifier(value: object) -> object:
    """Partner ids are numbers on the wire and texts with us."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Id = Annotated[str, BeforeValidator(_identifier), Field(pattern=r"^[0-9]{1,20}$")]
Web = Annotated[str, Field(max_length=255, pattern=r"^https?://[^\s]+$")]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class Body(BaseModel):
    """Base of every body: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Tax(Body):
    """One tax contained in the amount: `amount` on the taxable `base`."""

    kind: TaxKind
    amount: Decimal = Field(ge=0)
    base: Decimal = Field(ge=0)


class Detail(Body):
    """One part of the amount, for the customer to read."""

    kind: DetailKind
    amount: Decimal = Field(ge=0)


class Buyer(Body):
    """Who is expected to pay."""

    document: str | None = Field(default=None, max_length=25)
    document_type: str | None = Field(default=None, max_length=6)
    name: str | None = Field(default=None, max_length=60)
    surname: str | None = Field(default=None, max_length=60)
    company: str | None = Field(default=None, max_length=60)
    email: str | None = Field(default=None, max_length=80)
    mobile: str | None = Field(default=None, max_length=30)

    @field_validator("name", "surname", "company")
    @classmethod
    def _no_card(cls, text: str | None) -> str | None:
        """PlacetoPay removes a name that holds a card number without a word; it must not even leave the hub."""
        if text is not None and redact_text(text) != text:
            raise ValueError("holds a card number")
        return text


class SessionBody(Body):
    """Body of `placetopay:create`. `hold` is the port's word for `type: checkin`."""

    reference: str = Field(min_length=1, max_length=32)
    description: str = Field(min_length=1, max_length=250)
    amount: Decimal = Field(gt=0)
    currency: Currency = "USD"
    return_url: Web
    ip_address: IPvAnyAddress
    user_agent: str = Field(min_length=1)
    taxes: tuple[Tax, ...] = ()
    details: tuple[Detail, ...] = ()
    buyer: Buyer | None = None
    cancel_url: Web | None = None
    expiration: Annotated[AwareDatetime | None, BeforeValidator(written_moment)] = None
    locale: str | None = Field(default=None, pattern=r"^[a-z]{2}_[A-Z]{2}$")
    allow_partial: bool = False
    type: Literal["checkin"] | None = None
    hold: bool = False
    payment_method: str | None = None
    requires_confirmation: bool = False
    skip_result: bool = True
    connection: str | None = None

    @field_validator("user_agent")
    @classmethod
    def _cut(cls, text: str) -> str:
        """Browsers write what they like; nothing is decided by it."""
        return text[:USER_AGENT_LIMIT]

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.allow_partial and (self.taxes or self.details):
            raise ValueError("`taxes` and `details` may not stand beside `allow_partial`")
        taxes = [amount for tax in self.taxes for amount in (tax.amount, tax.base)]
        for amount in (self.amount, *taxes, *(detail.amount for detail in self.details)):
            check_places(amount, self.currency)
        return self


class QueryBody(Body):
    """Body of `placetopay:query`, `cancel` and `confirm`; further keys may stand beside, so that a notification fits.

    `connection`: where the session was opened; without it that of the exchange's branch is asked. `payment`: which to
    confirm; without it the one of the session that waits for it.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    request_id: Id
    payment: Id | None = None
    connection: str | None = None


class PaymentBody(Body):
    """Body of `placetopay:refund`, `capture` and `void`. Without `amount` the whole payment is meant.

    `reference`: our own name of what is done, which comes back in the reply: PlacetoPay keeps none.
    """

    payment: Id
    request_id: Id | None = None
    reference: str | None = None
    amount: Decimal | None = Field(default=None, gt=0)
    currency: Currency = "USD"
    reason: str | None = None
    connection: str | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.amount is not None:
            check_places(self.amount, self.currency)
        return self


class TransactionBody(Body):
    """Body of `placetopay:transaction`. Without `amount` the whole payment is meant.

    `request_id`: the session of the payment; with it an unknown outcome of `confirm` and `cancel` can be asked for.
    """

    internal_reference: Id
    amount: Decimal | None = Field(default=None, gt=0)
    currency: Currency = "USD"
    request_id: Id | None = None
    connection: str | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.amount is not None:
            check_places(self.amount, self.currency)
        return self


def check_places(amount: Decimal, currency: str) -> None:
    """Raise `ValueError` when `amount` has more decimals than `currency`: PlacetoPay would round it silently."""
    if not abs(amount) < LARGEST:
        raise ValueError("the amount is too large")
    if Money.of(amount, currency).amount != amount:
        raise ValueError(f"{amount} has more decimals than {currency}")


B = TypeVar("B", bound=Body)


def read_body(model: type[B], body: Any) -> B:
    """Return `body` as `model`. Raises `Refused` (code `body`) naming every problem at once, without personal data."""
    try:
        return model.model_validate(body)
    except ValidationError as error:
        raise Refused(f"the body does not fit: {describe(error)}", code="body") from None
