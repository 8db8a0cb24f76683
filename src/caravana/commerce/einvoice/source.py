"""What a record of Odoo becomes: the canonical document, or what is wrong with it. The seam to the mapping of each model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from caravana.commerce.einvoice.settings import EInvoiceSettings
from caravana.kit.edocument.problem import Problem

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Wanted:
    """What is asked of a mapping.

    - `key`: the document's reference, for ever; `cod_doc`: of which type, None: what the record is
    - `settings`: the company's; `today`: its calendar day as ISO date
    - `given`: what a file adds, in the canonical form, whole or in part; None: nothing
    """

    key: str
    cod_doc: str | None
    settings: EInvoiceSettings
    today: str
    given: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Mapped:
    """The canonical document as JSON, None where it cannot be made; every problem found, warnings among them."""

    document: dict[str, Any] | None
    problems: Sequence[Problem] = ()


class Source(Protocol):
    """The mapping of one model of Odoo."""

    def fields(self, known: Mapping[str, Sequence[str]]) -> Sequence[str]:
        """Return what is read of a record, dotted where it is of a linked one; `known`: optional fields there are, by model."""
        ...

    def optional(self) -> Mapping[str, Sequence[str]]:
        """Return the fields, by model, that Odoo may have or not."""
        ...

    def mapped(self, record: Record, wanted: Wanted) -> Mapped:
        """Return what the record becomes. Pure."""
        ...


__all__ = ["Mapped", "Record", "Source", "Wanted"]
