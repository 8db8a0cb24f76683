"""The page of the imitation: the account's documents."""

from collections.abc import Sequence

from starlette.responses import Response

from caravana.component.datil.sandbox.edoc import AGAIN, AUTHORISED_WORD, Edoc
from caravana.component.datil.sandbox.translation import money
from caravana.kit.authority.listing import BAD, GOOD, OPEN, Row, page

COLOUR = "#0b5563"


def view(account: str, documents: Sequence[tuple[Edoc, str]]) -> Response:
    """Return the page of `account`; `documents` with their `estado`, newest first."""
    return page("Dátil", f"Documentos electrónicos de {account}", COLOUR, [_row(*one) for one in documents])


def _row(edoc: Edoc, word: str) -> Row:
    look = GOOD if word == AUTHORISED_WORD else BAD if word in AGAIN or edoc.unsigned else OPEN
    return Row(
        cod_doc=edoc.cod_doc,
        number=edoc.number,
        clave=edoc.clave,
        receiver=edoc.receiver["razon_social"],
        total=_total(edoc),
        state=word.capitalize(),
        look=look,
        messages=_said(edoc),
        files=(("RIDE", f"/ver/{edoc.id}/pdf"), ("XML", f"/ver/{edoc.id}/xml")),
    )


def _total(edoc: Edoc) -> str:
    total = edoc.body.get("totales", {}).get("importe_total")
    return "" if total is None else f"$ {money(total)}"


def _said(edoc: Edoc) -> list[str]:
    if edoc.unsigned:
        return [edoc.unsigned]
    messages = edoc.receipt.messages if edoc.receipt and not edoc.receipt.taken else ()
    if edoc.entry is not None and edoc.entry.messages:
        messages = edoc.entry.messages
    return [f"{one.code}: {one.detail or one.text}" for one in messages if one.type == "ERROR"]
