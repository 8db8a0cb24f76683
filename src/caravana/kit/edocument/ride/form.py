"""The parts of a printed form, still without any layout: sections with pairs and columns, totals, payments."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from caravana.kit.ecuador import ECUADOR
from caravana.kit.edocument.codes import ENVIRONMENTS

Pair = tuple[str, str]
"""A label and what is told."""
Align = Literal["left", "right", "center"]


class NotPrintable(Exception):
    """The bytes are no electronic document."""


@dataclass(frozen=True)
class Authorised:
    """What the SRI said: number (the clave) and moment (ISO 8601 with offset) of the authorisation, where they are told."""

    number: str | None
    at: str | None

    @property
    def moment(self) -> str:
        """Day and time in Ecuador; what is no moment is told as it came."""
        try:
            found = datetime.fromisoformat(self.at or "")
        except ValueError:
            return self.at or ""
        return f"{found.astimezone(ECUADOR) if found.tzinfo else found:%d/%m/%Y %H:%M:%S}"


@dataclass(frozen=True)
class Column:
    """A column of a table: `share` of its width; left out when all its cells are empty, where `optional`.

    In a cell of a `noted` column what stands behind the first line feed is a note to what stands before it.
    """

    title: str
    share: float
    align: Align = "left"
    optional: bool = False
    noted: bool = False


@dataclass(frozen=True)
class Section:
    """A block of the form: a title, pairs, and a table; each may be missing."""

    title: str = ""
    pairs: tuple[Pair, ...] = ()
    columns: tuple[Column, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Paper:
    """One printed form."""

    cod_doc: str
    title: str
    numero: str
    ruc: str
    clave: str
    ambiente: str
    razon_social: str
    nombre_comercial: str
    legends: tuple[Pair, ...]
    authorised: Authorised | None
    sections: tuple[Section, ...]
    totals: tuple[Pair, ...] = ()
    payments: tuple[tuple[str, str, str], ...] = ()
    additional: tuple[Pair, ...] = ()

    @property
    def is_test(self) -> bool:
        """Whether it counts for nothing."""
        return self.ambiente == "1"


def environment_word(paper: Paper) -> str:
    """Return PRUEBAS or PRODUCCIÓN."""
    found = ENVIRONMENTS.get(paper.ambiente)
    return found.es if found else paper.ambiente


def shown_columns(section: Section) -> tuple[Sequence[Column], list[tuple[str, ...]]]:
    """Return columns and rows of a section without the optional columns in which nothing stands."""
    places = [
        place
        for place, column in enumerate(section.columns)
        if not column.optional or any(row[place] for row in section.rows)
    ]
    columns = [section.columns[place] for place in places]
    return columns, [tuple(row[place] for place in places) for row in section.rows]
