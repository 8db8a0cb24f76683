"""A certification authority for trying: made when it is needed, kept nowhere, and no one's but the imitation's."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import PrivateFormat, pkcs12

from caravana.component.sri.sandbox.several import several

RUC_EXTENSION = x509.ObjectIdentifier("1.3.6.1.4.1.37947.3.11")
"""Where one of Ecuador's authorities writes the holder's RUC (from memory, 2026-11)."""
Purpose = Literal["signature", "encryption", "unsaid"]
ALGORITHMS = {
    "modern": pkcs12.PBES.PBESv2SHA256AndAES256CBC,
    "legacy": pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC,
}


@dataclass(frozen=True)
class Issued:
    """A key and its certificate."""

    key: rsa.RSAPrivateKey
    certificate: x509.Certificate


class CertificationAuthority:
    """Issues certificates. `certificate` is its own."""

    def __init__(self, now: datetime, name: str = "AUTORIDAD DE CERTIFICACION INVENTADA") -> None:
        """`now`: its own certificate begins ten years before it."""
        self._numbers = itertools.count()
        self._key = _key(next(self._numbers))
        self._name = _name(name, "ENTIDAD DE CERTIFICACION")
        builder = _builder(self._name, self._name, self._key, now - timedelta(days=3650), now + timedelta(days=3650))
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        self.certificate = builder.sign(self._key, hashes.SHA256())

    def issue(
        self,
        ruc: str | None,
        begins: datetime,
        ends: datetime,
        purpose: Purpose = "signature",
        holder: str = "REPRESENTANTE INVENTADO",
    ) -> Issued:
        """Return a certificate for the RUC (None: it names none), valid from `begins` to `ends`, for `purpose`."""
        key = _key(next(self._numbers))
        builder = _builder(_name(holder, "PERSONA JURIDICA"), self._name, key, begins, ends)
        if purpose != "unsaid":
            builder = builder.add_extension(_usage(purpose), critical=True)
        if ruc is not None:
            printable = b"\x13" + bytes([len(ruc)]) + ruc.encode("ascii")
            builder = builder.add_extension(x509.UnrecognizedExtension(RUC_EXTENSION, printable), critical=False)
        return Issued(key, builder.sign(self._key, hashes.SHA256()))


def to_p12(issued: Sequence[Issued], password: str, form: Literal["modern", "legacy"] = "modern") -> bytes:
    """Return a .p12 file with the keys and certificates, in their order.

    `form`: how one pair is encrypted: AES-256, or triple DES as older files are. Several pairs are always of the modern form.
    """
    if len(issued) != 1:
        return several([(one.key, one.certificate) for one in issued], password)
    builder = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(2048).key_cert_algorithm(ALGORITHMS[form])
    hashed = hashes.SHA1() if form == "legacy" else hashes.SHA256()  # noqa: S303 -- what old files have
    encryption = builder.hmac_hash(hashed).build(password.encode())
    [only] = issued
    return pkcs12.serialize_key_and_certificates(b"firma", only.key, only.certificate, None, encryption)


@cache
def _key(number: int) -> rsa.RSAPrivateKey:
    """The key of that number: all authorities of a process use the same ones, for making a key takes long."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _name(common: str, unit: str) -> x509.Name:
    parts = (
        (x509.NameOID.COUNTRY_NAME, "EC"),
        (x509.NameOID.ORGANIZATION_NAME, "CERTIFICADORA INVENTADA S.A."),
        (x509.NameOID.ORGANIZATIONAL_UNIT_NAME, unit),
        (x509.NameOID.COMMON_NAME, common),
    )
    return x509.Name([x509.NameAttribute(identifier, text) for identifier, text in parts])


def _builder(
    subject: x509.Name, issuer: x509.Name, key: rsa.RSAPrivateKey, begins: datetime, ends: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
    )


def _usage(purpose: Purpose) -> x509.KeyUsage:
    signs = purpose == "signature"
    return x509.KeyUsage(
        digital_signature=signs,
        content_commitment=signs,
        key_encipherment=not signs,
        data_encipherment=not signs,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


__all__ = ["CertificationAuthority", "Issued", "to_p12"]
