"""The calls of the API: who may call, forms, idempotency keys, and which part of the account answers."""

import base64
import binascii
import fnmatch
import json
import re
from collections.abc import Callable, Mapping
from email.utils import format_datetime
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from caravana.component.stripe.sandbox.form import Params, parse
from caravana.component.stripe.sandbox.idempotency import Keys
from caravana.component.stripe.sandbox.wire import ApiError, Thing, new_name, unix

if TYPE_CHECKING:
    from caravana.component.stripe.sandbox.sandbox import StripeSandbox

Call = Callable[[Request, Params], Thing]
KEPT_SECONDS = 30 * 86_400
"""How long events are kept."""
FAULTS = {429: ("rate_limit", "Request rate limit exceeded."), 500: ("", "An unknown error occurred")}
STATED = frozenset({200, 402, 500})
"""Answers of calls that were begun; others leave an idempotency key free."""
_QUERY = re.compile(r"""\s*metadata\[(["'])(?P<key>.+?)\1\]\s*:\s*(["'])(?P<value>.*)\3\s*""")


class Api:
    """Stripe's addresses below `/v1`."""

    def __init__(self, sandbox: "StripeSandbox") -> None:
        """`sandbox`: the account."""
        self._sandbox = sandbox
        self._world = sandbox.world
        self._keys = Keys()

    def routes(self) -> list[Route]:
        """Return the addresses, the more special before the general."""
        one = self._sandbox
        lists = [
            self._list("/v1/checkout/sessions", "checkout.session", "checkout.sessions", ("payment_intent", "status")),
            self._list("/v1/payment_intents", "payment_intent", "payment_intents", ("customer",)),
            self._list("/v1/charges", "charge", "charges", ("payment_intent",)),
            self._list("/v1/refunds", "refund", "refunds", ("payment_intent", "charge")),
            self._list("/v1/disputes", "dispute", "disputes", ("payment_intent", "charge")),
            self._list("/v1/payouts", "payout", "payouts", ("status",)),
            self._list("/v1/webhook_endpoints", "webhook_endpoint", "webhook_endpoints", ()),
            self._route("GET", "/v1/balance_transactions", "balance_transactions.list", self._transactions),
            self._route("GET", "/v1/events", "events.list", self._events),
            self._route("GET", "/v1/payment_intents/search", "payment_intents.search", self._search),
            self._route("GET", "/v1/balance", "balance.retrieve", lambda request, params: one.money.balance()),
            self._route("GET", "/v1/account", "account.retrieve", self._account),
        ]
        return [*lists, *self._things(), *self._changes()]

    def _things(self) -> list[Route]:
        kinds = {
            "/v1/checkout/sessions": ("checkout.session", "checkout.sessions"),
            "/v1/payment_intents": ("payment_intent", "payment_intents"),
            "/v1/charges": ("charge", "charges"),
            "/v1/refunds": ("refund", "refunds"),
            "/v1/disputes": ("dispute", "disputes"),
            "/v1/payouts": ("payout", "payouts"),
            "/v1/balance_transactions": ("balance_transaction", "balance_transactions"),
            "/v1/events": ("event", "events"),
            "/v1/webhook_endpoints": ("webhook_endpoint", "webhook_endpoints"),
        }
        return [
            self._route("GET", path + "/{id}", f"{name}.retrieve", self._getter(kind))
            for path, (kind, name) in kinds.items()
        ]

    def _changes(self) -> list[Route]:
        one, post = self._sandbox, self._post
        return [
            post("/v1/checkout/sessions", "checkout.sessions.create", self._open),
            post(
                "/v1/checkout/sessions/{id}/expire",
                "checkout.sessions.expire",
                self._of("checkout.session", one.sessions.expire),
            ),
            post(
                "/v1/checkout/sessions/{id}",
                "checkout.sessions.update",
                self._of("checkout.session", one.sessions.update),
            ),
            post(
                "/v1/payment_intents", "payment_intents.create", lambda request, params: self._intent(request, params)
            ),
            post("/v1/payment_intents/{id}/confirm", "payment_intents.confirm", self._confirm),
            post(
                "/v1/payment_intents/{id}/capture",
                "payment_intents.capture",
                self._of("payment_intent", one.intents.capture),
            ),
            post(
                "/v1/payment_intents/{id}/cancel",
                "payment_intents.cancel",
                self._of("payment_intent", one.intents.cancel),
            ),
            post("/v1/refunds", "refunds.create", lambda request, params: one.refunds.create(params)),
            post("/v1/disputes/{id}/close", "disputes.close", self._of("dispute", one.disputes.close)),
            post("/v1/disputes/{id}", "disputes.update", self._of("dispute", one.disputes.update)),
            post(
                "/v1/webhook_endpoints", "webhook_endpoints.create", lambda request, params: one.webhooks.create(params)
            ),
            post(
                "/v1/webhook_endpoints/{id}",
                "webhook_endpoints.update",
                self._of("webhook_endpoint", one.webhooks.update),
            ),
            self._route("DELETE", "/v1/webhook_endpoints/{id}", "webhook_endpoints.delete", self._delete),
        ]

    # How a call comes in and an answer goes out.

    def _post(self, path: str, operation: str, call: Call) -> Route:
        return self._route("POST", path, operation, call)

    def _route(self, method: str, path: str, operation: str, call: Call) -> Route:
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

    # Calls.

    def _getter(self, kind: str) -> Call:
        def call(request: Request, params: Params) -> Thing:
            params.finish()
            return self._world.shelf.get(kind, request.path_params["id"])

        return call

    def _of(self, kind: str, act: Callable[[Thing, Params], Thing]) -> Call:
        return lambda request, params: act(self._world.shelf.get(kind, request.path_params["id"]), params)

    def _list(self, path: str, kind: str, name: str, filters: tuple[str, ...]) -> Route:
        def call(request: Request, params: Params) -> Thing:
            wanted = {one: value for one in filters if (value := params.text(one)) is not None}
            found = self._world.shelf.listed(
                kind, params, path, lambda thing: all(thing.get(one) == value for one, value in wanted.items())
            )
            params.finish()
            return found

        return self._route("GET", path, f"{name}.list", call)

    def _open(self, request: Request, params: Params) -> Thing:
        return self._sandbox.sessions.create(params, self._base(request))

    def _intent(self, request: Request, params: Params) -> Thing:
        self._base(request)
        return self._sandbox.intents.create(params)

    def _confirm(self, request: Request, params: Params) -> Thing:
        self._base(request)
        intent = self._world.shelf.get("payment_intent", request.path_params["id"])
        return self._sandbox.intents.confirm_asked(intent, params)

    def _transactions(self, request: Request, params: Params) -> Thing:
        payout, kind, source = params.text("payout"), params.text("type"), params.text("source")
        if payout is not None:
            self._world.shelf.get("payout", payout, "payout")

        def fits(thing: Thing) -> bool:
            return (
                (payout is None or self._sandbox.money.payout_of(thing) == payout)
                and (kind is None or thing["type"] == kind)
                and (source is None or thing["source"] == source)
            )

        found = self._world.shelf.listed("balance_transaction", params, "/v1/balance_transactions", fits)
        params.finish()
        return found

    def _events(self, request: Request, params: Params) -> Thing:
        kind, kinds = params.text("type"), params.texts("types")
        params.text("delivery_success")
        if kind is not None and kinds:
            raise ApiError("You may pass either type or types, but not both.", param="types")
        wanted = [kind] if kind is not None else kinds
        oldest = unix(self._sandbox.clock.now()) - KEPT_SECONDS

        def fits(thing: Thing) -> bool:
            return thing["created"] > oldest and (
                not wanted or any(fnmatch.fnmatch(thing["type"], one) for one in wanted)
            )

        found = self._world.shelf.listed("event", params, "/v1/events", fits)
        params.finish()
        return found

    def _search(self, request: Request, params: Params) -> Thing:
        """Only equality of one metadata key; what is new is not known yet."""
        query = _QUERY.fullmatch(params.needed("query"))
        limit = params.whole("limit") or 10
        params.text("page")
        params.finish()
        if query is None:
            raise ApiError('The imitation searches metadata["key"]:"value" only.', param="query")
        known = self._world.now - self._sandbox.account.search_delay
        found = [
            one
            for one in self._world.shelf.all("payment_intent")
            if one["metadata"].get(query["key"]) == query["value"].replace('\\"', '"') and one["created"] <= known
        ]
        data = list(reversed(found))[:limit]
        return {
            "object": "search_result",
            "url": "/v1/payment_intents/search",
            "has_more": len(found) > limit,
            "next_page": None,
            "data": data,
        }

    def _account(self, request: Request, params: Params) -> Thing:
        params.finish()
        profile = {"name": self._sandbox.account.name, "url": None}
        return {"id": "acct_imitation", "object": "account", "business_profile": profile, "country": "US"}

    def _delete(self, request: Request, params: Params) -> Thing:
        params.finish()
        endpoint = self._world.shelf.get("webhook_endpoint", request.path_params["id"])
        self._world.shelf.drop(endpoint)
        return {"id": endpoint["id"], "object": "webhook_endpoint", "deleted": True}

    def _base(self, request: Request) -> str:
        """Where the pages are: what the account says, else where the call came to."""
        account = self._sandbox.account
        account.public_url = account.public_url.rstrip("/") or str(request.base_url).rstrip("/")
        return account.public_url


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
