"""Who writes: people by their business-scoped id first, by their phone second, by a page's own id for Messenger.

Since 31 March 2026 a person with a username may have no phone for us; then the business-scoped id is all there is.
"""

import re
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from caravana.kit.ports import Store

CONTACTS = "meta.contact"
"""Scope of the contacts."""
IDENTITIES = "meta.identity"
"""Scope of what leads to a contact: kind and value → its name."""
WINDOW = timedelta(hours=24)
"""How long after a person's last message the company may answer in its own words."""
KINDS = ("bsuid", "psid", "phone", "parent_bsuid")
"""The identities, the surest first."""
TRIES = 20
_BSUID = re.compile(r"[A-Z]{2}\.[A-Za-z0-9]+")
_PHONE = re.compile(r"\d{5,20}")


@dataclass(frozen=True)
class Identity:
    """What one message tells of a person; phones are digits with the country's code, without `+`."""

    bsuid: str | None = None
    phone: str | None = None
    parent_bsuid: str | None = None
    psid: str | None = None
    name: str | None = None
    username: str | None = None

    @property
    def known(self) -> dict[str, str]:
        """The identities by kind, the surest first."""
        values = {kind: getattr(self, kind) for kind in KINDS}
        return {kind: value for kind, value in values.items() if value}

    def as_json(self) -> dict[str, str]:
        """Return what is known."""
        told = {**self.known, "name": self.name, "username": self.username}
        return {name: value for name, value in told.items() if value}


@dataclass(frozen=True)
class Contact:
    """A person whom the company talks with. `heard`: when they last wrote, by number or page (ISO text)."""

    id: str
    bsuid: str | None = None
    phone: str | None = None
    parent_bsuid: str | None = None
    psid: str | None = None
    name: str | None = None
    username: str | None = None
    no_marketing: bool = False
    heard: Mapping[str, str] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "Contact":
        """Return the contact in a stored record."""
        return cls(**{**stored, "aliases": tuple(stored.get("aliases", ()))})

    def as_json(self) -> dict[str, Any]:
        """Return the record."""
        told = {name: value for name, value in vars(self).items() if value}
        return {**told, "heard": dict(self.heard), "aliases": list(self.aliases)}

    @property
    def known(self) -> dict[str, str]:
        """The identities by kind, the surest first."""
        values = {kind: getattr(self, kind) for kind in KINDS}
        return {kind: value for kind, value in values.items() if value}

    def last_heard(self, place: str) -> datetime | None:
        """Return when they last wrote to the number or page `place`."""
        text = self.heard.get(place)
        return None if text is None else datetime.fromisoformat(text)

    def open_until(self, place: str) -> datetime | None:
        """Return until when free words may be sent from `place`; None when they never wrote there."""
        heard = self.last_heard(place)
        return None if heard is None else heard + WINDOW


def is_bsuid(text: str) -> bool:
    """Whether a text is a business-scoped id (`HN.1349…`): rules for phones never touch it."""
    return _BSUID.fullmatch(text) is not None


def phone_of(text: str) -> str | None:
    """Return the digits of a phone number in international form (`+504 9999-0000`), or None when it is none."""
    digits = re.sub(r"[\s().-]", "", text).removeprefix("+")
    return digits if _PHONE.fullmatch(digits) else None


