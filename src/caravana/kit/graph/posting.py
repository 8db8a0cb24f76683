"""The public side of a connection to Meta: the verification of the address, and bodies put on disk as they came.

A body is proved on its raw bytes, stored whole and answered at once; what is in it is a later step's work (`splitting`).
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from caravana.kit import json
from caravana.kit.graph.settings import GraphSettings
from caravana.kit.graph.updates import split
from caravana.kit.graph.webhook import SIGNATURE, challenge, is_signed
from caravana.kit.ports import Accepted, Arrival, Listener, Receiver
from caravana.kit.posted import PostedConsumer, Refusal
from caravana.kit.request import header

MOST_BYTES = 4 * 1024 * 1024
"""Meta sends up to 3 MB at once."""
SMALL = 64 * 1024
"""Characters of a body that is read at the door; a larger one is a batch of many people's."""
CONNECTION_HEADER = "MetaConnection"
"""Header of a stored body: the connection at whose address it came in."""
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Door:
    """Where one connection's webhooks come in: its `name` and settings, the path, and its only branch if it has one."""

    name: str
    path: str
    settings: GraphSettings
    branch: str | None = None


class GraphConsumer(PostedConsumer[Door]):
    """Listens at the path of every connection; a subclass names the `partner`."""

    def __init__(self, doors: Sequence[Door], most: int, listener: Listener, receiver: Receiver) -> None:
        """`most`: largest body taken, in bytes."""
        super().__init__({one.path: one for one in doors}, most, listener, receiver)

    async def start(self) -> None:
        """Begin to listen, for bodies and for the verification. Raises `ConfigurationError` when a path is taken."""
        await super().start()
        for path, door in self._places.items():
            self._listener.mount(path, ["GET"], partial(self._verify, door))

    async def stop(self) -> None:
        """Stop listening."""
        await super().stop()
        for path in self._places:
            self._listener.unmount(path, ["GET"])

    async def arrivals(self, place: Door, request: Request, raw: bytes) -> Sequence[Arrival]:
        """Return the body as one message. Raises `Refusal` (403; Meta tries again, so a mended secret heals it)."""
        if not is_signed(raw, header(request, SIGNATURE), place.settings.secrets):
            raise Refusal(403, "signature")
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            raise Refusal(400, "malformed") from None
        key = f"{place.name}:{hashlib.sha256(raw).hexdigest()}"
        lane = f"{place.name}:body:{who}" if (who := first_person(text)) else None
        return [Arrival(text, {CONNECTION_HEADER: place.name}, key=key, lane=lane, branch=place.branch)]

    def answer(self, taken: Sequence[Accepted]) -> Response:
        """Return what Meta reads once the body is on disk."""
        return JSONResponse({"accepted": True})

    async def _verify(self, door: Door, request: Request) -> Response:
        word = door.settings.verify_token
        query: Mapping[str, str] = request.query_params
        answer = challenge(query, None if word is None else word.get_secret_value())
        if answer is None:
            return self._refuse(request, Refusal(403, "token"))
        log.info(f"{self.partner}.verified", path=request.url.path)
        return PlainTextResponse(answer)


def first_person(text: str) -> str | None:
    """Return who the first update of a small body is from or about; bodies of one person are split in the order they came."""
    if len(text) > SMALL:
        return None
    try:
        return next((update.person for update in split(json.loads(text)) if update.person), None)
    except ValueError:
        return None
