"""What the linter asks of the floors above: components, callables, expressions."""

from collections.abc import Collection, Sequence
from typing import Any

from caravana.engine.check_context import CheckContext, MissingConnection, NoStore
from caravana.engine.intake import GENERIC_OPTIONS, split_generic
from caravana.engine.programs import placeholders_of
from caravana.kit.component import Consumer, Endpoint, Local, Producer
from caravana.kit.errors import ConfigurationError
from caravana.kit.exchange import Exchange
from caravana.kit.nearest import nearest
from caravana.kit.ports import Accepted, Arrival, Flow, Outcome, Receiver
from caravana.kit.uri import Uri
from caravana.language import compile_expression
from caravana.pattern.java import PARENTS
from caravana.pattern.strategy import BUILT_IN
from caravana.route.dataformat import DATA_FORMATS
from caravana.route.expression import DataFormat, Expression
from caravana.route.placeholders import Settings


class EngineRegistry:
    """What the linter asks of the floors above (`caravana.route.registry.Registry`)."""

    def __init__(self, context: CheckContext) -> None:
        """`context`: settings, callables and components."""
        self._context = context
        self.components = context.components

    @property
    def schemes(self) -> Collection[str]:
        """Schemes that have a component."""
        return self.components.schemes

    @property
    def callables(self) -> Collection[str]:
        """Names of the registered callables, of the objects whose methods they are, and of the built-in strategies."""
        names = [one.name for one in self._context.callables]
        return list(dict.fromkeys([*names, *(name.partition(".")[0] for name in names), *BUILT_IN]))

    @property
    def exceptions(self) -> Collection[str]:
        """Java names that clauses may use."""
        return PARENTS

    def endpoint(self, uri: Uri) -> Endpoint:
        """Return the endpoint at `uri`, or a stand-in when its connection is not configured."""
        try:
            found = self.components.endpoint(uri)
            if self._context.configuration is None:
                _needs_nothing(found)
        except MissingConnection:
            return _Unjudged(uri, None, self._context)
        return found

    def sender(self, uri: Uri) -> Producer | Local:
        """Return the output side at `uri`. Raises `ConfigurationError`."""
        try:
            return self.endpoint(uri).producer()
        except MissingConnection:
            return _Anything()

    def address(self, uri: Uri, *, consumer: bool) -> None:
        """Judge an endpoint with its options. Raises `ConfigurationError`."""
        if not consumer:
            self.sender(uri)
            return
        _, own = split_generic(uri)
        self._refuse_misspelt_generic(own)
        try:
            self.endpoint(own).consumer(_Door(f"{own.scheme}:{own.path}"))
        except MissingConnection:
            return

    def _refuse_misspelt_generic(self, uri: Uri) -> None:
        """Raise `ConfigurationError` for what is nearer to an option of every consumer than to one of this component's."""
        fields = self.components.get(uri.scheme).options.model_fields
        own = [field.alias or name for name, field in fields.items()]
        for name in uri.options.keys() - own:
            hint = nearest(name, [*own, *GENERIC_OPTIONS])
            if any(f"`{one}`" in hint for one in GENERIC_OPTIONS):
                raise ConfigurationError(f"`{name}`: there is no such option", suggestion=hint)

    def evaluated(self, uri: Uri) -> None:
        """Judge what is fixed of an address that is evaluated for each message. Raises `ConfigurationError`."""
        self.components.get(uri.scheme).judge(uri)

    def expression(self, expression: Expression) -> None:
        """Judge an expression. Raises `ConfigurationError`."""
        compile_expression(
            expression.language,
            expression.text,
            expression.options,
            clock=self._context.clock,
            callables=self._context.callables,
            properties=Settings(placeholders_of(self._context.configuration), {}),
        )

    def data_format(self, data_format: DataFormat) -> None:
        """Judge the data format's name. Raises `ConfigurationError`."""
        if data_format.name not in DATA_FORMATS:
            raise ConfigurationError(
                f"there is no data format `{data_format.name}`", suggestion=nearest(data_format.name, DATA_FORMATS)
            )


def _needs_nothing(endpoint: Endpoint) -> None:
    """Raise `MissingConnection` when the output side needs a connection that nobody has configured."""
    try:
        endpoint.producer()
    except MissingConnection:
        raise
    except ConfigurationError:
        return


class _Door(Receiver):
    """A receiver at which nothing arrives."""

    go_live = None
    shadow = ""
    reply_accepted = False
    store = NoStore()

    def __init__(self, source: str) -> None:
        self._source = source

    @property
    def route_id(self) -> str:
        return "check"

    @property
    def source(self) -> str:
        return self._source

    async def accept(self, arrivals: Sequence[Arrival], *, cursor: Any = None) -> list[Accepted]:
        return []

    async def request(self, arrival: Arrival, *, timeout: Any = None) -> Outcome:
        return Outcome("", "failed")

    async def later(self, exchange_id: str, ticket: str) -> Outcome | None:
        return None

    async def cursor(self) -> Any:
        return None

    async def busy(self) -> bool:
        return False


class _Anything(Local):
    async def process(self, exchange: Exchange, flow: Flow) -> None:
        return None


class _Unjudged(Endpoint):
    """Stands for an endpoint whose connection nobody has configured."""

    def producer(self) -> Local:
        return _Anything()

    def consumer(self, receiver: Receiver) -> Consumer:
        raise MissingConnection("not judged")
