"""Loop and validate."""

import asyncio

from caravana.kit.errors import ExpressionError, NotConvertible, Thrown
from caravana.kit.exchange import Exchange
from caravana.language import convert
from caravana.pattern.compiler import Compiler, compiles, evaluator, predicate
from caravana.pattern.processor import Processor, Scope
from caravana.route import model as m

INDEX, SIZE = "CamelLoopIndex", "CamelLoopSize"
INVALID = "org.apache.camel.support.processor.PredicateValidationException"
BREATH = 100
"""Turns after which others get a turn, too, when the block waits for nothing."""


@compiles(m.Loop)
def loop(step: m.Loop, path: str, compiler: Compiler) -> Processor:
    """The block, so often or while the predicate holds; the paths of a turn are numbered by its index."""
    if step.do_while:
        return _Loop(step, path, compiler).while_it_holds
    return _Loop(step, path, compiler).so_often


class _Loop:
    def __init__(self, step: m.Loop, path: str, compiler: Compiler) -> None:
        self.copies = step.copy
        self.path = path
        self.block = compiler.block(step.steps, "")
        self.count = evaluator(compiler.expression(step.expression), path)
        self.holds = predicate(compiler.condition(step.expression), "while") if step.do_while else None

    async def so_often(self, exchange: Exchange, scope: Scope) -> None:
        try:
            turns = convert(await self.count(exchange, scope), "int")
        except NotConvertible as error:
            raise ExpressionError(f"`loop` needs a whole number: {error}") from None
        if turns is None:
            raise ExpressionError("`loop` needs a whole number, not null")
        original = exchange.copy()
        for index in range(turns):
            exchange.properties[SIZE] = turns
            await self._turn(exchange, original, index, scope)

    async def while_it_holds(self, exchange: Exchange, scope: Scope) -> None:
        assert self.holds is not None
        original, index = exchange.copy(), 0
        while True:
            exchange.properties[INDEX] = index
            if not await self.holds(exchange, self._nested(scope, index)):
                return
            await self._turn(exchange, original, index, scope)
            index += 1

    async def _turn(self, exchange: Exchange, original: Exchange, index: int, scope: Scope) -> None:
        if self.copies and index:
            size = exchange.properties.get(SIZE)
            exchange.restore(original)
            if size is not None:
                exchange.properties[SIZE] = size
        exchange.properties[INDEX] = index
        if index % BREATH == BREATH - 1:
            await asyncio.sleep(0)
        await self.block(exchange, self._nested(scope, index))

    def _nested(self, scope: Scope, index: int) -> Scope:
        return scope.nested(f"{scope.prefix}{self.path}[{index}]/")


@compiles(m.Validate)
def validate(step: m.Validate, path: str, compiler: Compiler) -> Processor:
    """An error of Camel's class unless the predicate holds; its text shows the predicate and not the message."""
    holds = predicate(compiler.condition(step.expression), path)

    async def process(exchange: Exchange, scope: Scope) -> None:
        if not await holds(exchange, scope):
            raise Thrown(f"validation failed: {step.expression.text}", INVALID)

    return process
