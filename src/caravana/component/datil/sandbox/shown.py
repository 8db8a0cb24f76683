"""How the imitation shows a document: the issue's answer, the status, the whole, and what its webhooks carry."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from caravana.component.datil.sandbox.account import Account
from caravana.component.datil.sandbox.edoc import AUTHORISED_WORD, CREATED, REFUSED_WORD, RETURNED, WORDS, Edoc
from caravana.kit.authority import Entry, Mensaje
from caravana.kit.ecuador import ECUADOR


def issued(edoc: Edoc) -> dict[str, Any]:
    """Return the answer to an issue: what was told, with id and clave, and no `estado` yet."""
    return {**edoc.body, "id": edoc.id, "clave_acceso": edoc.clave}


def status(edoc: Edoc, word: str, base: str) -> dict[str, Any]:
    """Return `GET /edocs/ID`."""
    return {
        "id": edoc.id,
        "tipo": edoc.cod_doc,
        "estado": word,
        "clave_acceso": edoc.clave,
        "ambiente": edoc.body["ambiente"],
        "url_formato_impresion": f"{base}/ver/{edoc.id}/pdf",
        "url_documento_electronico": f"{base}/ver/{edoc.id}/xml",
        "autorizacion": authorisation(edoc, word),
    }


def whole(edoc: Edoc, word: str, base: str, account: Account) -> dict[str, Any]:
    """Return `GET /invoices/ID` and its like."""
    shown = {**edoc.body, **status(edoc, word, base), "numero": edoc.number, "envio_sri": reception(edoc)}
    if edoc.unsigned and word == CREATED:
        shown["firma"] = {"result": "bad", "error": edoc.unsigned}
    if account.lists_mails:
        shown["correos_enviados"] = [
            {"fecha_envio": moment(one.sent), "destinatarios": ", ".join(one.recipients)} for one in edoc.mails
        ]
    return drifted(shown) if account.drift else shown


def event(edoc: Edoc, word: str) -> tuple[str, dict[str, Any]] | None:
    """Return the name and the body of the webhook that `word` brings; None: it brings none."""
    told = {
        **{name: value for name, value in edoc.body.items() if name != "clave_acceso"},
        "id": edoc.id,
        "tipo": WORDS[edoc.cod_doc],
        "clave_acceso": edoc.clave,
    }
    if word in {AUTHORISED_WORD, REFUSED_WORD}:
        return "receipt-issued", {**told, "autorizacion": authorisation(edoc, word)}
    without = {name: value for name, value in told.items() if name != "id"}
    if word == RETURNED:
        return "issue-error", {**without, "envio_sri": reception(edoc)}
    if word == CREATED and edoc.unsigned:
        return "issue-error", {**without, "firma": {"result": "bad", "error": edoc.unsigned}}
    return None


def authorisation(edoc: Edoc, word: str) -> dict[str, Any]:
    """Return `autorizacion`: empty before the SRI has decided."""
    entry = edoc.entry
    if entry is None or word not in {AUTHORISED_WORD, REFUSED_WORD}:
        return {"estado": "", "numero": "", "fecha": "", "mensajes": []}
    return {
        "estado": word,
        "numero": entry.numero or "",
        "fecha": moment(entry.fecha),
        "mensajes": [_message(one) for one in entry.messages or ()],
    }


def reception(edoc: Edoc) -> dict[str, Any]:
    """Return `envio_sri`."""
    if edoc.receipt is None:
        return {"estado": "", "mensajes": []}
    return {"estado": edoc.receipt.estado, "mensajes": [_message(one) for one in edoc.receipt.messages]}


def _message(one: Mensaje) -> dict[str, Any]:
    return {"identificador": one.code, "mensaje": one.text, "tipo": one.type, "informacion_adicional": one.detail}


def wrapped(content: str, entry: Entry) -> str:
    """Return the authorised form of a document: the SRI's wrapper with the document in it."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<autorizacion>'
        f"<estado>{AUTHORISED_WORD}</estado><numeroAutorizacion>{entry.numero}</numeroAutorizacion>"
        f"<fechaAutorizacion>{moment(entry.fecha)}</fechaAutorizacion><ambiente>{entry.ambiente}</ambiente>"
        f"<comprobante><![CDATA[{content}]]></comprobante><mensajes/></autorizacion>"
    )


def moment(time: datetime) -> str:
    """Return `time` with Ecuador's offset."""
    return time.astimezone(ECUADOR).isoformat(timespec="seconds")


def drifted(shown: Mapping[str, Any]) -> dict[str, Any]:
    """Return the same with other types, as Dátil's documentation shows in its examples."""
    given = {name: _drift(name, value) for name, value in shown.items()}
    given["ambiente"] = str(shown["ambiente"])
    given["informacion_adicional"] = None
    given.pop("numero", None)
    return given


def _drift(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _drift(key, one) for key, one in value.items()}
    if isinstance(value, list):
        return [_drift(name, one) for one in value] or None
    if name == "fecha" and isinstance(value, str) and value:
        return datetime.fromisoformat(value).replace(tzinfo=None).isoformat()
    if name == "identificador":
        return int(value)
    if name == "tipo_identificacion":
        return int(value)
    if name in {"cantidad", "precio_unitario"}:
        return f"{Decimal(value):.6f}"
    return f"{value}" if isinstance(value, Decimal) else value
