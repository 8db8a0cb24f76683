"""Messages and replies as the journal holds them."""

from collections.abc import Mapping
from typing import Any

from caravana.engine.times import from_micros
from caravana.journal.model import Stored
from caravana.journal.packing import pack, unpack
from caravana.kit import codec
from caravana.kit.effect import Reply
from caravana.kit.exchange import Exchange, Headers
from caravana.kit.redaction import is_sensitive_header

_MESSAGE = ("body", "headers", "properties")
_REPLY = ("body", "headers", "reference")
"""What errors call the parts that cannot be stored."""


def encode_message(body: Any, headers: Mapping[str, Any], properties: Mapping[str, Any]) -> bytes:
    """Return a message as stored; credentials in headers are dropped. Raises `NotStorable`."""
    kept = {name: value for name, value in headers.items() if not is_sensitive_header(name)}
    return pack(codec.dumps([body, kept, dict(properties)], _MESSAGE))


def decode_message(stored: bytes) -> tuple[Any, dict[str, Any], dict[str, Any]]:
    """Return (body, headers, properties)."""
    body, headers, properties = codec.loads(unpack(stored))
    return body, headers, properties


def encode_reply(reply: Reply) -> bytes:
    """Return a reply as stored. Raises `NotStorable`."""
    return pack(codec.dumps([reply.body, dict(reply.headers), reply.reference], _REPLY))


def decode_reply(stored: bytes | None) -> Reply:
    """Return the reply recorded; an empty one when nothing was."""
    return Reply() if stored is None else Reply(*codec.loads(unpack(stored)))


def encode_answer(exchange: Exchange) -> bytes:
    """Return the final message of a request-reply as stored. Raises `NotStorable`."""
    return encode_message(exchange.body, exchange.headers, {})


def exchange_of(stored: Stored) -> Exchange:
    """Return a stored exchange as it entered its route."""
    body, headers, properties = decode_message(stored.message)
    exchange = Exchange(
        stored.id,
        body,
        Headers(headers),
        created=from_micros(stored.accepted_at),
        pattern=stored.pattern,
        route_id=stored.route,
        branch=stored.branch,
    )
    exchange.properties.update(properties)
    return exchange
