"""The component: Mercurio's words in the port's."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from lxml import etree
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, SecretStr, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from caravana.kit.address import origin
from caravana.kit.component import Consumer, Endpoint, Producer
from caravana.kit.effect import Effect, Kind, Reply
from caravana.kit.errors import ConfigurationError, EffectError, NeedsPerson, Refused, Unknown
from caravana.kit.exchange import Exchange
from caravana.kit.http import HttpSession
from caravana.kit.money import Money
from caravana.kit.options import Options
from caravana.kit.payment import Capabilities, Operation, PaymentComponent, State, Sweep
from caravana.kit.ports import Arrival, Context, Receiver
from caravana.kit.signature import equal
from caravana.kit.uri import Uri
from tests.component.pay.mercurio.sign import sign

STATES = {
    "abierto": (State.PENDING, False),
    "vencido": (State.EXPIRED, True),
    "cerrado": (State.CANCELLED, True),
    "soltado": (State.CANCELLED, True),
    "aprobado": (State.ACTION_NEEDED, False),
    "retenido": (State.AUTHORISED, False),
    "pagado": (State.PAID, True),
}
VERBS = {
    Operation.CREATE: "abrir",
    Operation.QUERY: "ver",
    Operation.CANCEL: "cerrar",
    Operation.CONFIRM: "aceptar",
    Operation.EVENTS: "novedades",
    Operation.CAPTURE: "cobrar",
    Operation.VOID: "soltar",
    Operation.REFUND: "devolver",
    Operation.REFUND_QUERY: "verdevolucion",
}


BEFORE = {Operation.CANCEL: State.PENDING, Operation.CONFIRM: State.ACTION_NEEDED}
"""What a checkout is before the operation was carried out; else money that is held."""


class MercurioOptions(Options):
    """Options of an address."""

    connection: str = Field(default="mercurio", description="name of the connection")


class MercurioSettings(Options):
    """Settings of a connection."""

    url: str = Field(description="address of the service")
    shop: str = Field(description="our name there")
    key: SecretStr = Field(description="key of our signatures")
    wait: bool = Field(default=False, description="whether approved payments wait for our word")


class Order(BaseModel):
    """What `create` is asked for."""

    model_config = ConfigDict(extra="ignore")

    reference: str = Field(min_length=1, max_length=20)
    amount: Decimal = Field(gt=0, decimal_places=2)
    currency: str = Field(default="USD", pattern="^USD$")
    expiration: AwareDatetime
    return_url: str
    hold: bool = False
    wait: bool = False


class MercurioComponent(PaymentComponent):
    """Mercurio."""

    scheme = "mercurio"
    title = "Mercurio"
    syntax = "mercurio:operation"
    doc = "Card payments over Mercurio."
    options = MercurioOptions
    connection = MercurioSettings
    capabilities = Capabilities(
        operations=frozenset({*VERBS, Operation.NOTIFICATION}),
        signed_notifications="hmac",
        notification_retries=True,
        idempotency_key=False,
        lookup_by_own_reference=True,
        partial_refund="always",
        amount_unit="major",
        reference_max=20,
        reference_distinct=True,
        taxes="none",
        must_confirm_within=timedelta(minutes=5),
        sweep=Sweep(every=timedelta(minutes=2), until=timedelta(hours=1), by_events=True),
    )

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.http = HttpSession()

    def create(self, uri: Uri, options: MercurioOptions) -> "MercurioEndpoint":
        """Return the endpoint."""
        if uri.path not in self.capabilities.operations:
            raise ConfigurationError(f"Mercurio has no `{uri.path}`", place=str(uri))
        return MercurioEndpoint(uri, options, self.context, self)

    def origin(self, name: str) -> str:
        """Return where the pages are."""
        return origin(self.connection_settings(name).url)

    def account(self, name: str) -> str:
        """Return our name there."""
        found: str = self.connection_settings(name).shop
        return found

    async def close(self) -> None:
        """Close the connections."""
        await self.http.close()


@dataclass(frozen=True)
class MercurioEndpoint(Endpoint):
    """One address."""

    component: MercurioComponent

    @property
    def connection(self) -> str:
        """Its limits."""
        return f"mercurio:{self.options.connection}"

    def producer(self) -> "MercurioProducer":
        """Return the call."""
        settings = self.component.connection_settings(self.options.connection)
        return MercurioProducer(Operation(self.uri.path), settings, self.component.http)

    def consumer(self, receiver: Receiver) -> "MercurioConsumer":
        """Return the receiver of notifications."""
        name = self.options.connection
        return MercurioConsumer(f"/mercurio/{name}", self.component.connection_settings(name), self.context, receiver)


class MercurioProducer(Producer):
    """One verb: everything can be looked up by our own names."""

    def __init__(self, operation: Operation, settings: MercurioSettings, http: HttpSession) -> None:
        self._operation = operation
        self._settings = settings
        self._http = http
        reads = operation in (Operation.QUERY, Operation.REFUND_QUERY, Operation.EVENTS)
        self.kind = Kind.READ if reads else Kind.VERIFIABLE

    def request(self, exchange: Exchange) -> dict[str, str]:
        """Return the parameters."""
        body = exchange.body
        if self._operation is Operation.CREATE:
            return _opening(body, wait=self._settings.wait)
        if self._operation is Operation.EVENTS:
            return {"despues": body["after"]} if body.get("after") else {}
        named = {"cobro": body.get("payment") or body.get("request_id"), "referencia": body.get("reference")}
        if self._operation in (Operation.REFUND, Operation.REFUND_QUERY):
            told = str(body.get("refund") or "").partition("/")[2]
            named |= {
                "referencia": None,
                "devolucion": body.get("reference") or told,
                "monto": _text(body.get("amount")),
            }
        return {key: text for key, text in named.items() if text is not None}

    async def send(self, request: dict[str, str], effect: Effect) -> Reply:
        """Ask."""
        return self._reply(await self._ask(VERBS[self._operation], request))

    async def verify(self, request: dict[str, str], effect: Effect) -> Reply | None:
        """Look whether it is so."""
        if self._operation is Operation.REFUND:
            return await self._looked("verdevolucion", {name: request[name] for name in ("cobro", "devolucion")})
        found = await self._looked("ver", {name: request[name] for name in ("cobro", "referencia") if name in request})
        before = BEFORE.get(self._operation, State.AUTHORISED)
        if found is None or (self._operation is not Operation.CREATE and found.body["state"] == before):
            return None
        return found

    async def _looked(self, verb: str, request: dict[str, str]) -> Reply | None:
        try:
            return self._reply(await self._ask(verb, request))
        except Refused:
            return None

    def _reply(self, found: Any) -> Reply:
        if found.tag == "devolucion":
            return _refund(found)
        if found.tag == "novedades":
            return Reply({"events": [_event(one) for one in found], "more": False})
        if self._operation in (Operation.CAPTURE, Operation.VOID):
            return Reply({**_checkout(found), "result": "done", "payment": found.get("numero")})
        return Reply(_checkout(found), reference=found.get("numero"))

    async def _ask(self, verb: str, request: Mapping[str, str]) -> Any:
        signed = {**request, "firma": sign(request, self._settings.key.get_secret_value())}
        method = "GET" if verb in ("ver", "verdevolucion", "novedades") else "POST"
        answer = await self._http.call(method, f"{self._settings.url}/v1/{verb}?{urlencode(signed)}", timeout=10)
        if answer.status != 200:
            raise _error(answer.status)
        try:
            return etree.fromstring(answer.raw, etree.XMLParser(resolve_entities=False))[0]
        except (etree.XMLSyntaxError, IndexError):
            raise Unknown("Mercurio's answer cannot be read") from None


class MercurioConsumer(Consumer):
    """The receiver: the body is the signed parameters, the signature stands in a header."""

    def __init__(self, path: str, settings: MercurioSettings, context: Context, receiver: Receiver) -> None:
        self._path = path
        self._settings = settings
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
            given = dict(part.split("=", 1) for part in (await request.body()).decode().split("&"))
            number, reference, word = given["cobro"], given["referencia"], given["estado"]
        except (UnicodeDecodeError, KeyError, ValueError):
            return Response(status_code=400)
        if not equal(request.headers.get("X-Firma", ""), sign(given, self._settings.key.get_secret_value())):
            return Response(status_code=401)
        body = {
            "provider": "mercurio", "event": f"{number}:{word}", "kind": "payment", "request_id": number,
            "payment": number, "reference": reference, "status": word, "date": None, "object": number,
        }  # fmt: skip
        await self._receiver.accept([Arrival(body=body, key=f"{number}:{word}", lane=f"mercurio:{number}")])
        return Response(status_code=204)


def _opening(body: Any, *, wait: bool) -> dict[str, str]:
    try:
        order = Order.model_validate(body)
    except ValidationError as error:
        raise Refused(f"the body does not fit: {error.error_count()} mistakes", code="body") from None
    return {
        "referencia": order.reference,
        "monto": _text(order.amount) or "",
        "vence": order.expiration.isoformat(),
        "volver": order.return_url,
        "retener": "si" if order.hold else "no",
        "aceptar": "si" if order.wait or wait else "no",
    }


def _text(amount: Any) -> str | None:
    return None if amount is None else str(Money.of(Decimal(amount), "USD").amount).replace(".", ",")


def _amount(text: str) -> dict[str, Any]:
    return {"currency": "USD", "total": Decimal(text.replace(",", "."))}


def _checkout(found: Any) -> dict[str, Any]:
    state, final = STATES[found.get("estado")]
    amount = _amount(found.get("monto"))
    paid = state is State.PAID
    return {
        "provider": "mercurio",
        "request_id": found.get("numero"),
        "reference": found.get("referencia"),
        "process_url": found.get("pagina"),
        "expiration": found.get("vence"),
        "state": state.value,
        "final": final,
        **_words(found),
        "amount": amount,
        "paid_total": amount if paid else None,
        "payments": [_payment(found, state, amount)] if found.get("fecha") else [],
    }


def _payment(found: Any, state: State, amount: dict[str, Any]) -> dict[str, Any]:
    nothing = dict.fromkeys(("method_name", "issuer", "franchise", "factor", "authorization", "receipt"))
    return {
        **nothing,
        "internal_reference": found.get("numero"),
        "reference": found.get("referencia"),
        "state": state.value,
        **_words(found),
        "method": "card",
        "from": amount,
        "to": amount,
        "refunded": False,
        "last_digits": found.get("tarjeta")[-4:] or None,
    }


def _event(found: Any) -> dict[str, Any]:
    number, returned = found.get("cobro"), found.get("devolucion")
    return {
        "provider": "mercurio", "event": found.get("numero"), "kind": "refund" if returned else "payment",
        "request_id": number, "payment": number, "reference": returned or found.get("referencia"), "status": "hecha",
        "date": found.get("fecha"), "object": f"{number}/{returned}" if returned else number,
    }  # fmt: skip


def _words(found: Any) -> dict[str, Any]:
    return {"status": found.get("estado"), "reason": None, "message": "", "date": found.get("fecha") or ""}


def _refund(found: Any) -> Reply:
    name, number = found.get("nombre"), found.get("cobro")
    reply = {
        "provider": "mercurio", "reference": name, "refund": f"{number}/{name}", "payment": number, "request_id": number,
        "result": "done", "amount": _amount(found.get("monto")), **_words(found),
    }  # fmt: skip
    return Reply(reply, reference=reply["refund"])


def _error(status: int) -> EffectError:
    if status == 403:
        return NeedsPerson("Mercurio does not know our signature", status=status)
    return Unknown("Mercurio failed", status=status) if status >= 500 else Refused("Mercurio says no", status=status)
