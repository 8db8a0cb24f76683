"""The demo that stays: its links can be opened, its hub killed, and Ctrl-C ends it."""

import asyncio
import os
import re
import shutil
import signal
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest


class Screen:
    """What a user reads."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.text = ""

    async def find(self, pattern: str) -> re.Match[str]:
        """Read on until the screen shows `pattern`."""
        assert self.process.stdout is not None
        async with asyncio.timeout(60):
            while (found := re.search(pattern, self.text)) is None:
                line = await self.process.stdout.readline()
                assert line, self.text
                self.text += line.decode()
        return found


@pytest.fixture
async def screen(tmp_path: Path) -> AsyncIterator[Screen]:
    """A demo that stays, after its shortest chapter, on a terminal of 80 columns."""
    command = [sys.executable, "-m", "caravana", "demo", "--stay", "--chapter", "refused", "--orders", "3"]
    environment = {**os.environ, "COLUMNS": "80"}
    arguments = [*command, "--keep", str(tmp_path)]
    process = await asyncio.create_subprocess_exec(*arguments, stdout=PIPE, stderr=STDOUT, env=environment)
    yield Screen(process)
    if process.returncode is None:
        process.send_signal(signal.SIGINT)
        await process.wait()


@pytest.mark.slow
async def test_links_open_and_the_hub_comes_back(screen: Screen) -> None:
    """A printed link opens its page, what is paid by card or transfer is told, a killed hub comes back, Ctrl-C ends with 0."""
    checkout = (await screen.find(r"checkout\s+(http\S+/session/\S+)"))[1]
    link = (await screen.find(r"(http\S+/pay/\S+)"))[1]
    file, folder = (await screen.find(r"cp (\S+) (\S+/)")).groups()
    pid = int((await screen.find(r"kill -9 (\d+)"))[1])
    async with aiohttp.ClientSession() as web:
        async with web.get(link, headers={"Accept-Language": "es"}) as answer:
            text = await answer.text()
        assert all(name in text for name in ("Pague su pedido", "PlacetoPay", "Stripe", "PayPhone"))
        card = {"action": "pay", "card": "4110760000000081", "expiry": "12/40", "cvv": "123"}
        async with web.post(checkout, data=card) as answer:
            assert answer.status == 200
        await screen.find(r"Odoo has the payment \S+ of 138\.00 USD")
        os.kill(pid, signal.SIGKILL)
        await screen.find(rf"The hub {pid} died and was started again")
        async with web.get(link) as answer:
            assert answer.status == 200
    shutil.copy(file, folder)
    await screen.find(r"Odoo has the payment \S+ of 92\.00 USD")
    screen.process.send_signal(signal.SIGINT)
    assert await screen.process.wait() == 0


async def test_asked_to_end_it_leaves_nothing_behind(screen: Screen) -> None:
    """SIGTERM ends the demo as Ctrl-C does: neither its hub nor its imitations live on."""
    await screen.find("refused")
    started = children(screen.process.pid)
    screen.process.send_signal(signal.SIGTERM)
    await screen.process.wait()
    assert started
    assert [pid for pid in started if Path(f"/proc/{pid}").exists()] == []


def children(pid: int) -> list[int]:
    """Return the processes that `pid` has started."""
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
