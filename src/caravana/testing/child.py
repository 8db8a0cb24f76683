"""The process of a crash test: reads its job from standard input, lives, and dies where it is told to."""

import asyncio
import json
import os
import signal
import sys
from collections import Counter
from importlib import import_module
from pathlib import Path
from typing import Any

import structlog

from caravana.engine.configuration import Configuration
from caravana.engine.hub import Hub
from caravana.kit.ports import Arrival
from caravana.route import read_text
from caravana.testing.counted import Book, CountedComponent
from caravana.testing.routes import RunningRoutes


class Boundary:
    """Dies the `count`-th time that `event` comes."""

    def __init__(self, event: str, count: int) -> None:
        """No `event`: never."""
        self._event = event
        self._left = count
        self.seen: Counter[str] = Counter()

    def pass_(self, event: str) -> None:
        """Die here if this is the place."""
        self.seen[event] += 1
        if event == self._event and self.seen[event] == self._left:
            os.kill(os.getpid(), signal.SIGKILL)


def watch(hub: Hub, boundary: Boundary) -> None:
    """Make every write of the journal a place to die at: before it is asked for, and when it is on disk."""
    submit = hub.journal.submit

    def watched(operation: Any, **options: Any) -> Any:
        boundary.pass_(f"{operation.name}:before")
        future = submit(operation, **options)
        future.add_done_callback(lambda _: boundary.pass_(f"{operation.name}:after"))
        return future

    hub.journal.submit = watched  # type: ignore[method-assign]


async def live(job: dict[str, Any]) -> None:
    """Accept the messages, do the work, and report; or die on the way."""
    boundary = Boundary(job["at"], job["count"])
    CountedComponent.book = Book(Path(job["book"]))
    CountedComponent.pass_ = boundary.pass_
    hub = Hub(
        Configuration(**job["settings"], callables=job["callables"]),
        [read_text(json.dumps(one)) for one in job["routes"]],
        components=[CountedComponent, *map(_named, job["components"])],
    )
    watch(hub, boundary)
    await hub.start()
    for route, body in job["messages"]:
        [accepted] = await hub.receivers[route].accept([Arrival(body)])
        _tell("accepted", accepted.id)
    running = RunningRoutes(hub)
    _tell("states", await _settled(running))
    await hub.stop(1)


async def _settled(running: RunningRoutes) -> dict[str, str]:
    """Return the states once nothing is ready or runs; on PostgreSQL the work of who died is taken when the lease is over."""
    while True:
        await running.quiet()
        states = await running.states()
        if not {"ready", "running"} & set(states.values()):
            return states
        await asyncio.sleep(0.05)


def _named(path: str) -> Any:
    module, _, name = path.partition(":")
    return getattr(import_module(module), name)


def _tell(what: str, value: Any) -> None:
    print(json.dumps([what, value]), flush=True)  # noqa: T201 -- this is how the test hears of it


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    asyncio.run(live(json.load(sys.stdin)))
