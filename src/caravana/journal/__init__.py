"""The durable record: what was accepted, what was done, what is in doubt."""

from pathlib import Path

from caravana.journal.journal import Broken, Fenced, Full, Journal, JournalError, Locked, Unreadable
from caravana.journal.sealing import Keyring
from caravana.journal.sqlite import SqliteJournal

__all__ = ["Broken", "Fenced", "Full", "Journal", "JournalError", "Keyring", "Locked", "Unreadable", "open_journal"]


def open_journal(url: str, keys: Keyring | None = None) -> Journal:
    """Return the journal at `url`: `sqlite:///folder/file.db`, or `postgresql://user@host/database`.

    `keys`: with them the content of messages and records is encrypted. Raises `ValueError` for another kind of address.
    """
    if url.startswith("sqlite:///"):
        return SqliteJournal(Path(url.removeprefix("sqlite:///")), keys)
    if url.startswith("postgresql://"):
        from caravana.journal.postgresql import PostgresJournal  # the driver is not needed on SQLite

        return PostgresJournal(url, keys)
    raise ValueError(f"`{url.split(':', 1)[0]}` is no journal; write sqlite:///file.db or postgresql://…")
