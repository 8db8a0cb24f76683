"""The transfers as bank files tell them, and what is kept of them: each once, as the bank component does it."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from bench.matching.scene import Transfer
from caravana.commerce.matching import Credit
from caravana.commerce.matching.records import credit_of
from caravana.component.bank.entry import Direction, Entry, Party, References, Statement
from caravana.component.bank.identity import Settlement, Telling

ACCOUNT = "2100012345"
SHORT = 40
"""Signs of a purpose that a download keeps."""


def money(transfers: Sequence[Transfer]) -> tuple[list[tuple[Transfer, Credit]], int]:
    """Return what is new money, and how many of the tellings were known or are held for a person.

    First come the bank's advices; then, of some of these, its statement, and a download that has no references.
    """
    kept: dict[str, Telling] = {}
    found: list[tuple[Transfer, Credit]] = []
    known = 0
    first = [one for one in transfers if one.again is None]
    again = [one for one in transfers if one.again is not None]
    for form, told in (("camt.054.001.08", first), ("camt.053.001.08", again[::2]), ("table:pichincha", again[1::2])):
        verdicts = Settlement(dict(kept)).settle(tellings := list(_tellings(form, told)))
        for transfer, telling, verdict in zip(told, tellings, verdicts, strict=True):
            key = f"{ACCOUNT}/{transfer.number}"
            if verdict.known is not None or verdict.perhaps is not None:
                known += 1
                continue
            kept[key] = telling
            found.append((transfer, credit_of(key, telling.entry)))
    return found, known


def _tellings(form: str, transfers: Iterable[Transfer]) -> Iterable[Telling]:
    for place, one in enumerate(transfers):
        entry = _entry(one, download=form.startswith("table:"))
        yield Telling.of(
            entry, Statement(ACCOUNT, form, complete="054" not in form, entries=(entry,)), f"{form}/{place}"
        )


def _entry(one: Transfer, *, download: bool) -> Entry:
    first = one.again or one.number
    day: date = one.day
    return Entry(
        ACCOUNT,
        "USD",
        Decimal(one.amount) / 100,
        Direction.CREDIT,
        day,
        references=References() if download else References(bank=f"B{first:08d}"),
        party=Party(
            None if download else one.name, None if download else one.account, None if download else one.tax_id
        ),
        remittance=(" ".join(one.lines)[:SHORT],) if download else one.lines,
    )
