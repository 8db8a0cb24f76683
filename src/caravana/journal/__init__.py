"""The durable record: what was accepted, what was done, what is in doubt."""

from pathlib import Path

from caravana.journal.journal import Broken, Fenced, Full, Journal, JournalError, Locked
from caravana.journal.sqlite import SqliteJournal

__all__ = ["Broken", "Fenced", "Full", "Journal", "JournalError", "Locked", "open_journal"]


def open_journal(url: str) -> Journal:
    """Return the journal at `url`: `sqlite:///folder/file.db`, or `postgresql://user@host/database`."""
    if url.startswith("sqlite:///"):
        return SqliteJournal(Path(url.removeprefix("sqlite:///")))
    if url.startswith("postgresql://"):
        from caravana.journal.postgresql import PostgresJournal  # the driver is not needed on SQLite

        return PostgresJournal(url)
    raise ValueError(f"`{url.split(':', 1)[0]}` is no journal; write sqlite:///file.db or postgresql://…")
