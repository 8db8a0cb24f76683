"""The company's branches: what each is at every partner, and which branch a record of Odoo belongs to."""

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

from caravana.kit.errors import NoBranch
from caravana.kit.ports import Context

_SPAN = r"([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)"
_HOURS = re.compile(rf"closed|{_SPAN}(,\s*{_SPAN})*")
_CODE = re.compile(r"(?!000)\d{3}", re.ASCII)
_WORD = re.compile(r"[\w-]+")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
TELLING = ("company_id", "warehouse_id", "journal_id")
"""Fields of Odoo's records that tell the branch."""

Record = Mapping[str, Any]


def _digits(value: object) -> object:
    """YAML reads 001 as the number 1: what has digits is text here, and its zeros count."""
    if isinstance(value, int):
        raise ValueError("write it in quotes, e.g. '001': it is a text of digits, not a number")
    return value


def _code(text: str) -> str:
    if not _CODE.fullmatch(text):
        raise ValueError("write three digits from '001' to '999', in quotes")
    return text


def _word(text: str) -> str:
    if not _WORD.fullmatch(text):
        raise ValueError("the name of a branch is one word: letters, digits, dash or underscore")
    return text


Digits = Annotated[str, BeforeValidator(_digits), StringConstraints(min_length=1, strip_whitespace=True)]
"""A number that is a name: a bank account, a phone number's id."""
Code = Annotated[str, BeforeValidator(_digits), AfterValidator(_code)]
"""Three digits from 001 on, as the SRI writes establishments and emission points."""
Name = Annotated[str, AfterValidator(_word)]
"""What exchanges carry and commands take: one word."""


class Branch(BaseModel):
    """One branch. Numbers of Odoo are record ids; what a company does not use stays out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(description="Name that customers read.")
    odoo: str = Field("odoo", description="Connection to the Odoo whose records these are.")
    company: int = Field(description="Odoo's res.company; it is the active company of every call for the branch.", gt=0)
    warehouse: int | None = Field(None, description="Odoo's stock.warehouse: stock is that of this warehouse.", gt=0)
    sale_journal: int | None = Field(None, description="Odoo's account.journal of its customer invoices.", gt=0)
    card_journal: int | None = Field(
        None,
        description="Odoo's account.journal of its card payments; else the company's first that is no other branch's.",
        gt=0,
    )
    establishment: Code | None = Field(None, description="Establishment at the SRI, three digits in quotes.")
    emission_point: Code | None = Field(None, description="Emission point at the SRI, three digits in quotes.")
    bank_accounts: tuple[Digits, ...] = Field((), description="Numbers of the accounts that customers pay into.")
    payment_store: str | tuple[str, ...] | None = Field(
        None, description="Connection to the payment company for card payments; a list where customers may choose."
    )
    whatsapp_number: Digits | None = Field(None, description="Phone number id at WhatsApp Business.")
    facebook_page: Digits | None = Field(None, description="Id of the Facebook page.")
    person: str | int | None = Field(None, description="Login or number of the Odoo user who gets the branch's tasks.")
    hours: dict[str, str] = Field(
        default_factory=dict,
        description="Opening hours by day (mon … sun), e.g. `09:00-13:00, 15:00-18:30` or `closed`.",
    )

    @property
    def payment_stores(self) -> tuple[str, ...]:
        """The connections to payment companies, the one that is offered first before the others."""
        found = self.payment_store
        return (found,) if isinstance(found, str) else tuple(found or ())

    @field_validator("payment_store")
    @classmethod
    def _each_once(cls, stores: str | tuple[str, ...] | None) -> str | tuple[str, ...] | None:
        if isinstance(stores, tuple) and (not stores or len(set(stores)) < len(stores)):
            raise ValueError("name each connection once, and at least one; leave it out for none")
        return stores

    @field_validator("hours")
    @classmethod
    def _days(cls, hours: dict[str, str]) -> dict[str, str]:
        wrong = [text for day, spans in hours.items() if (text := _wrong_day(day, spans))]
        if wrong:
            raise ValueError("; ".join(wrong))
        return hours

    @model_validator(mode="after")
    def _whole_point(self) -> "Branch":
        if (self.establishment is None) != (self.emission_point is None):
            raise ValueError("`establishment` and `emission_point` go together: write both or none")
        return self


class Branches(Mapping[str, Branch]):
    """All branches by name."""

    def __init__(self, branches: Mapping[str, Branch]) -> None:
        """`branches`: by the name that exchanges carry."""
        self._branches = dict(branches)

    def __getitem__(self, name: str) -> Branch:
        """Return the branch of that name."""
        return self._branches[name]

    def __iter__(self) -> Iterator[str]:
        """Yield the names in the configuration's order."""
        return iter(self._branches)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._branches)

    def of(self, record: Record, connection: str = "odoo") -> str | None:
        """Return the branch of a record as read from Odoo: by its warehouse, journal and company, where it has them.

        None when no branch fits, or more than one does: a person has to say, nothing is guessed.
        """
        found = self.fitting(record, connection)
        return found[0] if len(found) == 1 else None

    def fitting(self, record: Record, connection: str = "odoo") -> list[str]:
        """Return the branches that a record may belong to."""
        return [name for name, one in self._branches.items() if one.odoo == connection and _fits(one, record)]

    def place(self, record: Record, connection: str = "odoo") -> str:
        """Return the branch of a record. Raises `NoBranch`, which says what the record has and what to do."""
        found = self.fitting(record, connection)
        if len(found) == 1:
            return found[0]
        has = told(record)
        if found:
            raise NoBranch(
                f"{has} may be of several branches: {', '.join(found)}; tell them apart in the configuration"
            )
        known = ", ".join(self._branches) or "none"
        raise NoBranch(f"{has} is of no configured branch (there are: {known}); add the branch it belongs to")


