"""The tables `lease` and `shard`, as a process uses them to share work with others.

A process is a member while its row `process:<name>` stands in `lease`; it moves the row's end on, and anybody may remove a
row whose end has not moved for a lease's length, by the remover's own monotonic clock: a clock that tells the time of day, as
the database's does, may be put right by an hour. Whatever names an owner without a row is free. So a renewal and a removal
meet in one row, and either the owner knows that it goes on, or the others know that it is gone, never both. Every statement
is a transaction of its own: a process that is stopped by the system holds no lock.
"""

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg

from caravana.journal.batch import CHANNEL
from caravana.journal.model import SHARDS

PREFIX = "process:"
_Connection = psycopg.Connection[tuple[Any, ...]]
_NOW = "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint"
_SHARDS = "INSERT INTO shard (id, epoch, expires_at) SELECT generate_series(0, %s - 1), 0, 0 ON CONFLICT DO NOTHING"
_JOIN = f"INSERT INTO lease (name, owner, epoch, expires_at) VALUES (%(me)s, %(me)s, 1, {_NOW} + %(length)s)"  # noqa: S608 -- constants of this module
_RENEW = f"UPDATE lease SET expires_at = {_NOW} + %(length)s WHERE name = %(me)s"  # noqa: S608 -- constants of this module
_LEAVE = "DELETE FROM lease WHERE name = %(me)s"
_SWEEP = "DELETE FROM lease WHERE name = %(name)s AND expires_at = %(end)s"
_ENDS = "SELECT name, expires_at FROM lease WHERE name LIKE 'process:%'"
_MEMBERS = "SELECT name FROM lease WHERE name LIKE 'process:%' ORDER BY name"
_MINE = "SELECT id, epoch FROM shard WHERE owner = %(me)s"
_FREE = "({0}.owner IS NULL OR NOT EXISTS (SELECT 1 FROM lease AS member WHERE member.name = {0}.owner))"
_MEMBER = "EXISTS (SELECT 1 FROM lease AS own WHERE own.name = %(me)s)"
_TAKE = f"""
    UPDATE shard SET owner = %(me)s, epoch = epoch + 1
    WHERE {_MEMBER} AND id IN (
        SELECT id FROM shard AS free WHERE {_FREE.format("free")} ORDER BY id LIMIT %(most)s FOR UPDATE SKIP LOCKED)
"""  # noqa: S608 -- constants of this module
_GIVE = "UPDATE shard SET owner = NULL WHERE owner = %(me)s AND id = ANY(%(shards)s)"
_NAME = "INSERT INTO lease (name, epoch, expires_at) VALUES (%(name)s, 0, 0) ON CONFLICT DO NOTHING"
_ACQUIRE = f"""
    UPDATE lease SET owner = %(me)s, epoch = epoch + 1
    WHERE {_MEMBER} AND name IN (
        SELECT name FROM lease AS free WHERE name = %(name)s AND {_FREE.format("free")} FOR UPDATE SKIP LOCKED)
"""  # noqa: S608 -- constants of this module
_HELD = "SELECT name, epoch FROM lease WHERE owner = %(me)s AND name <> %(me)s"
_RELEASE = "UPDATE lease SET owner = NULL WHERE name = %(name)s AND owner = %(me)s"


class LeaseTable:
    """One process's view, over a connection of its own. Every method raises `psycopg.Error` when the database is away."""

    def __init__(self, url: str, length: float) -> None:
        """`length`: of a lease, in seconds."""
        self._url = url
        self._seconds = length
        self._length = int(length * 1_000_000)
        self._ends: dict[str, tuple[int, float]] = {}
        """Of each member: the end that its row shows, and since when we have seen that one."""
        self._patience = max(1, int(length / 3))
        self._connection: _Connection | None = None

    def close(self) -> None:
        """Close the connection; the next call opens another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def join(self, me: str) -> None:
        """Become a member under a name that was never used before."""
        self._run(_SHARDS, (SHARDS,))
        self._run(_JOIN, {"me": me, "length": self._length})
        self.announce()

    def renew(self, me: str) -> bool:
        """Move our end on; False when we are no member any more."""
        return self._run(_RENEW, {"me": me, "length": self._length}).rowcount == 1

    def leave(self, me: str) -> None:
        """Stop being a member: all that is ours is free at once."""
        self._run(_LEAVE, {"me": me})
        self.announce()

    def sweep(self) -> int:
        """Remove members who have not moved their end for as long as a lease lasts; returns how many."""
        shown = dict(self._run(_ENDS).fetchall())
        now = time.monotonic()
        known = self._ends
        self._ends = {
            name: known[name] if known.get(name, (0,))[0] == end else (end, now) for name, end in shown.items()
        }
        silent = [(name, end) for name, (end, since) in self._ends.items() if now - since >= self._seconds]
        return sum(self._run(_SWEEP, {"name": name, "end": end}).rowcount for name, end in silent)

    def members(self) -> list[str]:
        """Return the members' names, in order."""
        return [row[0] for row in self._run(_MEMBERS).fetchall()]

    def mine(self, me: str) -> dict[int, int]:
        """Return the epochs of our shards."""
        return dict(self._run(_MINE, {"me": me}).fetchall())

    def take(self, me: str, most: int) -> int:
        """Take up to `most` free shards, raising their epochs; returns how many."""
        return self._run(_TAKE, {"me": me, "most": most}).rowcount

    def give(self, me: str, shards: list[int]) -> None:
        """Let others have `shards`."""
        self._run(_GIVE, {"me": me, "shards": shards})
        self.announce()

    def acquire(self, me: str, name: str) -> None:
        """Take the lease `name`, raising its epoch, if it is free and nobody writes under it at this moment."""
        self._run(_NAME, {"name": name})
        self._run(_ACQUIRE, {"me": me, "name": name})

    def held(self, me: str) -> dict[str, int]:
        """Return the epochs of the names that we hold."""
        return dict(self._run(_HELD, {"me": me}).fetchall())

    def release(self, me: str, name: str) -> None:
        """Let others have `name`."""
        self._run(_RELEASE, {"me": me, "name": name})
        self.announce()

    def announce(self) -> None:
        """Tell the others that there is something to share out."""
        self._run("SELECT pg_notify(%s, 'members')", (CHANNEL,))

    def _run(self, text: str, parameters: Any = None) -> psycopg.Cursor[tuple[Any, ...]]:
        try:
            if self._connection is None:
                self._connection = self._connect()
            with self._limited(self._connection):
                return self._connection.execute(text, parameters)
        except psycopg.Error:
            self.close()
            raise

    @contextmanager
    def _limited(self, connection: _Connection) -> Iterator[None]:
        """Cut `connection` when the block takes longer than a statement may: one that stalls would be waited for for ever."""
        with socket.socket(fileno=os.dup(connection.fileno())) as line:
            timer = threading.Timer(self._patience + 1, _cut, (line,))
            timer.start()
            try:
                yield
            finally:
                timer.cancel()
                timer.join()

    def _connect(self) -> _Connection:
        connection = psycopg.connect(
            self._url,
            autocommit=True,
            connect_timeout=max(2, self._patience),
            tcp_user_timeout=self._patience * 1_000,
            application_name="caravana-lease",
        )
        with self._limited(connection):
            connection.execute(f"SET statement_timeout = '{self._patience}s'")
        return connection


def _cut(line: socket.socket) -> None:
    """Let whoever waits at `line` find that it is closed."""
    with suppress(OSError):  # it is
        line.shutdown(socket.SHUT_RDWR)
