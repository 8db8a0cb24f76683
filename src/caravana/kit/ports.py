"""What the hub offers to components: the ports. The engine implements them; components know only these."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from caravana.kit.callables import Callables
from caravana.kit.clock import Clock
from caravana.kit.effect import Reply
from caravana.kit.exchange import Exchange

if TYPE_CHECKING:  # who only looks into the journal serves no requests
    from starlette.requests import Request
    from starlette.responses import Response

    from caravana.kit.component import Component

Handler = Callable[["Request"], Awaitable["Response"]]


@dataclass(frozen=True)
class Arrival:
    """One message at the door. What the endpoint's parameters say (lane, key, branch) is added by the receiver.

    - `key`: unique within the source; a second arrival with it is a duplicate
    - `lane`: one exchange at a time, in order; `strict`: doubt holds the lane
    - `business_keys`: (kind, value) pairs to find the exchange by: order, invoice, payment, customer, product
    - `branch`: the branch's name; where it is not known, `place` may tell it: what a record of Odoo has (`kit.branch.place_of`).
      An arrival with a place that fits no configured branch, or several, is accepted and waits for a person
    - `time`: the record's own time, compared with the go-live line; None = now
    - `ticket`: an unguessable text; who brings it back may ask for the answer later (`Receiver.later`)
    """

    body: Any = None
    headers: Mapping[str, Any] = field(default_factory=dict)
    key: str | None = None
    lane: str | None = None
    strict: bool = False
    business_keys: tuple[tuple[str, str], ...] = ()
    branch: str | None = None
    place: Mapping[str, Any] | None = None
    bulk: bool = False
    time: datetime | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)
    ticket: str | None = None


@dataclass(frozen=True)
class Accepted:
    """The journal's answer: on disk. `duplicate`: the exchange `id` had this key before; `conflict`: with another body."""

    id: str
    duplicate: bool = False
    conflict: bool = False


KEY_CONFLICT = "KeyConflict"
"""Class of the error of an outcome: the request's key came before with another body, and nothing was done."""


@dataclass(frozen=True)
class Outcome:
    """How a request-reply ended: `state` is the exchange's; `body` and `headers` the answer when it is done.

    `state` is `waiting` or `running` when the answer comes later than the caller waits.
    """

    id: str
    state: str
    body: Any = None
    headers: Mapping[str, Any] = field(default_factory=dict)
    error: str | None = None
    error_class: str | None = None
    status: int | None = None


class Unavailable(Exception):
    """The journal cannot take anything now (full, locked, stopping): answer 503 or stop polling; nothing was stored."""

    def __init__(self, reason: str, retry_after: float = 5.0) -> None:
        """`retry_after`: seconds after which the sender may try again."""
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after


class Receiver(Protocol):
    """Where a consumer hands in what it received. Every method raises `Unavailable` when the journal cannot take it."""

    @property
    def route_id(self) -> str:
        """The route fed by this receiver."""
        ...

    @property
    def source(self) -> str:
        """Name within which keys are unique: the consumer's address without options."""
        ...

    @property
    def go_live(self) -> datetime | None:
        """Records older than this are not taken."""
        ...

    @property
    def shadow(self) -> str:
        """What is in shadow for what is accepted now, as a text to be compared; empty: nothing, all is live."""
        ...

    @property
    def store(self) -> "Store":
        """The hub's durable records, written on the consumer's behalf.

        An exclusive consumer writes here and not in `Context.store`: what it writes, here and by `accept`, is refused
        (`Unavailable`) from the moment at which another process took it over.
        """
        ...

    async def accept(self, arrivals: Sequence[Arrival], *, cursor: Any = None) -> list[Accepted]:
        """Put `arrivals`, and the new `cursor` if given, on disk in one transaction."""
        ...

    async def request(self, arrival: Arrival, *, timeout: timedelta | None = None) -> Outcome:
        """Put `arrival` on disk, run it, and return its answer, or how far it is after `timeout` (default 30 s)."""
        ...

    async def later(self, exchange_id: str, ticket: str) -> Outcome | None:
        """Return the answer of an earlier request, waiting like `request`; None when the ticket is not that request's."""
        ...

    async def cursor(self) -> Any:
        """Return the position last stored with `accept`, or None."""
        ...

    async def busy(self) -> bool:
        """Whether an exchange accepted here is unfinished; while the journal cannot tell, it may be."""
        ...


class Spawned(NamedTuple):
    """How many children of a step were started, and how many had been before."""

    new: int
    duplicates: int


class Flow(Protocol):
    """What a running exchange offers to a `Local` producer."""

    async def call(self, name: str, exchange: Exchange) -> None:
        """Run the route that begins at `direct:name` on this same exchange. Raises `NoConsumer`."""
        ...

    async def spawn(self, address: str, arrival: Arrival) -> None:
        """Start a child exchange at the consumer `address` (`seda:name`), stored with this exchange's record."""
        ...

    async def spawn_all(self, children: Sequence[tuple[str, Arrival]]) -> "Spawned":
        """Start a child exchange at each (`seda:name`, arrival), all in one transaction with this exchange's record.

        Each comes once: one whose key its route has seen is a duplicate. A re-run returns what the first run did, whatever
        `children` are then. Raises `NoConsumer`, and nothing is started.
        """
        ...

    @property
    def replaying(self) -> bool:
        """Whether this is a re-run that has not yet reached what the first run had not done."""
        ...


