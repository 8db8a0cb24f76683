"""The hub: Camel's context. It holds journal, dispatch, components and programs, and is the port that components see."""

import asyncio
import contextlib
import json
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from caravana.dispatch import OVER, Dispatcher, Follower, Ownership, Work, open_ownership
from caravana.engine.configuration import Configuration, ConnectionLimits
from caravana.engine.executor import Executor
from caravana.engine.gate import Gates, Limits
from caravana.engine.listener import HubListener
from caravana.engine.message import encode_message
from caravana.engine.metrics import Metrics
from caravana.engine.program import Assembler, CompiledRoute, Program, asked_before, run_route
from caravana.engine.receiver import RouteReceiver, outcome_of, stored_of, work_of
from caravana.engine.registry import Components
from caravana.engine.run import Run
from caravana.engine.times import from_micros, to_micros
from caravana.journal import Broken, Journal, open_journal
from caravana.journal import operations as ops
from caravana.journal.model import OPEN, Ending, Entry, State, Stored, shard_of
from caravana.journal.operation import Operation
from caravana.kit import codec
from caravana.kit.callables import Callables
from caravana.kit.clock import Clock, clock_from_environment
from caravana.kit.component import Component, Consumer
from caravana.kit.errors import ConfigurationError, NoConsumer
from caravana.kit.exchange import IN_ONLY, Exchange
from caravana.kit.ports import Arrival, Outcome, Unavailable
from caravana.route import RouteDocument, RouteFileError, read_text

log = structlog.get_logger("caravana.hub")
R = TypeVar("R")
WATCH_FIRST, WATCH_LAST = 0.1, 5.0
RETENTION_EVERY = 600.0


class JournalStore:
    """Small durable records of the flows (`caravana.kit.ports.Store`)."""

    def __init__(self, hub: "Hub") -> None:
        """`hub`: the journal."""
        self._hub = hub

    async def get(self, scope: str, key: str) -> Any:
        """Return the value, or None."""
        stored = await self._hub.read(ops.get_state(scope, key))
        return None if stored is None else codec.loads(stored)

    async def put(self, scope: str, key: str, value: Any) -> None:
        """Store or remove a value."""
        data = None if value is None else codec.dumps(value)
        await self._hub.journal.submit(
            ops.put_state(scope, key, data, to_micros(self._hub.clock.now())), essential=True
        )

    async def find(self, scope: str, prefix: str = "", limit: int = 1000) -> list[tuple[str, Any]]:
        """Return (key, value) pairs."""
        rows = await self._hub.read(ops.find_state(scope, prefix, limit))
        return [(key, codec.loads(value)) for key, value in rows]


