"""Steering from outside, below `/_sandbox/`: the account's switches, notifications, and playing payer, clerk and bank."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from caravana.component.stripe.sandbox.card import Card
from caravana.component.stripe.sandbox.webhook import Plan
from caravana.component.stripe.sandbox.wire import ApiError
from caravana.kit.sandbox import read_plan

if TYPE_CHECKING:
    from caravana.component.stripe.sandbox.sandbox import StripeSandbox

Act = Callable[[dict[str, Any]], Any]


class Steering:
    """The steering addresses. Each takes a JSON object by POST."""

    def __init__(self, sandbox: "StripeSandbox") -> None:
        """`sandbox`: what is steered."""
        self._sandbox = sandbox

    def routes(self) -> list[Route]:
        """Return the addresses."""
        acts: dict[str, Act] = {
            "account": self._account,
            "endpoint": lambda given: self._sandbox.send_to(str(given["url"])),
            "notifications": self._plan,
            "roll": lambda given: {"secret": self._sandbox.webhooks.roll(float(given.get("overlap", 86_400)))},
            "pay": self._pay,
            "refund": lambda given: self._sandbox.refund_at_console(given["payment"], given.get("amount")),
            "fail_refund": self._fail_refund,
            "dispute": lambda given: self._sandbox.dispute(given["payment"], given.get("kind", "dispute")),
            "dispute_status": self._dispute_status,
            "payout": lambda given: self._sandbox.pay_out(fails=given.get("fails") is True),
        }
        listed = Route("/_sandbox/sessions", self._sessions, methods=["GET"])
        return [listed, *(Route(f"/_sandbox/{name}", _answering(act), methods=["POST"]) for name, act in acts.items())]

    def _account(self, given: dict[str, Any]) -> Any:
        self._sandbox.account.change(given)
        return {"changed": True}

    def _plan(self, given: dict[str, Any]) -> Any:
        """A plan: the usual one, or with `of` that of one type of event or one reference."""
        name = given.pop("of", None)
        plan = read_plan(Plan, given)
        if name is None:
            self._sandbox.webhooks.plan = plan
        else:
            self._sandbox.webhooks.plans[str(name)] = plan
        return {"changed": True}

    def _pay(self, given: dict[str, Any]) -> Any:
        """`request_id` and, if wished, `card` (its name in `Card`): the customer pays without a browser."""
        session = self._sandbox.pay(str(given["request_id"]), Card[given.get("card", "GOOD")])
        return {
            "status": session["status"],
            "payment_status": session["payment_status"],
            "payment": session["payment_intent"],
        }

    def _fail_refund(self, given: dict[str, Any]) -> Any:
        refund = self._sandbox.world.shelf.get("refund", given["refund"])
        self._sandbox.refunds.fail(refund)
        return refund

    def _dispute_status(self, given: dict[str, Any]) -> Any:
        dispute = self._sandbox.world.shelf.get("dispute", given["dispute"])
        self._sandbox.disputes.become(dispute, given["status"])
        return dispute

    async def _sessions(self, request: Request) -> Response:
        wanted = (
            "id",
            "client_reference_id",
            "status",
            "payment_status",
            "amount_total",
            "currency",
            "payment_intent",
            "url",
        )
        found = self._sandbox.all("checkout.session")
        return JSONResponse([{name: one[name] for name in wanted} for one in found])


def _answering(act: Act) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        try:
            given = json.loads(await request.body() or b"{}")
            if not isinstance(given, dict):
                raise ValueError("send a JSON object")
            return JSONResponse(act(given))
        except (ApiError, ValueError, KeyError, TypeError) as error:
            return JSONResponse({"error": str(error)}, 400)

    return endpoint
