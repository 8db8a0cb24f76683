"""The operator's operations by name, each with JSON-able arguments and answers."""

import inspect
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from caravana.engine.backfilling import Backfilling
from caravana.engine.control import AdminError
from caravana.engine.repair import Repair
from caravana.engine.review import Review
from caravana.engine.sameness import Confirming
from caravana.engine.sending import Sending
from caravana.engine.shadow import Shadow
from caravana.engine.upkeep import Upkeep
from caravana.journal import Journal
from caravana.kit.branch import Branch
from caravana.kit.clock import Clock
from caravana.kit.errors import EffectError

if TYPE_CHECKING:
    from caravana.engine.hub import Hub
    from caravana.engine.reload import Reloader


class Admin(Review, Repair, Upkeep, Confirming, Shadow, Backfilling, Sending):
    """Operations of the command line. Every public coroutine but `call` is one; each raises `AdminError` for what cannot be."""

    def __init__(
        self,
        journal: Journal,
        clock: Clock,
        hub: "Hub | None" = None,
        *,
        running: bool = True,
        branches: Mapping[str, Branch] | None = None,
        reloader: "Reloader | None" = None,
    ) -> None:
        """`hub`, `running`, `branches`: as for every `Desk`; `reloader`: reads the running hub's routes again."""
        super().__init__(journal, clock, hub, running=running, branches=branches)
        self._reloader = reloader

    async def call(self, operation: str, arguments: Mapping[str, Any]) -> Any:
        """Carry out the operation of that name. Raises `AdminError`."""
        method = None if operation.startswith("_") or operation == "call" else getattr(self, operation, None)
        if not inspect.iscoroutinefunction(method):
            raise AdminError(f"there is no operation `{operation}`", 404)
        try:
            inspect.signature(method).bind(**arguments)
        except TypeError as error:
            raise AdminError(f"{operation}: {error}", 400) from None
        return await method(**arguments)

    async def operate(
        self, scheme: str, act: str, arguments: dict[str, Any], subject: str | None = None, actor: str = ""
    ) -> Any:
        """Carry out `act`, an operation of the component `scheme`; `subject`: what it changes, which is written down."""
        if self.hub is None:
            raise AdminError("the routes or settings are refused: `caravana check` says why")
        try:
            answer = await self.hub.components.get(scheme).operate(act, arguments)
        except LookupError as error:
            raise AdminError(str(error), 404) from None
        except EffectError as error:  # a partner that is away, or says no
            raise AdminError(str(error), 502) from None
        if subject is not None:
            await self._write(self._audit(actor, f"{scheme}_{act}", subject))
        return answer

    async def reload(self, actor: str = "") -> dict[str, Any]:
        """Take the routes as they are on disk now, or none of them."""
        if self._reloader is None:
            raise AdminError("no hub runs here: it reads the routes when it starts")
        reloaded = await self._reloader()
        detail = {**reloaded.counts(), **({"modes": dict(reloaded.modes)} if reloaded.modes else {})}
        if not reloaded.refused:
            await self._write(self._audit(actor, "reload", reloaded.revision, detail))
        return reloaded.as_json()
