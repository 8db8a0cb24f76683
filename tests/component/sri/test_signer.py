"""The signature: its form, and that two implementations which are not the signer find it right and see every change."""

import base64
import re
from collections.abc import Sequence
from typing import Literal

import pytest
import xmlsec
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.exceptions import SignXMLException
from signxml.xades.xades import XAdESSignatureConfiguration, XAdESVerifier

from caravana.component.sri.keystore import Pair
from caravana.component.sri.signer import BrokenSignature, sign, verify
from caravana.kit.authority import SchemaFolder
from caravana.kit.edocument.clave import clave_of
from caravana.kit.edocument.structure import check_text
from caravana.kit.edocument.xml import to_xml
from caravana.testing.harness import START
from tests.support.edocuments import EXAMPLES, example
from tests.support.material import shared_material

DS = "{http://www.w3.org/2000/09/xmldsig#}"
XADES = "{http://uri.etsi.org/01903/v1.3.2#}"
Digest = Literal["sha1", "sha256"]
DIGESTS: Sequence[Digest] = ("sha1", "sha256")
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
CHANGES = [
    (b"<importeTotal>52.44", b"<importeTotal>52.43"),
    (b"<factura ", b"<factura otro='1' "),
    (b"SigningTime>2026", b"SigningTime>2025"),
    (b"contenido comprobante", b"contenido  comprobante"),
    (b"CLIENTE INVENTADO", b"CLIENTE INVENTADA"),
]


def unsigned(cod_doc: str = "01") -> bytes:
    """Return the XML of a type's example."""
    document = example(cod_doc)
    return to_xml(document, str(clave_of(document))).content


def by_signxml(signed: bytes, pair: Pair) -> None:
    """Raise unless `signxml` finds the signature right, over all three references."""
    config = XAdESSignatureConfiguration(
        require_x509=True,
        expect_references=3,
        signature_methods=frozenset([SignatureMethod.RSA_SHA1, SignatureMethod.RSA_SHA256]),
        digest_algorithms=frozenset([DigestAlgorithm.SHA1, DigestAlgorithm.SHA256]),
        default_reference_c14n_method=CanonicalizationMethod.CANONICAL_XML_1_0,
    )
    pem = pair.certificate.public_bytes(Encoding.PEM).decode()
    XAdESVerifier().verify(etree.fromstring(signed), x509_cert=pem, expect_config=config)


def by_xmlsec(signed: bytes, pair: Pair) -> None:
    """Raise unless libxmlsec1 finds the signature right."""
    root = etree.fromstring(signed)
    xmlsec.tree.add_ids(root, ["id", "Id"])
    context = xmlsec.SignatureContext()
    pem = pair.certificate.public_bytes(Encoding.PEM)
    context.key = xmlsec.Key.from_memory(pem, xmlsec.constants.KeyDataFormatCertPem)
    context.verify(root[-1])


@pytest.mark.parametrize("digest", DIGESTS)
@pytest.mark.parametrize("cod_doc", EXAMPLES)
def test_every_type_verifies_with_two_implementations(pair: Pair, cod_doc: str, digest: Digest) -> None:
    """`signxml` and libxmlsec1 agree, and the structure of the signed document is still right."""
    signed = sign(unsigned(cod_doc), pair, START, digest)
    by_signxml(signed, pair)
    by_xmlsec(signed, pair)
    assert check_text(signed, cod_doc) == []


@pytest.mark.parametrize("digest", DIGESTS)
@pytest.mark.parametrize(("old", "new"), CHANGES)
def test_every_change_is_seen(pair: Pair, digest: Digest, old: bytes, new: bytes) -> None:
    """An amount, an attribute, the time, a property, a name: neither implementation takes the document any more, nor do we."""
    signed = sign(unsigned(), pair, START, digest)
    assert old in signed
    changed = signed.replace(old, new, 1)
    with pytest.raises(SignXMLException):
        by_signxml(changed, pair)
    with pytest.raises(xmlsec.Error):
        by_xmlsec(changed, pair)
    with pytest.raises(BrokenSignature):
        verify(changed, pair)


def test_writing_it_anew_with_blanks_breaks_it(pair: Pair) -> None:
    """What is pretty is not what was signed: bytes are kept as they are."""
    signed = sign(unsigned(), pair, START, "sha1")
    pretty = etree.tostring(etree.fromstring(signed, etree.XMLParser(remove_blank_text=True)), pretty_print=True)
    with pytest.raises(BrokenSignature):
        verify(pretty, pair)


