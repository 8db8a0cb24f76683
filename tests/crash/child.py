"""The process that is killed: a hub with one route of three effects, which kills itself at a chosen boundary."""

import asyncio
import os
import signal
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from multiprocessing.connection import Connection
from typing import Any, ClassVar

from caravana.dispatch.lease import LeasedOwnership
from caravana.engine.configuration import Configuration, ConnectionLimits, LimitSettings
from caravana.engine.hub import Hub
from caravana.kit.component import Component, Endpoint, Producer
from caravana.kit.effect import Effect, Kind, Reply
from caravana.kit.exchange import Exchange
from caravana.kit.http import HttpSession
from caravana.kit.options import Options
from caravana.kit.ports import Arrival
from caravana.kit.uri import Uri
from caravana.route import read_text

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


@dataclass
class Boundary:
    """Where to die: the `count`-th time that `event` happens (`accept:before`, `call:after`, …)."""

    event: str = ""
    count: int = 1
    seen: Counter[str] = field(default_factory=Counter)

    def pass_(self, event: str) -> None:
        """Die here if this is the place."""
        self.seen[event] += 1
        if event == self.event and self.seen[event] == self.count:
            os.kill(os.getpid(), signal.SIGKILL)


class CountedOptions(Options):
    """Options of the counting partner."""

    kind: Kind


class CountedProducer(Producer):
    """One call of the counting partner."""

    timeout = timedelta(seconds=0.2)
    settle = timedelta(seconds=0.2)

    def __init__(self, component: "CountedComponent", name: str, kind: Kind) -> None:
        self.component = component
        self.name = name
        self.kind = kind

    def request(self, exchange: Exchange) -> Any:
        return {"do": self.name, "message": exchange.headers["id"]}

    async def send(self, request: Any, effect: Effect) -> Reply:
        self.component.boundary.pass_("call:before")
        url = f"{self.component.partner}/{self.name}/{request['message']}"
        answer = await self.component.session.call("POST", url, headers={"Key": effect.key}, timeout=5)
        self.component.boundary.pass_("call:after")
        if answer.status == 422:
            from caravana.kit.errors import Refused

            raise Refused("refused", status=422)
        return Reply({"ok": True}, reference=effect.key)

    async def verify(self, request: Any, effect: Effect) -> Reply | None:
        answer = await self.component.session.call("GET", f"{self.component.partner}/{self.name}/{request['message']}")
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
    partner: ClassVar[str] = ""
    boundary: ClassVar[Boundary] = Boundary()
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
    """Make every write of the journal a place to die at: before it is asked for, and when it is on disk."""
    submit = hub.journal.submit

    def watched(operation: Any, **options: Any) -> Any:
        boundary.pass_(f"{operation.name}:before")
        future = submit(operation, **options)
        future.add_done_callback(lambda _: boundary.pass_(f"{operation.name}:after"))
        return future

    hub.journal.submit = watched  # type: ignore[method-assign]


async def live(url: str, partner: str, event: str, count: int, ids: list[str], pipe: Connection) -> None:
    """Accept `ids`, do the work, and report; or die on the way."""
    CountedComponent.partner = partner
    boundary = CountedComponent.boundary = Boundary(event, count)
    limits = LimitSettings(connections={"counted:partner": ConnectionLimits(live=32)})
    ownership = LeasedOwnership(url, lease=1.0) if url.startswith("postgresql") else None
    configuration = Configuration(journal=url, limits=limits)
    hub = Hub(configuration, [read_text(ROUTES)], components=[CountedComponent], ownership=ownership)
    watch(hub, boundary)
    await hub.start()
    try:
        for one in ids:
            arrival = Arrival(body={"id": one, "lane": f"lane{hash(one) % 3}"}, headers={"id": one})
            await hub.receivers["main"].accept([arrival])
            pipe.send(("accepted", one))
        while await hub.receivers["main"].busy():
            await asyncio.sleep(0.02)
        rows = await hub.journal.query("select key, state from exchange", {})
        pipe.send(("states", {row["key"]: row["state"] for row in rows}))
    finally:
        await hub.stop(1)


def main(url: str, partner: str, event: str, count: int, ids: list[str], pipe: Connection) -> None:
    """Entry of the forked process."""
    import structlog

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    asyncio.run(live(url, partner, event, count, ids, pipe))
