"""A hub on a real SQLite file, with a partner whose effects are counted."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from caravana.engine.configuration import Configuration
from caravana.engine.hub import Hub
from caravana.kit.callables import Callables
from caravana.kit.clock import Clock
from caravana.kit.component import Component
from caravana.kit.ports import Arrival
from caravana.route import read_text
from tests.engine.partner import PartnerComponent, World


class Station:
    """Starts and stops hubs on one journal, and looks into it."""

    def __init__(self, folder: Path, stack: AsyncExitStack) -> None:
        self.configuration = Configuration(journal=f"sqlite:///{folder}/journal.db")
        self.stack = stack
        self.hub: Hub | None = None
        self.world = PartnerComponent.world = World()
        self.callables: dict[str, Any] = {}
        self.further: list[type[Component]] = []

    async def start(self, routes: str, *, clock: Clock | None = None, **changes: Any) -> Hub:
        """Start a hub with `routes`, after stopping the one that runs."""
        await self.stop()
        callables = Callables()
        for name, function in self.callables.items():
            callables.register(name, function)
        configuration = self.configuration.model_copy(update=changes)
        self.hub = Hub(
            configuration,
            [read_text(routes)],
            clock=clock,
            callables=callables,
            components=[PartnerComponent, *self.further],
        )
        await self.hub.start()
        return self.hub

    async def stop(self, grace: float = 0.0) -> None:
        """Stop the hub; with no grace what runs is cut off, as by a crash."""
        if self.hub is not None:
            hub, self.hub = self.hub, None
            await hub.stop(grace)

    async def send(self, route: str, *bodies: Any, wait: bool = True, **fields: Any) -> list[str]:
        """Accept one message for each body and wait until all is quiet; returns the exchange ids."""
        assert self.hub is not None
        accepted = await self.hub.receivers[route].accept([Arrival(body=body, **fields) for body in bodies])
        if wait:
            await self.hub.dispatcher.quiet()
        return [one.id for one in accepted]

    def received(self, name: str) -> list[Any]:
        """Return the bodies that `mock:name` received."""
        assert self.hub is not None
        mock: Any = self.hub.components.get("mock")
        return [one.body for one in mock.received(name)]

    async def states(self) -> dict[str, str]:
        """Return the state of every exchange by id."""
        rows = await self.query("select id, state from exchange order by seq")
        return {row["id"]: row["state"] for row in rows}

    async def query(self, text: str) -> list[dict[str, Any]]:
        """Run a select on the journal."""
        assert self.hub is not None
        rows: list[dict[str, Any]] = await self.hub.journal.query(text, {})
        return rows


@pytest.fixture
async def station(tmp_path: Path) -> AsyncIterator[Station]:
    """A place where hubs come and go on one journal."""
    async with AsyncExitStack() as stack:
        found = Station(tmp_path, stack)
        yield found
        await found.stop()


Routes = Callable[[str], str]


def route(steps: str, *, name: str = "main", parameters: str = "{}", head: str = "") -> str:
    """Return the YAML of one seda route with `steps` (indented by the caller at column 0)."""
    body = "\n".join("        " + line for line in steps.strip("\n").splitlines())
    source = f"      uri: seda:{name}\n      parameters: {parameters}\n"
    return f"{head}\n- route:\n    id: {name}\n    from:\n{source}      steps:\n{body}\n"
