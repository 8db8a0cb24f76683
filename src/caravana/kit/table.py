"""A table that a partner sends as a text file or a workbook: its rows with their numbers, under strict bounds, and its cells.

CaravanaError
└── TableRefused        the file, or a row of it, cannot be read
"""

import csv
import io
import re
import unicodedata
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

from caravana.kit.errors import CaravanaError

LARGEST_UNPACKED = 200 * 1024 * 1024
"""Bytes that a workbook may come to when it is unpacked."""
MOST_ROWS = 200_000
MOST_COLUMNS = 200
WIDEST = 32_768
"""Characters of one cell."""
Cell = str | Decimal | date | None
_WIDE = {
    ",": re.compile(r"(\d{1,15}|\d{1,3}(\.\d{3}){1,4})(,\d{1,6})?"),
    ".": re.compile(r"(\d{1,15}|\d{1,3}(,\d{3}){1,4})(\.\d{1,6})?"),
}


class TableRefused(CaravanaError):
    """`reason`: what is wrong; `line` counts from 1: of the text, or the row of a sheet; None: the file as a whole."""

    def __init__(self, reason: str, *, line: int | None = None) -> None:
        """`reason`: what is wrong, and where it helps what to do."""
        self.reason = reason
        self.line = line
        super().__init__(f"line {line}: {reason}" if line else reason)


class Layout(Protocol):
    """How a file is divided."""

    @property
    def encodings(self) -> Sequence[str]:
        """Encodings of a text file, tried in turn."""
        ...

    @property
    def delimiter(self) -> str:
        """What divides the columns of a text file."""
        ...

    @property
    def sheet(self) -> str | None:
        """Name of the sheet of a workbook; None: the first."""
        ...


@dataclass(frozen=True)
class Row:
    """One row; `line` as a person counts, from 1."""

    line: int
    cells: tuple[Cell, ...]

    def cell(self, index: int | None) -> Cell:
        """Return a cell, None where the row is shorter."""
        return self.cells[index] if index is not None and index < len(self.cells) else None

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands in it."""
        return all(one in (None, "") for one in self.cells)


def is_workbook(content: bytes) -> bool:
    """Whether it begins as a workbook (a zip archive) does."""
    return content.startswith(b"PK\x03\x04")


def rows(content: bytes, layout: Layout) -> list[Row]:
    """Return the rows of a file. Raises `TableRefused`."""
    if content.startswith(b"%PDF"):
        raise TableRefused("it is a PDF: get the same as CSV or XLSX")
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise TableRefused("it is a workbook of the old kind (.xls): save it as .xlsx or CSV")
    read = _of_workbook(content, layout.sheet) if is_workbook(content) else _of_text(content, layout)
    found = []
    for row in read:
        if row.line > MOST_ROWS or len(row.cells) > MOST_COLUMNS:
            raise TableRefused(f"it has more than {MOST_ROWS} rows or {MOST_COLUMNS} columns", line=row.line)
        found.append(row)
    return found


def _of_text(content: bytes, layout: Layout) -> Iterator[Row]:
    text = _decoded(content, layout)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=layout.delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            yield Row(line, tuple(one.strip() for one in cells))
            line = reader.line_num + 1
    except csv.Error:
        told = "a row cannot be divided into columns: is a quotation mark missing, or one too many?"
        raise TableRefused(told, line=reader.line_num) from None


def _decoded(content: bytes, layout: Layout) -> str:
    wrong: UnicodeDecodeError | None = None
    for encoding in layout.encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError as error:
            wrong = wrong or error
            continue
        if "\0" in text:
            line = text.count("\n", 0, text.index("\0")) + 1
            raise TableRefused(f"it is not in {', '.join(layout.encodings)}: it has zero bytes", line=line)
        return text
    where = content.count(b"\n", 0, wrong.start) + 1 if wrong is not None else None
    raise TableRefused(f"it is not in {', '.join(layout.encodings)}", line=where)


def _of_workbook(content: bytes, sheet: str | None) -> Iterator[Row]:
    from openpyxl import load_workbook  # heavy, and most files are none

    _bounded(content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions, which nobody reads here
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            page = book[sheet] if sheet is not None else book.worksheets[0]
            for number, values in enumerate(page.iter_rows(values_only=True), 1):
                yield Row(number, tuple(_cell(one, number) for one in values))
    except TableRefused:
        raise
    except KeyError:
        raise TableRefused(f"the workbook has no sheet `{sheet}`") from None
    except Exception as error:  # the library raises whatever a broken workbook makes it stumble over
        raise TableRefused(f"the workbook cannot be read ({type(error).__name__})") from None


def _bounded(content: bytes) -> None:
    """Refuse what would unpack to far more than it is, and document types. Raises `TableRefused`."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        size = sum(one.file_size for one in archive.infolist())
        heads = {} if size > LARGEST_UNPACKED else {one.filename: _head(archive, one) for one in archive.infolist()}
    except Exception as error:  # the library raises many kinds of error over a damaged archive
        raise TableRefused(f"it is no whole workbook ({type(error).__name__})") from None
    if size > LARGEST_UNPACKED:
        raise TableRefused(f"unpacked the workbook would have {size} bytes")
    if "[Content_Types].xml" not in heads:
        raise TableRefused("it is an archive and no workbook: unpack it, and import the files in it")
    for name, head in heads.items():
        if b"<!DOCTYPE" in head:
            raise TableRefused(f"`{name}` in the workbook has a DOCTYPE")


def _head(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bytes:
    with archive.open(part) as opened:
        return opened.read(4096)


def _cell(value: Any, line: int) -> Cell:
    """A cell as text, exact number or day; numbers of a workbook are binary, their shortest text is meant."""
    if value is None or isinstance(value, bool):
        return None if value is None else str(value)
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, int | float):
        return Decimal(str(round(value, 6) if isinstance(value, float) else value))
    text = str(value).strip()
    if len(text) > WIDEST:
        raise TableRefused("a cell is far too long", line=line)
    return text


def plain(text: str) -> str:
    """Return a heading or word without case, accents and further spaces."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(one for one in folded if not unicodedata.combining(one)).split()).strip(" :")


def read_number(text: str, decimal: str, line: int | None) -> Decimal:
    """Return a number with the decimal sign `decimal`; `$`, spaces and a sign before or behind, or brackets, may stand with it.

    Raises `TableRefused`.
    """
    bare = re.sub(r"[$\s\u00a0]|USD", "", text)
    negative = bare.startswith(("-", "(")) or bare.endswith("-")
    bare = bare.removeprefix("(").removesuffix(")").removeprefix("+").strip("-")
    if not _WIDE[decimal].fullmatch(bare):
        raise TableRefused(f"`{text[:30]}` is no amount with the decimal sign `{decimal}`", line=line)
    whole, _, rest = bare.partition(decimal)
    value = Decimal(re.sub(r"[.,]", "", whole) + ("." + rest if rest else ""))
    return -value if negative else value


def text_of(cell: Cell) -> str | None:
    """Return a cell as text, None for an empty one; a whole number of a workbook is a number without places."""
    if isinstance(cell, Decimal) and cell == cell.to_integral_value():
        return str(int(cell))
    return " ".join(str(cell).split()) or None if cell is not None else None


__all__ = ["Cell", "Layout", "Row", "TableRefused", "is_workbook", "plain", "read_number", "rows", "text_of"]
