"""What is done to a whole journal rather than to one exchange."""

from collections.abc import Sequence
from typing import Any

from caravana.engine.control import AdminError
from caravana.engine.desk import Desk
from caravana.journal.resealing import PLACES, reseal

PORTION = 500
"""Rows sealed in one transaction: few enough to delay nobody."""


class Upkeep(Desk):
    """The care of the journal."""

    async def reseal(self, table: str | None = None, after: Sequence[Any] = (), actor: str = "") -> dict[str, Any]:
        """Encrypt one portion of what is not encrypted with the present key, beginning behind `after` of `table`.

        Returns how many rows that were, and with what to ask for the next portion: nothing when all is done.
        """
        keys = self.journal.keys
        if keys is None:
            raise AdminError("`encryption.key` is not set: there is nothing to encrypt with")
        names = list(PLACES)
        if table is None:
            table = names[0]
            await self._write(self._audit(actor, "reseal", "journal", {"key": keys.id}))
        if table not in PLACES:
            raise AdminError(f"there is no table `{table}` with content", 400)
        start = list(after) or PLACES[table].start
        count, last = await self.journal.submit(reseal(table, start, PORTION, keys), essential=True)
        following = names[names.index(table) + 1 :]
        if last is not None:
            return {"sealed": count, "next": {"table": table, "after": last}}
        return {"sealed": count, "next": {"table": following[0], "after": []} if following else None}
