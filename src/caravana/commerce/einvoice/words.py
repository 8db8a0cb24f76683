"""What clerks read of an electronic document in Odoo: notes and tasks, in Spanish."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from caravana.kit.einvoice import State, Verdict
from caravana.kit.errors import Transient

Document = Mapping[str, Any]
TITLES: Mapping[str | None, str] = {
    "01": "Factura",
    "03": "Liquidación de compra",
    "04": "Nota de crédito",
    "05": "Nota de débito",
    "06": "Guía de remisión",
    "07": "Comprobante de retención",
    None: "Comprobante",
}
WITHHELD = "/07"
"""End of the reference of a withholding, whose record is the bill."""
STATES: Mapping[str, str] = {
    State.DRAFT: "no se ha enviado: hay que corregirlo",
    State.QUEUED: "espera para enviarse",
    State.SUBMITTING: "se está enviando",
    State.IN_DOUBT: "se envió y no hay respuesta; se está consultando",
    State.IN_PROCESS: "el SRI lo está procesando",
    State.AUTHORISED: "AUTORIZADO por el SRI",
    State.NOT_AUTHORISED: "NO AUTORIZADO por el SRI",
    State.REJECTED: "devuelto, no se recibió",
    State.NEEDS_ATTENTION: "detenido: una persona debe revisarlo",
    State.ANNULLED: "anulado en el SRI",
}
"""How a document stands, in a clerk's words."""
ADVICE: Mapping[str | None, str] = {
    Verdict.MEND: "Corrija el dato en Odoo: el documento conserva su número y se envía solo cuando cambie, o con "
    "`caravana einvoice issue`.",
    Verdict.TAXPAYER: "La empresa debe arreglarlo antes con el SRI; después use `caravana einvoice issue`.",
    Verdict.TAKEN: "Otro sistema usó este número. El punto de emisión está detenido hasta que una persona lo revise y marque "
    "como hecha la tarea.",
    None: "Corrija el documento en Odoo: se envía solo cuando cambie, o con `caravana einvoice issue`.",
}

OF_CERTIFICATE = frozenset({"39", "40", "firma"})
"""Codes of what is wrong with the signature: of the SRI, and Dátil's."""
CERTIFICATE = (
    "No es por el documento: revise el certificado con que se firma (`caravana doctor`). El documento conserva su número; cuando "
    "esté arreglado use `caravana einvoice issue`."
)

AWAY: Mapping[str, str] = {
    "es": "La empresa de facturación o el SRI no atiende ahora ({why}). Se vuelve a intentar solo.",
    "en": "The e-invoicing company or the SRI does not answer now ({why}). It is tried again by itself.",
}
TO_MEND: Mapping[str, str] = {
    "es": "Hay que arreglar la conexión de facturación: {why}. Después el documento se envía solo.",
    "en": "The connection of e-invoicing must be mended: {why}. Then the document goes out by itself.",
}
"""Why a document waits that is not wrong itself."""


CALLS: Mapping[str, str] = {
    "connect": "no hay conexión",
    "circuit": "no atiende desde hace un rato",
    "off": "la conexión está apagada en Caravana",
}
"""Code of a call that went wrong on its way → why, in a clerk's words."""


def title(document: Document) -> str:
    """Return type and number, `Factura 001-001-000000123`."""
    name = document["number"] or document["name"] or f"{document['model']},{document['id']}"
    if document["cod_doc"] is None and document["key"].endswith(WITHHELD):
        return f"{TITLES['07']} de {name}"
    return f"{TITLES.get(document['cod_doc'], TITLES[None])} {name}"


def note(document: Document) -> str:
    """Return the note on the document in Odoo, as HTML."""
    lines = [f"<b>{escape(title(document))}</b>: {escape(STATES[document['state']])}."]
    if document["state"] == State.AUTHORISED:
        lines.append(f"Autorización {escape(str(document['authorization'] or document['access_key']))}")
        lines[-1] += f", {escape(str(document['authorized_at']))}." if document["authorized_at"] else "."
    elif document["access_key"]:
        lines.append(f"Clave de acceso {escape(document['access_key'])}.")
    told = [*map(problem_line, document["problems"]), *map(message_line, document["messages"])]
    listed = "".join(f"<li>{escape(one)}</li>" for one in told)
    advice = "" if document["state"] in (State.AUTHORISED, State.ANNULLED) else f"<p>{escape(_advice(document))}</p>"
    return f"<p>{'<br/>'.join(lines)}</p>" + (f"<ul>{listed}</ul>" if listed else "") + advice


def problem_line(problem: Mapping[str, Any]) -> str:
    """Return a problem with the place to mend."""
    place = f" ({problem['field']})" if problem["field"] else ""
    mark = "Aviso: " if problem["severity"] == "warning" else ""
    return f"{mark}{problem['es']}{place}"


def message_line(message: Mapping[str, Any]) -> str:
    """Return what the SRI or the company said."""
    detail = f": {message['detail']}" if message.get("detail") else ""
    return f"{message['code']} {message['text']}{detail}".strip()


def review_text(document: Document) -> str:
    """Return what a person reads of a document that he has to mend."""
    told = [*map(problem_line, document["problems"]), *map(message_line, document["messages"])]
    return "\n".join([f"{title(document)}: {STATES[document['state']]}.", *told, _advice(document)])


def late_text(document: Document) -> str:
    """Return what a person reads of a document that is not sent."""
    first = f"{title(document)}: sigue sin enviarse. El SRI exige transmitirlo en el momento de emitirlo."
    return "\n".join([first, *map(message_line, document["messages"])])


def finding_line(finding: Mapping[str, Any]) -> str:
    """Return what is wrong with a connection: in Spanish, where its component has it."""
    told: str = finding.get("es") or ": ".join(filter(None, (finding["subject"], finding["message"])))
    return told


def short_error(document: Document, most: int = 250) -> str:
    """Return what is wrong in one line; empty where nothing is."""
    told: Sequence[str] = [*map(problem_line, document["problems"]), *map(message_line, document["messages"])]
    return "" if document["state"] in (State.AUTHORISED, State.ANNULLED) else "; ".join(told)[:most]


def plain(error: BaseException | None) -> str:
    """Return why a call was of no use, when its component has no Spanish for it: what is known of every call, else its words."""
    if not isinstance(error, Transient):
        return str(error)
    answered = None if error.status is None else f"respondió {error.status}"
    return CALLS.get(error.code or "") or answered or str(error)


def _advice(document: Document) -> str:
    if any(one["code"] in OF_CERTIFICATE for one in document["messages"]):
        return CERTIFICATE
    return ADVICE.get(document["class"], ADVICE[None])
