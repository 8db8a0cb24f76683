"""camt.052, 053 and 054 of ISO 20022, in every version: read by local names, as those change little between versions.

Sources: the ISO 20022 message definitions, camt.05x.001.02 to .08 and later.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from caravana.component.bank.amounts import currency_of, point_amount
from caravana.component.bank.entry import (
    Balance,
    Batch,
    Direction,
    Entry,
    Party,
    References,
    Statement,
    Status,
    Total,
)
from caravana.component.bank.errors import StatementRefused
from caravana.component.bank.markup import Node, parse


class _Message(NamedTuple):
    """One of the three messages: its elements, and what it promises."""

    form: str
    root: str
    body: str
    complete: bool
    must_close: bool


_MESSAGES = (
    _Message("camt.052", "BkToCstmrAcctRpt", "Rpt", complete=False, must_close=False),
    _Message("camt.053", "BkToCstmrStmt", "Stmt", complete=True, must_close=True),
    _Message("camt.054", "BkToCstmrDbtCdtNtfctn", "Ntfctn", complete=False, must_close=False),
)
_DIRECTIONS = {"CRDT": Direction.CREDIT, "DBIT": Direction.DEBIT}
_STATUSES = {"BOOK": Status.BOOKED, "PDNG": Status.PENDING}
_OPENING = ("OPBD", "PRCD")
"""Balance types with which a statement begins, the first that it has."""
_CLOSING = "CLBD"
_FREE = ("RmtInf/Ustrd", "RmtInf/Strd/AddtlRmtInf", "AddtlTxInf")
"""Where a detail has text for people."""
_NOT_PROVIDED = frozenset({"NOTPROVIDED", "NOT PROVIDED", "NONREF"})


def read_camt(content: bytes) -> list[Statement]:
    """Return the statements of a camt file. Raises `StatementRefused`, with the line, for the file as a whole."""
    root = parse(content)
    for message in _MESSAGES:
        found = root.first(message.root)
        if found is not None:
            version = re.search(r"camt\.05[234]\.\d{3}\.\d{2}", root.namespace)
            form = version[0] if version else message.form
            statements = [_Reader(message, one, form).statement() for one in found.all(message.body)]
            if not statements:
                raise StatementRefused(f"there is no `{message.body}` in it", line=found.line)
            return statements
    inner = next(root.children(), None)
    path = root.name if inner is None else f"{root.name}/{inner.name}"
    raise StatementRefused(f"it is another XML than camt.052, 053 or 054: `{path}`", line=root.line)


class _Reader:
    """Reads one statement, report or notification."""

    def __init__(self, message: _Message, node: Node, form: str) -> None:
        """`node`: Stmt, Rpt or Ntfctn."""
        self._message = message
        self._node = node
        self._form = form
        account = node.text("Acct/Id/IBAN", "Acct/Id/Othr/Id")
        if account is None:
            raise StatementRefused("it does not say of which account", line=node.line)
        self._account = account.replace(" ", "")

    def statement(self) -> Statement:
        """Return it."""
        node = self._node
        balances = self._balances()
        opening = next((balances[kind] for kind in _OPENING if kind in balances), None)
        entries: list[Entry] = []
        booked: list[tuple[Direction, Decimal, Status]] = []
        for one in node.all("Ntry"):
            whole, parts = self._entry(one)
            entries += parts
            booked.append((whole.direction, whole.amount, whole.status))
        return Statement(
            account=self._account,
            form=self._form,
            id=node.text("Id") or "",
            sequence=node.text("ElctrncSeqNb", "LglSeqNb") or "",
            currency=node.text("Acct/Ccy"),
            created=_day(node.first("CreDtTm")),
            opening=opening,
            closing=balances.get(_CLOSING),
            balances=balances,
            totals=self._totals(),
            entries=tuple(entries),
            complete=self._message.complete,
            must_close=self._message.must_close,
            line=node.line,
            booked=tuple(booked),
        )

    def _balances(self) -> dict[str, Balance]:
        """By type; of several of one type the first opens and the last closes."""
        found: dict[str, Balance] = {}
        for one in self._node.all("Bal"):
            kind = one.text("Tp/CdOrPrtry/Cd", "Tp/CdOrPrtry/Prtry") or ""
            if kind in found and kind != _CLOSING:
                continue
            amount, currency = _amount(one)
            signed = amount if _direction(one) is Direction.CREDIT else -amount
            found[kind] = Balance(signed, currency, _day(one.first("Dt")), one.line)
        return found

    def _totals(self) -> tuple[Total, ...]:
        """What TxsSummry says, as far as it can be compared."""
        kinds = (("TtlNtries", None), ("TtlCdtNtries", Direction.CREDIT), ("TtlDbtNtries", Direction.DEBIT))
        found = []
        for name, direction in kinds:
            node = self._node.first(f"TxsSummry/{name}")
            if node is not None:
                count, amount = node.text("NbOfNtries"), node.text("Sum")
                found.append(
                    Total(direction, _whole(count, node), None if amount is None else _plain(amount, node), node.line)
                )
        return tuple(found)

    def _entry(self, node: Node) -> tuple[Entry, list[Entry]]:
        """Return the entry as booked, and the entries that it becomes: one, or its parts."""
        amount, currency = _amount(node)
        status = node.text("Sts/Cd", "Sts/Prtry", "Sts")
        whole = Entry(
            account=self._account,
            currency=currency,
            amount=amount,
            direction=_direction(node),
            booking_date=_day(node.first("BookgDt")),
            value_date=_day(node.first("ValDt")),
            status=_STATUSES.get(status or "", Status.OTHER),
            reversal=node.text("RvslInd") in ("true", "1"),
            references=References(entry=node.text("AcctSvcrRef"), number=node.text("NtryRef")),
            code=_code(node),
            line=node.line,
        )
        if whole.amount == 0:
            whole = whole.noted("the amount is zero: kept, not money")
        details = node.all("NtryDtls/TxDtls")
        return whole, self._parts(node, whole, details)

    def _parts(self, node: Node, whole: Entry, details: Sequence[Node]) -> list[Entry]:
        further = _texts(node.texts("AddtlNtryInf"))
        doubt = _contradiction(node, whole)
        if len(details) > 1:
            amounts = [_detail_amount(one, whole) for one in details]
            if None not in amounts and sum(filter(None, amounts), Decimal(0)) == whole.amount:
                parts = [
                    replace(_described(one, whole), amount=part, batch=Batch(whole.amount, number, len(details)))
                    for number, (one, part) in enumerate(zip(details, amounts, strict=True), 1)
                    if part is not None
                ]
                return [replace(one, doubt=doubt) for one in _numbered(parts)]
            whole = whole.noted(
                f"its {len(details)} details do not add up to it: taken as one, with all their references"
            )
        elif details and _detail_amount(details[0], whole) not in (None, whole.amount):
            whole = whole.noted("its detail names another amount: that of the entry counts")
        elif details and _foreign(details[0], whole):
            whole = whole.noted("its detail names an amount in another currency: that of the entry counts")
        described = _gathered([_described(one, whole) for one in details]) if details else whole
        return [replace(described, remittance=(*described.remittance, *further), doubt=doubt)]


def _described(detail: Node, whole: Entry) -> Entry:
    """The entry with what one detail says of it."""
    references = References(
        bank=detail.text("Refs/AcctSvcrRef"),
        entry=whole.references.entry,
        number=whole.references.number,
        uetr=detail.text("Refs/UETR"),
        transaction=detail.text("Refs/TxId"),
        end_to_end=_provided(detail.text("Refs/EndToEndId")),
        instruction=detail.text("Refs/InstrId"),
        payment_info=detail.text("Refs/PmtInfId"),
        mandate=detail.text("Refs/MndtId"),
    )
    return replace(
        whole,
        references=references,
        party=_party(detail, whole),
        remittance=_texts([text for path in _FREE for text in detail.texts(path)]),
        structured=_structured(detail),
    )


def _gathered(parts: Sequence[Entry]) -> Entry:
    """One entry with the references and texts of all `parts`: the first's where there can be one only."""
    first = parts[0]
    several = {
        name: next((value for one in parts if (value := getattr(one.references, name))), None)
        for name in References.__dataclass_fields__
    }
    unlike = [name for name in ("name", "account") if len({getattr(one.party, name) for one in parts}) > 1]
    return replace(
        first,
        references=References(**several),
        party=replace(first.party, **dict.fromkeys(unlike)) if len(parts) > 1 else first.party,
        remittance=_texts([text for one in parts for text in one.remittance]),
        structured=_texts([text for one in parts for text in one.structured]),
    )


