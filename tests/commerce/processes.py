"""Hubs in processes of their own, between Odoo and PlacetoPay that are imitated in the test's process."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from caravana.demo.world import free_ports
from caravana.dispatch.lease import LeasedOwnership
from caravana.engine.hub import Hub
from caravana.kit.clock import ENVIRONMENT, ScaledClock
from caravana.kit.sandbox import Interlude, Sandbox
from tests.commerce.shop import Street, open_street, settings_of
from tests.support.waiting import eventually

LEASE = 1.5


@dataclass
class HubProcess:
    """One hub in a process of its own; a second `start` after a kill is the same hub again."""

    file: Path
    url: str
    control: int
    environment: dict[str, str]
    street: Street
    process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start, and wait until customers are let in."""
        with self.file.with_suffix(".log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", __name__, str(self.file), env=self.environment, stdout=log, stderr=log
            )
        await eventually(self.answers, timeout=60)

    async def answers(self) -> bool:
        """Whether the hub lets customers in."""
        assert self.process is not None
        assert self.process.returncode is None, self.file.with_suffix(".log").read_text()[-3000:]
        try:
            async with self.street.web.get(f"{self.url}/pay-style.css") as answer:
                return answer.status == 200
        except OSError:
            return False

    async def idle(self) -> None:
        """Wait until it has nothing to do."""

        async def quiet() -> bool:
            async with self.street.web.get(f"http://127.0.0.1:{self.control}/metrics") as answer:
                return "caravana_open 0.0" in await answer.text()

        await eventually(quiet, timeout=30)

    def kill(self) -> None:
        """End it as a power cut would."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)

    async def died(self) -> None:
        """Wait until it is dead by a kill."""
        assert self.process is not None
        async with asyncio.timeout(60):
            assert await self.process.wait() == -signal.SIGKILL

    def dies_at(self, sandbox: Sandbox, operation: str, *, after: bool = False) -> None:
        """Have it killed when it next calls `operation`; with `after` when that is done, before it is answered."""

        async def end() -> None:
            self.kill()
            await self.died()

        sandbox.interludes.append(Interlude(operation, end, after))

    async def stop(self) -> None:
        """End it in order, if it runs."""
        if self.process is not None and self.process.returncode is None:
            self.process.terminate()
            await self.process.wait()


@asynccontextmanager
async def open_processes(
    folder: Path, clock: ScaledClock, count: int = 1, **settings: Any
) -> AsyncIterator[tuple[Street, list[HubProcess]]]:
    """Run `count` hubs on one journal while the block runs; customers' links lead to the first."""
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
            file = folder / f"hub{number}.yaml"
            with file.open("w") as target:
                YAML(typ="safe").dump(given, target)
            hubs.append(HubProcess(file, url, control, environment, street))
            stack.push_async_callback(hubs[-1].stop)
        for hub in hubs:
            await hub.start()
        yield street, hubs


async def main(file: Path) -> None:
    """Run the hub of a configuration file, as `caravana run` does, with a short lease."""
    from caravana.cli.project import load_project
    from caravana.cli.signals import Signals
    from caravana.engine.serving import served

    project = load_project(file)
    journal = project.configuration.journal
    ownership = LeasedOwnership(journal, lease=LEASE) if journal.startswith("postgresql") else None
    hub = Hub(project.configuration, project.documents, callables=project.callables, ownership=ownership)
    async with served(hub):
        await Signals().stop()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
