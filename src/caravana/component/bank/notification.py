"""`from bank:notification`: what a bank posts is checked on its raw bytes, put on disk by transaction, and answered."""

import base64
import hashlib
import hmac
from collections import Counter
from collections.abc import Mapping, Sequence

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from caravana.component.bank.desk import Desk
from caravana.component.bank.errors import StatementRefused
from caravana.component.bank.notice import Notice, NoticeProfile
from caravana.kit import json
from caravana.kit.clock import Clock
from caravana.kit.component import Consumer
from caravana.kit.ports import Arrival, Listener, Receiver, Unavailable
from caravana.kit.request import BodyTooLarge, header, read_body
from caravana.kit.signature import equal

log = structlog.get_logger(__name__)
MOST_BYTES = 1024 * 1024


class Refusal(Exception):
    """The request is turned away with `status`; `word` is counted, `reason` tells the sender's developer."""

    def __init__(self, status: int, word: str, reason: str = "") -> None:
        """`word`: one word."""
        super().__init__(word)
        self.status = status
        self.word = word
        self.reason = reason


class NotificationConsumer(Consumer):
    """Listens at one path, for one bank."""

    def __init__(
        self,
        profile: NoticeProfile,
        path: str,
        secrets: tuple[str, ...],
        desk: Desk,
        refusals: Counter[str],
        listener: Listener,
        receiver: Receiver,
        clock: Clock,
    ) -> None:
        """`secrets`: new and old; `refusals`: counts `profile:word`."""
        self._profile = profile
        self._path = path
        self._secrets = secrets
        self._desk = desk
        self._refusals = refusals
        self._listener = listener
        self._receiver = receiver
        self._clock = clock

    async def start(self) -> None:
        """Begin to listen. Raises `ConfigurationError` when the path is taken."""
        self._listener.mount(self._path, ["POST"], self._handle)

    async def stop(self) -> None:
        """Stop listening."""
        self._listener.unmount(self._path, ["POST"])

    async def _handle(self, request: Request) -> Response:
        try:
            raw = await self._read(request)
            self._check(request, raw)
            taken = await self._receiver.accept(await self._arrivals(raw))
        except Refusal as error:
            return self._refuse(error)
        except Unavailable as error:
            refused = self._refuse(Refusal(503, "unavailable"))
            refused.headers["Retry-After"] = str(max(1, round(error.retry_after)))
            return refused
        duplicates = sum(one.duplicate for one in taken)
        return JSONResponse({"accepted": len(taken) - duplicates, "duplicates": duplicates})

    async def _read(self, request: Request) -> bytes:
        try:
            return await read_body(request, MOST_BYTES)
        except BodyTooLarge:
            raise Refusal(413, "too_large") from None

    def _check(self, request: Request, raw: bytes) -> None:
        """Let in only who knows a secret. Raises `Refusal`."""
        given = header(request, self._profile.header)
        if self._profile.auth == "token":
            bare = given.removeprefix("Bearer ")
            if not _one_of(bare, self._secrets):
                raise Refusal(401, "token")
            return
        signed = self._signed(request, raw)
        bare = given.removeprefix(f"{self._profile.algorithm}=")
        if not _one_of(bare, [self._signature(secret, signed) for secret in self._secrets]):
            raise Refusal(401, "signature")

    def _signed(self, request: Request, raw: bytes) -> bytes:
        """The bytes that the signature covers; with a timestamp, only a fresh one."""
        if self._profile.timestamp_header is None:
            return raw
        stamp = header(request, self._profile.timestamp_header)
        if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
            raise Refusal(401, "timestamp")
        if abs(self._clock.now().timestamp() - int(stamp)) > self._profile.tolerance.total_seconds():
            raise Refusal(401, "timestamp")
        return stamp.encode() + b"." + raw

    def _signature(self, secret: str, signed: bytes) -> str:
        digest = hmac.new(secret.encode(), signed, getattr(hashlib, self._profile.algorithm)).digest()
        return digest.hex() if self._profile.encoding == "hex" else base64.b64encode(digest).decode()

    async def _arrivals(self, raw: bytes) -> list[Arrival]:
        """One message for each transaction. What the bank proved and cannot be read is kept for a person."""
        try:
            notice = Notice.read(self._profile, raw)
            notice.statements()
            parts = notice.parts()
        except StatementRefused as error:
            await self._desk.kept_unread(f"{self._profile.name} notification", raw, self._profile.name)
            raise Refusal(400, "unfit", str(error)) from None
        return [self._arrival(identity, part) for identity, part in parts]

    def _arrival(self, identity: str, part: Notice) -> Arrival:
        [item] = part.items
        body = {"name": f"{self._profile.name} {identity}", "profile": self._profile.name, "notification": _text(item)}
        [statement] = part.statements()
        key = f"{identity}:{statement.entries[0].status}"  # announced and then booked is two messages
        branch = self._desk.branch_of(statement.account)
        return Arrival(body, key=key, lane="bank", branch=branch, business_keys=(("bank", identity),))

    def _refuse(self, refusal: Refusal) -> Response:
        counted = f"{self._profile.name}:{refusal.word}"
        self._refusals[counted] += 1
        log.warning("bank.refused", profile=self._profile.name, reason=refusal.word, times=self._refusals[counted])
        content = {"error": refusal.word} | ({"reason": refusal.reason} if refusal.reason else {})
        return JSONResponse(content, refusal.status)


def _one_of(given: str, expected: Sequence[str]) -> bool:
    """Whether `given` is one of `expected`; all are compared, so that the time tells nothing."""
    fits = [equal(given, one) for one in expected]
    return any(fits)


def _text(item: Mapping[str, object]) -> str:
    """One transaction as JSON, the same for the same content: a repetition is a duplicate and no conflict."""
    return json.dumps(dict(sorted(item.items())))