class Listener(Protocol):
    """The public HTTP port."""

    @property
    def public_url(self) -> str:
        """The address under which customers and partners reach the listener, without a slash at the end."""
        ...

    def mount(self, path: str, methods: Sequence[str], handler: Handler, *, prefix: bool = False) -> None:
        """Answer `path` (Starlette syntax, `/orders/{id}`) with `handler`. Raises `ConfigurationError` when it is taken."""
        ...

    def unmount(self, path: str, methods: Sequence[str]) -> None:
        """Stop answering `path`."""
        ...


class Turn(NamedTuple):
    """Where a group of records stands, which are read, compared and changed together; `number` grows with each change."""

    scope: str
    key: str
    number: int = 0


class Store(Protocol):
    """Small durable records of the company's flows (payment attempts, links): absolute values by key, in the journal."""

    async def get(self, scope: str, key: str) -> Any:
        """Return the value, or None."""
        ...

    async def put(self, scope: str, key: str, value: Any) -> None:
        """Store `value` (JSON-able); None removes it. Raises `Unavailable`."""
        ...

    async def find(self, scope: str, prefix: str = "", limit: int = 1000, *, since: str = "") -> list[tuple[str, Any]]:
        """Return (key, value) pairs whose key begins with `prefix` and is not before `since`, sorted by key."""
        ...

    async def turn(self, scope: str, key: str) -> Turn:
        """Return where the group of records stands that `key` of `scope` names."""
        ...

    async def put_together(self, turn: Turn, rows: Sequence[tuple[str, str, Any]]) -> Turn | None:
        """Store (scope, key, value) rows in one transaction, if their group still stands at `turn`; None removes one.

        Returns where it stands then. None: another process changed the group meanwhile, and nothing was stored: look again.
        Raises `Unavailable`.
        """
        ...


class Reviews(Protocol):
    """What waits for a person."""

    async def items(self, limit: int) -> list[dict[str, Any]]:
        """Return at most so many items of every kind: JSON-able, as `caravana review --json` lists them.

        - `kind`, `id`: together unlike any other item's; `title`, `reason`, `remedy`: in words; `since`: ISO time or None
        - `branch`, `route`: whose it is, or None; `record`: `{model, id}` of Odoo that it is about, or None
        - `code`: class of the error, or None
        - `settles`: whether a person's word is enough to settle it; `details`: what a flow wrote, else missing
        """
        ...

    async def done(self, id: str, actor: str, reason: str) -> bool:  # noqa: A002 -- its name in the items
        """Take an item that `settles` off the list; False when it is not on it (any more). Raises `Unavailable`."""
        ...


class Resolved(StrEnum):
    """What became of an effect that a component says was done."""

    SETTLED = "settled"
    """It was in doubt; the exchange goes on."""
    UNDER_WAY = "under_way"
    """Its call is not over: should its outcome be unknown, `Producer.heard` is asked."""
    NOTHING = "nothing"
    """Nothing of it is in doubt, or there is no such exchange (any more)."""


class Doubts(Protocol):
    """Effects whose outcome is unknown."""

    async def resolve(self, exchange_id: str, key: str, reply: Reply) -> Resolved:
        """Say that the effect with `key` of an exchange was done, with its `reply`. Raises `Unavailable`."""
        ...


class Context(Protocol):
    """The hub, as a component sees it."""

    @property
    def clock(self) -> Clock:
        """The hub's clock."""
        ...

    @property
    def listener(self) -> Listener:
        """The public HTTP port."""
        ...

    @property
    def store(self) -> Store:
        """Durable records of the company's flows."""
        ...

    @property
    def reviews(self) -> Reviews:
        """What waits for a person."""
        ...

    @property
    def doubts(self) -> Doubts:
        """Effects whose outcome is unknown."""
        ...

    @property
    def callables(self) -> Callables:
        """The registered Python callables."""
        ...

    @property
    def processes(self) -> int:
        """How many living processes share a connection's limits, this one counted."""
        ...

    def connection(self, name: str) -> Mapping[str, Any]:
        """Return the settings of a connection, secrets resolved. Raises `ConfigurationError` when there is none."""
        ...

    def component_of(self, connection: str) -> "Component":
        """Return the component that serves a connection: the one that its setting `component` names, else its own name does.

        Raises `ConfigurationError` when there is no such connection, no component for it, or more than one.
        """
        ...

    def is_off(self, connection: str | None) -> bool:
        """Whether a person has switched `<scheme>:<connection>` off: nothing is asked there, and nothing comes in from it."""
        ...

    def setting(self, name: str, default: Any = None) -> Any:
        """Return a setting of the configuration by its dotted name (`company.name`); `folder`: where its file stands."""
        ...

    def secret(self, name: str) -> str:
        """Return a secret by name. Raises `ConfigurationError` when it is not set."""
        ...

    def wake(self, topic: str) -> None:
        """Tell every process that `topic` has news (a hint arrived): pollers that listen to it poll at once."""
        ...

    def listen(self, topic: str, action: Callable[[], None]) -> None:
        """Call `action` whenever some process wakes `topic`."""
        ...
