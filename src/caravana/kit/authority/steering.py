"""Steering an e-invoicing company's imitation from outside: its account's switches, and how it tells of documents."""

import json
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from caravana.kit.authority.telling import Teller, TellingPlan
from caravana.kit.sandbox import read_plan
from caravana.kit.sandbox_settings import SandboxSettings


def company_routes(account: SandboxSettings, teller: Teller) -> list[Route]:
    """Return the steering addresses.

    - POST `/_sandbox/account`: some fields of `account`
    - POST `/_sandbox/notifications`: a plan (`times`, `delay`), the usual one, or with `event` that of one event
    """

    def plan(values: dict[str, Any]) -> None:
        event = values.pop("event", None)
        made = read_plan(TellingPlan, values)
        if event is None:
            teller.plan = made
        else:
            teller.plans[str(event)] = made

    return [
        Route("/_sandbox/account", _changing(account.change), methods=["POST"]),
        Route("/_sandbox/notifications", _changing(plan), methods=["POST"]),
    ]


def _changing(act: Callable[[dict[str, Any]], None]) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        try:
            values = json.loads(await request.body())
            if not isinstance(values, dict):
                raise ValueError("send a JSON object")
            act(values)
        except (ValueError, TypeError) as error:
            return JSONResponse({"error": str(error)}, 400)
        return JSONResponse({"changed": True})

    return endpoint
