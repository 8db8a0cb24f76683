"""Splitter: each part is an exchange of its own on the same record, its paths numbered by its index."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from caravana.kit.errors import ConfigurationError
from caravana.kit.exchange import Exchange
from caravana.pattern.compiler import Compiler, compiles, evaluator
from caravana.pattern.parts import Part, Parts, raise_last
from caravana.pattern.processor import Processor, Scope
from caravana.pattern.strategy import Strategy, strategy
from caravana.route import model as m


@compiles(m.Split)
def split(step: m.Split, path: str, compiler: Compiler) -> Processor:
    """Run the block for each part; then the original message (or the strategy's result) goes on. Raises `ConfigurationError`."""
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
        self.runner = Parts(path, step.parallel_processing, step.stop_on_exception)
        self.parts_of = parts_of
        self.block = block
        self.fold = fold

    async def __call__(self, exchange: Exchange, scope: Scope) -> None:
        bodies = list(_parts(await self.parts_of(exchange, scope), self.step.delimiter))
        original = exchange.copy()
        parts = [self._part(original, body, index, len(bodies)) for index, body in enumerate(bodies)]
        failures = await self.runner.run([Part(one, self.block) for one in parts], scope)
        self._join(exchange, parts, failures)

    def _part(self, original: Exchange, body: Any, index: int, size: int) -> Exchange:
        part = original.copy()
        part.body = body
        part.properties["CamelSplitIndex"] = index
        if not self.step.streaming or index == size - 1:
            part.properties["CamelSplitSize"] = size
        part.properties["CamelSplitComplete"] = index == size - 1
        return part

    def _join(self, exchange: Exchange, parts: list[Exchange], failures: list[Exception | None]) -> None:
        if self.fold is not None:
            result: Exchange | None = None
            for part in parts:
                result = self.fold(result, part)
            if result is not None:
                exchange.body, exchange.headers = result.body, result.headers
                exchange.exception = None
            return
        raise_last(failures)


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
