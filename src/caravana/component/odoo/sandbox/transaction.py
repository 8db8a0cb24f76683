"""One call is one transaction: its start is every row's write date, and it is visible whole or not at all."""

from datetime import datetime
from typing import Any

from caravana.component.odoo.sandbox.errors import SerializationFailure
from caravana.component.odoo.sandbox.store import Store
from caravana.component.odoo.sandbox.table import Row
from caravana.component.odoo.sandbox.values import stamp

Change = tuple[str, int, Row | None]


class Transaction:
    """Writes of one call, each undoable. Calls run one after another, so nobody sees a half."""

    def __init__(self, store: Store, start: datetime) -> None:
        """`start`: when the call came in."""
        self.store = store
        self.start = start
        self.stamp = stamp(start)
        self.log: list[Change] = []
        self._webhooks: list[tuple[int, Any]] = []

    def put(self, model: str, record_id: int, row: Row | None) -> None:
        """Replace (or with None delete) a row."""
        self.log.append((model, record_id, self.store.tables[model].put(record_id, row)))

    def after_commit(self, webhook: Any) -> None:
        """Send `webhook` once the transaction is committed."""
        self._webhooks.append((len(self.log), webhook))

    @property
    def webhooks(self) -> list[Any]:
        """What is to be sent after the commit."""
        return [webhook for _, webhook in self._webhooks]

    @property
    def changed(self) -> bool:
        """Whether anything was written."""
        return bool(self.log)

    def rollback(self, mark: int = 0) -> None:
        """Undo everything written after `mark` (a length of the log)."""
        while len(self.log) > mark:
            model, record_id, old = self.log.pop()
            self.store.tables[model].put(record_id, old)
        self._webhooks = [one for one in self._webhooks if mark and one[0] <= mark]


class LateCommit:
    """A long transaction: it has done its work and holds its ids, but others see it only after `commit`.

    Its write date stays its start, so its rows appear with an older write date than rows that were visible before them.
    """

    def __init__(self, transaction: Transaction, result: Any) -> None:
        """Hide what `transaction` wrote; `result` is what its call returned."""
        self.transaction = transaction
        self.result = result
        tables = transaction.store.tables
        before: dict[tuple[str, int], Row | None] = {}
        for model, record_id, old in transaction.log:
            before.setdefault((model, record_id), old)
        self._before = before
        self._after = {(model, record_id): tables[model].rows.get(record_id) for model, record_id in before}
        transaction.rollback()

    def commit(self) -> Any:
        """Make it visible; SerializationFailure when another call changed one of its rows meanwhile. Returns `result`."""
        tables = self.transaction.store.tables
        if any(tables[model].rows.get(record_id) is not old for (model, record_id), old in self._before.items()):
            raise SerializationFailure
        for (model, record_id), row in self._after.items():
            tables[model].put(record_id, row)
        return self.result
