"""The company's branches: what each is at every partner, and which branch a record of Odoo belongs to."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from caravana.kit.nearest import nearest

_SPAN = r"([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)"
_HOURS = re.compile(rf"closed|{_SPAN}(,\s*{_SPAN})*")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Code = Annotated[str, StringConstraints(pattern=r"^\d{3}$")]
"""Three digits, as the SRI writes establishments and emission points."""


class Branch(BaseModel):
    """One branch. Numbers of Odoo are record ids; what a company does not use stays out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(description="Name that customers read.")
    odoo: str = Field("odoo", description="Connection to the Odoo whose records these are.")
    company: int = Field(description="Odoo's res.company; it is the active company of every call for the branch.", gt=0)
    warehouse: int | None = Field(None, description="Odoo's stock.warehouse: stock is that of this warehouse.", gt=0)
    sale_journal: int | None = Field(None, description="Odoo's account.journal of its customer invoices.", gt=0)
    establishment: Code | None = Field(None, description="Establishment at the SRI, three digits.")
    emission_point: Code | None = Field(None, description="Emission point at the SRI, three digits.")
    bank_accounts: tuple[str, ...] = Field((), description="Numbers of the accounts that customers pay into.")
    payment_store: str | None = Field(None, description="Connection to the payment company for card payments.")
    whatsapp_number: str | None = Field(None, description="Phone number id at WhatsApp Business.")
    facebook_page: str | None = Field(None, description="Id of the Facebook page.")
    hours: dict[str, str] = Field(
        default_factory=dict,
        description="Opening hours by day (mon … sun), e.g. `09:00-13:00, 15:00-18:30` or `closed`.",
    )

    @field_validator("hours")
    @classmethod
    def _days(cls, hours: dict[str, str]) -> dict[str, str]:
        for day, text in hours.items():
            if day not in DAYS:
                raise ValueError(f"`{day}` is no day; write one of {', '.join(DAYS)} {nearest(day, DAYS)}".rstrip())
            if not _HOURS.fullmatch(text):
                raise ValueError(f"`{day}`: write hours as 09:00-13:00, 15:00-18:30, or closed")
        return hours


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

    def of(self, record: Mapping[str, Any], connection: str = "odoo") -> str | None:
        """Return the branch of a record as read from Odoo: by its warehouse, journal and company, where it has them.

        None when no branch fits, or more than one does: a person has to say, nothing is guessed.
        """
        candidates = (name for name, one in self._branches.items() if one.odoo == connection and _fits(one, record))
        return _only(candidates)


def _fits(branch: Branch, record: Mapping[str, Any]) -> bool:
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


def _only(names: Iterable[str]) -> str | None:
    found = list(names)
    return found[0] if len(found) == 1 else None


__all__ = ["DAYS", "Branch", "Branches"]
