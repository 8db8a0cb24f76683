"""Messenger out: blind, for Meta has no idempotency key and nothing to ask by our own reference.

Before the call: the conversation must be open. Every message carries a text (`metadata`) that Meta repeats in its echo: that
settles what a lost answer left open.
"""

from datetime import timedelta
from typing import Any

from caravana.component.facebook import body as b
from caravana.component.facebook import mapping
from caravana.component.facebook.line import Line, LineOf
from caravana.component.facebook.people import People
from caravana.component.facebook.producing import FacebookProducer
from caravana.component.facebook.spec import Operation
from caravana.kit.effect import Effect, Kind, Reply, imagined_id
from caravana.kit.errors import Refused, Unknown
from caravana.kit.exchange import Exchange
from caravana.kit.graph.body import read_body
from caravana.kit.graph.client import GraphClient
from caravana.kit.graph.contact import Contact
from caravana.kit.graph.errors import MESSENGER_CLOSED
from caravana.kit.graph.producing import Done, Told
from caravana.kit.graph.told import Telling, opaque

HUMAN_AGENT = timedelta(days=7)
"""How long after a person's last message a colleague may answer."""
CLOSED = "window_closed"
TYPING_LASTS = timedelta(seconds=20)
CONTACT_PREFIX = "psid:"


class Send(FacebookProducer):
    """Sends one message: reply with `message` (its id at Meta), `contact` and `by` (`answer` or `echo`)."""

    kind = Kind.BLIND
    calls = 3
    """The token, and a second try where Meta has not yet seen that the conversation is open."""

    def __init__(self, line_of: LineOf, connection: str, operation: Operation, telling: Telling) -> None:
        """`operation`: what is sent; `telling`: what echoes told."""
        super().__init__(line_of, connection)
        self._operation = operation
        self._telling = telling

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return the message asked for. Raises `Refused` when the body does not fit."""
        body = read_body(mapping.BODIES[self._operation], exchange.body)
        return {"to": body.to, "message": mapping.message(body), "human": body.human, **body.named}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Send it. Raises `Refused` (code `window_closed`) when the conversation is closed."""
        line = self.line(request)
        page, client = await self.page(request, effect)
        contact = await line.contacts.find(request["to"])
        self._judge(line, contact, page, human=request["human"])
        kind = {"messaging_type": "RESPONSE"}
        if request["human"] and not _is_open(line, contact, page):
            kind = {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
        message = {**request["message"], "metadata": opaque(effect)}
        content = {"recipient": {"id": psid_of(request["to"], contact)}, **kind, "message": message}
        answer = await self._post(client, page, content, effect)
        if not isinstance(answer, dict) or not answer.get("message_id"):
            raise Unknown("Meta took the message without saying its id", code="no_id")
        return sent(str(answer["message_id"]), None if contact is None else contact.id, by="answer")

    async def heard(self, request: dict[str, Any], effect: Effect) -> Reply | None:
        """Return what an echo has told of the message."""
        return await self._telling.heard(effect)

    def would(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Return a message that Meta has taken."""
        return sent(f"m_{imagined_id(effect)}", None, by="answer")

    def _judge(self, line: Line, contact: Contact | None, page: str, *, human: bool) -> None:
        heard = None if contact is None else contact.last_heard(page)
        if heard is None:
            raise Refused("they never wrote to this page in Messenger: it must not write first", code=CLOSED)
        if _is_open(line, contact, page):
            return
        if not human or line.context.clock.now() >= heard + HUMAN_AGENT:
            until = "7 days" if human else "24 hours"
            raise Refused(
                f"the conversation is closed: their last message, of {heard.isoformat()}, is {until} old", code=CLOSED
            )

    async def _post(self, client: GraphClient, page: str, content: dict[str, Any], effect: Effect) -> Any:
        """Meta may call a conversation closed that has just been opened: once more."""
        try:
            return await client.post(f"{page}/messages", content, attempt=effect.attempt)
        except Refused as error:
            if error.code != MESSENGER_CLOSED:
                raise
        return await client.post(f"{page}/messages", content, attempt=effect.attempt)


class Mark(Done, FacebookProducer):
    """Shows a person that their messages were read, or that somebody writes (20 seconds, or until the answer)."""

    kind = Kind.IDEMPOTENT
    calls = 2

    def __init__(self, line_of: LineOf, connection: str, *, typing: bool) -> None:
        """`typing`: that somebody writes."""
        super().__init__(line_of, connection)
        self._action = "typing_on" if typing else "mark_seen"
        self.patience = TYPING_LASTS if typing else None

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return whom. Raises `Refused` when the body names nobody."""
        body = read_body(b.WhoBody, exchange.body, "to")
        return {"to": body.to, **body.named}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Show it."""
        page, client = await self.page(request, effect)
        contact = await self.line(request).contacts.find(request["to"])
        content = {"recipient": {"id": psid_of(request["to"], contact)}, "sender_action": self._action}
        await client.post(f"{page}/messages", content, attempt=effect.attempt)
        return Reply()


class ContactState(Told, FacebookProducer):
    """Tells what the hub knows of a person: `contact`, `open`, `until`, `person_until`, `delivered`, `read` (ISO texts or None).

    `person_until`: until when a colleague counts as talking with them; None when nobody does. The body is None when they are
    not known.
    """

    kind = Kind.READ

    def __init__(self, line_of: LineOf, connection: str, people: People) -> None:
        """`people`: what is kept of each."""
        super().__init__(line_of, connection)
        self._people = people

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return whom. Raises `Refused` when the body names nobody."""
        body = read_body(b.WhoBody, exchange.body, "to")
        return {"to": body.to, **body.named}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Look them up."""
        line = self.line(request)
        contact = await line.contacts.find(request["to"])
        if contact is None:
            return Reply(None)
        page, now = line.page(effect.branch), line.context.clock.now()
        until = contact.open_until(page)
        told = {"contact": contact.as_json(), "open": _is_open(line, contact, page)}
        told |= {"until": None if until is None else until.isoformat()}
        return Reply({**told, **await self._people.state(page, contact.id, line.settings.quiet, now)})


def sent(name: str, contact: str | None, *, by: str) -> Reply:
    """Return what a route is told of a message."""
    return Reply({"message": name, "contact": contact, "by": by}, reference=name)


def psid_of(to: str, contact: Contact | None) -> str:
    """Return the page-scoped id of a person. Raises `Refused` when they have none."""
    psid = contact.psid if contact is not None else to.removeprefix(CONTACT_PREFIX)
    if not psid or not psid.replace("_", "").isalnum():
        raise Refused("this contact has no page-scoped id: they never wrote to the page", code="no_recipient")
    return psid


def _is_open(line: Line, contact: Contact | None, page: str) -> bool:
    until = None if contact is None else contact.open_until(page)
    return until is not None and line.context.clock.now() < until
