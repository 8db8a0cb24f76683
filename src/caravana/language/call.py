"""One use of a Simple function, as its builder sees it: the name, what stands behind it, and how to compile that."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from caravana.language.node import Node, Scope, refuse
from caravana.language.ognl import walk
from caravana.language.scan import Source, arguments, bracket_end


class Compiler(Protocol):
    """What compiles the parts of a function."""

    scope: Scope

    def operand(self, source: Source) -> Node:
        """Return the node of one value."""
        ...

    def template(self, source: Source, *, escapes: bool = True) -> Node:
        """Return the node of literal text with functions in it."""
        ...

    def predicate(self, source: Source) -> Node:
        """Return the node of a predicate."""
        ...


@dataclass(frozen=True, slots=True)
class Call:
    """`rest` is what stands behind `name`: a path, `:` and text, or arguments in brackets."""

    name: str
    at: int
    rest: Source
    compiler: Compiler

    def follow(self, start: Node, path: Source | None = None) -> Node:
        """Return `start` followed by `path` (else the whole rest) into its value."""
        return walk(start, path or self.rest, self.compiler.operand, self.compiler.template)

    def alone(self, node: Node) -> Node:
        """Return `node`. Raises `ConfigurationError` when anything stands behind the name."""
        if self.rest.text:
            raise refuse(f"`{self.name}` takes nothing behind it, found `{self.rest.text}`", self.rest.at)
        return node

    def sources(self, least: int, most: int | None) -> list[Source]:
        """Return the texts of the arguments. Raises `ConfigurationError` unless `least` to `most` are given."""
        rest = self.rest.strip()
        given: list[Source] = []
        if rest.text:
            if rest.text[0] != "(" or bracket_end(rest, 0) != len(rest.text) - 1:
                raise refuse(f"`{self.name}` takes its arguments in brackets, found `{rest.text}`", rest.at)
            given = arguments(rest.part(1, len(rest.text) - 1))
        if len(given) < least or (most is not None and len(given) > most):
            raise refuse(self._wrong_number(least, most, len(given)), self.at)
        return given

    def _wrong_number(self, least: int, most: int | None, given: int) -> str:
        if least == most:
            return f"`{self.name}` takes {least} arguments, {given} are given"
        if most is None:
            return f"`{self.name}` takes {least} or more arguments, {given} are given"
        return f"`{self.name}` takes {least} to {most} arguments, {given} are given"

    def operands(self, least: int, most: int | None) -> list[Node]:
        """Return the compiled arguments. Raises `ConfigurationError` as `sources`."""
        return [self.compiler.operand(one) for one in self.sources(least, most)]

    def named(self, *, dotted: bool = False) -> Source:
        """Return the text behind `.` or `:` (for `dotted`, of `.` only), or inside one pair of brackets."""
        rest = self.rest
        if rest.text[:1] == "(" and bracket_end(rest, 0) == len(rest.text) - 1:
            return rest.part(1, len(rest.text) - 1).strip()
        if rest.text[:1] in ((".",) if dotted else (":", ".")) and len(rest.text) > 1:
            return rest.part(1)
        raise refuse(f"`{self.name}` needs a name behind it", self.at)


Builder = Callable[[Call], Node]
