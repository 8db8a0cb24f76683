"""XML and printed form, and mailing them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from caravana.component.datil import reading
from caravana.component.datil.client import DatilClient
from caravana.component.datil.elsewhere import Elsewhere
from caravana.component.datil.producer import DatilProducer
from caravana.component.datil.spec import PROVIDER
from caravana.kit.effect import Effect, Kind, Reply
from caravana.kit.einvoice import Operation, State
from caravana.kit.einvoicing import Question, as_text, filename, shown_file
from caravana.kit.errors import NeedsPerson, Refused
from caravana.kit.exchange import Exchange

KINDS: Mapping[Operation, str] = {Operation.XML: "xml", Operation.PDF: "pdf"}
SLACK = timedelta(minutes=2)
"""Clocks of two machines differ: a mail so much older than our call may still be its."""


class Fetch(DatilProducer):
    """The document's XML or printed form."""

    kind = Kind.READ

    def __init__(self, name: str, client: DatilClient, elsewhere: Elsewhere | None, operation: Operation) -> None:
        """`operation`: `xml` or `pdf`."""
        super().__init__(name, client, elsewhere)
        self._operation = operation

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Fetch it, and say whether the document is authorised yet. Raises an `EffectError`."""
        question = Question.model_validate(request)
        identity = await self.identity(question)
        if identity is None:
            return await self._of_another(question, effect)
        known = question.model_copy(update={"request_id": identity})
        found = reading.standing(await self.fetch(known), known)
        raw = await self._client.file(identity, KINDS[self._operation])
        name = filename(question.cod_doc, found.number, found.access_key, KINDS[self._operation])
        shown = shown_file(raw, self._operation, "Dátil")
        content = {"content": shown, "provisional": found.state is not State.AUTHORISED, "filename": name}
        return Reply({"provider": PROVIDER, "connection": self._name, **content})

    async def _of_another(self, question: Question, effect: Effect) -> Reply:
        """A document whose id was lost with the answer: who else has its file. Raises `NeedsPerson` when nobody."""
        if self._elsewhere is None or question.access_key is None or not self._elsewhere.offers(self._operation):
            text = "Dátil's id of the document is not known: fetch the file in Dátil's page, by its number"
            raise NeedsPerson(f"no {KINDS[self._operation]} of {question.access_key}: {text}", code="no_id")
        found = await self._elsewhere.ask(self._operation, question, effect)
        return Reply({**found, "provider": PROVIDER, "connection": self._name})


class Email(DatilProducer):
    """Makes Dátil mail the document. Of a factura Dátil lists the mails; of the other types it does not say that it does."""

    kind = Kind.BLIND
    settle = timedelta(minutes=2)

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return document and recipients. Raises `Refused` without id or recipient."""
        question = read(exchange, super().request(exchange))
        return question.model_dump(mode="json")

    def kind_of(self, request: dict[str, Any]) -> Kind:
        """Return verifiable for a factura, else blind."""
        return Kind.VERIFIABLE if request["cod_doc"] == "01" else Kind.BLIND

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Ask for the mail."""
        question = Question.model_validate(request)
        content = {"destinatarios": list(question.recipients)}
        answer = await self._client.post(f"/edocs/send-email/{question.request_id}", content)
        return self._told(question, as_text(answer.get("result")))

    async def verify(self, request: dict[str, Any], effect: Effect) -> Reply | None:
        """Look for a mail to these recipients since our call. Raises `NeedsPerson` when Dátil lists none at all."""
        question = Question.model_validate(request)
        sent = reading.mails(await self.fetch(question))
        if sent is None:
            raise NeedsPerson("Dátil does not say whether the mail went out: look in its page", code="not_listed")
        wanted, since = frozenset(one.lower() for one in question.recipients), effect.intended_at - SLACK
        fits = any(wanted <= to and at is not None and datetime.fromisoformat(at) >= since for at, to in sent)
        return self._told(question, None) if fits else None

    def _told(self, question: Question, result: str | None) -> Reply:
        body = {"provider": PROVIDER, "connection": self._name, "request_id": question.request_id, "result": result}
        return Reply({**body, "recipients": list(question.recipients)}, reference=question.request_id)


def read(exchange: Exchange, asked: dict[str, Any]) -> Question:
    """Return the question of a message that wants a mail. Raises `Refused` when id or recipients are missing."""
    question = Question.model_validate(asked)
    if question.request_id is None or not question.recipients:
        raise Refused("Dátil mails by its id (`request_id`), to the `recipients` that are named", code="body")
    return question
