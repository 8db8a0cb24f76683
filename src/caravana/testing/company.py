"""A hub for a company's flows, made from a configuration, and the address at which partners reach it."""

from collections.abc import Sequence

from starlette.types import Receive, Scope, Send

from caravana.commerce.flows import load, names
from caravana.engine.check_context import CheckContext
from caravana.engine.configuration import Configuration
from caravana.engine.hub import Hub
from caravana.kit.callables import Callables
from caravana.kit.clock import Clock
from caravana.route import read_text


class Door:
    """The address of a hub's listener, known before the hub is made: an ASGI app to be served, to which `hub` is given then."""

    def __init__(self) -> None:
        self.hub: Hub | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on to the listener of the hub."""
        assert self.hub is not None
        await self.hub.listener(scope, receive, send)


def hub_of(given: Configuration, clock: Clock | None = None, *, flows: Sequence[str] = ()) -> Hub:
    """Return a hub, not yet opened, that runs `flows`, by default those of the configuration. Raises `ConfigurationError`."""
    callables, documents = Callables(), []
    for flow in (load(name, given, CheckContext(given, Callables())) for name in names(flows or given.flows)):
        for name, target in flow.callables.items():
            callables.register(name, target)
        documents += [read_text(file.read_text("utf-8"), file=file.name) for file in flow.route_files]
    return Hub(given, documents, clock=clock, callables=callables)
