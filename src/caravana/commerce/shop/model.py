"""The bodies of the shop's requests and answers; the OpenAPI document shows them."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from caravana.kit.nearest import nearest

Text = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=250, pattern=r"^[^\x00-\x1f\x7f]*$")
]
Long = Annotated[str, StringConstraints(max_length=4000, pattern=r"^[^\x00]*$")]
TaxIdType = Literal["cedula", "ruc", "passport", "foreign"]
PRICES = frozenset(
    {"price", "unit_price", "price_unit", "discount", "tax", "taxes", "subtotal", "total", "amount", "currency"}
)
"""What a caller may send and nobody heeds: prices and taxes are Odoo's."""


class Asked(BaseModel):
    """A request's body: an unknown field is refused, except for prices, which are not heeded."""

    model_config = ConfigDict(extra="allow", frozen=True)

    @model_validator(mode="after")
    def _known(self) -> "Asked":
        for name in (self.model_extra or {}).keys() - self.unheeded():
            raise ValueError(f"there is no field `{name}` {nearest(name, type(self).model_fields)}".rstrip())
        return self

    @classmethod
    def unheeded(cls) -> frozenset[str]:
        """Return the names that are taken and not heeded."""
        return frozenset()


class Priced(Asked):
    """A body in which prices are not heeded."""

    @classmethod
    def unheeded(cls) -> frozenset[str]:
        """Return the names of prices and taxes."""
        return PRICES


class CustomerFields(Asked):
    """What is known of a customer."""

    name: Text | None = Field(None, description="Name of the person or company.")
    tax_id: Text | None = Field(None, description="Cédula, RUC, passport or foreign tax id.")
    tax_id_type: TaxIdType | None = Field(None, description="Without it 10 digits are a cédula and 13 a RUC.")
    phone: Text | None = Field(None, description="Phone; without a country prefix it is one of the company's country.")
    email: Text | None = Field(None, description="E-mail address.")
    street: Text | None = Field(None, description="Street and number.")
    city: Text | None = None
    zip: Text | None = Field(None, description="Postal code.")
    is_company: bool | None = Field(None, description="A company, not a person.")
    branch: Text | None = Field(None, description="Branch of the company that this comes from.")


class NewCustomer(CustomerFields):
    """A customer to be found, or made if there is none."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "Rosa Inventada",
                    "tax_id": "1712345675",
                    "phone": "0990000001",
                    "email": "rosa@cliente.example",
                }
            ]
        }
    )
    name: Text = Field(description="Name of the person or company.")


class CustomerChange(CustomerFields):
    """What is to be changed of a customer; what is not named stays as it is."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"phone": "0990000009", "city": "Quito"}]})


class Customer(BaseModel):
    """A customer as Odoo has it."""

    id: int = Field(description="Odoo's record.")
    name: str
    tax_id: str | None
    phone: str | None = Field(description="In E.164 form where that is possible.")
    email: str | None
    street: str | None
    city: str | None
    zip: str | None
    is_company: bool
    created: bool | None = Field(None, description="Whether this request made it.")
    warnings: list[str] = Field([], description="What was not heeded, or is odd.")


class Customers(BaseModel):
    """The customers found."""

    items: list[Customer]


class Money(BaseModel):
    """An amount as exact decimal text, with its currency."""

    amount: str = Field(description="Decimal text, e.g. 19.99.")
    currency: str = Field(description="ISO 4217 code.")


class Product(BaseModel):
    """A product as Odoo has it."""

    code: str | None = Field(description="Internal reference.")
    name: str
    price: Money = Field(description="Sales price of one unit, as Odoo has it.")
    free: float | None = Field(
        description="Pieces on hand and not promised, of the branch if one is named; null of services."
    )
    unit: str | None
    barcode: str | None
    type: str = Field(description="consu or service, as Odoo says it.")
    description: str | None


class Products(BaseModel):
    """One page of products."""

    items: list[Product]
    next: int | None = Field(description="Value of `after` for the next page; null at the end.")


class CustomerReference(Asked):
    """By what the customer of an order is known."""

    id: int | None = Field(None, description="Odoo's record.", ge=1, le=2**31 - 1)
    tax_id: Text | None = None
    tax_id_type: TaxIdType | None = None
    phone: Text | None = None
    email: Text | None = None

    @model_validator(mode="after")
    def _names_somebody(self) -> "CustomerReference":
        if not (self.id or self.tax_id or self.phone or self.email):
            raise ValueError("name the customer by id, tax_id, phone or email")
        return self


class NewLine(Priced):
    """One line of an order."""

    code: Text = Field(description="The product's internal reference.")
    quantity: Annotated[Decimal, Field(description="How many; above 0.", allow_inf_nan=False)]


class NewOrder(Priced):
    """An order to be made. Prices and taxes are Odoo's; one that is sent is not heeded, and the answer says so."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"customer": {"tax_id": "1712345675"}, "lines": [{"code": "CAM-001", "quantity": 2}], "confirm": True}
            ]
        }
    )
    customer: CustomerReference
    lines: list[NewLine] = Field(min_length=1, max_length=200)
    confirm: bool = Field(False, description="Confirm it; else it stays a quotation.")
    reference: Text | None = Field(None, description="The caller's own number of the order.")
    note: Long | None = Field(None, description="Terms, or a remark for the customer.")
    delivery_date: date | None = Field(None, description="Day promised to the customer.")
    branch: Text | None = Field(None, description="Branch that sells.")


class OrderLine(BaseModel):
    """One line of an order as Odoo has it."""

    code: str | None
    name: str
    quantity: float
    unit_price: str = Field(description="Decimal text, before taxes unless Odoo's tax is included in prices.")
    discount: str = Field(description="Per cent.")
    subtotal: str
    tax: str
    total: str


class OrderCustomer(BaseModel):
    """The order's customer."""

    id: int
    name: str


class Order(BaseModel):
    """An order as Odoo has it."""

    number: str
    state: Literal["draft", "sent", "confirmed", "cancelled"]
    customer: OrderCustomer
    reference: str | None
    branch: str | None
    date: str = Field(description="When it was made or confirmed, in the company's zone.")
    delivery_date: str | None
    lines: list[OrderLine]
    untaxed: Money
    taxes: Money
    total: Money
    warnings: list[str] = Field([], description="What was not heeded, or is odd.")


class Failure(BaseModel):
    """Why a request was not carried out."""

    error: str = Field(description="What is wrong, in words.")
    code: str | None = Field(None, description="The same for programs.")
    fields: list[dict[str, str]] | None = Field(None, description="Each wrong field with its place and what is wrong.")
    review: str | None = Field(None, description="Key of the item that a person has to settle first.")


def plain(model: BaseModel) -> dict[str, Any]:
    """Return what a body says, without what it does not name and what is not heeded."""
    return model.model_dump(exclude_none=True, include=set(type(model).model_fields))
