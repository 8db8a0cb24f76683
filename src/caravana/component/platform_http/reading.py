"""From the request to the message. Names that begin with `Camel` steer components, so they are never taken from outside."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs

from starlette.requests import Request

from caravana.component.platform_http.spec import split
from caravana.kit.request import may_enter, message_headers

FORM = "application/x-www-form-urlencoded"
_TEXT_TYPES = frozenset({"application/json", "application/xml", "application/javascript", FORM})


class Malformed(Exception):
    """The body is not what its content type says."""


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
    media, charset = _form_of(content_type)
    if charset is None:
        return raw
    try:
        text = raw.decode(charset)
        return _form(text) if form and media == FORM else text
    except (UnicodeDecodeError, LookupError, ValueError) as error:
        raise Malformed("the body is not in its charset") from error


@lru_cache(64)
def _form_of(content_type: str) -> tuple[str, str | None]:
    """Return the media type and, of text, the charset."""
    media = media_type(content_type)
    return media, _charset(content_type) if is_text(media) else None


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
    scope = request.scope
    query: bytes = scope["query_string"]
    headers = message_headers(request)
    if query or scope.get("path_params"):
        asked = {**_several(request.query_params.multi_items()), **request.path_params}
        headers = {name: value for name, value in asked.items() if may_enter(name)} | headers
    path = _escaped(scope["path"])
    headers["CamelHttpMethod"] = scope["method"]
    headers["CamelHttpPath"] = path.removeprefix(base) if base else path
    headers["CamelHttpQuery"] = query.decode("utf-8", "replace")
    headers["CamelHttpUri"] = path
    headers["CamelHttpRemoteAddress"] = scope["client"][0] if scope.get("client") else None
    return headers


def _escaped(path: str) -> str:
    """The decoded path with the signs that would end it written as they came."""
    return path.replace("?", "%3F").replace("#", "%23").replace("\\", "%5C")


def _several(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return {name: _single(values) for name, values in found.items()}


def _single(values: list[str]) -> Any:
    return values[0] if len(values) == 1 else values
