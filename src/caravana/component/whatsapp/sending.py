"""Sending a person something: blind, for Meta has no idempotency key and nothing to ask by our own reference.

Before the call: the conversation must be open (else the message's template goes out), the person must not have been written
to too fast. Every message carries a text that its statuses repeat: the first of them settles what a lost answer left open.
"""

from contextlib import suppress
from typing import Any

from caravana.component.whatsapp import mapping
from caravana.component.whatsapp.body import TemplateBody
from caravana.component.whatsapp.line import Line, LineOf
from caravana.component.whatsapp.message import Messages, reply
from caravana.component.whatsapp.spec import Operation
from caravana.kit.effect import Effect, Kind, Reply, imagined_id
from caravana.kit.errors import Held, Refused, Unknown
from caravana.kit.exchange import Exchange
from caravana.kit.graph.body import read_body
from caravana.kit.graph.contact import Contact, Identity, is_bsuid, phone_of
from caravana.kit.graph.errors import PAIR, WINDOW_CLOSED
from caravana.kit.graph.producing import GraphProducer
from caravana.kit.graph.told import opaque
from caravana.kit.ports import Unavailable

CLOSED = "window_closed"
PACE = "pair_pace"
NEED_CATALOG = frozenset({Operation.PRODUCT, Operation.PRODUCTS})


class WhatsappProducer(GraphProducer[Line]):
    """A call over one number."""

    scheme = "whatsapp"


