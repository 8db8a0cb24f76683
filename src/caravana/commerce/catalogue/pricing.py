"""What a product costs by a pricelist of Odoo, computed here from the rules as they are read.

Source: the behaviour of Odoo 19.0 (documented in its public sources, `product.pricelist.item`), held against
`sale.order.line.onchange` of the company's own Odoo on a sample of every run. Quantities are in the product's own unit.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from caravana.kit.errors import CaravanaError

GLOBAL, CATEGORY, PRODUCT, VARIANT = "3_global", "2_product_category", "1_product", "0_product_variant"
HUNDRED = Decimal(100)
LONGEST_CHAIN = 10
"""So many pricelists may stand on each other."""


class Uncomputable(CaravanaError):
    """A rule that the hub cannot compute: `rule` is its number in Odoo, `why` a word of `WHYS`."""

    def __init__(self, rule: int, why: str, what: str = "") -> None:
        """`what`: the value that is not known."""
        super().__init__(f"rule {rule}: {WHYS[why]}{f' ({what})' if what else ''}")
        self.rule = rule
        self.why = why
        self.what = what


WHYS: Mapping[str, str] = {
    "scope": "it applies to something that is not known",
    "way": "it computes in a way that is not known",
    "base": "it is based on something that is not known",
    "currency": "it is in another currency than the product",
    "circle": "its pricelists stand on each other in a circle",
}


@dataclass(frozen=True)
class Goods:
    """What prices depend on. `list_price` with the extra prices of the variant; `categories`: its own, and those above it."""

    product: int
    template: int
    categories: tuple[int, ...]
    list_price: Decimal
    cost: Decimal
    currency: str


@dataclass(frozen=True)
class Rule:
    """One rule of a pricelist (`product.pricelist.item`)."""

    number: int
    pricelist: int
    scope: str
    product: int | None
    template: int | None
    category: int | None
    least: Decimal
    begins: datetime | None
    ends: datetime | None
    way: str
    base: str
    other: int | None
    currency: str | None
    fixed: Decimal
    percent: Decimal
    discount: Decimal
    rounding: Decimal
    surcharge: Decimal
    least_margin: Decimal
    most_margin: Decimal

    @classmethod
    def read(cls, record: Mapping[str, Any]) -> "Rule":
        """Return the rule of a record of `product.pricelist.item`, as `wares:changes` reads it."""
        return cls(
            number=record["id"],
            pricelist=_link(record["pricelist_id"]) or 0,
            scope=record["applied_on"],
            product=_link(record["product_id"]),
            template=_link(record["product_tmpl_id"]),
            category=_link(record["categ_id"]),
            least=_number(record["min_quantity"]),
            begins=_moment(record["date_start"]),
            ends=_moment(record["date_end"]),
            way=record["compute_price"],
            base=record["base"] or "list_price",
            other=_link(record["base_pricelist_id"]),
            currency=record["currency_id"][1] if record["currency_id"] else None,
            fixed=_number(record["fixed_price"]),
            percent=_number(record["percent_price"]),
            discount=_number(record["price_discount"]),
            rounding=_number(record["price_round"]),
            surcharge=_number(record["price_surcharge"]),
            least_margin=_number(record["price_min_margin"]),
            most_margin=_number(record["price_max_margin"]),
        )

    def applies(self, goods: Goods, quantity: Decimal, at: datetime) -> bool:
        """Whether it is for so many of these goods at this moment. Raises `Uncomputable` for a scope that is not known."""
        if quantity < self.least or (self.begins and at < self.begins) or (self.ends and at > self.ends):
            return False
        match self.scope:
            case "3_global":
                return True
            case "2_product_category":
                return self.category in goods.categories
            case "1_product":
                return self.template == goods.template
            case "0_product_variant":
                return self.product == goods.product
        raise Uncomputable(self.number, "scope", self.scope)


class Pricelists:
    """The company's pricelists, as they are now."""

    def __init__(self, rules: Iterable[Rule], depth: Mapping[int, str] | None = None) -> None:
        """`depth`: full names of categories by their number: of two rules the one of the lower category counts."""
        names = depth or {}
        self._by_list: dict[int, list[Rule]] = {}
        order = sorted(rules, key=lambda one: -one.number)
        order.sort(key=lambda one: names.get(one.category or 0, ""), reverse=True)
        for rule in sorted(order, key=lambda one: (one.scope, -one.least)):
            self._by_list.setdefault(rule.pricelist, []).append(rule)

    def price(
        self, goods: Goods, pricelist: int | None, at: datetime, quantity: Decimal = Decimal(1), *, chain: int = 0
    ) -> Decimal:
        """Return the price of one of `quantity` pieces, unrounded. Raises `Uncomputable`."""
        for rule in self._by_list.get(pricelist or 0, ()):
            if rule.applies(goods, quantity, at):
                return self._by_rule(rule, goods, quantity, at, chain)
        return goods.list_price

    def rules_of(self, pricelist: int | None) -> list[Rule]:
        """Return the rules of a pricelist and of those that it stands on."""
        found: list[Rule] = []
        wanted, seen = [pricelist], set[int | None]()
        while wanted:
            one = wanted.pop()
            if one in seen:
                continue
            seen.add(one)
            rules = self._by_list.get(one or 0, [])
            found += rules
            wanted += [rule.other for rule in rules if rule.base == "pricelist"]
        return found

    def _by_rule(self, rule: Rule, goods: Goods, quantity: Decimal, at: datetime, chain: int) -> Decimal:
        if rule.currency not in (None, goods.currency):
            raise Uncomputable(rule.number, "currency", str(rule.currency))
        if rule.way == "fixed":
            return rule.fixed
        if rule.way not in ("percentage", "formula"):
            raise Uncomputable(rule.number, "way", rule.way)
        base = self._base(rule, goods, quantity, at, chain)
        if rule.way == "percentage":
            return base - base * rule.percent / HUNDRED
        price = base - base * rule.discount / HUNDRED
        if rule.rounding:
            price = (price / rule.rounding).quantize(Decimal(1), ROUND_HALF_UP) * rule.rounding
        price += rule.surcharge
        if rule.least_margin:
            price = max(price, base + rule.least_margin)
        return min(price, base + rule.most_margin) if rule.most_margin else price

    def _base(self, rule: Rule, goods: Goods, quantity: Decimal, at: datetime, chain: int) -> Decimal:
        match rule.base:
            case "list_price":
                return goods.list_price
            case "standard_price":
                return goods.cost
            case "pricelist":
                if chain >= LONGEST_CHAIN:
                    raise Uncomputable(rule.number, "circle")
                return self.price(goods, rule.other, at, quantity, chain=chain + 1)
        raise Uncomputable(rule.number, "base", rule.base)


