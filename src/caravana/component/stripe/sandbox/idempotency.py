"""Idempotency keys: the first answer to a key is kept and given again, for a day."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from caravana.component.stripe.sandbox.wire import ApiError

LIFETIME = timedelta(hours=24)
LONGEST = 255


@dataclass
class Kept:
    """What is known of a key: which call it stood on, and its answer; None while the call is at work."""

    fingerprint: str
    since: datetime
    answer: tuple[int, bytes] | None = None


class Keys:
    """The keys of the account."""

    def __init__(self) -> None:
        """None is known."""
        self._known: dict[str, Kept] = {}

    def begin(self, key: str, path: str, raw: bytes, now: datetime) -> tuple[int, bytes] | None:
        """Return the answer kept under `key`, or None: the call may begin. Raises `ApiError`.

        That is an idempotency error when the call is another than the key's first, and 409 while that is at work.
        """
        if len(key) > LONGEST:
            raise ApiError("Idempotency keys may be at most 255 characters long.")
        fingerprint = hashlib.sha256(path.encode() + b"\n" + raw).hexdigest()
        kept = self._known.get(key)
        if kept is None or now - kept.since >= LIFETIME:
            self._known[key] = Kept(fingerprint, now)
            return None
        if kept.fingerprint != fingerprint:
            raise ApiError(
                "Keys for idempotent requests can only be used with the same parameters they were first used with.",
                kind="idempotency_error",
            )
        if kept.answer is None:
            raise ApiError(
                "There is currently another in-progress request using this Idempotent Key.",
                status=409,
                code="idempotency_key_in_use",
                should_retry=True,
            )
        return kept.answer

    def keep(self, key: str, status: int, body: bytes) -> None:
        """Keep the answer of a call that was carried out, good or bad."""
        self._known[key].answer = (status, body)

    def forget(self, key: str) -> None:
        """Drop a key whose call was not carried out."""
        if key in self._known and self._known[key].answer is None:
            del self._known[key]
