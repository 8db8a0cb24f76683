"""Hubs on one database, stopped at the end of the test."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from caravana.engine.configuration import Configuration
from caravana.engine.hub import Hub
from caravana.route import read_text
from tests.dispatch.hubs import Freezable, Starter
from tests.dispatch.told import Watcher, WatcherStarter
from tests.engine.partner import PartnerComponent, World

LEASE = "1.5"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def world() -> World:
    """The partner of all hubs."""
    PartnerComponent.world = World()
    return PartnerComponent.world


@pytest.fixture
async def start_hub(postgres_database: str, world: World) -> AsyncIterator[Starter]:
    """Start hubs on one database; all are stopped at the end."""
    async with AsyncExitStack() as stack:

        async def begin(routes: str) -> Hub:
            hub = Hub(
                Configuration(journal=postgres_database),
                [read_text(routes)],
                ownership=Freezable(postgres_database, lease=1.5),
                components=[PartnerComponent],
            )
            await hub.start()
            stack.push_async_callback(hub.stop, 0)
            return hub

        yield begin


@pytest.fixture
async def start_watcher(postgres_database: str) -> AsyncIterator[WatcherStarter]:
    """Start watchers on one database; all are killed at the end."""
    async with AsyncExitStack() as stack:

        async def begin() -> Watcher:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.dispatch.watcher", postgres_database, LEASE,
                cwd=ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
            stack.push_async_callback(process.wait)
            stack.callback(lambda: process.kill() if process.returncode is None else None)
            return Watcher(process)

        yield begin
