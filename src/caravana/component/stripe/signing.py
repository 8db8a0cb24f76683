"""The signature of Stripe's notifications: HMAC-SHA256 over time, point and raw body, in the header `Stripe-Signature`.

During a roll of the secret Stripe signs with both, so the header may hold several `v1`. Other schemes (`v0`) do not count.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from caravana.kit.signature import equal, hmac_hex

HEADER = "stripe-signature"
_MOST = 16
"""More signatures than a roll can bring are somebody's who tries."""


@dataclass(frozen=True)
class Signature:
    """What the header says: when it was signed, and all its `v1`."""

    time: int
    given: tuple[str, ...]

    @classmethod
    def read(cls, header: str) -> "Signature":
        """Return the signature in `t=UNIX,v1=HEX[,v1=HEX]`. Raises `ValueError` when it is none."""
        pairs = [part.strip().partition("=") for part in header.split(",")]
        times = [value for name, _, value in pairs if name == "t"]
        given = tuple(value for name, _, value in pairs if name == "v1")
        if len(times) != 1 or not (times[0].isascii() and times[0].isdigit()) or len(times[0]) > 12:
            raise ValueError("no time")
        if not 0 < len(given) <= _MOST:
            raise ValueError("no signature")
        return cls(int(times[0]), given)

    def fits(self, raw: bytes, secrets: Iterable[str]) -> bool:
        """Whether one of the signatures was made of `raw` with one of `secrets`."""
        signed = f"{self.time}.".encode() + raw
        fitting = [equal(one, hmac_hex(secret, signed)) for secret in secrets for one in self.given]
        return any(fitting)

    def is_near(self, now: datetime, tolerance: timedelta) -> bool:
        """Whether it was signed about `now`. Stripe's own library looks back only; a time to come is as wrong as an old one."""
        return abs(now - datetime.fromtimestamp(self.time, UTC)) <= tolerance
