"""Operations around a record: attachments, notes, activities."""

import base64
import binascii
import hashlib
import html as escaping
from typing import Any

from caravana.component.odoo.access import refuse_forbidden
from caravana.component.odoo.client import OdooClient
from caravana.component.odoo.loading import Item, external_id_from_key, external_id_of, load_once
from caravana.component.odoo.operation import Operation, Request, needed, reference
from caravana.component.odoo.values import as_ids, as_mapping
from caravana.kit.effect import Effect, Kind, Reply, imagined_id
from caravana.kit.errors import NeedsPerson, Refused
from caravana.kit.exchange import Exchange

MODEL_APPS = {
    "account.move": "account",
    "account.payment": "account",
    "product.product": "product",
    "product.template": "product",
    "res.partner": "base",
    "sale.order": "sale",
    "stock.picking": "stock",
}
"""Model: the app under whose name Odoo gives it an external id (`sale.model_sale_order`)."""

INTERNAL = "mail.mt_note"
"""Odoo's subtype of a note that nobody gets by mail."""


class Attach(Operation):
    """Files on a record, each once: what is there with the same name and content is not uploaded again."""

    kind = Kind.VERIFIABLE
    steps = 2
    body = "{id, files: [{name, content, mimetype}]}; content is bytes or base64 text"
    reply = "{ids}, attachments in the order of the files"

    def request(self, exchange: Exchange) -> Request:
        """Return record and files, content as base64 with its SHA-1 (Odoo's `checksum`)."""
        body = as_mapping(exchange.body)
        files = body.get("files") or [{key: body.get(key) for key in ("name", "content", "mimetype")}]
        return {"id": as_ids(needed(body, "id"))[0], "files": [_file(as_mapping(one)) for one in files]}

    async def send(self, client: OdooClient, request: Request, effect: Effect) -> Reply:
        """Upload what is missing, in one call."""
        there = await self._there(client, request)
        missing = [one for one in request["files"] if _mark(one) not in there]
        if missing:
            rows = [self._row(request["id"], one) for one in missing]
            ids = await client.call("ir.attachment", "create", {"vals_list": rows})
            there.update({_mark(one): number for one, number in zip(missing, ids, strict=True)})
        return _attached(request, there)

    def would(self, request: Request, effect: Effect) -> Reply:
        """Return ids of no attachments."""
        return Reply({"ids": [imagined_id(effect, number) for number in range(len(request["files"]))]})

    async def verify(self, client: OdooClient, request: Request, effect: Effect) -> Reply | None:
        """Return the reply when every file is on the record."""
        there = await self._there(client, request)
        return _attached(request, there) if all(_mark(one) in there for one in request["files"]) else None

    async def _there(self, client: OdooClient, request: Request) -> dict[tuple[str, str], int]:
        sums = sorted({one["checksum"] for one in request["files"]})
        domain = [["res_model", "=", self.model], ["res_id", "=", request["id"]], ["checksum", "in", sums]]
        arguments = {"domain": domain, "fields": ["name", "checksum"], "order": "id desc"}
        found = await client.ask("ir.attachment", "search_read", arguments)
        return {(one["name"], one["checksum"]): one["id"] for one in found}

    def _row(self, record: int, one: dict[str, Any]) -> dict[str, Any]:
        row = {"name": one["name"], "datas": one["datas"], "res_model": self.model, "res_id": record}
        return {**row, "mimetype": one["mimetype"]} if one["mimetype"] else row


class Note(Operation):
    """An internal note on a record. Odoo cannot tell a second one from a first, unless it is `marked`."""

    kind = Kind.BLIND
    body = "{id, body, html?, attachment_ids?, subtype?}"
    reply = "{id} of the message"

    def kind_of(self, request: Request) -> Kind:
        """Return verifiable when the note carries the effect's key."""
        return Kind.VERIFIABLE if self.options.marked else Kind.BLIND

    def request(self, exchange: Exchange) -> Request:
        """Return record, text and attachments."""
        body = as_mapping(exchange.body)
        return {
            "id": as_ids(needed(body, "id"))[0],
            "body": str(needed(body, "body")),
            "html": bool(body.get("html", False)),
            "attachment_ids": as_ids(body.get("attachment_ids") or []),
            "subtype": str(body.get("subtype") or INTERNAL),
        }

    async def send(self, client: OdooClient, request: Request, effect: Effect) -> Reply:
        """Post the note."""
        text, html = self._text(request, effect)
        arguments: dict[str, Any] = {"body": text, "subtype_xmlid": request["subtype"]}
        if html:
            arguments["body_is_html"] = True
        if request["attachment_ids"]:
            arguments["attachment_ids"] = request["attachment_ids"]
        row = self._row(request, effect, text)
        answer = await client.call(self.model, "message_post", arguments, ids=[request["id"]], row=row)
        ids = as_ids(answer)
        return Reply({"id": ids[0]}, reference=reference("mail.message", ids))

    def _text(self, request: Request, effect: Effect) -> tuple[str, bool]:
        """Return what is posted, and whether it is HTML. The mark stands below an internal note.

        Of a message that others get it is a class, which Odoo keeps and finds and nobody reads.
        """
        text, html = request["body"], request["html"]
        if not self.options.marked:
            return text, html
        if request["subtype"] == INTERNAL:
            return text + ("<br/>" if html else "\n") + _key_mark(effect), html
        tag, inner = ("div", text) if html else ("p", _lines(text))
        return f'<{tag} class="{_key_mark(effect)}">{inner}</{tag}>', True

    def _row(self, request: Request, effect: Effect, text: str) -> dict[str, str] | None:
        """Return the note as a row of `load`, by which several go out as one; None for one that must be posted.

        Posting sends mails and takes files along; an internal note has neither.
        """
        if not self.options.marked or request["attachment_ids"] or request["subtype"] != INTERNAL:
            return None
        return {
            "id": external_id_from_key(f"note_{effect.key}", self.settings.external_module),
            "model": self.model,
            "res_id": str(request["id"]),
            "body": text if request["html"] else f"<p>{_lines(text)}</p>",
            "message_type": "notification",
            "subtype_id/id": INTERNAL,
        }

    def would(self, request: Request, effect: Effect) -> Reply:
        """Return the id of no message."""
        return Reply({"id": imagined_id(effect)})

    async def verify(self, client: OdooClient, request: Request, effect: Effect) -> Reply | None:
        """Search the record's messages for the key."""
        domain = [["model", "=", self.model], ["res_id", "=", request["id"]], ["body", "ilike", _key_mark(effect)]]
        ids = await client.ask("mail.message", "search", {"domain": domain, "limit": 1})
        return Reply({"id": ids[0]}, reference=reference("mail.message", ids)) if ids else None


