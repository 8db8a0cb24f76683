"""The two hashes, against vectors computed by hand from the documents."""

import pytest

from caravana.component.placetopay.signing import authentication, is_signed

NOTIFIED = ("181348", "APPROVED", "2026-11-23T10:20:00-05:00")
SHA256 = "sha256:3db525a5ffd8f19b958f3a7d8fc08b24e68eb9507348a9d9b4961042bfe372bc"
SHA1 = "e846c5bac2c3280825f628754e058fce765131ff"


def test_the_authentication_hashes_the_raw_nonce_and_sends_the_raw_digest() -> None:
    """The known vector: raw nonce, seed and key give this tranKey."""
    auth = authentication("shop", "ABCD1234", b"0123456789abcdef", "2026-11-23T10:15:00-05:00")
    assert auth == {
        "login": "shop",
        "tranKey": "UOd+y6hdaz/ncJyYfjT2j06MYlzRu22JZlAQUhI1ylI=",
        "nonce": "MDEyMzQ1Njc4OWFiY2RlZg==",
        "seed": "2026-11-23T10:15:00-05:00",
    }


@pytest.mark.parametrize("secrets", [("ABCD1234",), ("new", "ABCD1234")])
def test_a_notification_is_signed_with_the_new_or_the_old_key(secrets: tuple[str, ...]) -> None:
    """The known vector fits under the current key and under the previous one."""
    assert is_signed(SHA256, *NOTIFIED, secrets, sha1=False)


@pytest.mark.parametrize(
    "given",
    ["", "sha256:", SHA256[:-1] + "d", SHA256.removeprefix("sha256:"), "sha256:" + SHA1, "sha256:ñ", "sha1:" + SHA1],
)
def test_another_signature_does_not_fit(given: str) -> None:
    """Empty, altered, unprefixed and mislabelled signatures are wrong, also when SHA-1 counts."""
    assert not is_signed(given, *NOTIFIED, ("ABCD1234",), sha1=False)
    assert not is_signed(given, *NOTIFIED, ("ABCD1234",), sha1=True)


def test_the_old_form_counts_only_where_it_is_set() -> None:
    """A site that has moved to SHA-256 cannot be talked down to SHA-1."""
    assert is_signed(SHA1, *NOTIFIED, ("ABCD1234",), sha1=True)
    assert not is_signed(SHA1, *NOTIFIED, ("ABCD1234",), sha1=False)
