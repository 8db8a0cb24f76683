"""The language Simple: templates such as `Order ${header.id}` and predicates such as `${body[total]} > 100`."""

import re
from decimal import Decimal
from typing import Any

from caravana.kit.errors import ConfigurationError
from caravana.kit.exchange import Exchange
from caravana.language.coerce import to_number, truth
from caravana.language.functions import Functions
from caravana.language.node import Node, Run, fixed, refuse, strongest
from caravana.language.operators import choose, step
from caravana.language.predicate import PredicateReader
from caravana.language.scan import Source, function_at, has_function, opening_at, quote_end, template_parts
from caravana.language.text import as_text


class Simple(Functions):
    """Compiles texts of one scope."""

    def expression(self, source: Source) -> Node:
        """Return the node of a whole expression: a template, a ternary, or an elvis.

        Raises `ConfigurationError`.
        """
        if not has_function(source.text):
            return self.template(source)
        return self._chosen(source) or self.template(source)

    def template(self, source: Source, *, escapes: bool = True) -> Node:
        """Return the node of literal text with functions in it; a function alone keeps its type."""
        unknown = _UNKNOWN.search(source.text)
        if unknown:
            raise refuse(f"`{unknown[0].strip()}` is not supported", source.at + unknown.start())
        parts = template_parts(source, escapes=escapes)
        nodes = self._nodes(parts)
        if not nodes:
            return fixed("")
        return nodes[0] if len(nodes) == 1 else _concatenated(nodes)

    def operand(self, source: Source) -> Node:
        """Return the node of one value: a function, a quoted text, a number, true, false, null, else plain text."""
        text = source.text
        if text[:1] in ("'", '"') and quote_end(source, 0) == len(text) - 1:
            return self.template(source.part(1, len(text) - 1), escapes=False)
        if text in _WORDS:
            return fixed(_WORDS[text])
        number = to_number(text)
        if number is not None:
            return fixed(float(number) if isinstance(number, Decimal) else number)
        return self.template(source, escapes=False)

    def predicate(self, source: Source) -> Node:
        """Return the node of a predicate, whose value is a boolean. Raises `ConfigurationError`."""
        node = PredicateReader(self, source).read()
        run = node.run
        return Node(lambda exchange: truth(run(exchange)), node.kind)

    def _nodes(self, parts: list[str | Source]) -> list[Node]:
        nodes: list[Node] = []
        for index, part in enumerate(parts):
            if isinstance(part, Source):
                nodes.append(self.function(part))
                continue
            sign = part[:2]
            if sign in ("++", "--") and index and part[2:3] in ("", " "):
                nodes[-1] = step(nodes[-1], 1 if sign == "++" else -1)
                part = part[2:]
            if part:
                nodes.append(fixed(part))
        return nodes

    def _chosen(self, source: Source) -> Node | None:
        """Return the node of a ternary or elvis that makes up the whole of `source`, or None."""
        marks = _marks(source)
        if "?:" in marks:
            at = marks["?:"]
            return self._elvis(source.part(0, at).strip(), source.part(at + 2).strip())
        if "?" not in marks or ":" not in marks or not opening_at(source.text, 0):
            return None
        first, second = marks["?"], marks[":"]
        branches = source.part(first + 1, second).strip(), source.part(second + 1).strip()
        if not all(map(_is_operand, branches)):
            return None
        return choose(self.predicate(source.part(0, first).strip()), *map(self.operand, branches))

    def _elvis(self, left: Source, right: Source) -> Node | None:
        if not (_is_operand(left) and _is_operand(right)):
            raise refuse("`?:` stands between two values that make up the whole expression", right.at)
        value, other = self.operand(left), self.operand(right)

        def run(exchange: Exchange) -> Any:
            found = value.run(exchange)
            return found if truth(found) else other.run(exchange)

        return Node(run, strongest((value, other)))


_UNKNOWN = re.compile(r"(\$init\{)|(?<=\})\s*(\??~> )")
"""What Camel 4.18 would read as more than text, and Caravana does not have."""
_WORDS: dict[str, Any] = {"true": True, "false": False, "null": None}


def _concatenated(nodes: list[Node]) -> Node:
    parts: list[str | Run] = [as_text(node.value) if node.fixed else node.run for node in nodes]

    def run(exchange: Exchange) -> str:
        return "".join([part if isinstance(part, str) else as_text(part(exchange)) for part in parts])

    return Node(run, strongest(nodes))


def _marks(source: Source) -> dict[str, int]:
    """Return where ` ? `, ` : ` and ` ?: ` first stand outside functions and quotes; only behind a function."""
    found: dict[str, int] = {}
    text, index, behind = source.text, 0, False
    while index < len(text):
        if opening_at(text, index):
            index, behind = function_at(source, index)[1], True
            continue
        if behind and text[index] in "'\"":
            try:
                index = quote_end(source, index)
            except ConfigurationError:  # an apostrophe of ordinary text
                return {}
        elif behind and text[index - 1 : index] == " ":
            for mark in ("?:", "?", ":"):
                if text.startswith(mark + " ", index) and (mark != ":" or "?" in found):
                    found.setdefault(mark, index)
                    break
        index += 1
    return found


def _is_operand(source: Source) -> bool:
    text = source.text
    if not text:
        return False
    if opening_at(text, 0):
        return function_at(source, 0)[1] == len(text)
    if text[0] in "'\"":
        try:
            return quote_end(source, 0) == len(text) - 1
        except ConfigurationError:
            return False
    return text in _WORDS or to_number(text) is not None
