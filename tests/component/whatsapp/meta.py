"""Meta's imitation on loopback, its people and templates, and the requests that foreign clients were recorded with."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from caravana.component.whatsapp.sandbox import Account, MetaSandbox
from caravana.kit.clock import ManualClock
from caravana.kit.serving import serve
from caravana.kit.signature import hmac_hex

FOLDER = Path(__file__).parents[2] / "data" / "meta"
TOKEN = "TEST_TOKEN"
SECRET = "app_secret_test"
PROOF = hmac_hex(SECRET, TOKEN.encode())
NUMBER, ACCOUNT, PAGE, CATALOG = "106540352242922", "102290129340398", "1234", "5678"
ANA = "50499990000"


def recorded(name: str) -> list[dict[str, Any]]:
    """Return the exchanges of a recorded client."""
    content: dict[str, Any] = json.loads((FOLDER / f"{name}-requests.json").read_text("utf-8"))
    exchanges: list[dict[str, Any]] = content["exchanges"]
    return exchanges


@dataclass
class Meta:
    """The imitation, where it listens, and its clock."""

    sandbox: MetaSandbox
    base: str
    clock: ManualClock
    session: aiohttp.ClientSession

    async def call(
        self, method: str, path: str, *, token: str = TOKEN, headers: dict[str, str] | None = None, **more: Any
    ) -> tuple[int, Any]:
        """Make a call to the Graph API and return status and JSON."""
        shown = {"Authorization": f"Bearer {token}"} if token else {}
        async with self.session.request(method, f"/v26.0/{path}", headers=shown | (headers or {}), **more) as answer:
            text = await answer.text()
            return answer.status, json.loads(text) if text.startswith(("{", "[")) else text

    async def pass_time(self, seconds: float) -> None:
        """Move the clock on, and let whoever slept do what they slept for."""
        await asyncio.sleep(0)
        self.clock.advance(seconds)
        for _ in range(20):
            await asyncio.sleep(0)

    async def send(self, kind: str = "text", to: str = ANA, **more: Any) -> tuple[int, Any]:
        """Send a message."""
        message = {"messaging_product": "whatsapp", "type": kind, "to": to}
        if kind == "text" and "text" not in more:
            more["text"] = {"body": "Hola"}
        return await self.call("POST", f"{NUMBER}/messages", json={**message, **more})


@asynccontextmanager
async def meta_world(**account: Any) -> AsyncIterator[Meta]:
    """Serve the imitation; links are not fetched unless `fetch` says so."""
    clock = ManualClock()
    sandbox = MetaSandbox(clock=clock, account=Account(**{"fetch": False, **account}))
    async with serve(sandbox.app()) as base, aiohttp.ClientSession(base) as session:
        yield Meta(sandbox, base, clock, session)
        await sandbox.close()


def furnish(sandbox: MetaSandbox) -> None:
    """Put there what the recorded requests name: a customer who wrote, templates, files, a post."""
    sandbox.customer(ANA, "Ana").text("Hola")
    person = sandbox.people.meet(ANA)
    person.bsuid, old = "HN.13491208655302741918", person.bsuid
    sandbox.people.chats[NUMBER, person.bsuid] = sandbox.people.chats.pop((NUMBER, old))
    sandbox.templates.add("order_update", "es", "Hola {{customer}}, su pedido {{order}} salió.")
    quick = [{"type": "QUICK_REPLY", "text": "Sí"}]
    sandbox.templates.add("invoice_ready", "es_MX", "Hola {{1}}, factura {{2}}.", buttons=quick)
    link = [{"type": "URL", "text": "Ver", "url": "https://example.com/{{1}}"}]
    document = {"format": "DOCUMENT"}
    sandbox.templates.add("invoice_ready", "es", "Hola {{1}}, factura {{2}}.", header=document, buttons=link)
    for name in ("900001", "900009"):
        sandbox.files.add(b"PNG", "image/png", name=name)
    sandbox.messages.held.add("50400000001")
    sandbox.customer("50400000001", "Rate").text("Hola")
    post = sandbox.pages
    post.posts["1234_5"] = post.posts["1234_6"] = _post(sandbox)


def _post(sandbox: MetaSandbox) -> Any:
    from caravana.component.whatsapp.sandbox.pages import Post

    now = sandbox.clock.now()
    return Post("1234_5", "x", "", now, now)
