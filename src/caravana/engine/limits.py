"""How much a connection may be asked, and when it is left alone."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Limits of one connection: `rate` calls a second (0 = none), `live` and `bulk` calls at once, the circuit's measures.

    The rate is that of all processes together, the calls at once those of each process. The circuit opens after
    `failures` calls in a row on which nothing was done, for `open_for` seconds, then lets one call through; each one that
    fails opens it for twice as long, up to a minute. An error of that kind is waited for up to `max_wait` seconds.
    """

    rate: float = 0.0
    live: int = 16
    bulk: int = 4
    failures: int = 5
    open_for: float = 5.0
    max_wait: float = 24 * 3600.0
