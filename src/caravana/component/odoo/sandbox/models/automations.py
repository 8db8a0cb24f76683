"""Automations and server actions: what starts a webhook, and what an incoming one does."""

import json
import uuid
from typing import Any

from caravana.component.odoo.sandbox import field as f
from caravana.component.odoo.sandbox.automation import Webhook, payload
from caravana.component.odoo.sandbox.model import Model
from caravana.component.odoo.sandbox.models.base import SYSTEM
from caravana.component.odoo.sandbox.records import Env, Record, Records
from caravana.component.odoo.sandbox.server_action import run_code
from caravana.component.odoo.sandbox.writing import remove

TRIGGERS = (
    ("on_create", "On create"),
    ("on_write", "On update"),
    ("on_create_or_write", "On create and edit"),
    ("on_unlink", "On deletion"),
    ("on_webhook", "On webhook"),
)
AUTOMATION = Model(
    "base.automation",
    "Automation Rule",
    {
        "name": f.char("Automation Rule Name", required=True),
        "model_id": f.many2one("ir.model", "Model", required=True),
        "model_name": f.char("Model Name", related="model_id.model"),
        "trigger": f.selection("Trigger", *TRIGGERS, required=True),
        "trigger_field_ids": f.many2many("ir.model.fields", "Trigger Fields"),
        "filter_domain": f.char("Apply on"),
        "filter_pre_domain": f.char("Before Update Domain"),
        "action_server_ids": f.one2many("ir.actions.server", "base_automation_id", "Actions"),
        "active": f.boolean("Active", default=True),
        "record_getter": f.char(
            "Record Getter", default="model.env[payload.get('_model')].browse(int(payload.get('_id')))"
        ),
        "webhook_uuid": f.char("Webhook UUID", index=True, copy=False),
        "url": f.char("URL", compute=lambda one: _url(one)),
    },
    rights=SYSTEM,
)
ACTION = Model(
    "ir.actions.server",
    "Server Action",
    {
        "name": f.char("Action Name", required=True),
        "model_id": f.many2one("ir.model", "Model", required=True),
        "state": f.selection(
            "Type",
            ("object_write", "Update Record"),
            ("code", "Execute Code"),
            ("webhook", "Send Webhook Notification"),
            ("multi", "Multi Actions"),
            default="object_write",
        ),
        "usage": f.char("Usage", default="ir_actions_server"),
        "code": f.text("Python Code"),
        "webhook_url": f.char("Webhook URL"),
        "webhook_field_ids": f.many2many("ir.model.fields", "Webhook Fields"),
        "webhook_sample_payload": f.text("Sample Payload", compute=lambda one: _sample(one)),
        "base_automation_id": f.many2one("base.automation", "Automation Rule"),
    },
    rights=SYSTEM,
)


def _url(rule: Record) -> str | bool:
    return f"{rule.env.store.base_url}/web/hook/{rule.webhook_uuid}" if rule.trigger == "on_webhook" else False


def _sample(action: Record) -> str | bool:
    rows = action.env.store.tables[action.model_id.model].rows
    if action.state != "webhook" or not rows:
        return False
    sample = payload(action, action.env.one(action.model_id.model, min(rows)))
    return json.dumps(sample, indent=4, sort_keys=True)


def _prepare(env: Env, vals: dict[str, Any]) -> dict[str, Any]:
    return {"webhook_uuid": str(uuid.uuid4())} | vals


def listen(rule: Record, names: set[str] | None = None) -> None:
    """Bring the list of automations that listen to each model up to date."""
    env = rule.env
    listening: dict[str, list[int]] = {}
    for one in env.all("base.automation"):
        if one.active and one.trigger != "on_webhook":
            listening.setdefault(one.model_id.model, []).append(one.id)
    env.store.listening = listening


def _before_unlink(rules: Records) -> None:
    for rule in rules:
        rule.set(active=False)
        listen(rule)
        remove(rule.env.browse("ir.actions.server", [one.id for one in rule.action_server_ids]))


@ACTION.method
def run(actions: Records) -> Any:
    """Run server actions on the context's active record; return the last one's `action`, or False."""
    env, result = actions.env, False
    for action in actions:
        ids = env.context.get("active_ids") or [env.context.get("active_id")]
        for record in env.browse(action.model_id.model, [one for one in ids if one]):
            if action.state == "webhook":
                env.transaction.after_commit(Webhook(action.webhook_url, payload(action, record)))
            else:
                result = run_code(action, record) or False
    return result


AUTOMATION.prepare = _prepare
AUTOMATION.created = listen
AUTOMATION.written = listen
AUTOMATION.before_unlink = _before_unlink
MODELS = [AUTOMATION, ACTION]
