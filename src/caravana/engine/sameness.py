"""Connections whose partner is remembered, and confirming one that is another than last time."""

from typing import Any

from caravana.engine.control import AdminError
from caravana.engine.desk import Desk
from caravana.engine.times import to_micros
from caravana.journal import admin as acts
from caravana.journal import store
from caravana.kit import codec
from caravana.kit.sameness import SCOPE, review_key


class Confirming(Desk):
    """Operations on what is remembered of partners."""

    async def identities(self) -> dict[str, Any]:
        """Return by connection who was `known`, and who was `found` instead and waits for a person."""
        rows = await self.journal.read(store.find_state(SCOPE, "", 1000))
        return {name: codec.loads(value) for name, value in rows}

    async def confirm_partner(self, name: str, actor: str = "") -> dict[str, Any]:
        """Take who answers now behind connection `name` for the right one: what waited goes on."""
        record = (await self.identities()).get(name)
        if record is None or "found" not in record:
            raise AdminError(f"connection `{name}` waits for no confirmation", 404)
        data = codec.dumps({"known": record["found"]})
        await self.journal.submit(store.put_state(SCOPE, name, data, to_micros(self.clock.now())), essential=True)
        audit = self._audit(actor, "confirm_partner", name, {"before": record["known"], "now": record["found"]})
        await self.journal.submit(acts.forget_state("review", review_key(name), audit), essential=True)
        return {"confirmed": name, "before": record["known"], "now": record["found"]}
