"""The journal on SQLite: one writer thread that commits everything waiting in one transaction."""

import asyncio
import contextlib
import fcntl
import itertools
import os
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import structlog

from caravana.journal.journal import Broken, Full, JournalError, Locked, Unreadable
from caravana.journal.migration import VERSION, is_old, upgrade
from caravana.journal.model import Fence
from caravana.journal.operation import Operation
from caravana.journal.sealing import Keyring, admit
from caravana.journal.together import drive, drive_together

R = TypeVar("R")
log = structlog.get_logger("caravana.journal")

QUEUE_LIMIT = 20_000
AGE_LIMIT = 10.0
"""Seconds that the oldest waiting operation may be old before new ones are refused."""
BATCH_LIMIT = 512
CHECKPOINT_PAGES = 16_000
"""The writer stands still while it checkpoints. Rarely is shorter in sum: a page that was changed often is copied once."""
RETRY_SECONDS = 0.5
PATIENCE = 30.0
"""Seconds for which `close` tries to store the results of effects in a database that refuses."""
GATHERED = range(4, 16)
GATHER_SECONDS = 0.002
"""After a transaction of so many operations the writer lets more come in: each transaction costs the event loop, too. One
or two senders never wait so, and larger transactions are worth their cost already."""
HOT = frozenset({"accept", "write_records", "end_run"})
"""Operations that are carried out together: none of them looks at what another one of a different exchange writes."""


@dataclass(slots=True)
class _Job:
    operation: Operation[Any]
    future: "asyncio.Future[Any]"
    loop: asyncio.AbstractEventLoop
    essential: bool
    since: float
    result: Any = None
    error: BaseException | None = None


def connect(path: Path) -> sqlite3.Connection:
    """Open the file as every connection of the journal is opened."""
    connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, timeout=5.0, cached_statements=256
    )
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA temp_store=MEMORY")
    return connection