def _numbered(parts: Sequence[Entry]) -> list[Entry]:
    """Number those that share amount and references: the bank may give two payments of one entry the same."""
    seen: dict[tuple[Decimal, References], int] = {}
    found = []
    for one in parts:
        key = (one.amount, one.references)
        seen[key] = seen.get(key, 0) + 1
        found.append(replace(one, occurrence=seen[key]))
    return found


def _contradiction(node: Node, whole: Entry) -> str | None:
    """What an entry's batch says that its own details deny, in words; None when all agrees."""
    for part in node.all("NtryDtls"):
        details = part.all("TxDtls")
        said = _whole(part.text("Btch/NbOfTxs"), part)
        if details and said is not None and said != len(details):
            return f"its batch says {said} transactions and has {len(details)}"
        total = part.first("Btch/TtlAmt")
        if total is None:
            continue
        amount, currency = _amount(part.first("Btch") or part, "TtlAmt")
        listed = node.all("NtryDtls")
        if currency == whole.currency and len(listed) == 1 and amount != whole.amount:
            return f"its batch says {amount} {currency} and the entry {whole.amount} {whole.currency}"
    return None


def _detail_amount(detail: Node, whole: Entry) -> Decimal | None:
    """The detail's amount in the entry's currency and direction, None when it has none."""
    if _DIRECTIONS.get(detail.text("CdtDbtInd") or "", whole.direction) is not whole.direction:
        return None
    for path in ("Amt", "AmtDtls/TxAmt/Amt"):
        found = detail.first(path)
        if found is not None and found.attribute("Ccy") == whole.currency:
            return point_amount(found.element.text or "", whole.currency, line=found.line)
    return None


