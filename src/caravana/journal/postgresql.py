"""The journal on PostgreSQL: several processes write; each of them commits what waits in transactions of up to 64."""

import asyncio
import contextlib
import re
import time
from collections import deque
from collections.abc import AsyncIterator, Mapping
from typing import Any, TypeVar

import psycopg
import structlog
from psycopg import errors

from caravana.journal.batch import INSERTING, Batch, Connection, Job, run_reading
from caravana.journal.journal import Broken, Full, JournalError, Unreadable
from caravana.journal.migration import LOCK, VERSION, is_old, upgrade
from caravana.journal.model import Fence
from caravana.journal.operation import Operation
from caravana.journal.readers import Readers
from caravana.journal.sealing import Keyring, admit

R = TypeVar("R")
log = structlog.get_logger("caravana.journal")

QUEUE_LIMIT = 20_000
AGE_LIMIT = 10.0
"""Seconds that the oldest waiting operation may be old before new ones are refused."""
BATCH_LIMIT = 64
RECORDERS = 2
"""Connections for operations that bring in no exchanges; those that do go through one, for their order."""
READERS = 4
RETRY_SECONDS = 0.5
PATIENCE = 30.0
"""Seconds after which a transaction without an answer counts as broken; also how long `close` tries to store results."""
SILENT = "PostgreSQL does not answer"
CONFLICTS = 5
_SETTINGS = (
    "SET synchronous_commit = on; SET statement_timeout = '20s'; "
    # A process that was stopped in mid-transaction must not hold its locks until somebody looks at it.
    "SET idle_in_transaction_session_timeout = '5s'"
)
_PARAMETER = re.compile(r"(?<!:):(\w+)")
_CONFLICT = (errors.DeadlockDetected, errors.SerializationFailure)
_HOPELESS = (psycopg.DataError, psycopg.IntegrityError, psycopg.NotSupportedError)
"""Errors of what is to be stored, not of the database: trying again would change nothing."""


async def connect(url: str, *, autocommit: bool = False) -> Connection:
    """Open a connection as all of the journal's are. Raises `psycopg.Error`."""
    connection = await psycopg.AsyncConnection.connect(
        url,
        autocommit=True,
        connect_timeout=5,
        application_name="caravana",
        keepalives_idle=5,
        keepalives_interval=2,
        keepalives_count=3,
        tcp_user_timeout=10_000,
    )
    try:
        async with asyncio.timeout(PATIENCE):
            await connection.execute(_SETTINGS)
        await connection.set_autocommit(autocommit)
    except TimeoutError:
        await connection.close()
        raise errors.ConnectionTimeout(SILENT) from None
    except BaseException:  # also a task that is cancelled here
        await connection.close()
        raise
    return connection


