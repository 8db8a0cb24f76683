"""`datil:notification`: what Dátil posts: unsigned, and with the account's API key in it; a hint of which little is kept.

Who may post is told by the address alone, whose last part is a secret. The body is read for names, and forgotten.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from caravana.component.datil.spec import PROVIDER, DatilOptions, DatilSettings
from caravana.kit import json
from caravana.kit.einvoicing import as_text
from caravana.kit.ports import Arrival, Context, Receiver
from caravana.kit.posted import PostedConsumer, Refusal, one_of

_LONGEST = 255


@dataclass(frozen=True)
class Account:
    """An account: its connection's `name`, the path at which it is notified, and its settings."""

    name: str
    path: str
    settings: DatilSettings


class NotificationConsumer(PostedConsumer[Account]):
    """Listens at `/datil/<connection>/<secret>` of every account."""

    partner = PROVIDER

    def __init__(
        self, accounts: Sequence[Account], options: DatilOptions, context: Context, receiver: Receiver
    ) -> None:
        """`accounts`: whose notifications are taken."""
        super().__init__({one.path: one for one in accounts}, options.max_body, context.listener, receiver)

    def shown(self, request: Request) -> str:
        """Return the path for the log, without the secret."""
        return request.url.path.rpartition("/")[0]

    async def arrivals(self, place: Account, request: Request, raw: bytes) -> Sequence[Arrival]:
        """Return the hint. Raises `Refusal`."""
        if not one_of(request.path_params["secret"], place.settings.webhook_secrets):
            raise Refusal(401, "token")
        try:
            content = json.loads(raw)
            return [_arrival(place.name, content)]
        except (ValueError, TypeError):
            raise Refusal(400, "malformed") from None


def _arrival(connection: str, content: Any) -> Arrival:
    """The message for the route: names and no more. Raises `ValueError` when the document is not named."""
    if not isinstance(content, dict):
        raise ValueError("no object")
    identity, clave = _word(content.get("id")), _word(content.get("clave_acceso"))
    if identity is None and clave is None:
        raise ValueError("neither id nor clave_acceso")
    status = _status(content)
    about = clave or identity
    body = {
        "provider": PROVIDER,
        "connection": connection,
        "access_key": clave,
        "request_id": identity,
        "event": _event(connection, identity, clave, content),
        "status": status,
    }
    keys = (("invoice", clave),) if clave is not None else ()
    return Arrival(body, key=body["event"], lane=f"{PROVIDER}:{about}", business_keys=keys)


def _status(content: Mapping[str, Any]) -> str | None:
    """The body names neither event nor state: the part that is there tells (its documentation, section Webhooks)."""
    for part, name in (("autorizacion", "estado"), ("envio_sri", "estado"), ("firma", "result")):
        inner = content.get(part)
        word = _word(inner.get(name)) if isinstance(inner, dict) else None
        if word is not None:
            return word
    return _word(content.get("estado"))


def _event(connection: str, identity: str | None, clave: str | None, content: Mapping[str, Any]) -> str:
    """The same for a repeat, another for another change: Dátil gives its events no name."""
    parts = {name: content.get(name) for name in ("estado", "autorizacion", "envio_sri", "firma")}
    told = json.dumps([connection, identity, clave, parts])
    return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()


def _word(value: Any) -> str | None:
    found = as_text(value)
    if found is None:
        return None
    if len(found) > _LONGEST:
        raise ValueError("no short text")
    found.encode()  # half a surrogate pair cannot be stored
    return found
