"""Payment codes that were issued, in the hub's store: each of one document of one company, and each document's always the same.

- scope `bank_code`, key the code: `{name, connection, company, at}`
- scope `bank_code_of`, key `connection/company/name`: the code; `bank_code_next`: the number of the next one
"""

from collections.abc import Iterable
from typing import Any

from caravana.component.bank.code import code_of, codes_in
from caravana.component.bank.entry import Entry
from caravana.component.bank.place import Place
from caravana.kit.ports import Store

CODE = "bank_code"
OF = "bank_code_of"
NEXT = "bank_code_next"
TURN = "bank_code_turn"


class Codes:
    """Issues codes, and knows them again."""

    def __init__(self, store: Store) -> None:
        """`store`: the hub's."""
        self._store = store

    async def issue(self, name: str, place: Place, at: str) -> str:
        """Return the code of the order or invoice called `name` of a company, made now if it has none. Raises `Unavailable`."""
        key = f"{place.connection}/{place.company or ''}/{name}"
        while True:
            known: str | None = await self._store.get(OF, key)
            if known is not None:
                return known
            turn = await self._store.turn(TURN, "")
            number = await self._store.get(NEXT, "") or 0
            code = code_of(number)
            record = {"name": name, "connection": place.connection, "company": place.company, "at": at}
            rows = [(CODE, code, record), (OF, key, code), (NEXT, "", number + 1)]
            if await self._store.get(OF, key) is None:
                await self._store.put_together(turn, rows)

    async def told_by(self, entry: Entry, place: Place) -> list[dict[str, Any]]:
        """Return the codes of a company that an entry tells, as `{code, name}`: what was issued, by the right check character."""
        names = entry.references
        texts: Iterable[str | None] = (*entry.remittance, *entry.structured, names.end_to_end, names.customer)
        found = []
        for code in codes_in(*texts):
            record = await self._store.get(CODE, code)
            if record is not None and (record["connection"], record["company"]) == (place.connection, place.company):
                found.append({"code": code, "name": record["name"]})
        return found
