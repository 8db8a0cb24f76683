"""From a record of Odoo to a whole document: what is missing is told, what a file adds is merged, and all of it is checked.

A mapping collects a document's parts in a `Draft`. Where the record lacks what the document must have, it says so and goes on
with a stand-in, so that everything else is still looked at; such a document is never sent.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from caravana.commerce.einvoice.mapping_file import at, merged
from caravana.commerce.einvoice.settings import EInvoiceSettings
from caravana.commerce.einvoice.source import Mapped, Wanted
from caravana.kit.edocument.check import Rules, check
from caravana.kit.edocument.document import AnyDocument, ConLineas, NotaDebito, read_document
from caravana.kit.edocument.mending import with_fields
from caravana.kit.edocument.official import OfficialSchemas
from caravana.kit.edocument.problem import Problem
from caravana.kit.edocument.structure.facet import shown
from caravana.kit.edocument.wrong import Wrong

POINT_LENGTH, NUMBER_LENGTH = 7, 17
"""`001-001` and `001-001-000000123`."""


@dataclass(frozen=True)
class Expected:
    """What Odoo's own sums are. `lines`: by `origen`, the line's amount without and with its taxes.

    `rest`: what Odoo's total lacks because it is withheld.
    """

    untaxed: Decimal
    total: Decimal
    lines: Mapping[str, tuple[Decimal, Decimal]] = field(default_factory=dict)
    rest: Decimal = Decimal(0)


class Draft:
    """A document in the making, of one record."""

    def __init__(self, wanted: Wanted) -> None:
        """`wanted`: what is asked of the mapping; its `given` is what a file adds."""
        self.settings = wanted.settings
        self.key = wanted.key
        self.today = date.fromisoformat(wanted.today)
        self.given: Mapping[str, Any] = wanted.given or {}
        self.problems: list[Problem] = []
        self._stand_ins: list[str] = []

    def tell(self, code: str, where: str, es: str, en: str, field: str | None = None, *, warning: bool = False) -> None:
        """Tell a problem with the record."""
        self.problems.append(Problem(code, where, es, en, field, "warning" if warning else "error"))

    def need(self, where: str, value: Any, stand_in: Any, es: str, en: str, field: str | None = None) -> Any:
        """Return `value`; when it is nothing and no file gives it, tell that and return the stand-in."""
        if value not in (None, "", ()):
            return value
        if at(self.given, where) is None:
            self.tell(f"missing.{where.rpartition('.')[2]}", where, es, en, field)
            self._stand_ins.append(where)
        return stand_in

    def own_day(self, record: Mapping[str, Any], key: str, where: str) -> str | None:
        """Return the day in the field that the setting `einvoice.fields` names for `key`; what is no day is told."""
        value = own_field(record, self.settings, key)
        try:
            return day_of(value, self.settings.zone)
        except ValueError:
            name = self.settings.fields[key]
            es, en = f"«{shown(str(value))}» no es una fecha", f"`{shown(str(value))}` is no date"
            self.tell("date.form", where, f"{es} (campo {name})", f"{en} (field {name})")
            return None

    def head(
        self, cod_doc: str, point: str | None, number: str | None, address: str | None = None, field: str | None = None
    ) -> dict[str, Any]:
        """Return what all types have.

        `point`: where it is issued, None: unknown; `number`: whole, or of another form whose last digits count; `field`: where
        a clerk finds it.
        """
        found: dict[str, Any] = {"codDoc": cod_doc, "referencia": self.key, "moneda": "DOLAR"}
        told = str(self.given.get("estab") or ""), str(self.given.get("ptoEmi") or "")
        point = "-".join(told) if all(told) else point
        here = self.settings.points.get(point or "")
        if here is None:
            self._tell_point(point)
        connection = (here or {"connections": {}})["connections"].get(cod_doc)
        if here is not None and connection is None:
            es = f"ninguna conexión emite documentos de tipo {cod_doc} en el punto {point}: póngala en einvoice.points"
            en = f"no connection issues documents of type {cod_doc} at {point}: put one into einvoice.points"
            self.tell("point.connection", "punto", es, en)
            self._stand_ins.append("punto")
        issuer = dict(self.settings.issuer)
        if branch := (here["address"] if here else None) or address:
            issuer["dirEstablecimiento"] = branch
        company = self.settings.companies.get(connection or "")
        found |= {"ambiente": company["environment"] if company else "1", "emisor": issuer}
        found |= {"estab": (point or "000")[:3], "ptoEmi": (point or "000-000")[4:POINT_LENGTH]}
        by_provider = here is not None and here["numbering"] == "provider"
        return found | ({} if by_provider else {"secuencial": self._number(number, point, field)})

    def _tell_point(self, point: str | None) -> None:
        """Tell that it is not known where the document is issued."""
        if point is None:
            es = "no se sabe en qué punto de emisión se emite: falta en el diario, en el número o en la configuración"
            en = "it is not known at which emission point it is issued: the journal, the number or the settings must say so"
        else:
            es = f"el punto de emisión {point} no está en einvoice.points: agréguelo o corrija el número del documento"
            en = f"the emission point {point} is not in einvoice.points: add it, or mend the document's number"
        self.tell("point.unknown", "punto", es, en)
        self._stand_ins += ["punto", "estab", "ptoEmi"]

    def _number(self, number: str | None, point: str | None, field: str | None) -> Any:
        if number and len(number) == NUMBER_LENGTH and point and not number.startswith(f"{point}-"):
            es = f"el número {number} no es del punto de emisión {point}"
            self.tell(
                "number.point", "secuencial", es, f"the number {number} is not of the emission point {point}", field
            )
        es = f"el documento no tiene número de la forma {point or '001-001'}-000000123"
        en = f"the document has no number like {point or '001-001'}-000000123"
        digits = _last_digits(number)
        return self.need("secuencial", digits, "000000001", es, en, field)

    def finish(self, values: Mapping[str, Any], expected: Expected | None = None) -> Mapped:
        """Return the document, merged with what the file gives and checked, with every problem. `expected`: Odoo's sums."""
        whole = merged(values, self.given)
        whole["referencia"] = self.key
        try:
            document = read_document(whole)
        except Wrong as error:
            es, en = f"el documento no se puede formar: {error.es}", f"the document cannot be made: {error}"
            self.tell("document", "document", es, en)
            return Mapped(None, with_fields(self.problems, str(whole.get("codDoc"))))
        if expected is not None:
            self.problems += differences(document, expected)
        ours = {one.where for one in self.problems if one.severity == "error"} | set(self._stand_ins)
        self.problems += [one for one in self._checked(document) if not _within(one.where, ours)]
        told = with_fields(self.problems, document.cod_doc)
        return Mapped(None if self._stand_ins else document.to_json(), told)

    def _checked(self, document: AnyDocument) -> list[Problem]:
        """Return what the checks find; a folder of schemas that is no use is told like a problem of the document."""
        try:
            return check(document, rules(self.settings, self.today))
        except Wrong as error:
            es, en = f"los esquemas del SRI no se pueden usar: {error.es}", f"the SRI's schemas cannot be used: {error}"
            return [Problem("schemas", "", es, en, "Configuración de Caravana › einvoice.schemas")]


