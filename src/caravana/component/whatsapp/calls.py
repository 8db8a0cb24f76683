"""The other calls: marks, files, templates, and what the hub knows of a person."""

import base64
import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from caravana.component.whatsapp import body as b
from caravana.component.whatsapp.line import LineOf
from caravana.component.whatsapp.message import Messages
from caravana.component.whatsapp.sending import WhatsappProducer
from caravana.kit.effect import Effect, Kind, Reply, imagined_id
from caravana.kit.errors import Refused, Transient
from caravana.kit.exchange import Exchange
from caravana.kit.graph.body import read_body
from caravana.kit.graph.client import Part
from caravana.kit.graph.producing import Done, Told

FIELDS = "id,name,language,category,status,components,parameter_format,rejected_reason,quality_score"
TYPING_LASTS = timedelta(seconds=25)
SETTLE = timedelta(minutes=1)
"""How long Meta may still work on a template whose answer was lost (our guess: it documents no figure)."""


class Mark(Done, WhatsappProducer):
    """Marks a message that came in, and those before it, as read; with `typing` the person sees that somebody writes."""

    kind = Kind.IDEMPOTENT

    def __init__(self, line_of: LineOf, connection: str, *, typing: bool) -> None:
        """`typing`: also show that somebody writes, for 25 seconds or until the answer."""
        super().__init__(line_of, connection)
        self._typing = typing
        self.patience = TYPING_LASTS if typing else None

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return the message's id. Raises `Refused` when the body names none."""
        read = read_body(b.MessageBody, exchange.body, "message")
        return {"message": read.message, **read.named}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Mark it."""
        line = self.line(request)
        content: dict[str, Any] = {
            "messaging_product": "whatsapp",
            "status": "read",
            "message_id": request["message"],
        }
        if self._typing:
            content["typing_indicator"] = {"type": "text"}
        await line.client.post(f"{line.number(effect.branch)}/messages", content, attempt=effect.attempt)
        return Reply()


class Upload(WhatsappProducer):
    """Gives a file to Meta, where it stays 30 days: reply with its `id`. A second one of the same does no harm."""

    kind = Kind.IDEMPOTENT

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return the file. Raises `Refused` when the body does not fit."""
        body = read_body(b.UploadBody, exchange.body)
        return {"content": body.content, "mime_type": body.mime_type, "filename": body.filename, **body.named}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Upload it. Raises `Refused` for a type or size that Meta does not take."""
        line = self.line(request)
        parts = [
            Part("messaging_product", b"whatsapp"),
            Part("type", request["mime_type"].encode()),
            Part("file", request["content"], request["filename"], request["mime_type"]),
        ]
        answer = await line.client.upload(f"{line.number(effect.branch)}/media", parts, attempt=effect.attempt)
        return Reply({"id": str(answer["id"])}, reference=str(answer["id"]))

    def would(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Return a file that is not there."""
        return Reply({"id": str(imagined_id(effect))})


class Download(WhatsappProducer):
    """Fetches a file that a person sent: its bytes become the body, with `mime_type` and `sha256` in headers."""

    kind = Kind.READ
    calls = 4

    def __init__(self, line_of: LineOf, connection: str, most: int) -> None:
        """`most`: largest file, in bytes."""
        super().__init__(line_of, connection)
        self._most = most

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return what names the file. Raises `Refused` when the body names none."""
        read = read_body(b.FileBody, exchange.body, "id")
        return {"id": read.id, "sha256": read.sha256, **read.named}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Fetch it; an address that has expired is asked for once more.

        Raises `Refused`: code `too_large`, `hash` when it is not what was sent, or Meta's own when it is gone after a week.
        """
        line = self.line(request)
        for number in (1, 2):
            described = await line.client.get(request["id"], attempt=effect.attempt)
            if int(described.get("file_size") or 0) > self._most:
                raise Refused(f"the file has {described['file_size']} bytes", code="too_large")
            try:
                answer = await line.client.download(str(described["url"]))
                break
            except Refused as error:
                if error.code != "gone" or number == 2:
                    raise
        digest = base64.b64encode(hashlib.sha256(answer.raw).digest()).decode()
        if request["sha256"] not in (None, digest):
            raise Transient("the file is not the one that was sent", code="hash")
        headers = {"Content-Type": str(described.get("mime_type") or ""), "MetaSha256": digest}
        return Reply(answer.raw, headers, reference=request["id"])


class DeleteMedia(Done, WhatsappProducer):
    """Takes a file away."""

    kind = Kind.IDEMPOTENT

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return the file's id. Raises `Refused` when the body names none."""
        read = read_body(b.FileBody, exchange.body, "id")
        return {"id": read.id, **read.named}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Delete it; one that is gone already is gone."""
        try:
            await self.line(request).client.delete(request["id"], attempt=effect.attempt)
        except Refused as error:
            if error.code not in ("33", "100"):
                raise
        return Reply()


class ListTemplates(Told, WhatsappProducer):
    """Lists the account's templates: `{id, name, language, category, status, components, named, reason}` each."""

    kind = Kind.READ

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return which. Raises `Refused` when the body does not fit."""
        read = read_body(b.TemplatesBody, exchange.body if isinstance(exchange.body, dict) else {})
        return {"status": read.status, **read.named}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Read the whole list."""
        line = self.line(request)
        asked = {"fields": FIELDS, "status": request["status"]}
        pages = line.client.pages(f"{line.settings.account}/message_templates", asked)
        return Reply([shown(one) async for page in pages for one in page])


