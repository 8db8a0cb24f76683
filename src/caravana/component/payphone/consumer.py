"""`payphone:notification`: what PayPhone posts of an approved payment, where it has approved notifications for the store.

Nothing signs it, so it is a doorbell: whoever rings, the route asks PayPhone. It is answered when it is on disk. The card's
first digits, the national id, mail and phone that it holds are dropped before anything is stored.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from caravana.component.payphone.mapping import PROVIDER, reference_of
from caravana.kit import json
from caravana.kit.ports import Accepted, Arrival
from caravana.kit.posted import PostedConsumer, Refusal

TAKEN, KNOWN = "000", "333"
"""What PayPhone is answered: stored, or stored before. Who is turned away reads neither."""
NAME_MAX = 50
"""Longest `clientTransactionId`."""


@dataclass(frozen=True)
class Store:
    """A merchant account: its connection's `name`, PayPhone's id of it, and the branch that alone has it, if one does."""

    name: str
    store_id: str
    branch: str | None


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

    def arrival(self, store: Store) -> Arrival:
        """Return the message for the route."""
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
        return Arrival(body=body, key=key, lane=name, business_keys=(("payment", name),), branch=store.branch)


class NotificationConsumer(PostedConsumer[Store]):
    """Listens at `/payphone/<connection>/NotificacionPago` of every store whose notifications PayPhone has approved."""

    partner = PROVIDER

    async def arrivals(self, place: Store, request: Request, raw: bytes) -> Sequence[Arrival]:
        """Return the message that the notification brings. Raises `Refusal` for what is none, or of another store."""
        try:
            notification = Notification.read(raw)
        except ValueError:
            raise Refusal(400, "malformed") from None
        if notification.store_id != place.store_id:
            raise Refusal(400, "store")
        return [notification.arrival(place)]

    def answer(self, taken: Sequence[Accepted]) -> Response:
        """Return PayPhone's own words for stored, and for stored before."""
        if any(one.duplicate for one in taken):
            return JSONResponse({"Response": False, "ErrorCode": KNOWN})
        return JSONResponse({"Response": True, "ErrorCode": TAKEN})


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
