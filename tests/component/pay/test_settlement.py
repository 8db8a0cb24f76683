"""Settlement files: read by a profile, line by line, or refused with everything that is wrong."""

import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from caravana.component.pay.profile import Profile, chosen, load_profiles
from caravana.component.pay.settlement import read_settlement
from caravana.kit.errors import ConfigurationError

HEADINGS = (
    "Referencia interna,Referencia,Número de transacción,Tipo de transacción,Fecha de transacción,Valor,Moneda,Comisión,"
    "IVA comisión,Retención en la fuente,Retención IVA,Valor neto"
)
PAID = "643,CV42-1,,Pago,2026-11-27 10:20:00,115.00,USD,4.03,0.60,2.00,,108.37"
BACK = "643,CV42-1,701,Devolución,2026-11-28 09:00:00,-15.00,USD,,,,,-15.00"


def read(*rows: str, profile: Profile | None = None) -> Any:
    """Read a CSV file with the shipped profile."""
    content = "\n".join(["Liquidación de noviembre", HEADINGS, *rows]).encode()
    return read_settlement(content, profile or load_profiles()["placetopay"])


def as_file(rows: list[tuple[str, ...]]) -> bytes:
    """Return rows below the headings as a file."""
    return "\n".join([HEADINGS, *(",".join(row) for row in rows)]).encode()


def test_a_payment_and_a_refund() -> None:
    """Each line says its payment, amount, day, what was kept and what is paid out; what stands above is passed over."""
    found = read(PAID, BACK, "Total,,,,,,,,,,,93.37")
    assert found.problems == []
    paid, back = found.lines
    assert (paid["kind"], paid["name"], paid["payment"], paid["reference"]) == ("payment", "643", "643", "CV42-1")
    assert (paid["amount"], paid["fee"], paid["net"], paid["day"]) == (
        Decimal("115.00"),
        Decimal("4.03"),
        Decimal("108.37"),
        "2026-11-27",
    )
    assert (back["kind"], back["name"], back["number"], back["amount"]) == ("refund", "701", "701", Decimal("15.00"))
    assert paid["deductions"] == Decimal("2.60")
    assert (back["line"], back["fee"], back["deductions"]) == (4, None, None)


def test_a_workbook_says_the_same() -> None:
    """Numbers and days of a workbook are read as they are."""
    book = Workbook()
    page = book.active
    assert page is not None
    page.append(HEADINGS.split(","))
    page.append([643, "CV42-1", None, "Pago", "2026-11-27", 115.0, "USD", 4.03, 0.6, 2, None, 108.37])
    stream = io.BytesIO()
    book.save(stream)
    [line] = read_settlement(stream.getvalue(), load_profiles()["placetopay"]).lines
    assert (line["payment"], line["amount"], line["net"]) == ("643", Decimal("115.00"), Decimal("108.37"))


def test_equal_refunds_without_a_number_are_told_apart() -> None:
    """Two equal parts on one day are two lines, under the same names whenever the file comes again."""
    part = "643,CV42-1,,Devolución,2026-11-28,-15.00,USD,,,,,"
    names = [one["name"] for one in read(part, part).lines]
    assert names == ["643/2026-11-28/15.00", "643/2026-11-28/15.00#2"]
    assert [one["name"] for one in read(part, part).lines] == names


def test_lines_of_no_payment_are_passed_over() -> None:
    """What the profile calls ignored is counted and is no line."""
    found = read(PAID, ",,,Ajuste,2026-11-27,1.00,USD,,,,,")
    assert (len(found.lines), found.passed) == (1, 1)


