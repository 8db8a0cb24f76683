"""The imitation's addresses: the link API, the newer list, the files, the page, and the steering from outside.

Every call runs under the faults of `caravana.kit.sandbox`. Operations: issue, reissue, create, issueExisting, get, sendEmail,
file, list, webhooks, catalog.
"""

import asyncio
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from caravana.component.datil.sandbox import shown, translation
from caravana.component.datil.sandbox.account import Account
from caravana.component.datil.sandbox.edoc import AGAIN, AUTHORISED_WORD, CREATED, RESOURCES, Edoc, Mail
from caravana.component.datil.sandbox.form import FORMS
from caravana.component.datil.sandbox.rule import Refusal, each, part, text
from caravana.component.datil.sandbox.view import view
from caravana.kit import json as exact
from caravana.kit.authority import Authority, authority_routes
from caravana.kit.authority.steering import company_routes
from caravana.kit.authority.telling import Teller
from caravana.kit.sandbox import Sandbox

Call = Callable[[Request, bytes], Response]
KEYED = "01"
"""Idempotency keys count for facturas alone."""
EVENTS = ("receipt-issued", "issue-error")
STEP = 1.0
"""Seconds between two looks at a document that is under way."""
LOOKS = 1_200
"""After so many looks only who asks brings it on."""


