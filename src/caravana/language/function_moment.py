"""Simple's functions of time and chance; each but `exchangeCreated` and stored moments counts as a read."""

import random
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from caravana.kit.effect import Kind
from caravana.kit.errors import ExpressionError, NotConvertible
from caravana.kit.exchange import Exchange
from caravana.language.call import Builder, Call
from caravana.language.convert import convert_to, find_type
from caravana.language.java_date import date_format, split_offsets, time_zone
from caravana.language.node import Node, refuse, strongest
from caravana.language.scan import Source

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DATE = find_type("Date")
_INTEGER = find_type("Integer")
_HOLDERS: dict[str, Callable[[Exchange], Any]] = {
    "header": lambda exchange: exchange.headers,
    "variable": lambda exchange: exchange.variables,
    "exchangeProperty": lambda exchange: exchange.properties,
}


def _date(call: Call) -> Node:
    command, _, pattern = call.named().text.partition(":")
    return _moment(call, command, call.compiler.scope.timezone, pattern)


def _date_with_zone(call: Call) -> Node:
    parts = call.named().text.split(":", 2)
    if len(parts) != 3 or not parts[2]:
        raise refuse("`date-with-timezone` is written `date-with-timezone:command:timezone:pattern`", call.at)
    try:
        zone = time_zone(parts[1].strip())
    except ValueError as error:
        raise refuse(str(error), call.at) from None
    return _moment(call, parts[0], zone, parts[2])


def _moment(call: Call, text: str, zone: tzinfo, pattern: str) -> Node:
    try:
        command, offset = split_offsets(text)
        write = date_format(pattern) if pattern else None
    except (ValueError, OverflowError) as error:
        raise refuse(str(error), call.at) from None
    start = _start(call, command)
    if write is not None:
        return Node(lambda exchange: write((start.run(exchange) + offset).astimezone(zone)), start.kind)
    if command == "millis":
        return Node(lambda exchange: (start.run(exchange) + offset - _EPOCH) // timedelta(milliseconds=1), start.kind)
    return Node(lambda exchange: start.run(exchange) + offset, start.kind)


def _start(call: Call, command: str) -> Node:
    if command in ("now", "millis"):
        now = call.compiler.scope.clock.now
        return Node(lambda _exchange: now(), Kind.READ)
    if command == "exchangeCreated":
        return Node(lambda exchange: exchange.created)
    if command == "file":
        return _stored(_HOLDERS["header"], "CamelFileLastModified")
    holder, _, name = command.removeprefix("in.").partition(".")
    if holder in _HOLDERS and name:
        return _stored(_HOLDERS[holder], name)
    raise refuse(
        f"`{command}` is no date command",
        call.at,
        "write now, millis, exchangeCreated, file, header.x, variable.x or exchangeProperty.x",
    )


def _stored(holder: Callable[[Exchange], Any], name: str) -> Node:
    def run(exchange: Exchange) -> Any:
        value = holder(exchange).get(name)
        try:
            moment = convert_to(value, _DATE)
        except NotConvertible:
            moment = None
        if moment is None:
            raise ExpressionError(f"`{name}` holds no date: a moment, milliseconds, or ISO 8601 text")
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

    return Node(run)


def _random(call: Call) -> Node:
    text = call.rest.text
    if text.startswith(":"):  # older spelling: random:1,10
        call = Call(call.name, call.at, Source(f"({text[1:]})", call.rest.at, call.rest.depth), call.compiler)
    given = call.operands(1, 2)
    if all(node.fixed for node in given):
        try:
            low, high = _bounds([node.value for node in given])
        except ExpressionError as error:
            raise refuse(str(error), call.at) from None
        if low >= high:
            raise refuse("`random` needs a highest number above the lowest; the highest itself is never given", call.at)

    def run(exchange: Exchange) -> int:
        low, high = _bounds([node.run(exchange) for node in given])
        if low >= high:
            raise ExpressionError("`random` needs a highest number above the lowest")
        return random.randrange(low, high)  # noqa: S311 -- no secret is made of it

    return Node(run, strongest((*given, Node(run, Kind.READ))))


def _bounds(values: list[Any]) -> tuple[int, int]:
    try:
        numbers = [convert_to(value, _INTEGER) for value in values]
    except NotConvertible:
        raise ExpressionError("`random` needs whole numbers") from None
    if None in numbers:
        raise ExpressionError("`random` needs whole numbers")
    return (0, numbers[0]) if len(numbers) == 1 else (numbers[0], numbers[1])


def _uuid(call: Call) -> Node:
    given = call.sources(0, 1)
    if given and given[0].text.strip("'\"") not in ("default", "classic", "random"):
        raise refuse(f"`{given[0].text}` is no kind of UUID here", given[0].at, "write uuid")
    return Node(lambda _exchange: str(uuid.uuid4()), Kind.READ)


def _timestamp(call: Call) -> Node:
    def run(exchange: Exchange) -> int:
        value = exchange.headers.get("CamelMessageTimestamp")
        return 0 if value is None else int(convert_to(value, find_type("Long")))

    return call.alone(Node(run))


MOMENT_FUNCTIONS: dict[str, tuple[Builder, str]] = {
    "date": (_date, "A moment: `date:now`, `date:now-24h:yyyy-MM-dd`, `date:header.x+1h`, `date:millis`."),
    "date-with-timezone": (
        _date_with_zone,
        "A moment in a time zone: `date-with-timezone:now:America/Guayaquil:HH:mm`.",
    ),
    "random": (_random, "A whole number: `random(max)` or `random(min,max)`, the highest never given."),
    "uuid": (_uuid, "A new random UUID."),
    "messageTimestamp": (_timestamp, "The header CamelMessageTimestamp in milliseconds, else 0."),
}
"""Builder and meaning of each function."""