def test_no_signature_and_half_a_signature_are_broken(pair: Pair) -> None:
    """A document without one, or with a reference less, is not sent."""
    with pytest.raises(BrokenSignature):
        verify(unsigned(), pair)
    root = etree.fromstring(sign(unsigned(), pair, START, "sha1"))
    info = root[-1].find(f"{DS}SignedInfo")
    assert info is not None
    info.remove(info.findall(f"{DS}Reference")[2])
    with pytest.raises(BrokenSignature):
        verify(etree.tostring(root), pair)


def test_the_form_is_the_one_that_the_sri_takes(pair: Pair) -> None:
    """Last child, three references, inclusive C14N 1.0, the certificate before its key, SigningCertificate of version 1."""
    root = etree.fromstring(sign(unsigned(), pair, START, "sha1"))
    signature = root[-1]
    assert (signature.tag, signature.prefix, root.get("id")) == (f"{DS}Signature", "ds", "comprobante")
    assert signature.find(f"{DS}SignedInfo/{DS}CanonicalizationMethod").get("Algorithm") == C14N
    document, others = _references(signature)
    assert [one.get("Algorithm").rpartition("#")[2] for one in document.iter(f"{DS}Transform")] == [
        "enveloped-signature"
    ]
    key, properties = signature.find(f"{DS}KeyInfo"), signature.find(f".//{XADES}SignedProperties")
    assert {one.get("URI") for one in others} == {f"#{key.get('Id')}", f"#{properties.get('Id')}"}
    assert re.fullmatch(r"Certificate\d{1,6}", key.get("Id"))
    assert [etree.QName(one).localname for one in key] == ["X509Data", "KeyValue"]
    assert properties.findtext(f".//{XADES}SigningTime") == "2026-11-23T10:00:00-05:00"
    assert properties.find(f".//{XADES}SigningCertificate/{XADES}Cert/{XADES}IssuerSerial") is not None
    assert properties.findtext(f".//{DS}X509SerialNumber") == str(pair.certificate.serial_number)
    assert properties.findtext(f".//{DS}X509IssuerName") == pair.certificate.issuer.rfc4514_string()
    assert properties.find(f".//{XADES}DataObjectFormat").get("ObjectReference") == f"#{document.get('Id')}"
    assert not list(signature.iter(f"{XADES}SignaturePolicyIdentifier"))


def _references(signature: etree._Element) -> tuple[etree._Element, list[etree._Element]]:
    found = signature.findall(f"{DS}SignedInfo/{DS}Reference")
    [document] = [one for one in found if one.get("URI") == "#comprobante"]
    return document, [one for one in found if one is not document]


@pytest.mark.parametrize("digest", DIGESTS)
def test_the_digest_is_the_one_that_is_asked_for(pair: Pair, digest: Digest) -> None:
    """SHA-1 everywhere, or SHA-256 everywhere."""
    signed = sign(unsigned(), pair, START, digest).decode()
    named = {one.rpartition("#")[2] for one in re.findall(r'(?:Digest|Signature)Method Algorithm="([^"]+)"', signed)}
    assert named == {digest, f"rsa-{digest}"}


@pytest.mark.shared
def test_it_has_the_elements_of_the_samples(pair: Pair) -> None:
    """Element by element as a signature that was recorded, and valid by the SRI's schema."""
    sample = etree.fromstring(shared_material("sri/samples/factura_2.1.0_signed_sha1_selfmade.xml").read_bytes())
    ours = etree.fromstring(sign(unsigned(), pair, START, "sha1"))

    def form(root: etree._Element) -> list[tuple[str, list[str]]]:
        return [(one.tag, sorted(one.attrib)) for one in root[-1].iter()]

    assert form(ours) == form(sample)
    assert SchemaFolder(shared_material("sri/xsd"))(ours) == []


def test_the_bytes_survive_a_journey(pair: Pair) -> None:
    """As text in a package and as base64 in an envelope they come out as they went in."""
    signed = sign(unsigned(), pair, START, "sha1")
    assert signed.decode().encode() == signed
    verify(base64.b64decode(base64.b64encode(signed.decode().encode())), pair)