class Hub:
    """One running hub."""

    def __init__(
        self,
        configuration: Configuration,
        documents: Sequence[RouteDocument] = (),
        *,
        clock: Clock | None = None,
        journal: Journal | None = None,
        ownership: Ownership | None = None,
        callables: Callables | None = None,
        components: Iterable[type[Component]] = (),
    ) -> None:
        """`documents`: the routes; clock, journal and ownership are made from the configuration unless given."""
        self.configuration = configuration
        self.clock = clock or clock_from_environment()
        self.journal = journal or open_journal(configuration.journal)
        self.ownership = ownership or open_ownership(configuration.journal)
        self.ownership.listen(self._heard)
        self.callables = callables or Callables()
        self.metrics = Metrics()
        self.gates = Gates(self.clock, self._limits)
        self.listener = HubListener(configuration.listener.public_url or "", self.metrics)
        self.store = JournalStore(self)
        self.components = Components(self, components)
        self.program = self._assemble(documents)
        self.revision = self.program.revision.hash
        self._programs: dict[str, Program] = {self.revision: self.program}
        self._executor = Executor(self)
        self.dispatcher = Dispatcher(
            self._executor, self._load, self.clock, live=configuration.limits.live, bulk=configuration.limits.bulk
        )
        self._follower = Follower(self.dispatcher)
        self.receivers: dict[str, RouteReceiver] = {}
        self.consumers: dict[str, Consumer] = {}
        self._answers: dict[str, asyncio.Future[Outcome]] = {}
        self._requests: set[asyncio.Task[None]] = set()
        self._topics: dict[str, list[Callable[[], None]]] = {}
        self._housekeeping: asyncio.Task[None] | None = None

    # Building.

    def _assemble(self, documents: Sequence[RouteDocument]) -> Program:
        for name, path in self.configuration.callables.items():
            self.callables.register_path(name, path)
        assembler = Assembler(clock=self.clock, callables=self.callables, endpoint=self.components.endpoint)
        placeholders = {name: _as_text(value) for name, value in self.configuration.placeholders.items()}
        program = assembler.assemble(documents, placeholders)
        if assembler.problems:
            raise RouteFileError(tuple(assembler.problems))
        return program

    async def program_of(self, revision: str) -> Program:
        """Return the program of a revision, compiled from its manifest when it is an older one."""
        program = self._programs.get(revision)
        if program is None:
            program = self._programs[revision] = await self._old_program(revision)
        return program

    async def _old_program(self, revision: str) -> Program:
        stored = await self.read(ops.read_revision(revision))
        if stored is None:
            raise ConfigurationError(f"the journal does not hold revision {revision}")
        manifest = codec.loads(stored)
        documents = [read_text(json.dumps(one), file=f"revision {revision[:8]}") for one in manifest["routes"]]
        assembler = Assembler(clock=self.clock, callables=self.callables, endpoint=self.components.endpoint)
        program = assembler.assemble(documents, *asked_before(manifest))
        if assembler.problems:
            raise RouteFileError(tuple(assembler.problems))
        return program

    # Life.

    async def start(self) -> None:
        """Open the journal, resume what is unfinished, then let consumers in."""
        await self.journal.open()
        manifest = codec.dumps(self.program.revision.manifest)
        await self.journal.submit(
            ops.put_revision(self.revision, manifest, to_micros(self.clock.now())), essential=True
        )
        await self.ownership.start(self._shard_won, self._shard_lost)
        await self.dispatcher.start()
        if self.ownership.shared:
            self._follower.start()
        for route in self.program.routes.values():
            self.receivers[route.id] = RouteReceiver(self, route)
        for route in sorted(self.program.routes.values(), key=lambda one: one.model.startup_order or 1_000_000):
            if route.model.auto_startup and self.route_mode(route.id) != "off":
                await self.start_consumer(route)
        self.listener.mount("/_exchange/{id}", ["GET"], self._show_status)
        self._housekeeping = asyncio.create_task(self._keep_house())

    async def start_consumer(self, route: CompiledRoute) -> None:
        """Let messages in at one route. Raises `ConfigurationError`."""
        endpoint, receiver = self.components.endpoint(route.uri), self.receivers[route.id]
        consumer: Consumer | None = endpoint.consumer(receiver)

        async def began() -> None:
            nonlocal consumer
            made, consumer = consumer or endpoint.consumer(receiver), None  # each is started once
            await made.start()
            self.consumers[route.id] = made

        async def ended() -> None:
            await self.consumers.pop(route.id).stop()

        if consumer is not None and consumer.exclusive:
            await self.ownership.hold(f"consumer:{route.id}", began, ended)
        else:
            await began()

    async def stop_consumer(self, route_id: str) -> None:
        """Let nothing more in at one route."""
        await self.ownership.release(f"consumer:{route_id}")
        consumer = self.consumers.pop(route_id, None)
        if consumer is not None:
            await consumer.stop()

    async def stop(self, grace: float = 10.0) -> None:
        """Take nothing more, give what runs a little time, and close; the rest resumes at the next start."""
        for route_id in self.program.routes:
            await self.stop_consumer(route_id)
        if self._housekeeping is not None:
            self._housekeeping.cancel()
            await asyncio.gather(self._housekeeping, return_exceptions=True)
        await self._follower.stop()
        await self.dispatcher.stop(grace)
        for request in self._requests:
            request.cancel()
        await asyncio.gather(*self._requests, return_exceptions=True)
        await self.components.close()
        await self.ownership.stop()
        await self.journal.close()

    async def __aenter__(self) -> "Hub":
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def _show_status(self, request: Request) -> Response:
        """Answer the status address that a request-reply got when it took too long: the state, never the content."""
        found = await self.read(ops.read_reply(request.path_params["id"]))
        if found is None:
            return JSONResponse({"error": "no such exchange"}, 404)
        return JSONResponse({"exchange": found[1], "state": found[2]})

    async def _shard_won(self, shard: int) -> None:
        self._follower.again()

    async def _shard_lost(self, shard: int) -> None:
        self.dispatcher.forget_shard(shard)
        await self.dispatcher.left(shard)

    def _heard(self, kind: str, text: str) -> None:
        """Another process says that there is work, or that a topic has news."""
        if kind == "topic":
            self._call_listeners(text)
        elif kind == "again":
            for seq in filter(None, text.split(",")):
                self.dispatcher.look_again(int(seq))
            self._follower.again()
        elif kind == "work" and any(self._owns(int(shard)) for shard in text.split(",")):
            self._follower.work()

    def _owns(self, shard: int) -> bool:
        try:
            self.ownership.fence(shard)
        except KeyError:
            return False
        return True

    async def _keep_house(self) -> None:
        """Delete what is older than its retention, now and then."""
        retention = self.configuration.retention
        ages = {
            State.DONE: retention.done,
            State.DISCARDED: retention.done,
            State.FAILED: retention.failed,
            State.DEAD: retention.dead,
        }
        while True:
            await self.clock.sleep(RETENTION_EVERY)
            for state, age in ages.items():
                before = to_micros(self.clock.now() - age)
                with contextlib.suppress(Exception):
                    await self._retain(state, before)

    async def _retain(self, state: State, before: int) -> None:
        """Delete in small portions, so that no transaction is long."""
        deleted = 200
        while deleted == 200:
            deleted = await self.journal.submit(ops.retain(state.value, before, 200))

    # What runs and receivers ask.

    async def read(self, operation: Operation[R]) -> R:
        """Read from the journal. Raises `Unavailable`."""
        try:
            return await self.journal.read(operation)
        except Broken as error:
            raise Unavailable(str(error)) from error

    async def _load(self, after: int, most: int) -> list[Work]:
        rows = await self.journal.read(ops.read_open(after, most, self.ownership.ranges()))
        return [Work(r.seq, r.id, r.lane, r.strict, r.bulk, r.shard) for r in rows]

    def admit(self, entry: Entry, seq: int) -> None:
        """A new exchange is on disk: dispatch it, when its shard is ours."""
        if not self._owns(entry.shard):
            return
        if not self.ownership.shared:
            self._executor.prime(stored_of(entry, seq))
            self.dispatcher.add(work_of(entry, seq))
        elif entry.lane is None:
            self.dispatcher.add(work_of(entry, seq), ordered=False)
        else:  # another process may have accepted something before it in its lane: take what the disk says, in its order
            self._follower.work()
        self.metrics.open.set(len(self.dispatcher))

    def begin_request(self, entry: Entry, seq: int) -> None:
        """Run a request-reply: in a task of its own, or in its lane's turn."""
        self._answers[entry.id] = asyncio.get_running_loop().create_future()
        if self.ownership.shared:
            self._begin(self._watch_request(entry.id))
        work = work_of(entry, seq)
        if entry.lane is not None:
            self.admit(entry, seq)
        elif self._owns(entry.shard) and self.dispatcher.reserve(work):
            if not self.ownership.shared:
                self._executor.prime(stored_of(entry, seq))
            self._begin(self._run_request(work))

    def awaited(self, exchange_id: str) -> bool:
        """Whether a caller of this process waits for the exchange, in its lane's turn too: it is told at once what fails."""
        return exchange_id in self._answers

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._requests.add(task)
        task.add_done_callback(self._requests.discard)

    async def _run_request(self, work: Work) -> None:
        try:
            verdict = await self._executor(work, caller=True)
        finally:
            self.dispatcher.give_back(work)
        if verdict != OVER:
            self.dispatcher.add(work, ordered=not self.ownership.shared)

    async def _watch_request(self, exchange_id: str) -> None:
        """Look for an answer that another process gives."""
        future = self._answers[exchange_id]
        pause = WATCH_FIRST
        while not future.done():
            with contextlib.suppress(Unavailable):
                found = await self.read(ops.read_reply(exchange_id))
                if found is not None and found[2] not in OPEN and not future.done():
                    _, known, state, reply, error_class, error = found
                    future.set_result(outcome_of(known, state, reply, error_class, error))
            await asyncio.wait([future], timeout=pause)
            pause = min(2 * pause, WATCH_LAST)
        self._answers.pop(exchange_id, None)

    async def answer(self, exchange_id: str, seconds: float) -> Outcome:
        """Return the outcome of a request-reply, waiting up to `seconds` for it."""
        future = self._answers.get(exchange_id)
        if future is not None:
            try:
                return await asyncio.wait_for(asyncio.shield(future), seconds)
            except TimeoutError:
                return Outcome(exchange_id, State.RUNNING)
        found = await self.read(ops.read_reply(exchange_id))
        if found is None:
            return Outcome(exchange_id, State.FAILED, error="no such exchange", status=404)
        _, known, state, reply, error_class, error = found
        return outcome_of(known, state, reply, error_class, error)

    def ended(self, stored: Stored, ending: Ending) -> None:
        """A run was stored: tell who waits for it, and the metrics."""
        self.metrics.ended.labels(route=stored.route, state=ending.state.value).inc()
        future = self._answers.pop(stored.id, None)
        if future is not None and not future.done():
            future.set_result(outcome_of(stored.id, ending.state.value, ending.reply, ending.error_class, ending.error))
        if ending.state is State.DONE:
            age = self.clock.now() - from_micros(stored.accepted_at)
            self.metrics.seconds.observe(age.total_seconds())

    def child_entry(self, address: str, arrival: Arrival, parent: Run, child: str) -> Entry:
        """Return the entry of a child exchange at `direct:`, `seda:` or any other address. Raises `NoConsumer`."""
        scheme = address.split(":", 1)[0]
        if scheme in ("direct", "seda"):
            route = self.program.at(address)
            receiver = self.receivers.get(route.id) or RouteReceiver(self, route)
            return receiver.entry(arrival, IN_ONLY, parent=parent.stored.id, id_=child)
        if scheme not in self.components.schemes:
            raise NoConsumer(f"no component has the scheme of `{address}`")
        return Entry(
            id=child,
            route=f"={address}",
            revision=self.revision,
            source=f"tap:{address.split('?', 1)[0]}",
            message=encode_message(arrival.body, arrival.headers, arrival.properties),
            shard=shard_of(None, child),
            accepted_at=to_micros(self.clock.now()),
            mode=parent.stored.mode,
            branch=arrival.branch,
            parent=parent.stored.id,
        )

    async def call_route(self, name: str, exchange: Exchange, scope: Any) -> None:
        """Run the route at `direct:name` within the caller's run. Raises `NoConsumer`."""
        program: Program = scope.run.program or self.program
        route = program.at(f"direct:{name}")
        await run_route(route, exchange, scope.nested(f"{scope.prefix}{route.id}/"))

    def outlives(self, shard: int, seconds: float) -> bool:
        """Whether the shard is surely ours for so long."""
        return self.ownership.outlives(shard, seconds)

    def route_mode(self, route_id: str) -> str:
        """Return off, shadow or live."""
        modes = self.configuration.modes
        return modes.routes.get(route_id, modes.default)

    def mode(self, connection: str | None, exchange_mode: str) -> str:
        """Return the mode of an effect: the more careful of the exchange's and the connection's."""
        if exchange_mode != "live" or connection is None:
            return exchange_mode
        return self.configuration.modes.connections.get(connection, self.configuration.modes.default)

    def alarm(self, kind: str, text: str, exchange_id: str | None = None) -> None:
        """Something that a person must see: in the log, and as an item of `caravana review` until it is dealt with."""
        log.error(f"alarm.{kind}", text=text, exchange=exchange_id)
        item = codec.dumps({"title": kind.replace("_", " "), "reason": text, "exchange": exchange_id})
        key = f"alarm/{kind}/{exchange_id}"
        stored = self.journal.submit(ops.put_state("review", key, item, to_micros(self.clock.now())), essential=True)
        stored.add_done_callback(lambda done: done.cancelled() or done.exception())

    def _limits(self, connection: str) -> Limits:
        return self.configuration.limits.connections.get(connection, ConnectionLimits()).limits()

    # What components ask (`caravana.kit.ports.Context`).

    def connection(self, name: str) -> Mapping[str, Any]:
        """Return the settings of a connection, secrets filled in."""
        settings = self.configuration.connections.get(name)
        if settings is None:
            known = ", ".join(sorted(self.configuration.connections)) or "none"
            raise ConfigurationError(
                f"there is no connection `{name}` (there are: {known})", suggestion=f"add `connections.{name}`"
            )
        filled: dict[str, Any] = self.configuration.filled(settings)
        return filled

    def setting(self, name: str, default: Any = None) -> Any:
        """Return a setting by its dotted name: of the company, else of `settings`."""
        section, _, rest = name.partition(".")
        if section == "company" and rest in type(self.configuration.company).model_fields:
            return getattr(self.configuration.company, rest)
        if name == "profile":
            return self.configuration.profile
        if section == "branches":
            return self.configuration.branches.get(rest, default) if rest else self.configuration.branches
        return self.configuration.filled(self.configuration.settings.get(name, default))

    def secret(self, name: str) -> str:
        """Return a secret."""
        return self.configuration.secret(name)

    def wake(self, topic: str) -> None:
        """Call whoever listens to `topic`, here and in other processes."""
        self._call_listeners(topic)
        self.ownership.tell("topic", topic)

    def _call_listeners(self, topic: str) -> None:
        for action in self._topics.get(topic, ()):
            action()

    def listen(self, topic: str, action: Callable[[], None]) -> None:
        """Be called when `topic` has news."""
        self._topics.setdefault(topic, []).append(action)


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
