"""The page of the imitation: the account's documents."""

from collections.abc import Sequence
from datetime import datetime

from starlette.responses import Response

from caravana.component.ecuafact.sandbox import translation
from caravana.component.ecuafact.sandbox.account import Account
from caravana.component.ecuafact.sandbox.operation import FAILED, GRANTED, QUEUED, REJECTED, Operation
from caravana.kit.authority.listing import BAD, GOOD, OPEN, Row, page

COLOUR = "#3b3487"
SHOWN = {
    "en_cola": "En cola",
    "enviando": "Enviando",
    "enviado": "Enviado",
    "resultado_desconocido": "Resultado desconocido",
    "rechazado": "Rechazado",
    "autorizado": "Autorizado",
    "error": "No autorizado",
}


def view(account: Account, operations: Sequence[Operation], now: datetime) -> Response:
    """Return the page of `account`; newest operations first."""
    about = f"Documentos electrónicos de {account.business}, RUC {account.ruc}"
    return page("Ecuafact", about, COLOUR, [_row(one, account, now) for one in operations])


def _row(one: Operation, account: Account, now: datetime) -> Row:
    word, authorisation = one.words(account, now)
    total = translation.total(one.body)
    place = f"/documento/{one.id}"
    return Row(
        cod_doc=one.cod_doc,
        number=one.number,
        clave=None if word == QUEUED else one.clave,
        receiver=translation.receiver(one.body)[1],
        total="" if total is None else f"$ {total:.2f}",
        state=SHOWN[authorisation if authorisation in {GRANTED, FAILED} else word],
        look=GOOD if authorisation == GRANTED else BAD if authorisation == FAILED or word == REJECTED else OPEN,
        messages=_said(one),
        files=(("RIDE", f"{place}/ride"), ("XML", f"{place}/xml")) if one.content else (),
    )


def _said(one: Operation) -> list[str]:
    messages = one.receipt.messages if one.receipt and not one.receipt.taken else ()
    if one.entry is not None and one.entry.messages:
        messages = one.entry.messages
    return [f"{said.code}: {said.detail or said.text}" for said in messages if said.type == "ERROR"]
