"""Telling the company's servers: signed, in batches, again and again until they answer 200; and how that goes wrong."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import aiohttp

from caravana.component.whatsapp.sandbox.people import Person
from caravana.component.whatsapp.sandbox.wire import GraphError

if TYPE_CHECKING:
    from caravana.component.whatsapp.sandbox.sandbox import MetaSandbox

TIMEOUT_SECONDS = 10.0
_MESSAGING = {"postback": "messaging_postbacks", "delivery": "message_deliveries", "read": "message_reads"}
"""Which field of the app's subscription brings what; all others: `messages`."""
SIGNATURES = ("right", "wrong", "missing", "bare")
WHATSAPP, PAGE, INSTAGRAM = "whatsapp_business_account", "page", "instagram"


@dataclass(frozen=True)
class DeliveryPlan:
    """How bodies go out: `times` 0 = lost, 2 = doubled; `delay` seconds of the sandbox's clock before the first.

    `signature`: `right`, `wrong`, `missing`, or `bare` (without its prefix). `reserialise`: a repetition has other bytes.
    Raises `ValueError` for anything else.
    """

    times: int = 1
    delay: float = 0.0
    signature: str = "right"
    reserialise: bool = False

    def __post_init__(self) -> None:
        if self.signature not in SIGNATURES or not 0 <= self.times <= 10 or self.delay < 0:
            raise ValueError(f"times is 0 to 10, delay not negative, signature one of {', '.join(SIGNATURES)}")


@dataclass
class Subscription:
    """Where the app's webhooks of one object go."""

    url: str
    verify_token: str
    fields: tuple[str, ...]


@dataclass
class Delivery:
    """One body as it was sent; `answered` is the last HTTP status, None while under way or when nobody answered."""

    object: str
    body: bytes
    answered: int | None = None
    attempts: int = 0


@dataclass
class _Piece:
    """One update on its way: the entry's id, and either a change or a messaging item."""

    object: str
    entry: str
    field: str
    change: dict[str, Any]
    time: int | None = None