class Contacts:
    """The contacts of one business portfolio, in the hub's store."""

    def __init__(self, store: Store, portfolio: str) -> None:
        """`portfolio`: its name; connections of one portfolio share it."""
        self._store = store
        self._portfolio = portfolio

    async def find(self, text: str) -> Contact | None:
        """Return the contact with a name of ours, a business-scoped id, a phone or a page's id."""
        for kind in KINDS:
            value = phone_of(text) if kind == "phone" else text
            name = await self._store.get(IDENTITIES, self._key(f"{kind}:{value}")) if value else None
            if name is not None:
                return await self.get(name)
        return await self.get(text)

    async def get(self, name: str) -> Contact | None:
        """Return the contact called `name`, or the one that it was merged into."""
        stored = await self._store.get(CONTACTS, self._key(name))
        if stored is None:
            return None
        return await self.get(stored["merged"]) if "merged" in stored else Contact.read(stored)

    async def all(self, limit: int = 1000) -> list[Contact]:
        """Return the contacts by name."""
        found = await self._store.find(CONTACTS, f"{self._portfolio}|", limit)
        return [Contact.read(stored) for _, stored in found if "merged" not in stored]

    async def learn(
        self,
        who: Identity,
        *,
        place: str | None = None,
        heard: datetime | None = None,
        was: Identity | None = None,
        no_marketing: bool | None = None,
    ) -> Contact:
        """Return the contact whom a message is from, with what it tells kept; a new one is made.

        - `place`, `heard`: the number or page they wrote to, and when
        - `was`: who they were until now, where the message says that their number or id has changed
        - `no_marketing`: whether they want no advertising, where it says so

        Two contacts that a message shows to be one become one: that with the surer identity stays. Raises `ValueError` for a
        message that names nobody, `Unavailable`.
        """
        if not who.known:
            raise ValueError("nobody is named")
        for _ in range(TRIES):
            turn = await self._store.turn(CONTACTS, self._key(next(iter((was or who).known.values()))))
            found = [one async for one in self._known(was, who)]
            robbed = [] if was is not None else [one for one in found if _is_another(one, who)]
            ours = [one for one in found if one not in robbed]
            contact, others = (ours[0], ours[1:]) if ours else (Contact(_first_name(who)), [])
            learnt = _joined(contact, others, who, _heard(contact, place, heard), no_marketing)
            if len(found) == 1 and learnt == contact:
                return contact
            if await self._store.put_together(turn, self._rows(learnt, [*ours, *others], robbed, who)) is not None:
                return learnt
        raise ValueError("the contact is changed by somebody else all the time")

    async def _known(self, *people: Identity | None) -> AsyncIterator[Contact]:
        """Yield the contacts that the identities lead to, that of the surest first, each once."""
        names: list[str] = []
        for kind, value in (pair for one in people if one is not None for pair in one.known.items()):
            name = await self._store.get(IDENTITIES, self._key(f"{kind}:{value}"))
            contact = None if name is None else await self.get(name)
            if contact is not None and contact.id not in names:
                names.append(contact.id)
                yield contact

    def _rows(
        self, contact: Contact, before: list[Contact], robbed: list[Contact], who: Identity
    ) -> list[tuple[str, str, Any]]:
        """What is stored together: the contact, those that became part of it, and all that leads to it, old and new."""
        rows: list[tuple[str, str, Any]] = [(CONTACTS, self._key(contact.id), contact.as_json())]
        rows += [(CONTACTS, self._key(one.id), {"merged": contact.id}) for one in before if one.id != contact.id]
        for one in robbed:
            left = replace(one, phone=None if one.phone == who.phone else one.phone)
            rows.append((CONTACTS, self._key(one.id), left.as_json()))
        led = {f"{kind}:{value}" for one in (*before, contact) for kind, value in one.known.items()}
        rows += [(IDENTITIES, self._key(one), contact.id) for one in sorted(led)]
        return rows

    def _key(self, text: str) -> str:
        return f"{self._portfolio}|{text}"


def _is_another(contact: Contact, who: Identity) -> bool:
    """Whether a contact found by the phone is another person, who had this number before."""
    return bool(who.bsuid and contact.bsuid and contact.bsuid != who.bsuid)


def _first_name(who: Identity) -> str:
    """What a new contact is called: its surest identity; a phone and a page's id with their kind, so that they stay apart."""
    kind, value = next(iter(who.known.items()))
    return value if kind == "bsuid" else f"{kind}:{value}"


def _heard(contact: Contact, place: str | None, heard: datetime | None) -> Mapping[str, str]:
    if place is None or heard is None:
        return contact.heard
    last = contact.last_heard(place)
    if last is not None and last >= heard:
        return contact.heard
    return {**contact.heard, place: heard.astimezone(UTC).isoformat()}


def _joined(
    contact: Contact, others: list[Contact], who: Identity, heard: Mapping[str, str], no_marketing: bool | None
) -> Contact:
    """What is known of a contact afterwards: what the message says counts more than what was known."""
    told: dict[str, Any] = {}
    for one in reversed(others):
        told |= {name: value for name, value in vars(one).items() if value and name not in ("id", "heard", "aliases")}
        later = {place: moment for place, moment in one.heard.items() if moment > heard.get(place, "")}
        heard = {**heard, **later}
    told |= {name: value for name, value in vars(contact).items() if value and name not in ("heard", "aliases")}
    told |= {name: value for name, value in vars(who).items() if value}
    if no_marketing is not None:
        told["no_marketing"] = no_marketing
    aliases = dict.fromkeys((*contact.aliases, *_left(contact, who), *(one.id for one in others)))
    return Contact(**told, heard=heard, aliases=tuple(aliases))


def _left(contact: Contact, who: Identity) -> Iterator[str]:
    """Identities that the contact has no more."""
    for kind, value in contact.known.items():
        new = getattr(who, kind)
        if new and new != value:
            yield value
