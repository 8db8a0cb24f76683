"""A person with a phone: what they do in WhatsApp, for people in a browser, demos and tests."""

import secrets
from typing import TYPE_CHECKING, Any

from caravana.component.whatsapp.sandbox.people import Chat, Person, Said

if TYPE_CHECKING:
    from caravana.component.whatsapp.sandbox.sandbox import MetaSandbox

BUTTONS = "button"


class Customer:
    """One person, who talks with one of the account's numbers."""

    def __init__(self, sandbox: "MetaSandbox", person: Person, number: str) -> None:
        """`person`: who it is; `number`: id of the number."""
        self._sandbox = sandbox
        self.person = person
        self.number = number

    @property
    def chat(self) -> Chat:
        """What was said so far."""
        return self._sandbox.people.chat(self.number, self.person)

    @property
    def received(self) -> list[Said]:
        """What the company has said, in its order."""
        return [one for one in self.chat.said if one.ours]

    # What they send; each returns the message's id.

    def text(self, body: str, *, reply_to: str | None = None, **more: Any) -> str:
        """Write; `more`: further members of the message (`referral`)."""
        return self._send("text", {"body": body}, reply_to, **more)

    def tap(self, button: str, *, message: str | None = None) -> str:
        """Tap a button or choose a row, by its id or title, in the last message that has it. Raises `ValueError`."""
        for said in reversed(self.received):
            if message not in (None, said.id):
                continue
            found = _choice(said, button)
            if found is not None:
                kind, content = found
                return self._send(kind, content, said.id)
        raise ValueError(f"nothing that {self.person.name} received offers `{button}`")

    def order(self, items: list[dict[str, Any]], note: str = "", catalog_id: str = "") -> str:
        """Send a cart: `{product_retailer_id, quantity, item_price, currency}` each."""
        content = {"catalog_id": catalog_id or self._sandbox.account.catalog_id, "text": note, "product_items": items}
        return self._send("order", content)

    def file(self, kind: str, content: bytes, mime_type: str, **more: Any) -> str:
        """Send an image, video, audio, document or sticker; `more`: `caption`, `filename`, `voice`."""
        media = self._sandbox.files.add(content, mime_type, inbound=True)
        return self._send(kind, {"id": media.id, "mime_type": mime_type, "sha256": media.sha256, **more})

    def location(self, latitude: float, longitude: float, **more: str) -> str:
        """Send a place; `more`: `name`, `address`, `url`."""
        return self._send("location", {"latitude": latitude, "longitude": longitude, **more})

    def react(self, message: str, emoji: str) -> str:
        """Put a sign on a message; an empty one takes it away."""
        content = {"message_id": message, "emoji": emoji} if emoji else {"message_id": message}
        found = self.chat.find(message)
        if found is not None:
            found.reaction = emoji
        return self._send("reaction", content)

    def share_phone(self) -> str:
        """Answer a question for the phone number."""
        card = f"BEGIN:VCARD\nVERSION:3.0\nFN:{self.person.name}\nTEL;type=CELL:+{self.person.phone}\nEND:VCARD"
        name = {"formatted_name": self.person.name, "first_name": self.person.name}
        phones = [{"phone": f"+{self.person.phone}", "wa_id": self.person.phone, "type": "CELL"}]
        return self._send("contacts", [{"name": name, "phones": phones, "origin": "contact_request", "vcard": card}])

    def unsupported(self, kind: str = "poll") -> str:
        """Send something that the Cloud API cannot show."""
        error = {"code": 131051, "title": "Message type unknown", "message": "Message type unknown"}
        return self._send("unsupported", {"type": kind}, errors=[{**error, "error_data": {"details": "not supported"}}])

    def other(self, kind: str, content: Any) -> str:
        """Send a message of any type, also of one that there is not."""
        return self._send(kind, content)

    # What else they do.

    def read(self) -> None:
        """Open the chat: all that came is read."""
        for said in self.received:
            if "delivered" in said.statuses and "read" not in said.statuses:
                self._sandbox.messages.tell(self.chat, said, "read")

    def adopt_username(self, username: str) -> None:
        """Take a username: from now on the phone is not told."""
        self.person.username = username

    def change_number(self, phone: str) -> str:
        """Move to another number, which is told."""
        old, self.person.phone = self.person.phone, phone.removeprefix("+")
        note = {
            "body": f"User {self.person.name} changed from {old} to {self.person.phone}",
            "wa_id": self.person.phone,
            "user_id": self.person.bsuid,
            "type": "user_changed_number",
        }
        return self._system(note, old, self.person.bsuid)

    def change_id(self, bsuid: str) -> str:
        """Get another business-scoped id, which is told."""
        old, self.person.bsuid = self.person.bsuid, bsuid
        chats = self._sandbox.people.chats
        for (place, one), chat in list(chats.items()):
            if one == old:
                chats[place, bsuid] = chats.pop((place, one))
                chat.person = self.person
        note = {"body": "User ID changed", "user_id": bsuid, "type": "user_changed_user_id"}
        return self._system(note, self.person.phone, old)

    def stop_marketing(self, *, stop: bool = True) -> None:
        """Want no advertising (any more), or want it again."""
        self.person.stopped_marketing = stop
        preference = {
            "wa_id": self.person.phone,
            "user_id": self.person.bsuid,
            "category": "marketing_messages",
            "value": "stop" if stop else "resume",
            "timestamp": int(self._sandbox.seconds()),
        }
        account = self._sandbox.account
        self._sandbox.webhooks.event(
            "user_preferences",
            {
                "messaging_product": "whatsapp",
                "metadata": {"display_phone_number": account.number, "phone_number_id": self.number},
                "contacts": [self._sandbox.contact(self.person)],
                "user_preferences": [preference],
            },
        )

    def _send(self, kind: str, content: Any, reply_to: str | None = None, **more: Any) -> str:
        now = self._sandbox.clock.now()
        name = f"wamid.IN{secrets.token_hex(10).upper()}"
        self.chat.said.append(
            Said(name, False, kind, {"contacts": content} if isinstance(content, list) else content, now, reply_to)
        )
        self.chat.heard = now
        message = {
            **self._from(),
            "id": name,
            "timestamp": self._sandbox.seconds(),
            "type": kind,
            kind: content,
            **more,
        }
        if reply_to is not None:
            account = self._sandbox.account
            message["context"] = {"from": account.number, "id": reply_to}
        self._sandbox.webhooks.whatsapp(self.chat.place, self.person, messages=[message])
        return name

    def _system(self, note: dict[str, Any], phone: str, bsuid: str) -> str:
        name = f"wamid.SYS{secrets.token_hex(10).upper()}"
        who = {"from": phone, "from_user_id": bsuid}
        if self._sandbox.account.old_shape:
            del who["from_user_id"]
        message = {**who, "id": name, "timestamp": self._sandbox.seconds(), "type": "system", "system": note}
        self._sandbox.webhooks.whatsapp(self.chat.place, None, messages=[message])
        return name

    def _from(self) -> dict[str, str]:
        who = self._sandbox.shape(self.person)
        names = {"wa_id": "from", "user_id": "from_user_id"}
        return {names[name]: value for name, value in who.items()}


