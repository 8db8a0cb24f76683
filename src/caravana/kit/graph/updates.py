"""What a webhook's body holds: one update for each message, status, comment or event in it, with a key to know it again.

Meta may put up to 1,000 updates into one body, sends each at least once, in any order, and repeats it in other bytes.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from typing import Any

from caravana.kit import json
from caravana.kit.graph.contact import Identity, phone_of

Content = Mapping[str, Any]


class Kind(StrEnum):
    """What an update is. Only `message`, `comment`, `chat` and `postback` are from people and want an answer."""

    MESSAGE = "message"
    """WhatsApp: a person wrote (all types but reactions and system notes)."""
    REACTION = "reaction"
    """WhatsApp: a person put a sign on a message, or took it away."""
    SYSTEM = "system"
    """WhatsApp: a person's number or id changed."""
    STATUS = "status"
    """WhatsApp: what became of a message of ours."""
    ERROR = "error"
    """Meta could not tell us something."""
    EVENT = "event"
    """Something of the account: a template was approved, the quality of a number changed."""
    COMMENT = "comment"
    """Page or Instagram: somebody commented."""
    FEED = "feed"
    """Page: a post, a reaction, a comment of the page itself, or a comment changed or gone."""
    CHAT = "chat"
    """Messenger: a person wrote."""
    POSTBACK = "postback"
    """Messenger: a person pressed a button."""
    ECHO = "echo"
    """Messenger: what the page wrote itself."""
    RECEIPT = "receipt"
    """Messenger: delivered or read."""
    UNKNOWN = "unknown"
    """Of a kind that there was not when this was written."""
    BROKEN = "broken"
    """Not as Meta describes it."""


@dataclass(frozen=True)
class Update:
    """One update.

    - `key`: the same whenever Meta sends it again, and unlike any other's of the account
    - `account`: the WhatsApp account, page or Instagram account it came for; `place`: the number or page itself
    - `type`: the partner's own word (`text`, `delivered`, `add`)
    - `time`: when it happened, by Meta's clock; None when it does not say
    - `content`: the piece of the body, as it came
    - `who`: the person whom it is from or about; `was`: who they were before, when that changed
    """

    kind: Kind
    key: str
    account: str = ""
    place: str = ""
    field: str = ""
    type: str = ""
    time: datetime | None = None
    content: Any = None
    who: Identity | None = None
    was: Identity | None = None

    @property
    def person(self) -> str | None:
        """What two updates of one person have in common, as far as they tell: enough to take them one after the other."""
        who = self.was or self.who
        return None if who is None or not who.known else next(iter(who.known.values()))

    def as_json(self) -> dict[str, Any]:
        """Return it as a message's body."""
        return {
            "kind": str(self.kind),
            "type": self.type,
            "account": self.account,
            "place": self.place,
            "field": self.field,
            "time": None if self.time is None else self.time.isoformat(),
            "key": self.key,
            "contact": None if self.who is None else self.who.as_json(),
            "content": self.content,
        }


def split(content: Any) -> list[Update]:
    """Return every update of a body, each once. Raises `ValueError` when it is no webhook of Meta at all."""
    if not isinstance(content, Mapping) or not isinstance(content.get("entry"), list):
        raise ValueError("no object with a list `entry`")
    found: dict[str, Update] = {}
    for entry in content["entry"]:
        for update in _entry(str(content.get("object", "")), entry):
            found.setdefault(update.key, update)
    return list(found.values())


def _entry(kind: str, entry: Any) -> Iterator[Update]:
    if not isinstance(entry, Mapping):
        yield _broken(entry)
        return
    account, time = _text(entry.get("id")), _moment(entry.get("time"))
    for name in ("messaging", "standby"):
        for item in _list(entry.get(name)):
            yield from _guarded(partial(_messaging, account, name), item)
    for change in _list(entry.get("changes")):
        yield from _change(kind, account, time, change)
    rest = {name: one for name, one in entry.items() if name not in _ENTRY}
    if rest or not (entry.keys() & {"messaging", "standby", "changes"}):
        yield Update(Kind.UNKNOWN, _hashed("entry", account, entry), account, time=time, content=dict(entry))


_ENTRY = frozenset({"id", "time", "uid", "messaging", "standby", "changes"})


def _guarded(read: Callable[[Any], Update], piece: Any) -> list[Update]:
    """A piece that cannot be read is one broken update and stops none of the others."""
    try:
        return [read(piece)]
    except (ValueError, TypeError, AttributeError, KeyError, OverflowError):
        return [_broken(piece)]


