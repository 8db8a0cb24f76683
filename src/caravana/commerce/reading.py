"""What the flows share when they read the configuration."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from caravana.kit.errors import ConfigurationError

if TYPE_CHECKING:
    from caravana.commerce.flows import Configuration


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


def public_url(configuration: "Configuration") -> str:
    """Return the address that links begin with. Raises `ConfigurationError` when it cannot be known before the start."""
    listener = configuration.listener
    if listener.public_url:
        return listener.public_url
    if listener.port:
        return f"http://{listener.host}:{listener.port}"
    raise ConfigurationError("pay links need it", place="listener.public_url", suggestion="https://hub.example.com")


def connected(configuration: "Configuration", name: str, flow: str) -> None:
    """Raise `ConfigurationError` when the flow's connection is not configured."""
    if name not in configuration.connections:
        raise ConfigurationError(f"the flow `{flow}` needs it: add `connections.{name}`", place="connections")
