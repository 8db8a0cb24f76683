"""What every flow has: route files and callables; what it reads of the configuration; how it tells what is wrong there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from caravana.kit.branch import Branch
from caravana.kit.errors import ConfigurationError


class Listener(Protocol):
    """The public port, as configured."""

    @property
    def host(self) -> str:
        """Address listened on."""
        ...

    @property
    def port(self) -> int:
        """Port listened on."""
        ...

    @property
    def public_url(self) -> str | None:
        """Address for customers and partners."""
        ...


class Company(Protocol):
    """Who runs the hub."""

    @property
    def name(self) -> str:
        """Name that customers read."""
        ...

    @property
    def timezone(self) -> str:
        """The company's time zone."""
        ...


class Configuration(Protocol):
    """What a flow reads of the configuration."""

    @property
    def company(self) -> Company:
        """Who runs the hub."""
        ...

    @property
    def listener(self) -> Listener:
        """The public port."""
        ...

    @property
    def connections(self) -> Mapping[str, Mapping[str, Any]]:
        """Partners."""
        ...

    @property
    def branches(self) -> Mapping[str, Branch]:
        """The company's branches, by name."""
        ...

    @property
    def settings(self) -> Mapping[str, Any]:
        """Settings of the flows, by dotted name."""
        ...

    def secret(self, name: str) -> str:
        """Return a secret. Raises `ConfigurationError` when it is not set."""
        ...

    def filled(self, value: Any) -> Any:
        """Return `value` with its placeholders filled in."""
        ...


@dataclass(frozen=True)
class Flow:
    """`route_files`: to be loaded with the company's own; `callables`: to be registered under their names before."""

    route_files: tuple[Path, ...]
    callables: Mapping[str, Any]


def each(*readers: Callable[[], object]) -> None:
    """Try each reader. Raises one `ConfigurationError` with what all of them found wrong."""
    wrong = []
    for read in readers:
        try:
            read()
        except ConfigurationError as error:
            wrong.append(str(error))
    if wrong:
        raise ConfigurationError("\n".join(wrong))


def connected(configuration: Configuration, flow: str, name: str) -> None:
    """Raise `ConfigurationError` when there is no connection of that name."""
    if name not in configuration.connections:
        raise ConfigurationError(f"the flow `{flow}` needs it: add `connections.{name}`", place="connections")


def one_odoo(configuration: Configuration, flow: str) -> None:
    """Raise `ConfigurationError` for a branch at another Odoo than the one that the flow works with."""
    for name, one in configuration.branches.items():
        if one.odoo != "odoo":
            raise ConfigurationError(
                f"the flow `{flow}` works with the connection `odoo` alone, this branch is at `{one.odoo}`",
                place=f"branches.{name}.odoo",
                suggestion="run a hub of its own for that Odoo",
            )


def number(settings: Mapping[str, Any], name: str) -> int | None:
    """Return a setting that is a whole number, None when it is not set. Raises `ConfigurationError`."""
    value = settings.get(name)
    if value is None:
        return None
    try:
        return int(value)
    except (TypeError, ValueError):
        raise ConfigurationError("must be a record's number", place=f"settings.{name}") from None
