"""Reading a .p12 file: every private key in it with its certificate.

The usual reader of such files gives one key, the first. Files of Ecuador's certification authorities may hold several pairs
(encryption, signature, renewed ones), so the other keys are looked for: a `pkcs8ShroudedKeyBag` (RFC 7292, 4.2.2) is an
encrypted key by itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import load_der_private_key, pkcs12

from caravana.kit.einvoicing import blocked

SHROUDED_KEY = bytes.fromhex("2a864886f70d010c0a0102")
"""Object identifier 1.2.840.113549.1.12.10.1.2."""
LARGEST = 1_000_000
"""Bytes; a file of keys has some thousands."""
_OBJECT_IDENTIFIER, _OCTET_STRING, _SEQUENCE, _CONSTRUCTED = 0x06, 0x04, 0x30, 0x20


@dataclass(frozen=True)
class Pair:
    """A private key and its certificate."""

    key: RSAPrivateKey
    certificate: x509.Certificate


class Keystore:
    """One file. It is read again when it has changed, so that a renewed certificate counts at once."""

    def __init__(self, path: Path, password: str) -> None:
        """`path` need not exist before it is read."""
        self._path = path
        self._password = password
        self._stamp: tuple[int, int] | None = None
        self._pairs: list[Pair] = []

    def pairs(self) -> list[Pair]:
        """Return the RSA keys with their certificates.

        Raises `NeedsPerson` (`certificate_file`: not there or no such file; `certificate_password`).
        """
        try:
            status = self._path.stat()
            stamp = (status.st_mtime_ns, status.st_size)
            if stamp != self._stamp:
                raw = self._path.read_bytes() if status.st_size <= LARGEST else b""
                self._pairs = read_pairs(raw, self._password)
                self._stamp = stamp
        except OSError as error:
            es = f"el archivo del certificado {self._path} no se puede leer: póngalo allí, legible para Caravana"
            text = f"the certificate {self._path} cannot be read: {error.strerror}"
            raise blocked("certificate_file", es, text) from None
        return self._pairs


def read_pairs(raw: bytes, password: str) -> list[Pair]:
    """Return the RSA keys of a .p12 file with their certificates. Raises `NeedsPerson`."""
    if not raw.startswith(b"\x30"):
        es = "el archivo del certificado no es un archivo .p12: ponga allí el que entregó la entidad de certificación"
        raise blocked("certificate_file", es, "the certificate file is no .p12 file")
    secret = password.encode()
    try:
        store = pkcs12.load_pkcs12(raw, secret)
    except ValueError:
        text = "the password of the certificate is wrong, or its file is damaged"
        es = "la contraseña del certificado no es correcta, o su archivo está dañado: corrija certificatePassword"
        raise blocked("certificate_password", es, text) from None
    listed = [store.cert, *store.additional_certs]
    certificates = [one.certificate for one in listed if one is not None]
    keys = [store.key, *_shrouded_keys(raw, secret)]
    found: dict[bytes, Pair] = {}
    for key in keys:
        for certificate in certificates:
            if isinstance(key, RSAPrivateKey) and key.public_key() == certificate.public_key():
                found[certificate.tbs_certificate_bytes] = Pair(key, certificate)
    return list(found.values())


def _shrouded_keys(raw: bytes, secret: bytes) -> Iterator[PrivateKeyTypes]:
    for encrypted in _bags(raw):
        try:
            yield load_der_private_key(encrypted, secret)
        except (ValueError, TypeError):  # of a kind that cannot be used for signing
            continue


def _bags(raw: bytes) -> Iterator[bytes]:
    """Yield the encrypted keys that stand in the open parts of the file."""
    before: tuple[int, bytes] = (0, b"")
    for tag, value in _elements(raw):
        if before == (_OBJECT_IDENTIFIER, SHROUDED_KEY):
            yield value
        elif tag & _CONSTRUCTED or (tag == _OCTET_STRING and value[:1] == bytes([_SEQUENCE])):
            yield from _bags(value)
        before = (tag, value)


def _elements(raw: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield tag and content of the DER elements that stand one behind the other; what is none ends them."""
    place = 0
    while place + 2 <= len(raw):
        tag, length = raw[place], raw[place + 1]
        place += 2
        if length & 0x80:
            size = length & 0x7F
            length = int.from_bytes(raw[place : place + size])
            place += size
        if place + length > len(raw):
            return
        yield tag, raw[place : place + length]
        place += length


__all__ = ["Keystore", "Pair", "read_pairs"]
