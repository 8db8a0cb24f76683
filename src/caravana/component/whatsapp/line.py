"""A connection at work: client, number, contacts, pace. What producers, splitter and doctor share."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from caravana.component.whatsapp.spec import WhatsappSettings
from caravana.kit.branch import branches_of
from caravana.kit.clock import Clock
from caravana.kit.graph.client import GraphClient
from caravana.kit.graph.contact import Contacts
from caravana.kit.graph.standing import Standing
from caravana.kit.pace import Pace
from caravana.kit.ports import Context, Store

PAIRS = "whatsapp.pair"
"""Scope of when each person may be written to as if nothing had been sent, by number and person."""
TRIES = 20
CROWDED = 1.0
"""Seconds to wait when other processes write to the same person all the time."""


class Pairs:
    """Messages to one person: `burst` at once, each paid back with `every`; counted by all processes together."""

    def __init__(self, store: Store, clock: Clock, burst: int, every: timedelta) -> None:
        """`store`: the hub's: neither a restart nor another process begins anew."""
        self._store = store
        self._clock = clock
        self._burst = burst
        self._every = every

    async def wait(self, person: str) -> float:
        """Return the seconds until a message to `person` may go out, and count it if that is now (0). Raises `Unavailable`."""
        for _ in range(TRIES):
            turn, now = await self._store.turn(PAIRS, person), self._clock.now()
            free = await self._free_at(person, now)
            early = (free - now) - self._every * (self._burst - 1)
            if early > timedelta(0):
                return early.total_seconds()
            row = (PAIRS, person, (free + self._every).isoformat())
            if await self._store.put_together(turn, [row]) is not None:
                return 0.0
        return CROWDED

    async def hold(self, person: str, seconds: float) -> None:
        """Let nothing go out to `person` for so long: Meta said so. Raises `Unavailable`."""
        free = self._clock.now() + timedelta(seconds=seconds) + self._every * (self._burst - 1)
        await self._store.put(PAIRS, person, free.isoformat())

    async def _free_at(self, person: str, now: datetime) -> datetime:
        stored = await self._store.get(PAIRS, person)
        return now if stored is None else max(now, datetime.fromisoformat(stored))


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
            GraphClient(settings, context.clock, Standing(context.store, context.clock, f"whatsapp:{name}")),
            Contacts(context.store, settings.portfolio),
            Pairs(context.store, context.clock, settings.pair_burst, settings.pair_every),
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
