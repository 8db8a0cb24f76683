"""Negative lines of Odoo's invoices (coupons, advances) as discounts of the others: the SRI takes no negative line.

Those of one tax are taken off lines of the same tax: off the largest, where it bears them, else off all of them by their share.
The sum of taxes stays what Odoo has, each of its lines rounded by itself: the cents that differ go to the lines that bear a
discount, one at most to each, which the SRI's rounding allows.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from caravana.commerce.einvoice.mapping import Draft
from caravana.commerce.einvoice.odoo_lines import Line, Tax, taxes_on
from caravana.kit.edocument.amounts import CENT, ZERO, cents
from caravana.kit.edocument.structure.facet import shown


def without_negatives(draft: Draft, lines: Sequence[Line]) -> list[Line]:
    """Return the lines with negative ones as discounts of the others; those that do not fit are told and left out."""
    kept = {one.origen: one for one in lines if not _takes_off(one)}
    coupons = [one for one in lines if _takes_off(one)]
    for keys in dict.fromkeys(one.keys for one in coupons):
        same = [one for one in coupons if one.keys == keys]
        bearing = [one for one in kept.values() if one.keys == keys and one.net > 0 and _is_shared(one)]
        off = -sum((one.net for one in same), ZERO)
        if keys and off <= sum((one.net for one in bearing), ZERO):
            kept |= {one.origen: one for one in _taken_off(bearing, same, off)}
        else:
            for one in same:
                _tell(draft, one)
    return list(kept.values())


def _takes_off(line: Line) -> bool:
    return line.net < 0 or line.price < 0


def _is_shared(line: Line) -> bool:
    """Whether all its taxes are of its amount, not of its quantity."""
    return not any(one.rate.fixed for one in line.taxes)


def _tell(draft: Draft, line: Line) -> None:
    name = shown(line.name)
    es = f"la línea «{name}» ({line.net}) no cabe como descuento en otras líneas del mismo impuesto: póngala en ellas"
    en = f"line `{name}` ({line.net}) does not fit as a discount of other lines of the same tax: put it into them"
    draft.tell("line.negative", "detalles", es, en)


def _taken_off(bearing: Sequence[Line], coupons: Sequence[Line], off: Decimal) -> list[Line]:
    """Return the lines that bear `off`, the sum of the coupons."""
    largest = max(bearing, key=lambda one: one.net)
    tried = [[(largest, off)]] if off <= largest.net else []
    tried.append(_shares(bearing, off))
    found: list[Line] = []
    for shares in tried:
        found, whole = _borne(shares, coupons)
        if whole:
            break
    return found


def _shares(bearing: Sequence[Line], off: Decimal) -> list[tuple[Line, Decimal]]:
    """Return what each line bears, by its amount; cents that are left go to lines that have room."""
    whole = sum((one.net for one in bearing), ZERO)
    shares = [min(one.net, cents(off * one.net / whole)) for one in bearing]
    for place, one in enumerate(bearing):
        left = off - sum(shares, ZERO)
        shares[place] = max(ZERO, min(one.net, shares[place] + left))
    return list(zip(bearing, shares, strict=True))


def _borne(shares: Sequence[tuple[Line, Decimal]], coupons: Sequence[Line]) -> tuple[list[Line], bool]:
    """Return the lines with their shares, and whether their taxes come to Odoo's, each within a cent of its rate."""
    found = [_with_discount(line, share) for line, share in shares]
    missing = _by_key([line for line, _ in shares] + list(coupons))
    for key, due in _by_key(found).items():
        missing[key] -= due
    adjusted = []
    for one in found:
        taxes = []
        for tax in one.taxes:
            step = (
                max(-CENT, min(CENT, missing[tax.key])) if tax.value + missing[tax.key] >= 0 and one.net > 0 else ZERO
            )
            missing[tax.key] -= step
            taxes.append(replace(tax, value=tax.value + step))
        adjusted.append(replace(one, taxes=tuple(taxes)))
    strange = _strangeness([line for line, _ in shares] + list(coupons))
    told = [replace(one, odoo=(one.net, one.total)) for one in adjusted]
    told[0] = replace(told[0], odoo=(told[0].net + strange[0], told[0].total + strange[1]))
    return told, not any(missing.values())


def _with_discount(line: Line, share: Decimal) -> Line:
    net = line.net - share
    taxes: tuple[Tax, ...] = taxes_on([one.rate for one in line.taxes], net, line.quantity)
    return replace(line, discount=line.discount + share, net=net, taxes=taxes)


def _by_key(lines: Sequence[Line]) -> dict[tuple[str, str], Decimal]:
    """Return the sum of each tax."""
    found: dict[tuple[str, str], Decimal] = {}
    for tax in (tax for line in lines for tax in line.taxes):
        found[tax.key] = found.get(tax.key, ZERO) + tax.value
    return found


def _strangeness(lines: Sequence[Line]) -> tuple[Decimal, Decimal]:
    """Return by how much Odoo's own amounts of lines are others than ours, so that it is still told."""
    return (
        sum((one.odoo[0] - one.net for one in lines), ZERO),
        sum((one.odoo[1] - one.total for one in lines), ZERO),
    )


__all__ = ["without_negatives"]
