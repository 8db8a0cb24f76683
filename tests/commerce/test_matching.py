"""The matcher, stage by stage: what is posted by itself, what waits for a person, and why."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from stdnum import iso11649

from caravana.commerce.matching import Credit, Customer, Decision, Habits, Item, Matcher
from caravana.commerce.matching.combination import search
from caravana.commerce.matching.learning import Habit
from caravana.commerce.matching.normalise import name_words, tax_ids
from caravana.commerce.matching.withholding import Withholding, shipped
from caravana.kit.errors import ConfigurationError

DAY = date(2026, 11, 23)
ANA = Customer(1, "Ana Lucía Pérez Mora", "1710034065")
NODESUR = Customer(2, "Comercial Nodesur Cía. Ltda.", "1792146739001", ("2200345678",))
ROSAVEL = Customer(3, "Textiles Rosavel S.A.")
CUSTOMERS = (ANA, NODESUR, ROSAVEL)


def item(number: int, customer: Customer, base: int = 10_000, **more: object) -> Item:
    """Return an invoice of `base` cents and 15 % IVA, the higher the number the younger."""
    tax = base * 15 // 100
    made = Item(
        number, f"Fact 001-001-{number:09d}", customer.id, base + tax, base, tax, date(2026, 10, 1 + number % 28)
    )
    return replace(made, **more)  # type: ignore[arg-type]


def credit(amount: int, text: str = "", name: str | None = None, key: str = "c1", **more: object) -> Credit:
    """Return a credit of so many cents."""
    return replace(Credit(key, amount, DAY, (text,) if text else (), name=name), **more)  # type: ignore[arg-type]


def match(items: Sequence[Item], *credits_: Credit, habits: Habits | None = None) -> list[Decision]:
    """Return what is decided of the credits."""
    return Matcher(items, CUSTOMERS, habits=habits).match(credits_)


def paid(decision: Decision) -> list[tuple[int, int]] | None:
    """Return invoice and cents of what is posted by itself; None where a person is asked."""
    return sorted(decision.best.what) if decision.automatic and decision.best else None


@pytest.mark.parametrize(
    "text",
    [
        "PAGO FACT 001-001-000000123",
        "FAC001001000000123PAGO",
        "Fact. 001 001 000000123",
        "F/001-001-123",
        "1-1-123",
        "001-001-0000 00123 GRACIAS",
        "OO1-OO1-OOOOOO123",
        "001001-000000123",
        "PAGO 123",
        "FACTURA #000000123",
    ],
)
def test_numbers_as_people_write_them(text: str) -> None:
    """Whole, joined, glued, split, with letters for zeros, or only the running number: with the amount it is certain."""
    [decision] = match([item(123, ANA), item(124, NODESUR, 20_000)], credit(11_500, text))
    assert paid(decision) == [(123, 11_500)]


def test_a_number_over_two_lines() -> None:
    """The bank cut the line within the number."""
    [decision] = match([item(123, ANA)], credit(11_500, texts=("PAGO FACTURA 001-001-00000", "0123 GRACIAS")))
    assert paid(decision) == [(123, 11_500)]


def test_a_structured_reference_is_certain_whatever_the_amount() -> None:
    """A creditor reference with right check digits pays a part, too; with wrong ones it says nothing."""
    invoice = replace(item(7, ANA), number="INV/2026/00123")
    right = iso11649.format("RF80INV202600123").replace(" ", "")
    [decision] = match([invoice], credit(5_000, structured=(right,)))
    assert paid(decision) == [(7, 5_000)]
    [decision] = match([invoice], credit(5_000, "RF81INV202600123"))
    assert paid(decision) is None


def test_the_running_number_alone_is_not_enough() -> None:
    """Another amount and nobody known: a person is asked, with the invoice among the proposals."""
    [decision] = match([item(123, ANA)], credit(5_000, "PAGO 123"))
    assert paid(decision) is None
    assert [one.shares[0].item.id for one in decision.proposals] == [123]


def test_another_documents_number_is_no_invoice() -> None:
    """The customer names his withholding document, which has the number of somebody's invoice."""
    [decision] = match([item(123, ANA), item(200, NODESUR)], credit(5_000, "RET 001-001-000000123"))
    assert paid(decision) is None
    assert all(one.mention is None for one in decision.proposals)


@pytest.mark.parametrize(
    "told",
    [
        {"name": "PEREZ MORA ANA LUCIA"},
        {"name": "PEREZ MORA ANA"},
        {"name": "PERES MORA ANA LUCIA"},
        {"texts": ("TRANSFERENCIA DE PEREZ MORA ANA LUCIA",)},
        {"tax_id": "1710034065001"},
        {"texts": ("PAGO CI 1710034065",)},
    ],
)
def test_a_known_payer_and_the_exact_amount(told: dict[str, Any]) -> None:
    """By name in another order or with a slip, by cédula or the person's RUC, told in a field or in the text."""
    [decision] = match([item(1, ANA), item(2, NODESUR)], credit(11_500, **told))
    assert paid(decision) == [(1, 11_500)]


