"""A customer of the demo with a phone: what they write and tap, what the company answers, and both as lines to read."""

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from caravana.component.whatsapp.sandbox import Account
from caravana.component.whatsapp.sandbox.people import Said
from caravana.demo.world import DemoFailed, World
from caravana.testing.talk import lines_of

PATIENCE, PAUSE = 45.0, 0.15
"""Real seconds that an answer may take, and between two looks."""
COMPANY = "Empresa XYZ"
_MARKS = re.compile(r"[*•] ?")
_FILE = re.compile(r"\(document (.+)\)")
Line = tuple[str, str]
"""Who speaks, and what; of what only happens nobody speaks."""


@dataclass(frozen=True)
class Chat:
    """What was said between a person and the company, at Meta: `place` is the number or the page."""

    place: str
    phone: str
    said: list[Said]


@dataclass
class Phone:
    """A customer at a `place`: the company's number, or its page.

    - `wanted`, `unwanted`: ids of messages and comments that must be answered once, and that must not be answered
    - `notices`: how much the company has to tell by itself; `orders`: how many orders have to come of it
    - `lines`: the talk, to be read
    """

    world: World
    number: str
    name: str
    place: str = Account.number_id
    wanted: list[str] = field(default_factory=list)
    unwanted: list[str] = field(default_factory=list)
    notices: int = 0
    orders: int = 0
    lines: list[Line] = field(default_factory=list)

    async def ask(self, text: str = "", *, aside: bool = False, **what: Any) -> Said:
        """Write `text`, or do `what` (`tap`, `order`, `comment`, …), and return the answer. Raises `DemoFailed`.

        `aside`: it is not read in the talk.
        """
        before = len(self.lines)
        await self.write(text, **what)
        answer = await self.answer()
        if aside:
            del self.lines[before:]
        return answer

    async def write(self, text: str = "", *, answered: bool = True, shown: str = "", **what: Any) -> None:
        """Write or do something. `answered`: whether it has to be; `shown`: as which line it is read."""
        words = shown or text or f"[{what.get('tap')}]"
        self.lines.append((self.name, words))
        kind = "text" if self.place == Account.number_id else "messenger"
        told = await steer(self.world, "say", phone=self.number, name=self.name, **({kind: text} if text else what))
        (self.wanted if answered else self.unwanted).append(str(told["id"]))

    async def answer(self) -> Said:
        """Wait for the answer to what was said last. Raises `DemoFailed`."""
        if self.place == Account.number_id:
            return await self._next(lambda found: answers(found, self.wanted[-1:]))
        return await self._next(lambda found: found[len(self.wanted) - 1 :])

    async def notice(self, kind: str) -> Said:
        """Wait for what the company tells by itself: `text`, `document` or `template`. Raises `DemoFailed`."""
        self.notices += 1
        return await self._next(lambda found: [one for one in found if one.reply_to is None and one.type == kind])

    def happens(self, text: str) -> None:
        """Something happens meanwhile."""
        self.lines.append(("", text))

    async def _next(self, chosen: Callable[[list[Said]], list[Said]]) -> Said:
        deadline = time.monotonic() + PATIENCE
        while True:
            if found := chosen(await self.received()):
                self.lines.append((COMPANY, told(found[0])))
                return found[0]
            if time.monotonic() > deadline:
                raise DemoFailed(f"{self.name} gets no answer; look into {self.world.hub_log}")
            await asyncio.sleep(PAUSE)

    async def received(self) -> list[Said]:
        """Return what the company has written so far."""
        found = [one for one in await chats(self.world) if (one.place, one.phone) == (self.place, self.number)]
        return [one for chat in found for one in chat.said if one.ours]


def answers(said: list[Said], names: list[str]) -> list[Said]:
    """Return the messages that answer those of these ids, as WhatsApp marks them."""
    return [one for one in said if one.reply_to in names]


def told(said: Said) -> str:
    """Return a message of the company as it is read, without what may be chosen."""
    lines = str(said.content.get("text") or "").splitlines() if said.type == "messenger" else lines_of(said)
    words = (_FILE.sub(r"📎 \1", _MARKS.sub("", one)) for one in lines if not one.startswith("["))
    return " · ".join(one for one in words if one).replace("(photo)", "📷").replace(": · ", ": ")


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


async def graph(world: World, path: str, **query: str) -> list[dict[str, Any]]:
    """Return a list of Meta's, as an app reads it. Raises `DemoFailed`."""
    headers = {"Authorization": f"Bearer {Account.token}"}
    async with world.http.get(f"{world.url('meta')}/v26.0/{path}", params=query, headers=headers) as answer:
        if answer.status != 200:
            raise DemoFailed(f"the imitation of Meta answered {answer.status} to {path}")
        listed: list[dict[str, Any]] = (await answer.json())["data"]
        return listed
