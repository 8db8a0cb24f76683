"""Sample files of three public projects: each ends as what is known of it says."""

from decimal import Decimal

import pytest

from tests.component.bank.world import World
from tests.support.material import shared_material

pytestmark = pytest.mark.shared
YES, NO, NONE = True, False, None
EXPECTED: dict[str, list[tuple[bool | None, int, str, str]]] = {
    # file → of each statement: closes, entries, credits, debits
    "genkgo-camt053.v2.minimal.xml": [(NO, 1, "8.85", "0")],
    "genkgo-camt053.v2.multi.statement.xml": [(YES, 1, "8.85", "0"), (YES, 1, "0", "7.00")],
    "genkgo-camt053.v2.all-balance-types.xml": [(NO, 1, "8.85", "0")],
    "genkgo-camt053.v2.five.decimals.xml": [(NO, 1, "8.85", "0")],
    "genkgo-camt053.v4.xml": [(NO, 1, "8.85", "0")],
    "genkgo-camt053.v8.xml": [(NO, 1, "8.85", "0")],
    "genkgo-camt054.v2.xml": [(NONE, 1, "0", "200000.00")],
    "genkgo-camt054.v8.xml": [(NONE, 1, "0", "200000.00")],
    "genkgo-camt054.v8-with-UETR.xml": [(NONE, 1, "0", "200000.00")],
    "oca-test-camt053.xml": [(NO, 4, "1405.31", "1418.30")],
    "oca-test-camt053-txdtls.xml": [(YES, 2, "3483.00", "0")],
    "oca-test-camt054.xml": [(NONE, 1, "5.00", "0")],
    "mt940-betterplace-sepa_snippet.sta": [(YES, 4, "360093.91", "1500.00"), (NO, 7, "1070651.81", "3572569.11")],
    "mt940-citi-mt940.txt": [(YES, 5, "0", "1142.75")],
    "mt940-cmxl-mt940.sta": [
        (YES, 11, "49396.74", "49309.44"),
        (YES, 2, "3000.00", "800.00"),
        (YES, 3, "20040.00", "10000.00"),
    ],
    "mt940-jejik-abnamro.sta": [(NO, 8, "0", "321.44"), (NO, 2, "0", "24.49")],
    "mt940-jejik-ing.sta": [(NO, 7, "4.68", "50.27")],
    "mt940-mBank-mt940.sta": [(YES, 3, "0.03", "0")],
    "mt940-self-provided-february_30.sta": [(YES, 1, "0", "6.00")],
}


@pytest.mark.parametrize("name", EXPECTED)
async def test_each_sample_ends_as_it_should(name: str) -> None:
    """What closes gives its entries and totals; what does not is stored with the reason and is no money."""
    world = World()
    report = await world.take(shared_material(f"bank-samples/{name}").read_bytes(), name)
    found = [(one.closes, one.entries, str(one.credits), str(one.debits)) for one in report.statements]
    assert found == EXPECTED[name]
    for one in report.statements:
        assert one.state == ("held" if one.closes is False else "taken")
        assert bool(one.reasons) == (one.closes is False)
        assert one.closes is not False or one.keys == ()
    assert await world.desk.book.content(report.digest) is not None


async def test_all_samples_together_and_again() -> None:
    """All 19 are 33 entries of money and two for a person; a second time nothing is new."""
    world = World()
    files = {name: shared_material(f"bank-samples/{name}").read_bytes() for name in sorted(EXPECTED)}
    first = [await world.take(content, name) for name, content in files.items()]
    entries = await world.desk.book.entries()
    again = [await world.take(content, name) for name, content in files.items()]
    assert sum(one.new for report in first for one in report.statements) == 33
    assert sum(one.doubtful for report in first for one in report.statements) == 2
    assert sum(one.new + one.doubtful for report in again for one in report.statements) == 0
    assert [one.key for one in entries] == [one.key for one in await world.desk.book.entries()]


async def test_twins_of_a_sample_survive() -> None:
    """Three equal credits of one day stay three."""
    world = World()
    await world.take(shared_material("bank-samples/mt940-mBank-mt940.sta").read_bytes())
    assert (await world.money())[Decimal("0.01")] == 3
