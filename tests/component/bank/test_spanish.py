"""Whatever a bank's file is refused, held or noted for: clerks read it whole in Spanish."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from caravana.component.bank.errors import StatementRefused
from caravana.component.bank.report import FileReport
from caravana.kit.sentences import said
from tests.component.bank.telling import camt053, movement, mt940
from tests.component.bank.world import World

DATA = Path(__file__).parents[2] / "data" / "bank"
FILES = sorted(path for path in (*DATA.iterdir(), *(DATA / "bad").iterdir()) if path.is_file())
ENGLISH = re.compile(
    r"\b(and|or|with|the|of|is|it|its|are|an|one|not|date|day|opening|closing|balance|row|entry|entries|amount|says|booking|"
    r"value|data|end|line|expected|after|file|batch|details|credit|debit|credits|debits|unexpected|error|taken|as|in)\b"
)
"""Words that no Spanish sentence has."""
_QUOTED = re.compile(r"`[^`]*`|«[^»]*»")

HEAD = "Cuenta;2100012345\nFecha;Concepto;Documento;Nombre;Cuenta origen;Identificación;Débito;Crédito;Saldo\n"
CSV = (
    "2026-11-23;x;1;;;;;;10,00\n",
    "2026-11-23;x;1;;;;;5,00;\n",
    ";x;1;;;;;5,00;10,00\n",
    "2026-11-23;x;1;;;;4,00;5,00;10,00\n",
    "2026-11-23;x;1;;;;-4,00;;10,00\n",
    "2026-11-23;x;1;;;;4,001;;10,00\n",
    "ayer;x;1;;;;4,00;;10,00\n",
    '2026-11-23;"x;1;;;;4,00;;10,00\n',
    '2026-11-23;"x"y;1;;;;4,00;;10,00\n',
    "2026-11-23;x;1;;;;cuatro;;10,00\n",
    "",
)
NOTICES = (
    b"[", b'"x"', b"[]", b'{"transactions": []}', b'{"transactions": [3]}',
    *(b'{"transactions": [{"id": "1", "account": "1", "currency": "USD", "status": "booked", %s}]}' % one for one in (
        b'"type": "credit", "bookingDate": "2026-11-23"',
        b'"amount": "x", "type": "credit", "bookingDate": "2026-11-23"',
        b'"amount": "-1", "type": "credit", "bookingDate": "2026-11-23"',
        b'"amount": true, "type": "credit", "bookingDate": "2026-11-23"',
        b'"amount": "1.001", "type": "credit", "bookingDate": "2026-11-23"',
        b'"amount": "1", "type": "gift", "bookingDate": "2026-11-23"',
        b'"amount": "1", "type": "credit", "bookingDate": "23.11.26"',
        b'"amount": "1", "type": "credit", "bookingDate": "2026-11-23", "description": {"a": 1}',
        b'"amount": "1", "type": "credit"',
    )),
)  # fmt: skip


def sentences(report: FileReport) -> Iterator[str]:
    """Yield all that a report tells in words."""
    yield from filter(None, [report.reason])
    for one in report.statements:
        yield from (*one.reasons, *one.notes)


def check(*told: str) -> None:
    """Fail for what is not whole in Spanish; what stands in quotation marks is the file's own."""
    for one in told:
        spanish = said(one, "es")
        assert spanish != one, one
        assert not ENGLISH.search(_QUOTED.sub("", spanish)), spanish


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
async def test_of_files(path: Path) -> None:
    """Those of the tests, good and bad."""
    check(*sentences(await World().take(path.read_bytes(), path.name)))


@pytest.mark.parametrize("rows", CSV)
async def test_of_downloads(rows: str) -> None:
    """Each thing that may be wrong with a row."""
    report = await World().take((HEAD + rows).encode(), "movimientos.csv", profile="plantilla")
    assert report.reason
    check(*sentences(report))


async def test_of_profiles_that_do_not_fit() -> None:
    """Headings that are missing, and some of them that are there."""
    for profile in ("pichincha", "pacifico"):
        report = await World().take((HEAD + CSV[0]).encode(), "movimientos.csv", profile=profile)
        check(*sentences(report))


