"""Hubs whose partner's circuit opens at the first failure, and a process of its own that dies while it probes."""

import asyncio
import sys

from caravana.dispatch.lease import LeasedOwnership
from caravana.engine.configuration import Configuration, ConnectionLimits, LimitSettings
from caravana.engine.hub import Hub
from caravana.kit.clock import Clock
from caravana.kit.options import parse_duration
from caravana.kit.ports import Arrival
from caravana.route import read_text
from tests.engine.conftest import route
from tests.engine.partner import PartnerComponent, World

NAME = "partner:test"
LEASE = 1.5


def make_hub(url: str, *, clock: Clock | None = None, open_for: str = "5s", rate: float = 0) -> Hub:
    """Return a hub on the journal at `url`, not started, with one route that calls the partner."""
    limits = ConnectionLimits(failures=1, open_for=parse_duration(open_for), rate=rate)
    return Hub(
        Configuration(journal=url, limits=LimitSettings(connections={NAME: limits})),
        [read_text(route("- to: 'partner:pay?kind=idempotent'"))],
        clock=clock,
        ownership=LeasedOwnership(url, lease=LEASE) if url.startswith("postgresql") else None,
        components=[PartnerComponent],
    )


async def probe_for_ever(url: str) -> None:
    """Make one call that never ends, and say when it is under way."""
    world = PartnerComponent.world = World()
    world.before = asyncio.Event()
    hub = make_hub(url)
    await hub.start()
    await hub.receivers["main"].accept([Arrival(body="probe")])
    while not world.calls:
        await asyncio.sleep(0.01)
    sys.stdout.write("probing\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(probe_for_ever(sys.argv[1]))
