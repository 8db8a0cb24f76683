"""A person on the company's page: what they do in Messenger and below its posts, for demos and tests."""

from typing import TYPE_CHECKING, Any

from caravana.component.whatsapp.sandbox.customer import choices
from caravana.component.whatsapp.sandbox.pages import Comment
from caravana.component.whatsapp.sandbox.people import Chat, Person, Said

if TYPE_CHECKING:
    from caravana.component.whatsapp.sandbox.sandbox import MetaSandbox


class Visitor:
    """One person, who talks with the account's page."""

    def __init__(self, sandbox: "MetaSandbox", person: Person) -> None:
        """`person`: who it is."""
        self._sandbox = sandbox
        self.person = person

    @property
    def chat(self) -> Chat:
        """What was said so far."""
        return self._sandbox.people.chat(self._sandbox.account.page_id, self.person)

    @property
    def received(self) -> list[Said]:
        """What the page has written, in its order."""
        return [one for one in self.chat.said if one.ours]

    # What they send; each returns the message's id.

    def text(self, body: str) -> str:
        """Write."""
        return self._sandbox.messenger.say(self.person, body)

    def tap(self, button: str, *, message: str | None = None) -> str:
        """Choose an answer or press a button, by its payload or title, in the last message that has it. Raises `ValueError`."""
        for said in reversed(self.received):
            if message not in (None, said.id):
                continue
            one = next((one for one in choices(said) if button in (one["id"], one["title"])), None)
            if one is not None:
                return self._pressed(said, one)
        raise ValueError(f"nothing that {self.person.name} received offers `{button}`")

    def _pressed(self, said: Said, one: dict[str, str]) -> str:
        """An answer to choose is a message of its own; a button is none."""
        if "quick_replies" in said.content:
            return self._sandbox.messenger.say(self.person, one["title"], quick_reply={"payload": one["id"]})
        return self._sandbox.messenger.press(self.person, one["id"], one["title"])

    def file(self, kind: str, content: bytes, mime_type: str, **_: Any) -> str:
        """Send an image, video, audio or file."""
        media = self._sandbox.files.add(content, mime_type, inbound=True)
        attachment = {"type": kind, "payload": {"url": f"https://cdn.fbsbx.com/{media.id}"}}
        return self._sandbox.messenger.say(self.person, "", attachments=[attachment])

    def comment(self, post: str, message: str) -> Comment:
        """Comment below a post."""
        return self._sandbox.pages.comment(post, message, self.person)