def _last_digits(number: str | None) -> str | None:
    """Return nine digits: the sequential of a number of any form, `001-001-000000012` or `WH/OUT/00012`."""
    text = (number or "").strip()
    digits = text[len(text.rstrip("0123456789")) :]
    return digits.zfill(9) if digits and len(digits) <= 9 else None


def _within(where: str, places: set[str]) -> bool:
    """Whether `where` is one of the places, or a part of one."""
    return any(where == one or where.startswith((f"{one}.", f"{one}[")) for one in places)


def differences(document: AnyDocument, expected: Expected) -> list[Problem]:
    """Return where the document's amounts are not those of Odoo; a line that differs is named, and then not the total."""
    found: list[Problem] = []
    lines = document.detalles if isinstance(document, ConLineas) else ()
    for number, line in enumerate(lines, 1):
        theirs = expected.lines.get(line.origen or "")
        ours = line.precio_total_sin_impuesto
        whole = ours + sum((tax.valor for tax in line.impuestos), Decimal(0))
        if theirs is not None and (ours, whole) != theirs:
            of = shown(line.descripcion)
            found.append(
                Problem(
                    "odoo.line",
                    f"detalles[{number}]",
                    f"la línea «{of}» da {ours} + impuestos = {whole}, pero en Odoo son {theirs[0]} y {theirs[1]}",
                    f"line `{of}` gives {ours} + taxes = {whole}, but in Odoo these are {theirs[0]} and {theirs[1]}",
                )
            )
    if not found and isinstance(document, ConLineas | NotaDebito):
        found += _totals(document, expected)
    return found


