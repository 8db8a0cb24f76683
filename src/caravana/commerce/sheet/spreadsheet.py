"""A CSV or XLSX file as headings and rows, read row by row and as often as wanted, so that a large one costs no memory.

SpreadsheetError: the file as a whole cannot be taken; the message says where and what to do.
"""

import codecs
import csv
import warnings
import zipfile
from abc import ABC, abstractmethod
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from caravana.kit.errors import CaravanaError
from caravana.kit.nearest import nearest

MEBIBYTE = 1024 * 1024
MOST_ROWS = 100_000
MOST_BYTES = 50 * MEBIBYTE
MOST_UNPACKED = 500 * MEBIBYTE
MOST_COLUMNS = 100
MOST_CHARACTERS = 4_000
"""Of one cell."""
BLANK_ROWS = 1_000
"""So many empty rows in a row end the sheet: spreadsheets keep formats far below their last row."""
DELIMITERS = ",;\t|"
OLD_EXCEL = b"\xd0\xcf\x11\xe0"
PDF = b"%PDF"
MARKUP = (b"<!doctyp", b"<html", b"<table", b"<?xml")
"""How web pages and XML begin that were named .xls."""


class SpreadsheetError(CaravanaError):
    """The file cannot be read as a table; nothing of it was taken."""


@dataclass(frozen=True)
class Unreadable:
    """A cell whose value is not taken, and why."""

    reason: str


@dataclass(frozen=True)
class Row:
    """`number`: as the spreadsheet shows it, the headings are row 1; `cells`: text, numbers, dates, `Unreadable` or None."""

    number: int
    cells: tuple[Any, ...]

    def __bool__(self) -> bool:
        """Whether anything stands in it."""
        return any(one not in (None, "") for one in self.cells)


class Spreadsheet(ABC):
    """One table of a file. `notes`: what its reader should know, e.g. the encoding that was found."""

    def __init__(self, path: Path) -> None:
        """`path`: the file."""
        self.path = path
        self.notes: list[str] = []

    @abstractmethod
    def lines(self) -> Generator[Row, None, None]:
        """Yield every row, empty ones too, from the first. Raises `SpreadsheetError`."""

    def headings(self) -> tuple[str, ...]:
        """Return the headings of row 1. Raises `SpreadsheetError` for an empty file and for headings that leave gaps."""
        with closing(self.lines()) as lines:
            first = next(lines, Row(1, ()))
        found = [_heading(one) for one in first.cells]
        while found and not found[-1]:
            found.pop()
        if not found:
            raise SpreadsheetError(f"{self.path.name}: row 1 is empty; the headings belong there")
        gaps = [f"{get_column_letter(place)}1" for place, one in enumerate(found, 1) if not one]
        if gaps:
            raise SpreadsheetError(
                f"{self.path.name}: no heading in {', '.join(gaps[:5])}: are cells merged? Unmerge them, and write one heading "
                "above each column, all in row 1"
            )
        return tuple(found)

    def second_line(self) -> tuple[str, ...]:
        """Return row 2 as if it were the headings; empty when there is none."""
        with closing(self.lines()) as lines:
            second = list(islice(lines, 1, 2))
        return tuple(_heading(one) for one in second[0].cells) if second else ()

    def rows(self) -> Iterator[Row]:
        """Yield the rows below the headings in which anything stands. Raises `SpreadsheetError` beyond the limits."""
        count = blank = 0
        with closing(self.lines()) as lines:
            for row in islice(lines, 1, None):
                blank = 0 if row else blank + 1
                if blank > BLANK_ROWS:
                    return
                if not row:
                    continue
                count += 1
                if count > MOST_ROWS:
                    raise SpreadsheetError(f"{self.path.name}: more than {MOST_ROWS:,} rows: split the file")
                yield row


def _heading(cell: Any) -> str:
    return "" if cell is None or isinstance(cell, Unreadable) else " ".join(str(cell).split())