def test_a_legal_form_is_no_name() -> None:
    """CIA LTDA fits every company; the rarest word of the name must agree."""
    [decision] = match([item(1, NODESUR)], credit(11_500, name="COMERCIAL ANDINA CIA LTDA"))
    assert paid(decision) is None


def test_a_name_that_fits_two_customers_proves_neither() -> None:
    """Brothers: what the bank tells of the name does not tell them apart."""
    brothers = [Customer(1, "Juan Carlos Loor Vera"), Customer(2, "Juan José Loor Vera")]
    [decision] = Matcher([item(1, ANA)], brothers).match([credit(11_500, name="LOOR VERA JUAN")])
    assert not decision.automatic
    assert decision.proposals[0].shares[0].item.id == 1


def test_the_amount_alone_is_never_enough() -> None:
    """Not even when there is only one such invoice."""
    [decision] = match([item(1, ANA)], credit(11_500, "INTERESES GANADOS"))
    assert not decision.automatic
    assert decision.why[1] == "only the amount agrees"


def test_several_invoices_at_once() -> None:
    """The single smallest set that adds up, named or of a known payer; two sets that do are a person's matter."""
    items = [item(1, ANA, 10_000), item(2, ANA, 23_700), item(3, ANA, 41_100), item(4, ANA, 5_300)]
    total = items[0].residual + items[2].residual
    [decision] = match(items, credit(total, name="PEREZ MORA ANA LUCIA"))
    assert paid(decision) == [(1, 11_500), (3, 47_265)]
    twice = [*items, item(5, ANA, 10_000)]
    [decision] = match(twice, credit(total, name="PEREZ MORA ANA LUCIA"))
    assert paid(decision) is None
    [decision] = match(twice, credit(total, "PAGO FACTURAS 1, 3"))
    assert paid(decision) == [(1, 11_500), (3, 47_265)]


def test_a_set_that_may_fit_by_chance_is_proposed_only() -> None:
    """Among many open invoices some five always add up."""
    items = [item(number, ANA, 997 * number + 13) for number in range(1, 31)]
    chosen = [items[place] for place in (3, 9, 17, 22)]
    [decision] = match(items, credit(sum(one.residual for one in chosen), name="PEREZ MORA ANA LUCIA"))
    assert not decision.automatic
    assert decision.proposals


def test_the_search_for_sets_is_bounded() -> None:
    """Of a customer with hundreds of invoices the oldest are looked at."""
    items = [item(number, ANA, 1_000_003 * number) for number in range(1, 500)]
    assert search(items, 10**12).sums < 10**6


def test_a_fee_is_certain_only_with_a_reference() -> None:
    """0.41 is missing: with the number it is posted and the rest stays open; without it a person is asked."""
    [decision] = match([item(1, ROSAVEL)], credit(11_459, "FACT 001-001-000000001"))
    assert paid(decision) == [(1, 11_459)]
    [decision] = match([item(1, ROSAVEL)], credit(11_459, name="TEXTILES ROSAVEL"))
    assert paid(decision) is None
    assert decision.proposals[0].fit == "fee"


def test_net_of_withholding() -> None:
    """A known company, exactly one invoice: posted, the rest open; two that may be meant, or a person with a cédula: asked."""
    net = 11_500 - 275 - 1_050
    [decision] = match([item(1, NODESUR)], credit(net, name="COMERCIAL NODESUR CIA LTDA"))
    assert paid(decision) == [(1, net)]
    assert "2.75 % renta + 70 % IVA" in " ".join(decision.proposals[0].reasons())
    [decision] = match([item(1, NODESUR), item(2, NODESUR)], credit(net, name="COMERCIAL NODESUR CIA LTDA"))
    assert paid(decision) is None
    [decision] = match([item(1, ANA)], credit(net, name="PEREZ MORA ANA LUCIA"))
    assert paid(decision) is None


def test_percentages_are_data() -> None:
    """Those shipped are Ecuador's; a company's own go before them, and a wrong one is told with its place."""
    assert {Decimal("1.75"), Decimal("2.75")} <= set(shipped().income)
    assert [str(one) for one in shipped().vat] == ["10", "20", "30", "50", "70", "100"]
    own = Withholding.read({"income_tax": [5]}, "here")
    assert [one.said("renta") for one in own.of(item(1, ANA), 11_000)] == ["5 % renta"]
    with pytest.raises(ConfigurationError, match=r"here\.vat"):
        Withholding.read({"vat": ["a lot"]}, "here")


