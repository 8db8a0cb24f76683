"""A connection at work."""

from collections.abc import Callable
from dataclasses import dataclass

from caravana.component.catalog.spec import CatalogSettings
from caravana.kit.graph.client import GraphClient
from caravana.kit.graph.standing import Standing
from caravana.kit.ports import Context


@dataclass(frozen=True)
class Line:
    """One connection."""

    name: str
    settings: CatalogSettings
    client: GraphClient
    context: Context

    @classmethod
    def open(cls, name: str, settings: CatalogSettings, context: Context) -> "Line":
        """Return the line of a connection; give it back with `close`."""
        client = GraphClient(settings, context.clock, Standing(context.store, context.clock, f"catalog:{name}"))
        return cls(name, settings, client, context)

    async def close(self) -> None:
        """Close the connections."""
        await self.client.close()


LineOf = Callable[[str], Line]
"""Gives the line of a connection by its name. Raises `ConfigurationError`."""
