"""The signature of a document: XAdES-BES, enveloped, in the form that the SRI accepts in practice.

Three references (document, KeyInfo, signed properties), inclusive C14N 1.0, SigningCertificate in its first version, no policy:
the form of public signers whose documents were authorised. `signxml` makes another one by itself, so its steps are overridden;
`_add_key_info` and `_get_digest` are no public names of it, which is why it is pinned exactly.

Signed bytes are sent as they are: written anew, even with one blank more, the signature is broken. Before they leave they are
verified with libxmlsec1, which shares nothing with the signer.
"""

from base64 import b64encode
from datetime import datetime
from typing import Any, Literal

import xmlsec
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.util import namespaces
from signxml.xades.xades import XAdESDataObjectFormat, XAdESSigner

from caravana.component.sri.keystore import Pair
from caravana.kit.ecuador import ECUADOR
from caravana.kit.edocument.xml import ID
from caravana.kit.errors import CaravanaError

DS = f"{{{namespaces.ds}}}"
XADES = f"{{{namespaces.xades}}}"
REFERENCES = 3


class BrokenSignature(CaravanaError):
    """A signature of ours does not verify: the document is not sent."""


class SriSigner(XAdESSigner):
    """Signs one document."""

    def __init__(self, at: datetime, digest: Literal["sha1", "sha256"]) -> None:
        """`at`: the signing time; `digest`: of references and signature."""
        self._at = at
        self._sha1 = digest == "sha1"  # before the base class, whose checks ask for it
        super().__init__(
            signature_algorithm=SignatureMethod.RSA_SHA1 if self._sha1 else SignatureMethod.RSA_SHA256,
            digest_algorithm=DigestAlgorithm.SHA1 if self._sha1 else DigestAlgorithm.SHA256,
            c14n_algorithm=CanonicalizationMethod.CANONICAL_XML_1_0,
            data_object_format=XAdESDataObjectFormat("contenido comprobante", "text/xml"),
        )
        self.namespaces = {"ds": namespaces.ds, "etsi": namespaces.xades}

    def check_deprecated_methods(self) -> None:
        """Allow SHA-1 where it is asked for."""
        if not self._sha1:
            super().check_deprecated_methods()  # type: ignore[no-untyped-call]  # signxml leaves it untyped

    def add_signing_time(self, signed_signature_properties: Any, sig_root: Any, signing_settings: Any) -> None:
        """Say when, in Ecuador's time."""
        element = etree.SubElement(signed_signature_properties, f"{XADES}SigningTime")
        element.text = self._at.astimezone(ECUADOR).isoformat(timespec="seconds")

    def add_signing_certificate(self, signed_signature_properties: Any, sig_root: Any, signing_settings: Any) -> None:
        """Name the certificate by digest, issuer and serial number."""
        [certificate] = signing_settings.cert_chain
        digest = self._get_digest(certificate.public_bytes(Encoding.DER), algorithm=self.digest_alg)
        holder = etree.SubElement(signed_signature_properties, f"{XADES}SigningCertificate")
        named = etree.SubElement(holder, f"{XADES}Cert")
        digested = etree.SubElement(named, f"{XADES}CertDigest")
        etree.SubElement(digested, f"{DS}DigestMethod", Algorithm=self.digest_alg.value)
        etree.SubElement(digested, f"{DS}DigestValue").text = b64encode(digest).decode()
        serial = etree.SubElement(named, f"{XADES}IssuerSerial")
        etree.SubElement(serial, f"{DS}X509IssuerName").text = certificate.issuer.rfc4514_string()
        etree.SubElement(serial, f"{DS}X509SerialNumber").text = str(certificate.serial_number)

    def _add_key_info(self, sig_root: Any, signing_settings: Any) -> None:
        super()._add_key_info(sig_root, signing_settings)
        info = sig_root.find(f"{DS}KeyInfo")
        info.append(info.find(f"{DS}KeyValue"))  # moves it behind the certificate
        info.set("Id", f"Certificate{signing_settings.cert_chain[0].serial_number % 10**6}")


def sign(content: bytes, pair: Pair, at: datetime, digest: Literal["sha1", "sha256"]) -> bytes:
    """Return the document `content` with its signature, verified. Raises `BrokenSignature`."""
    root = SriSigner(at, digest).sign(
        etree.fromstring(content, _parser()),
        key=pair.key,
        cert=[pair.certificate],
        reference_uri=f"#{ID}",
        exclude_c14n_transform_element=True,
    )
    signed = bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))
    verify(signed, pair)
    return signed


def verify(signed: bytes, pair: Pair) -> None:
    """Raise `BrokenSignature` unless the bytes carry a signature of `pair` over the whole document."""
    root = etree.fromstring(signed, _parser())
    signature = root[-1] if len(root) else root
    if signature.tag != f"{DS}Signature" or len(signature.findall(f"{DS}SignedInfo/{DS}Reference")) != REFERENCES:
        raise BrokenSignature("the document carries no signature with three references")
    xmlsec.tree.add_ids(root, ["id", "Id"])
    context = xmlsec.SignatureContext()
    pem = pair.certificate.public_bytes(Encoding.PEM)
    context.key = xmlsec.Key.from_memory(pem, xmlsec.constants.KeyDataFormatCertPem)
    try:
        context.verify(signature)
    except xmlsec.Error as error:
        raise BrokenSignature("the signature does not fit the document") from error


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


__all__ = ["BrokenSignature", "SriSigner", "sign", "verify"]
