"""One entry is money once, whatever brings it again; equal entries stay as many as they are."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caravana.kit.ports import Unavailable
from tests.component.bank.telling import (
    Movement,
    camt053,
    camt054,
    later,
    movement,
    mt940,
    notification,
    pacifico,
    pichincha,
)
from tests.component.bank.world import World, counts

ANA = movement("50.00", "R1", "ANA PEREZ", "Factura 001-001-000000123", end_to_end="E-1")
LUIS = movement("70.25", "R2", "LUIS MORA", "Pedido 88")


async def test_one_credit_by_three_forms_is_one() -> None:
    """Notified, stated and downloaded, a credit is money once; what each form knows more is joined."""
    world = World()
    assert counts(await world.take(camt054([ANA]))) == (1, 0, 0, 0)
    assert counts(await world.take(camt053([ANA, LUIS]))) == (1, 1, 0, 0)
    assert counts(await world.take(pichincha([ANA, LUIS], references=False))) == (0, 2, 0, 0)
    assert await world.money() == Counter([ANA.amount, LUIS.amount])
    [kept] = [one for one in await world.desk.book.entries() if one.entry.amount == ANA.amount]
    assert kept.telling.forms == {"camt.054", "camt.053", "table:pichincha"}
    assert kept.entry.balance == Decimal("150.00")


@pytest.mark.parametrize("tell", [camt053, mt940, pichincha, pacifico], ids=lambda one: one.__name__)
async def test_two_equal_deposits_of_one_day_are_two(tell: Callable[[list[Movement]], bytes]) -> None:
    """Also without any reference, and also when the same file, or a longer one of the day, comes again."""
    twin = movement("20.00", "", "", "DEPOSITO VENTANILLA")
    world = World()
    assert counts(await world.take(tell([twin, twin]))) == (2, 0, 0, 0)
    assert counts(await world.take(tell([twin, twin]))) == (0, 2, 0, 0)
    assert await world.money() == Counter({twin.amount: 2})


async def test_a_longer_download_of_the_day_adds_what_is_new() -> None:
    """At noon one deposit, in the evening two equal ones: the first is known, the second is new."""
    twin = movement("20.00", "", "", "DEPOSITO VENTANILLA")
    world = World()
    await world.take(pacifico([LUIS, twin]))
    assert counts(await world.take(pacifico([LUIS, twin, twin]))) == (1, 2, 0, 0)
    assert await world.money() == Counter({LUIS.amount: 1, twin.amount: 2})


async def test_notifications_of_the_day_and_the_statement_of_the_next_are_one() -> None:
    """Told at night and booked in the morning: by the bank's reference, or the payer's, it is one."""
    for told in (ANA, movement("50.00", "", "ANA PEREZ", "", end_to_end="E-1")):
        world = World()
        await world.take(camt054([told]))
        assert counts(await world.take(camt053([later(told, 1)]))) == (0, 1, 0, 0)


async def test_notified_twins_meet_the_twins_of_the_statement() -> None:
    """Two notifications of equal credits by one payer, then a statement with other references: two in all."""
    first, second = movement("20.00", "N1", "ANA PEREZ"), movement("20.00", "N2", "ANA PEREZ")
    world = World()
    await world.tell(notification([first]))
    await world.tell(notification([second]))
    await world.tell(notification([first]))
    stated = [movement("20.00", "B1", "PEREZ ANA"), movement("20.00", "B2", "PEREZ ANA")]
    assert counts(await world.take(mt940(stated))) == (0, 2, 0, 0)
    assert await world.money() == Counter({first.amount: 2})


async def test_what_may_be_one_is_held_for_a_person_and_never_dropped() -> None:
    """A credit of another day by the same payer without any reference may be the same: a person decides, either way."""
    for same, expected in ((True, 1), (False, 2)):
        world = World()
        await world.take(camt054([movement("20.00", "", "ANA PEREZ")]))
        again = mt940([later(movement("20.00", "", "ANA PEREZ"), 1)])
        assert counts(await world.take(again)) == (0, 0, 1, 0)
        assert await world.held() == Counter({Decimal("20.00"): 1})
        [key] = [one.key for one in await world.desk.book.entries(state="held")]
        assert f"bank/entry/{key}" in world.told("review")
        await world.desk.decide(key, same=same)
        assert (await world.money())[Decimal("20.00")] == expected
        assert world.told("review") == []
        assert counts(await world.take(again)) == (0, 1, 0, 0)


async def test_two_payers_of_one_amount_are_two() -> None:
    """The same amount on the same day by another payer is not the one that was notified."""
    world = World()
    await world.take(camt054([movement("20.00", "R1", "ANA PEREZ")]))
    both = [movement("20.00", "", "JUAN VERA"), movement("20.00", "", "PEREZ ANA")]
    assert counts(await world.take(pacifico(both))) == (1, 1, 0, 0)
    names = sorted(str(one.entry.party.name or one.entry.remittance) for one in await world.desk.book.entries())
    assert names == ["('JUAN VERA',)", "ANA PEREZ"]


async def test_a_mended_file_doubles_nothing() -> None:
    """A statement that did not close posts nothing; the mended one is taken, and once."""
    broken = camt053([ANA, LUIS]).replace(b"220.25", b"999.99")
    world = World()
    report = await world.take(broken)
    assert (report.state, counts(report)) == ("held", (0, 0, 0, 0))
    assert counts(await world.take(camt053([ANA, LUIS]))) == (2, 0, 0, 0)
    assert counts(await world.take(broken)) == (0, 0, 0, 0)
    assert await world.money() == Counter([ANA.amount, LUIS.amount])


async def test_an_import_that_breaks_off_anywhere_is_made_good_by_the_next() -> None:
    """The store gives out at each of its writes in turn: the file imported again ends as if nothing had been."""
    twin = movement("20.00", "", "", "DEPOSITO")
    content = camt053([ANA, LUIS, twin, twin])
    for last in range(12):
        world = World()
        store = world.hub.store
        whole, writes = store.put, iter(range(last))

        async def put(scope: str, key: str, value: object, whole=whole, writes=writes) -> None:  # type: ignore[no-untyped-def]
            if next(writes, None) is None:
                raise Unavailable("disk full")
            await whole(scope, key, value)

        store.put = put  # type: ignore[method-assign]
        with suppress(Unavailable):
            await world.take(content)
        store.put = whole  # type: ignore[method-assign]
        assert (await world.take(content)).state == "taken"
        assert await world.money() == Counter({ANA.amount: 1, LUIS.amount: 1, twin.amount: 2})


async def test_other_spellings_of_an_account_are_one_account() -> None:
    """The setting `bank.accounts` names the IBAN by which the bank's XML calls the account of its downloads."""
    world = World()
    world.hub.settings["bank.accounts"] = {"EC99210001234567890": "2100012345"}
    await world.take(camt053([ANA]).replace(b"2100012345", b"EC99210001234567890"))
    assert counts(await world.take(pichincha([ANA, LUIS]))) == (1, 1, 0, 0)