def open_spreadsheet(path: Path, sheet: str | None = None) -> Spreadsheet:
    """Return the table of a file, by its content and not by its name. Raises `SpreadsheetError`."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(8)
    except OSError as error:
        raise SpreadsheetError(f"{path}: {error.strerror}") from None
    if not size:
        raise SpreadsheetError(f"{path.name}: the file is empty")
    if size > MOST_BYTES:
        raise SpreadsheetError(f"{path.name}: larger than {MOST_BYTES // MEBIBYTE} MiB: split the file")
    if start.startswith(OLD_EXCEL):
        raise SpreadsheetError(f"{path.name}: an old Excel file, or one with a password: save it as .xlsx without one")
    if start.startswith(PDF):
        raise SpreadsheetError(f"{path.name}: a PDF, and no table that can be read; export it as .xlsx or .csv")
    if start.lower().startswith(MARKUP):
        raise SpreadsheetError(
            f"{path.name}: a web page or XML; open it in the spreadsheet program and save it as .xlsx"
        )
    if start.startswith(b"PK"):
        return Workbook(path, sheet)
    if sheet is not None:
        raise SpreadsheetError(f"{path.name}: a CSV file has no sheets; leave out --sheet")
    return Delimited(path)


class Workbook(Spreadsheet):
    """One sheet of an XLSX file."""

    def __init__(self, path: Path, sheet: str | None) -> None:
        """`sheet`: its name, by default the first. Raises `SpreadsheetError`."""
        super().__init__(path)
        _check_package(path)
        names = self._open(lambda book: [one.title for one in book.worksheets])
        if not names:
            raise SpreadsheetError(f"{path.name}: the workbook has no sheet with cells")
        if sheet is not None and sheet not in names:
            hint = nearest(sheet, names) or f"there are: {', '.join(names)}"
            raise SpreadsheetError(f"{path.name}: there is no sheet `{sheet}` ({hint})")
        self._sheet = sheet or names[0]
        if sheet is None and len(names) > 1:
            self.notes.append(f"read the sheet `{self._sheet}`, not {', '.join(names[1:])}; --sheet NAME chooses")

    def _open(self, look: Any) -> Any:
        book = self._book()
        try:
            return look(book)
        finally:
            book.close()

    def _book(self) -> Any:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of parts of a workbook that are not read here
                return load_workbook(self.path, read_only=True, keep_links=False)
        except Exception as error:  # openpyxl raises what its parsers raise
            raise SpreadsheetError(
                f"{self.path.name}: no spreadsheet that can be read ({type(error).__name__})"
            ) from None

    def lines(self) -> Generator[Row, None, None]:
        """Yield every row."""
        book = self._book()
        try:
            sheet = book[self._sheet]
            sheet.reset_dimensions()  # some programs write wrong ones
            for number, cells in enumerate(self._rows(sheet), 1):
                yield Row(
                    number, tuple(_value(one, number, place) for place, one in enumerate(cells[:MOST_COLUMNS], 1))
                )
        finally:
            book.close()

    def _rows(self, sheet: Any) -> Iterator[Any]:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                yield from sheet.iter_rows()
        except (SpreadsheetError, GeneratorExit):
            raise
        except Exception as error:
            raise SpreadsheetError(f"{self.path.name}: the sheet is damaged ({type(error).__name__})") from None


def _check_package(path: Path) -> None:
    """Refuse what is no workbook, and one that unpacks to far more than it weighs."""
    try:
        with zipfile.ZipFile(path) as package:
            listed = package.infolist()
    except (zipfile.BadZipFile, OSError):
        raise SpreadsheetError(f"{path.name}: the file is damaged; save it again") from None
    if not any(one.filename == "[Content_Types].xml" for one in listed):
        raise SpreadsheetError(f"{path.name}: no spreadsheet, but another kind of archive; send .xlsx or .csv")
    if sum(one.file_size for one in listed) > MOST_UNPACKED:
        raise SpreadsheetError(
            f"{path.name}: unpacked it is larger than {MOST_UNPACKED // MEBIBYTE} MiB: split the file"
        )


def _value(cell: Any, number: int, place: int) -> Any:
    value = cell.value
    if cell.data_type == "f":
        where = f"{get_column_letter(place)}{number}"
        return Unreadable(f"cell {where} holds a formula: copy the column and paste it as values")
    if cell.data_type == "e":
        return Unreadable(f"cell {get_column_letter(place)}{number} holds the error {value}")
    return _text(value) if isinstance(value, str) else value


class Delimited(Spreadsheet):
    """A CSV file: encoding and delimiter are found out."""

    def __init__(self, path: Path) -> None:
        """Raises `SpreadsheetError` for what is no text."""
        super().__init__(path)
        self._encoding = _encoding(path)
        if self._encoding == "cp1252":
            self.notes.append("read as Windows-1252, for it is not UTF-8: look whether accents are right")
        with path.open(encoding=self._encoding, newline="") as file:
            head = next((line for line in islice(file, 50) if line.strip()), "")
        self._delimiter = max(DELIMITERS, key=lambda one: _outside_quotes(head).count(one))

    def lines(self) -> Generator[Row, None, None]:
        """Yield every row."""
        number = 0
        with self.path.open(encoding=self._encoding, newline="") as file:
            try:
                for number, cells in enumerate(csv.reader(file, delimiter=self._delimiter, strict=True), 1):
                    yield Row(number, tuple(map(_text, cells[:MOST_COLUMNS])))
            except csv.Error as error:
                raise SpreadsheetError(
                    f"{self.path.name}: row {number + 1}: {error}: look for a lone quotation mark"
                ) from None


def _text(cell: str) -> str | Unreadable:
    if len(cell) > MOST_CHARACTERS:
        return Unreadable(f"longer than {MOST_CHARACTERS} characters")
    return cell.strip()


def _outside_quotes(line: str) -> str:
    return "".join(part for part in line.split('"')[::2])


def _encoding(path: Path) -> str:
    """Return the encoding of a text: by its mark, UTF-8 if it is that, else Windows-1252. Raises `SpreadsheetError`."""
    with path.open("rb") as file:
        start = file.read(4)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    for encoding in ("utf-8-sig", "cp1252"):
        if _decodes(path, encoding):
            return encoding
    raise SpreadsheetError(f"{path.name}: neither a spreadsheet nor text in UTF-8 or Windows-1252; send .xlsx or .csv")


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while block := file.read(MEBIBYTE):
                if b"\0" in block:
                    return False
                decoder.decode(block)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
