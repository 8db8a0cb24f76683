"""The index of a company's products, kept in the hub's store in pieces, and held by each process as long as it is the newest."""

from collections.abc import Mapping, Sequence
from typing import Any

from caravana.component.goods.index import Index
from caravana.kit.ports import Store

SCOPE = "goods"
"""Key `<name>|`: `{edition, pieces}`; `<name>|<edition>|<number>`: a piece, a list of products."""
PIECE = 500


class Shelf:
    """Products under one name."""

    def __init__(self, store: Store, name: str) -> None:
        """`name`: of the shelf; each Odoo has its own."""
        self._store = store
        self._name = name
        self._edition = ""
        self._index = Index(())

    async def learn(self, edition: str, items: Sequence[Mapping[str, Any]]) -> int:
        """Put `items` in place of what was there, under an edition that is another each time; returns how many there are.

        Raises `Unavailable`.
        """
        before = await self._store.get(SCOPE, f"{self._name}|")
        if before is not None and before["edition"] == edition:
            return len(items)
        pieces = [list(items[start : start + PIECE]) for start in range(0, len(items), PIECE)]
        for number, piece in enumerate(pieces):
            await self._store.put(SCOPE, f"{self._name}|{edition}|{number:05}", piece)
        await self._store.put(SCOPE, f"{self._name}|", {"edition": edition, "pieces": len(pieces)})
        if before is not None:
            for number in range(before["pieces"]):
                await self._store.put(SCOPE, f"{self._name}|{before['edition']}|{number:05}", None)
        return len(items)

    async def index(self) -> Index:
        """Return the newest index; empty when nothing was learnt yet."""
        now = await self._store.get(SCOPE, f"{self._name}|")
        if now is not None and now["edition"] != self._edition:
            items: list[Mapping[str, Any]] = []
            for number in range(now["pieces"]):
                piece = await self._store.get(SCOPE, f"{self._name}|{now['edition']}|{number:05}")
                if piece is None:  # a newer one takes its place just now: the old index serves until the next question
                    return self._index
                items += piece
            self._index, self._edition = Index(items), now["edition"]
        return self._index
