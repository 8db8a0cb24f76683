"""What is withheld of a vendor bill, as a comprobante de retención.

Odoo Community knows no withholdings. They come from one of these, in this order:

- a file: `docsSustento: [{retenciones: [{codigo: "1", codigoRetencion: "312", porcentajeRetener: "1.75"}]}]`; what is left out
  of base and amount is worked out
- the field that the setting `einvoice.fields` names for `retencion.lineas`: one line each, as a clerk writes it:
  `312 1.75%`, `renta 312 1.75% de 80.00`, `IVA 30%`; `no` where nothing is withheld
- taxes of the bill's lines whose group says that they are withheld (`withhold_income_purchase`, `withhold_vat_purchase`)
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from caravana.commerce.einvoice.mapping import Draft, additional, own_field, text_of
from caravana.commerce.einvoice.mapping_file import at
from caravana.commerce.einvoice.odoo_fields import AUTHORISATIONS
from caravana.commerce.einvoice.odoo_lines import Line, expected_of, lines_of
from caravana.commerce.einvoice.odoo_people import persona
from caravana.commerce.einvoice.source import Mapped, Record
from caravana.commerce.einvoice.taxes import WITHHELD, amount_of, is_withheld, iva_code, kind_of
from caravana.kit.edocument.amounts import ZERO, cents, tax_amount
from caravana.kit.edocument.codes import EXTERIOR, IVA, RENTA, RET_IVA
from caravana.kit.edocument.problem import Problem

TYPE = "07"
NOTHING = frozenset({"no", "ninguna", "nada", "0", "none"})
"""What a clerk writes where nothing is withheld: no document is made."""
CREDIT = "01"
"""codSustento unless the bill says another: credit of IVA for services and goods other than stock and assets."""
WRITTEN = re.compile(
    r"(?:(?P<kind>renta|iva)\s+)?(?:(?P<code>\d{3,4}[A-Z]?)\s+)?(?P<rate>\d+(?:[.,]\d+)?)\s*%(?:\s*(?:de|of)\s*(?P<base>\d+(?:[.,]\d+)?))?",
    re.IGNORECASE,
)
NUMBER_FIELD = "Factura de proveedor › Número de retención"
HELD = "docsSustento[1].retenciones"


def withholding(draft: Draft, record: Record) -> Mapped:
    """Return the retención of a vendor bill; neither document nor problem where the bill says that nothing is withheld."""
    settings = draft.settings
    told = text_of(own_field(record, settings, "retencion.lineas")) or ""
    if told.casefold() in NOTHING and at(draft.given, HELD) is None:
        return Mapped(None)
    lines = lines_of(draft, record)
    receiver = persona(record.get("commercial_partner_id"), record.get("partner_id"))
    if receiver["tipoIdentificacion"] == EXTERIOR:
        company = (record.get("commercial_partner_id") or {}).get("is_company")
        receiver_kind = {"tipoSujetoRetenido": "02" if company else "01"}
    else:
        receiver_kind = {}
    day = draft.own_day(record, "retencion.fecha", "fechaEmision") or draft.today.isoformat()
    number = text_of(own_field(record, settings, "retencion.numero"))
    values = draft.head(TYPE, settings.withholding, number, field=NUMBER_FIELD) | receiver_kind
    values |= {
        "fechaEmision": day,
        "receptor": receiver,
        "periodoFiscal": f"{date.fromisoformat(day):%m/%Y}",
        "docsSustento": [_support(draft, record, lines)],
        "infoAdicional": additional(record, settings, receiver),
    }
    _complete(draft, values["docsSustento"][0])
    return _finish(draft, values, record, lines)


def _finish(draft: Draft, values: dict[str, Any], record: Record, lines: Sequence[Line]) -> Mapped:
    """Return the document; the bill's own sums are held against Odoo's first."""
    expected = expected_of(record, lines)
    support = values["docsSustento"][0]
    ours, theirs = Decimal(support["importeTotal"]), expected.total + expected.rest
    if ours != theirs:
        es = f"las líneas de la factura dan {ours}, pero en Odoo son {theirs}"
        draft.problems.append(
            Problem(
                "odoo.total", "docsSustento[1].importeTotal", es, f"the bill's lines give {ours}, but Odoo has {theirs}"
            )
        )
    return draft.finish(values)


def _support(draft: Draft, record: Record, lines: Sequence[Line]) -> dict[str, Any]:
    """Return the bill that is withheld from."""
    settings, taxes = draft.settings, _taxes(lines)
    net = sum((one.net for one in lines), ZERO)
    total = net + sum((Decimal(one["valor"]) for one in taxes), ZERO)
    told = "falta el número de la factura del proveedor", "the vendor bill's number is missing"
    number = draft.need(
        "docsSustento[1].numDocSustento", record.get("l10n_latam_document_number"), "001-001-000000001", *told
    )
    told = "falta la fecha de la factura del proveedor", "the vendor bill's date is missing"
    issued = draft.need(
        "docsSustento[1].fechaEmisionDocSustento", record.get("invoice_date"), draft.today.isoformat(), *told
    )
    code = (record.get("l10n_ec_sri_payment_id") or {}).get("code")
    told = "falta la forma de pago de la factura del proveedor", "the vendor bill's way of paying is missing"
    paid = draft.need("docsSustento[1].pagos[1].formaPago", code, "01", *told)
    found: dict[str, Any] = {
        "codSustento": text_of(own_field(record, settings, "sustento.codigo")) or CREDIT,
        "codDocSustento": (record.get("l10n_latam_document_type_id") or {}).get("code") or "01",
        "numDocSustento": number,
        "fechaEmisionDocSustento": issued,
        "fechaRegistroContable": record.get("date") or issued,
        "totalSinImpuestos": str(net),
        "importeTotal": str(total),
        "impuestos": taxes,
        "pagos": [{"formaPago": paid, "total": str(total)}],
    }
    if authorisation := _authorisation(draft, record):
        found["numAutDocSustento"] = authorisation
    bases = {RENTA: net, RET_IVA: sum((Decimal(one["valor"]) for one in taxes if one["codigo"] == IVA), ZERO)}
    found["retenciones"] = _held(draft, record, bases)
    return found


def _authorisation(draft: Draft, record: Record) -> str | None:
    own = text_of(own_field(record, draft.settings, "sustento.autorizacion"))
    return own or next((str(record[name]) for name in AUTHORISATIONS if record.get(name)), None)


def _taxes(lines: Sequence[Line]) -> list[dict[str, str]]:
    found: dict[tuple[str, str], tuple[dict[str, str], Decimal, Decimal]] = {}
    for tax in (tax for line in lines for tax in line.taxes):
        _, base, value = found.get(tax.key, ({}, ZERO, ZERO))
        found[tax.key] = tax.to_json(), base + tax.base, value + tax.value
    return [told | {"baseImponible": str(base), "valor": str(value)} for told, base, value in found.values()]


def _held(draft: Draft, record: Record, bases: Mapping[str, Decimal]) -> list[dict[str, str]]:
    """Return what is withheld by the bill's own field, or by its lines' taxes; a problem where nothing says so."""
    given = at(draft.given, HELD)
    if given is not None:
        return []
    told = own_field(record, draft.settings, "retencion.lineas")
    found = list(_written(draft, str(told), bases)) if told else list(_by_taxes(draft, record))
    if not found and not told:
        es = "no se sabe qué se retiene: escríbalo en la factura, o emítala con un archivo (caravana einvoice issue)"
        en = "it is not known what is withheld: write it on the bill, or issue it with a file (caravana einvoice issue)"
        draft.need(HELD, None, (), es, en)
    return found


def _written(draft: Draft, text: str, bases: Mapping[str, Decimal]) -> Iterator[dict[str, str]]:
    """Yield what a clerk wrote, line by line."""
    for line in (one for part in re.split(r"[\n;]|<br\s*/?>|</?p>", text) if (one := part.strip())):
        found = WRITTEN.fullmatch(line)
        is_iva = found is not None and (found["kind"] or "").casefold() == "iva"
        rate = None if found is None else Decimal(found["rate"].replace(",", "."))
        code = None if found is None or rate is None else (iva_code(rate) if is_iva else found["code"])
        if found is None or rate is None or code is None:
            es = f"«{line}» no dice qué se retiene: escriba por ejemplo `312 1.75%` o `IVA 30%`"
            en = f"`{line}` does not say what is withheld: write e.g. `312 1.75%` or `IVA 30%`"
            draft.tell("withholding.form", HELD, es, en)
            continue
        codigo = RET_IVA if is_iva else RENTA
        base = cents(Decimal(found["base"].replace(",", "."))) if found["base"] else bases[codigo]
        yield _one(codigo, code, base, rate)


def _by_taxes(draft: Draft, record: Record) -> Iterator[dict[str, str]]:
    """Yield what the taxes of the bill's lines withhold, in one sum for each code."""
    sums: dict[tuple[str, str, Decimal], Decimal] = {}
    for row in record["invoice_line_ids"]:
        for tax in (one for one in row["tax_ids"] if is_withheld(one)):
            codigo, base, rate = _withheld_of(row, tax)
            code = iva_code(rate) if codigo == RET_IVA else tax.get("l10n_ec_code_ats") or tax.get("l10n_ec_code_base")
            if not code:
                es = f"el impuesto «{tax['name']}» no dice su código de retención: póngalo en el impuesto"
                en = f"the tax `{tax['name']}` does not say its code of withholding: put it into the tax"
                draft.tell("withholding.code", HELD, es, en)
                continue
            key = codigo, str(code), rate
            sums[key] = sums.get(key, ZERO) + base
    for (codigo, code, rate), base in sums.items():
        yield _one(codigo, code, base, rate)


