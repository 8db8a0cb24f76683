"""`caravana breakers` and `caravana cursors`: through the hub that runs, and on the journal when none does."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from caravana.cli.output import print_table
from caravana.cli.review import position
from caravana.kit.errors import Transient
from caravana.kit.ports import Arrival
from caravana.kit.serving import serve
from tests.cli.conftest import Command, Folder
from tests.cli.test_running import in_thread, sell
from tests.engine.circuit_world import NAME, make_hub
from tests.engine.partner import PartnerComponent, World
from tests.support.waiting import eventually

TICKS = """\
- route:
    id: tick
    from:
      uri: timer:tick
      parameters: {delay: 10, period: 3600000}
      steps:
        - log: tick
"""
CHARGE = """\
- removeHeaders: {{pattern: "CamelHttp*"}}
        - to: {}/charge"""


class Till:
    """A partner over HTTP that is away until told otherwise."""

    def __init__(self) -> None:
        self.away = True
        self.calls = 0

    async def charge(self, request: Request) -> Response:
        """Take one sale, or be away."""
        self.calls += 1
        return Response(status_code=503 if self.away else 200)


@pytest.fixture
async def till(folder: Folder) -> AsyncIterator[Till]:
    """A till that the folder's route calls; its circuit opens at the first error, for an hour."""
    found = Till()
    async with serve(Starlette(routes=[Route("/charge", found.charge, methods=["POST"])])) as url:
        connection = "http:" + url.removeprefix("http://")
        with (folder.path / "caravana.yaml").open("a") as file:
            file.write(f"limits: {{connections: {{'{connection}': {{failures: 1, open_for: 1h}}}}}}\n")
        routes = (folder.path / "routes" / "sale.yaml").read_text()
        (folder.path / "routes" / "sale.yaml").write_text(routes.replace("- to: bean:charge", CHARGE.format(url)))
        yield found


async def listed(caravana: Command, *command: str) -> Any:
    """Return what a command tells to programs."""
    return json.loads(await in_thread(caravana, *command, "--json"))


async def only_circuit(caravana: Command, state: str) -> dict[str, Any]:
    """Wait until the one circuit is in a state, and return how it is listed."""

    async def found() -> list[dict[str, Any]]:
        return [one for one in await listed(caravana, "breakers", "list") if one["state"] == state]

    circuits: list[dict[str, Any]] = await eventually(found, timeout=30)
    assert len(circuits) == 1
    return circuits[0]


async def test_circuit_is_seen_and_closed_while_the_hub_runs(folder: Folder, caravana: Command, till: Till) -> None:
    """The open circuit is listed and asks for a person in the review; closed by hand, the next sale goes out."""
    async with folder.running() as hub:
        await sell(hub["listener"], "S1")
        found = await only_circuit(caravana, "open")
        assert found["connection"] in await in_thread(caravana, "breakers", "list")
        assert [one["id"] for one in await listed(caravana, "review")] == [found["connection"]]
        till.away = False
        assert "closed" in await in_thread(caravana, "breakers", "reset", found["connection"])
        await only_circuit(caravana, "ramp")
        assert await listed(caravana, "review") == []
        await sell(hub["listener"], "S2")
        await eventually(lambda: till.calls == 2)


async def test_circuit_is_seen_and_closed_while_no_hub_runs(folder: Folder, caravana: Command, till: Till) -> None:
    """What the last hub found out is listed from the journal, and closed there; the next hub calls at once."""
    async with folder.running() as hub:
        await sell(hub["listener"], "S1")
        connection = (await only_circuit(caravana, "open"))["connection"]
    found = await only_circuit(caravana, "open")
    assert (found["connection"], found["failures"]) == (connection, 1)
    assert "not available" in found["reason"]
    till.away = False
    assert "closed" in await in_thread(caravana, "breakers", "reset", connection)
    await only_circuit(caravana, "closed")
    async with folder.running() as hub:
        await sell(hub["listener"], "S2")
        await eventually(lambda: till.calls == 2)


async def test_no_circuit_of_that_name(folder: Folder, caravana: Command) -> None:
    """A circuit that nobody knows cannot be closed; those that are known are named. Without any the list says so."""
    assert "no circuit" in await in_thread(caravana, "breakers", "list")
    assert "there are: none" in await in_thread(caravana, "breakers", "reset", "odoo:odoo", code=1)


async def in_process(folder: Folder, *command: str) -> bytes:
    """Call the command line in a process of its own: this one's output is the hub's log."""
    whole = (sys.executable, "-m", "caravana.cli", *command, "--config", folder.config)
    process = await asyncio.create_subprocess_exec(*whole, stdout=asyncio.subprocess.PIPE)
    told, _ = await process.communicate()
    assert process.returncode == 0
    return told


async def test_circuit_on_a_shared_journal(folder: Folder, postgres_database: str) -> None:
    """On PostgreSQL the command line goes to the journal, and the hubs that run hear of it."""
    text = (folder.path / "caravana.yaml").read_text().replace("sqlite:///var/journal.db", postgres_database)
    (folder.path / "caravana.yaml").write_text(text)
    world = PartnerComponent.world = World()
    world.fail(Transient("away"))
    async with make_hub(postgres_database, open_for="1h") as hub:
        await hub.receivers["main"].accept([Arrival(body="a")])
        await eventually(lambda: hub.gates.get(NAME).circuit.state == "open")
        [line] = json.loads(await in_process(folder, "breakers", "list", "--json"))
        assert (line["connection"], line["state"], line["reason"]) == (NAME, "open", "away")
        await in_process(folder, "breakers", "reset", NAME)
        await eventually(lambda: hub.gates.get(NAME).circuit.state == "ramp")


async def test_positions_of_polling_routes(folder: Folder, caravana: Command) -> None:
    """How far each polling route has read is told by the hub that runs, and by the journal when none does."""
    (folder.path / "routes" / "tick.yaml").write_text(TICKS)
    async with folder.running():

        async def ticked() -> Any:
            return await listed(caravana, "cursors")

        [running] = await eventually(ticked, timeout=30)
    assert running["route"] == "tick"
    assert datetime.fromisoformat(running["position"]) <= datetime.fromisoformat(running["at"])
    assert await listed(caravana, "cursors") == [running]
    assert running["position"] in await in_thread(caravana, "cursors")


def test_a_position_is_told_in_a_line() -> None:
    """What a watch has seen is counted, not listed; a plain position stays as it is."""
    cursor = {"line": "2026-11-24 04:47:40", "since": "2026-11-24 05:00:00", "seen": {"1": "a", "2": "b"}}
    assert position(cursor) == "line 2026-11-24 04:47:40, since 2026-11-24 05:00:00, seen 2"
    assert position("2026-11-24T05:00:00+00:00") == "2026-11-24T05:00:00+00:00"


def test_an_id_can_be_copied_from_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    """However much else stands in a row, an id is never broken in two."""
    name = "caravana.placetopay_sandbox_login_644/cancelled_order"
    print_table("Waiting", ("what", "id", "why"), [("item", name, "because " * 40)])
    assert name in capsys.readouterr().out


async def test_no_positions(folder: Folder, caravana: Command) -> None:
    """A journal without polling routes says so."""
    assert "no route polls" in await in_thread(caravana, "cursors")