class SqliteJournal:
    """The default journal: one file, one running hub."""

    def __init__(self, path: Path | str, keys: Keyring | None = None) -> None:
        """`path`: the database file; its folder must exist or can be made. `keys`: content is encrypted."""
        self.path = Path(path)
        self.keys = keys
        self._queue: deque[_Job] = deque()
        self._essential: deque[_Job] = deque()
        self._wake = threading.Condition()
        self._idle = False
        self._closing = False
        self._give_up_at = float("inf")
        self._thread: threading.Thread | None = None
        self._failure: str | None = None
        self._lock_file: Any = None
        self._readers: ThreadPoolExecutor | None = None
        self._local = threading.local()
        self._reader_connections: list[sqlite3.Connection] = []
        self.on_death: Callable[[BaseException], None] = _end_process

    async def open(self) -> None:
        """Lock the file, bring the schema up to date and start the writer. Raises `Locked`, `Broken`, `Unreadable`."""
        await asyncio.to_thread(self._prepare)
        self._readers = ThreadPoolExecutor(2, thread_name_prefix="journal-read")
        self._thread = threading.Thread(target=self._run, name="journal-write", daemon=True)
        self._thread.start()

    def _prepare(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._take_lock()
        try:
            if is_old(self._version()):
                upgrade(f"sqlite:///{self.path}")
            self._admit()
        except Unreadable:
            self._lock_file.close()
            raise
        except (sqlite3.Error, Broken, OSError) as error:
            self._lock_file.close()
            raise Broken(f"{self.path}: {error}") from error

    def _admit(self) -> None:
        """See that the keys are those that the journal needs. Raises `Unreadable`."""
        with contextlib.closing(connect(self.path)) as connection:
            cursor = connection.cursor()
            cursor.execute("BEGIN IMMEDIATE")
            drive(admit(self.keys), cursor)
            cursor.execute("COMMIT")

    def _version(self) -> str | None:
        """Return the schema's version, None in an empty database."""
        with contextlib.closing(connect(self.path)) as connection:
            if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone() is None:
                return None
            found = connection.execute(VERSION).fetchone()
            return None if found is None else str(found[0])

    def _take_lock(self) -> None:
        lock_file = self.path.with_suffix(self.path.suffix + ".lock").open("a+")
        try:
            fcntl.flock(lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock_file.close()
            raise Locked(
                f"another hub runs on {self.path}; stop it first, or talk to it with the command line"
            ) from None
        self._lock_file = lock_file

    async def close(self) -> None:
        """Carry out what waits, for as long as there is hope, then close."""
        with self._wake:
            self._closing = True
            self._give_up_at = time.monotonic() + PATIENCE
            self._wake.notify()
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join)
        if self._readers is not None:
            await asyncio.to_thread(self._readers.shutdown)
        for connection in self._reader_connections:
            connection.close()
        if self._lock_file is not None:
            self._lock_file.close()

    def submit(
        self, operation: Operation[R], *, essential: bool = False, fence: Fence | None = None
    ) -> "asyncio.Future[R]":
        """Queue a writing operation. On one file with one hub there is nothing to fence."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[R] = loop.create_future()
        if self.keys is not None:
            operation = self.keys.sealed(operation)
        job = _Job(operation, future, loop, essential, time.monotonic())
        refused = self._refusal(essential)
        if refused is not None:
            future.set_exception(refused)
            return future
        (self._essential if essential else self._queue).append(job)
        if self._idle:  # set before the writer looks at the queues for the last time: it sees the job, or we see this
            with self._wake:
                self._wake.notify()
        return future

    def _refusal(self, essential: bool) -> JournalError | None:
        if self._closing and not essential:
            return Full("the hub is stopping")
        if essential:
            return None
        if len(self._queue) >= QUEUE_LIMIT:
            return Full(f"{QUEUE_LIMIT} operations wait already")
        if self._queue and time.monotonic() - self._oldest() > AGE_LIMIT:
            return Full(f"the oldest waiting operation is older than {AGE_LIMIT:.0f} s")
        return None

    def _oldest(self) -> float:
        try:
            return self._queue[0].since
        except IndexError:  # the writer took it meanwhile
            return float("inf")

    def failure(self) -> str | None:
        """Return why the writer cannot write at present, or None."""
        return self._failure

    async def read(self, operation: Operation[R]) -> R:
        """Carry out a reading operation in a short transaction of its own."""
        assert self._readers is not None
        if self.keys is not None:
            operation = self.keys.sealed(operation)
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, operation)

    def _read(self, operation: Operation[R]) -> R:
        try:
            return drive(operation, self._reader().cursor())
        except sqlite3.Error as error:
            raise Broken(str(error)) from error

    def _reader(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = connect(self.path)
            connection.execute("PRAGMA query_only=ON")
            self._local.connection = connection
            self._reader_connections.append(connection)
        return connection

    async def query(self, text: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Run a select of the command line or console."""
        assert self._readers is not None
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._query, text, parameters)

    def _query(self, text: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
        try:
            cursor = self._reader().execute(text, parameters)
        except sqlite3.Error as error:
            raise Broken(str(error)) from error
        names = [column[0] for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        return rows if self.keys is None else self.keys.opened(rows)

    # The writer thread.

    def _run(self) -> None:
        connection: sqlite3.Connection | None = None
        try:
            while jobs := self._take():
                connection = self._commit(connection, jobs)
                if len(jobs) in GATHERED and not self._closing:
                    time.sleep(GATHER_SECONDS)
        except BaseException as error:
            self.on_death(error)
        finally:
            if connection is not None:
                connection.close()

    def _take(self) -> list[_Job]:
        """Wait for work; an empty list means that the journal is closing and nothing is left."""
        with self._wake:
            self._idle = True
            while not self._queue and not self._essential:
                if self._closing:
                    return []
                self._wake.wait()
            self._idle = False
        jobs = [self._essential.popleft() for _ in range(min(len(self._essential), BATCH_LIMIT))]
        jobs += [self._queue.popleft() for _ in range(min(len(self._queue), BATCH_LIMIT))]
        return jobs

    def _commit(self, connection: sqlite3.Connection | None, jobs: list[_Job]) -> sqlite3.Connection | None:
        """Carry out `jobs` in one transaction and answer them; returns the connection, None when it must be reopened."""
        try:
            connection = connection or self._open_writer()
            cursor = connection.cursor()
            cursor.execute("BEGIN IMMEDIATE")
            for together, members in itertools.groupby(jobs, lambda job: job.operation.name in HOT):
                part = list(members)
                if not together or not _attempt_together(part, cursor, alone=len(part) == len(jobs)):
                    _attempt_each(part, cursor)
            cursor.execute("COMMIT")
        except sqlite3.Error as error:
            self._give_up(connection, jobs, error)
            return None
        self._failure = None
        _answer(jobs)
        return connection

    def _open_writer(self) -> sqlite3.Connection:
        connection = connect(self.path)
        connection.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}")
        return connection

    def _give_up(self, connection: sqlite3.Connection | None, jobs: list[_Job], error: sqlite3.Error) -> None:
        """The whole batch failed: what is essential waits for a better moment, the rest is told."""
        if self._failure is None:
            log.error("journal.broken", reason=str(error))
        self._failure = str(error)
        if connection is not None:
            with contextlib.suppress(sqlite3.Error):
                connection.rollback()
            connection.close()
        told = [job for job in jobs if not job.essential]
        with self._wake:
            self._essential.extendleft(reversed([job for job in jobs if job.essential]))
            if time.monotonic() > self._give_up_at:
                log.error("journal.not_stored", results=len(self._essential), reason=str(error))
                told += self._essential
                self._essential.clear()
        for job in told:
            job.error = Broken(str(error))
        _answer(told)
        with self._wake:
            if not self._closing:
                self._wake.wait_for(lambda: self._closing, RETRY_SECONDS)
            elif self._essential:
                time.sleep(RETRY_SECONDS)


def _attempt_together(jobs: list[_Job], cursor: sqlite3.Cursor, *, alone: bool) -> bool:
    """Carry out `jobs` side by side; False when one of them fails or two meet: then nothing of them is done.

    `alone`: the transaction holds nothing else, so that it needs no savepoint, and each statement less is a wait less.
    """
    if not alone:
        cursor.execute("SAVEPOINT jobs")
    try:
        results = drive_together([job.operation for job in jobs], cursor)
    except sqlite3.Error as error:
        if not isinstance(error, sqlite3.IntegrityError):
            raise
    except Exception as error:  # of one operation's own code, or `Apart`; alone, each will say so
        log.debug("journal.apart", reason=repr(error))
    else:
        for job, result in zip(jobs, results, strict=True):
            job.result, job.error = result, None
        if not alone:
            cursor.execute("RELEASE jobs")
        return True
    for statement in ("ROLLBACK", "BEGIN IMMEDIATE") if alone else ("ROLLBACK TO jobs", "RELEASE jobs"):
        cursor.execute(statement)
    return False


def _attempt_each(jobs: list[_Job], cursor: sqlite3.Cursor) -> None:
    """Carry out each of `jobs` within a savepoint, so that its failure is its own."""
    for job in jobs:
        _attempt(job, cursor)
        if not cursor.connection.in_transaction:
            raise job.error or sqlite3.OperationalError("the transaction is gone")


def _attempt(job: _Job, cursor: sqlite3.Cursor) -> None:
    """Carry out one job within a savepoint."""
    job.error = None
    cursor.execute("SAVEPOINT job")
    try:
        job.result = drive(job.operation, cursor)
    except sqlite3.IntegrityError as error:
        job.error = Broken(str(error))
        cursor.execute("ROLLBACK TO job")
    except sqlite3.Error:
        raise
    except Exception as error:
        job.error = error
        cursor.execute("ROLLBACK TO job")
    cursor.execute("RELEASE job")


def _answer(jobs: list[_Job]) -> None:
    """Resolve the jobs' futures, one call into each loop."""
    by_loop: dict[asyncio.AbstractEventLoop, list[_Job]] = {}
    for job in jobs:
        by_loop.setdefault(job.loop, []).append(job)
    for loop, members in by_loop.items():
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(_resolve, members)


def _resolve(jobs: list[_Job]) -> None:
    for job in jobs:
        if job.future.done():
            continue
        if job.error is not None:
            job.future.set_exception(job.error)
        else:
            job.future.set_result(job.result)


def _end_process(error: BaseException) -> None:
    """End the process: without its writer a hub may acknowledge nothing, and a supervisor starts it again."""
    try:
        log.critical("journal.writer_died", error=repr(error))
    finally:
        os._exit(70)
