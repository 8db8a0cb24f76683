"""What is read of Odoo for electronic documents: one nested call for each record, and calls for many records go out together.

`caravana odoo` reads linked records in the same call (JSON-2); older servers are asked model by model. Fields that Odoo may
have or not (Enterprise, the OCA's module, the company's own) are read only where they are.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from caravana.kit.errors import ConfigurationError

MOVE, LINE, TAX, GROUP, JOURNAL = (
    "account.move",
    "account.move.line",
    "account.tax",
    "account.tax.group",
    "account.journal",
)
PICKING, PARTNER = "stock.picking", "res.partner"

_IDENTITY = (
    "name",
    "vat",
    "is_company",
    "country_id.code",
    "l10n_latam_identification_type_id.name",
    "l10n_latam_identification_type_id.is_vat",
    "l10n_latam_identification_type_id.country_id.code",
)
_CONTACT = ("name", "email", "phone", "street", "street2", "city")
_TAX = ("name", "amount", "amount_type", "price_include", "tax_group_id.name")
_LINE = (
    "name",
    "display_type",
    "quantity",
    "price_unit",
    "discount",
    "price_subtotal",
    "price_total",
    "product_id.default_code",
)
_ORIGIN = ("l10n_latam_document_number", "invoice_date", "l10n_latam_document_type_id.code")


def _within(path: str, names: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"{path}.{name}" for name in names)


MOVE_FIELDS: Sequence[str] = (
    *("name", "state", "move_type", "date", "invoice_date", "invoice_date_due", "ref", "invoice_origin"),
    *(
        "amount_untaxed",
        "amount_total",
        "currency_id",
        "l10n_latam_document_number",
        "l10n_latam_document_type_id.code",
    ),
    *_within("journal_id", ("l10n_ec_entity", "l10n_ec_emission")),
    *_within("commercial_partner_id", _IDENTITY),
    *_within("partner_id", _CONTACT),
    "l10n_ec_sri_payment_id.code",
    *_within("invoice_line_ids", _LINE),
    *_within("invoice_line_ids.tax_ids", _TAX),
    *_within("reversed_entry_id", _ORIGIN),
)
"""What every electronic document of an account.move needs."""
PICKING_FIELDS: Sequence[str] = (
    *("name", "state", "origin", "date_done", "scheduled_date"),
    *_within("partner_id", _CONTACT),
    *_within("partner_id.commercial_partner_id", _IDENTITY),
    *_within("picking_type_id.warehouse_id.partner_id", ("street", "street2", "city")),
    *_within("move_ids", ("quantity", "state", "product_id.name", "product_id.default_code")),
)
"""What a guía de remisión needs of a transfer."""


@dataclass(frozen=True)
class Optional:
    """A field that Odoo may have: of which model, and where it is reached from the record that is read.

    `through`: model and name of another such field, on the way.
    """

    model: str
    name: str
    path: str = ""
    through: tuple[str, str] | None = None

    def is_known(self, known: Mapping[str, Sequence[str]]) -> bool:
        """Whether Odoo has it; `known`: the fields there are, by model."""
        there = [(self.model, self.name.partition(".")[0]), *([self.through] if self.through else ())]
        return all(name in known.get(model, ()) for model, name in there)

    @property
    def dotted(self) -> str:
        """Its name as it is read."""
        return f"{self.path}.{self.name}" if self.path else self.name


AUTHORISATIONS = ("l10n_ec_authorization_number", "l10n_ec_electronic_authorization", "x_caravana_einvoice_access_key")
"""Of an invoice: its number of authorisation, in Enterprise, in the OCA's module, and as the hub writes it."""
MOVE_OPTIONAL: Sequence[Optional] = (
    Optional(GROUP, "l10n_ec_type", "invoice_line_ids.tax_ids.tax_group_id"),
    *(
        Optional(TAX, name, "invoice_line_ids.tax_ids")
        for name in ("l10n_ec_code_ats", "l10n_ec_code_base", "l10n_ec_xml_fe_code")
    ),
    *(Optional(MOVE, f"debit_origin_id.{name}") for name in _ORIGIN),
    Optional(MOVE, "l10n_ec_legacy_document_number"),
    Optional(MOVE, "l10n_ec_legacy_document_date"),
    Optional(MOVE, "l10n_ec_reason"),
    Optional(MOVE, "invoice_incoterm_id"),
    *(Optional(MOVE, name) for name in AUTHORISATIONS),
    *(Optional(JOURNAL, f"l10n_ec_emission_address_id.{name}", "journal_id") for name in ("street", "street2", "city")),
)
_SALE = "sale_id"
"""The order of a transfer, where sales are installed."""
PICKING_OPTIONAL: Sequence[Optional] = (
    *(Optional(PICKING, f"{_SALE}.invoice_ids.{name}") for name in ("state", "move_type", *_ORIGIN)),
    *(Optional(MOVE, one, f"{_SALE}.invoice_ids", (PICKING, _SALE)) for one in AUTHORISATIONS),
)

