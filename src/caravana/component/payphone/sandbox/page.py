"""The page on which the customer pays: plain forms without script, in Spanish, readable on a phone.

Like PayPhone's, it opens only for a browser that says it comes from the registered domain. The card's number is read from the
form, decided upon and forgotten.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from jinja2 import Environment, FileSystemLoader, select_autoescape
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from caravana.component.payphone.sandbox.card import Card, decide
from caravana.component.payphone.sandbox.payment import Payment

if TYPE_CHECKING:
    from caravana.component.payphone.sandbox.sandbox import PayphoneSandbox

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}
TEST_CARDS = {Card.APPROVED: "aprobada", Card.MASTERCARD: "aprobada (Mastercard)", Card.DENIED: "rechazada"}

_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(default=True),
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.filters["money"] = lambda cents: f"{cents / 100:,.2f}".translate(str.maketrans(",.", ".,"))
_templates.filters["groups"] = lambda digits: " ".join(digits[start : start + 4] for start in range(0, len(digits), 4))


class PaymentPage:
    """The page of each prepared payment."""

    def __init__(self, sandbox: "PayphoneSandbox") -> None:
        """`sandbox`: whose payments are paid."""
        self._sandbox = sandbox

    def routes(self) -> list[Route]:
        """Return the page's addresses, for a card and for PayPhone's balance."""
        return [
            Route("/Anonymous/Index", self._show, methods=["GET"]),
            Route("/PayPhone/Index", self._show, methods=["GET"]),
            Route("/Anonymous/Pay", self._submit, methods=["POST"]),
        ]

    async def _show(self, request: Request) -> Response:
        payment = self._find("payment_id", request.query_params.get("paymentId", ""))
        if payment is None:
            return self._message("Este enlace de pago no es válido", "Pida a la tienda un enlace nuevo.", 404)
        if not self._comes_from_shop(request):
            text = "La navegación debe iniciar en el dominio registrado por el comercio."
            return self._message("Acceso no permitido", text, 403)
        if not payment.is_open(self._sandbox.clock.now()):
            return self._message("El tiempo para pagar terminó", "No se cobró nada. Vuelva a la tienda.", 410)
        return self._form(payment)

    def _comes_from_shop(self, request: Request) -> bool:
        store = self._sandbox.store
        host = urlsplit(request.headers.get("referer", "")).netloc
        return not store.check_referrer or (host == store.domain if store.domain else bool(host))

    async def _submit(self, request: Request) -> Response:
        async with request.form() as form:
            payment = self._find("key", _text(form, "key"))
            if payment is None or not payment.is_open(self._sandbox.clock.now()):
                return self._message("El tiempo para pagar terminó", "No se cobró nada. Vuelva a la tienda.", 410)
            return self._decide(payment, form)

    def _decide(self, payment: Payment, form: FormData) -> Response:
        action = _text(form, "action")
        if action == "leave":
            self._sandbox.leave(payment.name)
            return _back(payment, payment.content.get("cancellationUrl") or payment.content["responseUrl"])
        if decide(_text(form, "card")) is None:
            return self._form(payment, "El número de tarjeta no es válido. Revíselo e intente otra vez.")
        self._sandbox.pay(payment.name, _text(form, "card"))
        if action == "vanish":
            return self._message(
                "Pago recibido", "Aquí el cliente cierra el navegador: la tienda no lo ve volver.", 200
            )
        return _back(payment, payment.content["responseUrl"])

    def _find(self, name: str, value: str) -> Payment | None:
        found = (one for one in self._sandbox.payments.values() if getattr(one, name) == value)
        return next(found, None)

    def _form(self, payment: Payment, error: str = "") -> Response:
        shown: dict[str, Any] = {"payment": payment, "store": self._sandbox.store, "error": error, "cards": TEST_CARDS}
        return HTMLResponse(_templates.get_template("pay.html").render(**shown), 422 if error else 200, HEADERS)

    def _message(self, title: str, text: str, status: int) -> Response:
        html = _templates.get_template("message.html").render(title=title, text=text)
        return HTMLResponse(html, status, HEADERS)


def _back(payment: Payment, url: str) -> Response:
    """Send the browser to the shop, with the number of the transaction and the shop's own name."""
    told = urlencode({"id": payment.id, "clientTransactionId": payment.name})
    return RedirectResponse(f"{url}{'&' if '?' in url else '?'}{told}", 303, {"Cache-Control": "no-store"})


def _text(form: FormData, name: str) -> str:
    value = form.get(name)
    return value.strip() if isinstance(value, str) else ""