class _Queue:
    """What waits for one kind of writer."""

    def __init__(self) -> None:
        self.jobs: deque[Job] = deque()
        self.essential: deque[Job] = deque()
        self.news = asyncio.Event()

    def __len__(self) -> int:
        return len(self.jobs) + len(self.essential)

    def put(self, job: Job) -> None:
        (self.essential if job.essential else self.jobs).append(job)
        self.news.set()

    def take(self) -> list[Job]:
        """Return up to a batch of jobs, half of it or more for the essential ones while any wait."""
        taken = [self.essential.popleft() for _ in range(min(len(self.essential), BATCH_LIMIT // 2))]
        taken += [self.jobs.popleft() for _ in range(min(len(self.jobs), BATCH_LIMIT - len(taken)))]
        taken += [self.essential.popleft() for _ in range(min(len(self.essential), BATCH_LIMIT - len(taken)))]
        return taken


class PostgresJournal:
    """A journal that several processes share."""

    def __init__(self, url: str, keys: Keyring | None = None) -> None:
        """`url`: `postgresql://user@host/database`, as libpq reads it. `keys`: content is encrypted."""
        self.url = url
        self.keys = keys
        self._inserting = _Queue()
        self._recording = _Queue()
        self._tasks: list[asyncio.Task[None]] = []
        self._readers = Readers(lambda: connect(url, autocommit=True), READERS)
        self._closing = asyncio.Event()
        self._closed = False
        self._give_up_at = float("inf")
        self._failure: str | None = None

    async def open(self) -> None:
        """Bring the schema up to date and start the writers. Raises `Broken`, `Unreadable`."""
        scheme, _, rest = self.url.partition("://")
        try:
            if is_old(await self._version()):
                await asyncio.to_thread(upgrade, f"{scheme}+psycopg://{rest}")
            await self._admit()
        except Unreadable:
            raise
        except (Broken, psycopg.Error) as error:
            raise Broken(f"PostgreSQL: {_reason(error)}") from error
        queues = [self._inserting] + [self._recording] * RECORDERS
        self._tasks = [asyncio.create_task(self._write(queue), name="journal-write") for queue in queues]

    async def _admit(self) -> None:
        """See that the keys are those that the journal needs, one process after the other. Raises `Unreadable`."""
        async with await connect(self.url) as connection:
            await connection.execute(LOCK)
            await run_reading(connection, admit(self.keys))

    async def _version(self) -> str | None:
        """Return the schema's version, None in an empty database."""
        async with await connect(self.url, autocommit=True) as connection:
            try:
                found = await (await connection.execute(VERSION)).fetchone()
            except errors.UndefinedTable:
                return None
            return None if found is None else str(found[0])

    async def close(self) -> None:
        """Refuse new work, carry out what waits, and close."""
        self._closing.set()
        self._give_up_at = time.monotonic() + PATIENCE
        for queue in (self._inserting, self._recording):
            queue.news.set()
        await asyncio.gather(*self._tasks)
        self._closed = True
        await self._readers.close()

    def submit(
        self, operation: Operation[R], *, essential: bool = False, fence: Fence | None = None
    ) -> "asyncio.Future[R]":
        """Queue a writing operation; the future ends after COMMIT. It raises `Full`, `Broken` or `Fenced`."""
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        queue = self._inserting if operation.name in INSERTING else self._recording
        refused = self._refusal(queue, essential=essential)
        if refused is not None:
            future.set_exception(refused)
        else:
            if self.keys is not None:
                operation = self.keys.sealed(operation)
            queue.put(Job(operation, future, essential, fence, time.monotonic()))
        return future

    def _refusal(self, queue: _Queue, *, essential: bool) -> JournalError | None:
        if self._closed or (self._closing.is_set() and not essential):
            return Full("the hub is stopping")
        if essential:
            return None
        if len(queue.jobs) >= QUEUE_LIMIT:
            return Full(f"{QUEUE_LIMIT} operations wait already")
        if queue.jobs and time.monotonic() - queue.jobs[0].since > AGE_LIMIT:
            return Full(f"the oldest waiting operation is older than {AGE_LIMIT:.0f} s")
        return None

    def failure(self) -> str | None:
        """Return why the writers cannot write at present, or None."""
        return self._failure

    async def read(self, operation: Operation[R]) -> R:
        """Carry out a reading operation. Raises `Broken`."""
        if self.keys is not None:
            operation = self.keys.sealed(operation)
        async with self._reading() as connection:
            result: R = await run_reading(connection, operation)
            return result

    async def query(self, text: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Run a select of the command line or console. Raises `Broken`."""
        wanted = _PARAMETER.sub(r"%(\1)s", text.replace("%", "%%"))
        async with self._reading() as connection:
            cursor = await connection.execute(wanted, parameters)
            names = [column.name for column in cursor.description or ()]
            rows = [dict(zip(names, row, strict=True)) for row in await cursor.fetchall()]
        return rows if self.keys is None else self.keys.opened(rows)

    @contextlib.asynccontextmanager
    async def _reading(self) -> AsyncIterator[Connection]:
        """Lend a connection for reading. Raises `Broken`, also when the answer does not come."""
        try:
            async with self._readers.connection() as connection, asyncio.timeout(PATIENCE):
                yield connection
        except TimeoutError as error:
            raise Broken(SILENT) from error
        except psycopg.Error as error:
            raise Broken(_reason(error)) from error

    # The writers.

    async def _write(self, queue: _Queue) -> None:
        """One writer: a connection of its own, batch after batch, until the journal is closed and nothing is left."""
        writer = _Writer(self.url)
        while True:
            jobs = await self._next(queue)
            if not jobs and self._closing.is_set():
                break
            try:
                await writer.store(jobs)
                self._failure = None
            except (psycopg.Error, TimeoutError) as error:
                await writer.close()
                self._give_up(queue, jobs, _reason(error) if str(error) else SILENT)
                await asyncio.sleep(RETRY_SECONDS)
        await writer.close()

    async def _next(self, queue: _Queue) -> list[Job]:
        """Wait for work; none means that the journal is closing, or that a broken database should be tried again."""
        while not len(queue) and not self._closing.is_set():
            queue.news.clear()
            try:
                await asyncio.wait_for(queue.news.wait(), RETRY_SECONDS if self._failure else None)
            except TimeoutError:
                break
        return queue.take()

    def _give_up(self, queue: _Queue, jobs: list[Job], reason: str) -> None:
        """The database is away: what is essential waits for a better moment, the rest is told."""
        if self._failure is None:
            log.error("journal.broken", reason=reason)
        self._failure = reason
        left = [job for job in jobs if not job.future.done()]
        told = [job for job in left if not job.essential] + list(queue.jobs)
        queue.jobs.clear()
        queue.essential.extendleft(reversed([job for job in left if job.essential]))
        if time.monotonic() > self._give_up_at:
            told += queue.essential
            queue.essential.clear()
        for job in told:
            job.error = Broken(reason)
        _answer(told)


class _Writer:
    """One connection that stores batches; a batch that fails for a reason of its own is split."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: Connection | None = None

    async def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(psycopg.Error, OSError):
                await connection.close()

    async def store(self, jobs: list[Job]) -> None:
        """Store `jobs` and answer them; raises `psycopg.Error` or `TimeoutError` when the database is at fault.

        Jobs whose future is not done after that are not known to be stored.
        """
        jobs = [job for job in jobs if not job.future.cancelled()]
        try:
            await self._commit(jobs)
        except (*_CONFLICT, *_HOPELESS):
            await self._store_singly(jobs)
        except (psycopg.Error, TimeoutError):
            raise
        except Exception:  # of one operation's own code; alone, it will say so
            await self._store_singly(jobs)
        else:
            _answer(jobs)

    async def _commit(self, jobs: list[Job]) -> None:
        """Carry out `jobs` in one transaction. An error of COMMIT itself means that nothing is known."""
        async with asyncio.timeout(PATIENCE):
            if self._connection is None:
                self._connection = await connect(self._url, autocommit=True)
            try:
                await Batch(self._connection, jobs).carry_out()
            except Exception:
                if not self._connection.closed:
                    await self._connection.rollback()
                raise

    async def _store_singly(self, jobs: list[Job]) -> None:
        for job in jobs:
            await self._store_one(job)
            _answer([job])

    async def _store_one(self, job: Job) -> None:
        """Store one job, again and again while it meets others; its own faults go into `job.error`."""
        for _ in range(CONFLICTS):
            try:
                return await self._commit([job])
            except _CONFLICT as conflict:
                met: psycopg.Error = conflict
            except _HOPELESS as error:
                if job.clean or not isinstance(error, psycopg.DataError):
                    job.error = Broken(_reason(error))
                    return None
                met, job.clean = error, True
            except (psycopg.Error, TimeoutError):
                raise
            except Exception as error:
                job.error = error
                return None
        raise met


def _answer(jobs: list[Job]) -> None:
    for job in jobs:
        if job.future.done():
            continue
        if job.error is not None:
            job.future.set_exception(job.error)
        else:
            job.future.set_result(job.result)


def _reason(error: BaseException) -> str:
    """Return the first line of what the database said, without the statement and its values."""
    text = str(error).strip()
    return text.splitlines()[0] if text else type(error).__name__
