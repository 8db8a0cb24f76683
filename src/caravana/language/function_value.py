"""Simple's functions that work on values: text, numbers, lists, types. A single value left out is the body."""

import base64
import hashlib
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from caravana.kit.errors import ConfigurationError, ExpressionError
from caravana.language.call import Builder, Call
from caravana.language.coerce import exact, is_number, to_number, truth
from caravana.language.convert import convert_to, find_type
from caravana.language.function_message import BODY, pretty
from caravana.language.node import Node, fixed, refuse, strongest
from caravana.language.operators import choose
from caravana.language.text import as_text

_EMPTY: dict[str, Callable[[], Any]] = {"string": str, "list": list, "map": dict}
_ENTITIES = {"&quot;": '"', "&apos;": "'", "&empty;": ""}
_HASHES = {"SHA-256": "sha256", "SHA3-256": "sha3_256", "SHA-512": "sha512"}


def _of_one(work: Callable[[Any], Any]) -> Builder:
    """Return the builder of a function of one value, the body when none is given."""

    def build(call: Call) -> Node:
        value = (call.operands(0, 1) or [BODY])[0]
        run = value.run
        return Node(lambda exchange: work(run(exchange)), value.kind)

    return build


def _of_text(work: Callable[[str], Any]) -> Builder:
    return _of_one(lambda value: None if value is None else work(as_text(value)))


def _of_many(work: Callable[[list[Any]], Any]) -> Builder:
    """Return the builder of a function of many values; a list among them counts as its elements, none as the body."""

    def build(call: Call) -> Node:
        nodes = call.operands(0, None) or [BODY]
        return Node(lambda exchange: work(_flat([node.run(exchange) for node in nodes])), strongest(nodes))

    return build


def _of_text_and(count: int, work: Callable[..., Any]) -> Builder:
    """Return the builder of a function of a text (first, or the body) and `count` further texts."""

    def build(call: Call) -> Node:
        nodes = call.operands(count, count + 1)
        if len(nodes) == count:
            nodes = [BODY, *nodes]
        return Node(lambda exchange: work(*[as_text(node.run(exchange)) for node in nodes]), strongest(nodes))

    return build


def _flat(values: list[Any]) -> list[Any]:
    found: list[Any] = []
    for value in values:
        if isinstance(value, list | tuple):
            found.extend(value)
        else:
            found.append(value)
    return found


def _whole(value: Any) -> int:
    number = value if is_number(value) else to_number(as_text(value))
    if number is None:
        raise ExpressionError("a whole number is wanted")
    return int(exact(number))


def _average(values: list[Any]) -> int:
    return int(Decimal(sum(map(_whole, values))) / len(values)) if values else 0


def _size(value: Any) -> int:
    if value is None:
        return 0
    return len(value) if isinstance(value, list | tuple | Mapping) else 1


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, str | bytes | list | tuple | Mapping) and not value)


