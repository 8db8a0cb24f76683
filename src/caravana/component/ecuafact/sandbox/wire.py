"""How the imitation answers: exact JSON, envelopes, refusals."""

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

from starlette.responses import Response

from caravana.kit import json as exact
from caravana.kit.authority import Entry
from caravana.kit.ecuador import ECUADOR


class Refusal(Exception):
    """The caller is told no: HTTP status, `codigo`, `mensaje`, `errores`."""

    def __init__(
        self, status: int, code: str, message: str, errors: list[str] | None = None, *, retry_after: int | None = None
    ) -> None:
        """`retry_after`: seconds for the header."""
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.errors = errors or []
        self.retry_after = retry_after

    def response(self) -> Response:
        """Return the answer."""
        content = {"codigo": self.code, "mensaje": self.message} | ({"errores": self.errors} if self.errors else {})
        headers = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        return answer(content, self.status, headers)


def answer(content: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return `content` as JSON."""
    return Response(exact.dumps(content), status, headers, media_type="application/json; charset=utf-8")


def wrapped(data: Any) -> Response:
    """Return `data` in the envelope of reads."""
    return answer({"codigo": "0", "mensaje": "OK", "datos": data})


def wrapped_xml(content: str, entry: Entry) -> str:
    """Return the authorised form of a document: the SRI's wrapper with the document in it."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<autorizacion><estado>AUTORIZADO</estado>'
        f"<numeroAutorizacion>{entry.numero}</numeroAutorizacion>"
        f"<fechaAutorizacion>{local(entry.fecha)}</fechaAutorizacion><ambiente>{entry.ambiente}</ambiente>"
        f"<comprobante><![CDATA[{content}]]></comprobante><mensajes/></autorizacion>"
    )


def read(raw: bytes) -> dict[str, Any]:
    """Return the object in `raw`, its fractions as Decimal. Raises `Refusal`."""
    try:
        content = json.loads(raw, parse_float=Decimal)
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise Refusal(400, "301", "El cuerpo debe ser un objeto JSON")
    return content


def utc(time: datetime) -> str:
    """Return `time` as operations have it."""
    return f"{time:%Y-%m-%dT%H:%M:%SZ}"


def local(time: datetime) -> str:
    """Return `time` with Ecuador's offset."""
    return time.astimezone(ECUADOR).isoformat(timespec="seconds")
