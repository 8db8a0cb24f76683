"""What every part of the imitation stands on: the account, its objects, its calendar, and the log of events."""

import copy
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from caravana.component.stripe.sandbox.account import Account
from caravana.component.stripe.sandbox.calendar import Calendar
from caravana.component.stripe.sandbox.shelf import Shelf
from caravana.component.stripe.sandbox.wire import Thing, new_name, unix

VERSION = "2026-10-28.endive"


@dataclass
class World:
    """The account's world. `tell` is called with each new event."""

    account: Account
    calendar: Calendar
    effects: Counter[str]
    shelf: Shelf = field(default_factory=Shelf)
    tell: Callable[[Thing], None] = lambda event: None
    caller: tuple[str | None, str | None] = (None, None)
    """Request id and idempotency key of the call at work: events name what caused them."""

    @property
    def now(self) -> int:
        """The present moment in Unix seconds."""
        return unix(self.calendar.now())

    def make(
        self, kind: str, prefix: str, length: int = 24, hidden: dict[str, Any] | None = None, **fields: Any
    ) -> Thing:
        """Make an object and keep it."""
        mode = "" if prefix != "cs" else "live_" if self.account.live else "test_"
        name = f"{prefix}_{mode}{new_name('', length)[1:]}"
        made = {"id": name, "object": kind, "created": self.now, "livemode": self.account.live, **fields}
        return self.shelf.put(made, **(hidden or {}))

    def happened(self, kind: str, thing: Thing, before: Thing | None = None) -> Thing:
        """Log an event about `thing`; `before`: the values that it changed, as they were."""
        request, key = self.caller
        data: Thing = {"object": copy.deepcopy(thing)}
        if before is not None:
            data["previous_attributes"] = before
        event = self.make(
            "event",
            "evt",
            api_version=VERSION,
            data=data,
            pending_webhooks=0,
            request={"id": request, "idempotency_key": key},
            type=kind,
        )
        self.tell(event)
        return event

    def change(self, thing: Thing, **fields: Any) -> Thing:
        """Change an object, and return what was there before, as an event tells it."""
        before = {name: thing.get(name) for name, value in fields.items() if thing.get(name) != value}
        thing.update(fields)
        return before
