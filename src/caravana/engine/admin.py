"""The operator's desk: what may be asked of a journal and its hub, each operation with JSON-able arguments and answers."""

from collections.abc import Mapping
from typing import Any

from caravana.engine.control import AdminError
from caravana.engine.hub import Hub
from caravana.journal import Journal
from caravana.kit.clock import Clock


class Admin:
    """Operations of the command line and console. Without a running `hub` they work on the journal alone."""

    def __init__(self, journal: Journal, clock: Clock, hub: Hub | None = None) -> None:
        """`hub`: the one that runs on this journal, or one that was built to judge routes and does not run."""
        self.journal = journal
        self.clock = clock
        self.hub = hub

    async def call(self, operation: str, arguments: Mapping[str, Any]) -> Any:
        """Carry out the operation of that name. Raises `AdminError`."""
        raise AdminError(f"there is no operation `{operation}`", 404)
