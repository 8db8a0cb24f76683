"""Splitter: each part is an exchange of its own on the same record, its paths numbered by its index."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from caravana.kit.errors import ConfigurationError
from caravana.kit.exchange import Exchange
from caravana.pattern.compiler import Compiler, compiles, evaluator
from caravana.pattern.processor import Processor, Scope
from caravana.pattern.signal import Ended
from caravana.pattern.strategy import Strategy, strategy
from caravana.route import model as m

PARALLEL = 16


@compiles(m.Split)
def split(step: m.Split, path: str, compiler: Compiler) -> Processor:
    """Run the block for each part; then the original message (or the strategy's result) goes on."""
    if step.timeout:
        raise ConfigurationError("`split` with `timeout` is not supported: which parts count would depend on the clock")
    parts_of = evaluator(compiler.expression(step.expression), path)
    block = compiler.block(step.steps, "")
    fold = strategy(step.aggregation_strategy, compiler.callables)
    return _Splitter(step, path, parts_of, block, fold)


class _Splitter:
    def __init__(
        self, step: m.Split, path: str, parts_of: Callable[..., Any], block: Processor, fold: Strategy | None
    ) -> None:
        self.step = step
        self.path = path
        self.parts_of = parts_of
        self.block = block
        self.fold = fold

    async def __call__(self, exchange: Exchange, scope: Scope) -> None:
        bodies = list(_parts(await self.parts_of(exchange, scope), self.step.delimiter))
        original = exchange.copy()
        parts = [self._part(original, body, index, len(bodies)) for index, body in enumerate(bodies)]
        failures = await (self._together if self.step.parallel_processing else self._in_turn)(parts, scope)
        self._join(exchange, parts, failures)

    def _part(self, original: Exchange, body: Any, index: int, size: int) -> Exchange:
        part = original.copy()
        part.body = body
        part.properties["CamelSplitIndex"] = index
        if not self.step.streaming or index == size - 1:
            part.properties["CamelSplitSize"] = size
        part.properties["CamelSplitComplete"] = index == size - 1
        return part

    async def _in_turn(self, parts: list[Exchange], scope: Scope) -> list[Exception | None]:
        failures: list[Exception | None] = []
        for index, part in enumerate(parts):
            failures.append(await self._run(part, index, scope))
            if failures[-1] is not None and self.step.stop_on_exception:
                raise failures[-1]
        return failures

    async def _together(self, parts: list[Exchange], scope: Scope) -> list[Exception | None]:
        limit = asyncio.Semaphore(PARALLEL)

        async def one(part: Exchange, index: int) -> Exception | None:
            async with limit:
                return await self._run(part, index, scope)

        results = await asyncio.gather(*[one(part, i) for i, part in enumerate(parts)], return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException) and not isinstance(result, Exception):
                raise result
        failures = [result if isinstance(result, Exception) else None for result in results]
        first = next((failure for failure in failures if failure is not None), None)
        if first is not None and self.step.stop_on_exception:
            raise first
        return failures

    async def _run(self, part: Exchange, index: int, scope: Scope) -> Exception | None:
        try:
            await self.block(part, scope.nested(f"{scope.prefix}{self.path}[{index}]/"))
        except Ended:
            return None
        except Exception as error:
            part.exception = error
            return error
        return None

    def _join(self, exchange: Exchange, parts: list[Exchange], failures: list[Exception | None]) -> None:
        if self.fold is not None:
            result: Exchange | None = None
            for part in parts:
                result = self.fold(result, part)
            if result is not None:
                exchange.body, exchange.headers = result.body, result.headers
                exchange.exception = None
            return
        failed = [failure for failure in failures if failure is not None]
        if failed:
            raise failed[-1]


def _parts(value: Any, delimiter: str) -> Iterator[Any]:
    if value is None:
        return
    if isinstance(value, str):
        if delimiter in ("false", "single"):
            yield value
        else:
            yield from value.split(delimiter)
    elif isinstance(value, dict | bytes):
        yield value
    elif isinstance(value, Iterable):
        yield from value
    else:
        yield value
