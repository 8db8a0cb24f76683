"""A company under traffic: a hub in a process of its own, a partner that counts, callers who insist, files and a timer."""

import asyncio
import contextlib
import re
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from caravana.kit.serving import serve
from tests.support.waiting import eventually

ROUTES = """\
- route:
    id: sale
    from:
      uri: platform-http:/sale
      parameters: {{reply: accepted, key: "${{header.order}}"}}
      steps: [{{removeHeaders: {{pattern: "*"}}}}, {{convertBodyTo: {{type: String}}}}, {{to: "{partner}/act"}}]
- route:
    id: question
    from:
      uri: platform-http:/question
      parameters: {{key: "${{header.order}}"}}
      steps: [{{removeHeaders: {{pattern: "*"}}}}, {{convertBodyTo: {{type: String}}}}, {{to: "{partner}/act"}}]
- route:
    id: files
    from:
      uri: file:{inbox}
      parameters: {{charset: utf-8, delay: 100, initialDelay: 0}}
      steps: [{{removeHeaders: {{pattern: "*"}}}}, {{to: "{partner}/act"}}]
- route:
    id: ticks
    from:
      uri: timer:tick
      parameters: {{period: 200, delay: 0}}
      steps:
        - setBody: {{simple: "tick ${{exchangeId}}"}}
        - removeHeaders: {{pattern: "*"}}
        - to: "{partner}/act"
"""
CALLERS = 6
MAY_BE_LEFT = {("ticks", "ready")}
"""Route and state of what may be unfinished when the hub was told to stop: the timer ticks until then."""


class Partner:
    """Counts what it did, by the text that it was sent; it takes a moment, so that calls are under way at any time."""

    def __init__(self) -> None:
        self.done: Counter[str] = Counter()

    async def act(self, request: Request) -> Response:
        """Do one thing, which nothing can undo or ask for: a blind effect."""
        what = (await request.body()).decode()
        await asyncio.sleep(0.05)
        self.done[what] += 1
        return Response("done", media_type="text/plain")

    def ticks(self) -> int:
        """Return how often the timer's exchange came to its effect."""
        return sum(what.startswith("tick") for what in self.done)


@dataclass
class Callers:
    """Customers' systems that post orders without end, each again until it is taken."""

    address: str
    accepted: set[str] = field(default_factory=set)
    answers: Counter[int] = field(default_factory=Counter)
    without_time: int = 0
    """How many refusals did not say when to come again."""

    @asynccontextmanager
    async def calling(self) -> AsyncIterator["Callers"]:
        """Post while the block runs; whoever waits for an answer at its end still gets one."""
        enough = asyncio.Event()
        async with aiohttp.ClientSession(self.address) as session:
            tasks = [asyncio.create_task(self._call(session, f"{n}", enough)) for n in range(CALLERS)]
            try:
                yield self
            finally:
                enough.set()
                await asyncio.gather(*tasks)

    async def _call(self, session: aiohttp.ClientSession, name: str, enough: asyncio.Event) -> None:
        path, number = ("/sale", "/question")[int(name) % 2], 0
        while not enough.is_set():
            number += 1
            await self._insist(session, path, f"order {name}.{number}")
            await asyncio.sleep(0.05)  # the partner can keep up

    async def _insist(self, session: aiohttp.ClientSession, path: str, order: str) -> None:
        while True:
            async with session.post(path, data=order, headers={"order": order}) as answer:
                await answer.read()
                self.answers[answer.status] += 1
                if answer.status != 503:
                    self.accepted.add(order)
                    return
                self.without_time += not answer.headers.get("Retry-After", "").isdigit()
            await asyncio.sleep(0.05)  # sooner than asked: the worst kind of caller


