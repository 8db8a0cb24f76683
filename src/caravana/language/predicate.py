"""Reading Simple predicates: values, operators with a blank on both sides, `&&` and `||` from left to right."""

import re
from typing import Protocol

from caravana.kit.nearest import nearest
from caravana.language.coerce import truth
from caravana.language.node import Node, Run, fixed, refuse, strongest
from caravana.language.operators import COMPARISONS, comparison, step
from caravana.language.scan import Source, function_at, opening_at, quote_end

_LOGIC = ("&&", "||")
_BY_LENGTH = sorted((*COMPARISONS, *_LOGIC), key=len, reverse=True)
_WORD = re.compile(r"\S+")
_OLD = {"and": "&&", "or": "||", "=": "==", "===": "==", "not": "!", "<>": "!=", "eq": "==", "ne": "!=", "like": "~~"}


class Operands(Protocol):
    """What compiles the values between the operators."""

    def operand(self, source: Source) -> Node:
        """Return the node of one value."""
        ...


class PredicateReader:
    """Reads one predicate from left to right."""

    def __init__(self, operands: Operands, source: Source) -> None:
        """`operands` compiles the values of `source`."""
        self._operands = operands
        self._source = source
        self._index = 0

    def read(self) -> Node:
        """Return the node of the whole predicate; an empty text is false, as in Camel. Raises `ConfigurationError`."""
        self._skip_blanks()
        if self._at_end():
            return fixed(value=False)
        node = self._comparison()
        while not self._at_end():
            operator = self._operator()
            if operator not in _LOGIC:
                raise refuse(f"`{operator}` after a comparison: join comparisons by `&&` or `||`", self._here())
            node = _joined(operator, node, self._comparison())
        return node

    def _comparison(self) -> Node:
        left = self._value()
        if self._at_end():
            return left
        start = self._index
        operator = self._operator()
        if operator in _LOGIC:
            self._index = start
            return left
        at = self._here()
        return comparison(operator, left, self._value(), at)

    def _operator(self) -> str:
        text, start = self._source.text, self._index
        for name in _BY_LENGTH:
            end = start + len(name)
            if text.startswith(name, start) and text[end : end + 1].isspace() and text[start - 1].isspace():
                self._index = end
                self._skip_blanks()
                if self._at_end():
                    raise refuse(f"a value is missing behind `{name}`", self._here() - 1)
                return name
        raise self._unknown_operator(start)

    def _unknown_operator(self, start: int) -> Exception:
        match = _WORD.match(self._source.text, start)
        word = match[0] if match else ""
        hint = f"write `{_OLD[word]}`" if word in _OLD else nearest(word, COMPARISONS)
        if any(word.startswith(name) for name in (*COMPARISONS, *_LOGIC)):
            hint = "an operator needs a blank on both sides and a value behind it"
        return refuse(f"expected an operator, found `{word}`", self._source.at + start, hint)

    def _value(self) -> Node:
        text, start = self._source.text, self._index
        if opening_at(text, start):
            node = self._function()
        elif text[start] in "'\"":
            end = quote_end(self._source, start) + 1
            node = self._operands.operand(self._source.part(start, end))
            self._index = end
        else:
            node = self._literal()
        if not self._at_end() and not text[self._index].isspace():
            raise refuse("a blank is missing here", self._here())
        self._skip_blanks()
        return node

    def _function(self) -> Node:
        start = self._index
        self._index = function_at(self._source, start)[1]
        node = self._operands.operand(self._source.part(start, self._index))
        sign = self._source.text[self._index : self._index + 2]
        if sign in ("++", "--"):
            self._index += 2
            return step(node, 1 if sign == "++" else -1)
        return node

    def _literal(self) -> Node:
        match = _WORD.match(self._source.text, self._index)
        word = match[0] if match else ""
        node = self._operands.operand(self._source.part(self._index, self._index + len(word)))
        if not node.fixed or isinstance(node.value, str):
            raise refuse(f"`{word}` is no value", self._here(), f"write text as `'{word}'`, functions as `${{{word}}}`")
        self._index += len(word)
        return node

    def _skip_blanks(self) -> None:
        text = self._source.text
        while self._index < len(text) and text[self._index].isspace():
            self._index += 1

    def _at_end(self) -> bool:
        return self._index >= len(self._source.text)

    def _here(self) -> int:
        return self._source.at + self._index


def _joined(operator: str, left: Node, right: Node) -> Node:
    first, second = left.run, right.run
    run: Run
    if operator == "&&":
        run = lambda exchange: truth(first(exchange)) and truth(second(exchange))  # noqa: E731
    else:
        run = lambda exchange: truth(first(exchange)) or truth(second(exchange))  # noqa: E731
    return Node(run, strongest((left, right)))