def choices(said: Said) -> list[dict[str, str]]:
    """Return what can be tapped in a message of the company: `{id, title, description}` each.

    The first of a section also has the `section`'s title.
    """
    content = said.content
    if said.type == "template":
        quick = [one for one in content.get("buttons") or () if one.get("type") == "QUICK_REPLY"]
        return [
            {"id": str(one.get("payload") or one["text"]), "title": one["text"], "description": ""} for one in quick
        ]
    if said.type == "messenger":
        return _of_messenger(said.content)
    if said.type != "interactive":
        return []
    action = content["action"]
    if content["type"] == BUTTONS:
        return [{**one["reply"], "description": ""} for one in action["buttons"]]
    rows = []
    for section in action.get("sections") or ():
        for number, row in enumerate(section.get("rows") or ()):
            rows.append({"description": "", **row, "section": "" if number else section.get("title", "")})
    return rows


def _of_messenger(content: dict[str, Any]) -> list[dict[str, str]]:
    """What can be tapped in a message of Messenger: answers to choose, else buttons that send something back."""
    buttons = ((content.get("attachment") or {}).get("payload") or {}).get("buttons") or ()
    offered = content.get("quick_replies") or [one for one in buttons if one["type"] == "postback"]
    return [{"id": one["payload"], "title": one["title"], "description": ""} for one in offered]


def _choice(said: Said, wanted: str) -> tuple[str, dict[str, Any]] | None:
    """The type and content of the message that tapping makes."""
    one = next((one for one in choices(said) if wanted in (one["id"], one["title"])), None)
    if one is None:
        return None
    if said.type == "template":
        return "button", {"payload": one["id"], "text": one["title"]}
    reply = {"id": one["id"], "title": one["title"]}
    if said.content["type"] == BUTTONS:
        return "interactive", {"type": "button_reply", "button_reply": reply}
    row = {**reply, "description": one["description"]} if one["description"] else reply
    return "interactive", {"type": "list_reply", "list_reply": row}
