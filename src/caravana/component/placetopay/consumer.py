"""`placetopay:notification`: what PlacetoPay posts, once and never again, when a session becomes final.

It is a hint: its signature covers no amount, so the route asks with `placetopay:query`. It is answered when it is on disk.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from starlette.requests import Request

from caravana.component.placetopay.mapping import PROVIDER
from caravana.component.placetopay.signing import is_signed
from caravana.component.placetopay.spec import PlacetopayOptions, PlacetopaySettings
from caravana.kit import json
from caravana.kit.ports import Arrival, Context, Receiver
from caravana.kit.posted import PostedConsumer, Refusal


@dataclass(frozen=True)
class Site:
    """A merchant account: its connection's `name` and settings, and the path at which it sends notifications.

    `branch`: whose payments alone come in there, if it is one's.
    """

    name: str
    path: str
    settings: PlacetopaySettings
    branch: str | None = None


@dataclass(frozen=True)
class Notification:
    """What a notification says. `request_id` is None for a recurring charge, which names only its `internal_reference`."""

    request_id: str | None
    internal_reference: str | None
    reference: str | None
    status: str
    date: str
    signature: str

    @classmethod
    def read(cls, raw: bytes) -> "Notification":
        """Return the notification in `raw`. Raises `ValueError` when it is none."""
        content = json.loads(raw)
        if not isinstance(content, dict) or not isinstance(content.get("status"), dict):
            raise ValueError("no object with a status")
        request_id = _number(content.get("requestId"))
        internal_reference = _number(content.get("internalReference"))
        if request_id is None and internal_reference is None:
            raise ValueError("neither requestId nor internalReference")
        return cls(
            request_id=request_id,
            internal_reference=internal_reference,
            reference=_word(content.get("reference")),
            status=_needed(content["status"].get("status")),
            date=_needed(content["status"].get("date")),
            signature=_word(content.get("signature")) or "",
        )

    def arrival(self, site: Site, *, default: bool = True) -> Arrival:
        """Return the message for the route; the signature stays behind.

        `default`: whether it is the address's own connection.
        """
        made = self._recurring() if self.request_id is None else self._session()
        body = {**made.body, "connection": site.name}
        key = made.key if default else f"{site.name}:{made.key}"
        return replace(made, body=body, key=key, branch=site.branch)

    def _session(self) -> Arrival:
        payment = f"{PROVIDER}:{self.request_id}"
        key = f"{self.request_id}:{self.status}:{self.date}"
        body = {
            "provider": PROVIDER,
            "event": key,
            "kind": "payment",
            "request_id": self.request_id,
            "payment": None,
            "reference": self.reference,
            "status": self.status,
            "date": self.date,
            "object": self.request_id,
        }
        return Arrival(body=body, key=key, lane=payment, business_keys=(("payment", payment),))

    def is_signed(self, settings: PlacetopaySettings) -> bool:
        """Whether one of the site's keys signed it."""
        identifier = self.request_id or self.internal_reference or ""
        sha1 = settings.signature == "sha1"
        return is_signed(self.signature, identifier, self.status, self.date, settings.secrets, sha1=sha1)

    def _recurring(self) -> Arrival:
        """A recurring charge: marked, because there is no session to query.

        The documents (2026-08) do not say what its signature covers; the internal reference is taken in place of the
        missing number.
        """
        payment = f"{PROVIDER}:recurring:{self.internal_reference}"
        key = f"recurring:{self.internal_reference}:{self.status}:{self.date}"
        body = {
            "provider": PROVIDER,
            "event": key,
            "kind": "payment",
            "request_id": None,
            "payment": self.internal_reference,
            "reference": self.reference,
            "status": self.status,
            "date": self.date,
            "object": self.internal_reference,
            "recurring": True,
        }
        return Arrival(body=body, key=key, lane=payment, business_keys=(("payment", payment),))


class NotificationConsumer(PostedConsumer[Site]):
    """Listens at `/placetopay/<connection>` of every site."""

    partner = PROVIDER

    def __init__(self, sites: Sequence[Site], options: PlacetopayOptions, context: Context, receiver: Receiver) -> None:
        """`sites`: whose notifications are taken; `context`: the listener."""
        super().__init__({one.path: one for one in sites}, options.max_body, context.listener, receiver)
        self._default = options.connection

    async def arrivals(self, place: Site, request: Request, raw: bytes) -> Sequence[Arrival]:
        """Return the one message. Raises `Refusal`."""
        try:
            notification = Notification.read(raw)
        except ValueError:
            raise Refusal(400, "malformed") from None
        if not notification.is_signed(place.settings):
            raise Refusal(401, "signature")
        return [notification.arrival(place, default=place.name == self._default)]


def _number(value: Any) -> str | None:
    """The digits of a whole number, however JSON wrote it (181348, 181348.0, "181348"): the signature covers them so."""
    if value is None:
        return None
    if isinstance(value, Decimal) and value == value.to_integral_value():
        value = int(value)
    text = str(value)
    if isinstance(value, bool) or not text.isascii() or not text.isdigit() or len(text) > 20:
        raise ValueError("no whole number")
    return text


def _word(value: Any) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > 255:
        raise ValueError("no short text")
    value.encode()  # half a surrogate pair cannot be stored
    return value


def _needed(value: Any) -> str:
    word = _word(value)
    if not word:
        raise ValueError("a needed text is missing")
    return word
