"""Blocks that are still open while a route is written in Python."""

from typing import Any

from caravana.route.block_steps import Choice, DoCatch, DoFinally, DoTry, Otherwise, When
from caravana.route.builder_value import make
from caravana.route.element import Step
from caravana.route.expression import Expression
from caravana.route.problem import RouteFileError, error


class Block:
    """An open block: collects steps until it is closed into the step `cls` with its `values`."""

    def __init__(self, cls: type[Step], values: dict[str, Any]) -> None:
        """Begin without steps."""
        self.cls = cls
        self.values = values
        self.steps: list[Step] = []

    def add(self, step: Step) -> None:
        """Take the next step."""
        self.steps.append(step)

    def close(self) -> Step:
        """Return the finished step."""
        return make(self.cls, **self.values, steps=tuple(self.steps))


class ChoiceBlock(Block):
    """An open choice: steps go to the branch opened last."""

    def __init__(self, values: dict[str, Any]) -> None:
        """Begin without branches."""
        super().__init__(Choice, values)
        self.branches: list[tuple[Expression | None, list[Step], dict[str, Any]]] = []

    def branch(self, predicate: Expression | None, values: dict[str, Any]) -> None:
        """Open a branch; without predicate it is `otherwise`. Raises `RouteFileError` behind that one."""
        if self.branches and self.branches[-1][0] is None:
            raise RouteFileError([error("a branch stands behind `otherwise`, which is the last one")])
        self.branches.append((predicate, [], values))

    def add(self, step: Step) -> None:
        """Take the next step of the open branch. Raises `RouteFileError` before there is one."""
        if not self.branches:
            raise RouteFileError([error(f"`{step.spec.key}` stands in a choice before its first `when`")])
        self.branches[-1][1].append(step)

    def close(self) -> Step:
        """Return the choice."""
        whens, otherwise = [], None
        for predicate, steps, values in self.branches:
            if predicate is None:
                otherwise = make(Otherwise, steps=tuple(steps), **values)
            else:
                whens.append(make(When, expression=predicate, steps=tuple(steps), **values))
        return make(Choice, when=tuple(whens), otherwise=otherwise, **self.values)


class TryBlock(Block):
    """An open doTry: steps go to the try part, or to the catch or finally opened last."""

    def __init__(self, values: dict[str, Any]) -> None:
        """Begin in the try part."""
        super().__init__(DoTry, values)
        self.clauses: list[tuple[type[DoCatch | DoFinally], dict[str, Any], list[Step]]] = []

    def clause(self, cls: type[DoCatch | DoFinally], values: dict[str, Any]) -> None:
        """Open a catch or the finally part. Raises `RouteFileError` behind the finally part."""
        if self.clauses and self.clauses[-1][0] is DoFinally:
            raise RouteFileError([error("`doFinally` is the last part of `doTry`")])
        self.clauses.append((cls, values, []))

    def add(self, step: Step) -> None:
        """Take the next step of the open part."""
        (self.clauses[-1][2] if self.clauses else self.steps).append(step)

    def close(self) -> Step:
        """Return the doTry."""
        made = [make(cls, **values, steps=tuple(steps)) for cls, values, steps in self.clauses]
        catches = tuple(one for one in made if isinstance(one, DoCatch))
        last = next((one for one in made if isinstance(one, DoFinally)), None)
        return make(DoTry, **self.values, steps=tuple(self.steps), do_catch=catches, do_finally=last)
