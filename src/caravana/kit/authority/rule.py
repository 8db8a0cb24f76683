"""The rules of the imitated authority: what it refuses of a filed document, each with its code; shared with no client."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from caravana.kit.authority.filing import Amounts, Filing, Tax
from caravana.kit.authority.message import Mensaje, say

CENT = Decimal("0.01")
HUNDRED = Decimal(100)
CODES = frozenset({"01", "03", "04", "05", "06", "07"})


@dataclass
class Rules:
    """What the authority knows and how strict it is. A test changes these.

    - `taxpayers`: RUC → code with which it is refused (`2`, `27`, `28`, `37`, `46`, `57`, `63`); a RUC that is not here may issue
    - `only_known`: refuse a RUC that is not in `taxpayers` (46); those who may issue stand there with an empty text
    - `establishments`: `RUC|001` → `10` or `56`
    - `late_after`: days after emission until which a document is taken (65); the SRI's own tolerance is not published
    - `tolerance`: how much sums may differ (52); what the SRI allows is not published
    - `discontinued`: `factura 1.0.0` → refused as discontinued (36)
    - `largest`: bytes of one document (26)
    """

    taxpayers: dict[str, str] = field(default_factory=dict)
    only_known: bool = False
    establishments: dict[str, str] = field(default_factory=dict)
    late_after: int = 1
    tolerance: Decimal = Decimal(0)
    discontinued: frozenset[str] = frozenset()
    largest: int = 320_000


def judge(filing: Filing, rules: Rules, ambiente: str, today: date) -> list[Mensaje]:
    """Return every objection to what the document says; `ambiente` is that of the service, `today` in Ecuador."""
    if filing.cod_doc not in CODES:
        return [say("47", f"No existe el tipo de comprobante {filing.cod_doc}"[:300])]
    found = [say("58", one) for one in _clave(filing)]
    if filing.ambiente != ambiente:
        found.append(say("35", f"El ambiente {filing.ambiente} no corresponde a este servicio"))
    found += _taxpayer(filing, rules)
    found += _dates(filing, rules, today)
    found += [say("52", one) for one in _differences(filing.amounts, rules.tolerance)]
    return found


def _clave(filing: Filing) -> Iterator[str]:
    clave = filing.clave
    if len(clave) != 49 or not (clave.isascii() and clave.isdigit()):
        yield "La clave de acceso debe tener 49 dígitos"
        return
    if _modulo_11(clave[:48]) != int(clave[48]):
        yield "El dígito verificador de la clave de acceso no es correcto"
    stated = (
        ("fecha de emisión", clave[0:8], f"{filing.fecha:%d%m%Y}"),
        ("tipo de comprobante", clave[8:10], filing.cod_doc),
        ("RUC", clave[10:23], filing.ruc),
        ("ambiente", clave[23], filing.ambiente),
        ("serie", clave[24:30], filing.estab + filing.pto_emi),
        ("secuencial", clave[30:39], filing.secuencial),
        ("tipo de emisión", clave[47], "1"),
    )
    for name, in_clave, in_document in stated:
        if in_clave != in_document:
            yield f"El dato {name} de la clave de acceso no corresponde al comprobante"


def _modulo_11(digits: str) -> int:
    """Weights 2 to 7 from the right, over and over."""
    total, weight = 0, 2
    for digit in digits[::-1]:
        total += weight * int(digit)
        weight = 2 if weight == 7 else weight + 1
    rest = total % 11
    return 0 if rest == 0 else 1 if rest == 1 else 11 - rest


def _taxpayer(filing: Filing, rules: Rules) -> Iterator[Mensaje]:
    code = rules.taxpayers.get(filing.ruc)
    if code is None and (rules.only_known or not (len(filing.ruc) == 13 and filing.ruc.isdigit())):
        code = "46"
    if code:
        yield say(code, f"RUC {filing.ruc}")
    closed = rules.establishments.get(f"{filing.ruc}|{filing.estab}")
    if closed:
        yield say(closed, f"Establecimiento {filing.estab}")


def _dates(filing: Filing, rules: Rules, today: date) -> Iterator[Mensaje]:
    if filing.fecha > today:
        yield say("67", f"La fecha de emisión {filing.fecha:%d/%m/%Y} es posterior a la actual")
    elif filing.fecha + timedelta(days=rules.late_after) < today:
        yield say("65", f"La fecha de emisión {filing.fecha:%d/%m/%Y} está fuera del tiempo permitido")
    if filing.begin is not None and filing.end is not None and filing.begin > filing.end:
        yield say("82", "La fecha de inicio de transporte es posterior a la de fin")


def cents(amount: Decimal) -> Decimal:
    """Return `amount` with two places, half up."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def _differences(amounts: Amounts, tolerance: Decimal) -> Iterator[str]:
    def differ(what: str, stated: Decimal | None, counted: Decimal) -> Iterator[str]:
        if stated is not None and abs(stated - counted) > tolerance:
            yield f"{what}: consta {stated}, se calcula {counted}"

    yield from _lines(amounts, differ)
    yield from _taxes(amounts, differ)
    for number, one in enumerate(amounts.withheld, 1):
        if abs(one.value - cents(one.base * one.rate / HUNDRED)) > max(tolerance, CENT):
            yield f"valorRetenido {number}: consta {one.value}"
    if amounts.untaxed is None:
        return
    if amounts.reasons or amounts.lines:
        counted = sum((one.total for one in amounts.lines), Decimal(0)) + sum(amounts.reasons, Decimal(0))
        yield from differ("totalSinImpuestos", amounts.untaxed, counted)
    additional = sum((one.additional_discount for one in amounts.taxes), Decimal(0))
    discounts = sum((one.discount for one in amounts.lines), additional)
    yield from differ("totalDescuento", amounts.discount, discounts)
    total = amounts.untaxed + sum((one.value for one in amounts.taxes), Decimal(0)) + amounts.others - additional
    yield from differ("importeTotal", amounts.total, total)
    if amounts.payments and amounts.total is not None:
        yield from differ("pagos", sum(amounts.payments, Decimal(0)), amounts.total)


