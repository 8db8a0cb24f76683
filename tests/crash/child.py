"""The process that is killed or stopped: a hub with one route of every kind of effect, which does it to itself at a boundary."""

import asyncio
import os
import signal
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.connection import Connection
from typing import Any, ClassVar

import structlog

from caravana.dispatch.lease import LeasedOwnership
from caravana.engine.configuration import Configuration, ConnectionLimits, LimitSettings
from caravana.engine.hub import Hub
from caravana.engine.run import Run
from caravana.journal.model import Record, Step
from caravana.kit.component import Component, Endpoint, Producer
from caravana.kit.effect import Effect, Kind, Reply
from caravana.kit.errors import Refused
from caravana.kit.exchange import Exchange
from caravana.kit.http import HttpSession
from caravana.kit.options import Options
from caravana.kit.ports import Arrival, Unavailable
from caravana.kit.uri import Uri
from caravana.route import read_text

LEASE = 1.0
ROUTES = """
- onException:
    exception: [org.apache.camel.http.base.HttpOperationFailedException, Refused]
    handled: {constant: "true"}
    steps:
      - to: "counted:handler?kind=idempotent"
- route:
    id: main
    from:
      uri: seda:main
      parameters: {lane: "${body[lane]}", key: "${body[id]}"}
      steps:
        - to: "counted:look?kind=read"
        - to: "counted:idempotent?kind=idempotent"
        - to: "counted:verifiable?kind=verifiable"
        - to: "counted:blind?kind=blind"
        - to: "counted:refuse?kind=idempotent"
"""


@dataclass(frozen=True)
class Life:
    """How a hub lives: on which journal, with which partner, what it accepts, and where and how it is cut off.

    `event`, `count`: at the count-th time that this happens (`accept:before`, `call:after`, …) it sends itself `signal`;
    `settle`: seconds for which the partner may still be working on a call whose line was cut.
    """

    url: str
    partner: str
    event: str = ""
    count: int = 1
    ids: tuple[str, ...] = ()
    signal: int = signal.SIGKILL
    settle: float = 0.2


class Boundary:
    """Where the process is cut off."""

    def __init__(self, life: Life, tell: Callable[[str, Any], None]) -> None:
        self.life = life
        self.tell = tell
        self.seen: Counter[str] = Counter()

    def pass_(self, event: str) -> None:
        """Be cut off here if this is the place."""
        self.seen[event] += 1
        if event == self.life.event and self.seen[event] == self.life.count:
            if self.life.signal == signal.SIGSTOP:
                self.tell("stopped", os.getpid())
            # To this very thread: another one would take the signal later, while this one goes on past the boundary.
            signal.pthread_kill(threading.get_ident(), self.life.signal)


class CountedOptions(Options):
    """Options of the counting partner."""

    kind: Kind


class CountedProducer(Producer):
    """One call of the counting partner."""

    timeout = timedelta(seconds=1)

    def __init__(self, component: "CountedComponent", name: str, kind: Kind) -> None:
        self.component = component
        self.name = name
        self.kind = kind
        self.settle = timedelta(seconds=component.life.settle)
        self.step = "handler" if name == "handler" else "call"

    def request(self, exchange: Exchange) -> Any:
        return {"do": self.name, "message": exchange.headers["id"]}

    async def send(self, request: Any, effect: Effect) -> Reply:
        boundary = self.component.boundary
        boundary.pass_(f"{self.step}:before")
        asyncio.get_running_loop().call_later(0.02, boundary.pass_, "call:under way")
        url = f"{self.component.life.partner}/{self.name}/{request['message']}"
        answer = await self.component.session.call("POST", url, headers={"Key": effect.key}, timeout=5)
        boundary.pass_(f"{self.step}:after")
        if answer.status == 422:
            raise Refused("refused", status=422)
        return Reply({"ok": True}, reference=effect.key)

    async def verify(self, request: Any, effect: Effect) -> Reply | None:
        boundary = self.component.boundary
        boundary.pass_("ask:before")
        url = f"{self.component.life.partner}/{self.name}/{request['message']}"
        answer = await self.component.session.call("GET", url)
        boundary.pass_("ask:after")
        return Reply({"ok": True}, reference=effect.key) if answer.status == 200 else None


