"""Many operations in one PostgreSQL transaction: driven side by side, their like statements sent together."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import AsyncConnection, AsyncCursor, sql

from caravana.journal import compiled as s
from caravana.journal.journal import Fenced
from caravana.journal.many import Many, many
from caravana.journal.model import CIRCUITS, Fence
from caravana.journal.operation import Operation, Row, Rows, Statement, Work

Connection = AsyncConnection[Row]
CHANNEL = "caravana"
"""Where processes tell each other the news: `work:<shard>,<shard>`, `again:<seq>,<seq>` (older exchanges whose
state was changed by hand; none named: look at everything), `topic:<name>`."""
NAMED = 200
"""Exchanges named in one message, which may have 8,000 bytes."""
INSERT_LOCK = 0x0CA2A7A9
"""Advisory lock of whoever inserts exchanges, held until COMMIT: so exchanges become visible in the order of `seq`, and
a reader that has seen one has missed none before it."""
INSERTING = frozenset({"accept", "spawn", "spawn_all"})
"""Operations that begin with an insert of exchanges."""
_BEGIN, _COMMIT = sql.SQL("BEGIN"), sql.SQL("COMMIT")
_LOCK = sql.SQL("SELECT pg_advisory_xact_lock({})").format(INSERT_LOCK)
_SHARDS = sql.SQL("SELECT id, epoch FROM shard WHERE id = ANY({}) ORDER BY id FOR SHARE")
_LEASES = sql.SQL("SELECT name, epoch FROM lease WHERE name = ANY({}) ORDER BY name FOR SHARE")
_NOTIFY = sql.SQL("SELECT pg_notify({}, {})")
_CIRCUIT = (s.PUT_BREAKER, s.CLAIM_BREAKER, s.CLOSE_BREAKER)
_SORTED_BY = (
    "connection",
    "the_connection",
    "scope",
    "key",
    "kind",
    "value",
    "name",
    "hash",
    "exchange",
    "seq",
    "the_seq",
    "path",
    "number",
)
NUL = "\N{SYMBOL FOR NULL}"


@dataclass(slots=True, eq=False)
class Job:
    """One submitted operation and what became of it."""

    operation: Operation[Any]
    future: "asyncio.Future[Any]"
    essential: bool
    fence: Fence | None
    since: float
    clean: bool = False
    """Whether NUL characters, which PostgreSQL's text cannot hold, are stored as their symbol."""
    result: Any = None
    error: BaseException | None = None


@dataclass(slots=True, eq=False)
class _Turn:
    """A job that waits for the rows of its next statement."""

    job: Job
    work: Work[Any]
    statement: Statement
    parameters: dict[str, Any]


