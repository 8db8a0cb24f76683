"""The calls, each with what may be done when its outcome is unknown."""

from datetime import timedelta
from typing import Any

from caravana.component.ecuafact import errors, judging, mapping, reading
from caravana.component.ecuafact.client import EcuafactClient
from caravana.component.ecuafact.spec import CAPABILITIES, PROVIDER
from caravana.kit import json
from caravana.kit.clock import Clock
from caravana.kit.component import Producer
from caravana.kit.ecuador import ECUADOR
from caravana.kit.edocument.clave import Clave
from caravana.kit.edocument.document import read_document
from caravana.kit.edocument.wrong import Wrong
from caravana.kit.effect import Effect, Kind, Reply
from caravana.kit.einvoice import Operation, Unsupported
from caravana.kit.einvoicing import (
    INVALID,
    Package,
    Question,
    absent,
    blocked,
    coded,
    given_document,
    invalid,
    key_of,
    read_package,
    read_question,
    tidied,
    told,
)
from caravana.kit.errors import Refused
from caravana.kit.exchange import Exchange

MARGIN = timedelta(seconds=10)
"""A call's hard limit is the connection's time-out and this much for connecting and reading."""
LISTED_FOR = timedelta(days=92)
"""How far back a number is looked for: the list wants days."""


class EcuafactProducer(Producer):
    """What the calls of one connection share."""

    def __init__(self, name: str, client: EcuafactClient, clock: Clock) -> None:
        """`name`: of the connection."""
        self._name = name
        self._client = client
        self._clock = clock
        self.timeout = client.settings.timeout + MARGIN

    def connection_of(self, request: Any, branch: str | None) -> str:
        """Return the connection as limits and circuit know it."""
        return f"{PROVIDER}:{self._name}"

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return which document is meant. Raises `Refused` when the body does not fit."""
        return read_question(exchange.body, self._name).model_dump(mode="json")


class Prepare(EcuafactProducer):
    """Renders a document and judges it; sends nothing."""

    kind = Kind.READ

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return the document. Raises `Refused` when the body holds none."""
        return {"connection": self._name, "document": given_document(exchange.body)}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Return the package. Raises `Refused` with every problem of the document."""
        try:
            document = read_document(request["document"])
        except Wrong as error:
            raise invalid([error.problem("document")]) from None
        CAPABILITIES.need(Operation.PREPARE, "Ecuafact", document.cod_doc)
        settings = self._client.settings
        document = coded(document, settings.missing_code)
        found = judging.problems(document, settings)
        if found:
            raise invalid(found)
        numbered = settings.numbering == "odoo"
        contract, origin = self._client.contract, settings.origin
        body = mapping.request(document, contract, origin=origin, numbered=numbered, mails=settings.mails)
        package = Package.of(
            document, json.dumps(tidied(body)), provider=PROVIDER, connection=self._name, access_key=None, keyed=True
        )
        return Reply(package.model_dump(mode="json"))


class Sending(EcuafactProducer):
    """What sends a package, under its key: a repeat is the same operation."""

    kind = Kind.IDEMPOTENT

    def __init__(self, name: str, client: EcuafactClient, clock: Clock) -> None:
        """As the others."""
        super().__init__(name, client, clock)
        self.key_lifetime = client.settings.key_lifetime

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return the package. Raises `Refused` when it is none of this connection's, or not what was kept."""
        package = read_package(exchange.body, PROVIDER, self._name)
        if package.cod_doc not in CAPABILITIES.documents:
            raise Unsupported(f"Ecuafact does not issue documents of type {package.cod_doc}", code="unsupported")
        if package.key is None:
            raise Refused("the package has no idempotency key, and Ecuafact takes none without", code="body")
        return package.model_dump(mode="json")

    async def emit(self, package: Package, key: str) -> Reply:
        """Send the very text of the package."""
        answer = await self._client.emit(_ruc(package), package.cod_doc, package.content, key)
        if reading.identity(answer.get("idOperacion")) is None:
            es = "Ecuafact recibió el documento y no dijo con qué operación: búsquelo en su portal"
            raise blocked("no_operation", es, "Ecuafact took the document and named no operation: look in its portal")
        return reading.admitted(answer, _question(package)).reply()


