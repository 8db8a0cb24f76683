"""The legal XML (the SRI's wrapper around the document, as it came) and its printed form, the RIDE."""

import asyncio
import base64
from typing import Any

from caravana.component.sri import standing
from caravana.component.sri.answer import Authorisation
from caravana.component.sri.client import SriClient
from caravana.component.sri.producer import SriProducer
from caravana.component.sri.spec import PROVIDER
from caravana.kit.edocument.clave import Clave
from caravana.kit.effect import Effect, Kind, Reply
from caravana.kit.einvoice import Operation, State
from caravana.kit.einvoicing import Question, blocked, filename
from caravana.kit.errors import Refused
from caravana.kit.exchange import Exchange

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


class Fetch(SriProducer):
    """The document's XML or PDF. Of one that is not authorised the signed document, which a message may bring."""

    kind = Kind.READ

    def __init__(self, name: str, client: SriClient, operation: Operation) -> None:
        """`operation`: `xml` or `pdf`."""
        super().__init__(name, client)
        self._operation = operation

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return which document is meant, with its `content` where the message brings it. Raises `Refused`."""
        asked = super().request(exchange)
        content = exchange.body.get("content")
        return {**asked, "content": content} if isinstance(content, str) else asked

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Return it. Raises `Refused` (`not_there`) for a document of which the SRI shows nothing and the message brings none."""
        question = Question.model_validate(request)
        clave = str(question.access_key)
        entry = standing.decisive(await self._client.consult(clave))
        authorised = entry is not None and standing.state_of(entry) is State.AUTHORISED
        document = (entry.comprobante if entry is not None else "") or request.get("content") or ""
        if not document:
            text = "the SRI shows nothing of the document yet, and the message does not bring it (`content`)"
            raise Refused(text, code="not_there")
        known = entry if authorised else None
        if self._operation is Operation.PDF:
            shown = await asyncio.to_thread(self._pdf, known, document)  # hundreds of lines take half a second
        else:
            shown = _DECLARATION + known.wrapper if known is not None else document
        parts = Clave.read(clave)
        name = filename(parts.cod_doc, parts.numero, clave, self._operation.value)
        content = {"content": shown, "provisional": not authorised, "filename": name}
        return Reply({"provider": PROVIDER, "connection": self._name, **content})

    def _pdf(self, entry: Authorisation | None, document: str) -> str:
        from caravana.kit.edocument.ride import Authorised, NotPrintable, ride  # slow to import: only when it is needed

        told = None if entry is None else Authorised(entry.numero, entry.fecha)
        logo = self._client.settings.logo
        try:
            picture = None if logo is None else logo.read_bytes()
        except OSError as error:
            es = f"el logotipo {logo} no se puede leer: póngalo allí, o quite `logo` de la conexión"
            raise blocked("logo", es, f"the logo {logo} cannot be read: {error.strerror}") from None
        try:
            return base64.b64encode(ride(document.encode(), told, logo=picture)).decode()
        except NotPrintable as error:
            raise Refused(f"the document cannot be printed: {error}", code="not_printable") from None


__all__ = ["Fetch"]