@dataclass
class DatilSandbox(Sandbox):
    """One account at Dátil. Its documents are filed at an authority that others may share, else at its own."""

    account: Account = field(default_factory=Account)
    filed_at: Authority | None = None
    edocs: dict[str, Edoc] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.authority = self.filed_at or Authority(self.clock)
        self.teller = Teller(self.clock)
        self.webhooks: dict[str, list[str]] = {name: [] for name in EVENTS}
        self._answers: dict[str, dict[str, Any]] = {}
        self._told: set[tuple[str, str]] = set()
        self._watches: set[asyncio.Task[None]] = set()

    def connection(self) -> dict[str, str]:
        """Return the account's credentials as a connection names them."""
        return {
            "ambiente": self.authority.ambiente,
            "apiKey": self.account.api_key,
            "certificatePassword": self.account.certificate_password,
        }

    # What a test or a demo does with it.

    def settle(self) -> None:
        """Bring every document to the present, and tell what has changed."""
        for one in list(self.edocs.values()):
            self._settle(one)

    def of_clave(self, clave: str) -> Edoc:
        """Return the newest document with that clave. Raises `LookupError`."""
        found = [one for one in self.edocs.values() if one.clave == clave]
        if not found:
            raise LookupError(f"no document has the clave {clave}")
        self._settle(found[-1])
        return found[-1]

    def word(self, edoc: Edoc) -> str:
        """Return its `estado` now."""
        return edoc.word(self.account, self.clock.now())

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
        """Return Dátil's addresses."""
        routes = [
            self._api("/webhooks", "POST", "webhooks", self._register),
            self._api("/edocs/send-email/{id}", "POST", "sendEmail", self._mail),
            self._api("/edocs/{id}/issue", "POST", "issueExisting", self._issue_existing),
            self._api("/edocs/{id}", "GET", "get", self._status),
            self._api("/catalog/{name:path}", "GET", "catalog", self._catalog),
            self._api("/sales/{resource}", "GET", "list", self._list, header="x-api-key"),
            Route("/ver/{id}/{kind}", self._file, methods=["GET"]),
            Route("/", self._page, methods=["GET"]),
        ]
        for resource in RESOURCES:
            routes += [
                self._api(f"/{resource}/issue", "POST", "issue", self._issue),
                self._api(f"/{resource}/{{id}}/reissue", "POST", "reissue", self._reissue),
                self._api(f"/{resource}/{{id}}", "GET", "get", self._whole),
                self._api(f"/{resource}", "POST", "create", self._create),
            ]
        return routes

    def control_routes(self) -> list[Route]:
        """Return the steering addresses: also account, webhook plans, and those of the authority."""
        return [
            *super().control_routes(),
            *authority_routes(self.authority),
            *company_routes(self.account, self.teller),
        ]

    def _api(self, path: str, method: str, operation: str, call: Call, *, header: str = "x-key") -> Route:
        async def endpoint(request: Request) -> Response:
            raw = await request.body()  # before a fault cuts the connection: the call may still be carried out

            async def act() -> Response:
                try:
                    self._admit(request, header)
                    answer = call(request, raw)
                except Refusal as refusal:
                    return JSONResponse(refusal.answer(), refusal.http_status)
                if operation in {"issue", "reissue"} and self.account.early:
                    await self.teller.delivered()
                return answer

            return await self.perform(request, operation, act)

        return Route(path, endpoint, methods=[method])

    def _admit(self, request: Request, header: str) -> None:
        given = request.headers.get(header, "")
        if not secrets.compare_digest(given.encode(), self.account.api_key.encode()):
            raise Refusal("UNAUTHORIZED", header, "La API key no es válida", http_status=401)

    # The API's calls.

    def _issue(self, request: Request, raw: bytes) -> Response:
        cod_doc = _type(request)
        body = _read(raw)
        key = self._key(request, cod_doc)
        if key is not None and key in self._answers:
            return _json(self._answers[key])
        FORMS[cod_doc](body, "")
        password = _password(request)
        edoc = self._open(cod_doc, body)
        return self._go(edoc, password, key, "issue")

    def _reissue(self, request: Request, raw: bytes) -> Response:
        edoc = self._named(request)
        body = _read(raw)
        key = self._key(request, edoc.cod_doc)
        if key is not None and key in self._answers:
            return _json(self._answers[key])
        FORMS[edoc.cod_doc](body, "")
        password = _password(request)
        word = self.word(edoc)
        if word not in AGAIN:
            text_ = "Solo un documento NO AUTORIZADO o DEVUELTO se puede volver a emitir"
            raise Refusal("INVALID_VALUE", "estado", text_, value=word)
        edoc.change(body)
        self._told = {(one, kind) for one, kind in self._told if one != edoc.id}
        return self._go(edoc, password, key, "reissue")

    def _create(self, request: Request, raw: bytes) -> Response:
        cod_doc, body = _type(request), _read(raw)
        FORMS[cod_doc](body, "")
        edoc = self._open(cod_doc, body)
        self.effects["create"] += 1
        return _json(shown.issued(edoc))

    def _issue_existing(self, request: Request, raw: bytes) -> Response:
        edoc = self._named(request)
        if self.word(edoc) != CREATED:
            raise Refusal("INVALID_VALUE", "estado", "El documento ya fue emitido", value=self.word(edoc))
        return self._go(edoc, _password(request), None, "issueExisting")

    def _status(self, request: Request, raw: bytes) -> Response:
        edoc = self._named(request)
        told = shown.status(edoc, self.word(edoc), self._base(request))
        return _json(shown.drifted(told) if self.account.drift else told)

    def _whole(self, request: Request, raw: bytes) -> Response:
        edoc = self._named(request)
        if edoc.cod_doc != _type(request):
            raise Refusal("NOT_FOUND", "id", "El documento no existe", http_status=404)
        return _json(shown.whole(edoc, self.word(edoc), self._base(request), self.account))

    def _mail(self, request: Request, raw: bytes) -> Response:
        edoc = self._named(request)
        body = _read(raw) if raw else {}
        part({"destinatarios": each(text(300, 5))})(body, "")
        recipients = body.get("destinatarios") or [edoc.receiver.get("email") or ""]
        if not all(recipients):
            raise Refusal("MISSING_PARAMETER", "destinatarios", "El receptor no tiene correo")
        edoc.mails.append(Mail(self.clock.now(), recipients))
        self.effects["sendEmail"] += 1
        return _json({"id": edoc.id, "result": "ok"})

    def _register(self, request: Request, raw: bytes) -> Response:
        body = _read(raw)
        part({"event_name*": text(40), "webhook_url*": text(500)})(body, "")
        if body["event_name"] not in EVENTS:
            raise Refusal(
                "INVALID_VALUE", "event_name", f"Debe ser uno de {', '.join(EVENTS)}", value=body["event_name"]
            )
        self.webhooks[body["event_name"]].append(body["webhook_url"])
        self.effects["webhooks"] += 1
        return _json(body)

    def _catalog(self, request: Request, raw: bytes) -> Response:
        if request.path_params["name"] not in {"id-types", "document-types"}:
            raise Refusal("NOT_FOUND", "", "El catálogo no existe", http_status=404)
        return _json([{"code": code, "name": name} for code, name in CATALOGUE[request.path_params["name"]].items()])

    def _list(self, request: Request, raw: bytes) -> Response:
        self.settle()
        resource, query = request.path_params["resource"], request.query_params
        if resource not in {"invoices", "credit-notes"}:
            raise Refusal("NOT_FOUND", "", "El recurso no existe", http_status=404)
        fitting = [one for one in self.edocs.values() if one.cod_doc == RESOURCES[resource] and _fits(one, query)]
        size, page = int(query.get("page_size", "30")), int(query.get("page", "1"))
        rows = [_row(one) for one in fitting[(page - 1) * size : page * size]]
        following = f"{self._base(request)}/sales/{resource}?{urlencode({**query, 'page': page + 1})}"
        more = len(fitting) > page * size
        return _json({"count": len(fitting), "previous": None, "next": following if more else None, "results": rows})

    async def _file(self, request: Request) -> Response:
        async def act() -> Response:
            edoc = self.edocs.get(request.path_params["id"])
            if edoc is None or request.path_params["kind"] not in {"pdf", "xml"}:
                return Response("No existe", 404, media_type="text/plain")
            self._settle(edoc)
            return self._xml(edoc) if request.path_params["kind"] == "xml" else self._pdf(edoc)

        return await self.perform(request, "file", act)

    def _xml(self, edoc: Edoc) -> Response:
        return Response(self._written(edoc), media_type="application/xml")

    def _pdf(self, edoc: Edoc) -> Response:
        from caravana.kit.edocument.ride import ride  # slow to import: only when it is needed

        return Response(ride(self._written(edoc).encode()), media_type="application/pdf")

    def _written(self, edoc: Edoc) -> str:
        """The document's XML, once it is authorised in the SRI's wrapper."""
        content = edoc.content or translation.document(edoc.cod_doc, edoc.body, edoc.clave).decode()
        if self.word(edoc) != AUTHORISED_WORD or edoc.entry is None:
            return content
        return shown.wrapped(content, edoc.entry)

    async def _page(self, request: Request) -> Response:
        self.settle()
        return view(self.account.name, [(one, self.word(one)) for one in reversed(list(self.edocs.values()))])

    # How a document goes on.

    def _open(self, cod_doc: str, body: dict[str, Any]) -> Edoc:
        body.setdefault("fecha_emision", shown.moment(self.clock.now()))
        edoc = Edoc(cod_doc, body, body.get("clave_acceso") or _clave(cod_doc, body), self.clock.now())
        self.edocs[edoc.id] = edoc
        return edoc

    def _go(self, edoc: Edoc, password: str, key: str | None, operation: str) -> Response:
        edoc.issue(password, self.account, self.clock.now())
        self.effects[operation] += 1
        answer = shown.issued(edoc)
        if key is not None:
            self._answers[key] = answer
        self._settle(edoc)
        watch = asyncio.get_running_loop().create_task(self._follow(edoc))
        self._watches.add(watch)
        watch.add_done_callback(self._watches.discard)
        return _json(answer)

    async def _follow(self, edoc: Edoc) -> None:
        """Let the document change by time alone, also when nobody asks."""
        for _ in range(LOOKS):
            self._settle(edoc)
            if edoc.unsigned or self.word(edoc) in {AUTHORISED_WORD, *AGAIN}:
                return
            await self.clock.sleep(STEP)

    def _settle(self, edoc: Edoc) -> None:
        edoc.settle(self.account, self.authority)
        word = self.word(edoc)
        email = edoc.receiver.get("email")
        if word == AUTHORISED_WORD and self.account.mails and not edoc.mailed and email:
            edoc.mailed = True
            edoc.mails.append(Mail(self.clock.now(), [email]))
        event = shown.event(edoc, word)
        if event is not None and (edoc.id, word) not in self._told:
            self._told.add((edoc.id, word))
            self._tell(edoc, *event)

    def _tell(self, edoc: Edoc, name: str, body: dict[str, Any]) -> None:
        """Unsigned, and with the account's key in it: so does the real one (2026-04)."""
        raw = exact.dumps({**body, "api-key": self.account.api_key}).encode()
        urls = [self.account.webhook_url, *self.webhooks[name]]
        for url in dict.fromkeys(urls):
            self.teller.tell(name, edoc.id, url, lambda: (raw, {}))

    def _key(self, request: Request, cod_doc: str) -> str | None:
        given = request.headers.get("idempotency-key")
        if given is None or cod_doc != KEYED:
            return None
        if not 16 <= len(given) <= 48:
            raise Refusal("INVALID_LENGTH", "Idempotency-key", "Debe tener entre 16 y 48 caracteres", value=given)
        return f"{request.url.path}\n{given}"

    def _named(self, request: Request) -> Edoc:
        edoc = self.edocs.get(request.path_params["id"])
        if edoc is None:
            raise Refusal("NOT_FOUND", "id", "El documento no existe", http_status=404)
        self._settle(edoc)
        return edoc

    def _base(self, request: Request) -> str:
        return self.account.public_url.rstrip("/") or str(request.base_url).rstrip("/")


