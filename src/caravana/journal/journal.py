"""The journal's port: what the engine asks of whatever database lies below.

JournalError
├── Full          the queue is full or too old: nothing was stored, try again later
├── Broken        the database refused (disk full, locked, gone): nothing is known to be stored
│   └── Unreadable    a value is sealed with a key that is not there
├── Fenced        the shard or lease belongs to another process now: nothing was stored, and this one must leave it alone
└── Locked        another hub runs on the same file
"""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from caravana.journal.model import Fence
from caravana.journal.operation import Operation

if TYPE_CHECKING:
    from caravana.journal.sealing import Keyring

R = TypeVar("R")


class JournalError(Exception):
    """The journal could not do what was asked."""


class Full(JournalError):
    """The queue of waiting work is full, or its oldest member too old."""


class Broken(JournalError):
    """The database refused; what was asked may or may not be stored."""


class Unreadable(Broken):
    """A key of `encryption` is missing or wrong; the message says which."""


class Fenced(JournalError):
    """The shard or lease was taken over by another process."""


class Locked(JournalError):
    """Another running hub has this journal."""


class Journal(Protocol):
    """A durable record. Operations come from `operations`, `store`, `admin`, `retention`, `resealing` and `sealing`."""

    @property
    def keys(self) -> "Keyring | None":
        """The keys with which content is encrypted; None when it is not."""
        ...

    async def open(self) -> None:
        """Open the database and bring its schema up to date. Raises `Locked` or `Broken`, `Unreadable` without its keys."""
        ...

    async def close(self) -> None:
        """Refuse new work, carry out what waits, and close."""
        ...

    def submit(
        self, operation: Operation[R], *, essential: bool = False, fence: Fence | None = None
    ) -> "asyncio.Future[R]":
        """Queue a writing operation; the future ends after COMMIT.

        `essential` (an effect's result): never refused by a full queue and tried again until stored.
        The future raises `Full`, `Broken` or `Fenced`.
        """
        ...

    async def read(self, operation: Operation[R]) -> R:
        """Carry out a reading operation. Raises `Broken`."""
        ...

    def failure(self) -> str | None:
        """Return why the journal takes nothing at present, or None."""
        ...

    async def query(self, text: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Run a select of the command line or console, parameters written `:name`; rows as dictionaries. Raises `Broken`."""
        ...
