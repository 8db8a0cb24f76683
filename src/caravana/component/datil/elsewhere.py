"""Another e-invoicing connection that is asked about our document by its clave: usually one to the SRI itself."""

from dataclasses import replace
from typing import Any

from caravana.component.datil.spec import PROVIDER
from caravana.kit.component import Producer
from caravana.kit.effect import Effect, Reply
from caravana.kit.einvoice import EInvoiceComponent, Operation
from caravana.kit.einvoicing import Question
from caravana.kit.errors import ConfigurationError
from caravana.kit.exchange import Exchange
from caravana.kit.ports import Context
from caravana.kit.uri import Uri


class Elsewhere:
    """The connection `verifyWith`."""

    def __init__(self, context: Context, name: str) -> None:
        """`name`: of the connection; who serves it, `context` knows."""
        self._context = context
        self._name = name

    def component(self) -> EInvoiceComponent:
        """Return the component that serves it. Raises `ConfigurationError` when it is none for e-invoices."""
        found = self._context.component_of(self._name)
        if not isinstance(found, EInvoiceComponent):
            raise ConfigurationError("it is no e-invoicing connection", place=f"connections.{self._name}")
        return found

    def offers(self, operation: Operation) -> bool:
        """Whether it has the operation. Raises `ConfigurationError`."""
        return operation in self.component().capabilities_of(self._name).operations

    async def ask(self, operation: Operation, question: Question, effect: Effect) -> dict[str, Any]:
        """Return its answer. Raises an `EffectError`, `ConfigurationError`."""
        component = self.component()
        producer = component.endpoint(Uri(component.scheme, operation.value, {"connection": self._name})).producer()
        if not isinstance(producer, Producer):
            raise ConfigurationError(f"`{operation}` makes no call there", place=f"connections.{self._name}")
        body = {**question.model_dump(exclude={"recipients"}), "connection": self._name, "request_id": None}
        asked = Exchange(effect.exchange_id, body, created=effect.intended_at)
        request = producer.request(asked)
        reply = await producer.handing(request).send(request, replace(effect, key=f"{effect.key}-{self._name}"))
        found: dict[str, Any] = reply.body
        return found

    async def standing(self, question: Question, effect: Effect) -> dict[str, Any] | None:
        """Return how it says that the document stands, as a standing of ours; None when it knows none with that clave."""
        found = await self.ask(Operation.QUERY, question, effect)
        if not found.get("known"):
            return None
        return {
            **found,
            "provider": PROVIDER,
            "connection": question.connection,
            "reference": question.reference,
            "request_id": question.request_id,
            "asked_at": self._name,
        }


def reply_of(found: dict[str, Any]) -> Reply:
    """Return a standing as the answer of a call."""
    return Reply(found, reference=found.get("request_id") or found.get("access_key"))
