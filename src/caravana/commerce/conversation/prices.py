"""Whose prices: those of the customer's pricelist in Odoo, computed from its rules as the catalogue's are.

Variables: `terms` are Odoo's records of who the customer may be, `rules` and `categories` what their prices are made of.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from caravana.commerce.catalogue import pricing
from caravana.commerce.conversation import cart
from caravana.commerce.conversation.base import TalkMapping, Variables
from caravana.commerce.conversation.people import asked
from caravana.commerce.shop import customer
from caravana.kit.callables import pure
from caravana.kit.exchange import Exchange

Product = Mapping[str, Any]


class Prices(TalkMapping):
    """From products, rules and taxes of Odoo to what a customer pays."""

    @pure
    def terms_question(self, variables: Variables) -> dict[str, Any] | None:
        """Return the search for the customer's terms: by the record that is known, else by the phone; None for strangers."""
        if variables["known"] is not None:
            return {"domain": [["id", "=", variables["known"]["partner"]]]}
        who = asked(variables)
        return customer.question([who]) if "phone" in who else None

    def pricelist(self, variables: Variables, exchange: Exchange) -> int | None:
        """Return the customer's pricelist, else that of strangers, the branch's or the company's; None: sales prices."""
        found = variables.get("terms") or ()
        if found and variables["known"] is None:
            verdict = customer.judge({**asked(variables), "name": None}, found)
            found = [one for one in found if verdict["outcome"] == "found" and one["id"] == verdict["id"]]
        own = found[0]["property_product_pricelist"] if found else None
        branch = self._settings.branches.get(exchange.branch or "", {})
        told: int | None = own[0] if own else branch.get("pricelist", self._settings.pricelist)
        return told

    @pure
    def rules_question(self, variables: Variables, exchange: Exchange) -> dict[str, Any] | None:
        """Return the search for the rules that concern the products, of all lists: one may stand on another; None without."""
        if self.pricelist(variables, exchange) is None:
            return None
        ids = [one["id"] for one in variables["products"]]
        templates = [_template(one) for one in variables["products"]]
        wide = ["applied_on", "in", [pricing.GLOBAL, pricing.CATEGORY]]
        return {"domain": ["|", "|", wide, ["product_tmpl_id", "in", templates], ["product_id", "in", ids]]}

    @pure
    def wants_categories(self, variables: Variables) -> bool:
        """Whether some rule is for a category."""
        return any(one["applied_on"] == pricing.CATEGORY for one in variables["rules"] or ())

    def price(
        self, product: Product, variables: Variables, exchange: Exchange, quantity: int = 1
    ) -> dict[str, str] | None:
        """Return the price of one of `quantity` pieces with its taxes.

        None for a product without a price, by a rule that is not known, or with a tax that is no percentage.
        """
        company = self._odoo(exchange).get("company")
        taxes = [one for one in product["taxes_id"] or () if _of_company(one, company)]
        net = self._net(product, variables, exchange, quantity)
        if net is None or net <= 0 or any(one["amount_type"] != "percent" for one in taxes):
            return None
        rate = sum((Decimal(str(one["amount"])) for one in taxes if not one["price_include"]), Decimal(0))
        amount = cart.with_taxes(net, rate)
        told = {"amount": format(amount, "f"), "currency": _currency(product)}
        return {**told, "net": format(net, "f"), "rate": format(rate, "f")}

    def _net(self, product: Product, variables: Variables, exchange: Exchange, quantity: int) -> Decimal | None:
        rules, categories = variables.get("rules"), variables.get("categories") or ()
        if not rules:
            return Decimal(str(product["lst_price"]))
        above = {one["id"]: (one["parent_id"] or [None])[0] for one in categories}
        names = {one["id"]: str(one["complete_name"] or one["name"]) for one in categories}
        lists = pricing.Pricelists(map(pricing.Rule.read, rules), names)
        own = product["categ_id"][0] if product["categ_id"] else None
        goods = pricing.Goods(
            product=product["id"],
            template=_template(product),
            categories=_lineage(own, above),
            list_price=Decimal(str(product["lst_price"])),
            cost=Decimal(str(product["standard_price"])),
            currency=_currency(product),
        )
        try:
            return lists.price(goods, self.pricelist(variables, exchange), exchange.created, Decimal(quantity))
        except pricing.Uncomputable:
            return None


def _lineage(category: int | None, above: Mapping[int, int | None]) -> tuple[int, ...]:
    """A category and those above it."""
    found: list[int] = []
    while category is not None and category not in found:
        found.append(category)
        category = above.get(category)
    return tuple(found)


def _template(product: Product) -> int:
    return int((product["product_tmpl_id"] or {}).get("id") or 0)


def _currency(product: Product) -> str:
    return str(product["currency_id"]["name"])


def _of_company(tax: Mapping[str, Any], company: int | None) -> bool:
    found = tax.get("company_id")
    owner = found["id"] if isinstance(found, Mapping) else found[0] if found else None
    return company is None or owner in (None, company)