WRONG = {
    "no payment": (",,,Pago,2026-11-27,1.00,USD,,,,,", "does not say which payment"),
    "kind": ("643,CV42-1,,Préstamo,2026-11-27,1.00,USD,,,,,", "`Préstamo` is no kind"),
    "no day": ("643,CV42-1,,Pago,,1.00,USD,,,,,", "the row has no day"),
    "headings again": (HEADINGS, "the headings stand here a second time"),
    "day": ("643,CV42-1,,Pago,ayer,1.00,USD,,,,,", "`ayer` is no day"),
    "amount": ("643,CV42-1,,Pago,2026-11-27,uno,USD,,,,,", "`uno` is no amount"),
    "no amount": ("643,CV42-1,,Pago,2026-11-27,0,USD,,,,,", "no amount"),
    "negative": ("643,CV42-1,,Pago,2026-11-27,-1.00,USD,,,,,", "is it a refund?"),
    "places": ("643,CV42-1,,Pago,2026-11-27,1.005,USD,,,,,", "more places"),
    "currency": ("643,CV42-1,,Pago,2026-11-27,1.00,XYZ,,,,,", "`XYZ` is unknown"),
    "sum": ("643,CV42-1,,Pago,2026-11-27,115.00,USD,4.00,,,,110.00", "115.00 less 4.00 is not 110.00"),
    "card number": ("4110760000000081,CV42-1,,Pago,2026-11-27,1.00,USD,,,,,", "holds a card number"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_bad_row_refuses_the_file(name: str) -> None:
    """The reason is told with the row, every bad row is told, and no line is taken."""
    row, reason = WRONG[name]
    found = read(PAID, row, row)
    assert found.lines == []
    assert [one["line"] for one in found.problems] == [4, 5]
    assert reason in found.problems[0]["reason"]


FILES = {
    "other headings": (b"a,b\n1,2\n", "the headings of the profile `placetopay` (Referencia interna, Referencia, "),
    "empty": (HEADINGS.encode(), "no row below the headings"),
    "one heading is missing": (
        b"Referencia interna,Valor,Fecha\n643,1.00,2026-11-27\n",
        "the row has no heading `Tipo de transacción` / `Tipo` / `Type`: say what stands there in a profile of your own",
    ),
    "no name of the payment": (
        b"Autorizacion,Valor,Fecha,Tipo\n643,1.00,2026-11-27,Pago\n",
        "the row has no heading `Referencia interna` / `Internal reference` / `ID transacción` / `Referencia` / `Reference`: ",
    ),
    "another delimiter": (
        HEADINGS.replace(",", ";").encode() + b"\n",
        "its columns are divided by `;`, and the profile `placetopay` says `,`",
    ),
    "PDF": (b"%PDF-1.7 ...", "it is a PDF: get the same as CSV or XLSX"),
    "old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1", "it is a workbook of the old kind (.xls)"),
    "no text": (b"\x00\x01\x02", "zero bytes"),
}


@pytest.mark.parametrize("name", FILES)
def test_what_is_no_settlement_is_refused(name: str) -> None:
    """A file that does not look as the profile says is refused as a whole."""
    content, reason = FILES[name]
    [problem] = read_settlement(content, load_profiles()["placetopay"]).problems
    assert reason in problem["reason"]


@pytest.mark.parametrize(
    ("heading", "numbers", "refused"),
    [
        ("Tarjeta", ["4110760000000081"], True),
        ("Número", ["4110 7600 0000 0081", "5367680000000005", "36545400000008"], True),
        ("Tarjeta", ["411076******0081", ""], False),
        ("Rastreo", ["4110760000000081"], False),
        ("Rastreo", ["4110760000000081", "4110760000000082", "4110760000000083"], False),
    ],
)
def test_a_column_of_card_numbers_is_refused(heading: str, numbers: list[str], *, refused: bool) -> None:
    """Whether the profile reads it or not; a number that passes as one by chance is none."""
    rows = [f"64{at},CV{at}-1,,Pago,2026-11-27,1.00,USD,,,,,,{one}" for at, one in enumerate(numbers)]
    content = "\n".join([f"{HEADINGS},{heading}", *rows]).encode()
    found = read_settlement(content, load_profiles()["placetopay"])
    told = [one["reason"] for one in found.problems]
    assert told == [f"the column `{heading}` holds card numbers: take it out of the file"] * refused
    assert len(found.lines) == len(numbers) * (not refused)


def test_a_profile_of_one_s_own(tmp_path: Path) -> None:
    """Without a column for the kind a negative amount is a refund; our reference alone names the payment."""
    (tmp_path / "otra.yaml").write_text(
        'delimiter: ";"\ndecimal: ","\ndates: "%d/%m/%Y"\ncurrency: USD\ncolumns: {reference: Pedido, date: Día, amount: Total}\n'
    )
    profile = chosen(load_profiles(tmp_path), "otra")
    found = read_settlement(
        "Pedido;Día;Total\nCV42-1;27/11/2026;1.115,00\nCV42-1;28/11/2026;-15,00\n".encode(), profile
    )
    assert [(one["kind"], one["payment"], one["name"], one["amount"]) for one in found.lines] == [
        ("payment", None, "CV42-1", Decimal("1115.00")),
        ("refund", None, "CV42-1/2026-11-28/15.00", Decimal("15.00")),
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('decimal: "."\ndates: x\ncurrency: USD\ncolumns: {date: a, amount: b}', "name `payment` or `reference`"),
        ('decimal: "."\ndates: x\ncolumns: {payment: p, date: a, amount: b}', "say the `currency`"),
        ('decimal: "."\ndates: x\ncurrency: USD\ncolumns: {payment: p, date: a, amount: b, kind: k}', "needs words"),
        ("- a", "a map of settings"),
        ("a: [", "no YAML"),
    ],
)
def test_a_wrong_profile_says_where(tmp_path: Path, text: str, reason: str) -> None:
    """A profile is judged when it is read, with its file."""
    (tmp_path / "mal.yaml").write_text(text)
    with pytest.raises(ConfigurationError, match=reason):
        load_profiles(tmp_path)


def test_a_profile_that_is_not_there(tmp_path: Path) -> None:
    """The nearest name is told; a folder that is not there, too."""
    with pytest.raises(ConfigurationError, match="placetopay"):
        chosen(load_profiles(), "placetopai")
    with pytest.raises(ConfigurationError, match="no such folder"):
        load_profiles(tmp_path / "nowhere")


CELLS = st.text(st.characters(exclude_characters='",\n\r\0', codec="utf-8"), max_size=20)
ROWS = st.tuples(*(CELLS | st.just(one) for one in PAID.split(","))) | st.tuples(
    *(CELLS | st.just(one) for one in BACK.split(","))
)


@settings(max_examples=150, deadline=None)
@given(content=st.binary(max_size=300) | st.lists(ROWS, max_size=4).map(as_file))
def test_whatever_is_in_a_file_it_is_read_or_refused(content: bytes) -> None:
    """Any bytes, and any rows below the right headings, give lines or problems, never an error and never both."""
    found = read_settlement(content, load_profiles()["placetopay"])
    assert not (found.lines and found.problems)
    assert all(one["amount"] > 0 and one["name"] for one in found.lines)