def _foreign(detail: Node, whole: Entry) -> bool:
    found = detail.first("Amt", "AmtDtls/TxAmt/Amt")
    return found is not None and found.attribute("Ccy") != whole.currency


def _party(detail: Node, whole: Entry) -> Party:
    """The payer of a credit, the payee of a debit; where that one is not named, whoever of the two is another."""
    sides = ("Dbtr", "Cdtr") if whole.direction is Direction.CREDIT else ("Cdtr", "Dbtr")
    for side in sides:
        found = _side(detail, side)
        if found != Party() and found.account != whole.account:
            return found
    return Party()


def _side(detail: Node, side: str) -> Party:
    parties = detail.first("RltdPties")
    if parties is None:
        return Party()
    account = parties.text(f"{side}Acct/Id/IBAN", f"{side}Acct/Id/Othr/Id")
    ids = [f"{way}/Id/{kind}/Othr/Id" for way in (side, f"{side}/Pty") for kind in ("OrgId", "PrvtId")]
    return Party(
        name=parties.text(f"{side}/Pty/Nm", f"{side}/Nm", f"Ultmt{side}/Pty/Nm", f"Ultmt{side}/Nm"),
        account=None if account is None else account.replace(" ", ""),
        tax_id=parties.text(*ids),
        bank=detail.text(f"RltdAgts/{side}Agt/FinInstnId/BICFI", f"RltdAgts/{side}Agt/FinInstnId/BIC"),
    )


def _structured(detail: Node) -> tuple[str, ...]:
    found: list[str] = []
    for one in detail.all("RmtInf/Strd"):
        found += one.texts("CdtrRefInf/Ref")
        found += one.texts("RfrdDocInf/Nb")
    return _texts(found)


def _texts(found: Sequence[str]) -> tuple[str, ...]:
    """Each text once, in order, spaces and line breaks inside made one."""
    return tuple(dict.fromkeys(" ".join(one.split()) for one in found))


def _code(node: Node) -> str | None:
    domain = [node.text(f"BkTxCd/Domn/{path}") for path in ("Cd", "Fmly/Cd", "Fmly/SubFmlyCd")]
    return "/".join(filter(None, domain)) or node.text("BkTxCd/Prtry/Cd")


def _provided(text: str | None) -> str | None:
    return None if text is None or text.upper() in _NOT_PROVIDED else text


def _amount(node: Node, name: str = "Amt") -> tuple[Decimal, str]:
    found = node.first(name)
    if found is None:
        raise StatementRefused(f"`{node.name}` has no amount", line=node.line)
    currency = currency_of(found.attribute("Ccy"), line=found.line)
    return point_amount(found.element.text or "", currency, line=found.line), currency


def _direction(node: Node) -> Direction:
    word = node.text("CdtDbtInd")
    if word not in _DIRECTIONS:
        raise StatementRefused(f"`{node.name}` is neither CRDT nor DBIT", line=node.line)
    return _DIRECTIONS[word]


def _day(node: Node | None) -> date | None:
    """The day of a `Dt` or `DtTm`, as the bank wrote it: its own zone is the account's."""
    if node is None:
        return None
    text = node.text("Dt", "DtTm") or (node.element.text or "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise StatementRefused(f"`{text[:30]}` is no day", line=node.line) from None


def _whole(text: str | None, node: Node) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise StatementRefused(f"`{text[:20]}` is no number of entries", line=node.line)
    return int(text)


def _plain(text: str, node: Node) -> Decimal:
    if not re.fullmatch(r"[+-]?\d{1,18}(\.\d{1,17})?", text):
        raise StatementRefused(f"`{text[:40]}` is no sum", line=node.line)
    return Decimal(text)
