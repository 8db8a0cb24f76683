"""The page's Messenger: what it sends, private replies to comments, and what people write to it."""

import itertools
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from caravana.component.whatsapp.sandbox.pages import Comment
from caravana.component.whatsapp.sandbox.people import Chat, Person, Said
from caravana.component.whatsapp.sandbox.wire import Asked, GraphError, invalid, unknown

if TYPE_CHECKING:
    from caravana.component.whatsapp.sandbox.sandbox import MetaSandbox

PRIVATE_REPLY_LIFE = timedelta(days=7)
WINDOW = timedelta(hours=24)
HUMAN_AGENT = timedelta(days=7)
INBOX_APP = 263902037430900
"""The app by which colleagues write on the page itself."""


class Messenger:
    """The page's conversations."""

    def __init__(self, sandbox: "MetaSandbox") -> None:
        """`sandbox`: whose it is."""
        self._sandbox = sandbox
        self._messages = itertools.count(1)

    def calls(self) -> dict[tuple[str, str, str], Any]:
        """Return what may be asked."""
        return {("page", "messages", "POST"): self._message}

    async def _message(self, asked: Asked) -> dict[str, Any]:
        recipient = asked.object("recipient")
        if not isinstance(recipient, dict) or not (recipient.get("id") or recipient.get("comment_id")):
            raise invalid("The parameter recipient is required")
        if recipient.get("comment_id"):
            return self._private_reply(asked, str(recipient["comment_id"]))
        person = self._reader(str(recipient["id"]))
        chat = self._sandbox.people.chat(asked.node, person)
        action = asked.text("sender_action")
        if action:
            return self._sender_action(chat, action)
        message = self._content(asked)
        kind = asked.text("messaging_type") or "RESPONSE"
        if kind not in ("RESPONSE", "UPDATE", "MESSAGE_TAG", "UTILITY"):
            raise invalid(f"messaging_type '{kind}' is not known")
        self._window(chat, kind, asked.text("tag"))
        return self._send(chat, message)

    def _reader(self, psid: str) -> Person:
        person = self._sandbox.people.find(psid)
        if person is None:
            if self._sandbox.account.strict_ids:
                raise GraphError(100, "No matching user found", subcode=2018001)
            person = self._sandbox.people.meet(f"000{abs(hash(psid)) % 10**9:09d}", psid)
            person.psid = psid
        if person.away:
            raise GraphError(551, "This person isn't available right now.", subcode=1545041)
        return person

    def _content(self, asked: Asked) -> dict[str, Any]:
        message = asked.object("message")
        if not isinstance(message, dict) or not (message.get("text") or message.get("attachment")):
            raise invalid("The parameter message is required")
        if len(str(message.get("text") or "")) > 2000:
            raise invalid("Length of param message[text] must be less than or equal to 2000")
        return message

    def _window(self, chat: Chat, kind: str, tag: str) -> None:
        """Messenger's 24 hours. A page may write first where ids need not be known."""
        if chat.heard is None and not self._sandbox.account.strict_ids:
            return
        life = HUMAN_AGENT if kind == "MESSAGE_TAG" and tag == "HUMAN_AGENT" else WINDOW
        if kind != "UTILITY" and (chat.heard is None or self._sandbox.clock.now() - chat.heard >= life):
            text = "This message is sent outside of allowed window."
            raise GraphError(10, text, subcode=2018278)

    def _private_reply(self, asked: Asked, name: str) -> dict[str, Any]:
        message = self._content(asked)
        comment = self._sandbox.pages.comments.get(name)
        if comment is None:
            if self._sandbox.account.strict_ids:
                raise unknown(name)
            author = self._sandbox.people.meet("00000000001", "Comentarista")
            comment = self._sandbox.pages.comments[name] = Comment(
                name, name, name, "", author, self._sandbox.clock.now()
            )
        if comment.author is None:
            raise GraphError(10903, "This user can't reply to this activity")
        if comment.replied:
            raise GraphError(10900, "Activity already replied to")
        if self._sandbox.clock.now() - comment.made > PRIVATE_REPLY_LIFE:
            raise GraphError(10, "This message is sent outside of allowed window.", subcode=2018278)
        comment.replied = True
        return self._send(self._sandbox.people.chat(asked.node, comment.author), message)

    def _sender_action(self, chat: Chat, action: str) -> dict[str, Any]:
        if action not in ("typing_on", "typing_off", "mark_seen"):
            raise invalid(f"sender_action '{action}' is not known")
        if action == "typing_on":
            chat.typing_until = self._sandbox.clock.now() + timedelta(seconds=20)
        return {"recipient_id": chat.person.psid}

    def _send(self, chat: Chat, message: dict[str, Any]) -> dict[str, Any]:
        now = self._sandbox.clock.now()
        said = Said(self._mid(), True, "messenger", message, now)
        chat.said.append(said)
        self._sandbox.effects["messenger"] += 1
        echo = {
            "mid": said.id,
            "text": message.get("text"),
            "is_echo": True,
            "app_id": int(self._sandbox.account.app_id),
        }
        if message.get("metadata"):
            echo["metadata"] = message["metadata"]
        self._tell_message(chat, {"message": echo}, ours=True)
        return {"recipient_id": chat.person.psid, "message_id": said.id}

    def say(self, person: Person, text: str, **more: Any) -> str:
        """Write to the page in Messenger; returns the message's id. `more`: further members (`attachments`, `quick_reply`)."""
        chat = self._sandbox.people.chat(self._sandbox.account.page_id, person)
        chat.heard = self._sandbox.clock.now()
        said = Said(self._mid(), False, "messenger", {"text": text, **more}, chat.heard)
        chat.said.append(said)
        words = {"text": text} if text else {}
        self._tell_message(chat, {"message": {"mid": said.id, **words, **more}}, ours=False)
        return said.id

    def colleague(self, person: Person, text: str) -> str:
        """Write to a person as a colleague does, on the page itself; returns the message's id."""
        chat = self._sandbox.people.chat(self._sandbox.account.page_id, person)
        said = Said(self._mid(), True, "messenger", {"text": text}, self._sandbox.clock.now())
        chat.said.append(said)
        echo = {"mid": said.id, "text": text, "is_echo": True, "app_id": INBOX_APP}
        self._tell_message(chat, {"message": echo}, ours=True)
        return said.id

    def open(self, person: Person) -> None:
        """Receive and read what the page wrote."""
        chat = self._sandbox.people.chat(self._sandbox.account.page_id, person)
        mids = [one.id for one in chat.said if one.ours]
        mark = int(self._sandbox.clock.now().timestamp() * 1000)
        self._tell_message(chat, {"delivery": {"mids": mids, "watermark": mark}}, ours=False)
        self._tell_message(chat, {"read": {"watermark": mark}}, ours=False)

    def press(self, person: Person, payload: str, title: str) -> str:
        """Press a button of a message in Messenger."""
        chat = self._sandbox.people.chat(self._sandbox.account.page_id, person)
        chat.heard = self._sandbox.clock.now()
        mid = self._mid()
        self._tell_message(chat, {"postback": {"mid": mid, "payload": payload, "title": title}}, ours=False)
        return mid

    def _tell_message(self, chat: Chat, content: dict[str, Any], *, ours: bool) -> None:
        page, person = {"id": self._sandbox.account.page_id}, {"id": chat.person.psid}
        sender, recipient = (page, person) if ours else (person, page)
        stamp = int(self._sandbox.clock.now().timestamp() * 1000)
        self._sandbox.webhooks.messaging({"sender": sender, "recipient": recipient, "timestamp": stamp, **content})

    def _mid(self) -> str:
        return f"m_{next(self._messages):08d}"