@pytest.mark.parametrize("content", NOTICES)
async def test_of_notifications(content: bytes) -> None:
    """Each thing that may be wrong with a transaction."""
    told = []
    try:
        told = [one for each in await World().tell(content) for one in sentences(each)]
    except StatementRefused as error:
        told = [error.reason]
    assert told
    check(*told)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b":62F:", b":99F:"), (b":60F:", b":99F:"), (b":25:", b":26:"), (b":60F:C", b":60F:X"), (b":61:", b":61:x"),
        (b":62F:C26", b":62F:C2613"), (b",", b",x"), (b"USD", b"XQQ"), (b":61:261123", b":61:261143"),
        (b":61:2611231123", b":61:2611230230"), (b":61:2611231123CD", b":61:2611231123CR"),
        (b":61:2611231123", b":61:2602301123"),
    ],
)  # fmt: skip
async def test_of_mt940(old: bytes, new: bytes) -> None:
    """Each field that may be missing or wrong."""
    content = mt940([movement("5.00", "R1", "ANA", "x")])
    check(*sentences(await World().take(content.replace(old, new), "x.sta")))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"OPBD", b"XXXX"), (b"CLBD", b"XXXX"), (b"BD</Cd>", b"XX</Cd>"), (b"CRDT", b"BOTH"), (b'Ccy="USD"', b""),
        (b"</Stmt>", b"</Stnt>"), (b"</Stmt>", b""), (b"<Stmt>", b"&lol;<Stmt>"), (b"<Stmt>", b"<Stmt a=b>"),
        (b"<Stmt>", b"\xff<Stmt>"), (b"<Stmt>", b"\x01<Stmt>"), (b"5.00</Amt>", b"</Amt>"), (b"5.00</Amt>", b"cinco</Amt>"),
        (b"5.00</Amt>", b"5.001</Amt>"), (b"2026-11-23", b"23 nov"), (b"<Ntry>", b"<Ntry><Amt/>"),
        (b"</Ntry>", b"<NtryDtls><Btch><NbOfTxs>2</NbOfTxs></Btch><TxDtls/></NtryDtls></Ntry>"),
        (b"</Ntry>", b'<NtryDtls><Btch><TtlAmt Ccy="USD">9</TtlAmt></Btch><TxDtls/></NtryDtls></Ntry>'),
        (b"</Ntry>", b"<NtryDtls><Btch><NbOfTxs>x</NbOfTxs></Btch><TxDtls/></NtryDtls></Ntry>"),
        (b"<Bal>", b"<TxsSummry><TtlCdtNtries><NbOfNtries>7</NbOfNtries><Sum>9</Sum></TtlCdtNtries></TxsSummry><Bal>"),
        (b"<Bal>", b"<TxsSummry><TtlDbtNtries><NbOfNtries>7</NbOfNtries><Sum>9</Sum></TtlDbtNtries></TxsSummry><Bal>"),
        (b"<Bal>", b"<TxsSummry><TtlNtries><NbOfNtries>7</NbOfNtries><Sum>9</Sum></TtlNtries></TxsSummry><Bal>"),
        (b"BkToCstmrStmt", b"FIToFICstmrCdtTrf"), (b"Stmt>", b"Stm>"), (b"Document", b"Pain"),
    ],
)  # fmt: skip
async def test_of_camt(old: bytes, new: bytes) -> None:
    """Each element that may be missing or wrong."""
    content = camt053([movement("5.00", "R1", "ANA", "x")])
    assert old in content
    check(*sentences(await World().take(content.replace(old, new), "x.xml")))


@pytest.mark.parametrize(
    "content", [b"", b"<", b"<a>", b"hola", b"\x00\x01", b"<a/><b/>", b"PK\x03\x04", b"{", b"\xef\xbb\xbf"]
)
async def test_of_what_is_no_statement(content: bytes) -> None:
    """Bytes of any kind."""
    check(*sentences(await World().take(content, "x")))
