"""Invented files with every oddity that real ones were seen to have, and every way of being wrong."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from caravana.component.bank.entry import Entry
from tests.component.bank.world import World, counts

DATA = Path(__file__).parents[2] / "data" / "bank"


async def entries_of(name: str) -> list[Entry]:
    """Import one file; returns what is kept of it, as it stands in the file."""
    world = World()
    report = await world.take((DATA / name).read_bytes(), name)
    assert report.state == "taken", report
    return sorted((one.entry for one in await world.desk.book.entries()), key=lambda one: (one.line, -one.amount))


@pytest.mark.parametrize(
    ("name", "new", "doubtful", "other"),
    [
        ("camt052-v8-pending.xml", 1, 0, 1),
        ("camt053-v13-prefixed.xml", 1, 0, 0),
        ("camt053-v2-reversal-in-two-parts.xml", 4, 0, 0),
        ("camt053-v2-three-decimals.xml", 1, 0, 0),
        ("camt053-v2-two-statements.xml", 2, 0, 0),
        ("camt053-v4-detail-zero.xml", 1, 0, 0),
        ("camt053-v4-two-parts-one-reference.xml", 2, 0, 0),
        ("camt053-v8-times-with-offset.xml", 1, 0, 0),
        ("camt054-v2-parts-without-amounts.xml", 1, 0, 0),
        ("camt054-v4-clean.xml", 1, 0, 0),
        ("camt054-v8-batch-contradicts-itself.xml", 0, 1, 0),
        ("camt054-v8-hardly-anything.xml", 1, 0, 0),
        ("zero-amount.xml", 0, 0, 1),
        ("mt940-blank-entry-dates.txt", 2, 0, 2),
        ("mt940-february-30.sta", 1, 0, 0),
        ("mt940-framed-triplets.sta", 3, 0, 0),
        ("mt940-reversals.sta", 2, 0, 0),
        ("mt940-three-currencies.sta", 5, 0, 0),
        ("pichincha.csv", 2, 0, 0),
        ("pichincha-latin.csv", 2, 0, 0),
        ("pacifico.csv", 2, 0, 1),
        ("plantilla.xlsx", 2, 0, 0),
    ],
)
async def test_what_is_right_is_taken_once(name: str, new: int, doubtful: int, other: int) -> None:
    """Entries of money, for a person, and that are no money; the second time all are known."""
    world = World()
    content = (DATA / name).read_bytes()
    report = await world.take(content, name)
    assert (report.state, counts(report)) == ("taken", (new, 0, doubtful, other))
    assert counts(await world.take(content, name)) == (0, new + doubtful, 0, other)
    assert len(world.told("bank_other")) == other


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("camt053-v2-minimal-closes-in-debit.xml", "it closes with -27.00"),
        ("camt053-v2-all-balance-types.xml", "1.01 + 8.85 is 9.86, and it closes with 4.04"),
        ("camt053-v2-closing-off-by-five-cents.xml", "27.00, and it closes with 27.05"),
        ("mt940-totals-after-closing.sta", "it closes with 3.47"),
        ("bad/balances-do-not-add-up.xml", "10.00 + 50.00 is 60.00, and it closes with 61.00"),
        ("bad/counts-do-not-add-up.xml", "it says 2 entries and has 1"),
        ("bad/no-closing-balance.xml", "it has no closing balance"),
    ],
)
async def test_what_does_not_add_up_is_held(name: str, reason: str) -> None:
    """It is stored with the reason, asks for a person, and nothing of it is money."""
    world = World()
    content = (DATA / name).read_bytes()
    report = await world.take(content, name)
    [statement] = report.statements
    assert (report.state, statement.state) == ("held", "held")
    assert reason in "; ".join(statement.reasons)
    assert await world.desk.book.entries() == []
    assert await world.desk.book.content(report.digest) == content
    assert f"bank/file/{report.digest[:16]}" in world.told("review")


async def test_statements_of_one_file_are_judged_singly() -> None:
    """Of two statements the one that closes is money, the other is held."""
    for name, states in (
        ("mt940-wrapped-subfields.sta", ["taken", "held"]),
        ("mt940-bank-header.sta", ["held", "taken"]),
    ):
        report = await World().take((DATA / name).read_bytes(), name)
        assert (report.state, [one.state for one in report.statements]) == ("held", states)


@pytest.mark.parametrize(
    ("name", "line", "reason"),
    [
        ("malformed.xml", 7, "no well-formed XML"),
        ("truncated.xml", 8, "no well-formed XML"),
        ("foreign.xml", 2, "another XML than camt.052, 053 or 054: `factura/infoTributaria`"),
        ("entity-bomb.xml", 1, "DOCTYPE"),
        ("external-entity.xml", 1, "DOCTYPE"),
        ("wrong-encoding.xml", 6, "no well-formed XML"),
        ("negative.xml", 11, "the amount `-50.00` is negative"),
        ("unknown-currency.xml", 11, "the currency `ZZZ` is unknown"),
        ("february-30.xml", 12, "`2026-02-30` is no day"),
        ("more-places-than-the-currency.xml", 11, "more than the 2 places of USD"),
        ("february-30-booking.sta", 5, "its booking date `2028-02-30` does not exist"),
        ("february-31.sta", 5, "its value date `2028-02-31` does not exist"),
        ("truncated.sta", 6, "is the file cut?"),
        ("no-line.sta", 5, "is no statement line"),
        ("unknown-currency.sta", 3, "the currency `ZZZ` is unknown"),
        ("utf-16.sta", 1, "zero bytes"),
        ("two-headers.csv", 7, "the headings stand twice, in rows 4, 7"),
        ("two-headers.xlsx", 4, "the headings stand twice, in rows 2, 4"),
        ("header-in-two-rows.csv", 4, "are they in two rows?"),
        ("negative.csv", 5, "the amount `-1250.00` is negative"),
        ("balance-does-not-go-on.csv", 5, "95.00 and 1250.00 are not 1344.00"),
        ("utf-16.csv", 1, "not in utf-8-sig, cp1252"),
        ("other-decimal-sign.csv", 5, "no amount with the decimal sign `,`"),
        ("february-30.csv", 5, "is no day"),
        ("one-row.csv", 4, "proves nothing"),
        ("other-headings.csv", None, "has the headings of no bank profile"),
        ("no-account.csv", None, "which account"),
        ("empty.csv", None, "it is empty"),
        ("truncated.xlsx", None, "no whole workbook"),
    ],
)
async def test_what_is_wrong_is_refused_with_line_and_reason(name: str, line: int | None, reason: str) -> None:
    """The file is kept, nothing of it is money, and a person is told where it is wrong."""
    world = World()
    content = (DATA / "bad" / name).read_bytes()
    report = await world.take(content, name)
    assert (report.state, report.line) == ("refused", line)
    assert reason in (report.reason or "")
    assert await world.desk.book.content(report.digest) == content
    assert world.told("bank_entry") == []
    assert world.hub.store.records["review", f"bank/file/{report.digest[:16]}"]["reason"].endswith(report.reason)


async def test_a_batch_is_money_once_whole_or_in_parts() -> None:
    """By one form in two parts that share a reference, by another as one sum: in whichever order, it is 3483.00."""
    names = ["camt053-v4-two-parts-one-reference.xml", "camt054-v4-the-same-batch-whole.xml"]
    for order in (names, names[::-1]):
        world = World()
        for name in order:
            await world.take((DATA / name).read_bytes(), name)
        assert sum((await world.money()).elements()) == Decimal("3483.00")


async def test_a_reversal_is_no_payment() -> None:
    """What undoes an earlier entry is marked; its direction is that of the booking."""
    entries = await entries_of("camt053-v2-reversal-in-two-parts.xml")
    assert [(str(one.signed), one.reversal) for one in entries] == [
        ("-754.25", False),
        ("-564.05", True),
        ("-100.00", True),
        ("1405.31", False),
    ]
    returned, fee = await entries_of("mt940-reversals.sta")
    assert (returned.signed, returned.reversal) == (Decimal("-30.00"), True)
    assert (fee.signed, fee.reversal) == (Decimal("5.00"), True)


async def test_all_that_a_detail_says_is_kept() -> None:
    """Payer with identification, references, text in order; the day is the bank's own, not UTC's."""
    [entry] = await entries_of("camt053-v8-times-with-offset.xml")
    assert (entry.booking_date, entry.party.name, entry.party.tax_id) == (date(2026, 11, 23), "LUIS MORA", "1710034065")
    assert entry.references.end_to_end == "PED-88"
    assert entry.references.uetr == "11111111-2222-4333-8444-555555555555"
    assert entry.remittance == ("Factura 001-001-", "000000123")


async def test_subfields_broken_by_lines_are_joined() -> None:
    """A tag or number of a subfield that a line breaks in two is read whole."""
    world = World()
    await world.take((DATA / "mt940-wrapped-subfields.sta").read_bytes())
    [entry] = [one.entry for one in await world.desk.book.entries() if one.entry.signed > 0]
    assert entry.references.end_to_end == "PEDIDO 22 004 00001"
    assert entry.remittance[0] == "Pago pedido 01 TFNr 22 004"
    assert (entry.party.name, entry.party.account) == ("KARL KAUFMANN", "DE14508800500194785000")
    [gehalt] = [one for one in await entries_of("mt940-three-currencies.sta") if one.amount == 3000]
    assert gehalt.remittance[0] == "Gehalt OktoberFirmaMustermannGmbH"


async def test_30_february_as_value_date_is_its_last_day() -> None:
    """Banks that count months of 30 days write it; it is noted. The booking date is a real day."""
    [entry] = await entries_of("mt940-february-30.sta")
    assert (entry.value_date, entry.booking_date) == (date(2028, 2, 29), date(2028, 3, 1))
    assert entry.notes == ("its value date is 30 February: taken as the 29th",)


async def test_workbooks_are_exact() -> None:
    """The binary number 1250.1 of a cell is 1250.10, a number as reference has no point."""
    _, credit = await entries_of("plantilla.xlsx")
    assert (credit.amount, credit.references.bank, credit.party.name) == (Decimal("1250.10"), "553311", "ANA PEREZ")


async def test_a_profile_is_proven_once_and_then_takes_a_single_row() -> None:
    """The running balance of a longer download proves it; until then one row proves nothing."""
    world = World()
    single = (DATA / "bad" / "one-row.csv").read_bytes()
    assert (await world.take(single)).state == "refused"
    await world.take((DATA / "pichincha.csv").read_bytes())
    assert counts(await world.take(single)) == (0, 1, 0, 0)


async def test_dry_runs_store_nothing() -> None:
    """Only the report is given."""
    world = World()
    report = await world.take((DATA / "pichincha.csv").read_bytes(), dry=True)
    assert counts(report) == (2, 0, 0, 0)
    assert world.hub.store.records == {}


async def test_a_zip_bomb_is_not_unpacked(tmp_path: Path) -> None:
    """A workbook that would come to gigabytes is refused by what its directory says."""
    import zipfile

    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/workbook.xml", "w") as part:
        for _ in range(210):
            part.write(b"\0" * 1024 * 1024)
    report = await World().take(path.read_bytes(), "bomb.xlsx")
    assert report.state == "refused"
    assert "unpacked the workbook would have" in (report.reason or "")
