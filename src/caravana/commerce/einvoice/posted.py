"""A document is posted in Odoo: whether it is one of an emission point that the hub serves, and in which lane it is issued."""

from collections.abc import Mapping
from typing import Any

from caravana.commerce.einvoice.base import EInvoiceMapping, Variables
from caravana.kit.callables import pure
from caravana.kit.exchange import Exchange

NUMBER_LENGTH = 17
"""`001-001-000000123`."""


class Posted(EInvoiceMapping):
    """From Odoo's records to wishes to issue one."""

    @pure
    def move_wish(self, body: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the wish to issue the invoice or note in the body; None when its emission point is not the hub's."""
        point = self._point_of(body)
        return None if point is None else self._wish(f"odoo/account.move,{body['id']}", point, body["name"])

    @pure
    def unserved(self, body: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return what a person must look at when a document was posted at an emission point that the hub does not serve."""
        number = str(body.get("l10n_latam_document_number") or "")
        if len(number) != NUMBER_LENGTH or number[:7] in self._settings.points:
            return None
        key = f"einvoice/unserved/{number[:7]}"
        text = (
            f"Se publicó {number}, y el punto de emisión {number[:7]} no está en einvoice.points: Caravana no lo envía. "
            "Agréguelo, o marque esta tarea como hecha si otro sistema emite con él; no se volverá a preguntar."
        )
        return {
            "key": key,
            "kind": "einvoice_unserved",
            "summary": f"Punto de emisión {number[:7]} sin facturación electrónica",
            "text": text,
            "record": {"model": "account.move", "id": body["id"]},
            "since": None,
            "mark": key,
        }

    @pure
    def withholding_wish(self, body: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the wish to issue the withholding of the vendor bill in the body."""
        point = self._settings.withholding
        return None if point is None else self._wish(f"odoo/account.move,{body['id']}/07", point, body["name"])

    @pure
    def settlement_wish(self, body: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the wish to issue the purchase settlement in the body."""
        point = self._settings.settlement
        return None if point is None else self._wish(f"odoo/account.move,{body['id']}", point, body["name"])

    @pure
    def picking_wish(self, body: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the wish to issue the guía of the transfer in the body."""
        point = self._settings.guide
        return None if point is None else self._wish(f"odoo/stock.picking,{body['id']}", point, body["name"])

    @pure
    def known_wish(self, variables: Variables) -> dict[str, Any] | None:
        """Return the wish of a person, in the lane of its document's emission point.

        `wish`: `key` and perhaps `document`; `document`: as the ledger has it; `record`: as Odoo has it, where that was asked.
        """
        wish, known = self._of_withholding(variables["wish"]), variables["document"]
        point = self._told_point(wish["document"]) or (known or {}).get("point")
        name = None if known is None else known["name"]
        if point is None and variables["records"]:
            [record] = variables["records"]
            name, point = record["name"], self._expected_point(wish["key"], record)
        if point is None:
            return None
        return {**self._wish(wish["key"], point, name), "origin": "person", "document": wish["document"]}

    def _of_withholding(self, wish: Mapping[str, Any]) -> Mapping[str, Any]:
        """The wish; a withholding from a file is a document of its own beside that of its bill."""
        of_bill = "/account.move," in wish["key"] and wish["key"].count("/") == 1
        told = (wish["document"] or {}).get("codDoc") or ("07" if "docsSustento" in (wish["document"] or {}) else None)
        return {**wish, "key": f"{wish['key']}/07"} if of_bill and told == "07" else wish

    def _expected_point(self, key: str, record: Mapping[str, Any]) -> str | None:
        if key.endswith("/07"):
            return self._settings.withholding
        if "/stock.picking," in key:
            return self._settings.guide
        purchase = str(record.get("move_type") or "").startswith("in_")
        return self._settings.settlement if purchase else self._point_of(record)

    def _told_point(self, document: Mapping[str, Any] | None) -> str | None:
        """The emission point of a document from a file."""
        if document is None:
            return None
        told = f"{document.get('estab')}-{document.get('ptoEmi')}"
        return told if told in self._settings.points else None

    def _point_of(self, record: Mapping[str, Any]) -> str | None:
        """The emission point of a move: the one that names its journal, else the one in its number."""
        journal = record["journal_id"][0] if record.get("journal_id") else None
        for name, point in self._settings.points.items():
            if journal in point["journals"]:
                return name
        number = str(record.get("l10n_latam_document_number") or "")
        found = self._settings.points.get(number[:7]) if len(number) == NUMBER_LENGTH else None
        return number[:7] if found is not None and not found["journals"] else None

    def _wish(self, key: str, point: str, name: str | None) -> dict[str, Any]:
        ordered = self._point(point)["ordered"]
        lane = f"einvoice-point:{point}" if ordered else f"einvoice-issue:{key}"
        told = {"key": key, "point": point, "name": name, "lane": lane, "ordered": ordered}
        return {**told, "origin": "odoo", "document": None}

    @pure
    def wished(self, body: Mapping[str, Any], exchange: Exchange) -> dict[str, Any]:
        """Return the news that a document waits for its turn at its emission point."""
        branch = {} if exchange.branch is None else {"branch": exchange.branch}
        return {"key": body["key"], "kind": "wished", "head": {"name": body["name"], "point": body["point"]}, **branch}
