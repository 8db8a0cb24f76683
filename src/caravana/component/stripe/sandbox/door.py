"""The way in to the API: who may call, forms, idempotency keys, faults; and the way out: Stripe's headers and errors."""

import base64
import binascii
import fnmatch
import json
from collections.abc import Callable, Mapping
from email.utils import format_datetime
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from caravana.component.stripe.sandbox.form import Params, parse
from caravana.component.stripe.sandbox.idempotency import Keys
from caravana.component.stripe.sandbox.wire import ApiError, Thing, new_name

if TYPE_CHECKING:
    from caravana.component.stripe.sandbox.sandbox import StripeSandbox

Call = Callable[[Request, Params], Thing]
FAULTS = {429: ("rate_limit", "Request rate limit exceeded."), 500: ("", "An unknown error occurred")}
STATED = frozenset({200, 402, 500})
"""Answers of calls that were begun; others leave an idempotency key free."""


class Door:
    """Lets calls in, each under the faults that are switched on."""

    def __init__(self, sandbox: "StripeSandbox") -> None:
        """`sandbox`: the account."""
        self._sandbox = sandbox
        self._world = sandbox.world
        self._keys = Keys()

    def route(self, method: str, path: str, operation: str, call: Call) -> Route:
        """Return the address of one call, which `call` carries out."""

        async def endpoint(request: Request) -> Response:
            raw = await request.body()  # before a fault cuts the connection: the call may still be carried out
            name = new_name("req", 14)
            try:
                self._admit(request, operation)
                answer = await self._answer(request, operation, raw, call, name)
            except ApiError as error:
                self._sandbox.calls[operation] += 1
                answer = self._refusal(error)
            answer.headers["Request-Id"] = name
            answer.headers["Date"] = format_datetime(self._sandbox.clock.now(), usegmt=True)
            answer.headers["Stripe-Version"] = request.headers.get("stripe-version", "")
            return answer

        return Route(path, endpoint, methods=[method])

    async def _answer(self, request: Request, operation: str, raw: bytes, call: Call, name: str) -> Response:
        key = request.headers.get("idempotency-key") if request.method == "POST" else None
        if key is not None:
            kept = self._keys.begin(key, request.url.path, raw, self._sandbox.clock.now())
            if kept is not None:
                self._sandbox.calls[operation] += 1
                return _json(*kept, {"Idempotent-Replayed": "true", "Stripe-Should-Retry": "false"})

        async def act() -> Response:
            made = self._carry_out(request, raw, call, (name, key))
            if key is not None and made.status_code in STATED:
                self._keys.keep(key, made.status_code, bytes(made.body))
            await self._pay_early(operation, made)
            return made

        try:
            answer = self._dressed(await self._sandbox.perform(request, operation, act))
            if key is not None and answer.status_code == 500:
                self._keys.keep(key, 500, bytes(answer.body))
            return answer
        finally:
            if key is not None:
                self._keys.forget(key)

    def _carry_out(self, request: Request, raw: bytes, call: Call, caller: tuple[str, str | None]) -> Response:
        self._world.calendar.settle()
        self._world.caller = caller
        try:
            text = raw.decode() if request.method == "POST" else request.url.query
            values = parse(text)
            expand = values.pop("expand", [])
            if not isinstance(expand, list) or not all(isinstance(one, str) for one in expand):
                raise ApiError("Invalid array", param="expand")
            found = call(request, Params(values))
            return _json(200, json.dumps(self._world.shelf.expanded(found, expand)).encode())
        except UnicodeDecodeError:
            return self._refusal(ApiError("The request's body is no UTF-8"))
        except ApiError as error:
            return self._refusal(error)
        finally:
            self._world.caller = (None, None)

    def _admit(self, request: Request, operation: str) -> None:
        account, given = self._sandbox.account, _key(request)
        if not given:
            raise ApiError("You did not provide an API key.", status=401)
        if given not in {account.secret_key, account.restricted_key}:
            raise ApiError(f"Invalid API Key provided: {given[:8]}****{given[-4:]}", status=401)
        if given == account.restricted_key and given != account.secret_key and _denied(account.denied, operation):
            raise ApiError(
                f"The provided key '{given[:8]}****{given[-4:]}' does not have the required permissions for this endpoint.",
                status=403,
            )
        version = request.headers.get("stripe-version", "")
        if account.strict_version and version != account.strict_version:
            raise ApiError(f"Invalid Stripe API version: {version}")

    def _dressed(self, answer: Response) -> Response:
        """Put Stripe's words into the empty answer of a fault."""
        if answer.status_code < 400 or answer.body:
            return answer
        code, message = FAULTS.get(answer.status_code, ("", "Something went wrong on our side"))
        kind = "invalid_request_error" if answer.status_code == 429 else "api_error"
        error = ApiError(message, status=answer.status_code, kind=kind, code=code or None)
        made = self._refusal(error)
        if "retry-after" in answer.headers:
            made.headers["Retry-After"] = answer.headers["retry-after"]
        if self._sandbox.account.should_retry:
            made.headers["Stripe-Should-Retry"] = self._sandbox.account.should_retry
        return made

    def _refusal(self, error: ApiError) -> Response:
        headers = (
            {} if error.should_retry is None else {"Stripe-Should-Retry": "true" if error.should_retry else "false"}
        )
        return _json(error.status, json.dumps({"error": error.error}).encode(), headers)

    async def _pay_early(self, operation: str, made: Response) -> None:
        """A payer can be quicker than the answer that tells us where he pays."""
        if operation != "checkout.sessions.create" or made.status_code != 200:
            return
        session = self._sandbox.session(json.loads(bytes(made.body))["id"])
        plan = self._sandbox.webhooks.plan_for({"type": "checkout.session.completed", "data": {"object": session}})
        if plan.early:
            self._sandbox.pay(session["id"])
            await self._sandbox.webhooks.delivered()


def _key(request: Request) -> str:
    """The key of `Authorization`: a bearer's, or the name of Basic without password."""
    scheme, _, rest = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip()
    try:
        return base64.b64decode(rest, validate=True).decode().partition(":")[0] if scheme.lower() == "basic" else ""
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _denied(patterns: str, operation: str) -> bool:
    return any(fnmatch.fnmatch(operation, one.strip()) for one in patterns.split(",") if one.strip())


def _json(status: int, body: bytes, headers: Mapping[str, str] | None = None) -> Response:
    made = Response(body, status, media_type="application/json")
    made.headers.update(headers or {})
    return made
