"""A page on which a person plays the customer: a phone in the browser, with plain forms and no script.

The talk is a frame that shows itself anew every two seconds, so that what is being typed beside it stays.
"""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, select_autoescape
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from caravana.component.whatsapp.sandbox.checks import MEDIA
from caravana.component.whatsapp.sandbox.customer import Customer, choices
from caravana.component.whatsapp.sandbox.people import Chat, Said

if TYPE_CHECKING:
    from caravana.component.whatsapp.sandbox.sandbox import MetaSandbox

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; frame-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'self'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}
WORDS: dict[str, dict[str, str]] = {
    "es": {
        "title": "Teléfono de prueba",
        "new": "Nuevo cliente",
        "phone": "Teléfono",
        "name": "Nombre",
        "begin": "Abrir chat",
        "write": "Escriba un mensaje",
        "send": "Enviar",
        "attach": "Foto o archivo",
        "order": "Pedir",
        "quantity": "Cantidad",
        "typing": "escribiendo…",
        "empty": "Todavía no hay mensajes.",
        "place": "Enviar mi ubicación",
        "hide": "Ocultar mi número",
        "error": "Eso no se pudo enviar.",
        "reaction": "Reaccionar",
        "products": "Productos",
        "catalog": "Catálogo",
        "other": "English",
        "failed": "no entregado",
    },
    "en": {
        "title": "Test phone",
        "new": "New customer",
        "phone": "Phone",
        "name": "Name",
        "begin": "Open chat",
        "write": "Write a message",
        "send": "Send",
        "attach": "Photo or file",
        "order": "Order",
        "quantity": "Quantity",
        "typing": "typing…",
        "empty": "No messages yet.",
        "place": "Send my location",
        "hide": "Hide my number",
        "error": "That could not be sent.",
        "reaction": "React",
        "products": "Products",
        "catalog": "Catalogue",
        "other": "Español",
        "failed": "not delivered",
    },
}
HOME = (-0.180653, -78.467834)
_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(default=True),
    trim_blocks=True,
    lstrip_blocks=True,
)


class Phone:
    """The page of each customer."""

    def __init__(self, sandbox: "MetaSandbox") -> None:
        """`sandbox`: with whose number they talk."""
        self._sandbox = sandbox

    def routes(self) -> list[Route]:
        """Return the page's addresses."""
        return [
            Route("/phone", self._home, methods=["GET"]),
            Route("/phone", self._begin, methods=["POST"]),
            Route("/phone/file/{media:path}", self._file, methods=["GET"]),
            Route("/phone/{person}", self._show, methods=["GET"]),
            Route("/phone/{person}", self._act, methods=["POST"]),
            Route("/phone/{person}/talk", self._talk, methods=["GET"]),
        ]

    async def _home(self, request: Request) -> Response:
        return self._page(request, "phone.html", people=self._sandbox.people.all)

    async def _begin(self, request: Request) -> Response:
        async with request.form() as form:
            phone, name = _text(form, "phone"), _text(form, "name")
        if not phone.removeprefix("+").isdigit() or not 6 <= len(phone) <= 16:
            return self._page(request, "phone.html", status=422, people=self._sandbox.people.all, error=True)
        customer = self._sandbox.customer(phone, name)
        return RedirectResponse(f"/phone/{customer.person.bsuid}?lang={_language(request)}", 303)

    async def _show(self, request: Request) -> Response:
        customer = self._customer(request)
        if customer is None:
            return RedirectResponse(f"/phone?lang={_language(request)}", 303)
        return self._page(request, "chat.html", person=customer.person)

    async def _talk(self, request: Request) -> Response:
        customer = self._customer(request)
        if customer is None:
            return Response(status_code=404)
        customer.read()
        chat = customer.chat
        now = self._sandbox.clock.now()
        typing = chat.typing_until is not None and now < chat.typing_until
        bubbles = [self._bubble(chat, one) for one in chat.said if one.type != "reaction"]
        return self._page(request, "talk.html", person=customer.person, bubbles=bubbles, typing=typing)

    async def _act(self, request: Request) -> Response:
        customer = self._customer(request)
        if customer is None:
            return RedirectResponse(f"/phone?lang={_language(request)}", 303)
        async with request.form() as form:
            try:
                await self._do(customer, form)
            except ValueError:
                return self._page(request, "chat.html", status=422, person=customer.person, error=True)
        where = "/talk" if _text(form, "where") == "talk" else ""
        return RedirectResponse(f"/phone/{customer.person.bsuid}{where}?lang={_language(request)}", 303)

    async def _do(self, customer: Customer, form: FormData) -> None:
        """Carry out what a form asks for. Raises `ValueError`."""
        match _text(form, "act"):
            case "tap":
                customer.tap(_text(form, "choice"), message=_text(form, "message"))
            case "order":
                customer.order(self._cart(form))
            case "react":
                customer.react(_text(form, "message"), _text(form, "emoji"))
            case "place":
                customer.location(*HOME)
            case "hide":
                customer.adopt_username(customer.person.username or "@cliente")
            case _:
                await self._write(customer, form)

    async def _write(self, customer: Customer, form: FormData) -> None:
        file = form.get("file")
        if isinstance(file, UploadFile) and file.filename:
            content, mime_type = await file.read(), file.content_type or "application/octet-stream"
            kind = mime_type.partition("/")[0]
            more = {"filename": file.filename} if kind not in MEDIA else {}
            customer.file(kind if kind in MEDIA else "document", content, mime_type, **more)
        text = _text(form, "text")
        if text:
            customer.text(text)

    def _cart(self, form: FormData) -> list[dict[str, Any]]:
        """What was put into the cart, with the price that the phone's copy of the catalogue shows."""
        items = []
        for name in form:
            quantity = _text(form, name)
            if name.startswith("sku:") and quantity.isdigit() and int(quantity):
                sku = name.removeprefix("sku:")
                price, currency = self._sandbox.price_of(sku)
                items.append(
                    {"product_retailer_id": sku, "quantity": int(quantity), "item_price": price, "currency": currency}
                )
        if not items:
            raise ValueError("an empty cart")
        return items

    def _bubble(self, chat: Chat, said: Said) -> dict[str, Any]:
        content = said.content
        return {
            "id": said.id,
            "ours": said.ours,
            "header": _header(content),
            "text": _words(said),
            "footer": _footer(content),
            "choices": choices(said) if said.ours else [],
            "link": _link(content),
            "products": self._products(content) if said.ours else [],
            "place": _is_place_request(content),
            "media": self._media(said),
            "reaction": said.reaction,
            "ticks": "" if said.ours else ("✓✓" if _is_read(chat, said) else "✓"),
            "time": _clock(said.time),
            "quoted": _quoted(chat, said),
        }

    def _products(self, content: dict[str, Any]) -> list[dict[str, Any]]:
        action = content.get("action") or {}
        names = [
            item["product_retailer_id"]
            for one in action.get("sections") or ()
            for item in one.get("product_items") or ()
        ]
        if content.get("type") == "product":
            names = [action["product_retailer_id"]]
        if content.get("type") == "catalog_message":
            names = self._sandbox.skus()
        return [{"sku": one, **self._sandbox.product_of(one)} for one in names]

    def _media(self, said: Said) -> dict[str, str] | None:
        if said.type not in MEDIA:
            return None
        name = str(said.content.get("id") or said.content.get("link"))
        media = self._sandbox.files.get(name) or self._sandbox.fetched(name)
        is_image = media is not None and media.mime_type.startswith("image/")
        return {
            "id": media.id if media is not None else "",
            "kind": "image" if is_image else "file",
            "name": said.content.get("filename") or said.type,
        }

    async def _file(self, request: Request) -> Response:
        media = self._sandbox.files.get(request.path_params["media"])
        if media is None:
            return Response(status_code=404)
        headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox"}
        return Response(media.content, media_type=media.mime_type, headers=headers)

    def _customer(self, request: Request) -> Customer | None:
        person = self._sandbox.people.find(request.path_params["person"])
        return None if person is None else Customer(self._sandbox, person)

    def _page(self, request: Request, template: str, *, status: int = 200, **shown: Any) -> Response:
        language = _language(request)
        shown = {"error": False, **shown, "lang": language, "other": "en" if language == "es" else "es"}
        html = _templates.get_template(template).render(t=WORDS[language], company=self._sandbox.account.name, **shown)
        return HTMLResponse(html, status, HEADERS)


