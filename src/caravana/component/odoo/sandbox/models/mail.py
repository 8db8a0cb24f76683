"""Chatter, activities and attachments."""

import base64
import hashlib
import html as escaping
from collections.abc import Mapping, Sequence
from typing import Any

from caravana.component.odoo.sandbox import field as f
from caravana.component.odoo.sandbox.access import check_model
from caravana.component.odoo.sandbox.errors import MissingError
from caravana.component.odoo.sandbox.model import Model
from caravana.component.odoo.sandbox.records import Env, Record, Records
from caravana.component.odoo.sandbox.writing import remove

MESSAGE = Model(
    "mail.message",
    "Message",
    {
        "subject": f.char(),
        "body": f.html("Contents"),
        "model": f.char("Related Document Model"),
        "res_id": f.integer("Related Document ID", index=True),
        "message_type": f.char("Type", default="comment"),
        "subtype_id": f.many2one("mail.message.subtype", "Subtype"),
        "is_internal": f.boolean("Employee Only"),
        "author_id": f.many2one("res.partner", "Author"),
        "mail_activity_type_id": f.many2one("mail.activity.type", "Mail Activity Type", index=True),
        "date": f.datetime_("Date", default=lambda env: env.now),
        "partner_ids": f.many2many("res.partner", "Recipients"),
        "attachment_ids": f.many2many("ir.attachment", "Attachments"),
    },
    order="id desc",
    rec_name="subject",
)
SUBTYPE = Model("mail.message.subtype", "Message subtypes", {"name": f.char("Message Type", required=True)})
ACTIVITY_TYPE = Model(
    "mail.activity.type",
    "Activity Type",
    {"name": f.char("Name", required=True), "keep_done": f.boolean("Keep Done", default=False)},
)
ACTIVITY = Model(
    "mail.activity",
    "Activity",
    {
        "summary": f.char(),
        "note": f.html(),
        "res_model_id": f.many2one("ir.model", "Document Model"),
        "res_model": f.char("Related Document Model"),
        "res_id": f.integer("Related Document ID", index=True),
        "activity_type_id": f.many2one("mail.activity.type", "Activity Type", default=lambda env: _to_do(env)),
        "date_deadline": f.date("Due Date", required=True, default=lambda env: env.today),
        "user_id": f.many2one("res.users", "Assigned to", default=lambda env: env.uid),
        "active": f.boolean("Active", default=True),
        "state": f.selection(
            "State",
            ("overdue", "Overdue"),
            ("today", "Today"),
            ("planned", "Planned"),
            ("done", "Done"),
            compute=lambda one: _deadline(one),
        ),
    },
    order="date_deadline, id",
    rec_name="summary",
)
ATTACHMENT = Model(
    "ir.attachment",
    "Attachment",
    {
        "name": f.char("Name", required=True),
        "datas": f.binary("File Content (base64)"),
        "raw": f.text("File Content (raw)", compute=lambda one: _raw(one)),
        "res_model": f.char("Resource Model"),
        "res_id": f.integer("Resource ID", index=True),
        "res_field": f.char("Resource Field"),
        "mimetype": f.char("Mime Type", default="application/octet-stream"),
        "type": f.selection("Type", ("url", "URL"), ("binary", "File"), default="binary", required=True),
        "url": f.char("Url"),
        "public": f.boolean("Is public document"),
        "access_token": f.char("Access Token"),
        "checksum": f.char("Checksum/SHA1", index=True, readonly=True),
        "file_size": f.integer("File Size", readonly=True),
        "description": f.text(),
    },
    order="id desc",
)


def _to_do(env: Env) -> int | bool:
    found = env.find_ref("mail.mail_activity_data_todo")
    return found.id if found else False


def _deadline(activity: Record) -> str:
    if not activity.active:
        return "done"
    due, today = activity.date_deadline, activity.env.today
    return "overdue" if due < today else "today" if due == today else "planned"


def _raw(attachment: Record) -> Any:
    content = base64.b64decode(attachment.datas or "")
    return content.decode(errors="replace") or False


def _prepare_message(env: Env, vals: dict[str, Any]) -> dict[str, Any]:
    """Whoever may write on a document may make a message on it; its author is the caller (documented)."""
    if vals.get("model"):
        document = env.one(str(vals["model"]), int(vals.get("res_id") or 0))
        check_model(env, document.meta, "write")
        if not document.exists:
            raise MissingError(document.meta.name, (document.id,), env.uid)
    if not vals.get("author_id"):
        vals["author_id"] = env.user.get("partner_id")
    return vals


def _prepare_attachment(env: Env, vals: dict[str, Any]) -> dict[str, Any]:
    raw = vals.pop("raw", None)
    if raw:
        vals["datas"] = base64.b64encode(str(raw).encode()).decode()
    return vals


def _digest(attachment: Record, names: set[str] | None = None) -> None:
    if names is not None and "datas" not in names:
        return
    content = base64.b64decode(attachment.datas or "")
    attachment.set(file_size=len(content), checksum=hashlib.sha1(content, usedforsecurity=False).hexdigest())


MESSAGE.prepare = _prepare_message
ATTACHMENT.prepare = _prepare_attachment
ATTACHMENT.created = _digest
ATTACHMENT.written = _digest


def _prepare_activity(env: Env, vals: dict[str, Any]) -> dict[str, Any]:
    if vals.get("res_model_id"):
        vals["res_model"] = env.one("ir.model", vals["res_model_id"]).model
    elif vals.get("res_model"):
        vals["res_model_id"] = env.by("ir.model", "model", vals["res_model"])[0].id
    document = env.one(str(vals.get("res_model")), int(vals.get("res_id") or 0))
    check_model(env, document.meta, "write")
    if not document.exists:
        raise MissingError(document.meta.name, (document.id,), env.uid)
    return vals


