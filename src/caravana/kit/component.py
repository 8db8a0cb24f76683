"""What a component author implements: component, endpoint, producer, consumer.

A component is a folder `caravana/component/<scheme>/` (`-` written as `_`; further schemes in its `schemes.txt`) whose
`__init__` holds a `Component` subclass, or a third party's class, an entry point of the group `caravana.components` named
after the scheme. Nothing else is touched to add one; it is imported when an address first uses the scheme.
"""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar, Literal

from caravana.kit.effect import Effect, Kind, Reply
from caravana.kit.errors import ConfigurationError
from caravana.kit.exchange import Exchange
from caravana.kit.options import Options, judge_options, read_options
from caravana.kit.ports import Arrival, Context, Flow, Receiver
from caravana.kit.uri import Uri

SERVED_BY = "component"
"""Setting of a connection that names the component it belongs to, where the connection's name does not."""


class Maturity(StrEnum):
    """How much a component's users may rely on it staying as it is."""

    STABLE = "stable"
    BETA = "beta"
    EXPERIMENTAL = "experimental"
    DEPRECATED = "deprecated"


@dataclass(frozen=True)
class Side:
    """What a connection is, by its own settings: `profile` is `test` or `live`; `setting` says so, with the value `shown`."""

    profile: Literal["test", "live"]
    setting: str
    shown: str


class Producer(ABC):
    """One effect of a route: `request` maps the exchange, `send` calls the partner, `receive` maps the reply back.

    `request` and `receive` are pure: a re-run calls them again around the recorded outcome. A request is a JSON-able
    value that names everything the call depends on, without secrets, nonces or timestamps (`send` adds those): its
    hash must be equal on every re-run.
    """

    kind: Kind = Kind.BLIND
    settle: timedelta = timedelta(0)
    """Verifiable only: the longest the partner may still be working on a call; until then "not found" is no answer."""
    key_lifetime: timedelta | None = None
    """Idempotent only: how long the partner remembers our key; None = for ever."""
    afterwards: Kind = Kind.BLIND
    """Idempotent only: what the call is once its key is forgotten; verifiable where `verify` finds what was done."""
    timeout: timedelta = timedelta(seconds=60)
    """Hard limit of one call; afterwards its outcome is unknown."""
    patience: timedelta | None = None
    """How long the call may wait for a partner that is away before it fails; None = as long as its connection's limits say."""
    given: Mapping[str, str] = MappingProxyType({})
    """Message headers that this address sets for the one call, as Simple texts: evaluated before `request`, then put back."""
    repeat_unknown: bool = False
    """Blind only: the route declares that doing it twice is harmless, so an unknown outcome is done again."""

    def handing(self, request: Any) -> "Producer":
        """Return the producer that makes the call which `request` asks for; by default this one. Pure.

        Only one that hands over to other components returns another; kind, limits and what is done in doubt are then its.
        """
        return self

    def kind_of(self, request: Any) -> Kind:
        """Return the kind of the call that `request` asks for; by default `kind`."""
        return self.kind

    def connection_of(self, request: Any, branch: str | None) -> str | None:
        """Return the connection that `request` of an exchange of `branch` goes to; None: the address's own. Pure."""
        return None

    @abstractmethod
    def request(self, exchange: Exchange) -> Any:
        """Return what the partner will be asked, as a JSON-able value. Pure."""

    @abstractmethod
    async def send(self, request: Any, effect: Effect) -> Reply:
        """Ask the partner. Raises an `EffectError` whose class says what the engine must do."""

    async def verify(self, request: Any, effect: Effect) -> Reply | None:
        """Verifiable only: ask whether the call of `effect` took place; return its reply, or None for "not found".

        Raises an `EffectError` when it cannot be asked.
        """
        raise TypeError(f"{type(self).__name__} cannot verify")

    async def heard(self, request: Any, effect: Effect) -> Reply | None:
        """Blind only: return what the hub has heard of the call by other ways (a status that came in), or None.

        Asked once the call's outcome is unknown; what comes in later settles it by `Doubts.resolve`.
        """
        return None

    def would(self, request: Any, effect: Effect) -> Reply | None:
        """Shadow: return what the partner would most likely answer when all goes well, so that the route can go on. Pure.

        What would be made is named by `imagined_id`. None (the default): nobody can tell, and the route ends there.
        """
        return None

    def receive(self, exchange: Exchange, reply: Reply) -> None:
        """Apply `reply` to the message: by default its body and headers replace and join the message's. Pure."""
        exchange.body = reply.body
        exchange.headers.update(reply.headers)


