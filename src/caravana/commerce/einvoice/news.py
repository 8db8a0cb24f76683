"""News of a document: what it changes in the ledger, what a person must look at, and what is due next."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from caravana.commerce.einvoice import ledger, schedule, words
from caravana.commerce.einvoice.base import Document, EInvoiceMapping, Variables, record_of
from caravana.kit.callables import pure
from caravana.kit.einvoice import Operation, State, Verdict
from caravana.kit.exchange import Exchange

MENDING = frozenset({State.DRAFT, State.REJECTED, State.NOT_AUTHORISED, State.NEEDS_ATTENTION})
"""States in which a person has to do something."""
TOLD = MENDING | {State.AUTHORISED, State.ANNULLED}
"""States that are written to Odoo: what lasts only seconds is not."""


SUMMARIES: Mapping[str, str] = {
    "mend": "Corregir",
    "late": "Sin enviar",
    "slow": "Sin autorización",
    "mail": "Correo no enviado",
    "annul": "Anular en el SRI",
    "last-days": "Últimos días para anular en el SRI",
}
"""What the task is called, by what is to be looked at."""


class News(EInvoiceMapping):
    """The only writer of the ledger, in the lane of the document."""

    @pure
    def after(self, variables: Variables, exchange: Exchange) -> Document:
        """Return the document after the news. `news`: what happened; `document`: as the ledger has it, or None."""
        news, now = variables["news"], exchange.created
        found = variables["document"]
        document = ledger.new(news["key"], record_of(news["key"]), now, exchange.branch) if found is None else found
        changes: Mapping[str, Callable[[Document, Mapping[str, Any], datetime], Document]] = {
            "problems": ledger.with_problems,
            "wished": ledger.wished,
            "held": ledger.held,
            "nothing": ledger.nothing,
            "kept": ledger.kept,
            "answered": ledger.answered,
            "refused": ledger.refused,
            "blocked": ledger.blocked,
            "annulled": ledger.annulled,
            "mailed": ledger.mailed,
            "unanswered": _once_more,
            "cancelled": _to_annul,
            "warned": _warned,
        }
        after = self._as_numbered(document, changes[news["kind"]](document, news, now))
        return self._with_mail(after) if after["state"] == State.AUTHORISED and after["mail"] is None else after

    def _as_numbered(self, before: Document, after: Document) -> Document:
        """The document under Odoo's number, where Odoo numbers; another one that the company told stands beside it."""
        point = self._settings.points.get(after["point"] or "")
        known = before["number"]
        if (
            point is None
            or point["numbering"] != "odoo"
            or known is None
            or after["number"] == known
            or before["n"] != after["n"]
        ):
            return after
        return {**after, "number": known, "renumbered": after["number"]}

    def _with_mail(self, document: Document) -> Document:
        """The document with who mails it, as is decided once."""
        by = self._point(document["point"])["mail"] if document["point"] in self._settings.points else "nobody"
        if by == "provider" and not self._can_mail(document["connection"]):
            if self._settings.mailer is None:
                why = f"{document['company']} no envía correos, y no hay `einvoice.mailer`"
                return {**document, "mail": {"by": by, "state": "failed", "why": why, "at": document["changed"]}}
            by = "hub"
        states = {"provider": "provider", "odoo": "odoo", "nobody": "none"}
        if by == "hub" and not document["receiver"]:
            return {**document, "mail": {"by": by, "state": "no_address"}}
        return {**document, "mail": {"by": by, "state": states.get(by, "waiting")}}

    def _can_mail(self, connection: str | None) -> bool:
        """Whether the company that has the document mails: it may be a stand-by one, or one that served the point before."""
        company = self._settings.companies.get(connection or "")
        return company is None or company["mails"] or Operation.EMAIL in company["operations"]

    @pure
    def due(self, variables: Variables, exchange: Exchange) -> dict[str, Any] | None:
        """Return what is due next for the document, or None."""
        return schedule.next_due(variables["document"], self._settings, exchange.created)

    @pure
    def reviews(self, variables: Variables, exchange: Exchange) -> list[dict[str, Any]]:
        """Return what a person must look at because of the document."""
        document, now = variables["document"], exchange.created
        wanted = {
            f"einvoice/mend/{document['key']}": document["state"] in MENDING
            and document["class"] != Verdict.TAKEN
            and not schedule.waits(document),
            f"einvoice/late/{document['key']}": schedule.is_late(document, self._settings, now),
            f"einvoice/slow/{document['key']}": schedule.is_slow(document, now),
            f"einvoice/mail/{document['key']}": (document["mail"] or {}).get("state") == "failed",
            f"einvoice/last-days/{document['key']}": bool((document["annulment"] or {}).get("warned"))
            and document["state"] != State.ANNULLED,
            f"einvoice/annul/{document['key']}": bool(document["annulment"]) and document["state"] != State.ANNULLED,
        }
        return [self._review(key, document, now) for key, want in wanted.items() if want]

    @pure
    def settled(self, variables: Variables, exchange: Exchange) -> list[str]:
        """Return the keys of reviews that are over."""
        open_ = {one["key"] for one in self.reviews(variables, exchange)}
        names = ("mend", "late", "slow", "mail", "annul", "last-days")
        return [key for name in names if (key := f"einvoice/{name}/{variables['document']['key']}") not in open_]

    def _review(self, key: str, document: Document, now: datetime) -> dict[str, Any]:
        kind = key.split("/")[1]
        text = {
            "mend": lambda: words.review_text(document),
            "late": lambda: words.late_text(document),
            "slow": lambda: (
                f"{words.title(document)}: hace más de una hora que no hay autorización; se sigue consultando."
            ),
            "mail": lambda: _mail_text(document),
            "annul": lambda: _annul_text(document),
            "last-days": lambda: _annul_text(document),
        }[kind]()
        summary = SUMMARIES[kind]
        told = {
            "key": key,
            "kind": f"einvoice_{kind.replace('-', '_')}",
            "summary": f"{summary}: {words.title(document)}",
            "text": text,
            "record": {"model": document["model"], "id": document["id"]},
            "since": ledger.stamp(now),
            "mark": f"{key}@{self._since(kind, document)}" + (f"/{ledger.telling(document)}" if kind == "mend" else ""),
        }
        return told if document["branch"] is None else {**told, "branch": document["branch"]}

    def _since(self, kind: str, document: Document) -> str:
        """Since when it is to be looked at: what came again is told again."""
        return str(document["mail"]["at"] if kind == "mail" else document["changed"])

    @pure
    def halts(self, variables: Variables) -> bool:
        """Whether the emission point must stand still: somebody else used the document's number."""
        news, document = variables["news"], variables["document"]
        taken = document["class"] == Verdict.TAKEN and document["state"] == State.NEEDS_ATTENTION
        return bool(news["kind"] == "answered" and (taken or document["renumbered"]))

    @pure
    def halt_review(self, variables: Variables, exchange: Exchange) -> dict[str, Any]:
        """Return what a person must look at: as long as it is on the list, the emission point stands still."""
        document = variables["document"]
        text = (
            f"{words.title(document)} salió con otro número: {document['renumbered']}. Quien emite no respeta los de "
            f"Odoo: no se envía nada más del punto {document['point']}. Revíselo con el proveedor y marque esta tarea como hecha."
            if document["renumbered"]
            else f"El número {document['number']} del punto de emisión {document['point']} ya lo usó otro documento que no es de "
            "este Odoo. No se envía nada más de este punto. Averigüe qué otro sistema emite con él, corrija el número del "
            "documento en Odoo y marque esta tarea como hecha: entonces sigue."
        )
        told = {
            "key": halt_key(document["point"]),
            "kind": "einvoice_halted",
            "summary": f"Punto de emisión {document['point']} detenido",
            "text": text,
            "record": {"model": document["model"], "id": document["id"]},
            "since": ledger.stamp(exchange.created),
            "mark": f"{halt_key(document['point'])}@{document['changed']}",
        }
        return told if document["branch"] is None else {**told, "branch": document["branch"]}

    @pure
    def tells(self, variables: Variables) -> bool:
        """Whether something is to be written to Odoo that was not written yet."""
        document = variables["document"]
        return (
            document["state"] in TOLD and not schedule.waits(document) and document["told"] != ledger.telling(document)
        )

    @pure
    def is_settled(self, variables: Variables) -> bool:
        """Whether the document is authorised, and that is told: what was sent need not be kept any longer."""
        return bool(variables["document"]["state"] == State.AUTHORISED)

    @pure
    def told(self, variables: Variables) -> Document:
        """Return the document as written to Odoo."""
        document = variables["document"]
        return {**document, "told": ledger.telling(document)}

    @pure
    def mails(self, variables: Variables) -> bool:
        """Whether the hub has to mail the document now."""
        mail = variables["document"]["mail"]
        return bool(mail and mail["by"] == "hub" and mail["state"] == "waiting")

    @pure
    def shown(self, variables: Variables) -> Document:
        """Return the document, for who asked."""
        found: Document = variables["document"]
        return found


