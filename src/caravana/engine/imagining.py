"""Imagining a run: what a message would do, all of it, without one changing call and without one line in the journal.

What a route reads is really read, through the partners' gates as bulk work; what it would change is answered as in shadow.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from caravana.engine.message import exchange_of
from caravana.engine.modes import SHADOW
from caravana.engine.placing import settle
from caravana.engine.program import run_route
from caravana.engine.receiver import stored_of
from caravana.engine.rehearsal import Stage
from caravana.engine.run import Halted, Run, Unanswerable
from caravana.engine.scope import RunScope
from caravana.journal.model import Entry, Fence, Record, Step, Stored, child_id
from caravana.kit.ports import Arrival, Spawned
from caravana.pattern import Ended, Signal

if TYPE_CHECKING:
    from caravana.engine.hub import Hub

MOST = 1_000
"""Exchanges that one message may start."""


@dataclass
class Imagined:
    """What a message would do: `effects` in their order, and why it would not end well, if so."""

    effects: list[Record] = field(default_factory=list)
    error: str | None = None


class _Stage(Stage):
    """The hub, as an imagined run sees it: all is ours, and nobody waits behind us."""

    def outlives(self, shard: int, fence: Fence | None, seconds: float) -> bool:
        return True

    def aside(self, seq: int) -> AbstractContextManager[None]:
        return nullcontext()


@dataclass
class _Imagining(Run):
    made: list[Record] = field(default_factory=list)
    started: list[Entry] = field(default_factory=list)

    @property
    def replaying(self) -> bool:
        """Nothing is logged and no mock counts."""
        return True

    async def write(self, *records: Record) -> None:
        for record in records:
            self.records[record.path] = record
        self.made += [one for one in records if one.state == Step.WOULD]

    async def settle(self, record: Record) -> None:
        self.records[record.path] = record

    async def commit(self, operation: Any, *, carries: bool = False) -> Any:
        return True  # of what a run commits only a claim is asked for its answer: nobody else has the key

    async def write_attempt(self, records: list[Record], error: Exception) -> None:
        return None

    async def tell_changed(self, names: Sequence[str]) -> None:
        return None

    async def wait_until(self, micros: int | None, reason: str) -> None:
        return None

    async def spawn(self, path: str, address: str, arrival: Arrival) -> None:
        self.started.append(self.services.child_entry(address, arrival, self, child_id(self.stored.id, path)))

    async def spawn_all(self, path: str, children: Sequence[tuple[str, Arrival]]) -> Spawned:
        for number, (address, arrival) in enumerate(children):
            await self.spawn(f"{path}#{number}", address, arrival)
        return Spawned(len(children), 0)


async def imagine(hub: "Hub", entry: Entry) -> Imagined:
    """Return what `entry` and all that it starts would do, under the routes as they are now."""
    found, waiting = Imagined(), [entry]
    for number, one in enumerate(waiting):
        if number >= MOST:
            found.error = f"it starts more than {MOST} exchanges"
            break
        run = _Imagining(stored_of(one._replace(mode=SHADOW, bulk=True), 0), {}, _Stage(hub), caller=True)
        found.error = await _ended(run, hub) or found.error
        found.effects += run.made
        waiting += run.started
    return found


async def _ended(run: _Imagining, hub: "Hub") -> str | None:
    """Run it; returns what it ends with, when that is no good end."""
    run.program = program = hub.program
    stored: Stored = run.stored
    route, exchange = program.route(stored.route), exchange_of(stored)
    try:
        await settle(run, exchange, hub.branches, hub.known_branches)
        if route is not None:
            await run_route(route, exchange, RunScope(run))
        elif program.ad_hoc is not None:
            await program.ad_hoc(stored.route.removeprefix("="))(exchange, RunScope(run))
    except (Ended, Unanswerable):
        return None
    except Halted as halted:
        return str(halted.error)
    except Signal as signal:
        return type(signal).__name__
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return f"a dead letter at {run.letters[0].path}" if run.letters else None