CATALOGUE: Mapping[str, Mapping[str, str]] = {
    "id-types": {"04": "RUC", "05": "Cédula", "06": "Pasaporte", "07": "Consumidor final", "08": "Exterior"},
    "document-types": {"01": "Factura", "03": "Liquidación", "04": "Nota de crédito", "05": "Nota de débito"},
}


def _type(request: Request) -> str:
    return RESOURCES[request.url.path.strip("/").partition("/")[0]]


def _password(request: Request) -> str:
    given = request.headers.get("x-password")
    if not given:
        raise Refusal("MISSING_PARAMETER", "X-Password", "Falta la contraseña del certificado")
    return given


def _read(raw: bytes) -> dict[str, Any]:
    try:
        content = json.loads(raw, parse_float=Decimal)
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise Refusal("INVALID_FORMAT", "", "El cuerpo debe ser un objeto JSON")
    return content


def _json(content: Any) -> Response:
    return Response(exact.dumps(content), media_type="application/json")


def _clave(cod_doc: str, body: Mapping[str, Any]) -> str:
    """The clave that Dátil makes where the caller gives none."""
    place = body["emisor"]["establecimiento"]
    day = translation.day(body["fecha_emision"]).replace("/", "")
    digits = (
        f"{day}{cod_doc}{body['emisor']['ruc']}{body['ambiente']}{place['codigo']}{place['punto_emision']}"
        f"{translation.sequential(body)}{secrets.randbelow(10**8):08}1"
    )
    total = sum(int(digit) * (2 + place % 6) for place, digit in enumerate(reversed(digits)))
    return f"{digits}{ {11: 0, 10: 1}.get(11 - total % 11, 11 - total % 11) }"


def _fits(edoc: Edoc, query: Mapping[str, str]) -> bool:
    place = edoc.body["emisor"]["establecimiento"]
    sequence = int(translation.sequential(edoc.body))
    return (
        int(query.get("sequence_from", "0")) <= sequence <= int(query.get("sequence_to", "999999999"))
        and query.get("supplier_locations_codes", place["codigo"]) == place["codigo"]
        and query.get("supplier_location_points_of_sale_codes", place["punto_emision"]) == place["punto_emision"]
        and query.get("environment", str(edoc.body["ambiente"])) in {str(edoc.body["ambiente"]), "test"}
    )


def _row(edoc: Edoc) -> dict[str, Any]:
    return {
        "id": edoc.id,
        "uuid": edoc.clave,
        "number": edoc.number,
        "sequence": int(translation.sequential(edoc.body)),
    }


__all__ = ["DatilSandbox"]