def _notify(activity: Record) -> None:
    """Tell the assigned user, unless it is the caller's own task."""
    if activity.get("user_id") != activity.env.uid:
        document = activity.env.browse(activity.res_model, [activity.res_id])
        body = f"<p>{activity.summary or ''}</p><div>{activity.get('note') or ''}</div>"
        message_post(document, body=body, body_is_html=True, message_type="user_notification")


ACTIVITY.prepare = _prepare_activity
ACTIVITY.created = _notify


@ACTIVITY.method
def action_done(activities: Records) -> int | bool:
    """Close the activities that are open, without a word."""
    open_ids = [one.id for one in activities if one.active]
    closed: int | bool = action_feedback(activities.env.browse("mail.activity", open_ids))
    return closed


@ACTIVITY.method
def action_feedback(activities: Records, feedback: str | bool = False) -> int | bool:
    """Close the activities: told on their documents, then kept as archived or deleted, as their type says.

    Returns the first message's id. The message holds summary, feedback, then the original note (documented).
    """
    messages = [_tell_done(one, str(feedback or "")) for one in activities]
    for one in activities:
        if one.activity_type_id and one.activity_type_id.keep_done:
            one.set(active=False)
        else:
            remove(activities.env.browse("mail.activity", [one.id]))
    return messages[0] if messages else False


def _tell_done(activity: Record, feedback: str) -> int:
    said = "<br>".join(escaping.escape(line, quote=False) for line in feedback.split("\n"))
    body = f"<div><p><span>To-Do</span> done<span>: </span><span>{activity.summary or ''}</span></p>"
    body += f"<div>{said}</div>" if feedback else ""
    note = '<div class="o_mail_note_title fw-bold">Original note:</div>'
    body += f"{note}<div>{activity.get('note')}</div></div>" if activity.get("note") else "</div>"
    document = activity.env.browse(activity.res_model, [activity.res_id])
    [message] = message_post(document, body=body, body_is_html=True, subtype_xmlid="mail.mt_activities")
    activity.env.one("mail.message", message).set(mail_activity_type_id=activity.get("activity_type_id"))
    return message


@ACTIVITY.method
def action_cancel(activities: Records) -> None:
    """Delete the activities, without a trace."""
    remove(activities)


def message_post(
    records: Records,
    body: str = "",
    subject: str | bool = False,
    message_type: str = "notification",
    subtype_xmlid: str | None = None,
    partner_ids: Sequence[int] = (),
    attachment_ids: Sequence[int] = (),
    body_is_html: bool = False,
    author_id: int | None = None,
    **more: Any,
) -> list[int]:
    """Write a note on a document; a plain body is escaped. Returns the message's id in a list, as recorded from 19.0."""
    record, env = records.one(), records.env
    subtype = env.find_ref(subtype_xmlid or "mail.mt_note")
    vals = {
        "model": records.meta.name,
        "res_id": record.id,
        "subject": subject,
        "body": body if body_is_html else escaping.escape(body, quote=False),
        "message_type": message_type,
        "subtype_id": subtype.id if subtype else False,
        "author_id": author_id or env.user.get("partner_id"),
        "partner_ids": [[6, 0, list(partner_ids)]],
        "attachment_ids": [[6, 0, sorted(attachment_ids, reverse=True)]],
    }
    return [env.create("mail.message", vals).id]


def message_subscribe(
    records: Records, partner_ids: Sequence[int] | None = None, subtype_ids: Sequence[int] | None = None
) -> bool:
    """Add followers."""
    for one in records:
        one.note(message_partner_ids=list(dict.fromkeys([*one.get("message_partner_ids"), *(partner_ids or ())])))
    return True


def message_unsubscribe(records: Records, partner_ids: Sequence[int] | None = None) -> None:
    """Remove followers; it returns nothing, which XML-RPC cannot carry."""
    for one in records:
        one.note(
            message_partner_ids=[kept for kept in one.get("message_partner_ids") if kept not in (partner_ids or ())]
        )


def _on_document(model: str, document: Record) -> list[int]:
    found = [one for one in document.env.by(model, "res_id", document.id) if not _is_hidden(one)]
    named = "model" if model == "mail.message" else "res_model"
    return [one.id for one in found if one.get(named) == document.meta.name]


def _is_hidden(record: Record) -> bool:
    """A notice to one user, or a field's own content."""
    if record.meta.name == "ir.attachment":
        return bool(record.res_field)
    return record.meta.name == "mail.message" and bool(record.message_type == "user_notification")


def thread(fields: Mapping[str, f.Field]) -> dict[str, f.Field]:
    """Return `fields` with those of a model that has a chatter."""
    return {
        **fields,
        "message_partner_ids": f.many2many("res.partner", "Followers (Partners)", copy=False),
        "message_ids": f.Field(
            "one2many", "Messages", "mail.message", compute=lambda one: _on_document("mail.message", one)[::-1]
        ),
        "activity_ids": f.Field(
            "one2many", "Activities", "mail.activity", compute=lambda one: _on_document("mail.activity", one)
        ),
        "message_attachment_count": f.integer(
            "Attachment Count", compute=lambda one: len(_on_document("ir.attachment", one))
        ),
    }


def portal(fields: Mapping[str, f.Field], path: str) -> dict[str, f.Field]:
    """Return `fields` with those of a model whose documents have a portal page under `path`."""
    return {
        **fields,
        "access_url": f.char("Portal Access URL", compute=lambda one: f"{path}/{one.id}"),
        "access_token": f.char("Security Token", copy=False),
    }


MODELS = [MESSAGE, SUBTYPE, ACTIVITY_TYPE, ACTIVITY, ATTACHMENT]
