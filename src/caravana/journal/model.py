"""What the journal keeps, as plain values: states, entries, records."""

import hashlib
import random
import time
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

SHARDS = 64
LIFE = 1_000
"""By so much are the numbers of attempts lowered at each retry by a person: new ones count from 1 again."""
CIRCUITS = "caravana.circuits"
"""The topic that has news whenever the row of a circuit changes."""


class State(StrEnum):
    """Where an exchange stands."""

    READY = "ready"
    RUNNING = "running"
    WAITING = "waiting"
    """Until a time, or for a child."""
    IN_DOUBT = "in_doubt"
    """The outcome of an effect is unknown."""
    DEAD = "dead"
    """Needs a person."""
    FAILED = "failed"
    """The failure was told to the caller."""
    DONE = "done"
    DISCARDED = "discarded"


OPEN = (State.READY, State.RUNNING, State.WAITING, State.IN_DOUBT)
ENDED = (State.DONE, State.FAILED, State.DISCARDED)


class Step(StrEnum):
    """Where a record stands."""

    INTENT = "intent"
    """About to be called, or called with an outcome not yet known."""
    DONE = "done"
    FAILED = "failed"
    """The failure is the outcome: a re-run raises it again."""
    RETRY = "retry"
    """Nothing was done by the last attempt; it will be made again."""
    DOUBT = "doubt"
    WOULD = "would"
    """Shadow: what would have left."""


class Entry(NamedTuple):
    """One message to accept; `message` is the encoded message, `keys` the business keys."""

    id: str
    route: str
    revision: str
    source: str
    message: bytes
    shard: int
    accepted_at: int
    key: str | None = None
    body_hash: str | None = None
    lane: str | None = None
    strict: bool = False
    bulk: bool = False
    pattern: str = "InOnly"
    mode: str = "live"
    branch: str | None = None
    parent: str | None = None
    origin: str | None = None
    keys: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Admitted:
    """The journal's answer to an entry: its place in the order, or the exchange that has its key."""

    seq: int
    id: str
    state: str
    duplicate: bool = False
    conflict: bool = False


class Record(NamedTuple):
    """One effect of an exchange. A tuple, since the hot path changes several of them for each effect."""

    path: str
    kind: str
    endpoint: str
    input_hash: str
    state: str
    key: str
    intended_at: int
    attempts: int = 1
    redeliveries: int = 0
    next_at: int | None = None
    reply: bytes | None = None
    error: str | None = None
    reference: str | None = None
    request: bytes | None = None
    recorded_at: int = 0
    duration: int | None = None

    def with_(self, **changes: Any) -> "Record":
        """Return a record that differs in `changes`."""
        return self._replace(**changes)


class Stored(NamedTuple):
    """An exchange as read back for a run."""

    seq: int
    id: str
    route: str
    revision: str
    source: str
    lane: str | None
    strict: bool
    bulk: bool
    pattern: str
    mode: str
    branch: str | None
    state: str
    not_before: int | None
    message: bytes
    accepted_at: int
    shard: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the dispatcher must know of an unfinished exchange."""

    seq: int
    id: str
    shard: int
    lane: str | None
    strict: bool
    bulk: bool
    state: str
    not_before: int | None


@dataclass(frozen=True, slots=True)
class Fence:
    """The right to write: what is owned, a shard or a lease by its name, and the epoch under which it is."""

    owned: int | str
    epoch: int


@dataclass(frozen=True, slots=True)
class Letter:
    """A message that a dead letter channel took."""

    path: str
    endpoint: str
    message: bytes
    error: str
    whole: bool


@dataclass(slots=True)
class Ending:
    """How a run ended: the exchange's new state and all that is stored with it in one transaction."""

    seq: int
    id: str
    state: State
    at: int
    reply: bytes | None = None
    not_before: int | None = None
    error_class: str | None = None
    error: str | None = None
    error_path: str | None = None
    records: list[Record] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    claims: bool = False
    """Whether the exchange owns ledger keys, to be confirmed (done) or removed (failed, discarded)."""


_SIGNS = str.maketrans("0123456789abcdef", "2345bcdfghjkmnpq")
"""Hex in other signs that sort the same: with so few digits no id looks like a card number, which logs would mask."""


def new_id() -> str:
    """Return an exchange id that sorts by time: 11 signs of milliseconds, 12 random ones."""
    return f"{time.time_ns() // 1_000_000:011x}{random.getrandbits(48):012x}".translate(_SIGNS)


def child_id(parent: str, path: str) -> str:
    """Return the id of the child that `parent` starts at `path`: the same on every re-run."""
    return parent[:11] + hashlib.blake2b(f"{parent}\n{path}".encode(), digest_size=6).hexdigest().translate(_SIGNS)


def shard_of(lane: str | None, exchange_id: str) -> int:
    """Return the shard of a lane, or of an exchange without one."""
    text = lane if lane is not None else exchange_id
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=2).digest()) % SHARDS


class Breaker(NamedTuple):
    """The stored circuit of a connection; times in microseconds.

    `state`: `closed`; `open` until `open_until`, then somebody may probe; `probing`: somebody does, and has died over it
    when `open_until` is past. Of two rows the one with the later `changed_at` counts.
    """

    connection: str
    state: str
    failures: int
    reason: str | None
    open_until: int | None
    changed_at: int
