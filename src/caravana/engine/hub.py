"""The hub: Camel's context. It holds journal, dispatch, components and programs, and is the port that components see."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, TypeVar

import structlog

from caravana.dispatch import Dispatcher, Follower, Ownership, Work, open_ownership
from caravana.engine.circuits import Circuits
from caravana.engine.configuration import Configuration, ConnectionLimits
from caravana.engine.doors import Doors, Rule
from caravana.engine.doubts import HubDoubts
from caravana.engine.executor import Executor
from caravana.engine.gate import Gates
from caravana.engine.housekeeping import Housekeeping
from caravana.engine.limits import Limits
from caravana.engine.listener import HubListener
from caravana.engine.loose_ends import refuse_unknown_modes
from caravana.engine.message import encode_message
from caravana.engine.metrics import Metrics
from caravana.engine.modes import OFF, inherited
from caravana.engine.opening import journal_of
from caravana.engine.placing import remembered
from caravana.engine.profile import refuse_misfits
from caravana.engine.program import Program, run_route
from caravana.engine.programs import Programs
from caravana.engine.project import Project
from caravana.engine.proxies import Proxies
from caravana.engine.receiver import RouteReceiver, stored_of, work_of
from caravana.engine.registry import Components
from caravana.engine.requests import Requests
from caravana.engine.review import HubReviews
from caravana.engine.revival import revive
from caravana.engine.run import Run
from caravana.engine.store import JournalStore
from caravana.engine.times import from_micros, to_micros
from caravana.journal import Broken, Journal, store
from caravana.journal import operations as ops
from caravana.journal.model import CIRCUITS, Ending, Entry, Fence, State, Stored, shard_of
from caravana.journal.operation import Operation
from caravana.kit import codec
from caravana.kit.branch import Branches
from caravana.kit.callables import Callables
from caravana.kit.clock import Clock, clock_from_environment
from caravana.kit.component import Component
from caravana.kit.errors import NoConsumer
from caravana.kit.exchange import IN_ONLY, Exchange
from caravana.kit.ports import Arrival, Unavailable
from caravana.route import RouteDocument

log = structlog.get_logger("caravana.hub")
R = TypeVar("R")


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
        self.branches = Branches(configuration.branches)
        self.known_branches = frozenset(self.branches)
        self.clock = clock or clock_from_environment()
        self.journal = journal or journal_of(configuration)
        self.ownership = ownership or open_ownership(configuration.journal)
        self.ownership.listen(self._heard)
        self.callables = callables or Callables()
        self.metrics = Metrics()
        self.circuits = Circuits(self.journal, self.ownership, self.clock)
        self.gates = Gates(self.clock, self._limits, self.circuits)
        port = configuration.listener
        self.listener = HubListener(port.public_url or "", self.metrics, Proxies(port.trusted_proxies))
        self.store = JournalStore(self)
        self.reviews = HubReviews(self)
        self.doubts = HubDoubts(self)
        self.components = Components(self, components)
        self.programs = Programs(self, documents)
        self.doors = Doors(self)
        self.requests = Requests(self)
        self.executor = Executor(self)
        self.dispatcher = Dispatcher(
            self.executor, self._load, self.clock, live=configuration.limits.live, bulk=configuration.limits.bulk
        )
        self._follower = Follower(self.dispatcher)
        self._housekeeping = Housekeeping(
            self.journal, self.clock, configuration.retention, lambda: self.components.forgets
        )
        self._topics: dict[str, list[Callable[[], None]]] = {CIRCUITS: [self.circuits.look]}

    @property
    def program(self) -> Program:
        """The program that new exchanges begin under."""
        return self.programs.current

    @property
    def revision(self) -> str:
        """Its name."""
        return self.programs.revision

    @property
    def receivers(self) -> Mapping[str, RouteReceiver]:
        """Where messages of each route come in, by route id."""
        return self.doors.receivers

    # Life.

    async def start(self, *, let_in: bool = True) -> None:
        """Open the journal, resume what is unfinished, then let consumers in; without `let_in` only the operator.

        Raises `ConfigurationError` when test and live are mixed, when a live profile has no go-live line, and for the mode
        of a route or connection that is not there.
        """
        refuse_misfits(self.configuration, self.components)
        refuse_unknown_modes(self.configuration, self.components, self.program.routes)
        await self.journal.open()
        await self.programs.keep()
        self.known_branches = await remembered(self.store, self.branches)
        await revive(self)
        await self.ownership.start(self._shard_won, self._shard_lost)
        await self.circuits.start(self.gates)
        await self.dispatcher.start()
        if self.ownership.shared:
            self._follower.start()
        await self.doors.open_all(self.program.routes.values(), let_in=let_in)
        self.listener.mount("/_exchange/{id}", ["GET"], self.requests.show_status)
        self.listener.publish(self.program.pages)
        self.listener.whole = True
        self._housekeeping.start()

    async def stop(self, grace: float = 10.0) -> None:
        """Take nothing more, give what runs a little time, and close; the rest resumes at the next start."""
        self.listener.whole = False
        await self.doors.close_all()
        await self._housekeeping.stop()
        await self._follower.stop()
        await self.dispatcher.stop(grace)
        await self.requests.stop()
        await self.components.close()
        await self.circuits.stop()
        await self.ownership.stop()
        await self.journal.close()

    async def turn(self, project: Project) -> tuple[Program, Program]:
        """Go over to the routes and modes of `project`: new exchanges begin under them, what began before ends under its own.

        Returns the programs before and after. When anything is wrong nothing changes: raises `RouteFileError`,
        `ConfigurationError`, `JournalError`, and what a consumer's start raises.
        """
        async with self.doors.changing():
            return await self._turn(project)

    async def _turn(self, project: Project) -> tuple[Program, Program]:
        old = (self.configuration, self.callables)
        before = Rule(self.program, self.configuration.modes)
        program = self.programs.assemble(project.documents, project.configuration, project.callables)
        after = Rule(program, project.configuration.modes)
        refuse_unknown_modes(project.configuration, self.components, program.routes)
        await self.programs.keep(program)

        def act(rule: Rule) -> None:
            self.listener.publish(rule.program.pages)
            self.configuration, self.callables = old if rule is before else (project.configuration, project.callables)
            self.programs.turn_to(rule.program)

        await self.doors.turn(before, after, act)
        return before.program, program

    async def __aenter__(self) -> "Hub":
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def _shard_won(self, shard: int) -> None:
        self._follower.again()

    async def _shard_lost(self, shard: int) -> None:
        self.dispatcher.forget_shard(shard)
        self.executor.forget_shard(shard)
        await self.dispatcher.left(shard)

    def _heard(self, kind: str, text: str) -> None:
        """Another process says that there is work, that exchanges were changed by hand, or that a topic has news."""
        if kind == "topic":
            self._call_listeners(text)
        elif kind == "ended":
            self.requests.heard(text)
        elif kind == "again":
            changed = [int(seq) for seq in text.split(",") if seq]
            self.executor.forget(*changed)
            for seq in changed:
                self.dispatcher.look_again(seq)
            self._follower.again()
        elif kind == "work" and any(self.owns(int(shard)) for shard in text.split(",")):
            self._follower.work()

    def owns(self, shard: int) -> bool:
        """Whether the shard is ours now."""
        try:
            self.ownership.fence(shard)
        except KeyError:
            return False
        return True

    def fence(self, shard: int) -> Fence | None:
        """Return our right to the shard; None when it is another's, or when nothing need be proved."""
        return self.ownership.fence(shard) if self.owns(shard) else None

    def look_again(self, seq: int) -> None:
        """An exchange was changed by hand, here or in another process: what waits for its turn is what the disk says now."""
        self.executor.forget(seq)
        self.dispatcher.look_again(seq)

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

    def admit(self, entry: Entry, seq: int, before: Fence | None = None) -> None:
        """A new exchange is on disk: dispatch it, when its shard is ours; `before`: our right to it before it was stored."""
        if not self.owns(entry.shard):
            return
        self.prime(entry, seq, before)
        if not self.ownership.shared:
            self.dispatcher.add(work_of(entry, seq))
        elif entry.lane is None:
            self.dispatcher.add(work_of(entry, seq), ordered=False)
        else:  # another process may have accepted something before it in its lane: take what the disk says, in its order
            self._follower.work()

    def prime(self, entry: Entry, seq: int, before: Fence | None) -> None:
        """Spare the first run its look at the disk, when nobody else can have run the exchange since it was stored."""
        if before is not None or not self.ownership.shared:
            self.executor.prime(stored_of(entry, seq), before)

    def ended(self, stored: Stored, ending: Ending) -> None:
        """A run was stored: tell who waits for it, and the metrics."""
        self.metrics.ended.labels(stored.route, ending.state.value).inc()
        self.requests.ended(stored, ending)
        if ending.state is State.DONE:
            age = self.clock.now() - from_micros(stored.accepted_at)
            self.metrics.seconds.observe(age.total_seconds())

    def child_entry(self, address: str, arrival: Arrival, parent: Run, child: str) -> Entry:
        """Return the entry of a child exchange at `direct:`, `seda:` or any other address. Raises `NoConsumer`."""
        scheme = address.split(":", 1)[0]
        if scheme in ("direct", "seda"):
            entry = self._receiver_at(address, parent).entry(arrival, IN_ONLY, parent=parent.stored.id, id_=child)
            mode, bulk = inherited(parent.stored.mode, entry.mode), entry.bulk or parent.stored.bulk
            return entry._replace(mode=mode, bulk=bulk)
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
            bulk=parent.stored.bulk,
            branch=arrival.branch,
            parent=parent.stored.id,
        )

    def _receiver_at(self, address: str, parent: Run) -> RouteReceiver:
        """Where a child comes in: as the routes are now, else at the route that its parent's revision had there."""
        if self.program.has(address) or not parent.program.has(address):
            route = self.program.at(address)
            return self.receivers.get(route.id) or RouteReceiver(self, route)
        return RouteReceiver(self, parent.program.at(address), revision=parent.stored.revision)

    async def call_route(self, name: str, exchange: Exchange, scope: Any) -> None:
        """Run the route at `direct:name` within the caller's run. Raises `NoConsumer`."""
        program: Program = scope.run.program or self.program
        route = program.at(f"direct:{name}")
        await run_route(route, exchange, scope.nested(f"{scope.prefix}{route.id}/"))

    def aside(self, seq: int) -> AbstractContextManager[None]:
        """Let other work run in the place of `seq` while the block waits for a partner's gate."""
        return self.dispatcher.aside(seq)

    def outlives(self, shard: int, fence: Fence | None, seconds: float) -> bool:
        """Whether the shard is surely ours for so long, by the same right: not lost and won again since `fence`."""
        return self.ownership.outlives(shard, seconds) and self.fence(shard) == fence

    def is_off(self, connection: str | None) -> bool:
        """Whether nothing may be asked of a connection now."""
        return self.configuration.modes.is_off(connection)

    def has_off(self, route_id: str) -> bool:
        """Whether a route is off: nothing comes in there, and what is there waits."""
        return self.configuration.modes.of_route(route_id) == OFF

    def alarm(self, kind: str, text: str, exchange_id: str | None = None, *, subject: str | None = None) -> None:
        """Something that a person must see: in the log, and as an item of `caravana review` until it is dealt with.

        `subject`: what it is about, one item for each; by default the exchange.
        """
        log.error(f"alarm.{kind}", text=text, exchange=exchange_id)
        now = self.clock.now()
        about = {"title": kind.replace("_", " "), "reason": text, "exchange": exchange_id}
        item = codec.dumps({**about, "since": now.isoformat(timespec="seconds")})
        key = f"alarm/{kind}/{subject or exchange_id}"
        stored = self.journal.submit(store.put_state("review", key, item, to_micros(now)), essential=True)
        stored.add_done_callback(lambda done: done.cancelled() or done.exception())

    def _limits(self, connection: str) -> Limits:
        scheme = connection.split(":", 1)[0]
        places = self.components.get(scheme).places if scheme in self.components.schemes else None
        return self.configuration.limits.connections.get(connection, ConnectionLimits()).limits(places)

    # What components ask (`caravana.kit.ports.Context`).

    @property
    def processes(self) -> int:
        """How many living processes share a connection's limits, this one counted."""
        return self.ownership.members

    def connection(self, name: str) -> Mapping[str, Any]:
        """Return the settings of a connection, secrets filled in."""
        filled: dict[str, Any] = self.configuration.filled(self.configuration.connection(name))
        return filled

    def component_of(self, connection: str) -> Component:
        """Return the component that serves a connection. Raises `ConfigurationError`."""
        return self.components.of_connection(connection, self.configuration.connection(connection))

    def setting(self, name: str, default: Any = None) -> Any:
        """Return a setting by its dotted name: of the company, else of `settings`."""
        return self.configuration.filled(self.configuration.setting(name, default))

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
