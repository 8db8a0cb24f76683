"""What is written to Odoo: files, one note for each change of state, and fields where they are."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from caravana.commerce.einvoice import words
from caravana.commerce.einvoice.base import EInvoiceMapping, Variables
from caravana.kit.callables import pure
from caravana.kit.edocument.document import TYPES
from caravana.kit.einvoice import NAMES, Operation, State

NUMBER, DATE = "l10n_ec_authorization_number", "l10n_ec_authorization_date"
"""Of Enterprise's `l10n_ec_edi`; OCA's module has the date under the same name."""
OCA_CLAVE = "l10n_ec_xml_access_key"
STATE, CLAVE, AUTHORISED_AT, ERROR, FISCAL_NUMBER = (
    "x_caravana_einvoice_state",
    "x_caravana_einvoice_access_key",
    "x_caravana_einvoice_date",
    "x_caravana_einvoice_error",
    "x_caravana_einvoice_number",
)
"""Fields that `caravana odoo prepare` makes."""
OPTIONAL = (NUMBER, DATE, OCA_CLAVE, STATE, CLAVE, AUTHORISED_AT, ERROR, FISCAL_NUMBER)
"""None of them has to be there: what Odoo does not have stands in the note alone."""
ODOO_TIME = "%Y-%m-%d %H:%M:%S"


class Writing(EInvoiceMapping):
    """From the ledger to the record in Odoo."""

    @pure
    def is_authorised(self, variables: Variables) -> bool:
        """Whether the document is authorised, so that it has files."""
        return bool(variables["document"]["state"] == State.AUTHORISED)

    @pure
    def has_xml(self, variables: Variables) -> bool:
        """Whether the company gives the XML."""
        return self._offers(variables, Operation.XML)

    @pure
    def has_pdf(self, variables: Variables) -> bool:
        """Whether the company gives the PDF."""
        return self._offers(variables, Operation.PDF)

    def _offers(self, variables: Variables, operation: Operation) -> bool:
        return operation in self._company(variables["document"]["connection"])["operations"]

    @pure
    def asking(self, variables: Variables) -> dict[str, Any]:
        """Return what names the document for its company."""
        return self._named(variables["document"])

    def _named(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """What names a document; its number only where it is ours: another one in the answer is then an alarm."""
        point = self._settings.points.get(document["point"] or "")
        own = point is not None and point["numbering"] == "odoo"
        number = document["number"] if own else None
        return {name: document.get(name) for name in NAMES} | {"reference": document["key"], "number": number}

    @pure
    def files(self, variables: Variables) -> dict[str, Any] | None:
        """Return the files to be attached to the record; None where the company gave none."""
        document = variables["document"]
        xml, pdf = variables.get("xml"), variables.get("pdf")
        found = []
        if xml is not None:
            name = file_name(document, "provisional.xml" if xml["provisional"] else "xml")
            found.append({"name": name, "content": xml["content"].encode(), "mimetype": "application/xml"})
        if pdf is not None:
            name = file_name(document, "provisional.pdf" if pdf["provisional"] else "pdf")
            found.append({"name": name, "content": pdf["content"], "mimetype": "application/pdf"})
        return {"id": document["id"], "files": found} if found else None

    @pure
    def note(self, variables: Variables) -> dict[str, Any]:
        """Return the note on the record."""
        attached = variables.get("attached") or {"ids": []}
        text = {"body": words.note(variables["document"]), "html": True}
        return {"id": variables["document"]["id"], **text, "attachment_ids": attached["ids"]}

    @pure
    def has_fields(self, variables: Variables) -> bool:
        """Whether the record's fields are the document's.

        Those of a bill are not, for what is withheld of it: they hold its supplier's authorisation, or that of the purchase
        settlement that it is. Files and notes tell of the withholding.
        """
        return not variables["document"]["key"].endswith(words.WITHHELD)

    @pure
    def record_fields(self, variables: Variables) -> dict[str, Any]:
        """Return what is written into the record's fields."""
        document = variables["document"]
        values: dict[str, Any] = {
            STATE: words.STATES[document["state"]],
            CLAVE: document["access_key"] or False,
            ERROR: words.short_error(document) or False,
        }
        if document["state"] == State.AUTHORISED:
            authorised = _odoo_time(document["authorized_at"])
            number = document["authorization"] or document["access_key"]
            values |= {NUMBER: number, OCA_CLAVE: document["access_key"], FISCAL_NUMBER: document["number"]}
            values |= {DATE: authorised, AUTHORISED_AT: document["authorized_at"] or False} if authorised else {}
        return {"ids": [document["id"]], "values": values}

    @pure
    def optional_fields(self) -> str:
        """Return the names of the fields that are left out where Odoo does not have them."""
        return ",".join(OPTIONAL)


def file_name(document: Mapping[str, Any], ending: str) -> str:
    """Return the name of a document's file: `FAC-001-001-000000123.xml`."""
    kind = TYPES.get(document["cod_doc"] or "")
    return f"{'DOC' if kind is None else kind.prefix}-{document['number'] or document['access_key']}.{ending}"


def _odoo_time(told: str | None) -> str | None:
    """A moment as Odoo writes it: UTC without a zone; None for what is no moment with an offset."""
    try:
        moment = datetime.fromisoformat(told or "")
    except ValueError:
        return None
    return None if moment.tzinfo is None else moment.astimezone(UTC).strftime(ODOO_TIME)


__all__ = ["OPTIONAL", "Writing", "file_name"]