def edges(rules: Iterable[Rule]) -> list[datetime]:
    """Return the moments at which some rule begins or ends."""
    return sorted({moment for rule in rules for moment in (rule.begins, rule.ends) if moment is not None})


def unknown(rules: Iterable[Rule], currency: str) -> list[Uncomputable]:
    """Return the rules that cannot be computed for goods in `currency`, whatever the goods are."""
    found = []
    for rule in rules:
        if rule.scope not in (GLOBAL, CATEGORY, PRODUCT, VARIANT):
            found.append(Uncomputable(rule.number, "scope", rule.scope))
        elif rule.way not in ("fixed", "percentage", "formula"):
            found.append(Uncomputable(rule.number, "way", rule.way))
        elif rule.way != "fixed" and rule.base not in ("list_price", "standard_price", "pricelist"):
            found.append(Uncomputable(rule.number, "base", rule.base))
        elif rule.currency not in (None, currency):
            found.append(Uncomputable(rule.number, "currency", str(rule.currency)))
    return found


def _link(value: Any) -> int | None:
    return (value[0] if isinstance(value, list | tuple) else value) or None


def _number(value: Any) -> Decimal:
    return Decimal(str(value or 0))


def _moment(value: Any) -> datetime | None:
    """Odoo writes moments in UTC without saying so."""
    return datetime.fromisoformat(str(value)).replace(tzinfo=UTC) if value else None
