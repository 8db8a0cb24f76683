"""A whole hub in one process: its two ports, its presence beside the journal, reading its routes again."""

import gc
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog

from caravana.engine.admin import Admin
from caravana.engine.configuration import Configuration
from caravana.engine.control import Presence, new_token, presence_path
from caravana.engine.control_app import ControlApp
from caravana.engine.hub import Hub
from caravana.engine.proof import PATH, Proof
from caravana.kit.errors import ConfigurationError
from caravana.kit.serving import serve

if TYPE_CHECKING:
    from caravana.engine.reload import Reloader

log = structlog.get_logger("caravana.hub")


@dataclass(frozen=True)
class Addresses:
    """Where a hub is reached: `listener` by partners and customers, `control` by the operator, `public` from outside."""

    listener: str
    control: str
    public: str


class Watch:
    """What health and metrics look at in a hub (`caravana.engine.control_app.Observed`)."""

    def __init__(self, hub: Hub) -> None:
        """`hub`: the one looked at."""
        self._hub = hub
        self.started = False

    def not_ready(self) -> list[str]:
        """Return why the hub is not ready; nothing when it is."""
        reasons = [] if self.started else ["the hub is starting or stopping"]
        failure = self._hub.journal.failure()
        return [*reasons, f"the journal takes nothing: {failure}"] if failure else reasons

    def exposition(self) -> bytes:
        """Return the metrics, the gauges brought up to date."""
        self._hub.metrics.open.set(len(self._hub.dispatcher))
        self._hub.metrics.running.set(self._hub.dispatcher.running)
        for gate in self._hub.gates.all():
            self._hub.metrics.circuit.labels(connection=gate.name).state(gate.circuit.state)
        return self._hub.metrics.text()


@asynccontextmanager
async def served(hub: Hub, reloader: "Reloader | None" = None) -> AsyncIterator[Addresses]:
    """Run `hub` with both ports while the block runs; `reloader` reads its routes again when the operator asks.

    The ports are bound first and tell the public address; then the hub starts, and messages are let in. Raises
    `ConfigurationError` when a port is taken, and what `Hub.start` raises.
    """
    configuration = hub.configuration
    watch, token = Watch(hub), new_token()
    control = ControlApp(watch, Admin(hub.journal, hub.clock, hub, reloader=reloader).call, token)
    async with AsyncExitStack() as stack:
        listener = await _bind(stack, hub.listener, "listener", configuration.listener)
        office = await _bind(stack, control.app(), "control", configuration.control)
        if not configuration.listener.public_url:
            hub.listener.public_url = listener
        hub.listener.mount(PATH, ["GET"], Proof(token).show)
        await hub.start()
        stack.push_async_callback(hub.stop)
        _leave_presence(stack, configuration, Presence(os.getpid(), office, token, listener))
        gc.freeze()  # what a started hub holds stays: the collector need not look at it again while messages wait
        watch.started = True
        try:
            yield Addresses(listener, office, hub.listener.public_url)
        finally:
            watch.started = False


def _leave_presence(stack: AsyncExitStack, configuration: Configuration, presence: Presence) -> None:
    path = presence_path(configuration)
    if path is None:
        return
    try:
        presence.write(path)
    except OSError as error:
        log.warning("presence.unwritten", path=str(path), reason=error.strerror, hint="`caravana reload` needs it")
    else:
        stack.callback(path.unlink, missing_ok=True)


async def _bind(stack: AsyncExitStack, app: Any, name: str, port: Any) -> str:
    try:
        return await stack.enter_async_context(serve(app, host=port.host, port=port.port))
    except OSError as error:
        raise ConfigurationError(
            f"cannot listen on {port.host}:{port.port}: {error.strerror}",
            place=f"{name}.port",
            suggestion="stop what listens there, or write another port (0: any free one)",
        ) from None
