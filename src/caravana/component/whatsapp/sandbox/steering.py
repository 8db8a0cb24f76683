"""Steering from outside: the account's switches, plans, errors, and what was said, asked and told."""

import dataclasses
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from caravana.component.whatsapp.sandbox.customer import Customer
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
        """POST `phone`, perhaps `name`, and what the person does; `id` is answered: that of the message or comment.

        One of `text`, `tap`, `order`, `location`, `react` in WhatsApp, `messenger` (a text to the page), `press` (a choice
        of the page's), `comment` (`post`, `text`), or `silent` (so many seconds go by since they wrote last; nothing is said).
        """
        made: dict[str, str] = {}

        def say(values: dict[str, Any]) -> None:
            customer = self._sandbox.customer(str(values["phone"]), str(values.get("name", "")))
            made["id"] = self._said(customer, values)

        answer = await self._changing(request, say)
        return JSONResponse(made) if made else answer

    def _said(self, customer: Customer, values: dict[str, Any]) -> str:
        """Do what the person does; returns the id of what is said. Raises `KeyError`, `TypeError`, `ValueError`."""
        match values:
            case {"text": text}:
                return customer.text(str(text))
            case {"tap": title}:
                return customer.tap(str(title))
            case {"order": items}:
                return customer.order(list(items), str(values.get("note", "")))
            case {"location": place}:
                return customer.location(**place)
            case {"messenger": text}:
                return self._sandbox.messenger.say(customer.person, str(text))
            case {"press": title}:
                return self._sandbox.visitor(customer.person.phone).tap(str(title))
            case {"comment": {"post": post, "text": text}}:
                return self._sandbox.pages.comment(str(post), str(text), customer.person).id
            case {"silent": seconds}:
                customer.chat.heard = self._sandbox.clock.now() - timedelta(seconds=float(seconds))
                return ""
            case _:
                return customer.react(**values["react"])

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
