"""A hub stopped in mid-work, as a version of Caravana left it: made once for each version of the schema, kept, and resumed.

`python -m tests.upgrade.world` writes the dump of the present version's journal to `tests/data/journal/`. A dump is never made
again for a version that was released.
"""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from caravana.engine.configuration import Configuration
from caravana.engine.hub import Hub
from caravana.journal.migration import NEWEST
from caravana.kit.clock import ManualClock
from caravana.kit.errors import Refused, Unknown
from caravana.kit.ports import Arrival
from caravana.route import read_text
from tests.engine.conftest import route
from tests.engine.partner import PartnerComponent, World, _raiser
from tests.support.waiting import eventually

DUMPS = Path(__file__).parents[1] / "data" / "journal"
STEPS = """
- to: partner:pay?kind=idempotent
- to: partner:second?kind=verifiable
- to: partner:tell?kind=blind
- to: mock:end
"""
PARAMETERS = "{key: '${body[id]}', lane: '${body[lane]}', keys: 'order:${body[id]}'}"
ROUTES = (
    route(STEPS, parameters=PARAMETERS)
    + route("- delay: {constant: 3600000}\n" + STEPS, name="later", parameters=PARAMETERS)
    + route("- idempotentConsumer: {simple: '${body[once]}', steps: [{to: mock:first}]}", name="once")
)


def make_hub(url: str, world: World, routes: str, clock: ManualClock) -> Hub:
    """Return a hub on the journal at `url` beside the test's partner."""
    PartnerComponent.world = world
    return Hub(Configuration(journal=url), [read_text(routes)], clock=clock, components=[PartnerComponent])


async def accept(hub: Hub, name: str, body: Any, *, wait: bool = True) -> None:
    """Hand one message in, and wait until what can be done is done."""
    await hub.receivers[name].accept([Arrival(body=body)])
    if wait:
        await hub.dispatcher.quiet()


async def make(url: str) -> None:
    """Leave a journal with work in every state, cut off amid a call."""
    world = World()
    hub = make_hub(url, world, ROUTES, ManualClock())
    await hub.start()
    await accept(hub, "main", {"id": "done", "lane": "a"})
    await accept(hub, "later", {"id": "waiting", "lane": "b"})
    await accept(hub, "once", {"once": "key"})
    world.fail(Refused("no such account", status=400))
    await accept(hub, "main", {"id": "dead", "lane": "c"})
    for error in (None, None, Unknown("cut")):
        world.script.append(_raiser(error, act=True))  # type: ignore[arg-type]
    await accept(hub, "main", {"id": "in doubt", "lane": "d"})
    await hub.store.put("flow", "position", {"page": 7})
    await hub.receivers["main"].accept([], cursor={"after": 5})
    calls, world.second = world.calls, asyncio.Event()
    await accept(hub, "main", {"id": "running", "lane": "e", "large": "x" * 50_000}, wait=False)
    await eventually(lambda: world.calls == calls + 2)
    await accept(hub, "main", {"id": "ready", "lane": "e"}, wait=False)
    await hub.stop(0)


def dump() -> None:
    """Write the present version's dump."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "journal.db"
        asyncio.run(make(f"sqlite:///{path}"))
        with closing(sqlite3.connect(path)) as connection:
            (DUMPS / f"{NEWEST}.sql").write_text("\n".join(connection.iterdump()) + "\n")


if __name__ == "__main__":
    dump()
