"""`stripe:notification`: the events that Stripe posts, again and again for three days until it is answered 2xx.

An event is a hint: what it says of the object may be old by now, so the route asks. It is answered when it is on disk.
"""

from collections import Counter, OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from caravana.component.stripe import event
from caravana.component.stripe.mapping import PROVIDER
from caravana.component.stripe.signing import HEADER, Signature
from caravana.component.stripe.spec import StripeOptions, StripeSettings
from caravana.kit import json
from caravana.kit.component import Consumer
from caravana.kit.errors import ConfigurationError
from caravana.kit.ports import Arrival, Context, Receiver, Unavailable
from caravana.kit.request import BodyTooLarge, header, read_body

log = structlog.get_logger(__name__)
REMEMBERED = 10_000


@dataclass(frozen=True)
class Endpoint:
    """An account: its connection's `name` and settings, the path at which its events come in, and its only branch if any."""

    name: str
    path: str
    settings: StripeSettings
    branch: str | None = None


class Twins:
    """Tells two events of one change, which Stripe may send under two names. What it forgets costs one question more."""

    def __init__(self) -> None:
        """Nothing was seen."""
        self._seen: OrderedDict[tuple[str, str], str] = OrderedDict()

    def has_other(self, account: str, change: str, name: str) -> bool:
        """Whether `change` came before under another name than `name`."""
        return self._seen.get((account, change), name) != name

    def keep(self, account: str, change: str, name: str) -> None:
        """Remember a change that is on disk."""
        self._seen.setdefault((account, change), name)
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)


class NotificationConsumer(Consumer):
    """Listens at `/stripe/<connection>` of every account."""

    def __init__(
        self, endpoints: Sequence[Endpoint], options: StripeOptions, context: Context, receiver: Receiver
    ) -> None:
        """`endpoints`: whose events are taken. Raises `ConfigurationError` where one has no `webhookSecret`."""
        for one in endpoints:
            if not one.settings.secrets:
                raise ConfigurationError(
                    "notifications cannot be verified without `webhookSecret`",
                    place=f"connections.{one.name}",
                    suggestion="copy the signing secret from Developers → Webhooks in Stripe's dashboard",
                )
        self._refusals: Counter[str] = Counter()
        self._endpoints = endpoints
        self._options = options
        self._context = context
        self._receiver = receiver
        self._twins = Twins()

    @property
    def refusals(self) -> Counter[str]:
        """What was turned away, by reason."""
        return self._refusals

    async def start(self) -> None:
        """Begin to listen. Raises `ConfigurationError` when an address is taken."""
        for one in self._endpoints:
            self._context.listener.mount(one.path, ["POST"], partial(self._handle, one))

    async def stop(self) -> None:
        """Stop listening."""
        for one in self._endpoints:
            self._context.listener.unmount(one.path, ["POST"])

    async def _handle(self, endpoint: Endpoint, request: Request) -> Response:
        try:
            raw = await read_body(request, self._options.max_body)
        except BodyTooLarge:
            return self._refuse(endpoint, 413, "too_large")
        wrong = self._wrong(endpoint.settings, header(request, HEADER), raw)
        if wrong:
            return self._refuse(endpoint, 401, wrong)
        try:
            content = json.loads(raw)
            told = event.read(content)
        except ValueError:
            return self._refuse(endpoint, 400, "malformed")
        return await self._accept(endpoint, told, event.change(content))

    def _wrong(self, settings: StripeSettings, given: str, raw: bytes) -> str | None:
        """Why a notification is not believed: the bytes as they came are looked at, before anything is read."""
        try:
            signature = Signature.read(given)
        except ValueError:
            return "signature"
        if not signature.fits(raw, settings.secrets):
            return "signature"
        return None if signature.is_near(self._context.clock.now(), settings.tolerance) else "time"

    async def _accept(self, endpoint: Endpoint, told: dict[str, Any], change: str) -> Response:
        if self._twins.has_other(endpoint.name, change, told["event"]):
            return JSONResponse({"accepted": True, "twin": True})
        try:
            await self._receiver.accept([self._arrival(endpoint, told)])
        except Unavailable as error:
            headers = {"Retry-After": str(max(1, round(error.retry_after)))}
            return self._refuse(endpoint, 503, "unavailable", headers)
        self._twins.keep(endpoint.name, change, told["event"])
        return JSONResponse({"accepted": True})

    def _arrival(self, endpoint: Endpoint, told: dict[str, Any]) -> Arrival:
        """The message for the route; it holds names and no more of what the event says."""
        key = told["event"] if endpoint.name == self._options.connection else f"{endpoint.name}:{told['event']}"
        about = told["payment"] or told["object"]
        names = {one: None for one in (told["payment"], told["request_id"]) if one is not None}
        return Arrival(
            body={**told, "connection": endpoint.name},
            key=key,
            lane=f"{PROVIDER}:{about}",
            business_keys=tuple(("payment", f"{PROVIDER}:{one}") for one in names),
            branch=endpoint.branch,
        )

    def _refuse(self, endpoint: Endpoint, status: int, reason: str, headers: dict[str, str] | None = None) -> Response:
        self._refusals[reason] += 1
        log.warning("stripe.notification_refused", path=endpoint.path, reason=reason, times=self._refusals[reason])
        return JSONResponse({"error": reason}, status, headers)