def _totals(document: ConLineas | NotaDebito, expected: Expected) -> list[Problem]:
    total = expected.total + expected.rest
    ours = document.total_sin_impuestos, document.importe_total
    if ours == (expected.untaxed, total):
        return []
    es = (
        f"las líneas dan {ours[0]} y con impuestos {ours[1]}, pero en Odoo son {expected.untaxed} y {total}; "
        "el SRI redondea por línea: en Odoo elija Contabilidad › Ajustes › Redondeo por línea"
    )
    en = (
        f"the lines give {ours[0]}, with taxes {ours[1]}, but in Odoo these are {expected.untaxed} and {total}; "
        "the SRI rounds per line: choose Accounting › Settings › Round per Line in Odoo"
    )
    return [Problem("odoo.total", "importeTotal", es, en)]


def rules(settings: EInvoiceSettings, today: date) -> Rules:
    """Return what the company's documents are held against."""
    return Rules(
        today=today,
        final_consumer_limit=Decimal(settings.final_consumer_limit),
        oldest=timedelta(seconds=settings.oldest),
        allow_zero=settings.allow_zero,
        schemas=None if settings.schemas is None else _schemas(settings.schemas),
    )


@cache
def _schemas(folder: str) -> OfficialSchemas:
    return OfficialSchemas(Path(folder))


def point_of(record: Mapping[str, Any], settings: EInvoiceSettings) -> str | None:
    """Return the emission point of a move: the one that names its journal, else the journal's own, else that of its number."""
    journal = record.get("journal_id")
    number = journal.get("id") if isinstance(journal, Mapping) else journal[0] if journal else None
    for name, point in settings.points.items():
        if number is not None and number in point["journals"]:
            return name
    if isinstance(journal, Mapping) and journal.get("l10n_ec_entity") and journal.get("l10n_ec_emission"):
        return f"{journal['l10n_ec_entity']}-{journal['l10n_ec_emission']}"
    told = str(record.get("l10n_latam_document_number") or "")
    return told[:POINT_LENGTH] if len(told) == NUMBER_LENGTH else None


def additional(
    record: Mapping[str, Any], settings: EInvoiceSettings, person: Mapping[str, Any]
) -> list[dict[str, str]]:
    """Return the free fields: how to reach the receiver, and what the setting `einvoice.fields` adds (`info.…`)."""
    found = [("Email", person.get("email")), ("Teléfono", person.get("telefono"))]
    found += [(key[5:], text_of(record.get(name))) for key, name in settings.fields.items() if key.startswith("info.")]
    return [{"nombre": name, "valor": str(value)} for name, value in found if value]


def own_field(record: Mapping[str, Any], settings: EInvoiceSettings, key: str) -> Any:
    """Return what the field holds that the setting `einvoice.fields` names for `key`; None where there is none."""
    name = settings.fields.get(key)
    return None if name is None else record.get(name)


def day_of(value: Any, zone: str) -> str | None:
    """Return the company's day, as ISO date, of a date or of a moment as Odoo has it (naive UTC). Raises `ValueError`."""
    if not value:
        return None
    text = str(value)
    if len(text) <= len("2026-11-23"):
        return date.fromisoformat(text).isoformat()
    return datetime.fromisoformat(text[:19]).replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).date().isoformat()


def text_of(value: Any) -> str | None:
    """Return what a field shows: of a link its name."""
    if isinstance(value, list | tuple):
        return str(value[1]) if len(value) == 2 else None
    if isinstance(value, Mapping):
        return str(value.get("name") or "") or None
    return None if value in (None, "", False) else " ".join(str(value).split())


__all__ = [
    "Draft",
    "Expected",
    "additional",
    "day_of",
    "differences",
    "own_field",
    "point_of",
    "rules",
    "text_of",
]