class Local(ABC):
    """A producer that makes no effect outside the hub: it runs again on a re-run and leaves no record of its own."""

    @abstractmethod
    async def process(self, exchange: Exchange, flow: Flow) -> None:
        """Work on `exchange`; `flow` calls other routes and starts child exchanges."""


class Consumer(ABC):
    """The input side of a route: turns what comes in into arrivals at its `Receiver`."""

    exclusive: bool = False
    """Whether only one process may run it at a time (pollers, timers): the engine then starts it under a lease."""

    @property
    def refusals(self) -> Mapping[str, int]:
        """What it turned away since it began, by reason; `signature` and `token`: the sender has another secret."""
        return {}

    @abstractmethod
    async def start(self) -> None:
        """Begin; returns once ready. Raises `ConfigurationError` when it can never work."""

    @abstractmethod
    async def stop(self) -> None:
        """Take nothing more; returns when what was begun is accepted or given up."""


class RecordConsumer(Consumer):
    """A consumer of records that were there before it: those of before its line come only when a person asks for them."""

    @property
    @abstractmethod
    def dated_by(self) -> str:
        """Name of the date by which a record lies before or after the line, as the partner calls it."""

    @abstractmethod
    async def line(self) -> datetime | None:
        """Return from when on records come by themselves; None when that is not decided yet."""

    @abstractmethod
    def older(self, since: datetime, until: datetime) -> AsyncIterator[Sequence[Arrival]]:
        """Yield, page by page, what the records from `since` on and before `until` would come as, with their usual keys.

        Raises an `EffectError` when the partner does not answer, `ConfigurationError` when this consumer has no past.
        """

    @abstractmethod
    def name_of(self, arrival: Arrival) -> str:
        """Return what names the record of `arrival`, which `older` yielded, in every state that it may take."""

    @abstractmethod
    def took(self, arrival: Arrival) -> bool:
        """Whether the record of `arrival`, which `older` yielded, came by itself before, however long ago."""


@dataclass(frozen=True)
class Endpoint(ABC):
    """One address of a route, with its options read."""

    uri: Uri
    options: Any
    context: Context

    @property
    def connection(self) -> str | None:
        """Name under which limits and circuit are shared, e.g. `odoo:main`; None for what stays in the hub."""
        return None

    @property
    def sources(self) -> Sequence[str]:
        """The connections from which its consumer takes messages: its own, unless it listens to several."""
        return [self.connection] if self.connection is not None else []

    def producer(self) -> Producer | Local:
        """Return the output side. Raises `ConfigurationError` when there is none."""
        raise ConfigurationError(f"`{self.uri.scheme}:` cannot be sent to")

    def consumer(self, receiver: Receiver) -> Consumer:
        """Return the input side. Raises `ConfigurationError` when there is none."""
        raise ConfigurationError(f"`{self.uri.scheme}:` cannot be consumed from")


