"""A connection at work: client, number, contacts, pace. What producers, splitter and doctor share."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from caravana.component.whatsapp.spec import WhatsappSettings
from caravana.kit.branch import branches_of
from caravana.kit.clock import Clock
from caravana.kit.graph.client import GraphClient
from caravana.kit.graph.contact import Contacts
from caravana.kit.pace import Pace
from caravana.kit.ports import Context

FORGET_AFTER = 10_000
"""Pairs that are remembered at once; the oldest are full again by then."""


class Pairs:
    """Messages to one person: `burst` at once, each paid back with `every`. Remembered by this process alone.

    Meta takes 45 at once, so that even a process that begins anew stays within.
    """

    def __init__(self, clock: Clock, burst: int, every: timedelta) -> None:
        """Everybody may be written to at first."""
        self._clock = clock
        self._burst = burst
        self._every = every
        self._free_at: dict[str, datetime] = {}
        """When a pair is as if nothing had been sent."""

    def wait(self, person: str) -> float:
        """Return the seconds until a message to `person` may go out, and count it if that is now (0)."""
        now = self._clock.now()
        free = max(now, self._free_at.get(person, now))
        early = (free - now) - self._every * (self._burst - 1)
        if early > timedelta(0):
            return early.total_seconds()
        if len(self._free_at) >= FORGET_AFTER:
            self._free_at = {one: at for one, at in self._free_at.items() if at > now}
        self._free_at[person] = free + self._every
        return 0.0


@dataclass(frozen=True)
class Line:
    """One connection."""

    name: str
    settings: WhatsappSettings
    client: GraphClient
    contacts: Contacts
    pairs: Pairs
    pace: Pace
    context: Context

    @classmethod
    def open(cls, name: str, settings: WhatsappSettings, context: Context) -> "Line":
        """Return the line of a connection; give it back with `close`."""
        return cls(
            name,
            settings,
            GraphClient(settings, context.clock),
            Contacts(context.store, settings.portfolio),
            Pairs(context.clock, settings.pair_burst, settings.pair_every),
            Pace(settings.messages_per_second, lambda: context.processes),
            context,
        )

    def number(self, branch: str | None) -> str:
        """Return the number that a branch's messages go out from: its own, else the connection's."""
        found = branches_of(self.context).get(branch) if branch is not None else None
        return found.whatsapp_number or self.settings.number if found is not None else self.settings.number

    @property
    def numbers(self) -> frozenset[str]:
        """The numbers whose webhooks are for us."""
        of_branches = (one.whatsapp_number for one in branches_of(self.context).values())
        return frozenset(one for one in (self.settings.number, *of_branches) if one)

    def branch_of(self, number: str) -> str | None:
        """Return the only branch that a number belongs to, if there is one."""
        found = [name for name, one in branches_of(self.context).items() if one.whatsapp_number == number]
        return found[0] if len(found) == 1 else None

    async def close(self) -> None:
        """Close the connections."""
        await self.client.close()


LineOf = Callable[[str], Line]
"""Gives the line of a connection by its name. Raises `ConfigurationError`."""
