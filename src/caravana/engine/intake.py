"""What the engine reads of a route's beginning before the component sees its address: lane, keys, branch, how to answer."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from caravana.kit.effect import Kind
from caravana.kit.errors import ConfigurationError
from caravana.kit.options import parse_duration
from caravana.kit.uri import Uri
from caravana.language import Expression

GENERIC_OPTIONS = {
    "lane": "Simple text: one exchange at a time for each value.",
    "strict": "A doubt holds the lane (money).",
    "key": "Simple text: deduplication key, unique in the source.",
    "keys": "Business keys, `kind:simple` pairs separated by semicolons; the kind `about` is read by a person who must decide.",
    "branch": "Simple text: the branch that the message belongs to, or a record of Odoo whose company, warehouse and journal "
    "tell it; empty: what the consumer tells by itself.",
    "bulk": "Bulk work: limits of its own, so that it never delays live work.",
    "reply": "`result` (default) waits for the route's answer, `accepted` answers when the message is on disk.",
    "replyTimeout": "How long a caller waits before a 202 with a status address.",
    "repeatable": "Why a caller who repeats his request does no harm, in words; `check` then asks for no `key`.",
    "goLive": "Records older than this moment are not taken.",
}
"""Options that every consumer has; the engine reads them before the component sees the address."""


@dataclass(frozen=True)
class Intake:
    """The generic options of a consumer, compiled."""

    lane: Expression | None = None
    strict: bool = False
    key: Expression | None = None
    keys: tuple[tuple[str, Expression], ...] = ()
    branch: Expression | None = None
    bulk: bool = False
    reply_accepted: bool = False
    reply_timeout: timedelta = timedelta(seconds=30)
    repeatable: str | None = None
    go_live: datetime | None = None


Simple = Callable[[str], Expression]


def read_generic(name: str, text: str, simple: Simple) -> Mapping[str, Any]:
    """Return the field of `Intake` that the generic option `name` sets, with its value. Raises `ConfigurationError`.

    `simple` compiles a Simple text.
    """
    match name:
        case "lane" | "key" | "branch":
            return {name: _pure(text, simple)}
        case "keys":
            return {name: tuple(_business_key(part, simple) for part in split_keys(text))}
        case "strict" | "bulk":
            return {name: _one_of(name, text, "true", "false") == "true"}
        case "reply":
            return {"reply_accepted": _one_of(name, text, "result", "accepted") == "accepted"}
        case "replyTimeout":
            return {"reply_timeout": _duration(text)}
        case "repeatable":
            return {name: _reason(text)}
        case _:
            return {"go_live": _moment(text)}


def _pure(text: str, simple: Simple) -> Expression:
    expression = simple(text)
    if expression.kind is not Kind.PURE:
        raise ConfigurationError(f"`{text}` must depend on the message alone")
    return expression


def _business_key(part: str, simple: Simple) -> tuple[str, Expression]:
    kind, colon, text = part.partition(":")
    if not colon:
        raise ConfigurationError(f"`{part}` is no business key", suggestion="write kind:${…}")
    return kind.strip(), _pure(text.strip(), simple)


def _one_of(name: str, text: str, *allowed: str) -> str:
    if text not in allowed:
        raise ConfigurationError(f"`{name}` must be one of {', '.join(allowed)}")
    return text


def _duration(text: str) -> timedelta:
    try:
        return parse_duration(text)
    except ValueError as error:
        raise ConfigurationError(f"`replyTimeout`: {error}") from None


def _reason(text: str) -> str:
    """A reason is words: who only switches a warning off has not thought about it."""
    if " " not in text.strip():
        raise ConfigurationError("`repeatable` is no switch", suggestion="say in words why it does no harm")
    return text


def _moment(text: str) -> datetime:
    with suppress(ValueError):
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return moment
    raise ConfigurationError(f"`goLive={text}` is no time with its zone: 2026-11-23T00:00:00-05:00")


def split_generic(uri: Uri) -> tuple[dict[str, str], Uri]:
    """Return the generic options, and the address without them."""
    generic = {name: value for name, value in uri.options.items() if name in GENERIC_OPTIONS}
    rest = {name: value for name, value in uri.options.items() if name not in GENERIC_OPTIONS}
    return generic, replace(uri, options=rest)


def split_keys(text: str) -> list[str]:
    """Split `order:${a}; payment:${b}` at semicolons that stand outside `${}` (values may hold commas)."""
    parts, depth, start = [], 0, 0
    for index, sign in enumerate(text):
        depth += (sign == "{") - (sign == "}")
        if sign == ";" and depth == 0:
            parts.append(text[start:index])
            start = index + 1
    return [part.strip() for part in [*parts, text[start:]] if part.strip()]