def halt_key(point: str) -> str:
    """Return the key of the review that holds an emission point."""
    return f"einvoice/point/{point}"


def _once_more(document: Document, news: Mapping[str, Any], now: datetime) -> Document:
    return {**document, "asks": document["asks"] + 1}


def _to_annul(document: Document, news: Mapping[str, Any], now: datetime) -> Document:
    if document["state"] != State.AUTHORISED or document["annulment"] is not None:
        return document
    return ledger.to_annul(document, news["until"], now)


def _warned(document: Document, news: Mapping[str, Any], now: datetime) -> Document:
    return {**document, "annulment": {**(document["annulment"] or {}), "warned": True}}


def _mail_text(document: Document) -> str:
    why = (document["mail"] or {}).get("why")
    return (
        f"{words.title(document)}: no se pudo enviar por correo: {why}. Corrija la dirección en Odoo y use "
        f"`caravana einvoice resend {document['number'] or document['key']} --to DIRECCIÓN`."
    )


def _annul_text(document: Document) -> str:
    until = (document["annulment"] or {}).get("until")
    if until is None:
        return (
            f"{words.title(document)} se canceló en Odoo y está autorizado. A consumidor final no se puede anular: "
            "emita una nota de crédito si corresponde, o vuelva a publicar el documento."
        )
    return (
        f"{words.title(document)} se canceló en Odoo y sigue autorizado en el SRI. Anúlelo en el portal del SRI hasta el "
        f"{until} y confírmelo con `caravana einvoice annul {document['number'] or document['key']}`. Después de ese día "
        "solo queda una nota de crédito."
    )


__all__ = ["MENDING", "TOLD", "News", "halt_key"]