class TemplateState(Told, WhatsappProducer):
    """Tells how a template stands: the body becomes it, or None when there is none of that name and language."""

    kind = Kind.READ

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return name and language. Raises `Refused` when the body lacks one."""
        read = read_body(b.TemplateNameBody, exchange.body)
        if read.language is None:
            raise Refused("the body needs `language`: each language is a template of its own", code="body")
        return {"name": read.name, "language": read.language, **read.named}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Ask for it."""
        found = await _find(self, request)
        return Reply(found, reference=None if found is None else found["id"])


class CreateTemplate(WhatsappProducer):
    """Hands in a template for review: reply with `id` and `status`. Meta reviews it for up to a day."""

    kind = Kind.VERIFIABLE
    settle = SETTLE

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return the template. Raises `Refused` when the body does not fit."""
        read = read_body(b.NewTemplateBody, exchange.body)
        return {**read.model_dump(exclude={"connection"}, by_alias=True), **read.named}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Hand it in. Raises `Refused` for one that does not fit, or that is there already."""
        line = self.line(request)
        content = {name: request[name] for name in ("name", "language", "category", "components")}
        content["parameter_format"] = "NAMED" if request["named"] else "POSITIONAL"
        answer = await line.client.post(f"{line.settings.account}/message_templates", content, attempt=effect.attempt)
        told = {"id": str(answer["id"]), "name": request["name"], "language": request["language"]}
        return Reply({**told, "status": answer.get("status", "PENDING")}, reference=told["id"])

    async def verify(self, request: dict[str, Any], effect: Effect) -> Reply | None:
        """Look whether it is there, by name and language."""
        found = await _find(self, request)
        if found is None:
            return None
        told = {name: found[name] for name in ("id", "name", "language", "status")}
        return Reply(told, reference=found["id"])

    def would(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Return one that waits for its review."""
        told = {"name": request["name"], "language": request["language"], "status": "PENDING"}
        return Reply({"id": str(imagined_id(effect)), **told})


class DeleteTemplate(Done, WhatsappProducer):
    """Takes a template away, in one language or in all."""

    kind = Kind.IDEMPOTENT

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return name, and language if named. Raises `Refused` when the body does not fit."""
        read = read_body(b.TemplateNameBody, exchange.body)
        return {"name": read.name, "language": read.language, **read.named}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Delete it; one that is not there is gone already."""
        line = self.line(request)
        values = {"name": request["name"]}
        if request["language"] is not None:
            found = await _find(self, request)
            if found is None:
                return Reply()
            values["hsm_id"] = found["id"]
        elif not await _all_of(self, request):
            return Reply()
        await line.client.delete(f"{line.settings.account}/message_templates", values, attempt=effect.attempt)
        return Reply()


class ContactState(Told, WhatsappProducer):
    """Tells what the hub knows of a person: `contact`, `open`, `until` (ISO text or None); None when they are not known."""

    kind = Kind.READ

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return whom. Raises `Refused` when the body names nobody."""
        read = read_body(b.WhoBody, exchange.body, "to")
        return {"to": read.to, **read.named}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Look them up."""
        line = self.line(request)
        contact = await line.contacts.find(request["to"])
        if contact is None:
            return Reply(None)
        until = contact.open_until(line.number(effect.branch))
        is_open = until is not None and line.context.clock.now() < until
        told = {"contact": contact.as_json(), "open": is_open, "until": None if until is None else until.isoformat()}
        return Reply(told)


class MessageState(Told, WhatsappProducer):
    """Tells what became of a message of ours: `state`, `history`, `contact`, `error`, `contradiction`; None: not known."""

    kind = Kind.READ

    def __init__(self, line_of: LineOf, connection: str, messages: Messages) -> None:
        """`messages`: where it is kept."""
        super().__init__(line_of, connection)
        self._messages = messages

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return the message's id. Raises `Refused` when the body names none."""
        read = read_body(b.MessageBody, exchange.body, "message")
        return {"message": read.message, **read.named}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Look it up."""
        return Reply(await self._messages.get(request["message"]), reference=request["message"])


def shown(template: Mapping[str, Any]) -> dict[str, Any]:
    """Return a template as routes have it."""
    return {
        "id": str(template.get("id")),
        "name": template.get("name"),
        "language": template.get("language"),
        "category": template.get("category"),
        "status": template.get("status"),
        "components": template.get("components") or [],
        "named": template.get("parameter_format") == "NAMED",
        "reason": template.get("rejected_reason"),
    }


async def _all_of(producer: WhatsappProducer, request: dict[str, Any]) -> list[dict[str, Any]]:
    line = producer.line(request)
    asked = {"fields": FIELDS, "name": request["name"]}
    pages = line.client.pages(f"{line.settings.account}/message_templates", asked)
    found = [shown(one) async for page in pages for one in page]
    return [one for one in found if one["name"] == request["name"]]  # Meta's `name` also finds longer names


async def _find(producer: WhatsappProducer, request: dict[str, Any]) -> dict[str, Any] | None:
    found = [one for one in await _all_of(producer, request) if one["language"] == request["language"]]
    return found[0] if found else None
