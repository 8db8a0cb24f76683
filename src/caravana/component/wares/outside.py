"""Asking other components by their own addresses, outside of a route: only what changes nothing."""

from typing import Any

from caravana.kit.component import Producer
from caravana.kit.effect import Effect
from caravana.kit.errors import ConfigurationError
from caravana.kit.exchange import Exchange
from caravana.kit.ports import Context
from caravana.kit.uri import Uri


def asking(context: Context, connection: str, path: str, options: dict[str, str]) -> Producer:
    """Return what asks the partner behind a connection. Raises `ConfigurationError`."""
    component = context.component_of(connection)
    made = component.endpoint(Uri(component.scheme, path, {**options, "connection": connection})).producer()
    if not isinstance(made, Producer):
        raise ConfigurationError(f"the connection `{connection}` cannot be read from")
    return made


async def ask(context: Context, producer: Producer, body: Any, branch: str | None = None) -> Any:
    """Return the answer; `branch`: in whose name. Raises an `EffectError`."""
    now = context.clock.now()
    effect = Effect(key="wares", exchange_id="", path="", attempt=1, intended_at=now, branch=branch)
    return (await producer.send(producer.request(Exchange("", body, created=now)), effect)).body


async def products_at(context: Context, connection: str) -> list[dict[str, Any]]:
    """Return all items of a catalogue, as the component of the connection lists them. Raises an `EffectError`."""
    found: list[dict[str, Any]] = await ask(context, asking(context, connection, "products", {}), None)
    return found
