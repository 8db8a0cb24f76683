"""One day at an invented bank, told in every form: the same movements as camt.054, camt.053, MT940, CSV and notification."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from xml.sax.saxutils import escape

ACCOUNT = "2100012345"
DAY = date(2026, 11, 23)


@dataclass(frozen=True)
class Movement:
    """Money in (positive) or out. `reference`: the bank's own, unique; forms may leave it out."""

    amount: Decimal
    reference: str = ""
    name: str = ""
    text: str = ""
    end_to_end: str = ""
    day: date = DAY


def movement(amount: str, reference: str = "", name: str = "", text: str = "", **more: object) -> Movement:
    """Return a movement."""
    return Movement(Decimal(amount), reference, name, text, **more)  # type: ignore[arg-type]


def camt053(
    movements: Sequence[Movement], opening: Decimal = Decimal("100.00"), *, number: int = 1, account: str = ACCOUNT
) -> bytes:
    """Return a statement of version 08."""
    closing = opening + sum((one.amount for one in movements), Decimal(0))
    balances = _balance("OPBD", opening) + _balance("CLBD", closing)
    entries = "".join(map(_entry, movements))
    head = _HEAD.replace(ACCOUNT, account)
    return _document("053", "BkToCstmrStmt", f"<Stmt><Id>ST{number}</Id>{head}{balances}{entries}</Stmt>")


def camt054(movements: Sequence[Movement], *, number: int = 1) -> bytes:
    """Return a notification of version 08."""
    entries = "".join(map(_entry, movements))
    return _document("054", "BkToCstmrDbtCdtNtfctn", f"<Ntfctn><Id>NT{number}</Id>{_HEAD}{entries}</Ntfctn>")


_HEAD = (
    f"<ElctrncSeqNb>1</ElctrncSeqNb><CreDtTm>2026-11-23T23:00:00-05:00</CreDtTm>"
    f"<Acct><Id><Othr><Id>{ACCOUNT}</Id></Othr></Id><Ccy>USD</Ccy></Acct>"
)


def _document(kind: str, root: str, body: str) -> bytes:
    namespace = f"urn:iso:std:iso:20022:tech:xsd:camt.{kind}.001.08"
    head = "<GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-11-23T23:00:00-05:00</CreDtTm></GrpHdr>"
    begin = f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="{namespace}">'
    return f"{begin}<{root}>{head}{body}</{root}></Document>".encode()


def _balance(kind: str, amount: Decimal) -> str:
    return (
        f'<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy="USD">{abs(amount)}</Amt>'
        f"<CdtDbtInd>{_mark(amount)}</CdtDbtInd><Dt><Dt>{DAY}</Dt></Dt></Bal>"
    )


def _mark(amount: Decimal) -> str:
    return "CRDT" if amount >= 0 else "DBIT"


def _entry(one: Movement) -> str:
    reference = f"<AcctSvcrRef>{one.reference}</AcctSvcrRef>" if one.reference else ""
    party = f"<RltdPties><Dbtr><Pty><Nm>{escape(one.name)}</Nm></Pty></Dbtr></RltdPties>" if one.name else ""
    text = f"<RmtInf><Ustrd>{escape(one.text)}</Ustrd></RmtInf>" if one.text else ""
    end_to_end = one.end_to_end or "NOTPROVIDED"
    return (
        f'<Ntry><Amt Ccy="USD">{abs(one.amount)}</Amt><CdtDbtInd>{_mark(one.amount)}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
        f"<BookgDt><Dt>{one.day}</Dt></BookgDt><ValDt><Dt>{one.day}</Dt></ValDt>{reference}<NtryDtls><TxDtls>"
        f"<Refs><EndToEndId>{escape(end_to_end)}</EndToEndId></Refs>{party}{text}</TxDtls></NtryDtls></Ntry>"
    )


def mt940(movements: Sequence[Movement], opening: Decimal = Decimal("100.00"), *, number: int = 1) -> bytes:
    """Return a statement with the bank's references behind `//`."""
    closing = opening + sum((one.amount for one in movements), Decimal(0))
    lines = [":20:DAY", f":25:{ACCOUNT}", f":28C:{number}/1", f":60F:{_swift_balance(opening)}"]
    for one in movements:
        mark = "C" if one.amount >= 0 else "D"
        reference = f"//{one.reference}" if one.reference else ""
        lines.append(f":61:{one.day:%y%m%d}{one.day:%m%d}{mark}{_swift(one.amount)}NTRFNONREF{reference}")
        lines.append(f":86:{one.name} {one.text}".rstrip())
    lines += [f":62F:{_swift_balance(closing)}", "-"]
    return "\r\n".join(lines).encode()


def _swift(amount: Decimal) -> str:
    return str(abs(amount)).replace(".", ",")


def _swift_balance(amount: Decimal) -> str:
    return f"{'C' if amount >= 0 else 'D'}{DAY:%y%m%d}USD{_swift(amount)}"


def pichincha(
    movements: Sequence[Movement], opening: Decimal = Decimal("100.00"), *, references: bool = True, newest: bool = True
) -> bytes:
    """Return a download with decimal commas, the newest row first."""
    rows = []
    balance = opening
    for one in movements:
        balance += one.amount
        kind = "Crédito" if one.amount >= 0 else "Débito"
        concept = f"{one.name} {one.text}".strip()
        reference = one.reference if references else ""
        rows.append(f"{one.day}, 9:34 PM;{concept};{kind};{reference};{_comma(abs(one.amount))};{_comma(balance)}")
    head = ["Movimientos", f"Cuenta;{ACCOUNT}", "", "Fecha;Concepto;Tipo;Documento;Monto;Saldo"]
    return "\r\n".join([*head, *(reversed(rows) if newest else rows), ""]).encode("cp1252")


def _comma(amount: Decimal) -> str:
    return str(amount).replace(".", ",")


def pacifico(movements: Sequence[Movement], opening: Decimal = Decimal("100.00")) -> bytes:
    """Return a download with decimal points and two columns of amounts, the oldest row first, without references."""
    rows = []
    balance = opening
    for one in movements:
        balance += one.amount
        debit, credit = ("", one.amount) if one.amount >= 0 else (-one.amount, "")
        rows.append(f'{one.day:%d/%m/%Y},"{one.name} {one.text}",{debit},{credit},{balance}')
    head = [f"Cuenta: {ACCOUNT}", "Fecha,Descripción,Débito,Crédito,Saldo"]
    return "\n".join([*head, *rows, f"Total,,,,{balance}"]).encode()


def notification(movements: Sequence[Movement]) -> bytes:
    """Return what the shipped profile of notifications reads."""
    items = [
        {
            "id": one.reference,
            "account": ACCOUNT,
            "amount": str(abs(one.amount)),
            "currency": "USD",
            "bookingDate": one.day.isoformat(),
            "type": "credit" if one.amount >= 0 else "debit",
            "status": "booked",
            "description": one.text,
            "payer": {"name": one.name},
        }
        for one in movements
    ]
    return json.dumps({"transactions": items}).encode()


def later(one: Movement, days: int) -> Movement:
    """Return the same movement, booked later."""
    return Movement(one.amount, one.reference, one.name, one.text, one.end_to_end, one.day + timedelta(days=days))