class CountedEndpoint(Endpoint):
    """`counted:name`."""

    @property
    def connection(self) -> str | None:
        return "counted:partner"

    def producer(self) -> Producer:
        return CountedProducer(CountedComponent.last, self.uri.path, self.options.kind)


class CountedComponent(Component):
    """The counting partner over HTTP."""

    scheme = "counted"
    title = "Counting partner"
    syntax = "counted:name"
    doc = "Counts what it did."
    options = CountedOptions
    life: ClassVar[Life]
    boundary: ClassVar[Boundary]
    last: ClassVar["CountedComponent"]

    def __init__(self, context: Any) -> None:
        super().__init__(context)
        self.session = HttpSession()
        CountedComponent.last = self

    def create(self, uri: Uri, options: Any) -> Endpoint:
        return CountedEndpoint(uri, options, self.context)

    async def close(self) -> None:
        await self.session.close()


def watch(hub: Hub, boundary: Boundary) -> None:
    """Make every write a place to be cut off at: before it is asked for, and when it is on disk."""
    submit, write, settle = hub.journal.submit, Run.write, Run.settle

    def watched(operation: Any, **options: Any) -> Any:
        name = {"end_run": "done"}.get(operation.name, operation.name)
        boundary.pass_(f"{name}:before")
        future = submit(operation, **options)
        future.add_done_callback(lambda _: boundary.pass_(f"{name}:after"))
        return future

    async def written(run: Run, *records: Record) -> None:
        name = "intent" if any(one.state == Step.INTENT for one in records) else "record"
        boundary.pass_(f"{name}:before")
        await write(run, *records)
        boundary.pass_(f"{name}:after")

    async def settled(run: Run, record: Record) -> None:
        boundary.pass_("record:before")
        await settle(run, record)
        boundary.pass_("record:after")  # not yet on disk where it goes there with the next intent or the end

    hub.journal.submit = watched  # type: ignore[method-assign]
    Run.settle = settled  # type: ignore[method-assign, assignment]
    Run.write = written  # type: ignore[method-assign, assignment]


WAITING = "select key from exchange where state in ('ready', 'running', 'waiting')"
ENDED = """
    select exchange.key, exchange.state, exchange.error, record.kind from exchange
    left join record on record.exchange = exchange.seq and record.path = exchange.error_path
"""


async def hand_in(hub: Hub, arrival: Arrival) -> None:
    """Hand a message in as a sender does: again until it is taken."""
    while True:
        try:
            await hub.receivers["main"].accept([arrival])
        except Unavailable:
            await asyncio.sleep(0.1)
        else:
            return


async def live(life: Life, tell: Callable[[str, Any], None]) -> None:
    """Accept, do the work, and tell how all ended; or be cut off on the way."""
    CountedComponent.life = life
    boundary = CountedComponent.boundary = Boundary(life, tell)
    limits = LimitSettings(connections={"counted:partner": ConnectionLimits(live=32)})
    ownership = LeasedOwnership(life.url, lease=LEASE) if life.url.startswith("postgresql") else None
    configuration = Configuration(journal=life.url, limits=limits)
    hub = Hub(configuration, [read_text(ROUTES)], components=[CountedComponent], ownership=ownership)
    watch(hub, boundary)
    await hub.start()
    try:
        for number, one in enumerate(life.ids):
            arrival = Arrival(body={"id": one, "lane": f"lane{number % 3}"}, headers={"id": one})
            await hand_in(hub, arrival)
            tell("accepted", one)
        while await hub.journal.query(WAITING, {}):
            await asyncio.sleep(0.02)
        tell("ended", await hub.journal.query(ENDED, {}))
    finally:
        await hub.stop(1)


def main(life: Life, pipe: Connection) -> None:
    """Entry of the forked process."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    asyncio.run(live(life, lambda what, value: pipe.send((what, value))))
