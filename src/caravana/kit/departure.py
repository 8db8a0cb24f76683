"""The last look before a request leaves: whoever wants it may have lost the right to send it.

Between the decision to call a partner and the first byte lie a queue, a connection, a handshake. A process that stands
still there past its lease would, when it wakes, send what another process has found undone and sent itself.
"""

from collections.abc import Callable
from contextvars import ContextVar


class Withheld(Exception):
    """The request was not sent."""


class Departure:
    """What the requests of one call of a partner ask before they leave."""

    def __init__(self, allowed: Callable[[], bool]) -> None:
        """`allowed()`: whether a request may leave at this moment."""
        self.allowed = allowed
        self.left = False
        """Whether a request left: if none did, nobody has to be asked what became of it."""
        self.withheld = False
        """Whether one was held back; then no other leaves, either."""

    def look(self) -> None:
        """Let a request leave, now. Raises `Withheld`."""
        if self.withheld or not self.allowed():
            self.withheld = True
            raise Withheld("whoever wanted it may not send it any more")
        self.left = True


departing: ContextVar[Departure | None] = ContextVar("departing", default=None)
"""Of the call that is being made; None: nobody has to be asked."""


def leave() -> None:
    """Let the call under way do what it is about, now: for who sends by other means than the HTTP session. Raises `Withheld`."""
    departure = departing.get()
    if departure is not None:
        departure.look()
