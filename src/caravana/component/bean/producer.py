"""The two ways to call: pure callables on the exchange itself, all others as recorded effects on copies."""

import asyncio
import contextvars
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from caravana.kit.component import Local, Producer
from caravana.kit.departure import leave
from caravana.kit.effect import Effect, Reply
from caravana.kit.exchange import Exchange
from caravana.kit.invoke import Invocation
from caravana.kit.ports import Flow


class PureProducer(Local):
    """Calls a pure callable in place: it may change the exchange; what it returns, if anything, becomes the body."""

    def __init__(self, invocation: Invocation) -> None:
        """`invocation`: the callable."""
        self._invocation = invocation

    async def process(self, exchange: Exchange, flow: Flow) -> None:
        """Call it. Raises `CallableFailed` from what it raises."""
        result = await self._invocation.call_and_wait(exchange)
        if result is not None and result is not exchange:
            exchange.body = result


class CallableProducer(Producer):
    """Calls a callable with an effect, of the kind that it declares: only its result counts."""

    def __init__(self, invocation: Invocation, threads: ThreadPoolExecutor, timeout: timedelta) -> None:
        """`threads` run plain functions; coroutine functions run on the loop."""
        self.kind = invocation.registered.kind
        self.timeout = timeout
        self._invocation = invocation
        self._threads = threads

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return the callable's name and the parts of the exchange that it gets."""
        return self._invocation.request(exchange)

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Call it. Raises `CallableFailed` from what it raises; errors of effects pass."""
        exchange = self._invocation.exchange_for(request, effect)
        if self._invocation.asynchronous:
            result = await self._invocation.call_and_wait(exchange)
        else:
            result = await self._invocation.finish(await self._in_thread(exchange))
        if result is exchange:
            result = exchange.body
        return Reply(result)

    def receive(self, exchange: Exchange, reply: Reply) -> None:
        """Make the result the body; None leaves it."""
        if reply.body is not None:
            exchange.body = reply.body

    async def _in_thread(self, exchange: Exchange) -> Any:
        context = contextvars.copy_context()
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, context.run, self._call, exchange)

    def _call(self, exchange: Exchange) -> Any:
        leave()  # it may have waited for its thread
        return self._invocation.call(exchange)
