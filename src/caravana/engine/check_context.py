"""The hub as components see it while routes are judged: nothing runs or is stored."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from caravana.engine.configuration import Configuration
from caravana.engine.listener import HubListener
from caravana.engine.metrics import Metrics
from caravana.engine.registry import Components
from caravana.kit.callables import Callables
from caravana.kit.clock import Clock, SystemClock
from caravana.kit.component import Component
from caravana.kit.effect import Reply
from caravana.kit.errors import ConfigurationError
from caravana.kit.ports import Resolved, Turn


class MissingConnection(ConfigurationError):
    """A route names a connection that the configuration does not have."""


EARLIER = "_previous"
"""End of the name under which a secret that was replaced still holds for a while."""


class CheckContext:
    """The hub as components see it while routes are judged (`caravana.kit.ports.Context`): nothing runs or is stored.

    What only this machine lacks (a secret, a connection when no configuration is given) is gathered in `missing`, so
    that route files can be judged where they are written.
    """

    processes = 1

    def __init__(
        self,
        configuration: Configuration | None,
        callables: Callables,
        clock: Clock | None = None,
        *,
        strict: bool = False,
        further: Iterable[type[Component]] = (),
    ) -> None:
        """`configuration` None: connections are taken as they are named; `strict`: what is missing is an error.

        `further`: components beside those found.
        """
        self._strict = strict
        self.configuration = configuration
        self.callables = callables
        self.clock = clock or SystemClock()
        self.listener = HubListener("http://localhost", Metrics())
        self.store: Remembered = NoStore()
        self.reviews = NoReviews()
        self.doubts = NoDoubts()
        self.missing: list[str] = []
        self.components = Components(self, further)

    def connection(self, name: str) -> Mapping[str, Any]:
        """Return the settings of a connection. Raises `MissingConnection`, `ConfigurationError`."""
        if self.configuration is None:
            self._miss(f"connection `{name}` is not judged: there is no configuration")
            raise MissingConnection(f"there is no connection `{name}`")
        settings = self.configuration.connection(name)
        return {key: self._filled(value) for key, value in settings.items()}

    def _filled(self, value: Any) -> Any:
        assert self.configuration is not None
        try:
            return self.configuration.filled(value)
        except ConfigurationError as error:
            if self._strict:
                raise
            self._miss(str(error))
            return "not-set"

    def _miss(self, text: str) -> None:
        if text not in self.missing:
            self.missing.append(text)

    def component_of(self, connection: str) -> Component:
        """Return the component that serves a connection. Raises `MissingConnection`, `ConfigurationError`."""
        self.connection(connection)
        return self.components.of_connection(connection, (self.configuration or Configuration()).connection(connection))

    def is_off(self, connection: str | None) -> bool:
        """Everything is judged."""
        return False

    def setting(self, name: str, default: Any = None) -> Any:
        """Return a setting, as the hub would."""
        return (self.configuration or Configuration()).setting(name, default)

    def secret(self, name: str) -> str:
        """Return the secret, or a stand-in that is noted.

        Raises `ConfigurationError` for an earlier one (`…_previous`) that is not there: only who changes a secret has it.
        """
        if name.endswith(EARLIER) and self.configuration is not None:
            return self.configuration.secret(name)
        return str(self._filled(f"{{{{secret:{name}}}}}")) if self.configuration else "not-set"

    def wake(self, topic: str) -> None:
        """Nobody listens."""

    def listen(self, topic: str, action: Any) -> None:
        """Nothing ever happens here."""


class Remembered:
    """Some records of the journal, to be read only (`caravana.kit.ports.Store`)."""

    def __init__(self, scope: str, values: Mapping[str, Any]) -> None:
        """`values` by key, all of one `scope`."""
        self._scope = scope
        self._values = values

    async def get(self, scope: str, key: str) -> Any:
        """Return the value, or None."""
        return self._values.get(key) if scope == self._scope else None

    async def put(self, scope: str, key: str, value: Any) -> None:
        """Forget it."""

    async def turn(self, scope: str, key: str) -> Turn:
        """Return that nothing was ever changed together."""
        return Turn(scope, key)

    async def put_together(self, turn: Turn, rows: Sequence[tuple[str, str, Any]]) -> Turn:
        """Forget them."""
        return turn

    async def find(self, scope: str, prefix: str = "", limit: int = 1000, *, since: str = "") -> list[tuple[str, Any]]:
        """Return (key, value) pairs."""
        values = sorted(self._values.items()) if scope == self._scope else []
        return [(key, value) for key, value in values if key.startswith(prefix)][:limit]


class NoDoubts:
    """Nothing is in doubt (`caravana.kit.ports.Doubts`)."""

    async def resolve(self, exchange_id: str, key: str, reply: Reply) -> Resolved:
        """Find nothing."""
        return Resolved.NOTHING


class NoReviews:
    """Nothing waits for a person (`caravana.kit.ports.Reviews`)."""

    async def items(self, limit: int) -> list[dict[str, Any]]:
        """Return nothing."""
        return []

    async def done(self, id: str, actor: str, reason: str) -> bool:  # noqa: A002 -- the port's name
        """Find nothing."""
        return False


class NoStore(Remembered):
    """Keeps nothing."""

    def __init__(self) -> None:
        """Nothing is there."""
        super().__init__("", {})
