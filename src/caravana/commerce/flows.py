"""The flows that are shipped, by name. What one needs is imported when it is run."""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

from caravana.commerce.flow import Configuration, Flow
from caravana.kit.errors import ConfigurationError
from caravana.kit.nearest import nearest

ROUTES = Path(__file__).parent / "routes"
FLOWS: Mapping[str, str] = {
    "cards": "caravana.commerce.card_settings",
    "shop": "caravana.commerce.shop.settings",
}
"""Name of a flow: the module whose `load(configuration)` returns the callables that its routes name."""


def load(name: str, configuration: Configuration) -> Flow:
    """Return the flow `name`. Raises `ConfigurationError` for an unknown flow or a wrong setting."""
    if name not in FLOWS:
        suggestion = nearest(name, FLOWS) or f"there are: {', '.join(FLOWS)}"
        raise ConfigurationError(f"there is no flow `{name}`", place="flows", suggestion=suggestion)
    files = tuple(sorted((ROUTES / name).glob("*.yaml")))
    return Flow(files, import_module(FLOWS[name]).load(configuration))
