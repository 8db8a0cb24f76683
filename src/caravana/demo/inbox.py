"""Who looks into Meta's inbox when the hub does not know whether a message went out, and says so (`caravana messages settle`)."""

import asyncio
import contextlib

from caravana.component.whatsapp.sandbox.people import Said
from caravana.demo.phone import chats
from caravana.demo.world import DemoFailed, World

LOOK = 1.0
"""Real seconds between two looks: what is under way has been told by then."""


class Inbox:
    """`told`: how often a person had to say it; what a status tells needs nobody."""

    def __init__(self, world: World) -> None:
        """`world`: where hub and Meta are."""
        self._world = world
        self.told = 0

    async def watch(self) -> None:
        """Settle what has been in doubt for two looks, until cancelled. Raises `DemoFailed`."""
        before: set[str] = set()
        while True:
            await asyncio.sleep(LOOK)
            doubts = {one["id"] for one in await self._world.office("messages", states=["in_doubt"], limit=100)}
            for exchange in sorted(doubts & before):
                await self._settle(exchange)
            before = doubts

    async def _settle(self, exchange: str) -> None:
        said = [one for chat in await chats(self._world) for one in chat.said if _maker(one) == exchange]
        reference = said[0].id if said else None
        settled = {"id": exchange, "done": bool(said), "reference": reference, "go": True, "actor": "demo"}
        with contextlib.suppress(DemoFailed):  # its status has told it meanwhile
            await self._world.office("settle", **settled)
            self.told += 1


def _maker(said: Said) -> str:
    """The exchange that wrote a message, by the text that the hub sends with each; nothing for a customer's."""
    sent = str(said.opaque or said.content.get("metadata") or "")
    return sent.split(":")[1] if sent.count(":") == 2 else ""
