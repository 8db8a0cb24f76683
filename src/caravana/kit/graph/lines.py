"""What every component of Meta's is: one line for each connection, opened when it is needed, examined and closed."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar

from caravana.kit.component import Component, Finding, Severity, Side
from caravana.kit.errors import ConfigurationError
from caravana.kit.graph.settings import GraphSettings
from caravana.kit.ports import Context
from caravana.kit.uri import Uri


class ClosingLine(Protocol):
    """A connection at work that can be closed."""

    async def close(self) -> None:
        """Give it back."""
        ...


L = TypeVar("L", bound=ClosingLine)
E = TypeVar("E", bound=StrEnum)


class GraphComponent(Component, Generic[L]):
    """Base of Meta's components; a subclass opens its lines and knows what to ask about them."""

    def __init__(self, context: Context) -> None:
        """`context`: the hub."""
        super().__init__(context)
        self._lines: dict[str, L] = {}

    def open_line(self, name: str, settings: Any) -> L:
        """Return the line of connection `name`, new."""
        raise NotImplementedError

    async def examine(self, line: L, url: str) -> list[Finding]:
        """Return what is right and wrong with a connection; `url`: where its webhooks come in."""
        raise NotImplementedError

    def line(self, name: str) -> L:
        """Return the line of connection `name`. Raises `ConfigurationError` when its settings are wrong."""
        if name not in self._lines:
            self._lines[name] = self.open_line(name, self.connection_settings(name))
        return self._lines[name]

    def side(self, name: str) -> Side:
        """Return whether customers are reached."""
        settings: GraphSettings = self.connection_settings(name)
        return settings.side(name)

    async def diagnose(self, name: str) -> list[Finding]:
        """Ask Meta whether the connection is right."""
        try:
            line = self.line(name)
        except ConfigurationError as error:
            return [Finding("settings", Severity.ERROR, str(error), f"mend connections.{name} in the configuration")]
        return await self.examine(line, self.context.listener.public_url + webhook_path(self.scheme, name))

    async def close(self) -> None:
        """Close the connections."""
        for line in self._lines.values():
            await line.close()
        self._lines.clear()


def webhook_path(scheme: str, connection: str) -> str:
    """Return where Meta's webhooks for `connection` come in."""
    return f"/{scheme}/{connection}"


def operation_of(uri: Uri, operations: type[E]) -> E:
    """Return the operation of an address. Raises `ConfigurationError` for one that there is not."""
    known: Sequence[str] = [one.value for one in operations]
    if uri.path not in known:
        text = f"`{uri.scheme}:{uri.path}` is no operation"
        raise ConfigurationError(text, place=str(uri), suggestion=f"one of {', '.join(known)}")
    return operations(uri.path)


def need_others(uri: Uri, others: str | None) -> None:
    """What `split` has no address for must go somewhere. Raises `ConfigurationError`."""
    if others is None:
        text = f"`{uri.scheme}:split` needs `others`: what has no address of its own must go somewhere"
        raise ConfigurationError(text, place=str(uri), suggestion=f"others=seda:{uri.scheme}-others")


def only(uri: Uri, name: str) -> None:
    """Only one operation can be consumed from. Raises `ConfigurationError` for another."""
    if uri.path != name:
        text = f"`{uri.scheme}:{uri.path}` cannot be consumed from"
        raise ConfigurationError(text, place=str(uri), suggestion=f"{uri.scheme}:{name}")
