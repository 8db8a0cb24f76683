"""What the hub's engine makes of lost answers, and that no key and password stays anywhere."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from caravana.component.datil.sandbox import DatilSandbox
from caravana.kit.sandbox import Fault
from caravana.kit.serving import serve
from caravana.testing import RouteTest
from caravana.testing.routes import RunningRoutes
from tests.support.edocuments import example
from tests.support.journals import journal_of
from tests.support.leaping import LeapingClock, at_rest
from tests.support.waiting import eventually

ROUTES = """
- route:
    id: issue
    from:
      uri: direct:issue
      steps:
        - to: datil:prepare?connection=datil
        - to: datil:submit?connection=datil
        - to: mock:sent
"""


@asynccontextmanager
async def hub(route_test: RouteTest, **settings: str) -> AsyncIterator[tuple[RunningRoutes, DatilSandbox]]:
    """Run the routes with Dátil's imitation, thirty seconds in one."""
    clock = LeapingClock(time.time(), 30)
    sandbox = DatilSandbox(clock=clock)
    async with serve(sandbox.app()) as url:
        given = {name: value.replace("URL", url) for name, value in settings.items()}
        connections = {"datil": {"url": url, **sandbox.connection(), **given}}
        async with route_test(ROUTES, connections=connections, clock=clock) as running:
            yield running, sandbox
        await sandbox.close()


def body(sandbox: DatilSandbox, cod_doc: str) -> dict[str, Any]:
    """Return a document of today."""
    now: datetime = sandbox.clock.now()
    day = now.astimezone(ZoneInfo("America/Guayaquil")).date().isoformat()
    return {"document": example(cod_doc, fechaEmision=day).to_json()}


@pytest.mark.parametrize("cod_doc", ["01", "04"])
async def test_a_lost_answer_is_made_good(route_test: RouteTest, cod_doc: str) -> None:
    """A factura is sent again under its key, a nota de crédito is found in the list: Dátil made one of each."""
    async with hub(route_test, listUrl="URL") as (running, sandbox):
        sandbox.faults.append(Fault("issue", "cut_after"))
        await running.send("issue", body(sandbox, cod_doc))
        await eventually(lambda: running.mock("sent").bodies)
        assert running.mock("sent").bodies[0]["request_id"] == next(iter(sandbox.edocs))
        assert sandbox.calls["issue"] == (2 if cod_doc == "01" else 1)
        assert sandbox.effects["issue"] == 1


async def test_what_never_arrived_is_sent_once_it_is_sure(route_test: RouteTest) -> None:
    """Not found is no answer before `settle` is over; then the document is sent, once."""
    async with hub(route_test, listUrl="URL", settle="5m") as (running, sandbox):
        sandbox.faults.append(Fault("issue", "cut_before"))
        begun = sandbox.clock.now()
        [exchange] = await running.send("issue", body(sandbox, "04"))
        assert (await running.states())[exchange] == "waiting"
        clock = running.hub.clock
        assert isinstance(clock, LeapingClock)
        async with clock.hurrying(lambda: at_rest(running.hub)):
            await eventually(lambda: running.mock("sent").bodies, timeout=20)
        assert sandbox.effects["issue"] == 1
        assert sandbox.edocs.popitem()[1].created - begun >= timedelta(minutes=5)


async def test_what_nobody_can_be_asked_about_is_in_doubt(route_test: RouteTest, tmp_path: Path) -> None:
    """A guía whose answer was lost waits for a person; neither journal nor state holds the account's secrets."""
    async with hub(route_test) as (running, sandbox):
        sandbox.faults.append(Fault("issue", "cut_after"))
        [exchange] = await running.send("issue", body(sandbox, "06"))
        assert (await running.states())[exchange] == "in_doubt"
        assert running.mock("sent").bodies == []
    held = journal_of(next(tmp_path.rglob("*.db")))
    assert "odoo/account.move,127" in held
    assert not any(one in held for one in (sandbox.account.api_key, sandbox.account.certificate_password))
