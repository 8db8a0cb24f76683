"""The people whom the company talks with, each with a phone in their hand, and what was said to them and by them."""

import itertools
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass
class Person:
    """One customer. `username`: adopted; from then on the phone is not told. `away`: not on WhatsApp (any more)."""

    phone: str
    bsuid: str
    name: str
    username: str = ""
    psid: str = ""
    away: bool = False
    stopped_marketing: bool = False


@dataclass
class Said:
    """One message of a chat: `ours` when the company wrote it. `statuses` are those told so far, in their order."""

    id: str
    ours: bool
    type: str
    content: dict[str, Any]
    time: datetime
    reply_to: str | None = None
    opaque: str | None = None
    statuses: list[str] = field(default_factory=list)
    reaction: str = ""


@dataclass
class Chat:
    """A person and the number or page they talk with. `typing`: until when the company is seen to type."""

    place: str
    person: Person
    said: list[Said] = field(default_factory=list)
    heard: datetime | None = None
    read_up_to: str | None = None
    typing_until: datetime | None = None

    def find(self, name: str) -> Said | None:
        """Return a message by its id."""
        return next((one for one in self.said if one.id == name), None)


class People:
    """Everybody, by phone, business-scoped id and page's id."""

    def __init__(self) -> None:
        self.all: list[Person] = []
        self.chats: dict[tuple[str, str], Chat] = {}
        self._numbers = itertools.count(13491208655302741918)
        self._psids = itertools.count(7000000000000001)

    def find(self, text: str) -> Person | None:
        """Return a person by phone (with or without `+`), business-scoped id or page's id."""
        wanted = text.removeprefix("+")
        return next((one for one in self.all if wanted in (one.phone, one.bsuid, one.psid)), None)

    def meet(self, phone: str, name: str = "") -> Person:
        """Return the person with that phone, who may be new."""
        found = self.find(phone)
        if found is None:
            digits = phone.removeprefix("+")
            bsuid = f"{_country(digits)}.{next(self._numbers)}"
            found = Person(digits, bsuid, name or f"Cliente {len(self.all) + 1}", psid=str(next(self._psids)))
            self.all.append(found)
        elif name:
            found.name = name
        return found

    def chat(self, place: str, person: Person) -> Chat:
        """Return the chat of a person with a number or page."""
        return self.chats.setdefault((place, person.bsuid), Chat(place, person))

    def message(self, name: str) -> tuple[Chat, Said] | None:
        """Return a message and its chat."""
        for chat in self.chats.values():
            said = chat.find(name)
            if said is not None:
                return chat, said
        return None


_COUNTRIES = {
    "504": "HN",
    "593": "EC",
    "502": "GT",
    "503": "SV",
    "505": "NI",
    "506": "CR",
    "57": "CO",
    "52": "MX",
    "1": "US",
}


def _country(phone: str) -> str:
    return next((code for prefix, code in _COUNTRIES.items() if phone.startswith(prefix)), "ZZ")