class Submit(Sending):
    """Emits a document; the answer names an operation, which is asked afterwards."""

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Send it."""
        return await self.emit(Package.model_validate(request), request["key"])


class Reissue(Sending):
    """Emits a mended document in place of one that was refused: a new operation, and a new number where Ecuafact numbers."""

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return the package with the refused operation. Raises `Refused` without one."""
        body = exchange.body if isinstance(exchange.body, dict) else {}
        before = reading.identity(body.get("request_id"))
        if before is None:
            raise Refused("a mended document names the refused operation as `request_id`", code="body")
        return {**super().request(exchange), "request_id": before}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Send it, once the first is proven to be refused: else there might be two. Raises `Refused`."""
        package = Package.model_validate(request)
        before = Question(connection=self._name, request_id=request["request_id"], cod_doc=package.cod_doc)
        found = reading.operation(await self._client.operation(request["request_id"]), before)
        if found.state not in reading.REFUSED:
            es = f"la operación {before.request_id} está {found.status}: solo lo rechazado se corrige"
            text = f"operation {before.request_id} is {found.status}: only after a refusal a mended document is sent"
            raise told(Refused, "state", es, text)
        return await self.emit(package, key_of(request["key"], request["request_id"]))  # unchanged, it may go again


class Validate(EcuafactProducer):
    """The dry run: judged by Ecuafact, not emitted, without quota."""

    kind = Kind.READ

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return the package. Raises `Refused` when it is none."""
        return read_package(exchange.body, PROVIDER, self._name).model_dump(mode="json")

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Return the problems that Ecuafact finds."""
        package = Package.model_validate(request)
        found: list[dict[str, Any]] = []
        try:
            answer = await self._client.validate(_ruc(package), package.cod_doc, package.content)
            if answer.get("errores"):
                found = [one.to_json() for one in errors.problems(answer)]
        except Refused as error:
            if error.code != INVALID:
                raise
            found = error.body
        return Reply({"provider": PROVIDER, "connection": self._name, "problems": found})


class Query(EcuafactProducer):
    """Asks how a document stands: by its operation, else by its clave in the list of issued documents.

    A `number` in the message is the one that was sent; another one in the answer is an alarm (class `taken`).
    """

    kind = Kind.READ

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Ask. Raises `Refused` for what is no operation and no clave."""
        question = Question.model_validate(request)
        if question.request_id is not None:
            return reading.operation(await self._client.operation(question.request_id), question).reply()
        if question.access_key is None:  # the answer that named it was lost: sent again under its key it is the same
            return absent(PROVIDER, question).reply()
        try:
            clave = Clave.read(question.access_key)
        except ValueError as error:
            raise Refused(f"`access_key` does not fit: {error}", code="body") from None
        day = clave.fecha.isoformat()
        query = {"desde": day, "hasta": day, self._client.contract.type_field: clave.cod_doc, "buscar": clave.numero}
        rows = await self._client.issued(clave.ruc, query)
        ours = next((one for one in rows if one.get("claveAcceso") == question.access_key), None)
        return (absent(PROVIDER, question) if ours is None else reading.listed(ours, question)).reply()


class Find(EcuafactProducer):
    """Whose number is it: issued documents that have it. The taxpayer is the connection's, or that of `access_key`."""

    kind = Kind.READ

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Return their standings. Raises `Refused` when number or taxpayer is not known."""
        question = Question.model_validate(request)
        number, taxpayer = question.number, self._taxpayer(question)
        if number is None or taxpayer is None:
            raise Refused("`number` is missing, or `identification` in the connection's settings", code="body")
        today = self._clock.now().astimezone(ECUADOR).date()
        query = {"desde": (today - LISTED_FOR).isoformat(), "hasta": today.isoformat(), "buscar": number}
        if question.cod_doc is not None:
            query[self._client.contract.type_field] = question.cod_doc
        rows = await self._client.issued(taxpayer, query)
        about = question.model_copy(update={"number": None, "access_key": None})
        found = [reading.listed(one, about).to_json() for one in rows if one.get("numeroDocumento") == number]
        return Reply({"provider": PROVIDER, "connection": self._name, "documents": found})

    def _taxpayer(self, question: Question) -> str | None:
        if self._client.settings.identification is not None:
            return self._client.settings.identification
        return question.access_key[10:23] if question.access_key else None


def _ruc(package: Package) -> str:
    """The issuer, as the body itself says: it goes where it says that it belongs."""
    found = json.loads(package.content)["infoTributaria"]["ruc"]
    return str(found)


def _question(package: Package) -> Question:
    return Question(
        connection=package.connection,
        access_key=package.access_key,
        reference=package.reference,
        cod_doc=package.cod_doc,
        number=package.number,
    )
