"""A connection at work: client, contacts, and a session without credentials for pictures."""

from collections.abc import Callable
from dataclasses import dataclass, field

from caravana.component.instagram.spec import InstagramSettings
from caravana.kit.graph.client import GraphClient
from caravana.kit.graph.contact import Contacts
from caravana.kit.graph.standing import Standing
from caravana.kit.http import HttpSession
from caravana.kit.ports import Context


@dataclass
class Line:
    """One connection."""

    name: str
    settings: InstagramSettings
    client: GraphClient
    contacts: Contacts
    context: Context
    pictures: HttpSession = field(default_factory=HttpSession)

    @classmethod
    def open(cls, name: str, settings: InstagramSettings, context: Context) -> "Line":
        """Return the line of a connection; give it back with `close`."""
        client = GraphClient(settings, context.clock, Standing(context.store, context.clock, f"instagram:{name}"))
        return cls(name, settings, client, Contacts(context.store, settings.portfolio), context)

    async def close(self) -> None:
        """Close the connections."""
        await self.client.close()
        await self.pictures.close()


LineOf = Callable[[str], Line]
"""Gives the line of a connection by its name. Raises `ConfigurationError`."""
