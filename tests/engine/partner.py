"""A partner that lives in the test's process: it counts what it did and misbehaves on request."""

import asyncio
from collections import deque
from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar

from pydantic import Field

from caravana.kit.component import Component, Endpoint, Producer
from caravana.kit.departure import Withheld, departing
from caravana.kit.effect import Effect, Kind, Reply, imagined_id
from caravana.kit.exchange import Exchange
from caravana.kit.options import Options


class World:
    """What the partner did, and what it will do wrong: `script` holds one behaviour for each call to come.

    `there`: what is told instead of its own name, by name.
    """

    def __init__(self) -> None:
        self.done: list[tuple[str, Any]] = []
        self.calls = 0
        self.asked = 0
        self.visible = True
        self.there: dict[str, str] = {}
        self.script: deque[Callable[[], Exception | None]] = deque()
        self.before: asyncio.Event | None = None
        self.second: asyncio.Event | None = None

    def fail(self, *errors: Exception) -> None:
        """Raise `errors` in turn, doing nothing."""
        self.script.extend(_raiser(error, act=False) for error in errors)

    def lose_answer(self, error: Exception) -> None:
        """Do it, then raise `error`."""
        self.script.append(_raiser(error, act=True))

    def hold_back(self, *, after: int) -> None:
        """Hold the next call back, after so many of its requests left."""

        def behave() -> Exception:
            departure = departing.get()
            assert departure is not None
            departure.left = after > 0
            return Withheld()

        behave.act = False  # type: ignore[attr-defined]
        self.script.append(behave)


def _raiser(error: Exception, *, act: bool) -> Callable[[], Exception | None]:
    def behave() -> Exception | None:
        return error

    behave.act = act  # type: ignore[attr-defined]
    return behave


class PartnerOptions(Options):
    """Options of the test partner."""

    kind: Kind = Kind.BLIND
    settle: int = Field(0, description="Seconds.")
    repeat: bool = False
    lifetime: int = Field(0, description="Seconds for which a key is honoured; 0 = for ever.")
    afterwards: Kind = Field(Kind.BLIND, description="What a call is once its key is forgotten.")
    hears: bool = Field(False, description="Blind: whether the hub hears by another way what was done.")
    imagined: bool = Field(False, description="Whether its answer can be imagined in shadow.")


class PartnerProducer(Producer):
    """Does one thing at the partner."""

    timeout = timedelta(seconds=5)

    def __init__(self, world: World, options: PartnerOptions, name: str) -> None:
        self.world = world
        self.kind = options.kind
        self.settle = timedelta(seconds=options.settle)
        self.repeat_unknown = options.repeat
        self.key_lifetime = timedelta(seconds=options.lifetime) if options.lifetime else None
        self.afterwards = options.afterwards
        self.name = name
        self.imagined = options.imagined
        self.hears = options.hears

    def request(self, exchange: Exchange) -> Any:
        return {"do": self.name, "body": exchange.body}

    async def send(self, request: Any, effect: Effect) -> Reply:
        self.world.calls += 1
        behaviour = self.world.script.popleft() if self.world.script else None
        if self.world.before is not None:
            await self.world.before.wait()
        if self.world.second is not None and request["do"] == "second":
            await self.world.second.wait()
        if behaviour is None or behaviour.act:  # type: ignore[attr-defined]
            self._do(request, effect)
        if behaviour is not None and (error := behaviour()) is not None:
            raise error
        return Reply({"made": self.world.there.get(request["do"], request["do"])}, reference=effect.key)

    def _do(self, request: Any, effect: Effect) -> None:
        known = [key for key, _ in self.world.done]
        if self.kind is Kind.IDEMPOTENT and effect.key in known:
            return
        if self.kind is not Kind.READ:
            self.world.done.append((effect.key, request["body"]))

    def would(self, request: Any, effect: Effect) -> Reply | None:
        return Reply({"made": imagined_id(effect)}) if self.imagined else None

    async def heard(self, request: Any, effect: Effect) -> Reply | None:
        done = self.hears and any(key == effect.key for key, _ in self.world.done)
        return Reply({"made": request["do"]}, reference=effect.key) if done else None

    async def verify(self, request: Any, effect: Effect) -> Reply | None:
        self.world.asked += 1
        found = self.world.visible and any(key == effect.key for key, _ in self.world.done)
        return Reply({"made": request["do"]}, reference=effect.key) if found else None


class PartnerEndpoint(Endpoint):
    """`partner:name`."""

    @property
    def connection(self) -> str | None:
        return "partner:test"

    def producer(self) -> Producer:
        return PartnerProducer(PartnerComponent.world, self.options, self.uri.path)


class PartnerComponent(Component):
    """The test partner."""

    scheme = "partner"
    title = "Test partner"
    syntax = "partner:name"
    doc = "Counts effects."
    options = PartnerOptions
    world: ClassVar[World] = World()

    def create(self, uri: Any, options: Any) -> Endpoint:
        return PartnerEndpoint(uri, options, self.context)