class Company:
    """A folder with routes, and the hub that runs on it."""

    def __init__(self, folder: Path, journal: str, partner_url: str) -> None:
        """`journal`: address of the database."""
        self.folder = folder
        self.inbox = folder / "inbox"
        self.inbox.mkdir()
        (folder / "routes").mkdir()
        (folder / "routes" / "all.yaml").write_text(ROUTES.format(partner=partner_url, inbox=self.inbox))
        (folder / "caravana.yaml").write_text(f"journal: {journal}\nlistener: {{port: 0}}\ncontrol: {{port: 0}}\n")
        self.process: asyncio.subprocess.Process
        self.listener = self.control = ""

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Company"]:
        """Run `caravana run`; at the end it is asked to stop, and must end well: it never died meanwhile."""
        command = (sys.executable, "-m", "caravana.cli", "run", "--log-format", "json")
        with (self.folder / "log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *command, cwd=self.folder, stdout=asyncio.subprocess.PIPE, stderr=log
            )
        assert self.process.stdout is not None
        try:
            async with asyncio.timeout(60):
                self.listener = _address(await self.process.stdout.readline(), self.log())
                self.control = _address(await self.process.stdout.readline(), self.log())
            yield self
            assert self.process.returncode is None, self.log()
        finally:
            if self.process.returncode is None:
                self.process.terminate()
            code = await self.process.wait()
        assert code == 0, self.log()

    def log(self) -> str:
        """Return the end of what the hub logged."""
        return (self.folder / "log").read_text()[-3000:]

    def drop(self, name: str) -> None:
        """Put a file into the inbox."""
        (self.inbox / name).write_text(f"file {name}")

    def waiting_files(self) -> set[str]:
        """Return the files that were not taken yet."""
        return {path.name for path in self.inbox.iterdir() if path.is_file()}

    async def ready(self) -> tuple[int, Any]:
        """Return status and content of `/readyz`."""
        async with aiohttp.ClientSession() as session, session.get(f"{self.control}/readyz") as answer:
            return answer.status, await answer.json()


def _address(line: bytes, log: str) -> str:
    found = re.search(rb"http://\S+", line)
    assert found, log
    return found[0].decode()


@asynccontextmanager
async def company(folder: Path, journal: str) -> AsyncIterator[tuple[Company, Partner, Callers]]:
    """Run a company with its partner; yields it with callers that have not begun."""
    partner = Partner()
    app = Starlette(routes=[Route("/act", partner.act, methods=["POST"])])
    async with serve(app) as url, Company(folder, journal, url).running() as found:
        yield found, partner, Callers(found.listener)


async def live_through(found: Company, partner: Partner, callers: Callers, breaks: Any, mends: Any) -> None:
    """Let the journal's database go away and come back amid traffic, and hold what is promised about that.

    `breaks` and `mends` are coroutine functions.
    """
    async with callers.calling():
        found.drop("before")
        await eventually(lambda: len(callers.accepted) >= 40 and not found.waiting_files() and partner.ticks(), 30)
        await breaks()
        refused = callers.answers[503]
        await eventually(lambda: callers.answers[503] > refused + 10, 30)
        status, told = await found.ready()
        assert (status, told["ready"]) == (503, False)
        assert "the journal takes nothing" in told["reasons"][0]
        found.drop("meanwhile")
        refused = callers.answers[503]
        await eventually(lambda: callers.answers[503] > refused + 40, 60)
        assert found.waiting_files() == {"meanwhile"}
        assert found.process.returncode is None
        accepted, ticks = len(callers.accepted), partner.ticks()
        await mends()
        await eventually(lambda: len(callers.accepted) >= accepted + 40, 40)
        await eventually(lambda: not found.waiting_files() and partner.ticks() >= ticks + 2, 40)
    promised = callers.accepted | {"file before", "file meanwhile"}
    with contextlib.suppress(AssertionError):
        await eventually(lambda: promised <= set(partner.done), 40)
    assert promised - set(partner.done) == set(), found.log()
    assert (await found.ready())[0] == 200
    doubled = {what: count for what, count in partner.done.items() if count > 1}
    assert not doubled, doubled
    assert set(callers.answers) <= {200, 202, 503}, callers.answers
    assert callers.without_time == 0
