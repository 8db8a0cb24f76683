"""A document on the hub itself: what its engine makes of lost answers, and what stays in journal and logs."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from caravana.component.sri.sandbox import SriSandbox
from caravana.component.sri.sandbox.sandbox import PASSWORD
from caravana.kit.sandbox import Fault
from caravana.kit.serving import serve
from caravana.testing import RouteTest
from caravana.testing.routes import RunningRoutes
from tests.support.edocuments import factura
from tests.support.journals import journal_of
from tests.support.leaping import LeapingClock, at_rest
from tests.support.waiting import eventually

ROUTES = """
- route:
    id: issue
    from:
      uri: direct:issue
      steps:
        - to: sri:prepare
        - to: sri:submit
        - to: mock:sent
        - delay: {constant: 10000}
        - to: sri:query
        - to: mock:asked
"""


@asynccontextmanager
async def hub(route_test: RouteTest, **settings: Any) -> AsyncIterator[tuple[RunningRoutes, SriSandbox]]:
    """Run the route with the imitation, thirty seconds in one."""
    clock = LeapingClock(time.time(), 30)
    sandbox = SriSandbox(clock=clock)
    async with serve(sandbox.app()) as url:
        connections = {"sri": {"url": url, **sandbox.connection(), **settings}}
        async with route_test(ROUTES, consumers=False, connections=connections, clock=clock) as running:
            yield running, sandbox
    await sandbox.close()


async def issue(running: RunningRoutes) -> None:
    """Issue a factura of today, and hurry until its answer was asked for."""
    clock = running.hub.clock
    assert isinstance(clock, LeapingClock)
    today = clock.now().astimezone(ZoneInfo("America/Guayaquil")).date().isoformat()
    await running.send("issue", {"connection": "sri", "document": {**factura(), "fechaEmision": today}})
    async with clock.hurrying(lambda: at_rest(running.hub)):
        await eventually(lambda: running.mock("asked").bodies, timeout=30)


async def test_a_document_is_issued(route_test: RouteTest) -> None:
    """Prepared, handed in, asked about: authorised, once."""
    async with hub(route_test) as (running, sandbox):
        await issue(running)
        assert running.mock("sent").bodies[0]["state"] == "in_process"
        assert running.mock("asked").bodies[0]["state"] == "authorised"
        assert len(sandbox.authority.authorised()) == 1


@pytest.mark.parametrize(("action", "sent"), [("cut_after", 1), ("cut_before", 2)])
async def test_a_lost_answer_makes_no_second_document(route_test: RouteTest, action: Any, sent: int) -> None:
    """Cut after acceptance: asked for and found. Cut before: after five minutes the same bytes go again. One document."""
    async with hub(route_test) as (running, sandbox):
        sandbox.faults.append(Fault("validarComprobante", action))
        await issue(running)
        assert running.mock("asked").bodies[0]["state"] == "authorised"
        assert sandbox.calls["validarComprobante"] == sent
        assert len({one.digest for one in sandbox.authority.audit()}) == 1
        assert (len(sandbox.authority.authorised()), sandbox.authority.issued_twice()) == (1, [])


async def test_the_password_is_kept_nowhere(
    route_test: RouteTest, tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """After calls that went well and that did not, neither journal nor logs hold it, nor a private key."""
    async with hub(route_test) as (running, sandbox):
        sandbox.faults += [
            Fault("validarComprobante", "not_json"),
            Fault("autorizacionComprobante", "status", status=500),
        ]
        await issue(running)
    files = [path for path in tmp_path.rglob("*") if path.is_file() and path.suffix != ".p12"]
    kept = "".join(journal_of(path) for path in files if path.read_bytes()[:6] == b"SQLite")
    assert "factura" in kept
    printed = capsys.readouterr()
    for text in (kept, caplog.text, printed.out, printed.err):
        assert PASSWORD not in text
        assert "PRIVATE KEY" not in text