def test_part_and_surplus_with_a_reference() -> None:
    """A part leaves the rest open, more leaves a credit; neither without a reference."""
    [part] = match([item(1, ANA)], credit(4_000, "ABONO FACT 001-001-000000001"))
    assert paid(part) == [(1, 4_000)]
    [more] = match([item(1, ANA)], credit(12_000, "FACT 001-001-000000001"))
    assert (paid(more), more.best.surplus if more.best else None) == ([(1, 11_500)], 500)
    [unnamed] = match([item(1, ANA)], credit(4_000, name="PEREZ MORA ANA LUCIA"))
    assert paid(unnamed) is None


def test_a_customer_who_is_known_may_get_the_money_on_account() -> None:
    """Nothing fits: among the proposals is the customer's credit, for no invoice."""
    [decision] = match([item(1, ANA)], credit(99_999, name="PEREZ MORA ANA LUCIA"))
    assert not decision.automatic
    assert [one.fit for one in decision.proposals] == ["unapplied"]


def test_equal_credits_of_one_payer_pay_equal_invoices_oldest_first() -> None:
    """Two and two are certain; one credit for two equal invoices is not."""
    items = [item(1, ANA), item(2, ANA)]
    name = "PEREZ MORA ANA LUCIA"
    first, second = match(items, credit(11_500, name=name, key="a"), credit(11_500, name=name, key="b"))
    assert (paid(first), paid(second)) == ([(1, 11_500)], [(2, 11_500)])
    [alone] = match(items, credit(11_500, name=name))
    assert paid(alone) is None
    assert alone.proposals[0].shares[0].item.id == 1


def test_two_payers_who_claim_one_invoice() -> None:
    """Both name it and pay it whole: neither is posted."""
    told = "FACT 001-001-000000001"
    decisions = match([item(1, ANA)], credit(11_500, told, "LUIS IBARRA", "a"), credit(11_500, told, "ROSA MENA", "b"))
    assert [one.automatic for one in decisions] == [False, False]


def test_a_batch_is_no_race() -> None:
    """The credit that names an invoice gets it, though another that would fit came first."""
    items = [item(1, ANA), item(2, ANA)]
    name = "PEREZ MORA ANA LUCIA"
    unnamed, named = match(items, credit(11_500, name=name, key="a"), credit(11_500, "FACT 1", name, "b"))
    assert (paid(unnamed), paid(named)) == ([(2, 11_500)], [(1, 11_500)])


def test_another_currency_is_another_money() -> None:
    """The same number and units in euros do not pay dollars."""
    [decision] = match([item(1, ANA)], credit(11_500, "FACT 001-001-000000001", currency="EUR"))
    assert decision.proposals == ()


def test_what_was_learned_and_undone() -> None:
    """A payer whom a person knew is evidence; undone as often, it is none; two customers of one payer neither."""
    told = credit(11_500, account="2100999999")
    habit = Habits().learned(told, ANA.id)
    assert habit is not None
    key = Habits.key(habit.payer, habit.customer)
    [decision] = match([item(1, ANA)], told, habits=Habits({key: habit}))
    assert paid(decision) == [(1, 11_500)]
    lowered = Habits({key: habit}).lowered(told, ANA.id)
    assert lowered is not None
    [decision] = match([item(1, ANA)], told, habits=Habits({key: lowered}))
    assert paid(decision) is None
    other = Habit(habit.payer, NODESUR.id, times=1)
    both = Habits({key: habit, Habits.key(other.payer, other.customer): other})
    assert both.customer_of(told) is None


def test_every_decision_says_why() -> None:
    """Rule, evidence, runner-up and margin, in Spanish and English."""
    [decision] = match(
        [item(1, ANA), item(2, NODESUR)], credit(11_500, "FACT 001-001-000000001", "PEREZ MORA ANA LUCIA")
    )
    said = decision.as_json()
    best = said["proposals"][0]
    assert (best["rule"], best["score"], said["margin"]) == ("reference", 100, 70)
    assert best["evidence"] == {"reference": "full", "payer": "name", "contradicted": None}
    assert best["reasons"]["es"][0] == "nombra la factura Fact 001-001-000000001"
    assert best["reasons"]["en"][-1] == "the amount is exactly what is open"


def test_words_and_tax_ids_of_a_text() -> None:
    """Folded, without legal forms and noise; numbers count only with right check digits."""
    assert name_words("TRANSF. de Almacénes Muñoz Cía. Ltda.") == ("almacenes", "munoz")
    assert name_words("Servicios XY S.A.S. B.I.C.") == ("servicios", "xy")
    assert tax_ids("RUC 1792146739001 TEL 0991234567 CI 1710034065") == ("1792146739001", "1710034065")
