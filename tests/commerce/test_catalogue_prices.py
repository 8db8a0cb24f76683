"""Prices: the rules of Odoo's pricelists computed in the hub, held against what Odoo's own onchange says."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caravana.commerce.catalogue.pricing import Goods, Pricelists, Rule, Uncomputable, edges, unknown
from caravana.commerce.catalogue.taxing import Tax, UnknownTax, paid, relevant
from caravana.component.odoo.sandbox import OdooSandbox
from caravana.component.odoo.sandbox.seed import Setup

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
NOTHING = {
    "pricelist_id": [1, "Web"],
    "applied_on": "3_global",
    "product_id": None,
    "product_tmpl_id": None,
    "categ_id": None,
    "min_quantity": 0,
    "date_start": None,
    "date_end": None,
    "compute_price": "fixed",
    "base": "list_price",
    "base_pricelist_id": None,
    "currency_id": [1, "USD"],
    "fixed_price": 0,
    "percent_price": 0,
    "price_discount": 0,
    "price_round": 0,
    "price_surcharge": 0,
    "price_min_margin": 0,
    "price_max_margin": 0,
}
GOODS = Goods(7, 5, (3, 2), Decimal("19.99"), Decimal(8), "USD")


def rule(number: int = 1, **values: Any) -> Rule:
    """Return a rule that applies to everything."""
    return Rule.read({"id": number, **NOTHING, **values})


def price(*rules: Rule, quantity: int = 1, at: datetime = NOW, goods: Goods = GOODS) -> Decimal:
    """Return the price by pricelist 1."""
    return Pricelists(rules, {3: "All / Drinks", 2: "All"}).price(goods, 1, at, Decimal(quantity))


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ({"fixed_price": 12.5}, "12.5"),
        ({"compute_price": "percentage", "percent_price": 10}, "17.991"),
        ({"compute_price": "formula", "price_discount": 10, "price_round": 0.5, "price_surcharge": -0.01}, "17.99"),
        ({"compute_price": "formula", "base": "standard_price", "price_discount": -50}, "12"),
        ({"compute_price": "formula", "price_discount": 50, "price_min_margin": -5}, "14.99"),
        ({"compute_price": "formula", "price_surcharge": 50, "price_max_margin": 5}, "24.99"),
    ],
)
def test_each_way_of_computing(values: dict[str, Any], wanted: str) -> None:
    """Fixed, discount, formula with rounding and fee, on cost, and within margins."""
    assert price(rule(**values)) == Decimal(wanted)


def test_the_nearest_rule_counts() -> None:
    """Variant before product before category before all; a larger quantity, a lower category, then the newer rule first."""
    everything, above = (
        rule(1, fixed_price=1),
        rule(2, applied_on="2_product_category", categ_id=[2, "All"], fixed_price=2),
    )
    below = rule(3, applied_on="2_product_category", categ_id=[3, "Drinks"], fixed_price=3)
    product = rule(4, applied_on="1_product", product_tmpl_id=[5, "Tea"], fixed_price=4)
    variant = rule(5, applied_on="0_product_variant", product_id=[7, "Tea"], fixed_price=5)
    many = rule(6, applied_on="0_product_variant", product_id=[7, "Tea"], min_quantity=10, fixed_price=6)
    assert price(everything, above, below, product, variant, many) == 5
    assert price(everything, above, below, product, variant, many, quantity=10) == 6
    assert price(everything, above, below, product) == 4
    assert price(everything, above, below) == 3
    assert price(everything, rule(9, fixed_price=9)) == 9
    assert price(rule(applied_on="1_product", product_tmpl_id=[6, "Other"], fixed_price=4)) == GOODS.list_price


def test_rules_have_their_time() -> None:
    """A rule counts from its begin to its end; both moments are known beforehand."""
    begin, end = NOW - timedelta(hours=1), NOW + timedelta(hours=1)
    one = rule(fixed_price=1, date_start=f"{begin:%Y-%m-%d %H:%M:%S}", date_end=f"{end:%Y-%m-%d %H:%M:%S}")
    assert [price(one, at=at) for at in (begin - timedelta(1), begin, end, end + timedelta(1))] == [
        GOODS.list_price,
        Decimal(1),
        Decimal(1),
        GOODS.list_price,
    ]
    assert edges([one]) == [begin, end]


def test_a_list_on_another_list() -> None:
    """A rule may stand on another pricelist; lists in a circle are told of, not computed for ever."""
    other = rule(2, pricelist_id=[2, "Base"], fixed_price=10)
    on_it = {"compute_price": "percentage", "percent_price": 10, "base": "pricelist", "base_pricelist_id": [2, "Base"]}
    assert price(rule(1, **on_it), other) == 9
    back = rule(2, **{**on_it, "pricelist_id": [2, "Base"], "base_pricelist_id": [1, "Web"]})
    with pytest.raises(Uncomputable, match="circle"):
        price(rule(1, **on_it), back)


def test_what_cannot_be_computed_is_named() -> None:
    """A rule in another currency, on something unknown or in an unknown way has no price, and says which rule it is."""
    wrong = [
        rule(4, compute_price="code"),
        rule(5, applied_on="9_moon", fixed_price=1),
        rule(6, compute_price="formula", base="average"),
        rule(7, currency_id=[2, "EUR"]),
    ]
    for one in wrong:
        with pytest.raises(Uncomputable) as caught:
            price(one)
        assert caught.value.rule == one.number
    assert [(one.rule, one.why) for one in unknown([*wrong, rule(8)], "USD")] == [
        (4, "way"),
        (5, "scope"),
        (6, "base"),
        (7, "currency"),
    ]


def tax(number: int = 1, amount: float = 15, **more: Any) -> Tax:
    """Return a tax of so many percent on the price."""
    plain = {
        "name": "IVA",
        "amount_type": "percent",
        "price_include": False,
        "include_base_amount": False,
        "sequence": number,
    }
    return Tax.read(
        {"id": number, "amount": amount, "company_id": [1, "XYZ"], "country_id": [63, "Ecuador"], **plain, **more}
    )


def test_prices_with_taxes() -> None:
    """On the price, in the price, a fixed amount, and one levied on another; others are named."""
    assert paid(Decimal("17.991"), [tax()]) == Decimal("20.69")
    assert paid(Decimal("11.50"), [tax(price_include=True)]) == Decimal("11.50")
    assert paid(Decimal(10), [tax(), tax(2, 0.1, amount_type="fixed")]) == Decimal("11.60")
    assert paid(Decimal(100), [tax(1, 10, include_base_amount=True), tax(2)]) == Decimal("126.50")
    assert paid(Decimal(10), []) == 10
    with pytest.raises(UnknownTax, match="IVA"):
        paid(Decimal(10), [tax(amount_type="code")])


def test_taxes_of_the_fiscal_country() -> None:
    """Taxes of another company or country are not levied."""
    taxes = [tax(1), tax(2, 12, country_id=[9, "Perú"]), tax(3, 5, company_id=[2, "Otra"])]
    assert [one.number for one in relevant(taxes, [1, 2, 3], 1, 63)] == [1]
    assert [one.number for one in relevant(taxes, [2, 3], None, None)] == [2, 3]


AMOUNT = st.decimals(0, 200, places=2).map(float)
RULES = st.lists(
    st.fixed_dictionaries(
        {
            "applied_on": st.sampled_from(["3_global", "2_product_category", "1_product", "0_product_variant"]),
            "compute_price": st.sampled_from(["fixed", "percentage", "formula"]),
            "base": st.sampled_from(["list_price", "standard_price", "pricelist"]),
            "fixed_price": AMOUNT,
            "percent_price": st.integers(-50, 90),
            "price_discount": st.integers(-50, 90),
            "price_round": st.sampled_from([0, 0.05, 0.5, 1, 10]),
            "price_surcharge": st.sampled_from([0, -0.01, 2.5]),
            "price_min_margin": st.sampled_from([0, 1.5]),
            "price_max_margin": st.sampled_from([0, 40.0]),
            "min_quantity": st.sampled_from([0, 1, 3]),
        }
    ),
    min_size=1,
    max_size=4,
)


@pytest.fixture(scope="module")
def odoo() -> OdooSandbox:
    """An Odoo with two categories and a pricelist that others stand on."""
    sandbox = OdooSandbox(database="demo", setup=Setup(demo=False))
    env = sandbox.env
    above = env["product.category"].create({"name": "Todo"})
    env["product.category"].create({"name": "Bebidas", "parent_id": above})
    lines = [[0, 0, {"applied_on": "3_global", "compute_price": "percentage", "percent_price": 20}]]
    env["product.pricelist"].create({"name": "Base", "item_ids": lines})
    return sandbox


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rules=RULES, listed=AMOUNT, cost=AMOUNT)
def test_the_hub_and_odoo_agree(odoo: OdooSandbox, rules: list[dict[str, Any]], listed: float, cost: float) -> None:
    """Whatever the rules: the hub's price, with and without taxes, is that of Odoo's onchange, which leaves nothing behind."""
    env = odoo.env
    [category] = env["product.category"].search([["name", "=", "Bebidas"]])
    [base] = env["product.pricelist"].search([["name", "=", "Base"]])
    [iva] = env["account.tax"].search([["type_tax_use", "=", "sale"], ["amount", "=", 15]], limit=1)
    vals = {
        "name": "Té",
        "list_price": listed,
        "standard_price": cost,
        "categ_id": category,
        "taxes_id": [[6, 0, [iva]]],
    }
    template = env["product.template"].create(vals)
    product = env["product.template"].read([template], ["product_variant_id"])[0]["product_variant_id"][0]
    links = {"product_tmpl_id": template, "product_id": product, "categ_id": category, "base_pricelist_id": base}
    pricelist = env["product.pricelist"].create(
        {"name": "Web", "item_ids": [[0, 0, {**one, **links}] for one in rules]}
    )
    orders = env["sale.order"].search_count([])
    values = {"product_id": product, "product_uom_qty": 1, "order_id": {"pricelist_id": pricelist}}
    spec: dict[str, Any] = {"price_unit": {}, "price_total": {}}
    value = env["sale.order.line"].onchange([], values=values, field_names=["product_id"], fields_spec=spec)["value"]
    assert env["sale.order"].search_count([]) == orders
    fields = [one for one in NOTHING if one != "date_start"]
    read = env["product.pricelist.item"].read(env["product.pricelist.item"].search([]), [*fields, "date_start"])
    records = [{name: None if one is False else one for name, one in row.items()} for row in read]
    names = {one["id"]: one["complete_name"] for one in env["product.category"].read([category], ["complete_name"])}
    goods = Goods(product, template, (category,), Decimal(str(listed)), Decimal(str(cost)), "USD")
    found = Pricelists(map(Rule.read, records), names).price(goods, pricelist, datetime.now(UTC))
    assert abs(found - Decimal(str(value.get("price_unit", 0)))) < Decimal("0.0001")
    assert paid(found, [tax(iva)]) == Decimal(f"{value.get('price_total', 0):.2f}")
