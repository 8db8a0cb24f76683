"""Answers that are given again for a while: what changes so seldom that it need not be asked each time."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any

DAY = 86_400.0
MOST = 1000
"""Answers kept; beyond, the oldest goes."""


class Kept:
    """Answers by key, each with the moment at which it was asked for."""

    def __init__(self) -> None:
        """Nothing is kept beyond the process."""
        self._answers: dict[str, tuple[float, Any]] = {}
        self._asking: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def get(self, key: str, age: float, ask: Callable[[], Awaitable[Any]]) -> Any:
        """Return the answer of `key` when it is not older than `age` seconds, else what `ask` brings. Raises what it raises.

        Who asks while another asks waits for him. An empty answer is not kept: somebody may be about to mend that.
        """
        async with self._asking[key]:
            asked, answer = self._answers.get(key, (0.0, None))
            now = time.monotonic()
            if not answer or now - asked > age:
                answer = await ask()
                self._keep(key, now, answer)
        return answer

    def _keep(self, key: str, now: float, answer: Any) -> None:
        self._answers.pop(key, None)
        self._answers[key] = now, answer
        if len(self._answers) > MOST:
            oldest = next(iter(self._answers))
            del self._answers[oldest]
            self._asking.pop(oldest, None)
