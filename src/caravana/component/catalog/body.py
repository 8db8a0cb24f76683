"""What a route gives to the producers: plain dicts. Each item is judged for itself, so that a bad one stops no other."""

from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from caravana.kit.graph.body import Body
from caravana.kit.money import Money

Sku = Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True)]
Web = Annotated[str, StringConstraints(pattern=r"^https?://[^\s]+$", max_length=2000)]
Title = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
Description = Annotated[str, StringConstraints(min_length=1, max_length=5000, strip_whitespace=True)]
Word = Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True)]
Availability = Literal[
    "in stock",
    "out of stock",
    "preorder",
    "available for order",
    "discontinued",
    "pending",
    "mark_as_sold",
    "mark_as_expired",
]
Condition = Literal["new", "refurbished", "used", "used_like_new", "used_good", "used_fair", "cpo", "open_box_new"]
Amount = Annotated[Decimal, Field(ge=0, lt=Decimal(10) ** 12)]


def _exact(value: object) -> object:
    """Money as flows have it, or as its two members."""
    return {"amount": value.amount, "currency": value.currency} if isinstance(value, Money) else value


class Part(BaseModel):
    """Base of what bodies are made of."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Price(Part):
    """An amount with its currency. Raises `ValueError` for one with more places than the currency has."""

    amount: Amount
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if Money.of(self.amount, self.currency).amount != self.amount:
            raise ValueError(f"{self.amount} has more decimals than {self.currency}")
        return self


Paid = Annotated[Price, BeforeValidator(_exact)]


class Change(Part):
    """An item that is there, with what is new of it."""

    sku: Sku
    title: Title | None = None
    description: Description | None = None
    availability: Availability | None = None
    condition: Condition | None = None
    price: Paid | None = None
    sale_price: Paid | None = None
    link: Web | None = None
    image: Web | None = None
    images: list[Web] | None = Field(default=None, max_length=20)
    brand: Word | None = None
    gtin: Word | None = None
    mpn: Word | None = None
    group: Word | None = Field(default=None, description="what variants of one product have in common")
    category: Annotated[str, StringConstraints(min_length=1, max_length=750)] | None = None
    more: dict[Annotated[str, StringConstraints(pattern=r"^[a-z_]{2,60}$")], str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.model_fields_set == {"sku"}:
            raise ValueError("nothing of it changes")
        return self


class Item(Change):
    """A whole item."""

    title: Title
    description: Description
    availability: Availability = "in stock"
    condition: Condition = "new"
    price: Paid
    link: Web
    image: Web

    @model_validator(mode="after")
    def _has_a_maker(self) -> Self:
        if not (self.brand or self.gtin or self.mpn):
            raise ValueError("give `brand`, `gtin` or `mpn`")
        return self


class PublishBody(Body):
    """Items to be there as they are given, and items to be gone, by their SKU."""

    items: list[dict[str, Any]] = Field(default_factory=list)
    delete: list[Sku] = Field(default_factory=list)


class UpdateBody(Body):
    """What changes of items that are there: price and stock, mostly."""

    items: list[dict[str, Any]]


class ProductsBody(Body):
    """Which items: all, or those with these SKUs."""

    skus: list[Sku] | None = None


class BatchBody(Body):
    """A batch, by the name that Meta gave it."""

    handle: Annotated[str, StringConstraints(min_length=1, max_length=500)]


class SetBody(Body):
    """A set of products: its name, and which belong to it, as Meta writes filters (`{product_type: {i_contains: Bebidas}}`)."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
    filter: dict[str, Any] = Field(min_length=1)


class NothingBody(Body):
    """Nothing but, perhaps, the connection."""
