"""Why a request is not carried out: as an error that routes hand to their clauses, and as the answer that the caller reads."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from caravana.kit.errors import NeedsPerson, Refused, Transient

Field = dict[str, str]
"""`field`: where it stands, e.g. `lines[0].code`; `message`: what is wrong with it."""

AWAY = "Odoo cannot be used at present; nothing was done, try again"
PERSON = "Odoo does not let the hub do this; the hub's operator has to act"
BROKEN = "something went wrong here; it was written down"


_NUMBER = "must be a number"
_DAY = "must be a day, like 2026-12-31"
_WORDS = {
    "missing": "is missing",
    "string_type": "must be text",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "list_type": "must be a list",
    "too_short": "must not be empty",
    "model_type": "must be an object",
    **dict.fromkeys(("decimal_type", "decimal_parsing", "finite_number", "int_type", "int_parsing"), _NUMBER),
    **dict.fromkeys(("date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"), _DAY),
}
"""What is wrong by pydantic's kind of error, where its own words would speak of Python."""


def refuse(code: str, message: str, *, status: int = 422, fields: Iterable[Field] = (), review: str = "") -> Refused:
    """Return the error for a request that cannot be carried out; `review`: key of the item that a person settles."""
    more = {"review": review} if review else {}
    return Refused(message, status=status, code=code, body={"fields": list(fields), **more})


def refuse_fields(fields: Iterable[Field]) -> Refused:
    """Return the error for a body with wrong fields; the message names them all."""
    listed = list(fields)
    return refuse("invalid", "; ".join(f"{one['field']}: {one['message']}" for one in listed), fields=listed)


def fields_of(error: ValidationError) -> list[Field]:
    """Return what a model found wrong, each with its place in the body."""
    return [
        {"field": _place(one["loc"]), "message": _WORDS.get(one["type"], one["msg"].removeprefix("Value error, "))}
        for one in error.errors()
    ]


def _place(location: Iterable[int | str]) -> str:
    text = ""
    for part in location:
        if isinstance(part, int):
            text += f"[{part}]"
        elif part.isidentifier() and part not in ("function-after", "decimal", "str"):
            text += f".{part}" if text else part
    return text or "body"


def status_of(error: BaseException | None) -> int:
    """Return the HTTP status that tells of `error`."""
    if isinstance(error, Transient | NeedsPerson):
        return 503
    if isinstance(error, Refused):
        return error.status if _is_ours(error) and error.status else 422
    return 500


def answer_of(error: BaseException | None) -> dict[str, Any]:
    """Return the body that tells of `error`; what Odoo says is passed on, what is broken inside is not."""
    if isinstance(error, Transient):
        return {"error": AWAY, "code": "unavailable"}
    if isinstance(error, NeedsPerson):
        return {"error": PERSON, "code": "needs_person"}
    if isinstance(error, Refused):
        return _told(error)
    return {"error": BROKEN, "code": "broken"}


def _told(error: Refused) -> dict[str, Any]:
    if _is_ours(error):
        return {"error": str(error), "code": error.code, **{name: one for name, one in error.body.items() if one}}
    said = error.body if isinstance(error.body, Mapping) else {}
    messages = said.get("messages") or [said.get("message") or str(error)]
    return {"error": "Odoo: " + " ".join(str(one).strip() for one in messages)[:500], "code": "odoo"}


def _is_ours(error: Refused) -> bool:
    return isinstance(error.body, Mapping) and "fields" in error.body
