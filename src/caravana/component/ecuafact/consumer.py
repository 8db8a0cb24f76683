"""`ecuafact:notification`: what Ecuafact posts, signed. It is a hint all the same: the route asks how the document stands."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from starlette.requests import Request

from caravana.component.ecuafact import reading, signing
from caravana.component.ecuafact.signing import WrongSignature
from caravana.component.ecuafact.spec import PROVIDER, EcuafactOptions, EcuafactSettings
from caravana.kit import json
from caravana.kit.einvoicing import as_text
from caravana.kit.ports import Arrival, Context, Receiver
from caravana.kit.posted import PostedConsumer, Refusal
from caravana.kit.request import header

log = structlog.get_logger(__name__)

_LONGEST = 255


@dataclass(frozen=True)
class Account:
    """An account: its connection's `name`, the path at which it is notified, and its settings."""

    name: str
    path: str
    settings: EcuafactSettings


class NotificationConsumer(PostedConsumer[Account]):
    """Listens at `/ecuafact/<connection>` of every account."""

    partner = PROVIDER

    def __init__(
        self, accounts: Sequence[Account], options: EcuafactOptions, context: Context, receiver: Receiver
    ) -> None:
        """`accounts`: whose notifications are taken."""
        super().__init__({one.path: one for one in accounts}, options.max_body, context.listener, receiver)
        self._clock = context.clock

    async def arrivals(self, place: Account, request: Request, raw: bytes) -> Sequence[Arrival]:
        """Return the hint; nothing for a test delivery (`probe`), which is answered and told in the log. Raises `Refusal`."""
        settings = place.settings
        try:
            now = self._clock.now()
            signing.prove(lambda name: header(request, name), raw, settings.secrets, now, settings.tolerance)
        except WrongSignature as error:
            raise Refusal(401, error.word) from None
        try:
            content = json.loads(raw)
            if not isinstance(content, dict):
                raise ValueError("no object")
            if content.get("probe") is True:
                log.info("ecuafact.probe", connection=place.name)
                return []
            return [_arrival(place.name, content)]
        except ValueError:
            raise Refusal(400, "malformed") from None


def _arrival(connection: str, content: dict[str, Any]) -> Arrival:
    """The message for the route: names and words. Raises `ValueError` when nothing is named."""
    kind = _word(content.get("eventType"))
    operation, clave = reading.identity(content.get("idOperacion")), _word(content.get("claveAcceso"))
    if kind is None or (operation is None and clave is None):
        raise ValueError("an event names its kind, and an operation or a clave")
    body = {
        "provider": PROVIDER,
        "connection": connection,
        "access_key": clave,
        "request_id": operation,
        "event": _event(connection, content),
        "kind": kind,
        "status": _word(content.get("estado")) or kind,
    }
    keys = (("invoice", clave),) if clave is not None else ()
    return Arrival(body, key=body["event"], lane=f"{PROVIDER}:{clave or operation}", business_keys=keys)


def _event(connection: str, content: dict[str, Any]) -> str:
    """The same for every delivery of one event, whichever signature it carries."""
    names = ("eventType", "resourceId", "occurredAtUtc", "idOperacion", "claveAcceso", "estado")
    told = json.dumps([connection, *(_word(content.get(name)) for name in names)])
    return hashlib.sha256(told.encode()).hexdigest()


def _word(value: Any) -> str | None:
    found = as_text(value)
    if found is None:
        return None
    if len(found) > _LONGEST:
        raise ValueError("no short text")
    found.encode()  # half a surrogate pair cannot be stored
    return found
