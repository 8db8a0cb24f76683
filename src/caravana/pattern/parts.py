"""Parts of one exchange: copies that go their own way on the same record, and how their results become one."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from caravana.kit.exchange import Exchange
from caravana.pattern.processor import Processor, Scope
from caravana.pattern.signal import Ended

PARALLEL = 16
"""Parts that run at the same time."""


@dataclass(frozen=True)
class Part:
    """A copy and what it runs through."""

    exchange: Exchange
    block: Processor


@dataclass(frozen=True)
class Parts:
    """How parts run: their call paths begin with `path[index]/`."""

    path: str
    together: bool = False
    stop_on_exception: bool = False

    async def run(self, parts: Sequence[Part], scope: Scope) -> list[Exception | None]:
        """Run the parts; returns each one's failure. Raises the first with `stop_on_exception`."""
        return await (self._together if self.together else self._in_turn)(parts, scope)

    async def _in_turn(self, parts: Sequence[Part], scope: Scope) -> list[Exception | None]:
        failures: list[Exception | None] = []
        for index, part in enumerate(parts):
            failures.append(failure := await self._one(part, index, scope))
            if failure is not None and self.stop_on_exception:
                raise failure
        return failures

    async def _together(self, parts: Sequence[Part], scope: Scope) -> list[Exception | None]:
        limit = asyncio.Semaphore(PARALLEL)

        async def one(part: Part, index: int) -> Exception | None:
            async with limit:
                return await self._one(part, index, scope)

        results = await asyncio.gather(*[one(part, i) for i, part in enumerate(parts)], return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException) and not isinstance(result, Exception):
                raise result
        failures = [result if isinstance(result, Exception) else None for result in results]
        first = next((failure for failure in failures if failure is not None), None)
        if first is not None and self.stop_on_exception:
            raise first
        return failures

    async def _one(self, part: Part, index: int, scope: Scope) -> Exception | None:
        try:
            await part.block(part.exchange, scope.nested(f"{scope.prefix}{self.path}[{index}]/"))
        except Ended:
            return None
        except Exception as error:
            part.exchange.exception = error
            return error
        return None


def raise_last(failures: Sequence[Exception | None]) -> None:
    """Raise the last failure, if there is one: all parts were tried."""
    failed = [failure for failure in failures if failure is not None]
    if failed:
        raise failed[-1]
