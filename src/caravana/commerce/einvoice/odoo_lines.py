"""Lines of Odoo's invoices as lines of electronic documents: prices without taxes, discounts as money."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from caravana.commerce.einvoice.mapping import Draft, Expected
from caravana.commerce.einvoice.taxes import Rate, Unmapped, amount_of, is_withheld, rate_of
from caravana.kit.edocument.amounts import CENT, ZERO, cents, fine, line_amount, tax_amount
from caravana.kit.edocument.codes import ICE, IVA
from caravana.kit.edocument.structure.facet import shown
from caravana.kit.edocument.xml import clean

PRODUCT = "product"
"""display_type of a line that is sold; sections and notes are left out."""
HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Tax:
    """A tax of a line, as the SRI's and with its amount."""

    rate: Rate
    base: Decimal
    value: Decimal

    @property
    def key(self) -> tuple[str, str]:
        """Its two codes."""
        return self.rate.codigo, self.rate.codigo_porcentaje

    def to_json(self) -> dict[str, str]:
        """Return it in the canonical form."""
        codes = {"codigo": self.rate.codigo, "codigoPorcentaje": self.rate.codigo_porcentaje}
        amounts = {"tarifa": str(self.rate.rate), "baseImponible": str(self.base), "valor": str(self.value)}
        return codes | amounts


@dataclass(frozen=True)
class Line:
    """A line on its way: amounts in money, `net` after the discount; `odoo` are Odoo's amounts without and with taxes."""

    origen: str
    code: str | None
    name: str
    quantity: Decimal
    price: Decimal
    discount: Decimal
    net: Decimal
    taxes: tuple[Tax, ...]
    odoo: tuple[Decimal, Decimal]

    @property
    def total(self) -> Decimal:
        """Its amount with taxes."""
        return self.net + sum((one.value for one in self.taxes), ZERO)

    @property
    def keys(self) -> frozenset[tuple[str, str]]:
        """The codes of its taxes."""
        return frozenset(one.key for one in self.taxes)

    def to_json(self) -> dict[str, Any]:
        """Return it in the canonical form."""
        found: dict[str, Any] = {"codigoPrincipal": self.code} if self.code else {}
        return found | {
            "descripcion": self.name,
            "cantidad": str(self.quantity),
            "precioUnitario": str(self.price),
            "descuento": str(self.discount),
            "precioTotalSinImpuesto": str(self.net),
            "impuestos": [one.to_json() for one in self.taxes],
            "origen": self.origen,
        }


def lines_of(draft: Draft, record: Mapping[str, Any]) -> list[Line]:
    """Return the lines of an invoice, negative ones among them; what cannot be is told."""
    rows = [one for one in record["invoice_line_ids"] if (one.get("display_type") or PRODUCT) == PRODUCT]
    return [_line(draft, row, number) for number, row in enumerate(rows, 1)]


def expected_of(record: Mapping[str, Any], lines: Sequence[Line]) -> Expected:
    """Return Odoo's sums of an invoice."""
    named = {one.origen: one.odoo for one in lines}
    held = (_withheld(row, cents(amount_of(row["price_subtotal"]))) for row in record["invoice_line_ids"])
    untaxed, total = (cents(amount_of(record[name])) for name in ("amount_untaxed", "amount_total"))
    return Expected(untaxed, total, named, -sum(held, ZERO))


def _line(draft: Draft, row: Mapping[str, Any], number: int) -> Line:
    code = (row.get("product_id") or {}).get("default_code")
    name = _name(str(row.get("name") or ""), code)
    rates = _rates(draft, row, f"detalles[{number}].impuestos", name)
    quantity, subtotal = fine(amount_of(row["quantity"])), cents(amount_of(row["price_subtotal"]))
    price = _price_without(amount_of(row["price_unit"]), rates)
    if quantity < 0 < price:  # a quantity taken away is a price taken away
        quantity, price = -quantity, -price
    price, discount = _discounted(quantity, price, amount_of(row.get("discount")), subtotal)
    net = line_amount(quantity, price, discount)
    total = cents(amount_of(row["price_total"])) - _withheld(row, subtotal)
    odoo = subtotal, total
    taxes = taxes_on(rates, net, quantity)
    return Line(f"account.move.line,{row['id']}", code, name, quantity, fine(price), discount, net, taxes, odoo)


def _name(text: str, code: str | None) -> str:
    """Return the description on one line, without the code that Odoo puts before it."""
    name = clean(text)
    return name.removeprefix(f"[{code}]").strip() or name if code else name


def _rates(draft: Draft, row: Mapping[str, Any], where: str, name: str) -> list[Rate]:
    """Return what the line's taxes are to the SRI; what is withheld is none of the document."""
    found: list[Rate] = []
    for tax in row["tax_ids"]:
        if is_withheld(tax):
            continue
        rate = rate_of(tax, draft.settings.taxes)
        if isinstance(rate, Unmapped):
            es, en = f"línea «{shown(name)}»: {rate.es}", f"line `{shown(name)}`: {rate.en}"
            draft.tell("tax.unmapped", where, es, en)
        else:
            found.append(rate)
    return found


def _withheld(row: Mapping[str, Any], subtotal: Decimal) -> Decimal:
    """Return what Odoo's total of the line lacks because it is withheld (a negative number)."""
    return sum((tax_amount(subtotal, amount_of(one["amount"])) for one in row["tax_ids"] if is_withheld(one)), ZERO)


def _price_without(price: Decimal, rates: Sequence[Rate]) -> Decimal:
    """Return a price without the taxes that it includes."""
    included = sum((one.rate for one in rates if one.included and not one.fixed), Decimal(0))
    return fine(price * HUNDRED / (HUNDRED + included)) if included else fine(price)


def _discounted(quantity: Decimal, price: Decimal, percent: Decimal, subtotal: Decimal) -> tuple[Decimal, Decimal]:
    """Return price and discount as money, of a discount in per cent.

    The discount is that of the cents near it which gives Odoo's amount. Where half a cent leaves none (all of 0.125 given away),
    the price gives way in its sixth decimal.
    """
    if not percent:
        return price, ZERO
    gross = quantity * price
    near = cents(gross * percent / HUNDRED)
    tried = (one for one in (near, near + CENT, near - CENT) if one >= 0 or percent < 0 or gross < 0)
    found = next((one for one in tried if cents(gross - one) == subtotal), None)
    if found is not None or not quantity:
        return price, near if found is None else found
    return fine((subtotal + near) / quantity), near


def taxes_on(rates: Sequence[Rate], net: Decimal, quantity: Decimal) -> tuple[Tax, ...]:
    """Return the taxes of a line. IVA is taken of the amount with ICE."""
    found: list[Tax] = []
    with_ice = net
    for rate in sorted(rates, key=lambda one: one.codigo != ICE):
        base = with_ice if rate.codigo == IVA else net
        value = cents(rate.rate * quantity) if rate.fixed else tax_amount(base, rate.rate)
        with_ice += value if rate.codigo == ICE else ZERO
        found.append(Tax(rate, base, value))
    return tuple(found)


__all__ = ["Line", "Tax", "expected_of", "lines_of", "taxes_on"]