class Send(WhatsappProducer):
    """Sends one message: reply with `message` (its id at Meta), `state`, `contact` and `by`."""

    calls = 2
    """A closed conversation is tried again."""

    def __init__(self, line_of: LineOf, connection: str, operation: Operation, messages: Messages) -> None:
        """`operation`: what is sent; `messages`: where it is kept what becomes of them."""
        super().__init__(line_of, connection)
        self._operation = operation
        self._messages = messages
        # A sign on a message is the same, however often it is put there.
        self.kind = Kind.IDEMPOTENT if operation is Operation.REACTION else Kind.BLIND

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return the message asked for. Raises `Refused` when the body does not fit, or no catalogue is set up for it."""
        body: Any = read_body(mapping.BODIES[self._operation], exchange.body)
        named = body.named
        catalog = self.line(named).settings.catalog
        if self._operation in NEED_CATALOG and not catalog:
            raise Refused("products need the connection's `catalog`", code="no_catalog")
        made: dict[str, Any] = {"to": body.to, "message": mapping.message(self._operation, body, catalog), **named}
        use = getattr(body, "template", None)
        if use is not None:
            made["marketing"] = use.marketing
            if not isinstance(body, TemplateBody):
                made["template"] = mapping.template(use)
        return made

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Send it, or its template when the conversation is closed.

        Raises `Refused` (code `window_closed`) when it is closed and there is no template, `Held` when the person was written
        to too fast, and the `EffectError` of the table of `kit.graph.errors`.
        """
        line = self.line(request)
        contact = await line.contacts.find(request["to"])
        number = line.number(effect.branch)
        message = self._fitting(request, contact, number, line)
        pair = f"{number}:{contact.id if contact is not None else request['to']}"
        await self._keep_pace(line, pair)
        try:
            answer = await self._post(line, number, message, request, contact, effect)
        except Held as error:
            if error.code == str(PAIR):
                await self._hold(line, pair, error.retry_after or 1.0)
            raise
        return await self._taken(answer, line, contact)

    async def heard(self, request: dict[str, Any], effect: Effect) -> Reply | None:
        """Return what statuses have told of the message."""
        return await self._messages.heard(effect)

    def would(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Return a message that Meta has taken."""
        return reply(f"wamid.{imagined_id(effect)}", "accepted", None, by="answer")

    async def _keep_pace(self, line: Line, pair: str) -> None:
        """Wait for the number's pace. Raises `Held` when the person must not be written to yet."""
        try:
            wait = await line.pairs.wait(pair)
        except Unavailable as error:
            raise Held(str(error), retry_after=error.retry_after, tried=False, code=PACE) from error
        if wait:
            raise Held("messages to this person must not come faster", retry_after=wait, tried=False, code=PACE)
        await line.pace.wait()

    async def _hold(self, line: Line, pair: str, seconds: float) -> None:
        """Let others that write to the person wait too; where that cannot be kept, Meta tells them itself."""
        with suppress(Unavailable):
            await line.pairs.hold(pair, seconds)

    def _fitting(self, request: dict[str, Any], contact: Contact | None, number: str, line: Line) -> dict[str, Any]:
        """The message, or its template. Raises `Refused`."""
        message: dict[str, Any] = request["message"]
        until = None if contact is None else contact.open_until(number)
        is_open = until is not None and line.context.clock.now() < until
        if message["type"] != "template" and not is_open:
            message = _template_of(
                request, "they never wrote" if until is None else f"it closed at {until.isoformat()}"
            )
        if message["type"] == "template" and request.get("marketing") and contact is not None and contact.no_marketing:
            raise Refused("this person wants no advertising", code="no_marketing")
        return message

    async def _post(
        self,
        line: Line,
        number: str,
        message: dict[str, Any],
        request: dict[str, Any],
        contact: Contact | None,
        effect: Effect,
    ) -> Any:
        """Meta may call a conversation closed that has just been opened: once more, then the template."""
        base = {"messaging_product": "whatsapp", "recipient_type": "individual", **_recipient(request["to"], contact)}
        sent = {**base, **message, "biz_opaque_callback_data": opaque(effect)}
        path = f"{number}/messages"
        try:
            return await line.client.post(path, sent, attempt=effect.attempt)
        except Refused as error:
            if error.code != str(WINDOW_CLOSED):
                raise
        try:
            return await line.client.post(path, sent, attempt=effect.attempt)
        except Refused as error:
            if error.code != str(WINDOW_CLOSED):
                raise
        other = _template_of(request, "Meta says so")
        context = {"biz_opaque_callback_data": opaque(effect)}
        return await line.client.post(path, {**base, **other, **context}, attempt=effect.attempt)

    async def _taken(self, answer: Any, line: Line, contact: Contact | None) -> Reply:
        """Read the answer, and keep what it tells of the person. Raises `Unknown` for one without a message's id."""
        try:
            name = str(answer["messages"][0]["id"])
            state = str(answer["messages"][0].get("message_status") or "accepted")
            told = (answer.get("contacts") or [{}])[0]
        except (KeyError, IndexError, TypeError, AttributeError):
            raise Unknown("Meta took the message without saying its id", code="no_id") from None
        try:  # the message is out: what cannot be kept now is learnt from its statuses
            who = Identity(bsuid=told.get("user_id") or None, phone=phone_of(str(told.get("wa_id") or "")))
            if who.known:
                contact = await line.contacts.learn(who)
            await self._messages.accepted(name, None if contact is None else contact.id)
        except (Unavailable, ValueError):
            pass
        return reply(name, state, None if contact is None else contact.id, by="answer")


def _template_of(request: dict[str, Any], why: str) -> dict[str, Any]:
    """The message's template. Raises `Refused` when it has none."""
    if request.get("template") is None:
        raise Refused(f"the conversation is closed ({why}), and the message names no template", code=CLOSED)
    return {"type": "template", "template": request["template"]}


def _recipient(to: str, contact: Contact | None) -> dict[str, str]:
    """Whom it goes to: all that is known, the phone with `+`, for without it Meta may put its own country before."""
    bsuid = contact.bsuid if contact is not None else (to if is_bsuid(to) else None)
    phone = contact.phone if contact is not None else phone_of(to)
    if not bsuid and not phone:
        raise Refused("this contact has neither a phone nor a business-scoped id at WhatsApp", code="no_recipient")
    return ({"to": f"+{phone}"} if phone else {}) | ({"recipient": bsuid} if bsuid else {})
