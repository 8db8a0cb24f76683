"""Hubs in processes of their own, between Odoo and PlacetoPay that are imitated in the test's process."""

import asyncio
import multiprocessing
import os
import signal
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import aiohttp
from ruamel.yaml import YAML

from caravana.cli.project import load_project
from caravana.cli.signals import Signals
from caravana.demo.world import free_ports
from caravana.dispatch.lease import LeasedOwnership
from caravana.engine.hub import Hub
from caravana.engine.serving import served
from caravana.kit.clock import ENVIRONMENT, ScaledClock
from caravana.kit.sandbox import Interlude, Sandbox
from tests.commerce.shop import Street, open_street, settings_of
from tests.support.leaping import STEP, LeapingClock
from tests.support.waiting import eventually

LEASE = 1.5


@dataclass
class Killable:
    """One hub in a process of its own; a second `start` after a kill is the same hub again."""

    file: Path
    environment: dict[str, str]
    process: BaseProcess | None = field(default=None, kw_only=True)
    joining: asyncio.Lock = field(default_factory=asyncio.Lock, kw_only=True)
    """Of two threads that join a process of the fork server, only one would read how it ended."""

    async def start(self) -> None:
        """Start, and wait until it answers."""
        self.process = forkserver().Process(target=self.target, args=self.arguments)
        await asyncio.to_thread(self.process.start)
        await eventually(self.answers, timeout=60)

    @property
    def target(self) -> Callable[..., None]:
        """What the process runs."""
        raise NotImplementedError

    @property
    def arguments(self) -> tuple[Any, ...]:
        """What it is given."""
        return (self.file, self.environment)

    async def answers(self) -> bool:
        """Whether the hub has started."""
        raise NotImplementedError

    def runs(self) -> None:
        """Tell what the hub wrote last when it has ended by itself."""
        assert self.process is not None
        assert self.process.exitcode is None, self.file.with_suffix(".log").read_text()[-3000:]

    def kill(self) -> None:
        """End it as a power cut would."""
        assert self.process is not None
        self.process.kill()

    async def died(self) -> None:
        """Wait until it is dead by a kill."""
        process = self.process  # who waits longer than others waits for this one, though it was started again meanwhile
        assert process is not None
        async with self.joining:
            await asyncio.to_thread(process.join, 60)
        assert process.exitcode == -signal.SIGKILL

    def dies_at(self, sandbox: Sandbox, operation: str, *, after: bool = False) -> None:
        """Have it killed when it next calls `operation`; with `after` when that is done, before it is answered."""

        async def end() -> None:
            self.kill()
            await self.died()

        sandbox.interludes.append(Interlude(operation, end, after))

    async def stop(self) -> None:
        """End it in order, if it runs."""
        if self.process is not None and self.process.exitcode is None:
            self.process.terminate()
            await asyncio.to_thread(self.process.join)


@dataclass
class HubProcess(Killable):
    """A hub of the card flow."""

    url: str
    control: int
    street: Street
    clock: ScaledClock

    @property
    def target(self) -> Callable[..., None]:
        """What the process runs."""
        return live

    @property
    def arguments(self) -> tuple[Any, ...]:
        """The clock that the test may move ahead, as another process makes it, besides; None for one that it may not."""
        clock = self.clock
        shared = (clock.origin, clock.speed, clock.file) if isinstance(clock, LeapingClock) and clock.file else None
        return (*super().arguments, shared)

    async def answers(self) -> bool:
        """Whether the hub lets customers in."""
        self.runs()
        try:
            async with self.street.web.get(f"{self.url}/pay-style.css") as answer:
                return answer.status == 200
        except OSError:
            return False

    async def idle(self) -> None:
        """Wait until it has nothing to do."""
        await eventually(lambda: self.measures("caravana_open 0.0"), timeout=30)

    async def measures(self, line: str) -> bool:
        """Whether its metrics have this line; not when it is dead."""
        with suppress(aiohttp.ClientError):
            async with self.street.web.get(f"http://127.0.0.1:{self.control}/metrics") as answer:
                return f"{line}\n" in await answer.text()
        return False

    def hurrying(self, step: float = STEP) -> AbstractAsyncContextManager[None]:
        """Move the clock of all ahead by `step` seconds whenever this hub carries nothing out, while the block runs."""
        assert isinstance(self.clock, LeapingClock)
        return self.clock.hurrying(lambda: self.measures("caravana_running 0.0"), step)


@cache
def forkserver() -> ForkServerContext:
    """Processes are forked from one that has imported all, so that a hub that was killed is soon back."""
    root = Path(__file__).parents[2]
    os.environ["PYTHONPATH"] = f"{root / 'src'}{os.pathsep}{root}"  # the fork server imports by itself
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(
        [__name__, "tests.crash.child", "tests.commerce.preloaded", "tests.commerce.accounts_processes"]
    )
    return context


def live(file: Path, environment: Mapping[str, str], clock: tuple[float, float, Path] | None) -> None:
    """Be the hub of a configuration file, from here to its end; `clock`: one that is moved ahead by the test."""
    os.environ.update(environment)
    with file.with_suffix(".log").open("ab") as log:
        for stream in (1, 2):
            os.dup2(log.fileno(), stream)
    asyncio.run(main(file, None if clock is None else LeapingClock(*clock)))


@asynccontextmanager
async def open_processes(
    folder: Path,
    clock: ScaledClock,
    count: int = 1,
    changes: Callable[[dict[str, Any]], None] = lambda given: None,
    /,
    **settings: Any,
) -> AsyncIterator[tuple[Street, list[HubProcess]]]:
    """Run `count` hubs on one journal while the block runs; customers' links lead to the first.

    `changes` has the last word on the configuration.
    """
    ports = free_ports(2 * count)
    urls = [f"http://127.0.0.1:{port}" for port in ports[:count]]
    environment = {**os.environ, ENVIRONMENT: str(clock)}
    async with AsyncExitStack() as stack:
        street, odoo_url, provider_url = await open_street(stack, clock, urls[0])
        since = clock.now() - timedelta(minutes=1)
        hubs = []
        for number, (url, control) in enumerate(zip(urls, ports[count:], strict=True)):
            given = settings_of(urls[0], odoo_url, provider_url, folder, since, settings)
            given["listener"]["port"] = int(url.rpartition(":")[2])
            given |= {"control": {"port": control}, "flows": ["cards"], "routes": []}
            changes(given)
            file = folder / f"hub{number}.yaml"
            with file.open("w") as target:
                YAML(typ="safe").dump(given, target)
            hubs.append(HubProcess(file, environment, url, control, street, clock))
            stack.push_async_callback(hubs[-1].stop)
        for hub in hubs:
            await hub.start()
        yield street, hubs


async def main(file: Path, clock: LeapingClock | None) -> None:
    """Run the hub of a configuration file, as `caravana run` does, with a short lease."""
    if clock is not None:
        clock.following = asyncio.create_task(clock.follow())
    project = load_project(file)
    journal = project.configuration.journal
    ownership = LeasedOwnership(journal, lease=LEASE) if journal.startswith("postgresql") else None
    hub = Hub(project.configuration, project.documents, clock=clock, callables=project.callables, ownership=ownership)
    async with served(hub):
        await Signals().stop()
