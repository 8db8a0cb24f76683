"""The addresses beside the API: version, incoming webhooks, images and portal pages."""

import base64
import html
import struct
import zlib
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from caravana.component.odoo.sandbox import service
from caravana.component.odoo.sandbox.errors import OdooError
from caravana.component.odoo.sandbox.json2 import parse, reply
from caravana.component.odoo.sandbox.jsonrpc import web_routes
from caravana.component.odoo.sandbox.models.automations import run
from caravana.component.odoo.sandbox.records import Env
from caravana.component.odoo.sandbox.server_action import get_record

if TYPE_CHECKING:
    from caravana.component.odoo.sandbox.sandbox import OdooSandbox

PLACEHOLDER_SIZE = 6078
PORTAL = {"orders": "sale.order", "invoices": "account.move"}


def routes(sandbox: "OdooSandbox") -> list[Route]:
    """Return these addresses, as far as the version has them."""
    pages = Pages(sandbox)
    found = [
        Route("/web/hook/{uuid}", pages.hook, methods=["POST", "GET"]),
        Route("/web/image/{attachment:int}", pages.attachment, methods=["GET"]),
        Route("/web/image/{model}/{record:int}/{field}", pages.image, methods=["GET"]),
        Route("/my/{kind}/{record:int}", pages.portal, methods=["GET"]),
        *web_routes(sandbox),
    ]
    if sandbox.major >= 19:
        found += [Route(path, pages.version, methods=["GET"]) for path in ("/json/version", "/web/version")]
    return found


class Pages:
    """The handlers, on one sandbox."""

    def __init__(self, sandbox: "OdooSandbox") -> None:
        self.sandbox = sandbox

    async def version(self, request: Request) -> Response:
        """Tell the version without login and without database."""
        return await self._plain(
            request,
            "web.version",
            lambda: reply({"version_info": service.version_info(self.sandbox), "version": self.sandbox.version}),
        )

    async def _plain(self, request: Request, operation: str, make: Callable[[], Response]) -> Response:
        async def answer(started: datetime) -> Response:
            return make()

        return await self.sandbox.operate(request, operation, answer)

    async def hook(self, request: Request) -> Response:
        """Run the automation behind an incoming webhook; the address is its only secret."""
        uuid, body = request.path_params["uuid"], await request.body()

        async def answer(started: datetime) -> Response:
            rules = self.sandbox.store.tables["base.automation"].indexes["webhook_uuid"].get(uuid)
            if not rules:
                return reply({"status": "error"}, 404)
            try:
                given = parse(body) if body else dict(request.query_params)
                work = lambda env: _run_rule(env, min(rules), given)  # noqa: E731 -- a closure of one line
                await self.sandbox.call("web.hook", self.sandbox.admin_uid, started, work)
            except OdooError:
                return reply({"status": "error"}, 500)
            return reply({"status": "ok"})

        return await self.sandbox.operate(request, "web.hook", answer)

    async def attachment(self, request: Request) -> Response:
        """Serve a public attachment; for any other, the placeholder."""
        row = self.sandbox.store.tables["ir.attachment"].rows.get(request.path_params["attachment"], {})

        def make() -> Response:
            if not row.get("public"):
                return _placeholder()
            return Response(base64.b64decode(row.get("datas") or ""), media_type=row.get("mimetype"))

        return await self._plain(request, "web.image", make)

    async def image(self, request: Request) -> Response:
        """Serve the placeholder: without a session nothing else is shown, and the status is 200 all the same."""
        return await self._plain(request, "web.image", _placeholder)

    async def portal(self, request: Request) -> Response:
        """Show a document to whoever has its token; others are sent to the login page."""
        model = PORTAL.get(request.path_params["kind"])
        row = self.sandbox.store.tables[model].rows.get(request.path_params["record"], {}) if model else {}
        token = row.get("access_token")

        def make() -> Response:
            if not token or request.query_params.get("access_token") != token:
                return RedirectResponse("/web/login", 303)
            name = html.escape(str(row.get("name") or "Draft"))
            total = row.get("amount_total", 0.0)
            return HTMLResponse(f"<!DOCTYPE html><title>{name}</title><h1>{name}</h1><p>$ {total:,.2f}</p>")

        return await self._plain(request, "web.portal", make)


def _run_rule(env: Env, rule_id: int, given: dict[str, Any]) -> None:
    rule = env.one("base.automation", rule_id)
    record = get_record(env, rule.model_id.model, rule.record_getter, given)
    if record is None:
        raise OdooError("No record to run the automation on was found.")
    context = {"active_model": record.meta.name, "active_id": record.id, "active_ids": [record.id]}
    run(env.with_context(**context).browse("ir.actions.server", rule.get("action_server_ids")))


def _placeholder() -> Response:
    return Response(PLACEHOLDER, media_type="image/png")


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _make_placeholder() -> bytes:
    """Return a grey dot of a picture, made as long as Odoo's own placeholder."""
    head = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    tail = _chunk(b"IDAT", zlib.compress(b"\x00\xcc")) + _chunk(b"IEND", b"")
    filling = PLACEHOLDER_SIZE - len(head) - len(tail) - 12
    return head + _chunk(b"tEXt", b"Comment\x00" + b" " * (filling - 8)) + tail


PLACEHOLDER = _make_placeholder()
