"""Waiting for something that happens elsewhere: ask again until it holds, and say what was waited for when it never does."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, overload

T = TypeVar("T")
PAUSE = 0.01


@overload
async def eventually(predicate: Callable[[], Awaitable[T]], timeout: float = 10.0) -> T: ...
@overload
async def eventually(predicate: Callable[[], T], timeout: float = 10.0) -> T: ...
async def eventually(predicate: Callable[[], Any], timeout: float = 10.0) -> Any:
    """Return the first true value of `predicate` (plain or async), asked every 10 ms for `timeout` seconds.

    Raises `AssertionError` naming the predicate and its last value.
    """
    deadline = time.monotonic() + timeout
    while True:
        answer = predicate()
        value = await answer if inspect.isawaitable(answer) else answer
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {timeout} s: {_describe(predicate)}; last value {value!r}")
        await asyncio.sleep(PAUSE)


def wait_until(predicate: Callable[[], T], timeout: float = 10.0) -> T:
    """Do what `eventually` does, in a test that is not async; `predicate` is a plain function."""
    deadline = time.monotonic() + timeout
    while not (value := predicate()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {timeout} s: {_describe(predicate)}; last value {value!r}")
        time.sleep(PAUSE)
    return value


def _describe(predicate: Callable[[], object]) -> str:
    try:
        return inspect.getsource(predicate).strip()
    except (OSError, TypeError):
        return repr(predicate)
