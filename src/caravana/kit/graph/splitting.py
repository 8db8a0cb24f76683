"""The step that makes one exchange of each update of a stored body: one transaction, each update once, in its person's lane."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from caravana.kit import json
from caravana.kit.component import Local
from caravana.kit.errors import Refused
from caravana.kit.exchange import Exchange
from caravana.kit.graph.contact import Contact, Contacts
from caravana.kit.graph.posting import CONNECTION_HEADER
from caravana.kit.graph.updates import Kind, Update, split
from caravana.kit.ports import Arrival, Context, Flow

KIND_HEADER = "MetaKind"
TYPE_HEADER = "MetaType"
CONTACT_HEADER = "MetaContact"
ASIDE_HEADER = "MetaAside"
"""Why an update goes to `others` though its kind has an address of its own."""
OPENS_WINDOW = frozenset({Kind.MESSAGE, Kind.REACTION, Kind.CHAT, Kind.POSTBACK})
AT_ONCE = 64


class Splitter(Local):
    """Splits the bodies of one component's webhooks; a subclass says what is noted of an update, and where kinds go."""

    def __init__(self, scheme: str, context: Context, addresses: Mapping[Kind, str], others: str) -> None:
        """`addresses`: where updates of a kind go (`seda:chat`); `others`: where all the rest goes, so that nothing is lost."""
        self._scheme = scheme
        self._context = context
        self._addresses = addresses
        self._others = others

    def contacts(self, connection: str) -> Contacts:
        """Return the contacts that `connection` knows. Each component gives its portfolio's."""
        raise NotImplementedError

    def is_ours(self, update: Update, connection: str) -> bool:
        """Whether an update is for a number or page that the connection is set up for."""
        return True

    def branch_of(self, update: Update) -> str | None:
        """Return the branch whose number or page an update came for, if it is one's."""
        return None

    def oldest(self) -> timedelta:
        """Return how old an update may be; older ones have outlived the keys by which repetitions are known. 0: any age."""
        return timedelta(0)

    async def note(self, update: Update, contact: Contact | None, connection: str) -> None:
        """Keep what the hub itself must know of `update`, once or more often. Raises `Unavailable`."""

    async def process(self, exchange: Exchange, flow: Flow) -> None:
        """Start the exchanges, and put their number into the body: `{updates, new, duplicates}`.

        Raises `Refused` for a body that is no webhook of Meta: it stays with its raw text.
        """
        connection = str(exchange.headers.get(CONNECTION_HEADER) or "")
        updates = read(exchange.body)
        known: Sequence[Contact | None] = [None] * len(updates)
        if not flow.replaying:  # a re-run takes what was recorded
            known = await self._learn(updates, connection)
        children = [
            self._child(update, contact, connection, exchange.branch)
            for update, contact in zip(updates, known, strict=True)
        ]
        spawned = await flow.spawn_all(children)
        exchange.body = {"updates": len(updates), "new": spawned.new, "duplicates": spawned.duplicates}

    async def _learn(self, updates: Sequence[Update], connection: str) -> list[Contact | None]:
        """Keep what the updates tell, people by people, so that two of one person do not meet."""
        found: list[Contact | None] = [None] * len(updates)
        gate = asyncio.Semaphore(AT_ONCE)
        groups: dict[str, list[int]] = {}
        for number, update in enumerate(updates):
            groups.setdefault(update.person or f"#{number}", []).append(number)

        async def one_person(numbers: list[int]) -> None:
            async with gate:
                for number in numbers:
                    found[number] = await self._take_in(updates[number], connection)

        async with asyncio.TaskGroup() as tasks:
            for numbers in groups.values():
                tasks.create_task(one_person(numbers))
        return found

    async def _take_in(self, update: Update, connection: str) -> Contact | None:
        contact = None
        if update.who is not None:
            heard = update.time if update.kind in OPENS_WINDOW else None
            contact = await self.contacts(connection).learn(
                update.who, place=update.place, heard=self._not_later(heard), was=update.was
            )
        await self.note(update, contact, connection)
        return contact

    def _not_later(self, heard: datetime | None) -> datetime | None:
        """A clock that is ahead of ours opens no window beyond a day from now."""
        return None if heard is None else min(heard, self._context.clock.now())

    def _child(
        self, update: Update, contact: Contact | None, connection: str, branch: str | None
    ) -> tuple[str, Arrival]:
        aside = self._aside(update, connection)
        address = self._others if aside else self._addresses.get(update.kind, self._others)
        who = None if contact is None else contact.id
        headers = {
            CONNECTION_HEADER: connection,
            KIND_HEADER: str(update.kind),
            TYPE_HEADER: update.type,
            CONTACT_HEADER: who,
            ASIDE_HEADER: aside,
        }
        keys = [("contact", who)] if who is not None else []
        if update.kind in (Kind.MESSAGE, Kind.STATUS) and isinstance(update.content, Mapping):
            keys.append(("message", str(update.content.get("id"))))
        lane = f"{self._scheme}:{who or update.place or connection}"
        return address, Arrival(
            body={**update.as_json(), "connection": connection},
            headers={name: value for name, value in headers.items() if value},
            key=f"{connection}:{update.key}",
            lane=lane if update.kind is not Kind.STATUS else f"{lane}:status",
            business_keys=tuple(keys),
            branch=self.branch_of(update) or branch,
        )

    def _aside(self, update: Update, connection: str) -> str:
        if not self.is_ours(update, connection):
            return "not_configured"
        oldest = self.oldest()
        if oldest and update.time is not None and update.time < self._context.clock.now() - oldest:
            return "too_old"
        return ""


def read(body: Any) -> list[Update]:
    """Return the updates of a stored body. Raises `Refused` when it is no webhook of Meta."""
    try:
        content = json.loads(body) if isinstance(body, str | bytes) else body
        return split(content)
    except ValueError as error:
        raise Refused(f"the body is no webhook of Meta: {error}", code="malformed") from None
