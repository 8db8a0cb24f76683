"""The component: Sello's words in the port's."""

import hashlib
import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Literal

from pydantic import Field, SecretStr
from starlette.requests import Request
from starlette.responses import Response

from caravana.kit.component import Consumer, Endpoint, Finding, Producer, Severity
from caravana.kit.edocument.clave import Clave, numeric_code
from caravana.kit.edocument.document import read_document
from caravana.kit.edocument.problem import Problem
from caravana.kit.effect import Effect, Kind, Reply
from caravana.kit.einvoice import Capabilities, EInvoiceComponent, Operation, State, Verdict
from caravana.kit.errors import ConfigurationError, EffectError, NeedsPerson, Refused, Transient, Unknown
from caravana.kit.exchange import Exchange
from caravana.kit.http import HttpAnswer, HttpSession
from caravana.kit.options import Options
from caravana.kit.ports import Arrival, Context, Receiver
from caravana.kit.uri import Uri

WORDS = {
    "proceso": (State.IN_PROCESS, False),
    "autorizado": (State.AUTHORISED, True),
    "rechazado": (State.NOT_AUTHORISED, True),
    "devuelto": (State.REJECTED, True),
}
VERDICTS = {"45": Verdict.TAKEN, "70": Verdict.WAIT, "50": Verdict.AGAIN}
VERBS = {
    Operation.SUBMIT: "emitir",
    Operation.REISSUE: "corregir",
    Operation.QUERY: "ver",
    Operation.FIND: "buscar",
    Operation.XML: "xml",
    Operation.PDF: "pdf",
    Operation.EMAIL: "correo",
}


class SelloOptions(Options):
    """Options of an address."""

    connection: str = Field(default="sello", description="name of the connection")


class SelloSettings(Options):
    """Settings of a connection."""

    url: str = Field(description="address of the service")
    key: SecretStr = Field(description="our key")
    ambiente: Literal["1", "2"] = Field(default="1", description="1 test, 2 live")
    warns: str = Field(default="", description="what the doctor says")
    numbers: bool = Field(default=False, description="whether Sello numbers")


class SelloComponent(EInvoiceComponent):
    """Sello."""

    scheme = "sello"
    title = "Sello"
    syntax = "sello:operation"
    doc = "Electronic documents over Sello."
    options = SelloOptions
    connection = SelloSettings
    capabilities = Capabilities(
        operations=frozenset({*VERBS, Operation.PREPARE, Operation.NOTIFICATION}),
        documents=frozenset({"01", "04", "05", "06", "07"}),
        numbering="caller",
        lookup=True,
        signs="provider",
        mails=False,
        pdf="fetched",
        signed_notifications="none",
        poll=timedelta(seconds=3),
        poll_max=timedelta(minutes=10),
    )

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.http = HttpSession()

    def environment(self, name: str) -> Literal["1", "2"]:
        """Return the setting."""
        found: Literal["1", "2"] = self.connection_settings(name).ambiente
        return found

    def capabilities_of(self, name: str) -> Capabilities:
        """Return what the account can do: one that numbers takes no numbers."""
        numbers = self.connection_settings(name).numbers
        return replace(self.capabilities, numbering="provider") if numbers else self.capabilities

    async def diagnose(self, name: str) -> list[Finding]:
        """Return what the settings say."""
        told = self.connection_settings(name).warns
        return [Finding("certificate", Severity.WARNING, told, "renew it")] if told else []

    def create(self, uri: Uri, options: SelloOptions) -> "SelloEndpoint":
        """Return the endpoint."""
        if uri.path not in self.capabilities.operations:
            raise ConfigurationError(f"Sello has no `{uri.path}`", place=str(uri))
        return SelloEndpoint(uri, options, self.context, self)

    async def close(self) -> None:
        """Close the connections."""
        await self.http.close()


@dataclass(frozen=True)
class SelloEndpoint(Endpoint):
    """One address."""

    component: SelloComponent

    @property
    def connection(self) -> str:
        """Its limits."""
        return f"sello:{self.options.connection}"

    def producer(self) -> Producer:
        """Return the call."""
        name = self.options.connection
        settings = self.component.connection_settings(name)
        if self.uri.path == Operation.PREPARE:
            return Preparer(name)
        return SelloProducer(Operation(self.uri.path), name, settings, self.component.http)

    def consumer(self, receiver: Receiver) -> "SelloConsumer":
        """Return the receiver of notifications."""
        return SelloConsumer(f"/sello/{self.options.connection}", self.context, receiver)


class Preparer(Producer):
    """Makes the package."""

    kind = Kind.PURE

    def __init__(self, connection: str) -> None:
        self._connection = connection

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return the document. Raises `Refused` with the problems that only Sello sees."""
        given: dict[str, Any] = exchange.body["document"]
        if any("prohibido" in one["descripcion"] for one in given.get("detalles", ())):
            told = Problem("sello.word", "detalles", "Sello no lleva eso.", "Not with Sello.", "Línea › Descripción")
            raise Refused("the document cannot be issued as it is", code="invalid", body=[told.to_json()])
        return given

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Return the package."""
        document = read_document(request)
        content = json.dumps(request, ensure_ascii=False, sort_keys=True)
        clave = None
        if document.secuencial is not None:
            parts = (document.fecha_emision, document.cod_doc, document.emisor.ruc, document.ambiente, document.estab)
            code = numeric_code(document.referencia)
            clave = str(Clave(*parts, document.pto_emi, document.secuencial, code))
        digest = hashlib.sha256(content.encode()).hexdigest()
        package: dict[str, Any] = {"provider": "sello", "connection": self._connection, "cod_doc": document.cod_doc}
        package |= {"reference": document.referencia, "access_key": clave, "number": document.numero}
        return Reply({**package, "point": document.punto, "key": digest[:32], "content": content, "digest": digest})


