"""What became of a file, for people and programs."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

TAKEN = "taken"
HELD = "held"
"""Stored with the reason; of a statement: nothing of it is money."""
REFUSED = "refused"
"""Stored with the reason; nothing of it could be read."""

PASSED = "passed"
"""Not stored: among the files of a folder, one that is no statement of any kind."""


@dataclass(frozen=True)
class StatementReport:
    """One statement. `new`, `known`, `doubtful` and `other` (no money) count entries; `keys` are those kept in the store."""

    account: str
    form: str
    id: str
    state: str
    entries: int
    currency: str
    credits: Decimal
    debits: Decimal
    closes: bool | None
    new: int = 0
    known: int = 0
    doubtful: int = 0
    other: int = 0
    line: int | None = None
    reasons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return it as a JSON-able value; amounts are texts."""
        return {
            **self.__dict__,
            "credits": str(self.credits),
            "debits": str(self.debits),
            "reasons": list(self.reasons),
            "notes": list(self.notes),
            "keys": list(self.keys),
        }


@dataclass(frozen=True)
class FileReport:
    """One file. `digest`: SHA-256 of its bytes, its name in the store; `again`: it was imported before."""

    name: str
    digest: str
    state: str
    statements: tuple[StatementReport, ...] = ()
    reason: str | None = None
    line: int | None = None
    again: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return it as a JSON-able value."""
        return {**self.__dict__, "statements": [one.as_json() for one in self.statements]}