class Activity(Operation):
    """A task for a person on a record, made once by external id."""

    kind = Kind.IDEMPOTENT
    steps = 5
    body = "{id, summary, note?, user_id?, date_deadline?, activity_type?, external_id?}"
    reply = "{id, external_id} of the activity"

    def request(self, exchange: Exchange) -> Request:
        """Return record and values; `activity_type` is an id or an external id, by default Odoo's to-do."""
        body = as_mapping(exchange.body)
        values = {key: body[key] for key in ("note", "user_id", "date_deadline") if body.get(key)}
        name = body.get("external_id")
        return {
            "id": as_ids(needed(body, "id"))[0],
            "external_id": external_id_of(str(name), self.settings.external_module) if name else None,
            "values": {
                "summary": str(needed(body, "summary")),
                "activity_type_id": body.get("activity_type") or "mail.mail_activity_data_todo",
                **values,
            },
        }

    async def send(self, client: OdooClient, request: Request, effect: Effect) -> Reply:
        """Load the activity."""
        key = external_id_from_key(effect.key, self.settings.external_module)
        values = {**await self._place(client), "res_id": request["id"], **request["values"]}
        item = Item(request["external_id"] or key, values)
        try:
            ids = await load_once(client, "mail.activity", [item], self.clock)
        except Refused:
            await refuse_forbidden(client, self.model, "write")
            raise
        return Reply({"id": ids[0], "external_id": item.external_id}, reference=reference("mail.activity", ids))

    async def _place(self, client: OdooClient) -> dict[str, Any]:
        """Return the column that names the model: by external id where that is known, for only administrators read ir.model."""
        if self.model in MODEL_APPS:
            return {"res_model_id/id": f"{MODEL_APPS[self.model]}.model_{self.model.replace('.', '_')}"}
        found = await client.ask("ir.model", "search", {"domain": [["model", "=", self.model]], "limit": 1})
        if not found:
            raise NeedsPerson(f"Odoo has no model `{self.model}`", code="model")
        return {"res_model_id/.id": found[0]}

    def would(self, request: Request, effect: Effect) -> Reply:
        """Return the id of no activity."""
        key = external_id_from_key(effect.key, self.settings.external_module)
        return Reply({"id": imagined_id(effect), "external_id": request["external_id"] or key})


def _file(one: dict[str, Any]) -> dict[str, Any]:
    content = needed(one, "content")
    try:
        raw = content if isinstance(content, bytes) else base64.b64decode(content, validate=True)
    except (binascii.Error, TypeError, ValueError):
        raise Refused("`content` of a file is neither bytes nor base64", code="body") from None
    return {
        "name": str(needed(one, "name")),
        "mimetype": one.get("mimetype") or "",
        "checksum": hashlib.sha1(raw, usedforsecurity=False).hexdigest(),
        "datas": base64.b64encode(raw).decode("ascii"),
    }


def _mark(one: dict[str, Any]) -> tuple[str, str]:
    return one["name"], one["checksum"]


def _attached(request: Request, there: dict[tuple[str, str], int]) -> Reply:
    ids = [there[_mark(one)] for one in request["files"]]
    return Reply({"ids": ids}, reference=reference("ir.attachment", ids))


def _lines(text: str) -> str:
    """Return plain text as HTML, line by line."""
    return "<br/>".join(escaping.escape(text, quote=False).split("\n"))


def _key_mark(effect: Effect) -> str:
    return "ref:" + external_id_from_key(effect.key, "caravana").partition(".")[2]
