"""Steering from outside: the account's switches, plans, errors, and what was said, asked and told."""

import dataclasses
import json
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from caravana.component.whatsapp.sandbox.messages import StatusPlan
from caravana.component.whatsapp.sandbox.webhook import DeliveryPlan

if TYPE_CHECKING:
    from caravana.component.whatsapp.sandbox.sandbox import MetaSandbox


class Steering:
    """The addresses under `/_sandbox/` that are Meta's own."""

    def __init__(self, sandbox: "MetaSandbox") -> None:
        """`sandbox`: what is steered."""
        self._sandbox = sandbox

    def routes(self) -> list[Route]:
        """Return the addresses."""
        return [
            Route("/_sandbox/account", self._set_account, methods=["POST"]),
            Route("/_sandbox/errors", self._sandbox.door.set_errors, methods=["POST"]),
            Route("/_sandbox/deliveries", self._set_plan, methods=["POST"]),
            Route("/_sandbox/deliveries", self._show_deliveries, methods=["GET"]),
            Route("/_sandbox/statuses", self._set_statuses, methods=["POST"]),
            Route("/_sandbox/templates", self._add_template, methods=["POST"]),
            Route("/_sandbox/chats", self._show_chats, methods=["GET"]),
            Route("/_sandbox/asked", self._show_asked, methods=["GET"]),
            Route("/_sandbox/say", self._say, methods=["POST"]),
        ]

    async def _set_account(self, request: Request) -> Response:
        """POST some fields of `Account`."""
        return await self._changing(request, lambda values: self._sandbox.account.change(values))

    async def _set_plan(self, request: Request) -> Response:
        """POST the fields of a `DeliveryPlan`."""

        def change(values: dict[str, Any]) -> None:
            self._sandbox.webhooks.plan = DeliveryPlan(**values)

        return await self._changing(request, change)

    async def _set_statuses(self, request: Request) -> Response:
        """POST `phone` and the fields of a `StatusPlan`: what becomes of messages to that phone."""

        def change(values: dict[str, Any]) -> None:
            phone = str(values.pop("phone")).removeprefix("+")
            steps = [(str(status), float(after)) for status, after in values.pop("steps", [])]
            self._sandbox.messages.plans[phone] = StatusPlan(steps, **values)

        return await self._changing(request, change)

    async def _add_template(self, request: Request) -> Response:
        """POST `name`, `language`, `text`, and perhaps `category`, `status`, `header`, `footer`, `buttons`."""

        def change(values: dict[str, Any]) -> None:
            self._sandbox.templates.add(values.pop("name"), values.pop("language"), values.pop("text"), **values)

        return await self._changing(request, change)

    async def _say(self, request: Request) -> Response:
        """POST `phone`, perhaps `name`, and one of `text`, `tap`, `order`, `location`, `react`: the customer does it."""
        sandbox = self._sandbox
        made: dict[str, str] = {}

        def say(values: dict[str, Any]) -> None:
            customer = sandbox.customer(str(values["phone"]), str(values.get("name", "")))
            if "text" in values:
                made["id"] = customer.text(str(values["text"]))
            elif "tap" in values:
                made["id"] = customer.tap(str(values["tap"]))
            elif "order" in values:
                made["id"] = customer.order(list(values["order"]), str(values.get("note", "")))
            elif "location" in values:
                made["id"] = customer.location(**values["location"])
            else:
                made["id"] = customer.react(**values["react"])

        answer = await self._changing(request, say)
        return JSONResponse(made) if made else answer

    async def _changing(self, request: Request, change: Any) -> Response:
        try:
            values = json.loads(await request.body())
            if not isinstance(values, dict):
                raise TypeError("send an object")
            change(values)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            return JSONResponse({"error": f"{type(error).__name__}: {error}"}, 400)
        return JSONResponse({"changed": True})

    async def _show_deliveries(self, request: Request) -> Response:
        shown = [
            {"object": one.object, "body": one.body.decode(), "answered": one.answered, "attempts": one.attempts}
            for one in self._sandbox.webhooks.deliveries
        ]
        return JSONResponse({"deliveries": shown, "silent": self._sandbox.webhooks.silent})

    async def _show_chats(self, request: Request) -> Response:
        shown = []
        for chat in self._sandbox.people.chats.values():
            said = [{**dataclasses.asdict(one), "time": one.time.isoformat()} for one in chat.said]
            shown.append({"place": chat.place, "person": dataclasses.asdict(chat.person), "said": said})
        return JSONResponse(shown)

    async def _show_asked(self, request: Request) -> Response:
        return JSONResponse(self._sandbox.door.asked)
