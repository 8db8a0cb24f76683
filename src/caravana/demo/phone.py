"""A customer of the demo with a phone: what they write and tap, what the company answers, and both as lines to read."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from caravana.component.whatsapp.sandbox import Account
from caravana.component.whatsapp.sandbox.people import Said
from caravana.demo.world import DemoFailed, World
from caravana.testing.talk import lines_of

PATIENCE = 45.0
"""Real seconds that an answer may take."""
Line = tuple[str, str]
"""Who speaks, and what; of what only happens nobody speaks."""


@dataclass
class Phone:
    """One customer. `wanted`, `unwanted`: ids of messages that must be answered, and that must not; `notices`: what is told besides."""

    world: World
    number: str
    name: str
    wanted: list[str] = field(default_factory=list)
    unwanted: list[str] = field(default_factory=list)
    notices: int = 0
    lines: list[Line] = field(default_factory=list)

    async def ask(self, text: str = "", *, answered: bool = True, **what: Any) -> Said | None:
        """Write `text`, or do `what` (`tap`, `order`); return the answer. Raises `DemoFailed` when there is none in time."""
        name = await self.say(text, answered=answered, **what)
        return await self.answer_to(name) if answered else None

    async def say(self, text: str = "", *, answered: bool = True, shown: str = "", **what: Any) -> str:
        """Write or do something, and wait for nothing; return the message's id."""
        self.lines.append((self.name, shown or text or f"[{what.get('tap')}]"))
        told = await steer(self.world, "say", phone=self.number, name=self.name, **({"text": text} if text else what))
        (self.wanted if answered else self.unwanted).append(str(told["id"]))
        return str(told["id"])

    async def answer_to(self, name: str) -> Said:
        """Wait for the answer to a message."""
        return await self._next(lambda one: one.reply_to == name)

    async def notice(self, holds: Callable[[Said], bool]) -> Said:
        """Wait for what the company tells by itself."""
        self.notices += 1
        return await self._next(lambda one: one.reply_to is None and holds(one))

    async def _next(self, holds: Callable[[Said], bool]) -> Said:
        deadline = time.monotonic() + PATIENCE
        while True:
            found = [one for one in await self.received() if holds(one)]
            if found:
                self.lines += [("", one) for one in lines_of(found[0])]
                return found[0]
            if time.monotonic() > deadline:
                raise DemoFailed(f"{self.name} got no answer; look into {self.world.hub_log}")
            await asyncio.sleep(0.05)

    async def received(self) -> list[Said]:
        """Return what the company has written so far."""
        return [one for chat in await chats(self.world) if chat.phone == self.number for one in chat.said if one.ours]


@dataclass(frozen=True)
class Chat:
    """What was said between a person and the company, at Meta: `place` is the number or the page."""

    place: str
    phone: str
    said: list[Said]


async def chats(world: World) -> list[Chat]:
    """Return every chat, from Meta's own books."""
    async with world.http.get(f"{world.url('meta')}/_sandbox/chats") as answer:
        rows = await answer.json()
    return [Chat(one["place"], one["person"]["phone"], [_said(said) for said in one["said"]]) for one in rows]


def _said(row: dict[str, Any]) -> Said:
    return Said(**{**row, "time": datetime.fromisoformat(row["time"])})


async def steer(world: World, what: str, **values: Any) -> Any:
    """Have Meta's imitation do something. Raises `DemoFailed`."""
    async with world.http.post(f"{world.url('meta')}/_sandbox/{what}", json=values) as answer:
        if answer.status != 200:
            raise DemoFailed(f"the imitation of Meta refused {what}: {await answer.text()}")
        return await answer.json()


async def graph(world: World, path: str, **query: str) -> Any:
    """Read something of Meta's, as an app does. Raises `DemoFailed`."""
    headers = {"Authorization": f"Bearer {Account.token}"}
    async with world.http.get(f"{world.url('meta')}/v26.0/{path}", params=query, headers=headers) as answer:
        if answer.status != 200:
            raise DemoFailed(f"the imitation of Meta answered {answer.status} to {path}")
        return await answer.json()