def _withheld_of(row: Mapping[str, Any], tax: Mapping[str, Any]) -> tuple[str, Decimal, Decimal]:
    """Return what is withheld, of which base, and at which rate; of IVA the base is the line's IVA."""
    codigo, base, rate = (
        WITHHELD[kind_of(tax) or ""],
        cents(amount_of(row["price_subtotal"])),
        -amount_of(tax["amount"]),
    )
    iva = _iva_of(row)
    if codigo == RET_IVA and iva:
        return codigo, tax_amount(base, iva), (rate * 100 / iva).quantize(Decimal(1))
    return codigo, base, rate


def _iva_of(row: Mapping[str, Any]) -> Decimal:
    rates = (amount_of(one["amount"]) for one in row["tax_ids"] if str(kind_of(one) or "").startswith("vat"))
    return next(rates, ZERO)


def _one(codigo: str, code: str, base: Decimal, rate: Decimal) -> dict[str, str]:
    return {
        "codigo": codigo,
        "codigoRetencion": code,
        "baseImponible": str(base),
        "porcentajeRetener": str(rate),
        "valorRetenido": str(tax_amount(base, rate)),
    }


def _complete(draft: Draft, support: dict[str, Any]) -> None:
    """Work out base and amount of what a file withholds, where it leaves them out."""
    given = at(draft.given, HELD)
    bases = {RENTA: support["totalSinImpuestos"]}
    bases[RET_IVA] = str(sum((Decimal(one["valor"]) for one in support["impuestos"] if one["codigo"] == IVA), ZERO))
    for one in given if isinstance(given, list) else ():
        if not isinstance(one, Mapping):
            continue
        base = str(one.get("baseImponible") or bases.get(str(one.get("codigo")), "0.00"))
        rate = str(one.get("porcentajeRetener") or "0")
        support["retenciones"].append(
            {"baseImponible": base, "valorRetenido": str(tax_amount(Decimal(base), Decimal(rate)))}
        )


__all__ = ["withholding"]
