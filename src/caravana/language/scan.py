"""Finding the parts of a text written in Simple: functions, quotes, brackets, arguments. Positions are kept for errors."""

from dataclasses import dataclass

from caravana.language.node import refuse

_OPENINGS = ("${", "$simple{")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "}": "}"}
_CLOSING = {"(": ")", "[": "]"}
MAX_DEPTH = 20
"""How deep functions may be nested; a route that needs more is a mistake."""


@dataclass(frozen=True, slots=True)
class Source:
    """A piece of an expression's text, the index where it begins in the whole, and how deep it is nested."""

    text: str
    at: int = 0
    depth: int = 0

    def part(self, start: int, end: int | None = None, *, deeper: bool = False) -> "Source":
        """Return `text[start:end]` as a source of its own."""
        return Source(self.text[start:end], self.at + start, self.depth + deeper)

    def strip(self) -> "Source":
        """Return the source without blanks around it."""
        start = len(self.text) - len(self.text.lstrip())
        return Source(self.text.strip(), self.at + start, self.depth)


def has_function(text: str) -> bool:
    """Tell whether `text` opens a function anywhere."""
    return any(opening in text for opening in _OPENINGS)


def opening_at(text: str, index: int) -> int:
    """Return the length of the function opening at `index`, or 0."""
    if text.startswith("$", index):
        for opening in _OPENINGS:
            if text.startswith(opening, index):
                return len(opening)
    return 0


def function_at(source: Source, index: int) -> tuple[Source, int]:
    """Return what stands inside the function that opens at `index`, and the index behind its closing brace.

    Raises `ConfigurationError` when it is not closed, or nested too deep.
    """
    if source.depth >= MAX_DEPTH:
        raise refuse("functions are nested too deep", source.at + index)
    start = index + opening_at(source.text, index)
    position, depth = start, 1
    while position < len(source.text):
        length = opening_at(source.text, position)
        if length:
            depth += 1
        elif source.text[position] == "}":
            depth -= 1
            if not depth:
                return source.part(start, position, deeper=True), position + 1
        position += length or 1
    raise refuse("the function that begins here is not closed with `}`", source.at + index)


def template_parts(source: Source, *, escapes: bool) -> list[str | Source]:
    """Return the literal texts and the functions of a template in order; `escapes` reads the four backslash escapes."""
    parts: list[str | Source] = []
    literal: list[str] = []
    text, index = source.text, 0
    while index < len(text):
        if opening_at(text, index):
            inside, index = function_at(source, index)
            if literal:
                parts.append("".join(literal))
                literal = []
            parts.append(inside)
        elif escapes and text[index] == "\\" and text[index + 1 : index + 2] in _ESCAPES:
            literal.append(_ESCAPES[text[index + 1]])
            index += 2
        else:
            literal.append(text[index])
            index += 1
    if literal:
        parts.append("".join(literal))
    return parts


def quote_end(source: Source, index: int) -> int:
    """Return the index of the quote that closes the one at `index`; functions between them are jumped over."""
    mark, position = source.text[index], index + 1
    while position < len(source.text):
        if opening_at(source.text, position):
            position = function_at(source, position)[1]
            continue
        if source.text[position] == mark:
            return position
        position += 1
    raise refuse(f"the quote {mark} that begins here is not closed", source.at + index)


def bracket_end(source: Source, index: int) -> int:
    """Return the index of the bracket that closes the one at `index`; quotes and functions are jumped over."""
    text, position, stack = source.text, index, []
    while position < len(text):
        if opening_at(text, position):
            position = function_at(source, position)[1]
            continue
        sign = text[position]
        if sign in "'\"":
            position = quote_end(source, position)
        elif sign in _CLOSING:
            stack.append(_CLOSING[sign])
        elif stack and sign == stack[-1]:
            stack.pop()
            if not stack:
                return position
        position += 1
    raise refuse(f"the bracket {text[index]} that begins here is not closed", source.at + index)


def arguments(source: Source) -> list[Source]:
    """Return the arguments of a list written between commas; commas in quotes, brackets and functions do not part."""
    found: list[Source] = []
    text, start, position = source.text, 0, 0
    while position < len(text):
        if opening_at(text, position):
            position = function_at(source, position)[1]
            continue
        sign = text[position]
        if sign in "'\"":
            position = quote_end(source, position)
        elif sign in _CLOSING:
            position = bracket_end(source, position)
        elif sign == ",":
            found.append(source.part(start, position).strip())
            start = position + 1
        position += 1
    last = source.part(start).strip()
    return [*found, last] if found or last.text else []
