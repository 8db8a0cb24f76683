"""Effects: what leaves the hub, and what the engine may do when the outcome is unknown."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """How a call may be repeated. What the engine does after a crash or an unknown outcome follows from it alone."""

    PURE = "pure"
    """Same input, same output: run again, never recorded."""
    READ = "read"
    """Repeatable: run again until its record is on disk."""
    IDEMPOTENT = "idempotent"
    """The partner honours our key: again with the same key, within the key's lifetime."""
    VERIFIABLE = "verifiable"
    """Intent first; afterwards the partner can be asked by our reference."""
    BLIND = "blind"
    """Intent first; nothing to ask: an unknown outcome is `in doubt`."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What a producer is told about the one call that it makes.

    `key` stays the same through redeliveries and restarts and is unlike any other effect's: the idempotency key.
    `intended_at` is when the intent was first on disk (aware UTC); `attempt` counts from 1.
    """

    key: str
    exchange_id: str
    path: str
    attempt: int
    intended_at: datetime
    branch: str | None = None


def imagined_id(effect: Effect, number: int = 0) -> int:
    """Return the id of record `number` that `effect` would make: negative, so that it is none, and the same on every re-run."""
    digest = hashlib.blake2b(f"{effect.key}\n{number}".encode(), digest_size=4).digest()
    return -1 - (int.from_bytes(digest) >> 2)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a call brought back; recorded, and applied to the exchange by the producer's `receive`.

    `reference` is the partner's own id of what was made, searchable in the journal.
    """

    body: Any = None
    headers: Mapping[str, Any] = field(default_factory=dict)
    reference: str | None = None
