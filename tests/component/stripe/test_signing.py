"""The signature of notifications: known vectors, rolls, and everything that must not pass."""

from datetime import UTC, datetime, timedelta

import pytest

from caravana.component.stripe.signing import Signature

SECRET = "whsec_test_secret"
TIME = 1_795_447_200
BODY = b'{"id":"evt_1","object":"event"}'
V1 = "3b0726f967ddcef8153b698bc527eda2ee0681c48f47c9489bdb58d4f91613df"
GOOD = f"t={TIME},v1={V1}"


def fits(header: str, raw: bytes = BODY, secrets: tuple[str, ...] = (SECRET,)) -> bool:
    """Whether a header signs `raw`."""
    return Signature.read(header).fits(raw, secrets)


def test_the_known_vector_fits() -> None:
    """Computed by hand from Stripe's documents: time, point, body, under the secret."""
    assert fits(GOOD)


def test_during_a_roll_one_of_several_is_enough() -> None:
    """Stripe signs with the old and the new secret; we hold one of them, or both."""
    assert fits(f"t={TIME},v1={'0' * 64},v1={V1},v0=abc")
    assert fits(GOOD, secrets=("whsec_new", SECRET))


@pytest.mark.parametrize(
    ("header", "raw"),
    [
        (f"t={TIME},v1={V1}", BODY + b" "),
        (f"t={TIME},v1={V1}", b'{"object":"event","id":"evt_1"}'),
        (f"t={TIME + 1},v1={V1}", BODY),
        (f"t={TIME},v1={'0' * 64}", BODY),
        (f"t={TIME},v1=é", BODY),
    ],
)
def test_what_was_changed_does_not_fit(header: str, raw: bytes) -> None:
    """One byte, the order of keys, the time: the signature covers all of it."""
    assert not fits(header, raw)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "t=1",
        f"v1={V1}",
        f"t=x,v1={V1}",
        f"t=²,v1={V1}",
        f"t={TIME},v0={V1}",
        f"t=1,t=2,v1={V1}",
        "t=1" + ",v1=a" * 17,
    ],
)
def test_what_is_no_signature_is_told(header: str) -> None:
    """No time, no `v1`, only the old scheme, several times, or more signatures than a roll can bring."""
    with pytest.raises(ValueError, match="no "):
        Signature.read(header)


@pytest.mark.parametrize(("off", "near"), [(0, True), (300, True), (-300, True), (301, False), (-301, False)])
def test_the_time_may_be_off_a_little_both_ways(off: int, near: bool) -> None:
    """Old ones could be sent again; future ones are as wrong, though Stripe's own library lets them pass."""
    now = datetime.fromtimestamp(TIME, UTC) + timedelta(seconds=off)
    assert Signature.read(GOOD).is_near(now, timedelta(minutes=5)) is near
