"""The pages on which the payer pays and answers his bank: plain forms without script, in Spanish, readable on a phone.

The card's number is read from the form, decided upon and forgotten.
"""

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, select_autoescape
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from caravana.component.stripe.sandbox.card import Card, means_of
from caravana.component.stripe.sandbox.wire import ApiError, Thing

if TYPE_CHECKING:
    from caravana.component.stripe.sandbox.sandbox import StripeSandbox

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}
TEST_CARDS = {
    Card.GOOD: "aprobada",
    Card.DECLINED: "rechazada",
    Card.INSUFFICIENT_FUNDS: "sin fondos",
    Card.CHALLENGE: "pide la confirmación del banco",
    Card.DISPUTE: "aprobada, luego reclamada",
    Card.REFUND_FAILS: "aprobada; su devolución falla después",
    Card.REFUND_PENDING: "aprobada; su devolución tarda",
}
TEST_DEBITS = {Card.DEBIT: "se acredita después", Card.DEBIT_FAILS: "falla después"}
REFUSED = {
    "card_declined": "El banco rechazó el pago. Intente con otra tarjeta.",
    "expired_card": "La tarjeta está vencida. Intente con otra.",
    "payment_intent_authentication_failure": "El banco no pudo confirmar que es usted. Intente otra vez.",
}

_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(default=True),
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.filters["money"] = lambda units: f"{units / 100:,.2f}".translate(str.maketrans(",.", ".,"))
_templates.filters["groups"] = lambda digits: " ".join(digits[start : start + 4] for start in range(0, len(digits), 4))


class CheckoutPage:
    """The page of each session at `/c/pay/<session>`, and of a bank that asks at `/3ds/<intent>/<token>`."""

    def __init__(self, sandbox: "StripeSandbox") -> None:
        """`sandbox`: whose sessions are paid."""
        self._sandbox = sandbox

    def routes(self) -> list[Route]:
        """Return the pages' addresses."""
        return [
            Route("/c/pay/{session}", self._show, methods=["GET"]),
            Route("/c/pay/{session}", self._submit, methods=["POST"]),
            Route("/3ds/{intent}/{token}", self._ask, methods=["GET"]),
            Route("/3ds/{intent}/{token}", self._answer, methods=["POST"]),
        ]

    async def _show(self, request: Request) -> Response:
        session = self._find(request)
        return _gone() if session is None else self._page(session)

    async def _submit(self, request: Request) -> Response:
        session = self._find(request)
        if session is None:
            return _gone()
        if session["status"] != "open":
            return self._page(session)
        async with request.form() as form:
            try:
                self._act(session, form)
            except ApiError as error:
                refused = REFUSED.get(str(error.error.get("code")), REFUSED["card_declined"])
                return self._page(session, error=refused)
            except ValueError as error:
                return self._page(session, error=str(error))
        if session["status"] == "complete":
            return _back(session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"]))
        return self._page(session)

    def _act(self, session: Thing, form: FormData) -> None:
        """Raises `ApiError` when the payer is refused, `ValueError` with words for him when he mistyped."""
        match form.get("action"):
            case "yes" | "no" as answer:
                self._sandbox.sessions.answer(session, right=answer == "yes")
            case "pay" | "debit" as way:
                means = means_of(_text(form, "card" if way == "pay" else "account"))
                if means is None or (means.kind == "card") is not (way == "pay"):
                    raise ValueError("El número no es válido. Revíselo e intente otra vez.")
                self._sandbox.sessions.attempt(session, means)

    async def _ask(self, request: Request) -> Response:
        intent = self._asking(request)
        return _gone() if intent is None else _render("bank.html", 200, intent=intent)

    async def _answer(self, request: Request) -> Response:
        intent = self._asking(request)
        if intent is None:
            return _gone()
        async with request.form() as form:
            with contextlib.suppress(ApiError):  # the intent tells a wrong answer
                self._sandbox.intents.answer(intent, right=form.get("action") == "yes")
        return _back(self._sandbox.world.shelf.hidden[intent["id"]]["return_url"])

    def _asking(self, request: Request) -> Thing | None:
        self._sandbox.world.calendar.settle()
        shelf = self._sandbox.world.shelf
        try:
            intent = shelf.get("payment_intent", request.path_params["intent"])
        except ApiError:
            return None
        asks = (
            intent["status"] == "requires_action"
            and shelf.hidden[intent["id"]].get("token") == request.path_params["token"]
        )
        return intent if asks else None

    def _find(self, request: Request) -> Thing | None:
        self._sandbox.world.calendar.settle()
        try:
            return self._sandbox.world.shelf.get("checkout.session", request.path_params["session"])
        except ApiError:
            return None

    def _page(self, session: Thing, error: str = "") -> Response:
        intent = self._sandbox.sessions.intent_of(session)
        asks = intent is not None and intent["status"] == "requires_action"
        shown: dict[str, Any] = {
            "session": session,
            "items": self._sandbox.world.shelf.hidden[session["id"]]["items"],
            "shop": self._sandbox.account.name,
            "view": "result" if session["status"] != "open" else "bank" if asks else "form",
            "cards": TEST_CARDS,
            "debits": TEST_DEBITS,
        }
        return _render("checkout.html", 402 if error else 200, **shown, error=error)


def _render(template: str, status: int, **shown: Any) -> Response:
    return HTMLResponse(_templates.get_template(template).render(**shown), status, HEADERS)


def _text(form: FormData, name: str) -> str:
    value = form.get(name)
    return value.strip() if isinstance(value, str) else ""


def _back(url: str) -> Response:
    return RedirectResponse(url, 303, {"Cache-Control": "no-store"})


def _gone() -> Response:
    return _render("gone.html", 404)