Differ = Callable[[str, Decimal | None, Decimal], Iterator[str]]


def _lines(amounts: Amounts, differ: Differ) -> Iterator[str]:
    for number, line in enumerate(amounts.lines, 1):
        total = cents(line.quantity * line.price - line.discount)
        yield from differ(f"precioTotalSinImpuesto de la línea {number}", line.total, total)
        for tax in line.taxes:
            yield from _rate(tax, f"impuesto {tax.code}/{tax.percentage} de la línea {number}")


def _taxes(amounts: Amounts, differ: Differ) -> Iterator[str]:
    """Header taxes are sums of the lines'; without lines they follow from their rate."""
    if not amounts.lines:
        for tax in amounts.taxes:
            yield from _rate(tax, f"impuesto {tax.code}/{tax.percentage}")
        return
    stated = _by_code(amounts.taxes)
    counted = _by_code(tax for line in amounts.lines for tax in line.taxes)
    for key in sorted(stated.keys() | counted.keys()):
        base, value = counted.get(key, (Decimal(0), Decimal(0)))
        yield from differ(f"baseImponible {'/'.join(key)}", stated.get(key, (Decimal(0), Decimal(0)))[0], base)
        yield from differ(f"valor {'/'.join(key)}", stated.get(key, (Decimal(0), Decimal(0)))[1], value)


def _rate(tax: Tax, what: str) -> Iterator[str]:
    """A tax may differ from base times rate by the cent of a rounding, not by more."""
    if tax.rate is not None and abs(tax.value - cents(tax.base * tax.rate / HUNDRED)) > CENT:
        yield f"{what}: consta {tax.value}"


def _by_code(taxes: "Iterator[Tax] | tuple[Tax, ...]") -> Mapping[tuple[str, str], tuple[Decimal, Decimal]]:
    found: dict[tuple[str, str], tuple[Decimal, Decimal]] = defaultdict(lambda: (Decimal(0), Decimal(0)))
    for tax in taxes:
        base, value = found[tax.code, tax.percentage]
        found[tax.code, tax.percentage] = (base + tax.base, value + tax.value)
    return found


__all__ = ["CODES", "Rules", "cents", "judge"]
