"""Modes of routes and connections: what an exchange was accepted under, which no later change of the configuration undoes.

live     effects are made
shadow   everything is received, read, mapped and decided; each effect is recorded as `would have`, and nothing leaves
off      nothing comes in, and what is there waits until it is switched on again

Shadow and live hold for an exchange from its acceptance to its end, and for what it starts. Off holds at once, for all.
"""

from collections.abc import Iterable
from functools import lru_cache

from caravana.engine.configuration import Modes

LIVE, SHADOW, OFF = "live", "shadow", "off"
_EXCEPT = "live except "


def accepted_under(modes: Modes, route: str) -> str:
    """Return the mode to be stored with an exchange: `shadow`, `live`, or `live except` the connections in shadow.

    What comes in at a route that is off waits, and is live: it was held back, not tried.
    """
    if modes.of_route(route) == SHADOW:
        return SHADOW
    return _written(name for name, mode in modes.connections.items() if mode == SHADOW)


def inherited(parent: str, own: str) -> str:
    """Return the mode of what an exchange starts: nothing that the parent would not do, nor its own route."""
    if SHADOW in (parent, own):
        return SHADOW
    return _written({*_shadowed(parent), *_shadowed(own)})


def is_shadow(mode: str, connection: str | None) -> bool:
    """Whether an effect at `connection` (None: within the hub) stays undone in an exchange accepted under `mode`."""
    return mode == SHADOW or connection in _shadowed(mode)


def _written(names: Iterable[str]) -> str:
    shadowed = sorted(names)
    return _EXCEPT + ", ".join(shadowed) if shadowed else LIVE


@lru_cache(256)
def _shadowed(mode: str) -> frozenset[str]:
    """The connections in shadow under a stored mode."""
    return frozenset(mode.removeprefix(_EXCEPT).split(", ")) if mode.startswith(_EXCEPT) else frozenset()