def _change(kind: str, account: str, time: datetime | None, change: Any) -> Iterator[Update]:
    if not isinstance(change, Mapping) or not isinstance(change.get("value"), Mapping):
        yield _broken(change)
        return
    field, value = _text(change.get("field")), change["value"]
    if kind == "whatsapp_business_account" and field in ("messages", "calls"):
        yield from _whatsapp(account, field, time, value)
    elif field in ("feed", "comments", "live_comments", "mention"):
        yield from _guarded(partial(_feed, kind, account, field, time), value)
    else:
        yield _event(account, field, time, value)


# WhatsApp.

_VALUE = frozenset({"messaging_product", "metadata", "contacts", "messages", "statuses", "errors"})


def _whatsapp(account: str, field: str, time: datetime | None, value: Content) -> Iterator[Update]:
    place = _place(value)
    people = [one for one in _list(value.get("contacts")) if isinstance(one, Mapping)]
    about = Update(Kind.UNKNOWN, "", account, place, field, time=time)
    for item in _list(value.get("messages")):
        yield from _guarded(partial(_message, about, people), item)
    for item in _list(value.get("statuses")):
        yield from _guarded(partial(_status, about, people), item)
    for item in _list(value.get("errors")):
        yield replace(about, kind=Kind.ERROR, key=_hashed("error", place, [item, value.get("metadata")]), content=item)
    rest = {name: one for name, one in value.items() if name not in _VALUE}
    if rest or not (value.keys() & {"messages", "statuses", "errors"}):
        yield replace(about, key=_hashed(field, place, dict(value)), content=dict(value))


_NOT_TALK = {"reaction": Kind.REACTION, "system": Kind.SYSTEM}


def _message(about: Update, people: list[Content], item: Content) -> Update:
    name, kind = _needed(item.get("id")), _text(item.get("type"))
    who, was = _sender(people, item), None
    if kind == "system":
        who, was = _changed(item, who)
    return replace(
        about,
        kind=_NOT_TALK.get(kind, Kind.MESSAGE),
        key=f"{about.place}:{name}",
        type=kind,
        time=_moment(item.get("timestamp")) or about.time,
        content=dict(item),
        who=who if who.known else None,
        was=was,
    )


def _sender(people: list[Content], item: Content) -> Identity:
    bsuid, phone = _text(item.get("from_user_id")), phone_of(_text(item.get("from")))
    return _person(people, bsuid, phone)


def _person(people: list[Content], bsuid: str, phone: str | None) -> Identity:
    """Who has one of these ids, with what the body's list of people says about them."""
    entry = _entry_of(people, bsuid, phone)
    profile = entry.get("profile") if isinstance(entry.get("profile"), Mapping) else {}
    return Identity(
        bsuid=bsuid or _text(entry.get("user_id")) or None,
        phone=phone or phone_of(_text(entry.get("wa_id"))),
        parent_bsuid=_text(entry.get("parent_user_id")) or None,
        name=_text((profile or {}).get("name")) or None,
        username=_text((profile or {}).get("username")) or None,
    )


def _entry_of(people: list[Content], bsuid: str, phone: str | None) -> Content:
    for one in people:
        if bsuid and one.get("user_id") == bsuid:
            return one
    for one in people:
        if phone and one.get("wa_id") == phone and (not bsuid or not one.get("user_id")):
            return one
    return people[0] if len(people) == 1 and not bsuid and not phone else {}


def _changed(item: Content, who: Identity) -> tuple[Identity, Identity | None]:
    """A system note: who the person is now, and who they were. Its body has no list of people."""
    note = item.get("system")
    if not isinstance(note, Mapping):
        return who, None
    now = Identity(bsuid=_text(note.get("user_id")) or who.bsuid, phone=phone_of(_text(note.get("wa_id"))) or who.phone)
    return (now, who) if who.known and now.known and now != who else (who, None)


def _status(about: Update, people: list[Content], item: Content) -> Update:
    name, status = _needed(item.get("id")), _needed(item.get("status"))
    who = _person(people, _text(item.get("recipient_user_id")), phone_of(_text(item.get("recipient_id"))))
    return replace(
        about,
        kind=Kind.STATUS,
        key=f"{name}:{status}",
        type=status,
        time=_moment(item.get("timestamp")) or about.time,
        content=dict(item),
        who=who if who.known else None,
    )


