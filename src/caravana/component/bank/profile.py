"""Profiles: how one bank writes its downloads, as data.

Shipped ones lie in `profiles/`; a company's own in the folder that the setting `bank.profiles` names.
"""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal, Self, TypeVar

from pydantic import Field, model_validator

from caravana.kit.codec import canonical_hash
from caravana.kit.errors import ConfigurationError
from caravana.kit.nearest import nearest
from caravana.kit.options import Options, read_options
from caravana.kit.profile import Encodings, Names, read_profile_file

SHIPPED = Path(__file__).parent / "profiles"
P = TypeVar("P")
M = TypeVar("M", bound=Options)


class Columns(Options):
    """Which column holds what: its heading, or several that the bank has used. Headings ignore case, accents and spaces."""

    date: Names = Field(description="Booking date.")
    value_date: Names = Field((), description="Value date.")
    amount: Names = Field((), description="Amount, where one column holds credits and debits.")
    credit: Names = Field((), description="Credits, where they have a column of their own.")
    debit: Names = Field((), description="Debits, where they have a column of their own.")
    type: Names = Field((), description="Column that says whether it is a credit or a debit.")
    balance: Names = Field(description="Balance of the account after the entry; it proves that all was read rightly.")
    text: Names = Field((), description="Concept or description.")
    reference: Names = Field((), description="Document number or other reference by the bank.")
    name: Names = Field((), description="Name of the other side.")
    counterparty: Names = Field((), description="Account of the other side.")
    tax_id: Names = Field((), description="Cédula or RUC of the other side.")

    @model_validator(mode="after")
    def _amounts(self) -> Self:
        if bool(self.amount) == bool(self.credit or self.debit):
            raise ValueError("name either `amount`, or `credit` and `debit`")
        if bool(self.credit) != bool(self.debit):
            raise ValueError("`credit` and `debit` come together")
        return self


class Profile(Options):
    """A bank's download."""

    name: str = Field(description="Name of the profile: that of its file.")
    title: str = Field("", description="Bank and download, for people.")
    columns: Columns = Field(description="Which column holds what.")
    currency: str = Field("USD", description="ISO 4217 code of all amounts.")
    account: str | None = Field(None, description="The account's number, where all files are of one account.")
    account_label: Names = Field((), description="Text above the table after which the account's number stands.")
    encodings: Encodings = Field(("utf-8-sig", "cp1252"), description="Encodings of a text file, tried in turn.")
    formats: tuple[Literal["csv", "xlsx"], ...] = Field(("csv",), description="Kinds of file that look so.")
    delimiter: str = Field(";", description="What divides the columns of a text file.", min_length=1, max_length=1)
    sheet: str | None = Field(None, description="Name of the sheet of a workbook; default the first.")
    header_rows: int = Field(
        1, ge=1, le=3, description="Rows that the headings take; those of a column are read together."
    )
    dates: Names = Field(description="Forms of dates, as in Python's strptime, tried in turn.")
    decimal: Literal[",", "."] = Field(description="The decimal sign.")
    credit_words: Names = Field((), description="Words of the column `type` for money that comes in.")
    debit_words: Names = Field((), description="Words of the column `type` for money that goes out.")
    end_words: Names = Field((), description="Beginnings of a row after which the table is over (Total …).")

    @model_validator(mode="after")
    def _types(self) -> Self:
        if bool(self.columns.type) != bool(self.credit_words and self.debit_words):
            raise ValueError("a column `type` needs `creditWords` and `debitWords`, and they need it")
        if self.columns.type and not self.columns.amount:
            raise ValueError("a column `type` goes with a column `amount`")
        return self

    @property
    def mark(self) -> str:
        """Another one whenever what it says is another: what was proven of the one is not of the other."""
        return f"{self.name}@{canonical_hash(self.model_dump(mode='json'))}"


def load_profiles(folder: Path | None = None) -> dict[str, Profile]:
    """Return all profiles of downloads, a company's own before the shipped ones. Raises `ConfigurationError`."""
    return load_kind(Profile, "columns", folder)


def load_kind(model: type[M], sign: str, folder: Path | None) -> dict[str, M]:
    """Return the profiles whose file has the key `sign`, a company's own before the shipped ones. Raises `ConfigurationError`."""
    read = {path.stem: _read(model, sign, path, path.stat().st_mtime_ns) for path in profile_files(folder)}
    return {name: profile for name, profile in read.items() if profile is not None}


@lru_cache(200)
def _read(model: type[M], sign: str, path: Path, written: int) -> M | None:
    """The profile in a file as it was `written`; None for one of another kind."""
    values = read_profile_file(path)
    if sign not in values:
        return None
    return read_options(model, {"name": path.stem, **values}, place=str(path))


def profile_files(folder: Path | None) -> list[Path]:
    """Return the files of profiles, a company's own last. Raises `ConfigurationError` when its folder is not there."""
    if folder is not None and not folder.is_dir():
        raise ConfigurationError("there is no such folder", place=f"settings.bank.profiles: {folder}")
    folders = (SHIPPED, folder) if folder is not None else (SHIPPED,)
    return [path for one in folders for path in sorted(one.glob("*.yaml"))]


def chosen(profiles: Mapping[str, P], name: str) -> P:
    """Return the profile `name`. Raises `ConfigurationError` with the nearest right name."""
    if name not in profiles:
        suggestion = nearest(name, profiles) or f"there are: {', '.join(sorted(profiles))}"
        raise ConfigurationError(f"there is no bank profile `{name}`", suggestion=suggestion)
    return profiles[name]
