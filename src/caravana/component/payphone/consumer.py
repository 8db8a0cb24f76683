"""`payphone:notification`: what PayPhone posts of an approved payment, where it has approved notifications for the store.

Nothing signs it, so it is a doorbell: whoever rings, the route asks PayPhone. It is answered when it is on disk. The card's
first digits, the national id, mail and phone that it holds are dropped before anything is stored.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from caravana.component.payphone.mapping import PROVIDER, reference_of
from caravana.component.payphone.spec import PayphoneOptions, PayphoneSettings
from caravana.kit import json
from caravana.kit.component import Consumer
from caravana.kit.merchant import Accounts
from caravana.kit.ports import Arrival, Context, Receiver, Unavailable
from caravana.kit.request import BodyTooLarge, read_body

log = structlog.get_logger(__name__)

TAKEN, KNOWN, FAILED = "000", "333", "222"
"""Codes that PayPhone is answered: stored, stored before, not stored."""
NAME_MAX = 50
"""Longest `clientTransactionId`."""


@dataclass(frozen=True)
class Store:
    """A merchant account: its connection's `name` and settings, and the path at which PayPhone tells of its payments."""

    name: str
    path: str
    settings: PayphoneSettings


@dataclass(frozen=True)
class Notification:
    """What is taken of a notification."""

    store_id: str
    payment: str
    request_id: str
    status: str

    @classmethod
    def read(cls, raw: bytes) -> "Notification":
        """Return the notification in `raw`. Raises `ValueError` when it is none."""
        content = json.loads(raw)
        if not isinstance(content, dict):
            raise ValueError("no object")
        return cls(
            store_id=_word(content.get("StoreId"), 100),
            payment=_number(content.get("TransactionId")),
            request_id=_word(content.get("ClientTransactionId"), NAME_MAX),
            status=_number(content.get("StatusCode")),
        )

    def arrival(self, store: Store, branch: str | None) -> Arrival:
        """Return the message for the route. `branch`: the only one whose payments come in at this store."""
        body = {
            "provider": PROVIDER,
            "connection": store.name,
            "event": f"{self.payment}:{self.status}",
            "kind": "payment",
            "request_id": self.request_id,
            "payment": self.payment,
            "reference": reference_of(self.request_id),
            "status": self.status,
            "date": None,
            "object": self.payment,
        }
        name = f"{PROVIDER}:{self.payment}"
        key = f"{store.name}:{self.payment}:{self.status}:{self.request_id}"
        return Arrival(body=body, key=key, lane=name, business_keys=(("payment", name),), branch=branch)


class NotificationConsumer(Consumer):
    """Listens at `/payphone/<connection>/NotificacionPago` of every store whose notifications PayPhone has approved."""

    def __init__(
        self,
        stores: Sequence[Store],
        accounts: Accounts,
        options: PayphoneOptions,
        context: Context,
        receiver: Receiver,
    ) -> None:
        """`stores`: whose notifications are taken; `accounts`: tell their branches."""
        self._refusals: Counter[str] = Counter()
        self._stores = stores
        self._accounts = accounts
        self._options = options
        self._context = context
        self._receiver = receiver

    @property
    def refusals(self) -> Counter[str]:
        """What was turned away, by reason."""
        return self._refusals

    async def start(self) -> None:
        """Begin to listen. Raises `ConfigurationError` when an address is taken."""
        for store in self._stores:
            self._context.listener.mount(store.path, ["POST"], partial(self._handle, store))

    async def stop(self) -> None:
        """Stop listening."""
        for store in self._stores:
            self._context.listener.unmount(store.path, ["POST"])

    async def _handle(self, store: Store, request: Request) -> Response:
        try:
            notification = Notification.read(await read_body(request, self._options.max_body))
        except BodyTooLarge:
            return self._refuse(store, 413, "too_large")
        except ValueError:
            return self._refuse(store, 400, "malformed")
        if notification.store_id != store.settings.store_id:
            return self._refuse(store, 400, "store")
        return await self._accept(store, notification)

    async def _accept(self, store: Store, notification: Notification) -> Response:
        arrival = notification.arrival(store, self._accounts.branch_of(store.name))
        try:
            (accepted,) = await self._receiver.accept([arrival])
        except Unavailable as error:
            headers = {"Retry-After": str(max(1, round(error.retry_after)))}
            return self._refuse(store, 503, "unavailable", headers)
        if accepted.duplicate:
            return JSONResponse({"Response": False, "ErrorCode": KNOWN})
        return JSONResponse({"Response": True, "ErrorCode": TAKEN})

    def _refuse(self, store: Store, status: int, reason: str, headers: dict[str, str] | None = None) -> Response:
        self._refusals[reason] += 1
        log.warning("payphone.notification_refused", path=store.path, reason=reason, times=self._refusals[reason])
        return JSONResponse({"Response": False, "ErrorCode": FAILED, "error": reason}, status, headers)


def _number(value: Any) -> str:
    text = str(value)
    if isinstance(value, bool) or not (text.isascii() and text.isdigit()) or len(text) > 20:
        raise ValueError("no whole number")
    return text


def _word(value: Any, longest: int) -> str:
    if not isinstance(value, str) or not value or len(value) > longest:
        raise ValueError("no short text")
    value.encode()  # half a surrogate pair cannot be stored
    return value