class Severity(StrEnum):
    """How a finding of `caravana doctor` is meant."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class Finding:
    """One line of `caravana doctor`: what was looked at, how it stands, what to do.

    `es`: message and remedy in Spanish, where clerks in Odoo are told of it, too.
    """

    subject: str
    severity: Severity
    message: str
    remedy: str = ""
    es: str = ""


class Component(ABC):
    """One scheme. Class attributes are its specification; `endpoint` is its one act."""

    scheme: ClassVar[str]
    schemes: ClassVar[tuple[str, ...]] = ()
    """Further schemes that it answers to (http: https)."""
    title: ClassVar[str]
    syntax: ClassVar[str]
    """Form of the address, e.g. `direct:name`."""
    doc: ClassVar[str]
    """Meaning in one or two sentences, for docs and CLI."""
    maturity: ClassVar[Maturity] = Maturity.BETA
    options: ClassVar[type[Options]] = Options
    connection: ClassVar[type[Options] | None] = None
    """Settings of one connection to the partner (address, credentials as pydantic SecretStr), or None."""
    branch_setting: ClassVar[str | None] = None
    """Setting of a branch (`kit.branch.Branch`) that names a connection of this component, e.g. `payment_store`."""
    departures: ClassVar[Mapping[str, str]] = MappingProxyType({})
    """Options, by Camel's name, whose default or meaning is not Camel's, with the reason: the support table shows it."""
    not_supported: ClassVar[Mapping[str, str]] = MappingProxyType({})
    """Camel's options that the component does not have, with the reason; those without one are not supported yet."""
    secrets_in_address: ClassVar[bool] = False
    """Whether an address may hold `{{secret:name}}`: it then stays so in endpoint and request, and `send` fills it in."""
    forgets: ClassVar[Mapping[str, timedelta]] = MappingProxyType({})
    """Scopes of the store whose records are of use for a time only: each is removed so long after its last change."""
    places: ClassVar[int | None] = None
    """Live calls that a connection lets in at once, where its client makes waiting calls one; None = the engine's default."""
    produces: ClassVar[bool] = True
    consumes: ClassVar[bool] = True

    def __init__(self, context: Context) -> None:
        """`context`: the hub, as components see it."""
        self.context = context

    def endpoint(self, uri: Uri) -> Endpoint:
        """Return the endpoint at `uri`. Raises `ConfigurationError` for wrong options, all at once."""
        options = read_options(self.options, dict(uri.options), place=f"{uri.scheme}:{uri.path}")
        return self.create(uri, options)

    def judge(self, uri: Uri) -> None:
        """Judge an address of which parts are evaluated for each message; `${}` stands for them.

        Raises `ConfigurationError` for names of options and fixed values that no message can make right.
        """
        judge_options(self.options, uri.options, place=f"{uri.scheme}:{uri.path}")

    @abstractmethod
    def create(self, uri: Uri, options: Any) -> Endpoint:
        """Return the endpoint of `uri` with its `options` read."""

    def connection_settings(self, name: str) -> Any:
        """Return the settings of the connection `name`; paths count from the configuration's folder.

        Raises `ConfigurationError` when missing or wrong.
        """
        model = self.connection
        if model is None:
            raise ConfigurationError(f"`{self.scheme}:` has no connections")
        values = {key: value for key, value in self.context.connection(name).items() if key != SERVED_BY}
        settings = read_options(model, values, place=f"connections.{name}")
        folder = Path(self.context.setting("folder", Path()))
        paths = {key: folder / value for key, value in settings if isinstance(value, Path)}
        return settings.model_copy(update=paths) if paths else settings

    def side(self, name: str) -> Side | None:
        """Return whether connection `name` is a partner's test service or the live one; None when nothing tells.

        Raises `ConfigurationError` when its settings are wrong.
        """
        return None

    def cautions(self, name: str) -> list[Finding]:
        """Return what is set and does not hold at connection `name`, as far as it is known without asking the partner.

        `check` warns of it, the doctor tells it, and the log at a start. Raises `ConfigurationError`.
        """
        return []

    async def diagnose(self, name: str) -> list[Finding]:
        """Ask the partner behind connection `name` whether address, credentials, rights and clock are right."""
        return []

    async def operate(self, operation: str, arguments: Mapping[str, Any]) -> Any:
        """Carry out an operator's operation of this component, with JSON-able arguments and answer.

        Raises `LookupError` for what there is not, and `ConfigurationError`.
        """
        raise LookupError(f"`{self.scheme}:` has no operation `{operation}`")

    async def close(self) -> None:
        """Give back what the component holds (sessions); called once at the end."""
