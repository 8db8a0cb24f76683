"""A .p12 file with several keys, as certification authorities hand out; the usual library writes one key only.

PKCS #12 (RFC 7292): the certificates lie open, each key is encrypted by itself (`pkcs8ShroudedKeyBag`), a MAC covers both.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

_DATA = "2a864886f70d010701"
_SHROUDED_KEY, _CERTIFICATE = "2a864886f70d010c0a0102", "2a864886f70d010c0a0103"
_X509 = "2a864886f70d01091601"
_LOCAL_ID = "2a864886f70d010915"
_SHA256 = "608648016503040201"
_ROUNDS = 2048
_BLOCK, _DIGEST = 64, 32
"""Bytes of a block and a digest of SHA-256."""


def several(pairs: Sequence[tuple[RSAPrivateKey, x509.Certificate]], password: str) -> bytes:
    """Return the file with all `pairs`, in their order."""
    certificates = [_certificate_bag(number, one) for number, (_, one) in enumerate(pairs)]
    keys = [_key_bag(number, one, password) for number, (one, _) in enumerate(pairs)]
    safe = _sequence(_content(_sequence(*certificates)), _content(_sequence(*keys)))
    return _sequence(_der(0x02, b"\x03"), _content(safe), _mac(safe, password))


def _certificate_bag(number: int, certificate: x509.Certificate) -> bytes:
    raw = certificate.public_bytes(Encoding.DER)
    value = _sequence(_oid(_X509), _der(0xA0, _der(0x04, raw)))
    return _sequence(_oid(_CERTIFICATE), _der(0xA0, value), _local_id(number))


def _key_bag(number: int, key: RSAPrivateKey, password: str) -> bytes:
    encrypted = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, BestAvailableEncryption(password.encode()))
    return _sequence(_oid(_SHROUDED_KEY), _der(0xA0, encrypted), _local_id(number))


def _local_id(number: int) -> bytes:
    """What ties a key to its certificate."""
    return _der(0x31, _sequence(_oid(_LOCAL_ID), _der(0x31, _der(0x04, bytes([number + 1])))))


def _content(raw: bytes) -> bytes:
    return _sequence(_oid(_DATA), _der(0xA0, _der(0x04, raw)))


def _mac(safe: bytes, password: str) -> bytes:
    salt = secrets.token_bytes(8)
    digest = hmac.digest(_derived(password, salt), safe, hashlib.sha256)
    info = _sequence(_sequence(_oid(_SHA256), _der(0x05, b"")), _der(0x04, digest))
    return _sequence(info, _der(0x04, salt), _der(0x02, _ROUNDS.to_bytes(2)))


def _derived(password: str, salt: bytes) -> bytes:
    """The key of the MAC (RFC 7292, appendix B.2; purpose 3): one digest is long enough."""
    written = password.encode("utf-16-be") + b"\0\0"
    seed = b"\x03" * _BLOCK + _filled(salt) + _filled(written)
    for _ in range(_ROUNDS):
        seed = hashlib.sha256(seed).digest()
    return seed[:_DIGEST]


def _filled(text: bytes) -> bytes:
    """`text` repeated up to whole blocks."""
    length = _BLOCK * -(-len(text) // _BLOCK)
    return (text * length)[:length]


def _sequence(*parts: bytes) -> bytes:
    return _der(0x30, b"".join(parts))


def _oid(value: str) -> bytes:
    return _der(0x06, bytes.fromhex(value))


def _der(tag: int, value: bytes) -> bytes:
    if len(value) < 0x80:
        return bytes([tag, len(value)]) + value
    length = len(value).to_bytes((len(value).bit_length() + 7) // 8)
    return bytes([tag, 0x80 | len(length)]) + length + value


__all__ = ["several"]
