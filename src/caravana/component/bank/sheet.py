"""Rows of a text file or a workbook, each with its number, under strict bounds."""

import csv
import io
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from caravana.component.bank.errors import StatementRefused
from caravana.component.bank.profile import Profile

LARGEST_UNPACKED = 200 * 1024 * 1024
"""Bytes that a workbook may come to when it is unpacked."""
MOST_ROWS = 200_000
MOST_COLUMNS = 200
WIDEST = 32_768
"""Characters of one cell."""
Cell = str | Decimal | date | None


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


def rows(content: bytes, profile: Profile) -> list[Row]:
    """Return the rows of a file. Raises `StatementRefused`."""
    read = _of_workbook(content, profile.sheet) if is_workbook(content) else _of_text(content, profile)
    found = []
    for row in read:
        if row.line > MOST_ROWS or len(row.cells) > MOST_COLUMNS:
            raise StatementRefused(f"it has more than {MOST_ROWS} rows or {MOST_COLUMNS} columns", line=row.line)
        found.append(row)
    return found


def _of_text(content: bytes, profile: Profile) -> Iterator[Row]:
    text = _decoded(content, profile)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=profile.delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            yield Row(line, tuple(one.strip() for one in cells))
            line = reader.line_num + 1
    except csv.Error as error:
        raise StatementRefused(f"a row cannot be divided into columns: {error}", line=reader.line_num) from None


def _decoded(content: bytes, profile: Profile) -> str:
    wrong: UnicodeDecodeError | None = None
    for encoding in profile.encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError as error:
            wrong = wrong or error
            continue
        if "\0" in text:
            line = text.count("\n", 0, text.index("\0")) + 1
            raise StatementRefused(f"it is not in {' or '.join(profile.encodings)}: it has zero bytes", line=line)
        return text
    where = content.count(b"\n", 0, wrong.start) + 1 if wrong is not None else None
    raise StatementRefused(f"it is not in {' or '.join(profile.encodings)}", line=where)


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
    except StatementRefused:
        raise
    except KeyError:
        raise StatementRefused(f"the workbook has no sheet `{sheet}`") from None
    except Exception as error:  # the library raises whatever a broken workbook makes it stumble over
        raise StatementRefused(f"the workbook cannot be read ({type(error).__name__})") from None


def _bounded(content: bytes) -> None:
    """Refuse what would unpack to far more than it is, and document types. Raises `StatementRefused`."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        size = sum(one.file_size for one in archive.infolist())
        heads = {} if size > LARGEST_UNPACKED else {one.filename: _head(archive, one) for one in archive.infolist()}
    except Exception as error:  # the library raises many kinds of error over a damaged archive
        raise StatementRefused(f"it is no whole workbook ({type(error).__name__})") from None
    if size > LARGEST_UNPACKED:
        raise StatementRefused(f"unpacked the workbook would have {size} bytes")
    for name, head in heads.items():
        if b"<!DOCTYPE" in head:
            raise StatementRefused(f"`{name}` in the workbook has a DOCTYPE")


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
        raise StatementRefused("a cell is far too long", line=line)
    return text
