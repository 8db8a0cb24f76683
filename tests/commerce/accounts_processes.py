"""The company whose customers pay by transfer, with its hubs in processes of their own that can be killed at any step."""

import asyncio
import base64
import json
import os
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from caravana.cli.office import ask_hub
from caravana.component.odoo.sandbox import OdooSandbox
from caravana.demo.world import free_ports
from caravana.engine.configuration import read_configuration
from caravana.engine.control import Presence, presences
from caravana.engine.store import JournalStore
from caravana.kit.clock import SystemClock
from caravana.kit.sandbox import Interlude
from caravana.kit.serving import serve
from tests.commerce import processes
from tests.commerce.accounts import Books, settings_of
from tests.commerce.processes import Killable
from tests.component.bank.telling import Movement, camt053
from tests.support.waiting import eventually

GONE = "gone"


@dataclass(frozen=True)
class Hold:
    """A write of the hub's store at which whoever writes stands still, until his process is killed.

    `scope`, `state`: of the record, whose key or text has `has` in it; `GONE`: it is taken away; `after`: when it is on disk.
    """

    scope: str
    has: str
    state: str | None = None
    after: bool = False

    def takes(self, scope: str, key: str, value: Any, *, after: bool) -> bool:
        """Whether this write is the one."""
        state = GONE if value is None else value.get("state") if isinstance(value, Mapping) else None
        fits = scope == self.scope and after is self.after and self.state in (None, state)
        return fits and (self.has in key or self.has in repr(value))


@dataclass
class Holds:
    """What is held in one hub: the test writes the file `.holds`, the hub adds a line to `.held` for each that stands still."""

    file: Path
    count: int = 0

    def add(self, hold: Hold) -> None:
        """Hold at a further write."""
        self.count += 1
        with self.file.with_suffix(".holds").open("a") as target:
            target.write(json.dumps(asdict(hold)) + "\n")

    async def stand(self, scope: str, key: str, value: Any, *, after: bool) -> None:
        """Stand still here if this is such a write."""
        listed = self.file.with_suffix(".holds")
        if listed.exists() and any(
            Hold(**json.loads(line)).takes(scope, key, value, after=after) for line in listed.read_text().splitlines()
        ):
            with self.file.with_suffix(".held").open("a") as told:
                told.write(f"{scope} {key}\n")
            await asyncio.Event().wait()

    @property
    def held(self) -> int:
        """How many stand still."""
        told = self.file.with_suffix(".held")
        return len(told.read_text().splitlines()) if told.exists() else 0

    def forget(self) -> None:
        """Hold nothing any more."""
        self.count = 0
        for suffix in (".holds", ".held"):
            self.file.with_suffix(suffix).unlink(missing_ok=True)


class Counter(Killable):
    """A hub of the flow `matching`."""

    @property
    def target(self) -> Callable[[Path, Mapping[str, str]], None]:
        """What the process runs."""
        return live

    @property
    def presence(self) -> Presence | None:
        """What a started hub leaves for the command line."""
        assert self.process is not None
        found = presences(read_configuration(self.file))
        return next((one for one in found if one.pid == self.process.pid), None)

    async def answers(self) -> bool:
        """Whether it has started."""
        self.runs()
        return self.presence is not None

    async def ask(self, act: str, /, **arguments: Any) -> Any:
        """Do what `caravana bank` does, through this hub."""
        presence = self.presence
        assert presence is not None
        given = {"scheme": "bank", "act": act, "arguments": arguments, "subject": "", "actor": "rosa"}
        return await asyncio.to_thread(ask_hub, presence, "operate", given)


@dataclass
class Office(Books):
    """Odoo's books, and hubs on one journal."""

    hubs: list[Counter] = field(default_factory=list)
    waiting: list[asyncio.Event] = field(default_factory=list)
    """Calls of Odoo that stand still until their caller is dead."""

    @property
    def hub(self) -> Counter:
        """The first."""
        return self.hubs[0]

    @property
    def holds(self) -> Holds:
        """What is held in it."""
        return Holds(self.hub.file)

    async def tells(self, movements: Sequence[Movement], number: int = 1, *hubs: Counter) -> None:
        """The bank's statement of these movements is imported by each of `hubs` at once, as by `caravana bank import`."""
        content = base64.b64encode(camt053(movements, number=number)).decode()
        files = [{"name": f"{number}.xml", "content": content, "among": False}]
        imports = (one.ask("import", files=files) for one in hubs or self.hubs)
        assert [report["state"] for [report] in await asyncio.gather(*imports)] == ["taken"] * len(hubs or self.hubs)

    async def matches(self, state: str, count: int) -> list[dict[str, Any]]:
        """Return the matches in a state once there are so many."""
        found: list[dict[str, Any]] = []

        async def there() -> bool:
            found[:] = await self.hub.ask("matches", state=state)
            return len(found) == count

        await eventually(there, timeout=60)
        return found

    async def hold_call(self, operation: str, *, after: bool) -> asyncio.Event:
        """Have the next call of Odoo stand still, before it is done or before it is answered; return what tells that it does."""
        there = asyncio.Event()
        dead = asyncio.Event()
        self.waiting.append(dead)

        async def stand() -> None:
            there.set()
            await dead.wait()

        self.odoo.interludes.append(Interlude(operation, stand, after))
        return there

    async def killed_and_back(self) -> None:
        """Kill the hub, let what stood still at Odoo be done after its caller's death, and start the hub again."""
        self.hub.kill()
        await self.hub.died()
        self.holds.forget()
        for one in self.waiting:
            one.set()
        self.waiting.clear()
        await self.hub.start()


@asynccontextmanager
async def open_office(folder: Path, journal: str, count: int = 1, /, **more: Any) -> AsyncIterator[Office]:
    """Run the company with `count` hubs on one journal while the block runs; `more`: further parts of the configuration."""
    odoo = OdooSandbox(clock=SystemClock(), database="demo")
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(serve(odoo.app()))
        office = Office(odoo)
        for number, port in enumerate(free_ports(count)):
            given = {**settings_of(url, folder, **more), "journal": journal, "control": {"port": port}}
            given |= {"flows": ["matching"], "routes": [], "listener": {"port": 0}}
            given["connections"]["odoo"]["concurrency"] = 32  # those that stand still keep nobody from calling
            file = folder / f"hub{number}.yaml"
            with file.open("w") as target:
                YAML(typ="safe").dump(given, target)
            hub = Counter(file, {**os.environ})
            office.hubs.append(hub)
            stack.push_async_callback(hub.stop)
        await asyncio.gather(*(one.start() for one in office.hubs))
        yield office


def live(file: Path, environment: Mapping[str, str]) -> None:
    """Be the hub of a configuration file, whose writes can be held."""
    stand_still(file)
    processes.live(file, environment)


def stand_still(file: Path) -> None:
    """In a hub's process: have every write of the store ask whether it is held."""
    holds, put, together = Holds(file), JournalStore.put, JournalStore.put_together

    async def watched(store: JournalStore, scope: str, key: str, value: Any) -> None:
        await holds.stand(scope, key, value, after=False)
        await put(store, scope, key, value)
        await holds.stand(scope, key, value, after=True)

    async def watched_together(store: JournalStore, turn: Any, rows: Sequence[tuple[str, str, Any]]) -> Any:
        for row in rows:
            await holds.stand(*row, after=False)
        done = await together(store, turn, rows)
        for row in rows:
            await holds.stand(*row, after=True)
        return done

    JournalStore.put = watched  # type: ignore[method-assign, assignment]
    JournalStore.put_together = watched_together  # type: ignore[method-assign, assignment]
