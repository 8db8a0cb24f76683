"""What leaves a route without being an error: beneath every handler, since none of them is an `Exception`."""

from datetime import datetime


class Signal(BaseException):
    """Base: unwinds the steps of an exchange; no doCatch, onException or finally block of a route sees it."""


class Ended(Signal):
    """The (part) exchange ended well before its last step: `stop`, or a handler that handled."""


class Parked(Signal):
    """The exchange waits on disk until `until`; it runs again from the start and finds its records."""

    def __init__(self, until: datetime, reason: str) -> None:
        """`reason`: shown to a person."""
        self.until = until
        self.reason = reason


class InDoubt(Signal):
    """The outcome of the effect at `path` is unknown and nobody can be asked."""

    def __init__(self, path: str, endpoint: str, reason: str) -> None:
        """`reason`: what happened to the call."""
        self.path = path
        self.endpoint = endpoint
        self.reason = reason