class SelloProducer(Producer):
    """One verb: documents are looked up by clave."""

    def __init__(self, operation: Operation, connection: str, settings: SelloSettings, http: HttpSession) -> None:
        self._operation = operation
        self._connection = connection
        self._settings = settings
        self._http = http
        changes = operation in (Operation.SUBMIT, Operation.REISSUE)
        self.kind = Kind.VERIFIABLE if changes else Kind.BLIND if operation is Operation.EMAIL else Kind.READ
        self.timeout = timedelta(seconds=20)

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return the parameters."""
        body = exchange.body
        named = {"clave": body.get("access_key"), "folio": body.get("request_id"), "referencia": body.get("reference")}
        if self._operation in (Operation.SUBMIT, Operation.REISSUE):
            sent = {"numero": body["number"], "tipo": body["cod_doc"], "contenido": body["content"]}
            return {**named, **sent, "punto": body["point"]}
        if self._operation is Operation.EMAIL:
            return {**named, "para": body["recipients"]}
        return {"numero": body["number"]} if self._operation is Operation.FIND else named

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Ask."""
        answer = await self._ask(VERBS[self._operation], request)
        if answer.status == 404:
            return self._reply({"estado": None})
        if answer.status != 200:
            raise _error(answer.status)
        if self._operation in (Operation.XML, Operation.PDF):
            text = answer.raw.decode() if self._operation is Operation.XML else b64encode(answer.raw).decode()
            return Reply({"content": text, "provisional": False, "filename": "documento"})
        try:
            found = json.loads(answer.raw)
        except ValueError:
            raise Unknown("Sello's answer cannot be read") from None
        if self._operation is Operation.FIND:
            return Reply({"documents": [self._standing(one) for one in found["documentos"]]})
        return self._reply(found)

    async def verify(self, request: dict[str, Any], effect: Effect) -> Reply | None:
        """Look whether Sello has it; of a correction, whether it has taken it."""
        answer = await self._ask("ver", {name: request[name] for name in ("clave", "folio")})
        if answer.status == 404:
            return None
        if answer.status != 200:
            raise _error(answer.status)
        found = json.loads(answer.raw)
        again = self._operation is Operation.REISSUE and found["estado"] in ("devuelto", "rechazado")
        return None if again else self._reply(found)

    async def _ask(self, verb: str, request: Mapping[str, Any]) -> HttpAnswer:
        headers = {"X-Llave": self._settings.key.get_secret_value()}
        return await self._http.call(
            "POST", f"{self._settings.url}/v1/{verb}", headers=headers, data=json.dumps(request).encode(), timeout=10
        )

    def _reply(self, found: Mapping[str, Any]) -> Reply:
        return Reply(self._standing(found), reference=found.get("folio"))

    def _standing(self, found: Mapping[str, Any]) -> dict[str, Any]:
        word = found["estado"]
        state, final = (State.QUEUED, False) if word is None else WORDS[word]
        said = found.get("mensajes") or []
        verdict = next((VERDICTS.get(one["codigo"], Verdict.MEND) for one in said), None)
        if verdict is Verdict.AGAIN:
            final = False
        authorised = state is State.AUTHORISED
        return {
            "provider": "sello", "connection": self._connection, "reference": None,
            "known": word is not None and "folio" in found,
            "state": state.value, "final": final, "access_key": found.get("clave"), "number": found.get("numero"),
            "request_id": found.get("folio"), "status": word, "authorization": found.get("clave") if authorised else None,
            "authorized_at": found.get("fecha"), "environment": self._settings.ambiente,
            "messages": [{"code": one["codigo"], "text": one["texto"], "detail": "", "type": "ERROR"} for one in said],
            "class": verdict, "mailed": None,
        }  # fmt: skip


class SelloConsumer(Consumer):
    """The receiver of hints, which nobody signs."""

    def __init__(self, path: str, context: Context, receiver: Receiver) -> None:
        self._path = path
        self._context = context
        self._receiver = receiver

    async def start(self) -> None:
        """Listen."""
        self._context.listener.mount(self._path, ["POST"], self._handle)

    async def stop(self) -> None:
        """Listen no more."""
        self._context.listener.unmount(self._path, ["POST"])

    async def _handle(self, request: Request) -> Response:
        try:
            given = json.loads(await request.body())
            clave, word = str(given["clave"]), str(given["estado"])
        except (ValueError, KeyError, TypeError):
            return Response(status_code=400)
        body = {
            "provider": "sello",
            "access_key": clave,
            "request_id": None,
            "event": f"{clave}:{word}",
            "status": word,
        }
        await self._receiver.accept([Arrival(body=body, key=f"{clave}:{word}")])
        return Response(status_code=204)


def _error(status: int) -> EffectError:
    if status == 401:
        return NeedsPerson("Sello does not know our key", status=status)
    if status == 503:
        return Transient("Sello is away", status=status)
    return Unknown("Sello failed", status=status) if status >= 500 else Refused("Sello says no", status=status)
