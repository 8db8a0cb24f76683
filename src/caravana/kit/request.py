"""What consumers read of a request at the public port: body and headers, straight from the server's own form of them."""

from functools import lru_cache
from typing import Any

from starlette.requests import ClientDisconnect, Request

from caravana.kit.redaction import is_sensitive_header

CONTROL = "camel"
"""Names that begin so steer components: nobody outside sets them."""


class BodyTooLarge(Exception):
    """The body is larger than its reader takes."""


async def read_body(request: Request, limit: int) -> bytes:
    """Return the body. Raises `BodyTooLarge` as soon as more than `limit` bytes have come, `ClientDisconnect` when cut."""
    receive = request.receive
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > limit:
            raise BodyTooLarge
        more = message.get("more_body", False)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def header(request: Request, name: str) -> str:
    """Return the first header called `name`, in whatever case; empty when there is none."""
    wanted = name.lower().encode("latin-1", "replace")
    for known, value in request.scope["headers"]:
        if known == wanted:
            return str(value.decode("latin-1"))
    return ""


def message_headers(request: Request) -> dict[str, Any]:
    """Return the headers as a message has them: usual spelling, a list for several of one name, no credentials."""
    taken: dict[str, Any] = {}
    for raw, value in request.scope["headers"]:
        name = _spelling(raw)
        if name is None:
            continue
        text = value.decode("latin-1")
        if name not in taken:
            taken[name] = text
        elif isinstance(taken[name], list):
            taken[name].append(text)
        else:
            taken[name] = [taken[name], text]
    return taken


def may_enter(name: str) -> bool:
    """Whether somebody outside may set the header `name`: it steers nothing and carries no credential."""
    return not name.lower().startswith(CONTROL) and not is_sensitive_header(name)


@lru_cache(256)
def _spelling(raw: bytes) -> str | None:
    """`content-type` as people write it: Content-Type (headers of a message ignore case anyway)."""
    name = raw.decode("latin-1")
    return "-".join(part.capitalize() for part in name.split("-")) if may_enter(name) else None
