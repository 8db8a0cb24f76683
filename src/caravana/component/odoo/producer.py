"""The output side: one operation of an `odoo:` address as an effect."""

from typing import Any

from caravana.component.odoo.branching import TAKEN, branch_at, read_with_branches
from caravana.component.odoo.chatter import Activity, Attach, Note
from caravana.component.odoo.client import OdooClient, default_context
from caravana.component.odoo.closing import CloseActivity
from caravana.component.odoo.invoicing import InvoiceFromOrder, RegisterPayment, Reverse
from caravana.component.odoo.many import WriteMany
from caravana.component.odoo.method import MethodOperation
from caravana.component.odoo.once import CreateOnce
from caravana.component.odoo.operation import Operation
from caravana.component.odoo.reading import Count, Exists, Fields, Lookup, Read, Search
from caravana.component.odoo.reconciling import Reconcile
from caravana.component.odoo.writing import Create, Write
from caravana.kit.branch import branches_of
from caravana.kit.component import Producer
from caravana.kit.effect import Effect, Kind, Reply
from caravana.kit.exchange import Exchange
from caravana.kit.ports import Context

OPERATIONS: dict[str, type[Operation]] = {
    "search": Search,
    "read": Read,
    "count": Count,
    "exists": Exists,
    "fields": Fields,
    "lookup": Lookup,
    "create": Create,
    "write": Write,
    "writeMany": WriteMany,
    "createOnce": CreateOnce,
    "attach": Attach,
    "note": Note,
    "activity": Activity,
    "closeActivity": CloseActivity,
    "registerPayment": RegisterPayment,
    "invoiceFromOrder": InvoiceFromOrder,
    "reverse": Reverse,
    "reconcile": Reconcile,
}
"""Value of the option `operation`: what carries it out."""


class OdooProducer(Producer):
    """Carries out one operation through the connection's client."""

    def __init__(self, operation: Operation, client: OdooClient, context: Context) -> None:
        """`client`: of the connection, without any context; `context`: the hub, which knows the branches.

        Each step may have to wait for its turn. `settle` counts from the intent, so that it begins with all those waits.
        """
        settings, options = client.settings, operation.options
        waits = settings.patience * operation.steps
        self._operation = operation
        self._client = client
        self._context = context
        self.timeout = settings.timeout * operation.steps + waits
        self.settle = (options.settle or settings.settle or settings.timeout) + waits
        self.repeat_unknown = options.repeat_unknown

    def kind_of(self, request: Any) -> Kind:
        """Return the kind of the call that `request` asks for."""
        return self._operation.kind_of(request)

    def request(self, exchange: Exchange) -> Any:
        """Return what Odoo will be asked. Raises `Refused` for a body of another shape."""
        return self._operation.request(exchange)

    async def send(self, request: Any, effect: Effect) -> Reply:
        """Ask Odoo. Raises an `EffectError`."""
        branches = branches_of(self._context)
        if self._operation.options.branch is not None and branches:
            return await read_with_branches(self._operation, self._bound(effect), request, effect, branches)
        return await self._operation.send(self._bound(effect), request, effect)

    def would(self, request: Any, effect: Effect) -> Reply | None:
        """Return what Odoo would most likely answer."""
        return self._operation.would(request, effect)

    async def verify(self, request: Any, effect: Effect) -> Reply | None:
        """Ask Odoo whether the call took place."""
        return await self._operation.verify(self._bound(effect), request, effect)

    def receive(self, exchange: Exchange, reply: Reply) -> None:
        """Apply the reply; with `branch=take` an exchange without branch has that of the record from here on."""
        branch = reply.headers.get(TAKEN)
        headers = {name: one for name, one in reply.headers.items() if name != TAKEN}
        super().receive(exchange, Reply(reply.body, headers, reply.reference))
        exchange.branch = exchange.branch or branch

    def _bound(self, effect: Effect) -> OdooClient:
        """The client in the context of the exchange's branch. Raises `NoBranch` before anything is sent."""
        branch = branch_at(branches_of(self._context), effect.branch, self._operation.options)
        return self._client.within(default_context(self._client.settings, branch, self._operation.model))


__all__ = ["OPERATIONS", "MethodOperation", "OdooProducer"]
