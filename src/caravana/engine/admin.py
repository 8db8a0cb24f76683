"""The operator's operations by name, each with JSON-able arguments and answers."""

import inspect
from collections.abc import Mapping
from typing import Any

from caravana.engine.control import AdminError
from caravana.engine.repair import Repair
from caravana.engine.review import Review


class Admin(Review, Repair):
    """Operations of the command line and console. Every public coroutine but `call` is one."""

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