def branches_of(context: Context) -> Branches:
    """Return the company's branches."""
    return Branches(context.setting("branches") or {})


def place_of(record: Record, connection: str, model: str) -> dict[str, Any] | None:
    """Return what of a record tells its branch, with its Odoo and name; None when it tells nothing (a customer of all)."""
    said = {name: record[name] for name in TELLING if record.get(name)}
    return {"odoo": connection, "record": f"{model},{record['id']}", **said} if said else None


def told(record: Record) -> str:
    """Return in words what a record or place has: `sale.order,5 of company 3 (Sur S.A.), warehouse 2 (Bodega Sur)`."""
    parts = [f"{name.removesuffix('_id')} {_shown(record[name])}" for name in TELLING if record.get(name)]
    return f"{record.get('record', 'a record')} of {', '.join(parts) or 'no company'}"


def alike(one: Branch, other: Branch) -> bool:
    """Whether some record would fit both: same company, and neither warehouse nor journal parts them."""
    same = (one.odoo, one.company) == (other.odoo, other.company)
    pairs = ((one.warehouse, other.warehouse), (one.sale_journal, other.sale_journal))
    return same and not any(ours and theirs and ours != theirs for ours, theirs in pairs)


def _fits(branch: Branch, record: Record) -> bool:
    """Whether nothing that both name differs."""
    pairs = (
        (branch.company, record.get("company_id")),
        (branch.warehouse, record.get("warehouse_id")),
        (branch.sale_journal, record.get("journal_id")),
    )
    said = [(ours, _id(theirs)) for ours, theirs in pairs if theirs]
    return bool(said) and all(ours is None or ours == theirs for ours, theirs in said)


def _id(value: Any) -> int:
    """The id of a many2one as read: [id, name], or the id alone."""
    return int(value[0] if isinstance(value, list | tuple) else value)


def _shown(value: Any) -> str:
    return f"{value[0]} ({value[1]})" if isinstance(value, list | tuple) and len(value) > 1 else str(_id(value))


def _wrong_day(day: str, spans: str) -> str:
    """What is wrong with the hours of a day, or nothing."""
    if day not in DAYS:
        return f"`{day}` is no day: write one of {', '.join(DAYS)}"
    if not _HOURS.fullmatch(spans) or not _in_order(spans):
        return f"`{day}`: write hours in their order as 09:00-13:00, 15:00-18:30, or closed"
    return ""


def _in_order(text: str) -> bool:
    """Whether the spans of a day come one after the other, each ending after it began."""
    times = [] if text == "closed" else [time for span in text.split(",") for time in span.strip().split("-")]
    return all(before < after for before, after in pairwise(times))


__all__ = ["DAYS", "TELLING", "Branch", "Branches", "Name", "alike", "branches_of", "place_of", "told"]
