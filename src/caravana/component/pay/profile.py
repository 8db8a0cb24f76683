"""Profiles of settlement files: how one company writes what it paid out, as data.

Shipped ones lie in `profiles/`, named after the company's scheme; a company's own in the folder that the setting
`cards.settlement.profiles` names.
"""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from caravana.kit.errors import ConfigurationError
from caravana.kit.nearest import nearest
from caravana.kit.options import Options, read_options
from caravana.kit.profile import Encodings, Names, read_profile_file

SHIPPED = Path(__file__).parent / "profiles"
FOLDER = "cards.settlement.profiles"
"""Setting: the folder of a company's own profiles."""
OF_ACCOUNT = "cards.settlement.profile"
"""Setting, with the account's connection behind it: the profile of its files, where it is not called as the component."""


class Columns(Options):
    """Which column holds what: its heading, or several tried in turn. Headings ignore case, accents and spaces."""

    payment: Names = Field((), description="The company's number of the payment that the line is about.")
    reference: Names = Field((), description="Our reference of the payment (CV42-1).")
    number: Names = Field((), description="The line's own number, where a refund or chargeback has one.")
    kind: Names = Field((), description="What the line is; without it a negative amount is a refund.")
    date: Names = Field(description="Day of the payment, refund or chargeback, in the company's zone.")
    amount: Names = Field(description="What the customer paid or got back.")
    currency: Names = Field((), description="ISO 4217 code of the line's amounts.")
    fee: Names = Field((), description="What the company keeps.")
    deductions: Names = Field((), description="What else is kept (taxes): every one of these columns that there is.")
    net: Names = Field((), description="What is paid out for the line.")

    @model_validator(mode="after")
    def _named(self) -> Self:
        if not (self.payment or self.reference):
            raise ValueError("name `payment` or `reference`: a line must say which payment it is about")
        return self


class Kinds(Options):
    """The words of the column `kind`; they ignore case and accents."""

    payment: Names = Field((), description="A customer paid.")
    refund: Names = Field((), description="Money went back to the customer.")
    reversal: Names = Field((), description="The payment was undone before it was settled; for the books a refund.")
    chargeback: Names = Field((), description="The customer's bank took the money back (dispute).")
    ignored: Names = Field((), description="Lines that are of no payment: they are passed over.")


class Profile(Options):
    """A company's settlement file."""

    name: str = Field(description="Name of the profile: that of its file.")
    title: str = Field("", description="Company and file, for people.")
    columns: Columns = Field(description="Which column holds what.")
    kinds: Kinds = Field(Kinds(), description="What the words of the column `kind` mean.")
    currency: str | None = Field(None, description="ISO 4217 code of all amounts, where the file does not say it.")
    encodings: Encodings = Field(("utf-8-sig", "cp1252"), description="Encodings of a text file, tried in turn.")
    formats: tuple[Literal["csv", "xlsx"], ...] = Field(("csv", "xlsx"), description="Kinds of file that look so.")
    delimiter: str = Field(",", description="What divides the columns of a text file.", min_length=1, max_length=1)
    sheet: str | None = Field(None, description="Name of the sheet of a workbook; default the first.")
    dates: Names = Field(description="Forms of dates, as in Python's strptime, tried in turn.")
    decimal: Literal[",", "."] = Field(description="The decimal sign.")
    proof: bool = Field(True, description="Whether amount, less fee and deductions, must be the net where it stands.")
    end_words: Names = Field((), description="Beginnings of a row after which the table is over (Total …).")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if bool(self.columns.kind) != bool(self.kinds.payment):
            raise ValueError("a column `kind` needs words of `kinds`, `payment` at least, and they need it")
        if not (self.columns.currency or self.currency):
            raise ValueError("say the `currency`, or in which of the `columns` it stands")
        return self


def load_profiles(folder: Path | None = None) -> dict[str, Profile]:
    """Return all profiles, a company's own before the shipped ones of the same name. Raises `ConfigurationError`."""
    if folder is not None and not folder.is_dir():
        raise ConfigurationError("there is no such folder", place=f"settings.{FOLDER}: {folder}")
    folders = (SHIPPED,) if folder is None else (SHIPPED, folder)
    return {path.stem: _read(path) for one in folders for path in sorted(one.glob("*.yaml"))}


def chosen(profiles: dict[str, Profile], name: str) -> Profile:
    """Return the profile `name`. Raises `ConfigurationError` with the nearest right name."""
    if name not in profiles:
        suggestion = nearest(name, profiles) or f"there are: {', '.join(sorted(profiles))}"
        raise ConfigurationError(f"there is no settlement profile `{name}`", suggestion=suggestion)
    return profiles[name]


def _read(path: Path) -> Profile:
    return read_options(Profile, {"name": path.stem, **read_profile_file(path)}, place=str(path))
