"""Splitting of webhook bodies, with every recorded one."""

import copy
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from caravana.kit.graph.contact import Identity
from caravana.kit.graph.updates import Kind, Update, split
from tests.kit.graph.contract import ACCOUNT, BODIES, NUMBER, body

ANA = Identity(bsuid="HN.13491208655302741918", phone="50499990000", name="Ana")


def only(name: str) -> Update:
    [update] = split(body(name))
    return update


EXPECTED = {
    "text": [("message", "text")],
    "text_bsuid_only": [("message", "text")],
    "text_pre_bsuid_shape": [("message", "text")],
    "two_messages_one_change": [("message", "text")] * 2,
    "two_entries": [("message", "text")] * 2,
    "two_changes": [("message", "text")] * 2,
    "button_reply": [("message", "interactive")],
    "list_reply": [("message", "interactive")],
    "template_quick_reply": [("message", "button")],
    "order": [("message", "order")],
    "image": [("message", "image")],
    "document": [("message", "document")],
    "audio_voice": [("message", "audio")],
    "location": [("message", "location")],
    "location_current": [("message", "location")],
    "reaction": [("reaction", "reaction")],
    "contacts": [("message", "contacts")],
    "system_number_change": [("system", "system")],
    "system_user_id_change": [("system", "system")],
    "unsupported": [("message", "unsupported")],
    "future_type": [("message", "hologram")],
    "ad_referral": [("message", "text")],
    "product_inquiry": [("message", "text")],
    "status_sent": [("status", "sent")],
    "status_delivered": [("status", "delivered")],
    "status_read": [("status", "read")],
    "status_failed": [("status", "failed")],
    "status_failed_with_contacts": [("status", "failed")],
    "two_statuses_one_change": [("status", "sent")] * 2,
    "template_approved": [("event", "APPROVED")],
    "template_rejected": [("event", "REJECTED")],
    "page_comment": [("comment", "add")],
    "messenger_text": [("chat", "message")],
    "messenger_echo": [("echo", "message")],
}


@pytest.mark.parametrize("name", BODIES)
def test_every_recorded_body_is_split_whole(name: str) -> None:
    """Nothing of a body is lost or broken, and what it holds keeps its keys in other bytes."""
    updates = split(body(name))
    assert [(one.kind, one.type) for one in updates] == EXPECTED[name]
    again = split(json.loads(json.dumps(body(name), sort_keys=True, ensure_ascii=True, indent=1)))
    assert [one.key for one in again] == [one.key for one in updates]


def test_a_message_says_who_where_and_when() -> None:
    """The person, the number they wrote to, and the time are told apart from the text."""
    update = only("text")
    assert update.who == ANA
    assert (update.account, update.place, update.field) == (ACCOUNT, NUMBER, "messages")
    assert update.time == datetime(2025, 6, 8, 20, 59, 44, tzinfo=UTC)
    assert update.key == f"{NUMBER}:wamid.IN0001"
    assert update.content["text"]["body"] == "¿Tienen café?"


def test_people_with_and_without_a_phone() -> None:
    """The new shape without a phone and the old one without a business-scoped id both name the person."""
    assert only("text_bsuid_only").who == Identity(bsuid=ANA.bsuid, name="Ana", username="@ana")
    assert only("text_pre_bsuid_shape").who == Identity(phone="50499990000", name="Ana")


def test_a_changed_number_or_id_says_who_it_was() -> None:
    """A system note leads from the old identity to the new one."""
    number, user = only("system_number_change"), only("system_user_id_change")
    assert number.was is not None
    assert number.who is not None
    assert (number.was.phone, number.who.phone) == ("50499990000", "50488880000")
    assert user.was is not None
    assert user.who is not None
    assert user.was.bsuid != user.who.bsuid


def test_statuses_name_the_person_with_or_without_the_list_of_people() -> None:
    """`failed` may come without contacts: the recipient's ids are enough."""
    for name in ("status_failed", "status_failed_with_contacts", "status_sent"):
        who = only(name).who
        assert who is not None
        assert who.phone == "50499990000"


def test_a_batch_is_split_to_its_last_message() -> None:
    """Three entries of three changes of three messages are 27 updates, and a repeated one is the same."""
    batch = _batch(3, 3, 3)
    assert len({one.key for one in split(batch)}) == 27
    batch["entry"].append(batch["entry"][0])
    assert len(split(batch)) == 27


def test_a_broken_piece_stops_none_of_its_siblings() -> None:
    """What is not as Meta describes it is kept as broken, beside the good ones."""
    batch = _batch(1, 1, 2)
    value = batch["entry"][0]["changes"][0]["value"]
    value["messages"] += ["no object", {"type": "text"}, None]
    value["statuses"] = [{"status": "read"}]
    batch["entry"] += [7, {"id": "1", "changes": ["x", {"field": "messages", "value": 3}]}]
    kinds = [one.kind for one in split(batch)]
    assert kinds.count(Kind.MESSAGE) == 2
    assert kinds.count(Kind.BROKEN) == len(kinds) - 2 == 7


def test_what_is_not_known_is_kept() -> None:
    """A field, a part of a value and an entry that nobody knows are updates of their own."""
    batch = _batch(1, 1, 1)
    batch["entry"][0]["changes"][0]["value"]["future"] = [1]
    batch["entry"][0]["changes"].append({"field": "calls_v9", "value": {"id": "c1"}})
    batch["entry"].append({"id": "1", "time": 1, "something": {}})
    kinds = [(one.kind, one.field) for one in split(batch)]
    assert kinds == [("message", "messages"), ("unknown", "messages"), ("event", "calls_v9"), ("unknown", "")]


def test_comments_of_the_page_itself_are_no_comments() -> None:
    """What the page writes is told, but never as a comment to be answered."""
    own = copy.deepcopy(body("page_comment"))
    own["entry"][0]["changes"][0]["value"]["from"]["id"] = own["entry"][0]["id"]
    assert split(own)[0].kind is Kind.FEED
    edited = copy.deepcopy(body("page_comment"))
    edited["entry"][0]["changes"][0]["value"]["verb"] = "edited"
    assert split(edited)[0].kind is Kind.FEED
    assert split(edited)[0].key != only("page_comment").key


@pytest.mark.parametrize("content", [None, 1, "x", [], {}, {"entry": {}}])
def test_what_is_no_webhook_is_refused(content: Any) -> None:
    """A body without a list of entries is nothing of Meta's."""
    with pytest.raises(ValueError, match="entry"):
        split(content)


def _batch(entries: int, changes: int, messages: int) -> dict[str, Any]:
    batch = copy.deepcopy(body("text"))
    [entry] = batch["entry"]
    [change] = entry["changes"]
    [message] = change["value"]["messages"]
    number = iter(range(10_000))
    batch["entry"] = []
    for _ in range(entries):
        made = {**entry, "changes": []}
        for _ in range(changes):
            value = {
                **change["value"],
                "messages": [{**message, "id": f"wamid.B{next(number)}"} for _ in range(messages)],
            }
            made["changes"].append({**change, "value": value})
        batch["entry"].append(made)
    return batch
