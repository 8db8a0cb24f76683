"""What Meta checks of a message before it takes it: needed members, lengths and counts."""

from collections.abc import Callable, Mapping
from typing import Any

from caravana.component.whatsapp.sandbox.wire import GraphError, invalid, missing, unfit

MEDIA = ("image", "video", "audio", "document", "sticker")
MIME_TYPES: Mapping[str, tuple[str, ...]] = {
    "image": ("image/jpeg", "image/png"),
    "video": ("video/mp4", "video/3gpp"),
    "audio": ("audio/aac", "audio/mp4", "audio/mpeg", "audio/amr", "audio/ogg"),
    "sticker": ("image/webp",),
    "document": (),
}
SIZES: Mapping[str, int] = {
    "image": 5 << 20,
    "video": 16 << 20,
    "audio": 16 << 20,
    "document": 100 << 20,
    "sticker": 500 << 10,
}


def member(values: Any, name: str, place: str, kind: type = str) -> Any:
    """Return a needed member. Raises `GraphError`."""
    if not isinstance(values, dict):
        raise invalid(f"{place} must be an object")
    value = values.get(name)
    if value is None or value == "":
        raise missing(f"{place}['{name}']" if place else name)
    if not isinstance(value, kind):
        raise invalid(f"{place}['{name}'] must be {kind.__name__}")
    return value


def short(value: Any, most: int, place: str) -> None:
    """Raise `GraphError` for a text that is too long."""
    if isinstance(value, str) and len(value) > most:
        raise unfit(f"{place} has {len(value)} characters; the most is {most}")


def check(kind: str, message: Mapping[str, Any]) -> dict[str, Any]:
    """Return the part of `message` that belongs to its `kind`. Raises `GraphError`."""
    if kind in MEDIA:
        return _media(kind, message)
    checker = _CHECKERS.get(kind)
    if checker is None:
        raise GraphError(131051, "Unsupported message type", f"Message type '{kind}' is not supported")
    content = member(message, kind, "", list if kind == "contacts" else dict)
    checker(content)
    return {"contacts": content} if kind == "contacts" else content


def _text(content: dict[str, Any]) -> None:
    short(member(content, "body", "text"), 4096, "text['body']")


def _media(kind: str, message: Mapping[str, Any]) -> dict[str, Any]:
    content: dict[str, Any] = member(message, kind, "", dict)
    if bool(content.get("id")) == bool(content.get("link")):
        raise missing(f"{kind}['id'] or {kind}['link']")
    if kind in ("audio", "sticker") and "caption" in content:
        raise invalid(f"{kind} has no caption")
    short(content.get("caption"), 1024, f"{kind}['caption']")
    return content


def _location(content: dict[str, Any]) -> None:
    for name, most in (("latitude", 90), ("longitude", 180)):
        if name not in content:
            raise missing(f"location['{name}']")
        try:
            value = float(content[name])
        except (TypeError, ValueError):
            raise invalid(f"location['{name}'] must be a number") from None
        if abs(value) > most:
            raise unfit(f"location['{name}'] is out of range")


def _contacts(content: list[Any]) -> None:
    for one in content:
        member(member(one, "name", "contacts", dict), "formatted_name", "contacts['name']")


def _reaction(content: dict[str, Any]) -> None:
    member(content, "message_id", "reaction")
    if "emoji" not in content:
        raise missing("reaction['emoji']")


def _interactive(content: dict[str, Any]) -> None:
    kind = member(content, "type", "interactive")
    checker = _INTERACTIVE.get(kind)
    if checker is None:
        raise invalid(f"interactive['type'] '{kind}' is not known")
    action = member(content, "action", "interactive", dict)
    _around(kind, content)
    checker(content, action)


def _around(kind: str, content: dict[str, Any]) -> None:
    """Header, body and footer."""
    if kind not in ("product", "catalog_message") or "body" in content:
        short(member(member(content, "body", "interactive", dict), "text", "body"), 1024, "body['text']")
    header = content.get("header")
    if header is not None:
        if kind == "product":
            raise invalid("a product message has no header")
        if member(header, "type", "header") == "text":
            short(member(header, "text", "header"), 60, "header['text']")
    if "footer" in content:
        short(member(content["footer"], "text", "footer"), 60, "footer['text']")


