"""A company to talk with: a hub with the conversation flow between the imitations of Odoo and Meta, all on this machine.

`caravana chat` is a person at its phone; transcripts are tests of it: see `caravana.testing.transcript`.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from caravana.component.odoo.sandbox import OdooSandbox
from caravana.component.odoo.sandbox.seed import Setup
from caravana.component.whatsapp.sandbox import FIELDS, Account, MetaSandbox
from caravana.component.whatsapp.sandbox.customer import Customer, choices
from caravana.component.whatsapp.sandbox.people import Said
from caravana.component.whatsapp.sandbox.visitor import Visitor
from caravana.component.whatsapp.sandbox.webhook import PAGE, WHATSAPP
from caravana.engine.configuration import Configuration
from caravana.engine.hub import Hub
from caravana.kit.clock import Clock, SystemClock
from caravana.kit.serving import serve
from caravana.testing.company import Door, hub_of

KEY = "fedcba9876543210fedcba9876543210fedcba98"
"""Of the imitation of Odoo."""
PHONE = "593990000009"
PATIENCE = 20.0
"""Seconds within which an answer must come."""
PAUSE = 0.02


@dataclass
class Talk:
    """A company with its imitations, and what customers do."""

    odoo: OdooSandbox
    meta: MetaSandbox
    hub: Hub

    def customer(self, phone: str = PHONE, name: str = "Ana", number: str = "") -> Customer:
        """Return a customer with a phone; `number`: id of the number that they talk with, if not the company's first."""
        return self.meta.customer(phone, name, number)

    def visitor(self, phone: str = PHONE, name: str = "Ana") -> Visitor:
        """Return a person on the company's page; needs a connection `facebook`."""
        return self.meta.visitor(phone, name)

    async def ready(self) -> None:
        """Wait until the products can be searched."""
        while await self.hub.store.get("goods", "odoo|") is None:  # noqa: ASYNC110 -- the hub tells nobody
            await asyncio.sleep(PAUSE)

    async def rest(self) -> None:
        """Wait until nothing is under way, at Meta and in the hub."""
        async with asyncio.timeout(PATIENCE):
            while True:
                pending = [one for one in self.meta.webhooks.deliveries if one.answered is None]
                if not pending and await self._is_idle():
                    return
                await asyncio.sleep(PAUSE)

    async def _is_idle(self) -> bool:
        rows = await self.hub.journal.query(
            "select count(*) as n from exchange where state in ('ready', 'running') and route like 'talk%'", {}
        )
        return int(rows[0]["n"]) == 0

    async def answer(self, customer: Customer | Visitor, count: int) -> list[Said]:
        """Wait until all is done, and return what the customer received after the first `count` messages."""
        await self.rest()
        return customer.received[count:]


def configured(
    odoo: str, meta: str, meta_settings: Mapping[str, str], journal: str, url: str, **more: Any
) -> dict[str, Any]:
    """Return the configuration of the company; `more`: further parts of it, `settings`, `branches` and the like."""
    given = dict(more)
    connections = {
        "odoo": {"url": odoo, "database": "demo", "apiKey": KEY, "login": "integracion", "rate": 1000, "settle": "1s"},
        "whatsapp": {"url": meta, "timeout": "5s", "pairBurst": 45, **meta_settings, **given.pop("whatsapp", {})},
        **given.pop("connections", {}),
    }
    return {
        "journal": journal,
        "listener": {"public_url": url},
        "connections": connections,
        "flows": ["conversation"],
        **given,
    }


@asynccontextmanager
async def open_talk(
    folder: Path,
    clock: Clock | None = None,
    *,
    account: Mapping[str, Any] | None = None,
    page: bool = False,
    setup: Setup | None = None,
    **more: Any,
) -> AsyncIterator[Talk]:
    """Run the company while the block runs.

    `account`: switches of Meta's imitation; `setup`: what Odoo's holds from the start; `page`: with a Facebook page too;
    `more`: parts of the configuration.
    """
    door = Door()
    time = clock or SystemClock()
    switches = {"sent_after": 0.01, "delivered_after": 0.02, "fetch": False, **(account or {})}
    odoo = OdooSandbox(database="demo", clock=time, setup=setup or Setup())
    meta = MetaSandbox(account=Account(**switches), clock=time)
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(serve(door))
        odoo_url = await stack.enter_async_context(serve(odoo.app()))
        meta_url = await stack.enter_async_context(serve(meta.app()))
        stack.push_async_callback(meta.close)
        journal = f"sqlite:///{folder / 'caravana.db'}"
        if page:
            facebook = {"url": meta_url, "timeout": "5s", **meta.connections()["facebook"]}
            more["connections"] = {"facebook": facebook, **more.get("connections", {})}
        written = configured(odoo_url, meta_url, meta.connection(), journal, url, **more)
        hub = door.hub = hub_of(Configuration.model_validate(written), clock)
        await stack.enter_async_context(hub)
        await _subscribe(meta, WHATSAPP, f"{url}/whatsapp/whatsapp", meta.account.waba_id)
        if page:
            await _subscribe(meta, PAGE, f"{url}/facebook/facebook", meta.account.page_id)
        talk = Talk(odoo, meta, hub)
        await talk.ready()
        yield talk


async def _subscribe(meta: MetaSandbox, what: str, url: str, owner: str) -> None:
    """The app gets what happens there."""
    await meta.webhooks.subscribe(what, url, meta.account.verify_token, FIELDS[what])
    meta.webhooks.subscribed[owner] = ""


def lines_of(said: Said) -> list[str]:
    """Return a message of the company as lines of text: its words, then what may be chosen as `[Title] description`."""
    content = said.content
    texts = [content.get("caption"), content.get("body") if said.type in ("text", "template") else None]
    if said.type == "interactive":
        header = content.get("header") or {}
        texts += ["(photo)" if header.get("type") == "image" else None, (content.get("body") or {}).get("text")]
        action = content.get("action") or {}
        if content.get("type") == "cta_url":
            texts.append(f"[{action['parameters']['display_text']}] {action['parameters']['url']}")
    if said.type == "messenger":
        payload = (content.get("attachment") or {}).get("payload") or {}
        texts += [content.get("text"), payload.get("text")]
        texts += [f"[{one['title']}] {one['url']}" for one in payload.get("buttons") or () if one["type"] == "web_url"]
    if said.type in ("image", "document", "audio", "video", "sticker"):
        texts.insert(0, f"({said.type}{' ' + content['filename'] if content.get('filename') else ''})")
    made = [line for text in texts if text for line in str(text).splitlines() if line.strip()]
    return made + [f"[{one['title']}] {one['description']}".strip() for one in choices(said)]
