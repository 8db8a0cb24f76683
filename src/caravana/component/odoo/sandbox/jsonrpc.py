"""JSON-RPC: `POST /jsonrpc`, always status 200, errors in the envelope; and the web client's few addresses in its form."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from caravana.component.odoo.sandbox import service
from caravana.component.odoo.sandbox.errors import OdooError
from caravana.component.odoo.sandbox.json2 import error_body, parse, refuse, reply

if TYPE_CHECKING:
    from caravana.component.odoo.sandbox.sandbox import OdooSandbox

Work = Callable[[dict[str, Any], datetime], Awaitable[Any]]


def routes(sandbox: "OdooSandbox") -> list[Route]:
    """Return the address of JSON-RPC."""
    return [Route("/jsonrpc", JsonRpc(sandbox).post, methods=["POST"])]


def web_routes(sandbox: "OdooSandbox") -> list[Route]:
    """Return the web client's addresses that public libraries use."""
    web = Web(sandbox)
    return [
        Route("/web/webclient/version_info", web.version, methods=["POST"]),
        Route("/web/session/authenticate", web.authenticate, methods=["POST"]),
        Route("/web/database/list", web.databases, methods=["POST"]),
    ]


async def envelope(sandbox: "OdooSandbox", request: Request, name: str, work: Work) -> Response:
    """Answer a JSON-RPC request with what `work` makes of its `params`."""
    try:
        given = parse(await request.body())
    except OdooError as error:
        return refuse(error)
    params = given.get("params")
    params = params if isinstance(params, dict) else {}
    args = params.get("args")
    params["args"] = args if isinstance(args, list) else []
    operation = name or service.operation(str(params.get("service")), str(params.get("method")), params["args"])

    async def answer(started: datetime) -> Response:
        told: dict[str, Any] = {"jsonrpc": "2.0", "id": given.get("id")}
        try:
            told["result"] = await work(params, started)
        except OdooError as error:
            told["error"] = {"code": 0, "message": "Odoo Server Error", "data": error_body(error)}
        return reply(told)

    return await sandbox.operate(request, operation, answer)


class JsonRpc:
    """The handler, on one sandbox."""

    def __init__(self, sandbox: "OdooSandbox") -> None:
        self.sandbox = sandbox

    async def post(self, request: Request) -> Response:
        """Run one call of a service."""
        return await envelope(self.sandbox, request, "", self._dispatch)

    async def _dispatch(self, params: dict[str, Any], started: datetime) -> Any:
        names = str(params.get("service")), str(params.get("method"))
        return await service.dispatch(self.sandbox, *names, params["args"], started)


class Web:
    """The web client's handlers, on one sandbox."""

    def __init__(self, sandbox: "OdooSandbox") -> None:
        self.sandbox = sandbox

    async def version(self, request: Request) -> Response:
        """Tell the version."""

        async def work(params: dict[str, Any], started: datetime) -> Any:
            return service.version(self.sandbox)

        return await envelope(self.sandbox, request, "web.version_info", work)

    async def databases(self, request: Request) -> Response:
        """List the databases."""

        async def work(params: dict[str, Any], started: datetime) -> Any:
            return [self.sandbox.database]

        return await envelope(self.sandbox, request, "web.databases", work)

    async def authenticate(self, request: Request) -> Response:
        """Tell who logs in; no session is kept."""

        async def work(params: dict[str, Any], started: datetime) -> Any:
            given = (str(params.get(name)) for name in ("db", "login", "password"))
            uid = service.authenticate(self.sandbox, *given)
            context = {"lang": "en_US", "tz": "America/Guayaquil", "uid": uid} if uid else {}
            told = {"uid": uid or None, "db": self.sandbox.database, "user_context": context}
            return told | {"username": params.get("login"), "server_version": self.sandbox.version}

        return await envelope(self.sandbox, request, "web.authenticate", work)