# Any day, told in any order by any forms.

MOVEMENTS = st.lists(
    st.builds(
        lambda amount, name: (Decimal(amount), name),
        st.sampled_from(["20.00", "20.00", "35.10", "-4.50", "1200.00"]),
        st.sampled_from(["ANA PEREZ", "LUIS MORA", "COMERCIAL ANDINA", ""]),
    ),
    min_size=2,
    max_size=6,
)
FORMS = ("camt054", "camt053", "mt940", "pichincha", "pacifico", "notification")


NEXT = later(movement("-0.33", "R0", "", "COMISION"), 1)
"""Of the day after: what has it knows all of the day before."""


def day_of(parts: list[tuple[Decimal, str]]) -> list[Movement]:
    """Return movements with the bank's references, and one of the next day."""
    return [*(Movement(amount, f"R{number}", name) for number, (amount, name) in enumerate(parts, 1)), NEXT]


@settings(max_examples=40, deadline=None)
@given(parts=MOVEMENTS, forms=st.lists(st.sampled_from(FORMS), min_size=1, max_size=5), cut=st.integers(0, 6))
def test_any_forms_in_any_order_keep_each_movement_once(
    parts: list[tuple[Decimal, str]], forms: list[str], cut: int
) -> None:
    """With the bank's references, and downloads of whole days without: exactly the day's movements, nothing held."""
    day = day_of(parts)
    told = day[: min(cut, len(parts))]

    async def play() -> None:
        world = World()
        tell: dict[str, Callable[[], Awaitable[object]]] = {
            "camt054": lambda: world.take(camt054(told)),
            "camt053": lambda: world.take(camt053(day)),
            "mt940": lambda: world.take(mt940(day)),
            "pichincha": lambda: world.take(pichincha(day)),
            "pacifico": lambda: world.take(pacifico(day)),
            "notification": lambda: world.tell(notification(told)) if told else world.take(camt053(day)),
        }
        for form in forms:
            await tell[form]()
        expected = Counter(one.amount for one in day)
        if set(forms) <= {"camt054", "notification"}:
            assert await world.money() <= expected
        else:
            assert await world.money() == expected
            assert await world.held() == Counter()

    asyncio.run(play())


