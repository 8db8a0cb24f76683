"""The imitation's addresses: the API in either version, files, the page, and the steering from outside.

Every call runs under the faults of `caravana.kit.sandbox`. Operations: emit, validate, operation, issued, file, mail, read.
"""

import asyncio
import re
import secrets
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from caravana.component.ecuafact.sandbox import facts, translation
from caravana.component.ecuafact.sandbox.account import Account
from caravana.component.ecuafact.sandbox.letter import happened, letter
from caravana.component.ecuafact.sandbox.operation import FAILED, GRANTED, REJECTED, SENT, Operation
from caravana.component.ecuafact.sandbox.view import view
from caravana.component.ecuafact.sandbox.wire import Refusal, answer, read, wrapped, wrapped_xml
from caravana.kit.authority import Authority, authority_routes
from caravana.kit.authority.steering import company_routes
from caravana.kit.authority.telling import Teller
from caravana.kit.ecuador import ECUADOR
from caravana.kit.sandbox import Sandbox

Call = Callable[[Request, bytes], Response]
KEY = re.compile(r"[A-Za-z0-9\-_.:/]{1,128}")
CORRELATION = re.compile(r"[A-Za-z0-9._\-]{1,64}")
EXTRA = re.compile(r"[\x20-\x7e]{0,256}")
PATHS = {
    "facturas": "01",
    "liquidaciones-compra": "03",
    "notas-credito": "04",
    "notas-debito": "05",
    "guias-remision": "06",
    "retenciones": "07",
}
"""Contract 1.0: last part of the address → codDoc; of these only `facturas` was seen (2026-11)."""
STEP = 1.0
"""Seconds between two looks at an operation that is under way."""
LOOKS = 1_200
"""After so many looks only who asks brings it on."""


