"""`stripe:notification`: the events that Stripe posts, again and again for three days until it is answered 2xx.

An event is a hint: what it says of the object may be old by now, so the route asks. It is answered when it is on disk.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from caravana.component.stripe import event
from caravana.component.stripe.mapping import PROVIDER
from caravana.component.stripe.signing import HEADER, Signature
from caravana.component.stripe.spec import StripeOptions, StripeSettings
from caravana.kit import json
from caravana.kit.ports import Accepted, Arrival, Context, Receiver
from caravana.kit.posted import PostedConsumer, Refusal
from caravana.kit.request import header

REMEMBERED = 10_000


@dataclass(frozen=True)
class Account:
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


class NotificationConsumer(PostedConsumer[Account]):
    """Listens at `/stripe/<connection>` of every account."""

    partner = PROVIDER

    def __init__(
        self, accounts: Sequence[Account], options: StripeOptions, context: Context, receiver: Receiver
    ) -> None:
        """`accounts`: whose events are taken; of one without `webhookSecret` none is, for none can be proved."""
        super().__init__({one.path: one for one in accounts}, options.max_body, context.listener, receiver)
        self._default = options.connection
        self._clock = context.clock
        self._twins = Twins()

    async def arrivals(self, place: Account, request: Request, raw: bytes) -> Sequence[Arrival]:
        """Return the event, or nothing for the twin of one that came. Raises `Refusal`."""
        self._prove(place.settings, header(request, HEADER), raw)
        try:
            content = json.loads(raw)
            told, change = event.read(content), event.change(content)
        except ValueError as error:
            raise Refusal(400, "malformed") from error
        name = told["event"]
        request.state.change = (change, name)
        return [] if self._twins.has_other(place.name, change, name) else [self._arrival(place, told)]

    async def _take(self, place: Account, request: Request) -> Sequence[Accepted]:
        taken = await super()._take(place, request)
        self._twins.keep(place.name, *request.state.change)
        return taken

    def _prove(self, settings: StripeSettings, given: str, raw: bytes) -> None:
        """The bytes are looked at as they came, before anything is read. Raises `Refusal`."""
        if not settings.secrets:
            raise Refusal(401, "no_secret")
        try:
            signature = Signature.read(given)
        except ValueError as error:
            raise Refusal(401, "signature") from error
        if not signature.fits(raw, settings.secrets):
            raise Refusal(401, "signature")
        if not signature.is_near(self._clock.now(), settings.tolerance):
            raise Refusal(401, "time")

    def _arrival(self, place: Account, told: dict[str, Any]) -> Arrival:
        """The message for the route; it holds names and no more of what the event says."""
        about = told["payment"] or told["object"]
        names = dict.fromkeys(one for one in (told["payment"], told["request_id"]) if one is not None)
        return Arrival(
            body={**told, "connection": place.name},
            key=told["event"] if place.name == self._default else f"{place.name}:{told['event']}",
            lane=f"{PROVIDER}:{about}",
            business_keys=tuple(("payment", f"{PROVIDER}:{one}") for one in names),
            branch=place.branch,
        )
