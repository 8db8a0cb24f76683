"""From a route's words to Meta's, and back. Pure."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from caravana.component.facebook import body as b
from caravana.component.facebook.spec import Operation

POST_FIELDS = "id,message,created_time,permalink_url,is_published,scheduled_publish_time"
COMMENT_FIELDS = "id,message,from,created_time,is_hidden"
BODIES: Mapping[Operation, type[b.Outgoing]] = {
    Operation.TEXT: b.TextBody,
    Operation.BUTTONS: b.ButtonsBody,
    Operation.CARDS: b.CardsBody,
    Operation.MEDIA: b.MediaBody,
}
"""The body of each operation that sends a person something."""


def message(body: b.Outgoing) -> dict[str, Any]:
    """Return the message that `body` asks for."""
    made = _CONTENTS[type(body)](body)
    if body.choices:
        made["quick_replies"] = [_choice(one) for one in body.choices]
    return made


def post(body: b.PostBody) -> dict[str, Any]:
    """Return the post that `body` asks for, without its photos."""
    made: dict[str, Any] = {"message": body.message}
    if body.link is not None:
        made["link"] = body.link
    if body.at is not None:
        made |= {"published": False, "scheduled_publish_time": str(int(body.at.timestamp()))}
    return made


def shown_post(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return a post as routes have it; `at` is ISO text: when it appeared or will."""
    when = moment(found.get("created_time"))
    return {
        "id": str(found.get("id")),
        "message": found.get("message") or "",
        "at": None if when is None else when.isoformat(),
        "link": found.get("permalink_url"),
        "published": found.get("is_published") is not False,
    }


def shown_comment(found: Mapping[str, Any], page: str) -> dict[str, Any]:
    """Return a comment as routes have it; `ours`: the page wrote it."""
    author = found.get("from") or {}
    when = moment(found.get("created_time"))
    return {
        "id": str(found.get("id")),
        "message": found.get("message") or "",
        "from": {"id": author.get("id"), "name": author.get("name")},
        "ours": str(author.get("id")) == page,
        "at": None if when is None else when.isoformat(),
        "hidden": found.get("is_hidden") is True,
    }


def moment(text: Any) -> datetime | None:
    """Return a time as lists have it (`2026-11-20T18:20:04+0000`)."""
    try:
        return datetime.strptime(str(text), "%Y-%m-%dT%H:%M:%S%z")
    except ValueError:
        return None


def same_text(one: Any, other: Any) -> bool:
    """Whether two texts are the same but for spaces, which Meta may tidy up."""
    return str(one or "").split() == str(other or "").split()


def _choice(one: b.QuickReply) -> dict[str, Any]:
    made = {"content_type": "text", "title": one.title, "payload": one.payload}
    return made | ({"image_url": one.image} if one.image is not None else {})


def _button(one: b.Button) -> dict[str, Any]:
    if one.url is not None:
        return {"type": "web_url", "title": one.title, "url": one.url}
    if one.phone is not None:
        return {"type": "phone_number", "title": one.title, "payload": one.phone}
    return {"type": "postback", "title": one.title, "payload": one.payload}


def _text(body: Any) -> dict[str, Any]:
    return {"text": body.text}


def _template(content: dict[str, Any]) -> dict[str, Any]:
    return {"attachment": {"type": "template", "payload": content}}


def _buttons(body: Any) -> dict[str, Any]:
    return _template({"template_type": "button", "text": body.text, "buttons": [_button(one) for one in body.buttons]})


def _cards(body: Any) -> dict[str, Any]:
    return _template({"template_type": "generic", "elements": [_card(one) for one in body.cards]})


def _card(one: b.Card) -> dict[str, Any]:
    made: dict[str, Any] = {"title": one.title}
    if one.subtitle is not None:
        made["subtitle"] = one.subtitle
    if one.image is not None:
        made["image_url"] = one.image
    if one.url is not None:
        made["default_action"] = {"type": "web_url", "url": one.url}
    return made | ({"buttons": [_button(button) for button in one.buttons]} if one.buttons else {})


def _media(body: Any) -> dict[str, Any]:
    file = {"url": body.url} if body.url is not None else {"attachment_id": body.id}
    return {"attachment": {"type": body.kind, "payload": file}}


_CONTENTS: Mapping[type[b.Outgoing], Callable[[Any], dict[str, Any]]] = {
    b.TextBody: _text,
    b.ButtonsBody: _buttons,
    b.CardsBody: _cards,
    b.MediaBody: _media,
}
