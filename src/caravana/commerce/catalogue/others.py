"""Further catalogues beside the first one, as the configuration names them."""

from collections.abc import Mapping
from typing import Any

OTHERS = "catalogue.others"
"""Setting: further catalogues by their names."""


def others(settings: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    """Return the further catalogues by their names, as far as they can be read: the flow `catalogue` says what is wrong."""
    found = settings.get(OTHERS)
    return {name: one for name, one in found.items() if isinstance(one, Mapping)} if isinstance(found, Mapping) else {}
