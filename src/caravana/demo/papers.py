"""What became of each electronic document, judged by the tax authority's register, Odoo's files and the mails. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

TYPES: Mapping[str, tuple[str, str]] = {
    "01": ("factura", "FAC"),
    "03": ("liquidación", "LIQ"),
    "04": ("nota de crédito", "NC"),
    "05": ("nota de débito", "ND"),
    "06": ("guía de remisión", "GR"),
    "07": ("retención", "RET"),
}
"""The SRI's code of a type → its name in Ecuador, and how the names of its files begin."""
AUTHORISED, TAKEN = "AUTORIZADO", "RECIBIDA"
Fate = StrEnum("Fate", ("PLAIN", "CUT", "RETURNED", "AWAY"))
PLAIN, CUT, RETURNED, AWAY = Fate
"""What happens to a document on its way: nothing, its answer is cut, it is returned, the authority is away."""


@dataclass(frozen=True)
class Paper:
    """A document that has to be authorised, and what happens to it on its way."""

    cod_doc: str
    number: str
    record: str
    """In Odoo: `account.move,5`."""
    fate: Fate = PLAIN

    @property
    def file(self) -> str:
        """The name of its files, without the ending."""
        return f"{TYPES[self.cod_doc][1]}-{self.number}"


@dataclass(frozen=True)
class Evidence:
    """What others have of the documents.

    - `register`: the authority's documents; `receipts`: every call of its reception, with its answer
    - `files`: names of files on Odoo's records; `mails`: names of the files in each mail
    """

    register: Sequence[Mapping[str, Any]]
    receipts: Sequence[Mapping[str, Any]]
    files: Sequence[str]
    mails: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Kind:
    """The documents of one type: how many are wanted, and what became of them."""

    cod_doc: str
    wanted: int
    authorised: int
    twice: int
    lost: int
    in_odoo: int
    mailed: int

    @property
    def is_right(self) -> bool:
        """Whether each is authorised once, and back in Odoo and with its receiver once."""
        ended = self.authorised == self.in_odoo == self.mailed == self.wanted
        return ended and not (self.twice or self.lost)


@dataclass(frozen=True)
class Journey:
    """What a document that had trouble went through; `answers`: those of the authority's reception, in their order."""

    fate: Fate
    number: str
    answers: Sequence[str]
    authorised: bool

    @property
    def is_right(self) -> bool:
        """Whether the trouble was there, and it ended well: what was cut was not handed in again, what was returned was."""
        wanted = {RETURNED: ["DEVUELTA", TAKEN]}.get(self.fate, [TAKEN])
        return self.authorised and list(self.answers) == wanted


def kinds(papers: Sequence[Paper], found: Evidence) -> list[Kind]:
    """Count by type. An authorised document that nobody wanted counts as issued twice: it is one under another number."""
    return [_kind(cod_doc, [one for one in papers if one.cod_doc == cod_doc], found) for cod_doc in TYPES]


def _kind(cod_doc: str, papers: Sequence[Paper], found: Evidence) -> Kind:
    numbers = [one["numero"] for one in found.register if one["codDoc"] == cod_doc and one["estado"] == AUTHORISED]
    done = sum(one.number in numbers for one in papers)
    in_odoo = sum(all(found.files.count(f"{one.file}.{end}") == 1 for end in ("xml", "pdf")) for one in papers)
    mailed = sum(sum(f"{one.file}.pdf" in names for names in found.mails) == 1 for one in papers)
    return Kind(cod_doc, len(papers), done, len(numbers) - done, len(papers) - done, in_odoo, mailed)


def journeys(papers: Sequence[Paper], found: Evidence) -> list[Journey]:
    """Return what those went through that had trouble on their way."""
    return [_journey(one, found) for one in papers if one.fate != PLAIN]


def _journey(one: Paper, found: Evidence) -> Journey:
    claves = {each["clave"] for each in found.register if (each["codDoc"], each["numero"]) == (one.cod_doc, one.number)}
    answers = [
        each["estado"] for each in found.receipts if each["numero"] == one.number and _cod_doc(each) == one.cod_doc
    ]
    done = [each for each in found.register if each["clave"] in claves and each["estado"] == AUTHORISED]
    return Journey(one.fate, one.number, answers, len(done) == 1)


def _cod_doc(receipt: Mapping[str, Any]) -> str:
    """The type of a document that was handed in: digits 9 and 10 of its clave."""
    return str(receipt["clave"])[8:10]