@dataclass
class Webhooks:
    """The webhooks of the app. `plan` says how they go out; `silent` counts updates that nobody had subscribed to."""

    sandbox: "MetaSandbox"
    plan: DeliveryPlan = DeliveryPlan()
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    subscribed: dict[str, str] = field(default_factory=dict)
    """Accounts and pages whose updates the app wants, with the address that is used instead of the app's, if any."""
    wanted: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Pages and accounts that are subscribed with some fields only."""
    deliveries: list[Delivery] = field(default_factory=list)
    silent: int = 0
    _held: list[_Piece] | None = None

    def hold(self) -> None:
        """Gather updates until `release`."""
        self._held = self._held or []

    def release(self) -> None:
        """Send what was gathered, as few bodies as the account's `batch` allows."""
        held, self._held = self._held or [], None
        self._send(held)

    # What is told.

    def whatsapp(self, number: str, person: Person | None, **value: list[dict[str, Any]]) -> None:
        """Tell messages or statuses of a number; `person`: who stands in the list of people, if there is one."""
        account = self.sandbox.account
        metadata = {"display_phone_number": account.number, "phone_number_id": number}
        told: dict[str, Any] = {"messaging_product": "whatsapp", "metadata": metadata, **value}
        if person is not None:
            told["contacts"] = [self.sandbox.contact(person)]
        self._tell(_Piece(WHATSAPP, account.waba_id, "messages", {"field": "messages", "value": told}))

    def event(self, field_name: str, value: dict[str, Any]) -> None:
        """Tell something of the WhatsApp account."""
        change = {"field": field_name, "value": value}
        self._tell(_Piece(WHATSAPP, self.sandbox.account.waba_id, field_name, change, int(self.sandbox.seconds())))

    def feed(self, value: dict[str, Any]) -> None:
        """Tell something of the page's feed."""
        change = {"field": "feed", "value": value}
        self._tell(_Piece(PAGE, self.sandbox.account.page_id, "feed", change, int(self.sandbox.seconds())))

    def instagram(self, value: dict[str, Any]) -> None:
        """Tell a comment at Instagram."""
        change = {"field": "comments", "value": value}
        self._tell(
            _Piece(INSTAGRAM, self.sandbox.account.instagram_id, "comments", change, int(self.sandbox.seconds()))
        )

    def messaging(self, item: dict[str, Any]) -> None:
        """Tell something of the page's Messenger."""
        name = next((field for member, field in _MESSAGING.items() if member in item), "messages")
        if name == "messages" and item.get("message", {}).get("is_echo"):
            name = "message_echoes"
        self._tell(_Piece(PAGE, self.sandbox.account.page_id, name, {"messaging": item}, item["timestamp"]))

    def _tell(self, piece: _Piece) -> None:
        subscription = self.subscriptions.get(piece.object)
        wanted = self.wanted.get(piece.entry)
        deaf = subscription is None or piece.field not in subscription.fields or piece.entry not in self.subscribed
        if deaf or (wanted is not None and piece.field not in wanted):
            self.silent += 1
        elif self._held is not None:
            self._held.append(piece)
        else:
            self._send([piece])

    # How it goes out.

    def _send(self, pieces: list[_Piece]) -> None:
        most = 1 if self.sandbox.account.pywa_mode else max(1, self.sandbox.account.batch)
        for kind in dict.fromkeys(one.object for one in pieces):
            ours = [one for one in pieces if one.object == kind]
            for start in range(0, len(ours), most):
                self._start(kind, ours[start : start + most])

    def _start(self, kind: str, pieces: list[_Piece]) -> None:
        content = {"object": kind, "entry": _entries(pieces)}
        url = self.subscribed.get(pieces[0].entry) or self.subscriptions[kind].url
        for number in range(self.plan.times):
            other = self.plan.reserialise and number > 0
            self.post(kind, url, content, other=other, delay=self.plan.delay)

    def post(
        self, kind: str, url: str, content: Mapping[str, Any], *, other: bool = False, delay: float = 0.0
    ) -> Delivery:
        """Send one body in the background; `other`: in other bytes."""
        delivery = Delivery(kind, self.encode(content, other=other))
        self.deliveries.append(delivery)
        self.sandbox.background(self._deliver(delivery, url, content, delay))
        return delivery

    def encode(self, content: Mapping[str, Any], *, other: bool = False) -> bytes:
        """Return a body's bytes, as the account's `escape` says; `other`: with another spelling of the same."""
        separators = (", ", ": ") if other else (",", ":")
        return json.dumps(content, ensure_ascii=self.sandbox.account.escape != other, separators=separators).encode()

    async def _deliver(self, delivery: Delivery, url: str, content: Mapping[str, Any], delay: float) -> None:
        clock, account = self.sandbox.clock, self.sandbox.account
        await clock.sleep(delay)
        for number in range(account.retries + 1):
            if number:
                await clock.sleep(account.retry_after * 2 ** (number - 1))
                delivery.body = self.encode(content, other=self.plan.reserialise)
            delivery.attempts += 1
            delivery.answered = await self._post(url, delivery.body)
            if delivery.answered == 200:
                return

    async def _post(self, url: str, body: bytes) -> int | None:
        headers = {"Content-Type": "application/json", "User-Agent": "facebookexternalua"}
        signature = self.signature(body)
        if signature is not None:
            headers["X-Hub-Signature-256"] = signature
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.post(url, data=body, headers=headers) as answer,
            ):
                await answer.read()
                return answer.status
        except (TimeoutError, aiohttp.ClientError, OSError):
            return None

    def signature(self, body: bytes) -> str | None:
        """Return the header that signs `body`, as the plan says."""
        digest = hmac.new(self.sandbox.account.app_secret.encode(), body, hashlib.sha256).hexdigest()
        match self.plan.signature:
            case "missing":
                return None
            case "wrong":
                return "sha256=" + digest[::-1]
            case "bare":
                return digest
        return f"sha256={digest}"

    # How it is subscribed to.

    async def subscribe(self, kind: str, url: str, verify_token: str, fields: tuple[str, ...]) -> None:
        """Take a subscription, once the address has given the challenge back. Raises `GraphError`."""
        await self.verify(url, verify_token)
        self.subscriptions[kind] = Subscription(url, verify_token, fields)

    async def verify(self, url: str, verify_token: str) -> None:
        """Ask an address for the challenge. Raises `GraphError` when it does not give it back."""
        challenge = str(1_158_201_444 + len(self.deliveries))
        query = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": verify_token}
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
        try:
            async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url, params=query) as answer:
                text = await answer.text()
                if answer.status == 200 and text == challenge:
                    return
                problem = f"HTTP Status Code = {answer.status}"
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            problem = type(error).__name__
        raise GraphError(2200, f"Callback verification failed with the following errors: {problem}")


def _entries(pieces: list[_Piece]) -> list[dict[str, Any]]:
    """The entries of one body: changes of one account and time go together."""
    entries: dict[tuple[str, int | None, bool], dict[str, Any]] = {}
    for one in pieces:
        is_messaging = "messaging" in one.change
        entry = entries.setdefault((one.entry, one.time, is_messaging), {"id": one.entry})
        if one.time is not None:
            entry["time"] = one.time
        if is_messaging:
            entry.setdefault("messaging", []).append(one.change["messaging"])
        else:
            entry.setdefault("changes", []).append(one.change)
    return list(entries.values())