def _event(account: str, field: str, time: datetime | None, value: Content) -> Update:
    """Something of the account. Template events have a name of their own; others are known by what they say and when."""
    kind = _text(value.get("event"))
    template = value.get("message_template_id")
    moment = "" if time is None else time.isoformat()
    key = f"{field}:{template}:{kind}:{moment}" if template else _hashed(field, account, [moment, dict(value)])
    return Update(Kind.EVENT, key, account, _place(value), field, kind, time, dict(value))


# Pages, Messenger, Instagram.


def _feed(kind: str, account: str, field: str, time: datetime | None, value: Content) -> Update:
    """What happened at a page or an Instagram account; a page's own comments are no comments to be answered."""
    item, verb = _text(value.get("item")), _text(value.get("verb")) or "add"
    author = value.get("from") if isinstance(value.get("from"), Mapping) else {}
    told_of = {name: _text((author or {}).get(name)) or None for name in ("id", "name", "username")}
    who = Identity(psid=told_of["id"], name=told_of["name"], username=told_of["username"])
    name = _text(value.get("comment_id")) or (_text(value.get("id")) if kind == "instagram" else "")
    is_comment = (item == "comment" and verb == "add") or (kind == "instagram" and field.endswith("comments"))
    made = _moment(value.get("created_time")) or time
    told = [name or dict(value), verb, value.get("created_time"), value.get("message") or value.get("text")]
    return Update(
        Kind.COMMENT if is_comment and who.psid != account else Kind.FEED,
        _hashed(field, account, told),
        account,
        account,
        field,
        verb,
        made,
        dict(value),
        who if who.known else None,
    )


def _messaging(account: str, name: str, item: Any) -> Update:
    if not isinstance(item, Mapping):
        raise TypeError("no object")
    sender, recipient = (_text((item.get(one) or {}).get("id")) for one in ("sender", "recipient"))
    kind, mid = _messaging_kind(item, standby=name == "standby")
    person = recipient if kind is Kind.ECHO else sender
    key = f"mid:{mid}" if mid else _hashed(name, account, dict(item))
    kind_of = next((one for one in ("message", "postback", "delivery", "read", "reaction", "optin") if one in item), "")
    who = Identity(psid=person) if person and person != account else None
    return Update(kind, key, account, account, name, kind_of, _moment(item.get("timestamp")), dict(item), who)


def _messaging_kind(item: Content, *, standby: bool) -> tuple[Kind, str]:
    """The kind, and the name of the message, where it is one."""
    message, postback = item.get("message"), item.get("postback")
    if isinstance(message, Mapping):
        mid = _text(message.get("mid"))
        if message.get("is_echo"):
            return Kind.ECHO, mid
        return (Kind.FEED if standby else Kind.CHAT), mid
    if isinstance(postback, Mapping):
        return (Kind.FEED if standby else Kind.POSTBACK), _text(postback.get("mid"))
    if "delivery" in item or "read" in item:
        return Kind.RECEIPT, ""
    return (Kind.REACTION if "reaction" in item else Kind.UNKNOWN), ""


# Small things.


def _place(value: Content) -> str:
    """The number that a value is about."""
    metadata = value.get("metadata")
    return _text(metadata.get("phone_number_id")) if isinstance(metadata, Mapping) else ""


def _broken(piece: Any) -> Update:
    return Update(Kind.BROKEN, _hashed("broken", "", piece), content=piece)


def _hashed(kind: str, place: str, value: Any) -> str:
    """A key for what has no name: the hash of what it says, whatever the order in which it says it."""
    digest = hashlib.blake2b(json.dumps(_sorted(value)).encode("utf-8", "surrogatepass"), digest_size=16)
    return f"{kind}:{place}:{digest.hexdigest()}"


def _sorted(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _sorted(value[name]) for name in sorted(value, key=str)}
    return [_sorted(one) for one in value] if isinstance(value, list | tuple) else value


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else ([] if value is None else [value])


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value)


def _needed(value: Any) -> str:
    text = _text(value)
    if not text or len(text) > 512:
        raise ValueError("a name is missing")
    return text


def _moment(value: Any) -> datetime | None:
    """A time in seconds or milliseconds, as text or number; anything else is none."""
    text = _text(value)
    if not text.isascii() or not text.isdigit() or len(text) > 13:
        return None
    seconds = int(text) / 1000 if len(text) > 11 else int(text)
    return datetime.fromtimestamp(seconds, UTC)
