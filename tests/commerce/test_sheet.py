"""Spreadsheets as people make them: what is read, what is refused, and in which words."""

import subprocess
import sys
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from caravana.commerce.sheet import cell, spreadsheet
from caravana.commerce.sheet.plan import Entry, File, Refused, open_file
from caravana.commerce.sheet.spreadsheet import SpreadsheetError, Unreadable, open_spreadsheet

ROWS = 100_000


def csv_file(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    """Return a CSV file."""
    path = folder / "file.csv"
    path.write_bytes(text.encode(encoding))
    return path


def xlsx_file(folder: Path, *rows: list[Any], merged: str = "", sheets: tuple[str, ...] = ()) -> Path:
    """Return an XLSX file with `rows` on its first sheet."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    for row in rows:
        sheet.append(row)
    if merged:
        sheet.merge_cells(merged)
    for name in sheets:
        book.create_sheet(name)
    path = folder / "file.xlsx"
    book.save(path)
    return path


def opened(path: Path, kind: str = "customers", **more: Any) -> File:
    """Return a file, read once."""
    return open_file(path, kind, more.get("sheet"), more.get("chosen", {}), {})


def refusals(file: File) -> dict[int, str]:
    """Return the reason of each row that is not sent."""
    return {row: one.reason for one in file.entries() if isinstance(one, Refused) for row in one.rows}


def data(file: File) -> list[dict[str, Any]]:
    """Return what is sent."""
    return [one.data for one in file.entries() if isinstance(one, Entry)]


# The file as a whole.


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(tmp_path: Path, delimiter: str) -> None:
    """Any usual delimiter is found out, also where another one stands in quotes."""
    text = f'Nombre{delimiter}Cédula\n"Pérez, Ana; hija"{delimiter}1710034065\n'
    assert data(opened(csv_file(tmp_path, text))) == [{"name": "Pérez, Ana; hija", "tax_id": "1710034065"}]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    """UTF-8 and UTF-16 are known by themselves; anything else is read as Windows-1252, and that is said."""
    file = opened(csv_file(tmp_path, "Razón social;Cédula\nPeñafiel Muñoz;1710034065\n", encoding))
    assert data(file) == [{"name": "Peñafiel Muñoz", "tax_id": "1710034065"}]
    assert ["Windows-1252" in one for one in file.sheet.notes] == ([True] if encoding in ("cp1252", "latin-1") else [])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the file is empty"),
        (b"\n\n", "row 1 is empty"),
        (b"Nombre;RUC\n", "no rows below"),
        (b"%PDF-1.7\0\1\2", "a PDF"),
        (b"%PDF-1.4\nNombre;RUC\n1;2\n", "a PDF"),
        (b"<HTML><table><tr><td>Nombre</td></tr></table>", "a web page or XML"),
        (b"\0\1\2\3", "neither a spreadsheet nor text"),
        (b"\x89PNG\r\n\x1a\n\0\0", "neither a spreadsheet nor text"),
        (b"PK\x03\x04 broken", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "old Excel file"),
        (b'Nombre;RUC\n"Ana;1710034065\n', "lone quotation mark"),
    ],
)
def test_no_spreadsheet(tmp_path: Path, content: bytes, words: str) -> None:
    """What is no table is told as what it is."""
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    with pytest.raises(SpreadsheetError, match=words):
        opened(path)


def test_another_archive(tmp_path: Path) -> None:
    """A zip that is no workbook is told so; a missing file too."""
    import zipfile

    with zipfile.ZipFile(tmp_path / "file.xlsx", "w") as package:
        package.writestr("letter.txt", "Dear all")
    with pytest.raises(SpreadsheetError, match="another kind of archive"):
        opened(tmp_path / "file.xlsx")
    with pytest.raises(SpreadsheetError, match="No such file"):
        opened(tmp_path / "nothing.csv")


def test_sheets(tmp_path: Path) -> None:
    """The first sheet is read and the others are told; a wrong name gets the nearest; a CSV file has none."""
    path = xlsx_file(tmp_path, ["Nombre", "RUC"], ["Ana", "1710034065"], sheets=("Clientes",))
    assert "not Clientes" in opened(path).sheet.notes[0]
    with pytest.raises(SpreadsheetError, match="did you mean `Clientes`"):
        opened(path, sheet="Cliente")
    elsewhere = xlsx_file(tmp_path, ["Notas"], ["nada"], sheets=("Clientes",))
    with pytest.raises(SpreadsheetError, match=r"no column for `name`.*\nread the sheet.* not Clientes; --sheet NAME"):
        opened(elsewhere)
    with pytest.raises(SpreadsheetError, match=r"row 1 is empty.*\n.*not Clientes; --sheet NAME chooses"):
        opened(xlsx_file(tmp_path, [], sheets=("Clientes",)))
    with pytest.raises(SpreadsheetError, match="has no sheets"):
        opened(csv_file(tmp_path, "Nombre;RUC\nAna;1\n"), sheet="Clientes")


def test_merged_headings(tmp_path: Path) -> None:
    """Merged headings, and a merged title above them, are told with the cells and what to do."""
    rows = [["Cliente", "", "Contacto", ""], ["Ana", "1710034065", "099", "a@b.ec"]]
    with pytest.raises(SpreadsheetError, match="no heading in B1: are cells merged"):
        opened(xlsx_file(tmp_path, *rows, merged="A1:B1"))
    titled = [["Lista de clientes"], ["Nombre", "RUC"], ["Ana", "1710034065"]]
    with pytest.raises(SpreadsheetError, match="seem to stand in row 2"):
        opened(xlsx_file(tmp_path, *titled, merged="A1:B1"))


def test_columns(tmp_path: Path) -> None:
    """A missing column is told with the headings there are; a doubled one and a wrong --map too."""
    path = csv_file(tmp_path, "Quién;Cel\nAna;0990000001\n")
    with pytest.raises(SpreadsheetError, match=r"no column for `name`.*`tax_id`.*The headings are: Quién, Cel"):
        opened(path)
    for chosen in ({"quien": "name", "Cel": "phone"}, {"Quién": "Nombre", "Cel": "celular"}):
        assert data(opened(path, chosen=chosen)) == [{"name": "Ana", "phone": "0990000001"}]
    with pytest.raises(SpreadsheetError, match="no field `fone`"):
        opened(path, chosen={"Cel": "fone"})
    with pytest.raises(SpreadsheetError, match="no column `Sel`"):
        opened(path, chosen={"Sel": "phone"})
    both = csv_file(tmp_path, "Nombre;Teléfono;Celular\nAna;022345678;0990000001\n")
    with pytest.raises(SpreadsheetError, match=r"B \(`Teléfono`\), C \(`Celular`\) both mean `phone`"):
        opened(both)
    assert data(opened(both, chosen={"Teléfono": "-"})) == [{"name": "Ana", "phone": "0990000001"}]


# Cells.


def test_formulas_and_errors(tmp_path: Path) -> None:
    """A formula is refused with its cell, and so is an error; in a column that is not used neither matters."""
    path = xlsx_file(
        tmp_path,
        ["Código", "Producto", "PVP", "Margen"],
        ["A-1", "Uno", "=10*1.15", "=C2/2"],
        ["A-2", "Dos", "#N/A", 1],
        ["A-3", "Tres", 12.5, "=C4/2"],
    )
    file = opened(path, "products")
    assert refusals(file) == {
        2: "price: cell C2 holds a formula: copy the column and paste it as values",
        3: "price: cell C3 holds the error #N/A",
    }
    assert data(file) == [{"code": "A-3", "name": "Tres", "price": "12.5"}]


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("1234.5", "1234.5"),
        ("1234,5", "1234.5"),
        ("1.234,50", "1234.50"),
        ("1,234.50", "1234.50"),
        ("1.234.567", "1234567"),
        ("$ 12,50", "12.50"),
        ("0,125", "0.125"),
        ("-3", "-3"),
        (7, "7"),
        (19.99, "19.99"),
    ],
)
def test_numbers(written: Any, number: str) -> None:
    """Decimal commas and points, separators of thousands and currency signs are read as they are meant."""
    assert cell.number(written) == Decimal(number)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("1.234", "can be 1234 or 1.234"),
        ("1,234", "can be"),
        ("ten", "no number"),
        ("1,2,3", "no number"),
        ("NaN", "no number"),
    ],
)
def test_no_numbers(written: str, words: str) -> None:
    """What may mean two numbers, or none, is refused."""
    with pytest.raises(ValueError, match=words):
        cell.number(written)


def test_days() -> None:
    """Days are read in ISO form, with the day first, and from date cells; others are refused."""
    for written in ("2026-12-05", "05/12/2026", "5.12.2026", date(2026, 12, 5), datetime(2026, 12, 5, 8)):  # noqa: DTZ001 -- as cells hold it
        assert cell.day(written) == "2026-12-05"
    for written in ("12/31/2026", "31/02/2026"):
        with pytest.raises(ValueError, match="no day of the calendar"):
            cell.day(written)
    with pytest.raises(ValueError, match="no date"):
        cell.day("mañana")


def test_a_dropped_zero(tmp_path: Path) -> None:
    """A spreadsheet that took a tax id for a number dropped its first zero: the check digit proves it, it is put back."""
    path = xlsx_file(tmp_path, ["Nombre", "Cédula"], ["Marta", 104567896], ["Otra", 104567897])
    assert [one["tax_id"] for one in data(opened(path))] == ["0104567896", "104567897"]


# What repeats.


def test_a_tax_id_that_repeats(tmp_path: Path) -> None:
    """Rows of one tax id with other values are all refused; one that says the same is no matter; RUC and cédula are one."""
    text = (
        "Nombre;RUC;Ciudad\nAna;1710034065;Quito\nAna;1710034065001;Loja\nLuis;0923456784;Loja\n"
        "Luis;0923456784;Loja\nEva;0104567896;\n"
    )
    file = opened(csv_file(tmp_path, text))
    assert refusals(file) == {
        2: "tax_id: stands in row 3 too, with other values",
        3: "tax_id: stands in row 2 too, with other values",
        5: "the same as row 4",
    }
    assert [one["name"] for one in data(file)] == ["Luis", "Eva"]


def test_two_people_with_one_phone(tmp_path: Path) -> None:
    """Two tax ids with one phone are not both taken: the later one is refused, with the row of the first."""
    text = "Nombre;RUC;Celular\nAna;1710034065;099 000 0009\nLuis;0923456784;+593990000009\n"
    assert refusals(opened(csv_file(tmp_path, text))) == {3: "phone: is that of row 2 too: two people, or one twice?"}


def test_an_order_stands_together(tmp_path: Path) -> None:
    """Lines below one another are one order; lines that are scattered, or that disagree, refuse the whole order."""
    text = (
        "Pedido;RUC;Código;Cantidad\nP1;1712345675;A;1\nP1;1712345675;B;2,5\nP2;1712345675;A;1\nP1;1712345675;C;1\n"
        "P3;1712345675;A;1\nP3;0923456784;B;1\n"
    )
    file = opened(csv_file(tmp_path, text), "orders")
    assert [one["lines"] for one in data(file)] == [[{"code": "A", "quantity": "1"}]]
    found = refusals(file)
    assert found.keys() == {2, 3, 5, 6, 7}
    assert "row 2 and again in row 5" in found[2]
    assert found[6] == "tax_id: the lines of the order say 1712345675 and 0923456784"


# Size.


def big_csv(folder: Path, rows: int) -> Path:
    """Return a file of `rows` customers, no two the same."""
    path = folder / "big.csv"
    with path.open("w") as file:
        file.write("Nombre;Cédula;Celular;Correo\n")
        file.writelines(f"Cliente {n};{n:010d};09{n:08d};c{n}@cliente.example\n" for n in range(rows))
    return path


READING = """
import resource, sys
from pathlib import Path
from caravana.commerce.sheet.plan import open_file
print(sum(1 for _ in open_file(Path(sys.argv[1]), "customers", None, {}, {}).entries()))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_hundred_thousand_rows(tmp_path: Path) -> None:
    """The largest file admitted is read row by row: what it costs in memory is numbers, not rows."""
    peaks = []
    for count in (10, ROWS):
        command = [sys.executable, "-c", READING, str(big_csv(tmp_path, count))]
        read, peak = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
        assert int(read) == count
        peaks.append(int(peak) // 1024)
    assert peaks[1] - peaks[0] < 100, f"{peaks} MiB"


def test_too_many_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One row more is refused before anything is sent; so is a file that is too large."""
    monkeypatch.setattr(spreadsheet, "MOST_ROWS", 10)
    with pytest.raises(SpreadsheetError, match="more than 10 rows"):
        opened(big_csv(tmp_path, 11))
    monkeypatch.setattr(spreadsheet, "MOST_BYTES", 10)
    with pytest.raises(SpreadsheetError, match="split the file"):
        opened(big_csv(tmp_path, 5))


def test_a_long_cell(tmp_path: Path) -> None:
    """A cell of a size that nobody means is refused, the others of the file are not."""
    file = opened(csv_file(tmp_path, f"Nombre;RUC\n{'x' * 5000};1710034065\nAna;0923456784\n"))
    assert refusals(file) == {2: "name: longer than 4000 characters"}


def test_empty_rows_are_passed_over(tmp_path: Path) -> None:
    """Rows keep the numbers that the spreadsheet shows, whatever is empty between them."""
    table = open_spreadsheet(xlsx_file(tmp_path, ["Nombre", "RUC"], [None, None], ["Ana", "1710034065"]))
    assert [(one.number, one.cells) for one in table.rows()] == [(3, ("Ana", "1710034065"))]
    assert Unreadable("x") != Unreadable("y")
