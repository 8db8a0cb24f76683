"""The imitated authority's look at a signature, with libxmlsec1: another implementation than any signer's of ours.

What it wants (form that is accepted in practice, technical sheet of the offline scheme, XAdES-BES): one enveloped
`ds:Signature` as last child of the root, whose references cover the document by its id and the signed properties; the signing
certificate in KeyInfo, for signatures, valid at this moment, and of the issuer whose RUC the document names.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

import xmlsec
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from caravana.kit.authority.message import Mensaje, say

DS = "{http://www.w3.org/2000/09/xmldsig#}"
XADES = "{http://uri.etsi.org/01903/v1.3.2#}"
RUC_EXTENSION = re.compile(r"\.3\.11$")
"""Ecuador's certification authorities put the RUC into an own extension `<their arc>.3.11` (seen from memory, 2026-11)."""


class Objection(Exception):
    """The signature or its certificate is not taken; `message` is what the authority says."""

    def __init__(self, message: Mensaje) -> None:
        """`message`: code 39 (signature), 40 (certificate) or 42 (revoked)."""
        super().__init__(message.detail)
        self.message = message


@dataclass
class Trust:
    """Whose certificates are taken. `issuers` empty: anybody's. `revoked`: serial numbers."""

    issuers: list[x509.Certificate] = field(default_factory=list)
    revoked: set[int] = field(default_factory=set)


def judge_signature(root: etree._Element, ruc: str, trust: Trust, now: datetime) -> list[Mensaje]:
    """Return what the authority objects to in the signature of the document `root` of the issuer `ruc`."""
    try:
        signature = _signature(root)
        certificate = _certificate(signature)
        _cover(root, signature)
        _verify(root, signature, certificate)
        _judge_certificate(certificate, ruc, trust, now)
    except Objection as objection:
        return [objection.message]
    return []


def _signature(root: etree._Element) -> etree._Element:
    found = list(root.iter(f"{DS}Signature"))
    if len(found) != 1 or len(root) == 0 or root[-1] is not found[0]:
        raise Objection(say("39", "El comprobante debe tener una firma, como último elemento"))
    return found[0]


def _certificate(signature: etree._Element) -> x509.Certificate:
    text = signature.findtext(f"{DS}KeyInfo/{DS}X509Data/{DS}X509Certificate") or ""
    pem = f"-----BEGIN CERTIFICATE-----\n{''.join(text.split())}\n-----END CERTIFICATE-----\n"
    try:
        return x509.load_pem_x509_certificate(pem.encode())
    except ValueError:
        raise Objection(say("40", "La firma no contiene el certificado del firmante")) from None


def _cover(root: etree._Element, signature: etree._Element) -> None:
    """The references name the document and the signed properties, each id once: nothing can hide beside what is signed."""
    ids = [one.get(name) for one in root.iter() for name in ("id", "Id") if one.get(name)]
    if len(ids) != len(set(ids)):
        raise Objection(say("39", "Hay identificadores repetidos"))
    named = {one.get("URI") for one in signature.iterfind(f"{DS}SignedInfo/{DS}Reference")}
    properties = signature.find(f"{DS}Object/{XADES}QualifyingProperties/{XADES}SignedProperties")
    if root.get("id") != "comprobante" or "#comprobante" not in named:
        raise Objection(say("39", "La firma no cubre el comprobante"))
    if properties is None or f"#{properties.get('Id')}" not in named:
        raise Objection(say("39", "La firma no cubre sus propiedades"))


def _verify(root: etree._Element, signature: etree._Element, certificate: x509.Certificate) -> None:
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(certificate.public_bytes(Encoding.PEM), xmlsec.constants.KeyDataFormatCertPem)
    xmlsec.tree.add_ids(root, ["id", "Id"])
    try:
        context.verify(signature)
    except xmlsec.Error:
        raise Objection(say("39", "La firma no corresponde al contenido del comprobante")) from None


def _judge_certificate(certificate: x509.Certificate, ruc: str, trust: Trust, now: datetime) -> None:
    if certificate.serial_number in trust.revoked:
        raise Objection(say("42", "El certificado fue revocado"))
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise Objection(say("40", "El certificado no está vigente"))
    if not _for_signatures(certificate):
        raise Objection(say("39", "El certificado no es de firma"))
    if trust.issuers and not any(_issued(certificate, one) for one in trust.issuers):
        raise Objection(say("40", "El certificado no es de una entidad de certificación acreditada"))
    holders = rucs(certificate)
    if holders and ruc not in holders:
        raise Objection(say("39", "El RUC del certificado no corresponde al del emisor"))


def _for_signatures(certificate: x509.Certificate) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except (x509.ExtensionNotFound, ValueError):
        return False
    return usage.digital_signature


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    key = issuer.public_key()
    algorithm = certificate.signature_hash_algorithm
    if certificate.issuer != issuer.subject or not isinstance(key, rsa.RSAPublicKey) or algorithm is None:
        return False
    try:
        key.verify(certificate.signature, certificate.tbs_certificate_bytes, padding.PKCS1v15(), algorithm)
    except InvalidSignature:
        return False
    return True


def rucs(certificate: x509.Certificate) -> Collection[str]:
    """Return the RUCs that the certificate names: in an extension `….3.11`, or as serial number of its subject."""
    found = {
        _ascii(one.value.value)
        for one in certificate.extensions
        if isinstance(one.value, x509.UnrecognizedExtension) and RUC_EXTENSION.search(one.oid.dotted_string)
    }
    for attribute in certificate.subject.get_attributes_for_oid(x509.NameOID.SERIAL_NUMBER):
        found.add(str(attribute.value))
    return {one for one in found if re.fullmatch(r"[0-9]{13}", one)}


def _ascii(der: bytes) -> str:
    """The text of a short DER string (one byte of type, one of length), or of a bare one."""
    inner = der[2:] if len(der) > 2 and der[1] == len(der) - 2 else der
    return inner.decode("ascii", "ignore").strip()


__all__ = ["Objection", "Trust", "judge_signature", "rucs"]
