"""What a route gives to the producers: the port's bodies, checked here before anything is sent."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import (
    AliasChoices,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    IPvAnyAddress,
    ValidationError,
    model_validator,
)

from caravana.component.payphone.cents import Tax as TaxPart
from caravana.component.payphone.cents import split
from caravana.component.payphone.spec import REFERENCE_MAX
from caravana.kit.errors import Refused
from caravana.kit.money import Money
from caravana.kit.options import describe, written_moment

LARGEST = Decimal(10) ** 12
"""Amounts from here on are typing errors."""

TaxKind = Literal["valueAddedTax", "ice", "exciseDuty", "airportTax", "stateTax", "municipalTax", "reducedStateTax"]


def _identifier(value: object) -> object:
    """Partner ids are numbers on the wire and texts with us."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Id = Annotated[str, BeforeValidator(_identifier), Field(pattern=r"^[0-9]{1,20}$")]
Reference = Annotated[str, Field(pattern=rf"^[A-Za-z0-9_-]{{1,{REFERENCE_MAX}}}$")]
"""Ours: it stands in the address of a query, so it has no signs that mean something there."""
Checkout = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+(\.[0-9]{1,3})?$", max_length=50)]
"""PayPhone's name of a checkout: the `clientTransactionId`, which is our reference, perhaps with the number of a repetition."""
Web = Annotated[str, Field(max_length=500, pattern=r"^https?://[^\s]+$")]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class Body(BaseModel):
    """Base of every body about something that exists: further keys may stand beside, so that an attempt fits."""

    model_config = ConfigDict(extra="ignore", frozen=True, str_strip_whitespace=True)

    connection: str | None = None


class Tax(BaseModel):
    """One tax contained in the amount: `amount` on the taxable `base`. PayPhone is told of IVA alone."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: TaxKind
    amount: Decimal = Field(ge=0)
    base: Decimal = Field(ge=0)


class CreateBody(Body):
    """Body of `payphone:create`. What PayPhone has no use for (address and browser of the customer) stays here."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    reference: Reference
    description: str = Field(min_length=1)
    amount: Decimal = Field(gt=0, lt=LARGEST)
    currency: Currency = "USD"
    return_url: Web
    cancel_url: Web | None = None
    taxes: tuple[Tax, ...] = ()
    ip_address: IPvAnyAddress | None = None
    user_agent: str | None = None
    locale: str | None = None
    buyer: dict[str, Any] | None = None
    expiration: Annotated[AwareDatetime | None, BeforeValidator(written_moment)] = None
    hold: bool = False

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if Money.of(self.amount, self.currency).amount != self.amount:
            raise ValueError(f"{self.amount} has more decimals than {self.currency}")
        split(Money.of(self.amount, self.currency), self.parts)
        return self

    @property
    def parts(self) -> list[TaxPart]:
        """The taxes as the split wants them."""
        return [TaxPart(one.kind, one.amount, one.base) for one in self.taxes]


class QueryBody(Body):
    """Body of `payphone:query`: our reference, and what else is known of the attempt.

    `payment`: PayPhone's number, where a return or a notification told it; `expiration`, which an attempt keeps as `expires`:
    until when its page could be paid.
    """

    reference: Reference
    request_id: Checkout | None = None
    payment: Id | None = None
    expiration: AwareDatetime | None = Field(default=None, validation_alias=AliasChoices("expiration", "expires"))


class ConfirmBody(Body):
    """Body of `payphone:confirm`."""

    reference: Reference
    payment: Id
    request_id: Checkout | None = None


class RefundBody(Body):
    """Body of `payphone:refund`: the whole payment. `paid` and `date`: what it was and when, where that is known."""

    reference: str = Field(min_length=1, max_length=200)
    payment: Id
    request_id: Checkout | None = None
    amount: Decimal | None = Field(default=None, gt=0, lt=LARGEST)
    currency: Currency = "USD"
    reason: str | None = None
    paid: Decimal | None = Field(default=None, gt=0)
    date: AwareDatetime | None = None


class RefundQueryBody(Body):
    """Body of `payphone:refund_query`."""

    payment: Id
    refund: Id | None = None
    reference: str | None = None
    request_id: Checkout | None = None


class ListingBody(Body):
    """Body of `payphone:listing`."""

    day: date


B = TypeVar("B", bound=BaseModel)


def read_body(model: type[B], body: Any) -> B:
    """Return `body` as `model`. Raises `Refused` (code `body`) naming every problem at once, without personal data."""
    try:
        return model.model_validate(body)
    except ValidationError as error:
        raise Refused(f"the body does not fit: {describe(error)}", code="body") from None
