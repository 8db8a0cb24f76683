"""The two signatures of Ecuafact's webhooks, both with one secret `whsec_…` (verified with its client 1.0.0b6).

- `Ecuafact-Signature: t=<unix>,v1=<hex>`: HMAC-SHA256 over `<t>.<raw body>`; the key is the secret's whole text
- Standard Webhooks: `webhook-id`, `webhook-timestamp`, `webhook-signature: v1,<base64>` over `<id>.<timestamp>.<raw body>`; the
  key is what stands after `whsec_`, decoded from base64

One of the two is enough (so says its client): the second can only be right where the secret is base64.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from caravana.kit.signature import equal, hmac_hex

OWN = "ecuafact-signature"
STANDARD = "webhook-signature"
STANDARD_ID = "webhook-id"
STANDARD_TIME = "webhook-timestamp"
PREFIX = "whsec_"
_MOST = 16
"""More signatures than a change of secrets can bring are somebody's who tries."""

Header = Callable[[str], str]


class WrongSignature(Exception):
    """The request is not proven; `word` says by what: `signature` or `time`."""

    def __init__(self, word: str) -> None:
        """`word` is counted."""
        super().__init__(word)
        self.word = word


def prove(header: Header, raw: bytes, secrets: Iterable[str], now: datetime, tolerance: timedelta) -> None:
    """Return when `raw` was signed with one of `secrets` about `now`; `header` gives a header by its name, else "".

    Raises `WrongSignature`.
    """
    known = list(secrets)
    given: list[Callable[[], None]] = []
    if header(OWN):
        given.append(lambda: _prove_own(header(OWN), raw, known, now, tolerance))
    if header(STANDARD):
        given.append(lambda: _prove_standard(header, raw, known, now, tolerance))
    wrong = "signature"
    for proof in given:
        try:
            return proof()
        except WrongSignature as error:
            wrong = "time" if "time" in (wrong, error.word) else wrong
    raise WrongSignature(wrong)


def _prove_own(given: str, raw: bytes, secrets: list[str], now: datetime, tolerance: timedelta) -> None:
    pairs = [part.strip().partition("=") for part in given.split(",")]
    times = [value for name, _, value in pairs if name == "t"]
    found = [value for name, _, value in pairs if name == "v1"]
    if len(times) != 1 or not 0 < len(found) <= _MOST:
        raise WrongSignature("signature")
    signed = f"{times[0]}.".encode() + raw
    expected = [hmac_hex(secret, signed) for secret in secrets]
    _judge(times[0], found, expected, now, tolerance)


def _prove_standard(header: Header, raw: bytes, secrets: list[str], now: datetime, tolerance: timedelta) -> None:
    identity, time = header(STANDARD_ID), header(STANDARD_TIME)
    listed = [part.partition(",") for part in header(STANDARD).split()]
    found = [value for name, _, value in listed if name == "v1"]
    if not identity or not 0 < len(found) <= _MOST:
        raise WrongSignature("signature")
    signed = f"{identity}.{time}.".encode() + raw
    keys = [key for secret in secrets if (key := _decoded(secret)) is not None]
    expected = [base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode() for key in keys]
    _judge(time, found, expected, now, tolerance)


def _judge(time: str, given: list[str], expected: list[str], now: datetime, tolerance: timedelta) -> None:
    """All are compared, so that the time it takes tells nothing; then the moment of signing counts."""
    fits = [equal(one, other) for one in given for other in expected]
    if not any(fits):
        raise WrongSignature("signature")
    if not (time.isascii() and time.isdigit() and len(time) <= 12):
        raise WrongSignature("signature")
    if abs(now - datetime.fromtimestamp(int(time), UTC)) > tolerance:
        raise WrongSignature("time")


def _decoded(secret: str) -> bytes | None:
    """The key of Standard Webhooks; None for a secret that is no base64."""
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return None
