"""The port between a dialogue and a network: what a message of it says, and how an answer is sent there. Pure.

WhatsApp (`kit.graph.updates`, reference/meta.md sections 2, 3) and Messenger (section 5). A dialogue knows neither.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Heard = dict[str, Any]
Reply = Mapping[str, Any]
LONGEST = 4096
BODY, TITLE, ROW, DESCRIPTION, CAPTION = 1024, 20, 24, 72, 1024
CAPTIONED = frozenset({"image", "video", "document"})
"""What may have words below it."""
BUTTONS, ROWS = 3, 10
QUICK = 13
"""Quick replies of Messenger at most; each title 20 characters."""
MESSENGER_TEXT, MESSENGER_BUTTONS = 2000, 640


def heard(update: Mapping[str, Any]) -> Heard:
    """Return what a message says: `kind` (text, choice, basket, phone, unreadable), `text`, `id` or `items`, and `message`."""
    content = update["content"] if isinstance(update.get("content"), Mapping) else {}
    if update["kind"] in ("chat", "postback"):
        return _messenger(content, str(update["key"]))
    return {**_whatsapp(str(update.get("type")), content), "message": str(content.get("id") or update["key"])}


def _whatsapp(kind: str, content: Mapping[str, Any]) -> Heard:
    said = content.get(kind)
    if kind == "text" and isinstance(said, Mapping):
        return {"kind": "text", "text": str(said.get("body") or "")}
    if kind == "interactive" and isinstance(said, Mapping):
        reply = said.get("button_reply") or said.get("list_reply")
        if isinstance(reply, Mapping):
            return {"kind": "choice", "id": str(reply.get("id") or ""), "text": str(reply.get("title") or "")}
    if kind == "button" and isinstance(said, Mapping):
        return {"kind": "choice", "id": str(said.get("payload") or ""), "text": str(said.get("text") or "")}
    if kind == "order" and isinstance(said, Mapping):
        return {"kind": "basket", "items": _items(said.get("product_items"))}
    if kind in CAPTIONED and isinstance(said, Mapping) and said.get("caption"):
        return {"kind": "text", "text": str(said["caption"])}
    if kind == "contacts" and isinstance(said, list) and (phone := _shared_phone(said)):
        return {"kind": "phone", "text": phone}
    return {"kind": "unreadable"}


def _items(told: Any) -> list[dict[str, Any]]:
    """Codes and quantities of a cart. What it says of prices is the phone's copy, and is not read."""
    items: dict[str, Any] = {}
    for one in told if isinstance(told, list) else ():
        if isinstance(one, Mapping) and one.get("product_retailer_id"):
            code = str(one["product_retailer_id"])[:100]
            items[code] = _sum(items.get(code, 0), one.get("quantity"))
    return [{"code": code, "quantity": quantity} for code, quantity in items.items()]


def _sum(before: Any, quantity: Any) -> Any:
    """Two lines of one product are one; a quantity that is no number is kept, so that it is refused and told."""
    if isinstance(quantity, int | float) and not isinstance(quantity, bool) and isinstance(before, int | float):
        return before + quantity
    return str(quantity)[:20]


def _shared_phone(cards: list[Any]) -> str | None:
    """The phone of a person's own card, which they sent when asked for it."""
    card = cards[0] if isinstance(cards[0], Mapping) else {}
    phones = card.get("phones") if card.get("origin") == "contact_request" else None
    phone = phones[0].get("phone") if isinstance(phones, list) and phones and isinstance(phones[0], Mapping) else None
    return str(phone) if phone else None


def _messenger(content: Mapping[str, Any], key: str) -> Heard:
    message, postback = content.get("message"), content.get("postback")
    if isinstance(postback, Mapping):
        chosen = {"kind": "choice", "id": str(postback.get("payload") or ""), "text": str(postback.get("title") or "")}
        return {**chosen, "message": str(postback.get("mid") or key)}
    if not isinstance(message, Mapping):
        return {"kind": "unreadable", "message": key}
    name, quick, text = str(message.get("mid") or key), message.get("quick_reply"), message.get("text")
    if isinstance(quick, Mapping):
        return {"kind": "choice", "id": str(quick.get("payload") or ""), "text": str(text or ""), "message": name}
    return {"kind": "text", "text": text, "message": name} if text else {"kind": "unreadable", "message": name}


