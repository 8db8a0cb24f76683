"""The two hashes of PlacetoPay: the one that authenticates our calls, and the one that signs its notifications.

Both are plain hashes over joined texts, without separator and without HMAC (documents of 2026-08).
"""

import base64
import hashlib
from collections.abc import Iterable

from caravana.kit.signature import equal


def authentication(login: str, secret_key: str, nonce: bytes, seed: str) -> dict[str, str]:
    """Return the `auth` object of one call.

    `nonce`: fresh random bytes. They enter the hash raw and travel in Base64; the digest travels in Base64 too, not in
    hex. `seed`: the present moment, ISO 8601 with offset; PlacetoPay refuses it when it is off by more than 5 minutes.
    """
    digest = hashlib.sha256(nonce + seed.encode() + secret_key.encode()).digest()
    return {
        "login": login,
        "tranKey": base64.b64encode(digest).decode(),
        "nonce": base64.b64encode(nonce).decode(),
        "seed": seed,
    }


def is_signed(given: str, identifier: str, status: str, date: str, secrets: Iterable[str], *, sha1: bool) -> bool:
    """Whether `given` signs a notification under one of `secrets`.

    `identifier`: the session's number without decimals; `date`: as received. `sha1`: whether the old form without
    prefix counts. It must not once the site has moved to SHA-256, or a forger could choose the weaker one.
    """
    texts = [f"{identifier}{status}{date}{secret}".encode() for secret in secrets]
    if given.startswith("sha256:"):
        expected = ["sha256:" + hashlib.sha256(text).hexdigest() for text in texts]
    elif sha1:
        expected = [hashlib.sha1(text, usedforsecurity=False).hexdigest() for text in texts]
    else:
        return False
    fits = [equal(given, one) for one in expected]
    return any(fits)
