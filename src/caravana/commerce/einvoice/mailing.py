"""The hub's mail to the receiver: an effect of its own, with its own state."""

from typing import Any

from caravana.commerce.einvoice import words
from caravana.commerce.einvoice.base import EInvoiceMapping, Variables
from caravana.commerce.einvoice.writing import file_name
from caravana.kit.callables import pure
from caravana.kit.errors import Unmappable

SUBJECT = "{title} de {company}"
TEXT = """Estimado cliente:

Adjuntamos su comprobante electrónico {title}, autorizado por el SRI con el número
{authorization}.

{company}
"""


class Mailing(EInvoiceMapping):
    """From the ledger to a mail."""

    @pure
    def mail_wish(self, variables: Variables) -> dict[str, Any]:
        """Return the wish to mail the document; `given`: what a person asked for, where one did."""
        document, given = variables["document"], variables.get("given") or {}
        branch = {} if document["branch"] is None else {"branch": document["branch"]}
        return {"key": document["key"], "to": given.get("to") or document["receiver"], **branch}

    @pure
    def mailer(self) -> str:
        """Return the connection by which the hub mails. Raises `Unmappable` when none is set."""
        if self._settings.mailer is None:
            raise Unmappable("no connection to mail by is set: einvoice.mailer")
        return self._settings.mailer

    @pure
    def message(self, variables: Variables) -> dict[str, Any]:
        """Return the mail with its files."""
        document, to = variables["document"], variables["mail"]["to"]
        if not to:
            raise Unmappable("the receiver has no address: enter it in Odoo, or name one with --to")
        company, title = self._settings.company, words.title(document)
        text = TEXT.format(
            title=title, company=company, authorization=document["authorization"] or document["access_key"]
        )
        files = []
        if variables.get("xml") is not None:
            name = file_name(document, "xml")
            files.append({"name": name, "content": variables["xml"]["content"].encode(), "mimetype": "application/xml"})
        if variables.get("pdf") is not None:
            name = file_name(document, "pdf")
            files.append({"name": name, "content": variables["pdf"]["content"], "mimetype": "application/pdf"})
        return {"to": [to], "subject": SUBJECT.format(title=title, company=company), "text": text, "files": files}

    @pure
    def mail_sent(self, variables: Variables) -> dict[str, Any]:
        """Return the news that the document was mailed."""
        return self._mailed(variables, {"state": "sent"})

    @pure
    def mail_failed(self, variables: Variables) -> dict[str, Any]:
        """Return the news that the document could not be mailed, and why."""
        return self._mailed(variables, {"state": "failed", "why": str(variables["why"])[:300]})

    def _mailed(self, variables: Variables, mail: dict[str, Any]) -> dict[str, Any]:
        document = variables["document"]
        branch = {} if document["branch"] is None else {"branch": document["branch"]}
        return {"key": document["key"], "kind": "mailed", "mail": mail, **branch}


__all__ = ["Mailing"]