@dataclass
class EcuafactSandbox(Sandbox):
    """One account at Ecuafact. Its documents are filed at an authority that others may share, else at its own."""

    account: Account = field(default_factory=Account)
    filed_at: Authority | None = None
    operations: dict[str, Operation] = field(default_factory=dict)
    mails: list[tuple[str, str]] = field(default_factory=list)
    """Clave and recipient of each."""

    def __post_init__(self) -> None:
        self.authority = self.filed_at or Authority(self.clock)
        self.teller = Teller(self.clock)
        self._keys: dict[str, Operation] = {}
        self._numbers: Counter[tuple[str, ...]] = Counter()
        self._told: set[tuple[str, str]] = set()
        self._watches: set[asyncio.Task[None]] = set()
        self._used = 0

    def connection(self) -> dict[str, str]:
        """Return the account's credentials as a connection names them."""
        return {
            "ambiente": self.authority.ambiente,
            "contract": self.account.contract,
            "apiKey": self.account.api_key,
            "identification": self.account.identification,
            "webhookSecrets": self.account.webhook_secret,
        }

    # What a test or a demo does with it.

    def settle(self) -> None:
        """Bring every operation to the present, and tell what has changed."""
        for one in list(self.operations.values()):
            self._settle(one)

    def probe(self) -> None:
        """Send a test delivery to the webhook."""
        content = {**self._event("document.authorized", None), "probe": True}
        self._post("probe", "probe", content)

    async def close(self) -> None:
        """Stop what runs in the background."""
        watches = list(self._watches)
        for watch in watches:
            watch.cancel()
        await asyncio.gather(*watches, return_exceptions=True)
        await self.teller.close()
        if self.filed_at is None:
            self.authority.register.close()

    # Addresses.

    def partner_routes(self) -> list[Route]:
        """Return Ecuafact's addresses, of both versions; which is spoken, the account says."""
        taxpayer = "/v1/contribuyentes/{taxpayer}"
        return [
            self._api(f"{taxpayer}/comprobantes/validar", "POST", "validate", self._validate),
            self._api(f"{taxpayer}/comprobantes", "POST", "emit", self._emit),
            self._api(f"{taxpayer}/comprobantes/emitidos", "GET", "issued", self._issued),
            self._api(f"{taxpayer}/comprobantes/{{clave}}/ride", "GET", "file", self._ride),
            self._api(f"{taxpayer}/comprobantes/{{clave}}/xml", "GET", "file", self._xml),
            self._api(f"{taxpayer}/comprobantes/{{clave}}/correo", "POST", "mail", self._mail),
            self._api(f"{taxpayer}/{{kind}}/validar", "POST", "validate", self._validate),
            self._api(f"{taxpayer}/{{kind}}", "POST", "emit", self._emit),
            self._api("/v1/operaciones", "GET", "operation", self._operations),
            self._api("/v1/operaciones/{id}", "GET", "operation", self._operation),
            self._api("/v1/contexto", "GET", "read", lambda *_: facts.context(self.account)),
            self._api(
                "/v1/consumo",
                "GET",
                "read",
                lambda *_: facts.consumption(self.account, self._used, self.clock.now().year),
            ),
            self._api("/v1/catalogos/{name}", "GET", "read", facts.catalogue),
            self._api("/v1/consultas/contribuyentes/{id}", "GET", "read", facts.taxpayer),
            self._api("/v1/consultas/identificacion/validar/{id}", "GET", "read", facts.identification),
            self._api("/v1/consultas/comprobantes/decodificar/{clave}", "GET", "read", facts.decoded),
            Route("/", self._page, methods=["GET"]),
            Route("/documento/{id}/{kind}", self._paper, methods=["GET"]),
        ]

    def control_routes(self) -> list[Route]:
        """Return the steering addresses: also account, webhook plans, a probe, and those of the authority."""
        return [
            *super().control_routes(),
            *authority_routes(self.authority),
            *company_routes(self.account, self.teller),
            Route("/_sandbox/probe", self._probe, methods=["POST"]),
        ]

    def _api(self, path: str, method: str, operation: str, call: Call) -> Route:
        async def endpoint(request: Request) -> Response:
            raw = await request.body()  # before a fault cuts the connection: the call may still be carried out

            async def act() -> Response:
                try:
                    self._admit(request)
                    return call(request, raw)
                except Refusal as refusal:
                    return refusal.response()

            return await self.perform(request, operation, act)

        return Route(path, endpoint, methods=[method])

    def _admit(self, request: Request) -> None:
        """Key, headers and rate. Raises `Refusal`."""
        given = request.headers.get("x-api-key", "")
        if not secrets.compare_digest(given.encode(), self.account.api_key.encode()):
            raise Refusal(401, "101", "Credencial invalida")
        if self.account.limited > 0:
            self.account.limited -= 1
            raise Refusal(429, "104", "Limite de solicitudes", retry_after=2)
        if not CORRELATION.fullmatch(request.headers.get("x-correlation-id", "a")):
            raise Refusal(400, "301", "X-Correlation-Id no es valido")
        if not EXTRA.fullmatch(request.headers.get("x-additional-info", "")):
            raise Refusal(400, "301", "X-Additional-Info no es valido")
        taxpayer = request.path_params.get("taxpayer")
        if taxpayer is not None and taxpayer != self.account.identification:
            raise Refusal(403, "103", "El contribuyente no pertenece a esta credencial")

    # The API's calls.

    def _emit(self, request: Request, raw: bytes) -> Response:
        key = request.headers.get("idempotency-key", "")
        if not KEY.fullmatch(key):
            raise Refusal(400, "301", "Idempotency-Key es requerido, hasta 128 caracteres")
        known = self._keys.get(key)
        if known is not None:
            if (known.raw, known.cod_doc) != (raw, self._type(request, read(raw))):
                raise Refusal(409, "409", "Idempotency-Key reutilizada con otro contenido")
            return self._admitted(known)
        operation = self._open(request, raw)
        self._keys[key] = operation
        return self._admitted(operation)

    def _open(self, request: Request, raw: bytes) -> Operation:
        body, cod_doc = self._judged(request, raw)
        if self._used >= self.account.quota:
            raise Refusal(429, "501", "Cupo agotado")
        self._used += 1
        secuencial = self._number(body, cod_doc)
        now = self.clock.now()
        operation = Operation(cod_doc, body, raw, self._clave(body, cod_doc, secuencial, now), secuencial, now)
        self.operations[operation.id] = operation
        self.effects["emit"] += 1
        watch = asyncio.get_running_loop().create_task(self._follow(operation))
        self._watches.add(watch)
        watch.add_done_callback(self._watches.discard)
        return operation

    def _admitted(self, operation: Operation) -> Response:
        told = {
            "codigo": "0",
            "mensaje": "Operacion admitida",
            "idOperacion": operation.id,
            "urlEstado": f"/v1/operaciones/{operation.id}",
            "uid": f"u-{operation.id[:8]}",
        }
        if self.account.contract == "1.0":
            told |= {"estado": "recibido", "codEstado": "1002" if self.account.clave_at_once else "1001"}
            told |= {"claveAcceso": operation.clave} if self.account.clave_at_once else {}
        return answer(told, 202)

    def _validate(self, request: Request, raw: bytes) -> Response:
        self._judged(request, raw)
        return answer({"codigo": "0", "mensaje": "Comprobante valido", "errores": []})

    def _judged(self, request: Request, raw: bytes) -> tuple[dict[str, Any], str]:
        body = read(raw)
        cod_doc = self._type(request, body)
        found = translation.errors(body, cod_doc, self.account)
        if found:
            raise Refusal(422, "302", "Comprobante invalido", found)
        return body, cod_doc

    def _type(self, request: Request, body: Mapping[str, Any]) -> str:
        """The type that the body names, and that the address must name too in 1.0."""
        issuer = body.get("infoTributaria")
        stated = issuer.get(self._type_field) if isinstance(issuer, dict) else None
        kind = request.path_params.get("kind")
        if (kind is None) != (self.account.contract == "b6"):
            raise Refusal(404, "404", "La direccion no existe en esta version")
        if kind is not None and PATHS.get(kind) != stated:
            raise Refusal(404, "404", "La direccion no corresponde al tipo de comprobante")
        return str(stated)

    @property
    def _type_field(self) -> str:
        return "codDoc" if self.account.contract == "b6" else "tipoDocumento"

    def _operation(self, request: Request, raw: bytes) -> Response:
        operation = self.operations.get(request.path_params["id"])
        if operation is None:
            raise Refusal(404, "404", "La operacion no existe")
        self._settle(operation)
        return wrapped(operation.shown(self.account, self.clock.now(), self._type_field))

    def _operations(self, request: Request, raw: bytes) -> Response:
        if self.account.contract == "b6":
            raise Refusal(404, "404", "La direccion no existe en esta version")
        self.settle()
        now = self.clock.now()
        shown = [one.shown(self.account, now, self._type_field) for one in self.operations.values()]
        return wrapped({"operaciones": shown, "pagina": 1, "hayMas": False})

    def _issued(self, request: Request, raw: bytes) -> Response:
        self.settle()
        query = request.query_params
        found = [one for one in self.operations.values() if self._fits(one, query)]
        size, page = int(query.get("tamanoPagina", "50")), int(query.get("pagina", "1"))
        rows = [
            one.row(self.account, self.clock.now(), self._type_field) for one in found[(page - 1) * size : page * size]
        ]
        return wrapped({"comprobantes": rows, "pagina": page, "tamanoPagina": size, "hayMas": len(found) > page * size})

    def _fits(self, one: Operation, query: Mapping[str, str]) -> bool:
        """Only what the SRI has received is issued."""
        word, _ = one.words(self.account, self.clock.now())
        day, wanted = one.day, query.get("buscar", "")
        return (
            word in {SENT, REJECTED}
            and query.get("desde", "0") <= day.isoformat() <= query.get("hasta", "9")
            and query.get(self._type_field, one.cod_doc) == one.cod_doc
            and any(wanted in text for text in (one.number, one.clave, *translation.receiver(one.body)))
        )

    def _ride(self, request: Request, raw: bytes) -> Response:
        return self._printed(self._of_clave(request))

    def _xml(self, request: Request, raw: bytes) -> Response:
        return self._written(self._of_clave(request))

    def _printed(self, one: Operation) -> Response:
        from caravana.kit.edocument.ride import ride  # slow to import: only when it is needed

        content = wrapped_xml(one.content, one.entry) if self._granted(one) and one.entry else one.content
        return Response(ride(content.encode()), media_type="application/pdf")

    def _written(self, one: Operation) -> Response:
        if not self._granted(one) or one.entry is None:
            return Response(one.content, media_type="application/xml", headers={"X-Contenido": "provisional"})
        return Response(wrapped_xml(one.content, one.entry), media_type="application/xml")

    def _mail(self, request: Request, raw: bytes) -> Response:
        one = self._of_clave(request)
        recipient = read(raw).get("destinatario")
        if not isinstance(recipient, str) or "@" not in recipient:
            raise Refusal(422, "302", "Correo invalido", ["destinatario: no es un correo"])
        self.mails.append((one.clave, recipient))
        self.effects["mail"] += 1
        return answer({"codigo": "0", "datos": {"claveAcceso": one.clave, "destinatario": recipient}})

    async def _page(self, request: Request) -> Response:
        self.settle()
        return view(self.account, list(reversed(list(self.operations.values()))), self.clock.now())

    async def _paper(self, request: Request) -> Response:
        """The files as the page links them, for a person without key."""
        one = self.operations.get(request.path_params["id"])
        if one is None or not one.content:
            return Response("No existe", 404, media_type="text/plain")
        return self._written(one) if request.path_params["kind"] == "xml" else self._printed(one)

    # How an operation goes on.

    def _number(self, body: Mapping[str, Any], cod_doc: str) -> str:
        issuer = body["infoTributaria"]
        series = (issuer["ruc"], cod_doc, issuer["estab"], issuer["ptoEmi"])
        if "secuencial" in issuer and not self.account.renumber:
            return str(issuer["secuencial"]).zfill(9)
        self._numbers[series] += 1
        return f"{self.account.first - 1 + self._numbers[series]:09}"

    def _clave(self, body: Mapping[str, Any], cod_doc: str, secuencial: str, now: datetime) -> str:
        issuer = body["infoTributaria"]
        info = body["info"]
        stated = info.get("fechaEmision") or info.get("fechaIniTransporte") or f"{now.astimezone(ECUADOR):%d/%m/%Y}"
        digits = (
            f"{stated.replace('/', '')}{cod_doc}{issuer['ruc']}{self.authority.ambiente}{issuer['estab']}{issuer['ptoEmi']}"
            f"{secuencial}{secrets.randbelow(10**8):08}1"
        )
        total = sum(int(digit) * (2 + place % 6) for place, digit in enumerate(reversed(digits)))
        rest = 11 - total % 11
        return digits + {11: "0", 10: "1"}.get(rest, str(rest))

    async def _follow(self, operation: Operation) -> None:
        """Let the operation change by time alone, also when nobody asks."""
        for _ in range(LOOKS):
            self._settle(operation)
            word, authorisation = operation.words(self.account, self.clock.now())
            if word == REJECTED or authorisation in {GRANTED, FAILED}:
                return
            await self.clock.sleep(STEP)

    def _settle(self, operation: Operation) -> None:
        operation.settle(self.account, self.authority)
        event = operation.event(self.account, self.clock.now())
        if event is not None and (operation.id, event) not in self._told:
            self._told.add((operation.id, event))
            self._post(event, operation.id, self._event(event, operation))

    def _event(self, kind: str, operation: Operation | None) -> dict[str, Any]:
        now = self.clock.now()
        shown = {} if operation is None else operation.shown(self.account, now, self._type_field)
        return {
            "eventType": kind,
            "resourceId": f"r-{secrets.token_hex(4)}",
            "occurredAtUtc": happened(now),
            "idOperacion": shown.get("idOperacion"),
            "estado": shown.get("estado"),
            "claveAcceso": shown.get("claveAcceso"),
            "motivo": None,
            "codigoError": shown.get("codigoError"),
            "probe": False,
        }

    def _post(self, event: str, about: str, content: dict[str, Any]) -> None:
        def made() -> tuple[bytes, dict[str, str]]:
            signed = self.clock.now() - timedelta(seconds=self.account.signature_age)
            return letter(content, self.account.webhook_secret, signed)

        self.teller.tell(event, about, self.account.webhook_url, made)

    def _granted(self, one: Operation) -> bool:
        return one.words(self.account, self.clock.now())[1] == GRANTED

    def _of_clave(self, request: Request) -> Operation:
        found = [one for one in self.operations.values() if one.clave == request.path_params["clave"]]
        if not found:
            raise Refusal(404, "404", "El comprobante no existe")
        self._settle(found[-1])
        if not found[-1].content:
            raise Refusal(404, "404", "El comprobante no existe todavia")
        return found[-1]

    # Steering.

    async def _probe(self, request: Request) -> Response:
        self.probe()
        return JSONResponse({"sent": bool(self.account.webhook_url)})


__all__ = ["EcuafactSandbox"]
