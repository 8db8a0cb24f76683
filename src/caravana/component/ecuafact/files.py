"""XML and printed form, and mailing them."""

from collections.abc import Mapping
from typing import Any

from caravana.component.ecuafact.client import EcuafactClient
from caravana.component.ecuafact.producer import EcuafactProducer
from caravana.component.ecuafact.spec import PROVIDER
from caravana.kit.clock import Clock
from caravana.kit.edocument.clave import Clave
from caravana.kit.effect import Effect, Kind, Reply
from caravana.kit.einvoice import Operation
from caravana.kit.einvoicing import Question, filename, shown_file
from caravana.kit.errors import EffectError, Refused, Unknown
from caravana.kit.exchange import Exchange

KINDS: Mapping[Operation, str] = {Operation.XML: "xml", Operation.PDF: "ride"}


class Fetch(EcuafactProducer):
    """The document's XML or printed form, by its clave."""

    kind = Kind.READ

    def __init__(self, name: str, client: EcuafactClient, clock: Clock, operation: Operation) -> None:
        """`operation`: `xml` or `pdf`."""
        super().__init__(name, client, clock)
        self._operation = operation

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return which document is meant. Raises `Refused` while its clave is not known."""
        asked = super().request(exchange)
        _clave(asked)
        return asked

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Fetch it; Ecuafact says of an XML whether it is provisional. Raises an `EffectError`."""
        question, clave = Question.model_validate(request), _clave(request)
        file = await self._client.file(clave.ruc, request["access_key"], KINDS[self._operation])
        name = filename(question.cod_doc or clave.cod_doc, clave.numero, question.access_key, self._operation.value)
        shown = shown_file(file.raw, self._operation, "Ecuafact")
        content = {"content": shown, "provisional": file.provisional, "filename": name}
        return Reply({"provider": PROVIDER, "connection": self._name, **content})


class Email(EcuafactProducer):
    """Makes Ecuafact mail the document, to each recipient by a call of its own. It tells nowhere what it has mailed."""

    kind = Kind.BLIND

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return document and recipients. Raises `Refused` without clave or recipient."""
        asked = super().request(exchange)
        _clave(asked)
        if not asked["recipients"]:
            raise Refused("`recipients` is empty: nobody would get the mail", code="body")
        return asked

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Ask for the mails. Raises `Unknown` when some went and one did not: they are not sent again."""
        question, clave = Question.model_validate(request), _clave(request)
        sent: list[str] = []
        for one in question.recipients:
            try:
                await self._client.mail(clave.ruc, request["access_key"], one)
            except EffectError as error:
                if not sent:
                    raise
                text = f"{len(sent)} of {len(question.recipients)} mails went out, then: {error}"
                raise Unknown(text, status=error.status, code="part") from error
            sent.append(one)
        body = {"provider": PROVIDER, "connection": self._name, "access_key": question.access_key, "recipients": sent}
        return Reply(body, reference=question.access_key)


def _clave(asked: Mapping[str, Any]) -> Clave:
    """Raises `Refused` for none: Ecuafact's files are named by it."""
    try:
        return Clave.read(asked["access_key"] or "")
    except ValueError as error:
        raise Refused(f"`access_key` does not fit: {error}", code="body") from None