def _kind_of(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if is_number(value):
        return "number"
    if isinstance(value, list | tuple):
        return "array"
    return "null" if value is None else "string" if isinstance(value, str) else "object"


def _distinct(values: list[Any]) -> list[Any]:
    found: list[Any] = []
    for value in values:
        if value not in found:
            found.append(value)
    return found


def _capitalize(text: str) -> str:
    return re.sub(r"\S+", lambda word: word[0][:1].upper() + word[0][1:], text)


def _unquote(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] in "'\"" and text[-1] == text[0] else text


def _before(text: str, mark: str) -> str | None:
    head, found, _ = text.partition(mark)
    return head if mark and found else None


def _after(text: str, mark: str) -> str | None:
    _, found, tail = text.partition(mark)
    return tail if mark and found else None


def _between(text: str, after: str, before: str) -> str | None:
    tail = _after(text, after)
    return None if tail is None else _before(tail, before)


def _base64_decode(text: str) -> bytes:
    try:
        return base64.b64decode(text)
    except ValueError:
        raise ExpressionError("the value is no Base64 text") from None


def _to_bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else as_text(value).encode()


def _hash(call: Call) -> Node:
    given = call.sources(0, 2)
    name = given[1].text.strip("'\"") if len(given) > 1 else "SHA-256"
    if name not in _HASHES:
        raise refuse(f"`{name}` is no hash here", given[1].at, f"write one of {', '.join(_HASHES)}")
    value = call.compiler.operand(given[0]) if given else BODY
    return Node(lambda exchange: hashlib.new(_HASHES[name], _to_bytes(value.run(exchange))).hexdigest(), value.kind)


def _replace(call: Call) -> Node:
    nodes = call.operands(2, 3)
    old, new, value = (*nodes, BODY)[:3]

    def run(exchange: Any) -> Any:
        found = value.run(exchange)
        parts = [_plain(as_text(node.run(exchange))) for node in (old, new)]
        return None if found is None else as_text(found).replace(parts[0], parts[1]) if parts[0] else as_text(found)

    return Node(run, strongest((old, new, value)))


def _plain(text: str) -> str:
    return _ENTITIES.get(text, text)


def _join(call: Call) -> Node:
    nodes = call.operands(0, 3)
    separator, prefix, value = (*nodes, *(fixed(","), fixed(""), BODY)[len(nodes) :])

    def run(exchange: Any) -> str:
        before = as_text(prefix.run(exchange))
        found = value.run(exchange)
        items = found if isinstance(found, list | tuple) else [] if found is None else [found]
        return as_text(separator.run(exchange)).join(before + as_text(item) for item in items)

    return Node(run, strongest((separator, prefix, value)))


def _contains(text: str, part: str) -> bool:
    return part.lower() in text.lower()


def _predicate_not(call: Call) -> Node:
    given = call.sources(0, 1)
    value = call.compiler.predicate(given[0]) if given else BODY
    return Node(lambda exchange: not truth(value.run(exchange)), value.kind)


def _iif(call: Call) -> Node:
    condition, yes, no = call.sources(3, 3)
    return choose(call.compiler.predicate(condition), call.compiler.operand(yes), call.compiler.operand(no))


def _convert_to(call: Call) -> Node:
    given = call.sources(1, 2)
    try:
        wanted = find_type(given[-1].text.strip("'\""))
    except ConfigurationError as error:
        raise refuse(error.message, given[-1].at, error.suggestion) from None
    value = call.compiler.operand(given[0]) if len(given) == 2 else BODY
    return Node(lambda exchange: convert_to(value.run(exchange), wanted), value.kind)


def _range(call: Call) -> Node:
    nodes = call.operands(1, 2)
    first, last = nodes if len(nodes) == 2 else (fixed(0), nodes[0])

    def run(exchange: Any) -> list[int]:
        low, high = _whole(first.run(exchange)), _whole(last.run(exchange))
        if high - low > 100_000:
            raise ExpressionError("`range` gives at most 100000 numbers")
        return list(range(low, high))

    return Node(run, strongest((first, last)))


def _map(call: Call) -> Node:
    nodes = call.operands(0, None)
    if len(nodes) % 2:
        raise refuse("`map` takes keys and values in turn", call.at)
    pairs = list(zip(nodes[::2], nodes[1::2], strict=True))
    return Node(
        lambda exchange: {as_text(key.run(exchange)): one.run(exchange) for key, one in pairs}, strongest(nodes)
    )


def _list(call: Call) -> Node:
    nodes = call.operands(0, None)
    return Node(lambda exchange: [node.run(exchange) for node in nodes], strongest(nodes))


def _body_list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [] if value is None else [value]


def _collate(call: Call) -> Node:
    size = _count(call, 1)
    return Node(lambda exchange: _groups(_body_list(exchange.body), size))


def _groups(items: list[Any], size: int) -> list[list[Any]]:
    return [items[start : start + size] for start in range(0, len(items), size)]


def _skip(call: Call) -> Node:
    count = _count(call, 0)
    return Node(lambda exchange: _body_list(exchange.body)[count:])


def _count(call: Call, least: int) -> int:
    node = call.operands(1, 1)[0]
    if not (node.fixed and type(node.value) is int and node.value >= least):
        raise refuse(f"`{call.name}` takes a whole number from {least}", call.at)
    return node.value


def _empty(call: Call) -> Node:
    given = call.sources(1, 1)[0]
    make = _EMPTY.get(given.text.strip("'\"").lower())
    if make is None:
        raise refuse(f"`{given.text}` cannot be made empty", given.at, "write string, list or map")
    return Node(lambda _exchange: make())


def _value(call: Call) -> Node:
    return call.operands(1, 1)[0]


VALUE_FUNCTIONS: dict[str, tuple[Builder, str]] = {
    "abs": (_of_one(lambda value: abs(_whole(value))), "The absolute whole number."),
    "average": (_of_many(_average), "The average of whole numbers, its fraction dropped."),
    "base64Decode": (_of_text(_base64_decode), "The bytes that a Base64 text stands for."),
    "base64Encode": (_of_one(lambda value: base64.b64encode(_to_bytes(value)).decode()), "The value as Base64 text."),
    "capitalize": (_of_text(_capitalize), "The text with each word's first letter large."),
    "collate": (_collate, "The body's elements in lists of the given size."),
    "contains": (_of_text_and(1, _contains), "Whether the text holds another, ignoring case."),
    "convertTo": (_convert_to, "The value converted to a type: `convertTo(exp,type)`."),
    "distinct": (_of_many(_distinct), "The values, each once, in order."),
    "empty": (_empty, "An empty string, list or map."),
    "hash": (_hash, "The SHA-256 (or SHA3-256, SHA-512) of the value, in hexadecimal."),
    "iif": (_iif, "One of two values by a predicate: `iif(predicate,yes,no)`."),
    "isAlpha": (_of_text(lambda text: re.fullmatch("[A-Za-z]+", text) is not None), "Whether only letters A to Z."),
    "isAlphaNumeric": (
        _of_text(lambda text: re.fullmatch("[A-Za-z0-9]+", text) is not None),
        "Whether only letters A to Z and digits.",
    ),
    "isEmpty": (_of_one(_is_empty), "Whether null, or a text, list or map without content."),
    "isNumeric": (_of_text(lambda text: re.fullmatch("[0-9]+", text) is not None), "Whether only digits."),
    "join": (_join, "The elements as one text: `join(separator,prefix,exp)`."),
    "kindOfType": (_of_one(_kind_of), "null, number, string, boolean, array or object."),
    "list": (_list, "A list of the values."),
    "lowercase": (_of_text(str.lower), "The text in small letters."),
    "map": (_map, "A map of keys and values in turn."),
    "max": (_of_many(lambda values: max(map(_whole, values))), "The greatest whole number."),
    "min": (_of_many(lambda values: min(map(_whole, values))), "The least whole number."),
    "newEmpty": (_empty, "The same as `empty`."),
    "normalizeWhitespace": (_of_text(lambda text: " ".join(text.split())), "The text with single blanks."),
    "not": (_predicate_not, "The opposite of a predicate."),
    "pretty": (_of_one(pretty), "The value as indented JSON, else as text."),
    "quote": (_of_one(lambda value: f'"{as_text(value)}"'), "The text in double quotes."),
    "range": (_range, "The whole numbers from the first up to below the second."),
    "replace": (_replace, "The text with one text replaced by another: `replace(from,to,exp)`."),
    "reverse": (_of_many(lambda values: values[::-1]), "The values in reverse order."),
    "size": (_of_one(_size), "The number of elements; 0 for null, 1 for a single value."),
    "skip": (_skip, "The body's elements without the first ones."),
    "substringAfter": (_of_text_and(1, _after), "What follows the first occurrence, or null."),
    "substringBefore": (_of_text_and(1, _before), "What precedes the first occurrence, or null."),
    "substringBetween": (_of_text_and(2, _between), "What stands between two texts, or null."),
    "sum": (_of_many(lambda values: sum(map(_whole, values))), "The sum of whole numbers."),
    "trim": (_of_text(str.strip), "The text without blanks around it."),
    "unquote": (_of_text(_unquote), "The text without quotes around it."),
    "uppercase": (_of_text(str.upper), "The text in large letters."),
    "val": (_value, "The value itself."),
}
"""Builder and meaning of each function."""
