"""Signatures of webhooks, checked on the raw bytes in constant time, with old and new secret."""

import hmac
from collections.abc import Iterable


def hmac_hex(secret: str, raw: bytes, algorithm: str = "sha256") -> str:
    """Return the HMAC of `raw` in hex."""
    return hmac.new(secret.encode(), raw, algorithm).hexdigest()


def equal(given: str, expected: str) -> bool:
    """Whether two signatures are equal, compared in constant time."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())


def verify_hmac(raw: bytes, given: str, secrets: Iterable[str], algorithm: str = "sha256") -> bool:
    """Whether `given` (hex, with or without `sha256=` before it) signs `raw` under one of `secrets` (new and old)."""
    bare = given.removeprefix(f"{algorithm}=").removeprefix(f"{algorithm}:")
    fits = [equal(bare, hmac_hex(secret, raw, algorithm)) for secret in secrets if secret]
    return any(fits)