@settings(max_examples=30, deadline=None)
@given(parts=MOVEMENTS, pieces=st.lists(st.integers(1, 6), min_size=1, max_size=4))
def test_growing_downloads_without_references_keep_each_movement_once(
    parts: list[tuple[Decimal, str]], pieces: list[int]
) -> None:
    """A day downloaded again and again while it grows: the running balance tells old from new."""
    day = [Movement(amount, "", name) for amount, name in parts]

    async def play() -> None:
        world = World()
        longest = 0
        for length in sorted(max(2, min(one, len(day))) for one in pieces):
            await world.take(pacifico(day[:length]))
            longest = length
        assert await world.money() == Counter(one.amount for one in day[:longest])
        assert await world.held() == Counter()

    asyncio.run(play())


@settings(max_examples=30, deadline=None)
@given(parts=MOVEMENTS, cuts=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=4))
def test_no_form_without_references_loses_money(parts: list[tuple[Decimal, str]], cuts: list[tuple[int, int]]) -> None:
    """Notifications without references may be held for a person; together with what is money none is missing."""
    day = [Movement(amount, "", name) for amount, name in parts]

    async def play() -> None:
        world = World()
        told: set[int] = set()
        for number, (first, last) in enumerate(cuts):
            await world.take(camt054(day[first:last], number=number))
            told |= set(range(len(day))[first:last])
        expected = Counter(day[index].amount for index in told)
        assert expected <= await world.money() + await world.held()
        assert await world.money() <= expected

    asyncio.run(play())


STEPS = st.lists(st.tuples(st.sampled_from(FORMS), st.integers(0, 5), st.integers(1, 6)), min_size=1, max_size=5)


@settings(max_examples=60, deadline=None)
@given(parts=MOVEMENTS, steps=STEPS)
def test_forms_with_references_of_their_own_lose_and_double_nothing(
    parts: list[tuple[Decimal, str]], steps: list[tuple[str, int, int]]
) -> None:
    """Each form names the movements in its own way, and notifications tell any of them in any order."""

    def day(letter: str) -> list[Movement]:
        named = [
            Movement(one.amount, one.reference.replace("R", letter), one.name, day=one.day) for one in day_of(parts)
        ]
        return [Movement(one.amount, "", one.name, day=one.day) for one in named] if not letter else named

    async def play() -> None:
        world = World()
        told: set[int] = set()
        for form, first, last in steps:
            some = range(len(parts))[first:last]
            match form:
                case "camt054" if some:
                    await world.take(camt054([day("C")[index] for index in some]))
                case "notification" if some:
                    await world.tell(notification([day("N")[index] for index in some]))
                case "camt053":
                    await world.take(camt053(day("C")))
                case "mt940":
                    await world.take(mt940(day("M")))
                case "pichincha":
                    await world.take(pichincha(day("D")))
                case "pacifico":
                    await world.take(pacifico(day("")))
            told |= set(some) if form in ("camt054", "notification") else set(range(len(parts) + 1))
        truth = Counter(day_of(parts)[index].amount for index in told)
        assert await world.money() <= truth <= await world.money() + await world.held()

    asyncio.run(play())


async def test_a_second_notification_without_a_shared_reference_is_held_until_the_day_is_known() -> None:
    """Two channels with references of their own tell 20.00 of one payer: one payment or two, nobody can say yet."""
    world = World()
    await world.take(camt054([movement("20.00", "C1", "ANA PEREZ")]))
    await world.tell(notification([movement("20.00", "N1", "ANA PEREZ")]))
    assert (await world.money(), await world.held()) == (Counter({Decimal("20.00"): 1}), Counter({Decimal("20.00"): 1}))
    other = World()
    await other.take(mt940([movement("20.00", "M1", "ANA PEREZ")]))
    await other.tell(notification([movement("20.00", "N1", "ANA PEREZ")]))
    assert (await other.money(), await other.held()) == (Counter({Decimal("20.00"): 1}), Counter())