class Batch:
    """Carries out jobs in one transaction of `connection`, which is in autocommit mode.

    A trip to the database costs as much as its work: what opens the transaction goes in one, and so does what ends it.
    """

    def __init__(self, connection: Connection, jobs: Sequence[Job]) -> None:
        """`jobs`: in the order in which they were submitted."""
        self._connection = connection
        self._jobs = jobs
        self._shards: set[int] = set()
        self._locked = False
        self._changed: set[int] = set()
        self._circuits = False

    async def carry_out(self) -> None:
        """Fill in each job's result, or the error `Fenced`, and commit.

        After any other error the caller rolls the whole batch back; when it came from COMMIT, nothing is known.
        """
        async with self._connection.cursor(binary=True) as cursor:
            await self._open()
            turns = [self._begin(job) for job in self._jobs if job.error is None]
            ready = [turn for turn in turns if turn is not None]
            while ready:
                ready = await self._round(cursor, ready)
            await self._connection.execute(_joined([*self._news(), _COMMIT]), prepare=False)

    async def _open(self) -> None:
        """Begin: lock the shards and leases concerned against take-over, and turn away who no longer owns his."""
        owned = {job.fence.owned for job in self._jobs if job.fence is not None}
        shards, leases = (sorted(one for one in owned if isinstance(one, kind)) for kind in (int, str))
        fences = [text.format(names) for text, names in ((_SHARDS, shards), (_LEASES, leases)) if names]
        self._locked = any(job.operation.name in INSERTING for job in self._jobs)
        steps = [_BEGIN, *fences, _LOCK] if self._locked else [_BEGIN, *fences]
        cursor = await self._connection.execute(_joined(steps), prepare=False)
        epochs: dict[Any, int] = {}
        for _ in fences:
            cursor.nextset()
            epochs |= {row[0]: row[1] for row in await cursor.fetchall()}
        for job in self._jobs:
            job.error = None
            if job.fence is not None and epochs.get(job.fence.owned) != job.fence.epoch:
                job.error = Fenced(f"`{job.fence.owned}` was taken over")

    def _begin(self, job: Job) -> _Turn | None:
        work = job.operation.start()
        return self._advance(job, work, None)

    def _advance(self, job: Job, work: Work[Any], rows: Rows | None) -> _Turn | None:
        """Let a job go on with `rows`; None when it is finished."""
        try:
            statement, parameters = next(work) if rows is None else work.send(rows)
        except StopIteration as stop:
            job.result = stop.value
            return None
        return _Turn(job, work, statement, _cleaned(parameters) if job.clean else parameters)

    async def _round(self, cursor: AsyncCursor[Row], turns: list[_Turn]) -> list[_Turn]:
        """Run the next statement of every job, like with like; returns the turns after it, in the jobs' order."""
        groups: dict[Statement, list[_Turn]] = {}
        for turn in turns:
            groups.setdefault(turn.statement, []).append(turn)
        answers: dict[_Turn, Rows] = {}
        for statement in sorted(groups, key=_rank):
            members = groups[statement]
            if statement is s.INSERT_EXCHANGE:
                await self._lock(cursor)
                self._shards.update(turn.parameters["shard"] for turn in members)
            else:
                members.sort(key=_place)
                if statement is s.CHANGE_STATE:
                    self._changed.update(turn.parameters["the_seq"] for turn in members)
                self._circuits |= statement in _CIRCUIT
            rows = await _run(cursor, statement, [turn.parameters for turn in members])
            answers.update(zip(members, rows, strict=True))
        following = [self._advance(turn.job, turn.work, answers[turn]) for turn in turns]
        return [turn for turn in following if turn is not None]

    async def _lock(self, cursor: AsyncCursor[Row]) -> None:
        if not self._locked:
            await cursor.execute(_LOCK)
            self._locked = True

    def _news(self) -> Iterator[sql.Composed]:
        """What the owners of the shards that got work are told; they hear it when this commits."""
        if self._shards:
            yield _NOTIFY.format(CHANNEL, "work:" + ",".join(map(str, sorted(self._shards))))
        if self._changed:
            named = self._changed if len(self._changed) <= NAMED else ()
            yield _NOTIFY.format(CHANNEL, "again:" + ",".join(map(str, sorted(named))))
        if self._circuits:
            yield _NOTIFY.format(CHANNEL, f"topic:{CIRCUITS}")


def _joined(steps: Sequence[sql.Composable]) -> sql.Composed:
    """Return statements without parameters as one that goes to the database in one trip."""
    return sql.SQL("; ").join(steps)


async def _run(cursor: AsyncCursor[Row], statement: Statement, parameters: list[dict[str, Any]]) -> list[Rows]:
    """Run `statement` once for each of `parameters`; returns the rows of each.

    Never with `executemany`: psycopg sends that as a pipeline, in several pieces. PostgreSQL does not count a client as idle
    that it still expects the rest of a pipeline from, so one that is stopped there would keep its locks for ever.
    """
    form = many(statement) if len(parameters) > 1 else None
    if form is not None and form.fits(parameters):
        return await _run_as_one(cursor, form, parameters, returns=statement.returns)
    answers = []
    for one in parameters:
        await cursor.execute(statement.postgresql, one, prepare=True)
        answers.append(await cursor.fetchall() if statement.returns else [])
    return answers


async def _run_as_one(
    cursor: AsyncCursor[Row], form: Many, parameters: list[dict[str, Any]], *, returns: bool
) -> list[Rows]:
    await cursor.execute(form.postgresql, [[row[name] for row in parameters] for name in form.names], prepare=True)
    if not returns:
        return [[] for _ in parameters]
    numbers = {identity: number for number, identity in await cursor.fetchall()}
    return [[(numbers[row["id"]],)] if row["id"] in numbers else [] for row in parameters]


async def run_reading(connection: Connection, operation: Operation[Any]) -> Any:
    """Carry out one reading operation on a connection in autocommit mode; returns its result."""
    work = operation.start()
    async with connection.cursor(binary=True) as cursor:
        try:
            statement, parameters = next(work)
            while True:
                [rows] = await _run(cursor, statement, [parameters])
                statement, parameters = work.send(rows)
        except StopIteration as stop:
            return stop.value


def _rank(statement: Statement) -> tuple[bool, str]:
    """Exchanges first, for their lock; then the same order in every transaction, so that few wait in a circle."""
    return statement is not s.INSERT_EXCHANGE, statement.name


def _place(turn: _Turn) -> tuple[str, ...]:
    return tuple(str(turn.parameters.get(name)) for name in _SORTED_BY)


def _cleaned(parameters: dict[str, Any]) -> dict[str, Any]:
    return {name: value.replace("\0", NUL) if isinstance(value, str) else value for name, value in parameters.items()}
