"""From the request to the message. Names that begin with `Camel` steer components, so they are never taken from outside."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qs

from starlette.requests import Request

from caravana.component.platform_http.spec import split
from caravana.kit.redaction import is_sensitive_header

FORM = "application/x-www-form-urlencoded"
_CONTROL = "camel"
_TEXT_TYPES = frozenset({"application/json", "application/xml", "application/javascript", FORM})


class TooLarge(Exception):
    """The body is larger than the route takes."""


class Malformed(Exception):
    """The body is not what its content type says."""


async def read_raw(request: Request, limit: int) -> bytes:
    """Return the body. Raises `TooLarge` as soon as more than `limit` bytes have come."""
    raw = bytearray()
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > limit:
            raise TooLarge
    return bytes(raw)


def media_type(content_type: str) -> str:
    """Return the type without its parameters, in small letters."""
    return content_type.partition(";")[0].strip().lower()


def takes(consumes: str | None, content_type: str) -> bool:
    """Whether a body of `content_type` fits the option `consumes`."""
    return consumes is None or media_type(content_type) in {media_type(one) for one in split(consumes)}


def is_text(media: str) -> bool:
    """Whether a body of this type is read as text."""
    return media.startswith("text/") or media in _TEXT_TYPES or media.endswith(("+json", "+xml"))


def read_body(raw: bytes, content_type: str, *, form: bool) -> Any:
    """Return the body: None when empty, a map for a form, text for text, JSON and XML, else the bytes.

    Raises `Malformed` when text is not in its charset.
    """
    if not raw:
        return None
    media = media_type(content_type)
    if not is_text(media):
        return raw
    try:
        text = raw.decode(_charset(content_type))
        return _form(text) if form and media == FORM else text
    except (UnicodeDecodeError, LookupError, ValueError) as error:
        raise Malformed("the body is not in its charset") from error


def _charset(content_type: str) -> str:
    for part in content_type.split(";")[1:]:
        name, _, value = part.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip('"')
    return "utf-8"


def _form(text: str) -> dict[str, Any]:
    fields = parse_qs(text, keep_blank_values=True, max_num_fields=1000)
    return {name: _single(values) for name, values in fields.items()}


def read_headers(request: Request, *, base: str = "") -> dict[str, Any]:
    """Return the message headers: query, path parameters and request headers as they are, Camel's own on top.

    Credentials stay outside. `base`: the part of the path that CamelHttpPath leaves out.
    """
    names = dict.fromkeys(name.lower() for name in request.headers)
    outside: dict[str, Any] = {
        **_several(request.query_params.multi_items()),
        **request.path_params,
        **_several((_shown(name), value) for name in names for value in request.headers.getlist(name)),
    }
    kept = {
        name: value
        for name, value in outside.items()
        if not name.lower().startswith(_CONTROL) and not is_sensitive_header(name)
    }
    path = request.url.path
    return kept | {
        "CamelHttpMethod": request.method,
        "CamelHttpPath": path.removeprefix(base) if base else path,
        "CamelHttpQuery": request.url.query,
        "CamelHttpUri": path,
        "CamelHttpRemoteAddress": request.client.host if request.client else None,
    }


def _several(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return {name: _single(values) for name, values in found.items()}


def _single(values: list[str]) -> Any:
    return values[0] if len(values) == 1 else values


def _shown(name: str) -> str:
    """`content-type` as people write it: Content-Type (headers of a message ignore case anyway)."""
    return "-".join(part.capitalize() for part in name.split("-"))
