"""`from bank:notification`: what a bank posts is checked on its raw bytes, put on disk by transaction, and answered."""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from caravana.component.bank.desk import Desk
from caravana.component.bank.errors import StatementRefused
from caravana.component.bank.notice import Notice, NoticeProfile
from caravana.kit import json
from caravana.kit.clock import Clock
from caravana.kit.ports import Accepted, Arrival, Listener, Receiver
from caravana.kit.posted import PostedConsumer, Refusal, one_of
from caravana.kit.request import header

MOST_BYTES = 1024 * 1024


class NotificationConsumer(PostedConsumer[NoticeProfile]):
    """Listens at one path, for one bank."""

    partner = "bank"

    def __init__(
        self,
        profile: NoticeProfile,
        path: str,
        secrets: tuple[str, ...],
        desk: Desk,
        listener: Listener,
        receiver: Receiver,
        clock: Clock,
    ) -> None:
        """`secrets`: new and old."""
        super().__init__({path: profile}, MOST_BYTES, listener, receiver)
        self._profile = profile
        self._secrets = secrets
        self._desk = desk
        self._clock = clock

    async def arrivals(self, place: NoticeProfile, request: Request, raw: bytes) -> Sequence[Arrival]:
        """Return one message for each transaction. Raises `Refusal`; what the bank proved and cannot be read is kept."""
        self._check(request, raw)
        try:
            notice = Notice.read(place, raw)
            notice.statements()
            parts = notice.parts()
        except StatementRefused as error:
            await self._desk.kept_unread(f"{place.name} notification", raw, place.name)
            raise Refusal(400, "unfit", str(error)) from None
        return [self._arrival(identity, part) for identity, part in parts]

    def answer(self, taken: Sequence[Accepted]) -> Response:
        """Return how many are on disk, and how many were before."""
        duplicates = sum(one.duplicate for one in taken)
        return JSONResponse({"accepted": len(taken) - duplicates, "duplicates": duplicates})

    def _check(self, request: Request, raw: bytes) -> None:
        """Let in only who knows a secret. Raises `Refusal`."""
        given = header(request, self._profile.header)
        if self._profile.auth == "token":
            bare = given.removeprefix("Bearer ")
            if not one_of(bare, self._secrets):
                raise Refusal(401, "token")
            return
        signed = self._signed(request, raw)
        bare = given.removeprefix(f"{self._profile.algorithm}=")
        if not one_of(bare, [self._signature(secret, signed) for secret in self._secrets]):
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

    def _arrival(self, identity: str, part: Notice) -> Arrival:
        [item] = part.items
        body = {"name": f"{self._profile.name} {identity}", "profile": self._profile.name, "notification": _text(item)}
        [statement] = part.statements()
        key = f"{identity}:{statement.entries[0].status}"  # announced and then booked is two messages
        branch = self._desk.branch_of(statement.account)
        return Arrival(body, key=key, lane="bank", branch=branch, business_keys=(("bank", identity),))


def _text(item: Mapping[str, object]) -> str:
    """One transaction as JSON, the same for the same content: a repetition is a duplicate and no conflict."""
    return json.dumps(dict(sorted(item.items())))
