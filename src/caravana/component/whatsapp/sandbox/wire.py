"""How the imitation reads calls in every spelling that clients use, and how it writes errors and lists."""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request

PAGE = 25
MOST = 100
STATUSES: Mapping[int, int] = {
    **dict.fromkeys((0, 190), 401),
    **dict.fromkeys((10, 368, 131005, 131031), 403),
    132001: 404,
    **dict.fromkeys((3, 131000, 131016, 131045, 131057, 133000), 500),
    **dict.fromkeys((2, 133004), 503),
}
"""Codes whose HTTP status is not 400."""


class GraphError(Exception):
    """The caller is told no, in Meta's form."""

    def __init__(
        self, code: int, message: str, details: Any = None, *, status: int | None = None, subcode: int | None = None
    ) -> None:
        """`details`: text of `error_data`; `status`: HTTP status, by default the code's."""
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = details
        self.status = status or STATUSES.get(code, 403 if 200 <= code < 300 else 400)
        self.subcode = subcode

    def answer(self, *, plain_data: bool = False) -> dict[str, Any]:
        """Return the JSON body; `plain_data`: `error_data` is a text, as it sometimes is."""
        error: dict[str, Any] = {
            "message": f"(#{self.code}) {self.message}",
            "type": "OAuthException",
            "code": self.code,
        }
        if plain_data:
            error["error_data"] = str(self.details or self.message)
        elif self.details is not None:
            error["error_data"] = {"messaging_product": "whatsapp", "details": self.details}
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        return {"error": {**error, "fbtrace_id": trace()}}

    def told(self) -> dict[str, Any]:
        """Return it as a webhook tells it."""
        return {
            "code": self.code,
            "title": self.message,
            "message": self.message,
            "error_data": {"details": self.details or self.message},
            "href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
        }


def invalid(details: str) -> GraphError:
    """Return the error for a parameter that is unknown or malformed."""
    return GraphError(100, "Invalid parameter", details)


def missing(name: str) -> GraphError:
    """Return the error for a parameter that is needed."""
    return GraphError(131008, "Required parameter is missing", f"Parameter '{name}' is mandatory")


def unfit(details: str) -> GraphError:
    """Return the error for a value that is too long, or too many."""
    return GraphError(131009, "Parameter value is not valid", details)


def unknown(name: str) -> GraphError:
    """Return the error for an object that there is not, or that the token may not see."""
    text = f"Unsupported request. Object with ID '{name}' does not exist, cannot be loaded due to missing permissions"
    return GraphError(100, text, subcode=33)


def trace() -> str:
    """Return a trace id."""
    return "A" + secrets.token_urlsafe(12)


@dataclass
class File:
    """A file that came along."""

    name: str
    mime_type: str
    content: bytes


@dataclass
class Asked:
    """One call: `kind` is what the node is (`number`, `page`, `post`), `values` all parameters, from wherever they came."""

    method: str
    kind: str
    node: str
    edge: str
    values: dict[str, Any] = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)
    base: str = ""
    version: str = "v26.0"

    @property
    def operation(self) -> str:
        """The name under which faults and counters know it: `number.messages.post`."""
        return f"{self.kind}.{self.edge or 'node'}.{self.method.lower()}"

    def text(self, name: str, default: str = "") -> str:
        """Return a parameter as text. Raises `GraphError` for an object or a list."""
        value = self.values.get(name)
        if value is None:
            return default
        if isinstance(value, dict | list):
            raise invalid(f"Param {name} must be a string")
        return value if isinstance(value, str) else json.dumps(value)

    def needed(self, name: str) -> str:
        """Return a parameter as text. Raises `GraphError` when it is not there."""
        text = self.text(name)
        if not text:
            raise invalid(f"The parameter {name} is required")
        return text

    def object(self, name: str) -> Any:
        """Return a parameter that is JSON, whether it came as a text or as itself. Raises `GraphError`."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise invalid(f"Param {name} is no JSON") from None

    def flag(self, name: str, *, default: bool) -> bool:
        """Return a parameter that is true or false."""
        value = self.values.get(name)
        if value is None:
            return default
        return value is True or str(value).lower() in {"true", "1"}


async def read(request: Request, raw: bytes) -> tuple[dict[str, Any], dict[str, File]]:
    """Return parameters and files of a call: query, JSON, form and multipart alike. Raises `GraphError`."""
    values: dict[str, Any] = dict(request.query_params)
    files: dict[str, File] = {}
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json" and raw:
        values |= _json(raw)
    elif kind in ("application/x-www-form-urlencoded", "multipart/form-data"):
        async with request.form(max_part_size=1 << 27) as form:
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    content = await value.read()
                    files[name] = File(value.filename or name, value.content_type or "", content)
                else:
                    values[name] = value
    return _gathered(values), files


def _json(raw: bytes) -> dict[str, Any]:
    try:
        content = json.loads(raw)
    except (ValueError, RecursionError):
        raise invalid("The body is no JSON") from None
    if not isinstance(content, dict):
        raise invalid("The body must be an object")
    return content


def _gathered(values: dict[str, Any]) -> dict[str, Any]:
    """`attached_media[0]=…` and so on, as one list."""
    gathered: dict[str, Any] = {}
    lists: dict[str, list[tuple[int, Any]]] = {}
    for name, value in values.items():
        stem, bracket, rest = name.partition("[")
        number = rest.removesuffix("]")
        if bracket and number.isdigit():
            lists.setdefault(stem, []).append((int(number), _loose(value)))
        else:
            gathered[name] = value
    return gathered | {name: [one for _, one in sorted(members)] for name, members in lists.items()}


def _loose(value: Any) -> Any:
    try:
        return json.loads(value)
    except (ValueError, TypeError):
        return value


def listed(asked: Asked, members: Sequence[Mapping[str, Any]], path: str) -> dict[str, Any]:
    """Return a page of a list, with cursors, and with an absolute `next` while there is more."""
    try:
        limit = min(int(asked.text("limit") or PAGE), MOST)
        start = _position(asked.text("after"))
    except ValueError:
        raise invalid("limit and after must be numbers that a list gave") from None
    page = list(members[start : start + limit])
    fields = [one for one in asked.text("fields").split(",") if one]
    shown = [
        {name: one[name] for name in dict.fromkeys(("id", *fields)) if name in one} if fields else dict(one)
        for one in page
    ]
    if not page:
        return {"data": [], "paging": {}}
    after = _cursor(start + len(page))
    paging: dict[str, Any] = {"cursors": {"before": _cursor(start), "after": after}}
    if start + len(page) < len(members):
        paging["next"] = f"{asked.base}/{asked.version}/{path}?limit={limit}&after={after}"
    return {"data": shown, "paging": paging}


def _cursor(position: int) -> str:
    return f"QVFI{position:x}ZD"


def _position(cursor: str) -> int:
    return int(cursor.removeprefix("QVFI").removesuffix("ZD"), 16) if cursor else 0
