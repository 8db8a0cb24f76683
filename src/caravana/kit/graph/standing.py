"""Whether Meta accepts a connection's token: people are told once when it does not, and no more once it does again."""

from datetime import datetime, timedelta

from caravana.kit.clock import Clock
from caravana.kit.graph.errors import TokenDead
from caravana.kit.ports import Store, Unavailable

REVIEW = "review"
LOOK_AGAIN = timedelta(minutes=1)
"""How often a process looks whether an item is left that another one wrote."""


class Standing:
    """The token of one connection; what cannot be kept now is kept at the next call."""

    def __init__(self, store: Store, clock: Clock, connection: str) -> None:
        """`connection`: as people know it, e.g. `whatsapp:main`."""
        self._store = store
        self._clock = clock
        self._connection = connection
        self._looked: datetime | None = None

    @property
    def key(self) -> str:
        """Name of the review item."""
        return f"connection/{self._connection}/token"

    async def refused(self, error: TokenDead) -> None:
        """Put the connection on the review list, if it is not there."""
        self._looked = None
        try:
            if await self._store.get(REVIEW, self.key) is None:
                await self._store.put(REVIEW, self.key, self._item(error))
        except Unavailable:
            pass

    async def accepted(self) -> None:
        """Take the connection off the list."""
        now = self._clock.now()
        if self._looked is not None and now - self._looked < LOOK_AGAIN:
            return
        try:
            if await self._store.get(REVIEW, self.key) is not None:
                await self._store.put(REVIEW, self.key, None)
        except Unavailable:
            return
        self._looked = now

    def _item(self, error: TokenDead) -> dict[str, str]:
        return {
            "title": f"Meta refuses the token of {self._connection}",
            "reason": str(error),
            "since": self._clock.now().isoformat(timespec="seconds"),
            "remedy": "put a new token into the connection and start the hub again; what waits goes out by itself",
        }
