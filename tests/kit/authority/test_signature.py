"""The authority's look at signatures, on documents that others signed."""

import re
from datetime import UTC, datetime

import pytest
from cryptography import x509

from caravana.kit.authority import Authority, SchemaFolder
from caravana.kit.clock import ManualClock
from tests.support.material import shared_material

SIGNED = [
    "factura_2.1.0_signed_sha1_selfmade.xml",
    "factura_2.1.0_signed_sha256_selfmade.xml",
    "factura_2.1.0_signed_sha1_by_ec-sri-invoice-signer.xml",
]


def sample(name: str) -> bytes:
    """Return the bytes of a sample."""
    return shared_material(f"sri/samples/{name}").read_bytes()


@pytest.fixture
def authority() -> Authority:
    """The authority on the day on which the samples were signed, with the SRI's schemas."""
    clock = ManualClock(datetime(2026, 11, 24, 15, tzinfo=UTC))
    return Authority(clock, structure=SchemaFolder(shared_material("sri/xsd")))


@pytest.mark.parametrize("name", SIGNED)
def test_signed_samples_are_taken(authority: Authority, name: str) -> None:
    """Documents of two signers, with SHA-1 and SHA-256, pass schema and signature."""
    assert authority.receive_xml(sample(name)).messages == ()


@pytest.mark.parametrize("name", SIGNED)
@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<importeTotal>52.44", b"<importeTotal>52.43"),
        (b"SigningTime>2026", b"SigningTime>2025"),
        (b"CLIENTE DE PRUEBA", b"CLIENTE  DE PRUEBA"),
    ],
)
def test_tampering_is_seen(authority: Authority, name: str, old: bytes, new: bytes) -> None:
    """A changed amount, name or signed property ends in 39."""
    raw = sample(name)
    assert old in raw
    assert "39" in authority.receive_xml(raw.replace(old, new)).codes


def test_a_document_without_a_signature_is_returned(authority: Authority) -> None:
    """The direct way needs one."""
    assert authority.receive_xml(sample("factura_2.1.0_unsigned.xml")).codes == ("39",)


def test_a_reference_to_another_element_is_no_signature(authority: Authority) -> None:
    """A root whose id is not the one that is signed is not covered."""
    raw = sample(SIGNED[0]).replace(b'<factura id="comprobante"', b'<factura id="otro"')
    authority.structure = None
    assert authority.receive_xml(raw).codes == ("39",)


def test_certificates_are_judged(authority: Authority) -> None:
    """An expired one and one of an unknown authority are 40, a revoked one is 42."""
    raw = sample(SIGNED[0])
    authority.trust.issuers.append(x509.load_pem_x509_certificate(sample("ec-sri-invoice-signer_cert.pem")))
    assert authority.receive_xml(raw).codes == ("40",)
    authority.trust.issuers.clear()
    text = re.search(rb"X509SerialNumber>(\d+)<", raw)
    assert text is not None
    authority.trust.revoked.add(int(text[1]))
    assert authority.receive_xml(raw).codes == ("42",)
    authority.trust.revoked.clear()
    authority.clock = ManualClock(datetime(2028, 11, 24, tzinfo=UTC))
    authority.rules.late_after = 1000
    assert authority.receive_xml(raw).codes == ("40",)


def test_all_six_types_are_taken(authority: Authority) -> None:
    """A valid document of each type passes schema, clave, dates and sums."""
    paths = sorted(shared_material("sri/samples").glob("*_unsigned.xml"))
    assert len(paths) == 6
    for path in paths:
        assert authority.receive_xml(path.read_bytes(), signed=False).messages == ()
