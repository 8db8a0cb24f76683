"""XML-RPC, both versions. It carries neither None nor integer keys: the call is done and committed, then answered by a fault."""

import xmlrpc.client as codec
from datetime import datetime
from typing import TYPE_CHECKING, Any
from xml.parsers.expat import ExpatError

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from caravana.component.odoo.sandbox import service
from caravana.component.odoo.sandbox.errors import AccessDenied, OdooError, ServerError

if TYPE_CHECKING:
    from caravana.component.odoo.sandbox.sandbox import OdooSandbox

XML = "text/xml; charset=utf-8"


def routes(sandbox: "OdooSandbox") -> list[Route]:
    """Return the addresses of both versions."""
    return [
        Route("/xmlrpc/2/{service}", XmlRpc(sandbox, fault_2).post, methods=["POST"]),
        Route("/xmlrpc/{service}", XmlRpc(sandbox, fault_1).post, methods=["POST"]),
    ]


def fault_2(error: OdooError) -> codec.Fault:
    """Return the fault of version 2: a number, and the text or, for escaped exceptions, the traceback."""
    text = error.debug if isinstance(error, ServerError) else error.message
    return codec.Fault(error.fault, text)


def fault_1(error: OdooError) -> codec.Fault:
    """Return the fault of version 1: everything is in the code, which is a text."""
    kind = error.name.rpartition(".")[2]
    if isinstance(error, AccessDenied):
        return _text_fault("AccessDenied", error.message)
    if isinstance(error, ServerError):
        return _text_fault(error.message, error.debug)
    return _text_fault(f"warning -- {kind}\n\n{error.message}", "")


def _text_fault(code: Any, text: str) -> codec.Fault:
    return codec.Fault(code, text)


class XmlRpc:
    """The handler, on one sandbox; `fault` makes the version's faults."""

    def __init__(self, sandbox: "OdooSandbox", fault: Any) -> None:
        self.sandbox = sandbox
        self.fault = fault

    async def post(self, request: Request) -> Response:
        """Run one call of a service."""
        name = request.path_params["service"]
        try:
            args, method = codec.loads(await request.body(), use_builtin_types=True)
        except (ExpatError, ValueError, TypeError, KeyError, codec.Error) as error:
            return _answer(self.fault(ServerError(str(error), "xml.parsers.expat.ExpatError")))

        async def answer(started: datetime) -> Response:
            try:
                result = await service.dispatch(self.sandbox, name, str(method), args, started)
                return _answer((result,))
            except OdooError as error:
                return _answer(self.fault(error))
            except TypeError as error:
                return _answer(self.fault(ServerError(str(error), "builtins.TypeError")))

        return await self.sandbox.operate(request, service.operation(name, str(method), args), answer)


def _answer(result: Any) -> Response:
    """Return the response's text; TypeError for what XML-RPC cannot carry."""
    body = codec.dumps(result, methodresponse=True, allow_none=False)
    return Response(body.encode(), headers={"Content-Type": XML})