def _header(content: dict[str, Any]) -> str:
    header = content.get("header")
    if isinstance(header, dict):
        return str(header.get("text") or header.get("filename") or header.get("type") or "")
    return str(header or "")


def _words(said: Said) -> str:
    """What is read in the bubble."""
    content = said.content
    if said.type == "text":
        return str(content["body"])
    if said.type == "template":
        return str(content["body"])
    if said.type == "interactive":
        reply = content.get("button_reply") or content.get("list_reply")
        return str(reply["title"] if reply else (content.get("body") or {}).get("text", ""))
    if said.type == "button":
        return str(content["text"])
    if said.type == "location":
        return f"📍 {content.get('name') or ''} {content['latitude']}, {content['longitude']}"
    if said.type == "order":
        lines = [f"{one['quantity']} × {one['product_retailer_id']}" for one in content["product_items"]]
        return "🛒 " + ", ".join(lines)
    return str(content.get("caption") or ("" if said.type in MEDIA else said.type))


def _footer(content: dict[str, Any]) -> str:
    footer = content.get("footer")
    return str(footer.get("text", "")) if isinstance(footer, dict) else str(footer or "")


def _link(content: dict[str, Any]) -> dict[str, str] | None:
    if content.get("type") == "cta_url":
        parameters = content["action"]["parameters"]
        return {"url": parameters["url"], "text": parameters["display_text"]}
    return None


def _is_place_request(content: dict[str, Any]) -> bool:
    return content.get("type") == "location_request_message"


def _quoted(chat: Chat, said: Said) -> str:
    found = chat.find(said.reply_to) if said.reply_to else None
    return _words(found)[:60] if found is not None else ""


def _is_read(chat: Chat, said: Said) -> bool:
    """Whether the company has marked this message, or a later one, as read."""
    marked = chat.find(chat.read_up_to) if chat.read_up_to else None
    return marked is not None and said.time <= marked.time


def _clock(time: datetime) -> str:
    return time.strftime("%H:%M")


def _language(request: Request) -> str:
    return "en" if request.query_params.get("lang") == "en" else "es"


def _text(form: FormData, name: str) -> str:
    value = form.get(name)
    return value.strip() if isinstance(value, str) else ""
