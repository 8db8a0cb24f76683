"""A place in a run: what the steps that run there, and the local producers among them, may ask of it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from caravana.engine.effects import carry_out
from caravana.engine.run import IN_PLACE, Run
from caravana.engine.times import to_micros
from caravana.journal import operations as ops
from caravana.journal.model import Record, Step
from caravana.kit import codec
from caravana.kit.clock import Clock
from caravana.kit.errors import NoConsumer
from caravana.kit.exchange import Exchange
from caravana.kit.ports import Arrival, Spawned


class RunScope:
    """A place in a run (`caravana.pattern.Scope`)."""

    __slots__ = ("depth", "original", "prefix", "run")

    def __init__(self, run: Run, prefix: str = "", original: Exchange | None = None, depth: int = 0) -> None:
        """`original`: the message as it entered the route or part."""
        self.run = run
        self.prefix = prefix
        self.original = original
        self.depth = depth

    @property
    def clock(self) -> Clock:
        """The hub's clock."""
        return self.run.services.clock

    @property
    def replaying(self) -> bool:
        """Whether recorded outcomes are still to come."""
        return self.run.replaying

    def nested(self, prefix: str) -> "RunScope":
        """Return the scope of a part, callee or handler."""
        return RunScope(self.run, prefix, self.original, self.depth + 1)

    async def effect(self, path: str, call: Any, exchange: Exchange) -> None:
        """Make a call or take its recorded outcome."""
        await carry_out(self.run, path, call, exchange)

    async def remember(self, path: str, kind: Any, text: str, evaluate: Callable[[], Any]) -> Any:
        """Return what an impure expression gave in the first run, or gives now."""
        record = self.run.find(path, "expression", codec.canonical_hash(text))
        if record is not None and record.state == Step.DONE:
            return codec.loads(record.reply or b"jnull")
        value = evaluate()
        self.run.remember_value(path, "read", "expression", text, value=value)
        return value

    async def local(self, path: str, producer: Any, exchange: Exchange) -> None:
        """Let a local producer work."""
        await producer.process(exchange, LocalFlow(self, path))

    async def spawn(self, path: str, address: str, arrival: Arrival) -> None:
        """Start a child exchange; a branch that this one has found meanwhile is on disk before."""
        if arrival.branch is not None and self.run.stored.branch is None:
            await self.run.place(arrival.branch)
        await self.run.spawn(path, address, arrival)

    async def spawn_all(self, path: str, children: Sequence[tuple[str, Arrival]]) -> Spawned:
        """Start child exchanges together."""
        return await self.run.spawn_all(path, children)

    async def claim(self, path: str, scope: str, key: str, *, confirmed: bool, remove_on_failure: bool) -> bool:
        """Take a ledger key."""
        return await self.run.claim(path, scope, key, confirmed=confirmed, remove_on_failure=remove_on_failure)

    async def owner(self, path: str, scope: str, key: str) -> bool:
        """Whether another exchange holds a ledger key; the answer is remembered."""
        record = self.run.find(path, f"owner:{scope}", codec.canonical_hash(key))
        if record is not None:
            return codec.loads(record.reply or b"jnull") is True
        other = await self.run.held_elsewhere(scope, key) or (
            self.run.in_shadow and await self.run.held_elsewhere(self.run.ledger(scope), key)
        )
        self.run.remember_value(path, "read", f"owner:{scope}", key, value=other)
        return other

    async def confirm(self, scope: str, key: str) -> None:
        """Confirm a ledger key now."""
        await self.run.commit(ops.confirm_claim(self.run.ledger(scope), key))

    async def pause(self, path: str, until: Callable[[datetime], datetime]) -> None:
        """Wait until a moment that is fixed on disk when it is long."""
        run = self.run
        record = run.find(path, "delay", "")
        if record is None:
            moment = until(run.services.clock.now())
            if moment - run.services.clock.now() <= IN_PLACE:
                await run.services.clock.sleep((moment - run.services.clock.now()).total_seconds())
                return
            record = Record(
                path, "delay", "delay", "", Step.RETRY, "", run.now, next_at=to_micros(moment), recorded_at=run.now
            )
            await run.write(record)
        await run.wait_until(record.next_at, "delay")


class LocalFlow:
    """What a `Local` producer may ask (`caravana.kit.ports.Flow`)."""

    __slots__ = ("_path", "_scope")

    def __init__(self, scope: RunScope, path: str) -> None:
        """`path`: the call path of the step that the producer works for."""
        self._scope = scope
        self._path = path

    async def call(self, name: str, exchange: Exchange) -> None:
        """Run the route at `direct:name` on this exchange. Raises `NoConsumer` without one, or for a circle."""
        if self._scope.depth > 50:
            raise NoConsumer(f"direct:{name}: routes call each other more than 50 deep")
        await self._scope.run.services.call_route(name, exchange, self._scope.nested(f"{self._path}>"))

    async def spawn(self, address: str, arrival: Arrival) -> None:
        """Start a child exchange."""
        await self._scope.spawn(self._path, address, arrival)

    async def spawn_all(self, children: Sequence[tuple[str, Arrival]]) -> Spawned:
        """Start child exchanges together."""
        return await self._scope.spawn_all(self._path, children)

    @property
    def replaying(self) -> bool:
        """Whether recorded outcomes are still to come."""
        return self._scope.replaying
