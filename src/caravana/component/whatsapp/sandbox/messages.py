"""What the number sends: taken or refused, put into the person's chat, and followed by its statuses."""

import re
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from caravana.component.whatsapp.sandbox.checks import MEDIA, check
from caravana.component.whatsapp.sandbox.people import Chat, Person, Said
from caravana.component.whatsapp.sandbox.wire import Asked, GraphError, invalid, missing, unknown

if TYPE_CHECKING:
    from caravana.component.whatsapp.sandbox.sandbox import MetaSandbox

BSUID = re.compile(r"[A-Z]{2}\.[A-Za-z0-9]+")
_PHONE = re.compile(r"\+?\d{6,15}")
OPAQUE_MOST = 512
RANK = {"sent": 0, "delivered": 1, "read": 2, "played": 3}


@dataclass
class StatusPlan:
    """What becomes of a message: `steps` are (status, seconds after it was sent), in the order in which they are told.

    `error`: code of a `failed`; `times`: how often each is told.
    """

    steps: list[tuple[str, float]] = field(default_factory=list)
    error: int = 131026
    times: int = 1


class Messages:
    """The sending side of the number."""

    def __init__(self, sandbox: "MetaSandbox") -> None:
        """`sandbox`: whose it is."""
        self._sandbox = sandbox
        self.plans: dict[str, StatusPlan] = {}
        """By phone; the others go by the account's delays."""
        self.held: set[str] = set()
        """Phones of people to whom pair-rate errors come at once."""
        self._count = 0

    def calls(self) -> dict[tuple[str, str, str], Any]:
        """Return what may be asked."""
        return {
            ("number", "messages", "POST"): self._post,
            ("number", "message_history", "GET"): self._history,
        }

    async def _post(self, asked: Asked) -> dict[str, Any]:
        if asked.text("messaging_product") != "whatsapp":
            raise invalid("The parameter messaging_product is required.")
        if asked.values.get("status") is not None:
            return self._mark_read(asked)
        person = self._recipient(asked)
        kind = asked.text("type") or "text"
        content = self._content(kind, asked)
        self._budgets(person)
        if kind == "template":
            content = self._sandbox.templates.filled(
                asked.values.get("template") or {}, by_phone=bool(asked.text("to"))
            )
        await self._files(kind, content)
        return await self._take(asked, person, kind, content)

    def _recipient(self, asked: Asked) -> Person:
        to, recipient = asked.text("to"), asked.text("recipient")
        if asked.text("recipient_type") not in ("", "individual"):
            raise invalid("recipient_type must be individual")
        if not to and not recipient:
            raise missing("to")
        if to and not _PHONE.fullmatch(to):
            raise invalid(f"'{to}' is no phone number; a business-scoped user ID belongs into recipient")
        if recipient and not BSUID.fullmatch(recipient):
            raise invalid(f"'{recipient}' is no business-scoped user ID")
        account = self._sandbox.account
        if to.removeprefix("+") == account.number:
            raise GraphError(131021, "Recipient cannot be sender", "Sender and recipient are the same")
        allowed = [one.strip().removeprefix("+") for one in account.allowed.split(",") if one.strip()]
        person = self._sandbox.people.find(to or recipient)
        phone = to.removeprefix("+") or (person.phone if person is not None else "")
        if allowed and phone not in allowed:
            raise GraphError(131030, "Recipient phone number not in allowed list")
        if person is None and not to:
            raise GraphError(131026, "Message undeliverable", "The user is not known to this business")
        return person or self._sandbox.people.meet(to)

    def _content(self, kind: str, asked: Asked) -> dict[str, Any]:
        if len(asked.text("biz_opaque_callback_data")) > OPAQUE_MOST:
            raise invalid("biz_opaque_callback_data is too long")
        context = asked.values.get("context")
        if context is not None and not (isinstance(context, dict) and isinstance(context.get("message_id"), str)):
            raise invalid("context must have a message_id")
        if (
            context is not None
            and self._sandbox.account.strict_ids
            and not self._sandbox.people.message(context["message_id"])
        ):
            raise unknown(context["message_id"])
        if kind == "template":
            if not isinstance(asked.values.get("template"), dict):
                raise missing("template")
            return {}
        return check(kind, asked.values)

    def _budgets(self, person: Person) -> None:
        account = self._sandbox.account
        if not self._sandbox.throughput.take("number", account.throughput):
            details = "Message failed to send because there were too many messages sent from this phone number"
            raise GraphError(130429, "Rate limit hit", details, status=account.rate_status)
        pair = self._sandbox.pairs.take(person.phone, account.pair_burst, account.pair_every)
        if person.phone in self.held or not pair:
            details = (
                "Message failed to send because there were too many messages sent from this phone number "
                "to the same phone number in a short period of time."
            )
            title = "(Business Account, Consumer Account) pair rate limit hit"
            raise GraphError(131056, title, details, status=account.rate_status)

    async def _files(self, kind: str, content: dict[str, Any]) -> None:
        """Look at the file that a message names, or fetch it."""
        if kind not in MEDIA:
            return
        if content.get("id"):
            media = self._sandbox.files.get(str(content["id"]))
            if media is None:
                raise GraphError(131009, "Parameter value is not valid", f"Media ID {content['id']} does not exist")
            return
        if self._sandbox.account.fetch:
            fetched = await self._sandbox.fetcher.fetch(str(content["link"]))
            if fetched.problem:
                raise GraphError(
                    131053, "Media upload error", f"Downloading media from weblink failed: {fetched.problem}"
                )

    async def _take(self, asked: Asked, person: Person, kind: str, content: dict[str, Any]) -> dict[str, Any]:
        sandbox, now = self._sandbox, self._sandbox.clock.now()
        chat = sandbox.people.chat(asked.node, person)
        closed = kind != "template" and not self.is_open(chat)
        shut = GraphError(
            131047, "Re-engagement message", "More than 24 hours have passed since the customer last replied"
        )
        if closed and not sandbox.account.window_as_status:
            raise shut
        said = Said(self._name(), True, kind, content, now, opaque=asked.text("biz_opaque_callback_data") or None)
        said.reply_to = (asked.values.get("context") or {}).get("message_id")
        self._put(chat, said)
        sandbox.effects["message"] += 1
        plan = self._plan(person, shut if closed else None)
        sandbox.background(self._follow(chat, said, plan))
        return self._answer(asked, person, said)

    def _put(self, chat: Chat, said: Said) -> None:
        chat.typing_until = None
        if said.type == "reaction":
            target = chat.find(said.content["message_id"])
            if target is not None:
                target.reaction = said.content["emoji"]
        chat.said.append(said)

    def is_open(self, chat: Chat) -> bool:
        """Whether free words may be sent."""
        life = timedelta(seconds=self._sandbox.account.window)
        return chat.heard is not None and self._sandbox.clock.now() - chat.heard < life

    def _plan(self, person: Person, error: GraphError | None) -> StatusPlan:
        account = self._sandbox.account
        if error is not None:
            return StatusPlan([("failed", account.sent_after)], error.code)
        if person.phone in self.plans:
            return self.plans[person.phone]
        if person.away:
            return StatusPlan([("failed", account.sent_after)])
        steps = [("sent", account.sent_after), ("delivered", account.delivered_after)]
        if account.auto_read >= 0:
            steps.append(("read", account.delivered_after + account.auto_read))
        return StatusPlan(steps)

    async def _follow(self, chat: Chat, said: Said, plan: StatusPlan) -> None:
        clock = self._sandbox.clock
        for status, after in plan.steps:
            await clock.sleep((said.time - clock.now()).total_seconds() + after)
            for _ in range(plan.times):
                self.tell(chat, said, status, plan.error)

    def tell(self, chat: Chat, said: Said, status: str, error: int = 131026) -> None:
        """Tell a status of a message."""
        said.statuses.append(status)
        told: dict[str, Any] = {"id": said.id, "status": status, "timestamp": self._sandbox.seconds()}
        who = self._sandbox.shape(chat.person)
        if "wa_id" in who:
            told["recipient_id"] = who["wa_id"]
        if "user_id" in who:
            told["recipient_user_id"] = who["user_id"]
        if said.opaque is not None:
            told["biz_opaque_callback_data"] = said.opaque
        if status in ("sent", "delivered"):
            told["pricing"] = _pricing(said)
        if status == "failed":
            told["errors"] = [GraphError(error, TITLES.get(error, "Message undeliverable")).told()]
        account = self._sandbox.account
        with_people = status != "failed" or account.failed_with_contacts or account.pywa_mode
        self._sandbox.webhooks.whatsapp(chat.place, chat.person if with_people else None, statuses=[told])

    def _answer(self, asked: Asked, person: Person, said: Said) -> dict[str, Any]:
        to, recipient = asked.text("to"), asked.text("recipient")
        contact = {"input": to or recipient}
        if to:
            contact["wa_id"] = person.phone
        if recipient:
            contact["user_id"] = person.bsuid
        message = {"id": said.id}
        if said.type == "template":
            message["message_status"] = "accepted"
        return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [message]}

    def _mark_read(self, asked: Asked) -> dict[str, Any]:
        if asked.text("status") != "read":
            raise invalid("status must be read")
        name = asked.text("message_id")
        if not name:
            raise missing("message_id")
        found = self._sandbox.people.message(name)
        if found is None and self._sandbox.account.strict_ids:
            raise unknown(name)
        typing = asked.values.get("typing_indicator")
        if typing is not None and (not isinstance(typing, dict) or typing.get("type") != "text"):
            raise invalid("typing_indicator['type'] must be text")
        if found is not None:
            chat = found[0]
            chat.read_up_to = name
            if typing is not None:
                chat.typing_until = self._sandbox.clock.now() + timedelta(seconds=25)
        return {"success": True}

    async def _history(self, asked: Asked) -> dict[str, Any]:
        found = self._sandbox.people.message(asked.needed("message_id"))
        if found is None:
            raise unknown(asked.text("message_id"))
        events = [{"delivery_status": one} for one in found[1].statuses]
        return {"data": [{"id": found[1].id, "message_id": found[1].id, "events": {"data": events}}]}

    def _name(self) -> str:
        self._count += 1
        return f"wamid.OUT{self._count:06d}{secrets.token_hex(6).upper()}"


TITLES = {
    131047: "Re-engagement message",
    131026: "Message undeliverable",
    131049: "This message was not delivered to maintain healthy ecosystem engagement.",
    131050: "User has stopped marketing messages",
    131053: "Media upload error",
}


def _pricing(said: Said) -> dict[str, Any]:
    if said.type == "template":
        category = said.content.get("category", "UTILITY").lower()
        return {"billable": True, "pricing_model": "PMP", "type": "regular", "category": category}
    return {"billable": False, "pricing_model": "PMP", "type": "free_customer_service", "category": "service"}
