"""What a partner posts to the public port: read up to a limit, judged, put on disk, and only then answered."""

from abc import abstractmethod
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, ClassVar, Generic, TypeVar

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from caravana.kit.component import Consumer
from caravana.kit.errors import ExpressionError, NotStorable
from caravana.kit.ports import Accepted, Arrival, Listener, Receiver, Unavailable
from caravana.kit.request import BodyTooLarge, read_body
from caravana.kit.signature import equal

log = structlog.get_logger(__name__)
P = TypeVar("P")


class Refusal(Exception):
    """The request is turned away with `status`; `word` is counted, `reason` tells the sender's developer."""

    def __init__(self, status: int, word: str, reason: str = "") -> None:
        """`word`: one word; `signature` and `token` say that the sender has another secret."""
        super().__init__(word)
        self.status = status
        self.word = word
        self.reason = reason


class PostedConsumer(Consumer, Generic[P]):
    """Listens at each path of `places`; `P` is who posts there. A subclass says what is taken."""

    partner: ClassVar[str]
    """Scheme of the component, for the log."""

    def __init__(self, places: Mapping[str, P], most: int, listener: Listener, receiver: Receiver) -> None:
        """`places`: who posts, by path; `most`: largest body taken, in bytes."""
        self._places = places
        self._most = most
        self._listener = listener
        self._receiver = receiver
        self._refusals: Counter[str] = Counter()

    @property
    def refusals(self) -> Mapping[str, int]:
        """What was turned away, by reason."""
        return self._refusals

    async def start(self) -> None:
        """Begin to listen. Raises `ConfigurationError` when a path is taken."""
        for path, place in self._places.items():
            self._listener.mount(path, ["POST"], partial(self._handle, place))

    async def stop(self) -> None:
        """Stop listening."""
        for path in self._places:
            self._listener.unmount(path, ["POST"])

    @abstractmethod
    async def arrivals(self, place: P, request: Request, raw: bytes) -> Sequence[Arrival]:
        """Return the messages that the request brings, its sender proven. Raises `Refusal`."""

    def answer(self, taken: Sequence[Accepted]) -> Response:
        """Return what the sender reads once all is on disk."""
        return JSONResponse({"accepted": True})

    def shown(self, request: Request) -> str:
        """Return the path for the log; who has a secret in it leaves that out."""
        return request.url.path

    async def _handle(self, place: P, request: Request) -> Response:
        try:
            return self.answer(await self._take(place, request))
        except Refusal as refusal:
            return self._refuse(request, refusal)
        except Unavailable as error:
            headers = {"Retry-After": str(max(1, round(error.retry_after)))}
            return self._refuse(request, Refusal(503, "unavailable"), headers)

    async def _take(self, place: P, request: Request) -> Sequence[Accepted]:
        """A body that the address's lane or key cannot be read from is the sender's mistake. Raises `Refusal`, `Unavailable`."""
        try:
            raw = await read_body(request, self._most)
            return await self._receiver.accept(await self.arrivals(place, request, raw))
        except BodyTooLarge:
            raise Refusal(413, "too_large") from None
        except (NotStorable, ExpressionError):
            raise Refusal(400, "unfit") from None

    def _refuse(self, request: Request, refusal: Refusal, headers: dict[str, str] | None = None) -> Response:
        self._refusals[refusal.word] += 1
        told: dict[str, Any] = {
            "path": self.shown(request),
            "reason": refusal.word,
            "times": self._refusals[refusal.word],
        }
        log.warning(f"{self.partner}.refused", **told)
        content = {"error": refusal.word} | ({"reason": refusal.reason} if refusal.reason else {})
        return JSONResponse(content, refusal.status, headers)


def one_of(given: str, secrets: Sequence[str]) -> bool:
    """Whether `given` is one of `secrets`; all are compared, so that the time tells nothing."""
    fits = [equal(given, one) for one in secrets]
    return any(fits)


__all__ = ["PostedConsumer", "Refusal", "one_of"]
