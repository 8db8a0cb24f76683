"""Certificates: which one of a file signs, how long, and what is said when none does."""

import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from caravana.component.sri.certificate import Holder, Validity, choose, rucs_of
from caravana.component.sri.keystore import Keystore, Pair, read_pairs
from caravana.component.sri.sandbox import CertificationAuthority, Issued, to_p12
from caravana.kit.errors import NeedsPerson
from caravana.testing.harness import START
from tests.component.sri.conftest import RUC

YEAR = timedelta(days=365)
PASSWORD = "contraseña 1"


def pairs_of(*issued: Issued) -> list[Pair]:
    """Return what a file of these holds."""
    return [Pair(one.key, one.certificate) for one in issued]


def code_of(pairs: list[Pair], ruc: str | None = RUC) -> str | None:
    """Return the code with which no certificate of these signs."""
    with pytest.raises(NeedsPerson) as caught:
        choose(pairs, START, ruc)
    return caught.value.code


@pytest.mark.parametrize("form", ["modern", "legacy"])
def test_modern_and_older_files_are_read(issued: Issued, form: str) -> None:
    """AES-256, and triple DES with SHA-1, as older files are encrypted."""
    [found] = read_pairs(to_p12([issued], PASSWORD, form), PASSWORD)  # type: ignore[arg-type]  # from the parameters
    assert found.certificate == issued.certificate
    assert found.key.private_numbers() == issued.key.private_numbers()


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_files_with_rc2_are_read(issued: Issued, file: Path) -> None:
    """The oldest form: certificates under RC2 with 40 bits, as the openssl program writes it."""
    plain = file.with_suffix(".pem")
    file.write_bytes(to_p12([issued], "a"))
    read = ["openssl", "pkcs12", "-in", str(file), "-nodes", "-passin", "pass:a", "-out", str(plain)]
    write = ["openssl", "pkcs12", "-export", "-legacy", "-in", str(plain), "-out", str(file), "-passout", "pass:b"]
    for command in (read, write):
        if subprocess.run(command, capture_output=True, check=False).returncode:
            pytest.skip("this openssl does not write the oldest form")
    assert len(read_pairs(file.read_bytes(), "b")) == 1


def test_every_pair_of_a_file_is_found(certification: CertificationAuthority, issued: Issued) -> None:
    """Encryption, signature and a renewed signature in one file: three keys, each with its certificate."""
    encryption = certification.issue(RUC, START - YEAR, START + YEAR, "encryption")
    renewed = certification.issue(RUC, START - timedelta(hours=1), START + 2 * YEAR)
    found = read_pairs(to_p12([encryption, issued, renewed], PASSWORD), PASSWORD)
    assert [one.certificate for one in found] == [encryption.certificate, issued.certificate, renewed.certificate]
    assert all(one.key.public_key() == one.certificate.public_key() for one in found)
    assert choose(found, START, RUC).certificate == renewed.certificate


def test_the_one_that_signs_is_chosen_not_the_first(certification: CertificationAuthority, issued: Issued) -> None:
    """An encryption key, an expired one, one of tomorrow and another's RUC stand before it: none of them signs."""
    others = [
        certification.issue(RUC, START - YEAR, START + 3 * YEAR, "encryption"),
        certification.issue(RUC, START - YEAR, START - timedelta(days=1)),
        certification.issue(RUC, START + timedelta(days=1), START + 2 * YEAR),
        certification.issue("1792177758001", START - YEAR, START + 2 * YEAR),
    ]
    assert choose(pairs_of(*others, issued), START, RUC).certificate == issued.certificate


def test_what_cannot_sign_says_why(certification: CertificationAuthority) -> None:
    """Not for signatures, over, not yet, of another issuer: each has its code."""
    begin, end = START - YEAR, START + YEAR
    assert code_of(pairs_of(certification.issue(RUC, begin, end, "encryption"))) == "certificate_usage"
    assert code_of(pairs_of(certification.issue(RUC, begin, end, "unsaid"))) == "certificate_usage"
    assert code_of([]) == "certificate_usage"
    assert code_of(pairs_of(certification.issue(RUC, begin, START - timedelta(days=1)))) == "certificate_expired"
    assert code_of(pairs_of(certification.issue(RUC, START + timedelta(days=1), end))) == "certificate_future"
    assert code_of(pairs_of(certification.issue("1792177758001", begin, end))) == "certificate_ruc"


def test_a_certificate_that_names_no_ruc_is_taken(certification: CertificationAuthority) -> None:
    """Whose it is cannot be told, so it is not refused."""
    nameless = certification.issue(None, START - YEAR, START + YEAR)
    assert rucs_of(nameless.certificate) == ()
    assert choose(pairs_of(nameless), START, RUC).certificate == nameless.certificate


def test_its_end_is_told_thirty_seven_and_one_days_before(certification: CertificationAuthority) -> None:
    """The alarm is the smallest of the three that the end lies within."""
    holder = Holder.of(certification.issue(RUC, START - YEAR, START + timedelta(days=40)).certificate)
    seen = [holder.to_json(START + timedelta(days=day, hours=1)) for day in (0, 9, 10, 32, 33, 39, 40)]
    assert [one["alarm"] for one in seen] == [None, None, 30, 30, 7, 1, 1]
    assert [one["validity"] for one in seen[::3]] == [Validity.VALID, Validity.ENDING, Validity.EXPIRED]
    assert (seen[0]["days"], seen[6]["days"], seen[0]["rucs"]) == (39, -1, [RUC])


def test_a_file_that_cannot_be_read_says_why(issued: Issued, file: Path) -> None:
    """Not there, no such file, another password: nothing of the password is told."""
    cases = []
    for raw, password in ((None, PASSWORD), (b"PDF?", PASSWORD), (b"\x30\x03abc", PASSWORD)):
        if raw is not None:
            file.write_bytes(raw)
        with pytest.raises(NeedsPerson) as caught:
            Keystore(file, password).pairs()
        cases.append(caught.value.code)
    assert cases == ["certificate_file", "certificate_file", "certificate_password"]
    file.write_bytes(to_p12([issued], PASSWORD))
    with pytest.raises(NeedsPerson) as caught:
        Keystore(file, "otra-clave").pairs()
    assert caught.value.code == "certificate_password"
    assert "otra-clave" not in str(caught.value)


def test_a_renewed_file_counts_at_once(certification: CertificationAuthority, issued: Issued, file: Path) -> None:
    """The file is replaced while the hub runs: the next document is signed with the new one."""
    file.write_bytes(to_p12([issued], PASSWORD))
    store = Keystore(file, PASSWORD)
    assert store.pairs() is store.pairs()
    renewed = certification.issue(RUC, START, START + 2 * YEAR)
    file.write_bytes(to_p12([issued, renewed], PASSWORD))
    assert choose(store.pairs(), START, RUC).certificate == renewed.certificate


@pytest.mark.parametrize("cut", [1, 2, 40, 400, 1500])
def test_a_damaged_file_is_no_crash(issued: Issued, cut: int) -> None:
    """Whatever is left of it: an error for a person."""
    with pytest.raises(NeedsPerson):
        read_pairs(to_p12([issued], PASSWORD)[:cut], PASSWORD)