def _buttons(content: dict[str, Any], action: dict[str, Any]) -> None:
    buttons = member(action, "buttons", "action", list)
    if len(buttons) > 3:
        raise unfit("Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: 3")
    replies = [member(one, "reply", "buttons", dict) for one in buttons]
    for reply in replies:
        short(member(reply, "title", "reply"), 20, "reply['title']")
        short(member(reply, "id", "reply"), 256, "reply['id']")
    _unlike([one["id"] for one in replies], "button ids")
    _unlike([one["title"] for one in replies], "button titles")


def _list(content: dict[str, Any], action: dict[str, Any]) -> None:
    short(member(action, "button", "action"), 20, "action['button']")
    sections = member(action, "sections", "action", list)
    if len(sections) > 10:
        raise unfit("at most 10 sections")
    rows: list[dict[str, Any]] = []
    for section in sections:
        title = section.get("title") if isinstance(section, dict) else None
        if len(sections) > 1 and not title:
            raise missing("section['title']")
        short(title, 24, "section['title']")
        rows += member(section, "rows", "section", list)
    if len(rows) > 10:
        raise unfit(f"{len(rows)} rows; at most 10 in all sections")
    for row in rows:
        short(member(row, "id", "row"), 200, "row['id']")
        short(member(row, "title", "row"), 24, "row['title']")
        short(row.get("description"), 72, "row['description']")
    _unlike([one["id"] for one in rows], "row ids")


def _link(content: dict[str, Any], action: dict[str, Any]) -> None:
    parameters = member(action, "parameters", "action", dict)
    short(member(parameters, "display_text", "parameters"), 20, "display_text")
    if not member(parameters, "url", "parameters").startswith(("https://", "http://")):
        raise invalid("url must be an address")


def _product(content: dict[str, Any], action: dict[str, Any]) -> None:
    member(action, "catalog_id", "action")
    member(action, "product_retailer_id", "action")


def _products(content: dict[str, Any], action: dict[str, Any]) -> None:
    member(content, "header", "interactive", dict)
    member(action, "catalog_id", "action")
    sections = member(action, "sections", "action", list)
    items = [item for one in sections for item in member(one, "product_items", "section", list)]
    if len(sections) > 10 or len(items) > 30:
        raise unfit("at most 10 sections and 30 products")
    for one in sections:
        if len(sections) > 1:
            short(member(one, "title", "section"), 24, "section['title']")
    for item in items:
        member(item, "product_retailer_id", "product_items")


def _named(name: str) -> Callable[[dict[str, Any], dict[str, Any]], None]:
    def checked(content: dict[str, Any], action: dict[str, Any]) -> None:
        if member(action, "name", "action") != name:
            raise invalid(f"action['name'] must be {name}")

    return checked


def _flow(content: dict[str, Any], action: dict[str, Any]) -> None:
    parameters = member(action, "parameters", "action", dict)
    if str(parameters.get("flow_message_version")) != "3":
        raise invalid("flow_message_version must be 3")
    if bool(parameters.get("flow_id")) == bool(parameters.get("flow_name")):
        raise missing("flow_id or flow_name")
    short(member(parameters, "flow_cta", "parameters"), 30, "flow_cta")


def _unlike(values: list[Any], what: str) -> None:
    if len(set(values)) != len(values):
        raise unfit(f"{what} must be unlike")


_CHECKERS: Mapping[str, Callable[[Any], None]] = {
    "text": _text,
    "location": _location,
    "contacts": _contacts,
    "reaction": _reaction,
    "interactive": _interactive,
}
_INTERACTIVE: Mapping[str, Callable[[dict[str, Any], dict[str, Any]], None]] = {
    "button": _buttons,
    "list": _list,
    "cta_url": _link,
    "product": _product,
    "product_list": _products,
    "catalog_message": _named("catalog_message"),
    "location_request_message": _named("send_location"),
    "flow": _flow,
}
