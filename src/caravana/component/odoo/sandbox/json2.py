"""JSON-2: `POST /json/2/<model>/<method>` with named arguments, real statuses, and the bare result."""

import json
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from caravana.component.odoo.sandbox.caller import all_methods, call, check_private, find_method, signature
from caravana.component.odoo.sandbox.errors import HttpError, OdooError, UnknownModel
from caravana.component.odoo.sandbox.records import Env

if TYPE_CHECKING:
    from caravana.component.odoo.sandbox.sandbox import OdooSandbox

JSON = "application/json; charset=utf-8"
UNSUPPORTED = """<!doctype html>
<html lang=en>
<title>415 Unsupported Media Type</title>
<h1>Unsupported Media Type</h1>
<p>The Content-Type of this request is not JSON.</p>
"""
NO_DATABASE = """<!DOCTYPE html>
<title>404 Not Found</title>
<h1>Not Found</h1>
<p>No database is selected and the requested URL was not found in the server-wide controllers.</p>
"""


def routes(sandbox: "OdooSandbox") -> list[Route]:
    """Return the addresses of JSON-2 and of its documentation."""
    answers = Json2(sandbox)
    return [
        Route("/json/2/{model}/{method}", answers.post, methods=["POST"]),
        Route("/json/2/{model}/{method}", answers.get, methods=["GET", "PUT", "PATCH", "DELETE"]),
        Route("/doc-bearer/{name}.json", answers.document, methods=["GET"]),
    ]


def reply(result: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return `result` as JSON."""
    body = json.dumps(result, ensure_ascii=False, default=str).encode()
    return Response(body, status, headers={"Content-Type": JSON, **(headers or {})})


def error_body(error: OdooError) -> dict[str, Any]:
    """Return the JSON form of an error, shared with JSON-RPC."""
    return {
        "name": error.name,
        "message": error.message,
        "arguments": error.arguments,
        "context": {},
        "debug": error.debug,
    }


def refuse(error: OdooError) -> Response:
    """Return an error with its real status."""
    headers = {"WWW-Authenticate": "Bearer "} if error.status == 401 else {}
    return reply(error_body(error), error.status, headers)


class Json2:
    """The handlers, on one sandbox."""

    def __init__(self, sandbox: "OdooSandbox") -> None:
        self.sandbox = sandbox

    async def get(self, request: Request) -> Response:
        """Refuse every verb but POST."""
        return refuse(HttpError(HTTPStatus.NOT_FOUND, "Did you mean POST /json/2/<model>/<method>?"))

    async def post(self, request: Request) -> Response:
        """Run one call."""
        body = await request.body()
        operation = f"{request.path_params['model']}.{request.path_params['method']}"

        async def answer(started: datetime) -> Response:
            return self.refused_early(request) or await self._call(request, body, operation, started)

        return await self.sandbox.operate(request, operation, answer)

    def refused_early(self, request: Request) -> Response | None:
        """Return the HTML refusals, which come before anything is looked at: wrong database, no JSON."""
        database = request.headers.get("x-odoo-database")
        if database and database != self.sandbox.database:
            return HTMLResponse(NO_DATABASE, 404)
        kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
        return None if kind == "application/json" else HTMLResponse(UNSUPPORTED, 415)

    def authenticate(self, request: Request) -> int:
        """Return the user of the bearer key; HttpError 401 without one, or when it is unknown or expired."""
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not key:
            text = "User not authenticated, use an API Key with a Bearer Authorization header."
            raise HttpError(HTTPStatus.UNAUTHORIZED, text)
        uid = self.sandbox.credentials.by_key(key.strip(), self.sandbox.clock.now())
        if uid is None:
            raise HttpError(HTTPStatus.UNAUTHORIZED, "Invalid apikey")
        return uid

    async def _call(self, request: Request, body: bytes, operation: str, started: datetime) -> Response:
        try:
            uid = self.authenticate(request)
            given = parse(body)
            context = given.pop("context", None) or {}
            names = request.path_params["model"], request.path_params["method"]
            work = lambda env: run(env, *names, given)  # noqa: E731 -- a closure of one line
            return reply(await self.sandbox.call(operation, uid, started, work, context))
        except OdooError as error:
            return refuse(error)

    async def document(self, request: Request) -> Response:
        """Return fields and methods of a model, or the list of models."""
        try:
            self.authenticate(request)
            name = request.path_params["name"]
            if name == "index":
                return reply({"models": [{"model": one} for one in sorted(self.sandbox.store.models)]})
            return reply(describe(self.sandbox, name))
        except UnknownModel as error:
            return refuse(HttpError(HTTPStatus.NOT_FOUND, error.message))
        except OdooError as error:
            return refuse(error)


def parse(body: bytes) -> dict[str, Any]:
    """Return the named arguments of a body; HttpError 400 when it is not a JSON object."""
    try:
        given = json.loads(body)
    except ValueError as error:
        raise HttpError(HTTPStatus.BAD_REQUEST, f"could not parse the body as json: {error}") from error
    if not isinstance(given, dict) or not isinstance(given.get("context") or {}, dict):
        raise HttpError(HTTPStatus.BAD_REQUEST, "the body and its context must be json objects")
    return given


def run(env: Env, model_name: str, method_name: str, given: dict[str, Any]) -> Any:
    """Find the method, bind its named arguments and call it. HttpError 404 and 422 for what does not fit."""
    try:
        model = env.store.model(model_name)
    except UnknownModel:
        raise HttpError(HTTPStatus.NOT_FOUND, f"the model '{model_name}' does not exist") from None
    check_private(model_name, method_name)
    method = find_method(model, method_name)
    if method is None:
        raise HttpError(HTTPStatus.NOT_FOUND, f"The method '{model_name}.{method_name}' does not exist")
    ids = given.pop("ids", None)
    if method.on_model and ids:
        raise HttpError(HTTPStatus.UNPROCESSABLE_ENTITY, f"cannot call {model_name}.{method_name} with ids")
    try:
        bound = signature(method).bind(**given)
    except TypeError as error:
        raise HttpError(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)) from error
    return call(env, model, method, [ids] if isinstance(ids, int) else ids or [], bound)


def describe(sandbox: "OdooSandbox", name: str) -> dict[str, Any]:
    """Return the documentation of one model: its fields, and its methods with the names of their arguments."""
    model = sandbox.store.model(name)
    methods = {
        key: {
            "parameters": {one: {} for one in signature(method).parameters},
            "api": ["model"] if method.on_model else [],
        }
        for key, method in all_methods(model).items()
    }
    shown = {key: {"type": one.type, "string": one.string} for key, one in model.fields.items()}
    return {"model": name, "name": model.description, "fields": shown, "methods": methods}
