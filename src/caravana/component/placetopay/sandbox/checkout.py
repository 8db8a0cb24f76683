"""The page on which the customer pays: plain forms without script, in Spanish, readable on a phone.

The card's number is read from the form, decided upon and forgotten.
"""

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, select_autoescape
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from caravana.component.placetopay.sandbox.card import CHALLENGE_CODE, ONE_TIME_CODES, Card, Decision, decide
from caravana.component.placetopay.sandbox.session import Session
from caravana.component.placetopay.sandbox.wire import rounded

if TYPE_CHECKING:
    from caravana.component.placetopay.sandbox.sandbox import PlacetopaySandbox

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}
TEST_CARDS = {
    Card.APPROVED: "aprobada",
    Card.DINERS: "aprobada (Diners)",
    Card.CHALLENGE: f"pide el código {CHALLENGE_CODE}",
    Card.DENIED: "rechazada",
    Card.PENDING_APPROVED: "pendiente, luego aprobada",
    Card.PENDING_REJECTED: "pendiente, luego rechazada",
    Card.SLOW: "aprobada a los 3 minutos",
    Card.SMALL: "aprobada por menos de 200",
    Card.EXCEPTION: "error del procesador",
}

_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(default=True),
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.filters["money"] = lambda value: f"{value:,.2f}".translate(str.maketrans(",.", ".,"))
_templates.filters["groups"] = lambda digits: " ".join(digits[start : start + 4] for start in range(0, len(digits), 4))


class CheckoutPage:
    """The hosted page of each session at `/session/<number>/<key>`."""

    def __init__(self, sandbox: "PlacetopaySandbox") -> None:
        """`sandbox`: whose sessions are paid."""
        self._sandbox = sandbox

    def routes(self) -> list[Route]:
        """Return the page's addresses."""
        path = "/session/{request_id:int}/{key}"
        return [Route(path, self._show, methods=["GET"]), Route(path, self._submit, methods=["POST"])]

    async def _show(self, request: Request) -> Response:
        session = self._find(request)
        return _gone() if session is None else self._page(session)

    async def _submit(self, request: Request) -> Response:
        session = self._find(request)
        if session is None:
            return _gone()
        if session.final or session.running:
            return self._page(session)
        async with request.form() as form:
            return self._decide(session, form)

    def _decide(self, session: Session, form: FormData) -> Response:
        match form.get("action"):
            case "leave":
                self._sandbox.leave(session.request_id)
                return _back(session.asked.cancel_url)
            case "code" if session.challenge is not None:
                decision, value = session.challenge
                right = _text(form, "code") == CHALLENGE_CODE
                return self._attempt(session, decision if right else decision.refused(), value)
            case "pay":
                return self._pay(session, form)
        return self._page(session)

    def _pay(self, session: Session, form: FormData) -> Response:
        value = _value(session, _text(form, "amount"))
        if value is None:
            return self._page(session, error="Escriba un valor entre 0,01 y el saldo por pagar.")
        decision = decide(_text(form, "card"), value)
        if decision is None:
            return self._page(session, error="El número de tarjeta no es válido. Revíselo e intente otra vez.")
        if self._sandbox.site.otp and _text(form, "otp") not in ONE_TIME_CODES:
            decision = decision.refused()
        if decision.challenge and decision.status == "APPROVED":
            session.challenge = (decision, value)
            return self._page(session)
        return self._attempt(session, decision, value)

    def _attempt(self, session: Session, decision: Decision, value: Decimal) -> Response:
        payment = self._sandbox.attempt(session, decision, value)
        if session.final or session.running:
            return _back(session.asked.return_url) if session.asked.skip_result else self._page(session)
        if payment.status == "APPROVED":  # a part; the rest is still open
            return self._page(session)
        error = "El banco rechazó el pago. Intente con otra tarjeta."
        if payment.status == "FAILED":
            error = "El procesador no respondió y no se cobró nada. Intente otra vez."
        return self._page(session, error=error)

    def _find(self, request: Request) -> Session | None:
        session = self._sandbox.sessions.get(request.path_params["request_id"])
        if session is None or session.key != request.path_params["key"]:
            return None
        self._sandbox.settle(session)
        return session

    def _page(self, session: Session, error: str = "") -> Response:
        site = self._sandbox.site
        shown: dict[str, Any] = {"session": session, "asked": session.asked, "site": site, "error": error}
        html = _templates.get_template("checkout.html").render(
            **shown, view=_view(session), cards=TEST_CARDS, tries_left=session.max_tries - session.tries
        )
        return HTMLResponse(html, 422 if error else 200, HEADERS)


def _view(session: Session) -> str:
    """Which part of the page is shown."""
    if session.final or session.running:
        return "result"
    return "challenge" if session.challenge is not None else "form"


def _value(session: Session, typed: str) -> Decimal | None:
    """What the customer pays: all that is open, or for part payments what he typed (comma or point)."""
    if not session.asked.allow_partial or not typed:
        return session.open
    try:
        value = rounded(Decimal(typed.replace(",", ".")), session.asked.currency)
    except InvalidOperation:
        return None
    return value if 0 < value <= session.open else None


def _text(form: FormData, name: str) -> str:
    value = form.get(name)
    return value.strip() if isinstance(value, str) else ""


def _back(url: str) -> Response:
    return RedirectResponse(url, 303, {"Cache-Control": "no-store"})


def _gone() -> Response:
    return HTMLResponse(_templates.get_template("gone.html").render(), 404, HEADERS)
