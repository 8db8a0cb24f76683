"""Who may call: the authentication object and the refusals 100 to 107."""

import base64
import binascii
import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Any

from caravana.component.placetopay.sandbox.site import Site

DRIFT = timedelta(minutes=5)
PARTS = ("login", "tranKey", "nonce", "seed")
CONDITIONS = {"inactive": 104, "expired": 105, "credentials_expired": 106}
_REMEMBERED = 100_000


class Door:
    """Checks the authentication of each call and remembers nonces."""

    def __init__(self, site: Site) -> None:
        """`site`: whose credentials count."""
        self._site = site
        self._nonces: dict[str, None] = {}

    def refusal(self, auth: Any, now: datetime) -> int | None:
        """Return the number of the refusal, or None when the caller may come in."""
        if not isinstance(auth, dict) or any(not auth.get(part) for part in PARTS):
            return 100
        read = _read(auth)
        if read is None:
            return 107
        nonce, seed = read
        if auth["login"] != self._site.login:
            return 101
        if self._site.condition in CONDITIONS:
            return CONDITIONS[self._site.condition]
        if abs(now - seed) > DRIFT:
            return 103
        return self._wrong_hash(auth, nonce)

    def _wrong_hash(self, auth: dict[str, str], nonce: bytes) -> int | None:
        wanted = base64.b64encode(hashlib.sha256(nonce + f"{auth['seed']}{self._site.secret_key}".encode()).digest())
        if not hmac.compare_digest(wanted, auth["tranKey"].encode()):
            return 102
        if self._site.strict_nonce and auth["nonce"] in self._nonces:
            return 102  # the documents do not say which number a repeated nonce gets
        self._remember(auth["nonce"])
        return None

    def _remember(self, nonce: str) -> None:
        self._nonces[nonce] = None
        if len(self._nonces) > _REMEMBERED:
            del self._nonces[next(iter(self._nonces))]


def _read(auth: dict[str, Any]) -> tuple[bytes, datetime] | None:
    """The raw nonce and the moment, or None when a part is malformed."""
    try:
        if any(not isinstance(auth[part], str) for part in PARTS):
            return None
        seed = datetime.fromisoformat(auth["seed"])
        return (base64.b64decode(auth["nonce"], validate=True), seed) if seed.tzinfo else None
    except (ValueError, binascii.Error):
        return None
