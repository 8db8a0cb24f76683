"""What a person wishes of a document, and what he is answered."""

from typing import Any

from caravana.commerce.einvoice import ledger
from caravana.commerce.einvoice.base import Document, Variables
from caravana.commerce.einvoice.writing import Writing
from caravana.kit.callables import pure
from caravana.kit.einvoice import Operation, State


class Persons(Writing):
    """Wishes of persons, and answers."""

    @pure
    def needs_record(self, variables: Variables) -> bool:
        """Whether Odoo must be asked of which emission point the record is."""
        return variables["document"] is None or variables["document"]["point"] is None

    @pure
    def point_fields(self, variables: Variables) -> str:
        """Return the fields of a record that tell its emission point."""
        moves = "/account.move," in variables["wish"]["key"]
        return "name,move_type,journal_id,l10n_latam_document_number" if moves else "name"

    @pure
    def issue_answer(self, variables: Variables) -> dict[str, Any]:
        """Return that the record is being issued, or why not."""
        if variables["wish"] is None:
            return {"refused": "no_point", "points": sorted(self._settings.points)}
        known = variables["document"]
        return {
            "key": variables["wish"]["key"],
            "state": "waiting",
            "was": known,
            "since": None if known is None else known["n"],
        }

    @pure
    def check_answer(self, variables: Variables) -> dict[str, Any]:
        """Return what is wrong with the record, what would be sent, and how its document stands when there is one."""
        if variables["wish"] is None:
            return {"refused": "no_point", "points": sorted(self._settings.points)}
        mapped = variables["mapped"]
        prepared = None if mapped["stops"] else variables["prepared"]
        names = ("provider", "connection", "cod_doc", "access_key", "number", "digest")
        package = None if prepared is None else {name: prepared[name] for name in names}
        told = {name: mapped[name] for name in ("document", "problems", "stops")}
        document = variables["document"]
        state = None if document is None else document["state"]
        return {"key": variables["wish"]["key"], **told, "package": package, "state": state}

    @pure
    def was_sent(self, variables: Variables) -> bool:
        """Whether something of the document was sent, so that its company can be asked."""
        return bool(variables["document"]["n"])

    @pure
    def has_file(self, variables: Variables) -> bool:
        """Whether the company gives the file that is wanted."""
        document = variables["document"]
        wanted = {"pdf": Operation.PDF, "xml": Operation.XML}.get(variables["what"])
        return bool(document["n"]) and wanted in self._company(document["connection"])["operations"]

    @pure
    def file_answer(self, variables: Variables) -> dict[str, Any]:
        """Return the file, or why there is none."""
        document = variables["document"]
        if variables["file"] is None:
            return {"refused": "not_sent" if not document["n"] else "no_file", "key": document["key"]}
        return {"key": document["key"], "number": document["number"], **variables["file"]}

    @pure
    def annulment(self, variables: Variables) -> dict[str, Any] | None:
        """Return the news that a person annulled the document; None when there is nothing to annul."""
        document = variables["document"]
        if document["state"] != State.AUTHORISED:
            return None
        branch = {} if document["branch"] is None else {"branch": document["branch"]}
        return {"key": document["key"], "kind": "annulled", "reason": variables["given"]["reason"], **branch}

    @pure
    def annul_answer(self, variables: Variables) -> dict[str, Any]:
        """Return the document as annulled, or why it is not: it is already, or was never authorised."""
        document: Document = variables["document"]
        if variables["news"] is not None:
            return document
        why = "annulled_already" if document["state"] == State.ANNULLED else "not_authorised"
        return {"refused": why, "state": document["state"]}

    @pure
    def cancelled(self, variables: Variables) -> list[dict[str, Any]]:
        """Return the news that documents were cancelled in Odoo: those of them that are authorised must be annulled."""
        found = [one["value"] for one in variables["found"] if one["value"]["state"] == State.AUTHORISED]
        return [self._cancelled(one) for one in found]

    def _cancelled(self, document: Document) -> dict[str, Any]:
        until = None if document["final_consumer"] else ledger.annul_until(document["access_key"])
        branch = {} if document["branch"] is None else {"branch": document["branch"]}
        return {"key": document["key"], "kind": "cancelled", "until": until, **branch}

    @pure
    def mails_again(self, variables: Variables) -> str:
        """Return who mails the document again: `hub`, `provider`, or why nobody does."""
        document = variables["document"]
        if document["state"] not in ledger.OVER:
            return "not_authorised"
        by = (document["mail"] or {}).get("by")
        if by == "provider" and Operation.EMAIL in self._company(document["connection"])["operations"]:
            return "provider"
        return "hub" if self._settings.mailer is not None else "no_mail"

    @pure
    def mail_asking(self, variables: Variables) -> dict[str, Any]:
        """Return what the company is asked to mail."""
        document, given = variables["document"], variables["given"]
        to = given["to"] or document["receiver"]
        return {**self._named(document), "recipients": [to] if to else []}

    @pure
    def mail_answer(self, variables: Variables) -> dict[str, Any]:
        """Return who mails the document, or why nobody does."""
        by = variables["by"]
        key = variables["document"]["key"]
        return {"key": key, "by": by} if by in ("hub", "provider") else {"key": key, "refused": by}


__all__ = ["Persons"]