MOVE_KEYS: Mapping[str, str] = {
    "motivo": "reason of a nota de crédito (text)",
    "modificado.numero": "number of the document that a note changes, where Odoo does not link it (text, 001-001-000000123)",
    "modificado.fecha": "its date (date)",
    "guia_remision": "number of the guía that goes with an invoice (text)",
    "sustento.codigo": "codSustento of a vendor bill (text, two digits)",
    "sustento.autorizacion": "number of authorisation of a vendor bill (text)",
    "retencion.numero": "number of the retención of a vendor bill (text)",
    "retencion.fecha": "its date (date)",
    "retencion.lineas": "what is withheld, one line each: `312 1.75%`, `IVA 30%` (text)",
}
"""Setting `einvoice.fields`: what a field of account.move may hold."""
PICKING_KEYS: Mapping[str, str] = {
    "guia.numero": "number of the guía (text; of another form, its last digits count)",
    "guia.transportista": "who carries (a contact)",
    "guia.placa": "number plate (text)",
    "guia.ruta": "route (text)",
    "guia.motivo": "reason of the transport (text)",
    "guia.inicio": "first day of the transport (date or time)",
    "guia.fin": "last day of the transport (date or time)",
}
"""Setting `einvoice.fields`: what a field of stock.picking may hold."""
INFO = "info."
"""`info.Pedido: invoice_origin`: a field that becomes one of a document's additional fields."""


def check_fields(fields: Mapping[str, str]) -> None:
    """Raise `ConfigurationError` for a setting `einvoice.fields` that names what no document holds."""
    known = (*MOVE_KEYS, *PICKING_KEYS)
    for key, name in fields.items():
        if key not in known and not (key.startswith(INFO) and len(key) > len(INFO)):
            raise ConfigurationError(
                f"`{key}` is nothing that a document holds",
                place="settings.einvoice.fields",
                suggestion=", ".join((*known, f"{INFO}<name>")),
            )
        if not name.replace("_", "").isalnum():
            raise ConfigurationError(f"`{name}` is no field of Odoo", place=f"settings.einvoice.fields.{key}")


def move_optional(fields: Mapping[str, str]) -> list[Optional]:
    """Return the fields of an invoice that Odoo may have; `fields`: the setting `einvoice.fields`."""
    own = [name for key, name in fields.items() if key in MOVE_KEYS or key.startswith(INFO)]
    return [*MOVE_OPTIONAL, *(Optional(MOVE, name) for name in own if name not in MOVE_FIELDS)]


def picking_optional(fields: Mapping[str, str]) -> list[Optional]:
    """Return the fields of a transfer that Odoo may have; the carrier is read with who he is."""
    found = list(PICKING_OPTIONAL)
    for key, name in fields.items():
        if key == "guia.transportista":
            found += [Optional(PICKING, f"{name}.{one}") for one in _IDENTITY]
        elif key in PICKING_KEYS and name not in PICKING_FIELDS:
            found.append(Optional(PICKING, name))
    return found


def asked(optional: Iterable[Optional]) -> dict[str, list[str]]:
    """Return which fields Odoo is asked for, by model."""
    found: dict[str, list[str]] = {}
    for one in optional:
        name = one.name.partition(".")[0]
        names = found.setdefault(one.model, [])
        if name not in names:
            names.append(name)
    return found


def read(base: Sequence[str], optional: Iterable[Optional], known: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the fields to read: `base`, and of the optional ones those that Odoo is known to have."""
    there = [one.dotted for one in optional if one.is_known(known)]
    return list(dict.fromkeys([*base, *there]))


__all__ = [
    "AUTHORISATIONS",
    "INFO",
    "MOVE_FIELDS",
    "MOVE_KEYS",
    "PICKING_FIELDS",
    "PICKING_KEYS",
    "Optional",
    "asked",
    "check_fields",
    "move_optional",
    "picking_optional",
    "read",
]
