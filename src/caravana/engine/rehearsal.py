"""Rehearsing a re-run: how far an exchange's records carry it under a program, without one call or one write."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from caravana.engine.message import exchange_of
from caravana.engine.program import Program, run_route
from caravana.engine.run import Run
from caravana.engine.scope import RunScope
from caravana.journal.model import Record, Step, Stored
from caravana.kit.clock import Clock
from caravana.pattern import Ended, Signal

if TYPE_CHECKING:
    from caravana.engine.hub import Hub

EVALUATED = ("expression", "delay")
"""What is not recorded here is worked out anew: no effect."""
UNFINISHED = (Step.INTENT, Step.RETRY, Step.DOUBT)


class Reached(Signal):
    """The run came to something that is not recorded: from here on it would act."""

    def __init__(self, path: str, endpoint: str) -> None:
        """`path`, `endpoint`: what it would do first."""
        self.path = path
        self.endpoint = endpoint


class Failing(Signal):
    """A step without a call failed, and would be tried again."""

    def __init__(self, path: str, error: Exception) -> None:
        """`error`: how it failed now."""
        self.path = path
        self.error = error


@dataclass(frozen=True)
class Forecast:
    """What a re-run would do.

    `taken`: paths of the records that it goes by; `differing`: those that fit no more, as they would have to read;
    `acts_at`, `acts_on`: path and endpoint of its first new effect; `error`: what it would end with.
    """

    taken: frozenset[str]
    differing: Mapping[str, Record]
    acts_at: str | None = None
    acts_on: str | None = None
    error: str | None = None


class _Instant:
    """The hub's clock, whose sleeps are over at once."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> datetime:
        return self._clock.now()

    async def sleep(self, seconds: float) -> None:
        return None


class Stage:
    """The hub, as a rehearsal sees it."""

    def __init__(self, hub: "Hub") -> None:
        self._hub = hub
        self.clock: Clock = _Instant(hub.clock)
        self.journal = hub.journal
        self.gates = hub.gates

    def __getattr__(self, name: str) -> Any:
        return getattr(self._hub, name)


@dataclass
class _Rehearsal(Run):
    again: frozenset[str] = frozenset()
    taken: set[str] = field(default_factory=set)
    differing: dict[str, Record] = field(default_factory=dict)

    @property
    def replaying(self) -> bool:
        return True

    def find(self, path: str, endpoint: str, digest: str) -> Record | None:
        record = self.records.get(path)
        if record is None:
            if endpoint in EVALUATED:
                return None
            raise Reached(path, endpoint)
        if record.endpoint != endpoint or record.input_hash != digest:
            self.differing[path] = record.with_(endpoint=endpoint, input_hash=digest)
        if path in self.again or record.state in UNFINISHED:
            raise Reached(path, endpoint)
        self.taken.add(path)
        return record

    async def write_attempt(self, records: list[Record], error: Exception) -> None:
        raise Failing(records[0].path, error)

    async def commit(self, operation: Any, *, carries: bool = False) -> Any:
        raise Reached("", operation.name)

    async def tell_changed(self, names: Sequence[str]) -> None:
        return None

    async def wait_until(self, micros: int | None, reason: str) -> None:
        return None


async def rehearse(
    hub: "Hub", program: Program, stored: Stored, records: Mapping[str, Record], again: frozenset[str] = frozenset()
) -> Forecast:
    """Return what a re-run of `stored` under `program` would do with `records`; `again`: paths to be made anew."""
    run = _Rehearsal(stored, dict(records), Stage(hub), again=again, program=program)
    exchange = exchange_of(stored)
    route = program.route(stored.route)
    if route is None:
        return Forecast(frozenset(), {}, error=f"the route `{stored.route}` is not there any more")
    try:
        await run_route(route, exchange, RunScope(run))
    except Reached as reached:
        return Forecast(frozenset(run.taken), run.differing, reached.path, reached.endpoint)
    except Failing as failing:
        told = f"`{failing.path}` fails with {type(failing.error).__name__}: {failing.error}"
        return Forecast(frozenset(run.taken), run.differing, error=told)
    except Ended:
        return Forecast(frozenset(run.taken), run.differing)
    except Signal as signal:
        return Forecast(frozenset(run.taken), run.differing, error=type(signal).__name__)
    except Exception as error:
        return Forecast(frozenset(run.taken), run.differing, error=f"{type(error).__name__}: {error}")
    return Forecast(frozenset(run.taken), run.differing)
