"""Automations: which record changes cause which webhooks, and the request that Odoo sends after the commit.

One request per record and event, one after another, one second each, never repeated, unsigned, keys sorted. The payload is
read when the event happens; write_date in it has microseconds, unlike the API's (recorded exchanges i10 and i11).
"""

import asyncio
import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import aiohttp

if TYPE_CHECKING:
    from caravana.component.odoo.sandbox.records import Record

TIME_LIMIT = 1.0
"""Seconds of the machine's clock, since the receiver is real."""

AGENT = "python-requests/2.31.0"


@dataclass(frozen=True)
class Webhook:
    """One request to send: address and payload."""

    url: str
    payload: dict[str, Any]


@contextlib.contextmanager
def watch(record: "Record", changed: set[str], *, creation: bool = False) -> Iterator[None]:
    """Note the webhooks of the automations that listen to this change of `record`."""
    listening = record.env.store.listening.get(record.meta.name)
    if not listening:
        yield
        return
    rules = [one for one in record.env.browse("base.automation", listening) if one.exists]
    rules = [one for one in rules if _wants(one, record, changed, creation) and _matches(one, record, "pre", creation)]
    yield
    for rule in rules:
        if _matches(rule, record, "", creation):
            _run(rule, record)


def _wants(rule: "Record", record: "Record", changed: set[str], creation: bool) -> bool:
    trigger = rule.trigger
    if creation:
        return trigger in ("on_create", "on_create_or_write")
    if trigger not in ("on_write", "on_create_or_write"):
        return False
    watched = {one.name for one in rule.trigger_field_ids}
    return bool(watched & changed) if watched else bool(changed)


def _matches(rule: "Record", record: "Record", which: str, creation: bool) -> bool:
    from caravana.component.odoo.sandbox.domain import matches, parse_text

    text = rule.get("filter_pre_domain" if which else "filter_domain")
    if not text or (which and creation):
        return True
    return matches(record, parse_text(text))


def _run(rule: "Record", record: "Record") -> None:
    for action in rule.action_server_ids:
        if action.state == "webhook":
            record.env.transaction.after_commit(Webhook(action.webhook_url, payload(action, record)))
        else:
            from caravana.component.odoo.sandbox.server_action import run_code

            run_code(action, record)


def payload(action: "Record", record: "Record") -> dict[str, Any]:
    """Return what a webhook action tells of `record`: bare values, links as ids, and its id with any chosen field."""
    told = {"_action": f"{action.name}(#{action.id})", "_id": record.id, "_model": record.meta.name}
    chosen = {one.name: record.get(one.name) for one in action.webhook_field_ids}
    return told | ({"id": record.id} | chosen if chosen else {})


async def send(webhooks: list[Webhook]) -> int:
    """Send each in turn; a receiver that is down, slow or unwilling changes nothing. Return how many answered 2xx."""
    taken = 0
    if not webhooks:
        return taken
    limit = aiohttp.ClientTimeout(total=TIME_LIMIT)
    headers = {"User-Agent": AGENT, "Content-Type": "application/json", "Accept": "*/*"}
    async with aiohttp.ClientSession(timeout=limit, headers=headers) as session:
        for webhook in webhooks:
            with contextlib.suppress(aiohttp.ClientError, asyncio.TimeoutError):
                body = json.dumps(webhook.payload, sort_keys=True).encode()
                async with session.post(webhook.url, data=body) as answer:
                    taken += answer.ok
    return taken
