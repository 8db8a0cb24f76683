"""The imitation's addresses: the calls of the API, the page that customers see, and the steering from outside.

Every call runs under the faults of `caravana.kit.sandbox`. Operations: prepare, confirm, query, reverse, list.
"""

import itertools
import json
import secrets
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from caravana.component.payphone.sandbox import asked
from caravana.component.payphone.sandbox.card import Card, decide
from caravana.component.payphone.sandbox.notification import NotificationPlan, Notifier
from caravana.component.payphone.sandbox.page import PaymentPage
from caravana.component.payphone.sandbox.payment import APPROVED, CANCELED, Payment
from caravana.component.payphone.sandbox.refusal import Refusal, invalid, unknown
from caravana.component.payphone.sandbox.store import Store
from caravana.kit.sandbox import Sandbox, read_plan

FIRST_TRANSACTION = 23_178_284
LIST_DAYS = 2
WINDOW = timedelta(minutes=1)

Call = Callable[[Request, str, dict[str, Any]], Any]


@dataclass
class PayphoneSandbox(Sandbox):
    """One store at PayPhone, through one application of type WEB."""

    store: Store = field(default_factory=Store)
    payments: dict[str, Payment] = field(default_factory=dict)
    """By `clientTransactionId`."""

    def __post_init__(self) -> None:
        self.notifier = Notifier(self.clock, self.store)
        self._numbers = itertools.count(FIRST_TRANSACTION)
        self._queries: deque[datetime] = deque()
        self._lists: list[date] = []

    def connection(self) -> dict[str, str]:
        """Return the credentials as a connection names them."""
        return {"token": self.store.token, "storeId": self.store.store_id, "listPath": self.store.list_path}

    # What a test or a demo does with it.

    def payment(self, name: str) -> Payment:
        """Return a payment by its `clientTransactionId`, as it stands now. Raises `KeyError`."""
        payment = self.payments[name]
        payment.settle(self.clock.now())
        return payment

    def pay(self, name: str, card: str = Card.APPROVED) -> Payment:
        """Play the customer who pays with `card`. Raises `ValueError` when the page takes no payment with it."""
        payment, decision = self.payment(name), decide(card)
        if decision is None or not payment.is_open(self.clock.now()):
            raise ValueError(f"{name} takes no payment with this card")
        if decision.approved:
            payment.end(next(self._numbers), APPROVED, self.clock.now(), decision)
            self.notifier.tell(payment)
        else:
            payment.end(next(self._numbers), CANCELED, self.clock.now(), decision, "Transacción rechazada")
        self.effects[f"payment.{'approved' if decision.approved else 'rejected'}"] += 1
        return payment

    def leave(self, name: str) -> Payment:
        """Play the customer who presses cancel on the page. Raises `ValueError` when it is over."""
        payment = self.payment(name)
        if not payment.is_open(self.clock.now()):
            raise ValueError(f"{name} is over")
        payment.end(next(self._numbers), CANCELED, self.clock.now(), message="Transacción cancelada por el usuario")
        return payment

    def kept_total(self, prefix: str = "") -> int:
        """Return the cents that stayed with the shop, over all names that begin with `prefix`."""
        kept = [self.payment(name) for name in self.payments if name.startswith(prefix)]
        return sum(one.amount for one in kept if one.status == APPROVED and one.confirmed)

    async def close(self) -> None:
        """Give up notifications under way."""
        await self.notifier.close()

    # Addresses.

    def partner_routes(self) -> list[Route]:
        """Return PayPhone's addresses and the page."""
        return [
            self._api("/api/button/Prepare", "prepare", "POST", self._prepare),
            self._api("/api/button/V2/Confirm", "confirm", "POST", self._confirm),
            self._api("/api/Sale/client/{name}", "query", "GET", self._query_name),
            self._api("/api/Sale/{id:int}", "query", "GET", self._query_id),
            self._api("/api/Reverse", "reverse", "POST", self._reverse),
            self._api("/api/Reverse/Client", "reverse", "POST", self._reverse),
            self._api(self.store.list_path, "list", "GET", self._list),
            *PaymentPage(self).routes(),
        ]

    def control_routes(self) -> list[Route]:
        """Return the steering addresses: also store, notification plan, payments and playing the customer."""
        return [
            *super().control_routes(),
            Route("/_sandbox/store", self._set_store, methods=["POST"]),
            Route("/_sandbox/notifications", self._set_plan, methods=["POST"]),
            Route("/_sandbox/payments", self._show_payments, methods=["GET"]),
            Route("/_sandbox/pay", self._pay, methods=["POST"]),
        ]

    def _api(self, path: str, operation: str, method: str, call: Call) -> Route:
        async def endpoint(request: Request) -> Response:
            raw = await request.body()  # before a fault cuts the connection: the call may still be carried out

            async def act() -> Response:
                try:
                    return JSONResponse(call(request, self._token(request), _read(raw) if raw else {}))
                except Refusal as refusal:
                    return JSONResponse(refusal.answer(), refusal.http_status)

            return await self.perform(request, operation, act)

        return Route(path, endpoint, methods=[method])

    def _token(self, request: Request) -> str:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or token not in self.store.tokens:
            raise Refusal(802, "El token no es válido.")
        return token

    # The API's calls.

    def _prepare(self, request: Request, token: str, content: dict[str, Any]) -> dict[str, Any]:
        asked.check(content, self.store, self.payments)
        payment = Payment(
            secrets.token_urlsafe(15), secrets.token_hex(16), content, token, self.clock.now(), self.store
        )
        self.payments[payment.name] = payment
        self.effects["prepare"] += 1
        base = self.store.public_url.rstrip("/") or str(request.base_url).rstrip("/")
        return {
            "paymentId": payment.payment_id,
            "payWithCard": f"{base}/Anonymous/Index?paymentId={payment.payment_id}",
            "payWithPayPhone": f"{base}/PayPhone/Index?paymentId={payment.payment_id}",
        }

    def _confirm(self, request: Request, token: str, content: dict[str, Any]) -> dict[str, Any]:
        number, name = content.get("id"), content.get("clientTxId")
        if isinstance(number, bool) or not isinstance(number, int):
            raise invalid("id debe ser un número entero.")
        payment = self._known(lambda one: one.id == number and one.name == name, token)
        if payment.automatic or (payment.confirmed and not self.store.confirm_repeats):
            raise unknown()
        if not payment.confirmed:
            payment.confirmed = True
            self.effects["confirm"] += 1
        return payment.shown()

    def _query_name(self, request: Request, token: str, content: dict[str, Any]) -> list[dict[str, Any]]:
        return [self._queried(lambda one: one.name == request.path_params["name"], token)]

    def _query_id(self, request: Request, token: str, content: dict[str, Any]) -> dict[str, Any]:
        return self._queried(lambda one: one.id == request.path_params["id"], token)

    def _queried(self, fits: Callable[[Payment], bool], token: str) -> dict[str, Any]:
        now = self.clock.now()
        while self._queries and self._queries[0] <= now - WINDOW:
            self._queries.popleft()
        if len(self._queries) >= self.store.queries_a_minute:
            raise Refusal(None, "Ha superado el número de consultas permitidas.", 429)
        self._queries.append(now)
        if not self.store.query_covers:
            raise unknown()
        return self._known(fits, token).shown()

    def _reverse(self, request: Request, token: str, content: dict[str, Any]) -> bool:
        number, name = content.get("id"), content.get("clientId")
        payment = self._known(lambda one: number == one.id if number is not None else name == one.name, token)
        if payment.status != APPROVED:
            raise Refusal(None, "La transacción no puede ser reversada.")
        if not payment.reversible(self.clock.now()):
            raise Refusal(None, "La transacción ya no puede ser reversada.")
        payment.give_back()
        self.effects["reverse"] += 1
        return True

    def _list(self, request: Request, token: str, content: dict[str, Any]) -> list[dict[str, Any]]:
        zone = ZoneInfo(self.store.zone)
        today = self.clock.now().astimezone(zone).date()
        first, last = (_day(request, name) for name in ("start_date", "end_date"))
        if not today - timedelta(days=LIST_DAYS) <= first <= last <= today:
            raise invalid("El rango de fechas no es válido.")
        if self._lists.count(today) >= self.store.lists_a_day:
            raise Refusal(None, "Ha superado el número de consultas permitidas.", 429)
        self._lists.append(today)
        found = [self.payment(name) for name in self.payments]
        paid = [one for one in found if one.status == APPROVED and one.paid is not None and one.token == token]
        return [one.shown() for one in paid if first <= (one.paid or one.created).astimezone(zone).date() <= last]

    def _known(self, fits: Callable[[Payment], bool], token: str) -> Payment:
        """The payment that has a transaction and was prepared with `token`."""
        for name, one in self.payments.items():
            if one.id is not None and one.token == token and fits(one):
                return self.payment(name)
        raise unknown()

    # Steering.

    async def _set_store(self, request: Request) -> Response:
        """POST some fields of `Store`."""
        try:
            self.store.change(_read(await request.body()))
        except (ValueError, Refusal) as error:
            return JSONResponse({"error": str(error)}, 400)
        return JSONResponse({"changed": True})

    async def _set_plan(self, request: Request) -> Response:
        """POST a plan of notifications."""
        try:
            self.notifier.plan = read_plan(NotificationPlan, _read(await request.body()))
        except (ValueError, Refusal) as error:
            return JSONResponse({"error": str(error)}, 400)
        return JSONResponse({"changed": True})

    async def _show_payments(self, request: Request) -> Response:
        return JSONResponse([self.payment(name).summary() for name in self.payments])

    async def _pay(self, request: Request) -> Response:
        """POST `client_transaction_id` and, if wished, `card` (its name in `Card`): the customer pays without a browser."""
        try:
            values = _read(await request.body())
            payment = self.pay(str(values["client_transaction_id"]), Card[values.get("card", "APPROVED")])
        except (KeyError, ValueError, Refusal) as error:
            return JSONResponse({"error": str(error)}, 400)
        return JSONResponse(payment.summary())


def _read(raw: bytes) -> dict[str, Any]:
    try:
        content = json.loads(raw)
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise invalid("El cuerpo debe ser un objeto JSON.")
    return content


def _day(request: Request, name: str) -> date:
    try:
        return date.fromisoformat(request.query_params.get(name, ""))
    except ValueError:
        raise invalid(f"{name} debe tener el formato AAAA-MM-DD.") from None
