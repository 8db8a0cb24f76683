"""The calls of the API: which part of the account answers each."""

import fnmatch
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.routing import Route

from caravana.component.stripe.sandbox.door import Call, Door
from caravana.component.stripe.sandbox.form import Params
from caravana.component.stripe.sandbox.wire import ApiError, Thing, unix

if TYPE_CHECKING:
    from caravana.component.stripe.sandbox.sandbox import StripeSandbox

KEPT_SECONDS = 30 * 86_400
"""How long events are kept."""
_QUERY = re.compile(r"""\s*metadata\[(["'])(?P<key>.+?)\1\]\s*:\s*(["'])(?P<value>.*)\3\s*""")


class Api:
    """Stripe's addresses below `/v1`."""

    def __init__(self, sandbox: "StripeSandbox") -> None:
        """`sandbox`: the account."""
        self._sandbox = sandbox
        self._world = sandbox.world
        self._route = Door(sandbox).route

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

    def _post(self, path: str, operation: str, call: Call) -> Route:
        return self._route("POST", path, operation, call)

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
