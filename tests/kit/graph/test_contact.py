"""Who a person is, over everything that Meta tells of them."""

from datetime import UTC, datetime, timedelta

import pytest

from caravana.kit.graph.contact import Contacts, Identity, is_bsuid, phone_of
from caravana.testing.harness import Store

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
BOTH = Identity(bsuid="HN.111", phone="50499990000", name="Ana")


@pytest.fixture
def contacts() -> Contacts:
    """Nobody is known yet."""
    return Contacts(Store(), "company")


async def test_a_person_is_found_by_each_identity(contacts: Contacts) -> None:
    """Whoever wrote with both ids is the same person when only one of them comes, or is asked for."""
    made = await contacts.learn(BOTH)
    assert made.id == "HN.111"
    assert (await contacts.learn(Identity(bsuid="HN.111"))).id == made.id
    assert (await contacts.learn(Identity(phone="50499990000"))).id == made.id
    for text in ("HN.111", "+504 9999-0000", "50499990000"):
        assert await contacts.find(text) == made
    assert await contacts.find("HN.222") is None


async def test_the_phone_comes_first_and_the_id_later(contacts: Contacts) -> None:
    """A contact of the old shape keeps its name when its business-scoped id becomes known."""
    old = await contacts.learn(Identity(phone="50499990000"))
    new = await contacts.learn(BOTH)
    assert (new.id, new.bsuid) == (old.id, "HN.111")
    assert (await contacts.learn(Identity(bsuid="HN.111", username="@ana"))).username == "@ana"


async def test_two_contacts_that_are_one_person_become_one(contacts: Contacts) -> None:
    """A message that shows both identities joins the two; the old name leads to the one that stays."""
    by_phone = await contacts.learn(Identity(phone="50499990000"), place="n1", heard=NOON)
    by_id = await contacts.learn(Identity(bsuid="HN.111"), place="n1", heard=NOON - timedelta(hours=1))
    joined = await contacts.learn(BOTH)
    assert joined.id == by_id.id
    assert joined.last_heard("n1") == NOON
    assert joined.aliases == (by_phone.id,)
    assert await contacts.get(by_phone.id) == joined
    assert [one.id for one in await contacts.all()] == [by_id.id]


async def test_a_phone_may_have_a_new_owner(contacts: Contacts) -> None:
    """Another business-scoped id with a known phone is another person; the one before keeps all but the phone."""
    before = await contacts.learn(BOTH)
    after = await contacts.learn(Identity(bsuid="HN.222", phone="50499990000"))
    assert after.id == "HN.222"
    assert await contacts.find("50499990000") == after
    left = await contacts.get(before.id)
    assert left is not None
    assert (left.bsuid, left.phone) == ("HN.111", None)


async def test_a_changed_number_and_a_changed_id_are_followed(contacts: Contacts) -> None:
    """A system note re-keys the contact, and what it had before still leads to it."""
    made = await contacts.learn(BOTH)
    moved = await contacts.learn(Identity(bsuid="HN.111", phone="50488880000"), was=BOTH)
    assert (moved.id, moved.phone, moved.aliases) == (made.id, "50488880000", ("50499990000",))
    assert await contacts.find("50499990000") == moved
    again = await contacts.learn(Identity(bsuid="HN.333"), was=Identity(bsuid="HN.111"))
    assert (again.id, again.bsuid) == (made.id, "HN.333")


async def test_the_window_is_counted_from_the_last_message(contacts: Contacts) -> None:
    """Messages may come in any order; the window of a number is open for a day after the latest."""
    await contacts.learn(BOTH, place="n1", heard=NOON)
    contact = await contacts.learn(BOTH, place="n1", heard=NOON - timedelta(hours=3))
    assert contact.open_until("n1") == NOON + timedelta(hours=24)
    assert contact.open_until("n2") is None


async def test_what_is_kept_is_read_back_the_same(contacts: Contacts) -> None:
    """A stored contact is the contact."""
    contact = await contacts.learn(BOTH, place="n1", heard=NOON, no_marketing=True)
    assert await contacts.get(contact.id) == contact
    assert contact.no_marketing


async def test_nobody_is_no_contact(contacts: Contacts) -> None:
    """A message that names nobody makes no contact."""
    with pytest.raises(ValueError, match="nobody"):
        await contacts.learn(Identity(name="Ana"))


def test_identities_are_told_apart() -> None:
    """A business-scoped id is no phone, and phones come in many spellings."""
    assert is_bsuid("HN.13491208655302741918")
    assert not is_bsuid("+50499990000")
    assert phone_of("+504 (9999) 00-00") == "50499990000"
    assert phone_of("HN.1349") is None
    assert phone_of("") is None