def said(update: Mapping[str, Any], to: Any, reply: Reply, message: str | None) -> dict[str, Any]:
    """Return an answer as the network of `update` takes it: `uri`, and `body`; `message`: what it answers."""
    network = MESSENGER if update["kind"] in ("chat", "postback") else WHATSAPP
    operation, body = network(reply)
    named = {"connection": update["connection"]} if update.get("connection") else {}
    quoted = {"reply_to": message} if message and network is WHATSAPP else {}
    scheme = "facebook" if network is MESSENGER else "whatsapp"
    return {"uri": f"{scheme}:{operation}", "body": {"to": to, **named, **quoted, **body}}


def whatsapp(reply: Reply) -> tuple[str, dict[str, Any]]:
    """Return operation and body for WhatsApp: one message, whatever it holds."""
    options = reply.get("options") or []
    if file := reply.get("file"):
        document = {"kind": "document", "id": file["id"], "filename": file["name"][:240]}
        return "media", {**document, "caption": cut(reply["text"], CAPTION)}
    if link := reply.get("link"):
        shown_link = {"label": cut(link["label"], TITLE), "url": link["url"]}
        return "link", {"text": cut(reply["text"], BODY), **shown_link}
    if not options:
        return _plain(reply)
    text, shown = cut(reply["text"], BODY), _unlike(options)
    if "button" not in reply and len(options) <= BUTTONS:
        photo = reply.get("photo")
        header = {"header": {"image": {"id": photo}}} if photo else {}
        return "buttons", {
            "text": text,
            **header,
            "buttons": [{"id": one["id"], "title": one["title"]} for one in shown],
        }
    rows = [_row(one) for one in _unlike(options, ROW)[:ROWS]]
    return "list", {"text": text, "button": cut(reply.get("button") or "Opciones", TITLE), "sections": [{"rows": rows}]}


def _plain(reply: Reply) -> tuple[str, dict[str, Any]]:
    if photo := reply.get("photo"):
        return "media", {"kind": "image", "id": photo, "caption": cut(reply["text"], CAPTION)}
    return "text", {"text": cut(reply["text"], LONGEST)}


def _row(option: Mapping[str, str]) -> dict[str, str]:
    row = {"id": option["id"], "title": option["title"]}
    return row | ({"description": cut(option["description"], DESCRIPTION)} if option.get("description") else {})


def messenger(reply: Reply) -> tuple[str, dict[str, Any]]:
    """Return operation and body for Messenger: a text, with choices to tap or the button of a link."""
    text, link = cut(reply["text"], MESSENGER_TEXT), reply.get("link")
    if link:
        button = {"title": cut(link["label"], TITLE), "url": link["url"]}
        return "buttons", {"text": cut(text, MESSENGER_BUTTONS), "buttons": [button]}
    options = _unlike(reply.get("options") or [])[:QUICK]
    choices = {"choices": [{"title": one["title"], "payload": one["id"]} for one in options]} if options else {}
    return "text", {"text": text, **choices}


WHATSAPP: Callable[[Reply], tuple[str, dict[str, Any]]] = whatsapp
MESSENGER: Callable[[Reply], tuple[str, dict[str, Any]]] = messenger


def cut(text: str, most: int) -> str:
    """Return a text that fits."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _unlike(options: Sequence[Mapping[str, str]], most: int = TITLE) -> list[dict[str, str]]:
    """Options whose titles fit and differ: Meta refuses two alike."""
    seen: set[str] = set()
    made = []
    for number, one in enumerate(options, 1):
        title = cut(one["title"], most)
        if title in seen:
            mark = f" ({number})"
            title = cut(one["title"], most - len(mark)) + mark
        seen.add(title)
        made.append({**one, "title": title})
    return made
