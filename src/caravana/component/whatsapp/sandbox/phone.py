"""A page on which a person plays the customer: a phone in the browser, with plain forms.

The talk is a frame that shows itself anew when there is something new, so that what is being typed beside it stays.
"""

import hashlib
import html
import json
import re
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
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
        "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}
WORDS: dict[str, dict[str, str]] = {
    "es": {
        "title": "Teléfono de prueba",
        "what": "Aquí usted hace de cliente: lo que escriba llega a la empresa como un mensaje de WhatsApp.",
        "people": "Todos los clientes",
        "you_are": "Usted es",
        "new": "Nuevo cliente",
        "phone": "Teléfono con el código del país",
        "name": "Nombre",
        "begin": "Abrir el chat",
        "write": "Escriba un mensaje",
        "send": "Enviar",
        "more": "Foto, ubicación y más",
        "attach": "Foto o archivo, que sale con «Enviar»",
        "order": "Enviar el pedido",
        "quantity": "Cantidad",
        "typing": "escribiendo…",
        "empty": "Todavía no hay mensajes. Escriba el primero.",
        "place": "Enviar mi ubicación",
        "hide": "Ocultar mi número",
        "hidden": "número oculto",
        "react": "Reaccionar con 👍",
        "unreact": "Quitar la reacción",
        "sent": "enviado",
        "read": "leído por la empresa",
        "other": "English",
        "bad_phone": "El teléfono debe tener de 6 a 15 cifras, con el código del país.",
        "bad_tap": "Eso ya no se puede elegir.",
        "bad_order": "El pedido está vacío: escriba una cantidad.",
    },
    "en": {
        "title": "Test phone",
        "what": "Here you play the customer: what you write reaches the company as a WhatsApp message.",
        "people": "All customers",
        "you_are": "You are",
        "new": "New customer",
        "phone": "Phone with the country's code",
        "name": "Name",
        "begin": "Open the chat",
        "write": "Write a message",
        "send": "Send",
        "more": "Photo, location and more",
        "attach": "Photo or file, which goes out with “Send”",
        "order": "Send the order",
        "quantity": "Quantity",
        "typing": "typing…",
        "empty": "No messages yet. Write the first.",
        "place": "Send my location",
        "hide": "Hide my number",
        "hidden": "number hidden",
        "react": "React with 👍",
        "unreact": "Take the reaction away",
        "sent": "sent",
        "read": "read by the company",
        "other": "Español",
        "bad_phone": "The phone must have 6 to 15 digits, with the country's code.",
        "bad_tap": "That cannot be chosen any more.",
        "bad_order": "The order is empty: enter a quantity.",
    },
}
HOME = (-0.180653, -78.467834)
FOLDER = Path(__file__).parent / "templates"
_BOLD = re.compile(r"(?<![\w*])\*(\S|\S[^*\n]*\S)\*(?![\w*])")
QUOTED = 60
"""Characters of a message that is answered."""
_templates = Environment(
    loader=FileSystemLoader(FOLDER),
    autoescape=select_autoescape(default=True),
    trim_blocks=True,
    lstrip_blocks=True,
)


def marked(text: str) -> str:
    """Return a text as HTML, as the phone shows it: what stands between stars is bold."""
    return _BOLD.sub(r"<strong>\1</strong>", html.escape(text))


_templates.filters["marked"] = marked


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
            Route("/phone/talk.js", self._script, methods=["GET"]),
            Route("/phone/file/{media:path}", self._file, methods=["GET"]),
            Route("/phone/{person}", self._show, methods=["GET"]),
            Route("/phone/{person}", self._act, methods=["POST"]),
            Route("/phone/{person}/talk", self._talk, methods=["GET"]),
            Route("/phone/{person}/state", self._state, methods=["GET"]),
        ]

    async def _home(self, request: Request) -> Response:
        return self._page(request, "phone.html", people=self._sandbox.people.all)

    async def _begin(self, request: Request) -> Response:
        async with request.form() as form:
            phone, name = re.sub(r"[\s().-]", "", _text(form, "phone")).removeprefix("+"), _text(form, "name")
        if not phone.isascii() or not phone.isdigit() or not 6 <= len(phone) <= 15:
            people = self._sandbox.people.all
            return self._page(request, "phone.html", status=422, people=people, problem="bad_phone")
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
        return self._page(request, "talk.html", person=customer.person, **self._seen(customer))

    async def _state(self, request: Request) -> Response:
        """Answer what changes whenever the talk does: the frame asks it."""
        customer = self._customer(request)
        return Response(status_code=404) if customer is None else Response(str(self._seen(customer)["state"]))

    def _seen(self, customer: Customer) -> dict[str, Any]:
        """What is on the screen; being there it is read. What failed never reached the phone."""
        customer.read()
        chat, now = customer.chat, self._sandbox.clock.now()
        typing = chat.typing_until is not None and now < chat.typing_until
        said = [one for one in chat.said if one.type != "reaction" and "failed" not in one.statuses]
        bubbles = [self._bubble(chat, one) for one in said]
        digest = hashlib.blake2b(json.dumps([bubbles, typing]).encode(), digest_size=8)
        return {"bubbles": bubbles, "typing": typing, "state": digest.hexdigest()}

    async def _script(self, request: Request) -> Response:
        return Response((FOLDER / "talk.js").read_bytes(), media_type="text/javascript", headers=HEADERS)

    async def _act(self, request: Request) -> Response:
        customer = self._customer(request)
        if customer is None:
            return RedirectResponse(f"/phone?lang={_language(request)}", 303)
        async with request.form() as form:
            try:
                await self._do(customer, form)
            except ValueError:
                problem = "bad_order" if _text(form, "act") == "order" else "bad_tap"
                return self._shown_again(request, customer, form, problem)
        where = "/talk" if _text(form, "where") == "talk" else ""
        return RedirectResponse(f"/phone/{customer.person.bsuid}{where}?lang={_language(request)}", 303)

    def _shown_again(self, request: Request, customer: Customer, form: FormData, problem: str) -> Response:
        """The page once more, or its frame, with what is wrong."""
        frame = _text(form, "where") == "talk"
        shown = self._seen(customer) if frame else {}
        template = "talk.html" if frame else "chat.html"
        return self._page(request, template, status=422, problem=problem, person=customer.person, **shown)

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
            "text": self._words(said),
            "footer": _footer(content),
            "choices": choices(said) if said.ours else [],
            "links": _links(content) if said.ours else [],
            "products": self._products(content) if said.ours else [],
            "place": _is_place_request(content),
            "media": self._media(said),
            "reaction": said.reaction,
            "ticks": "" if said.ours else ("✓✓" if _is_read(chat, said) else "✓"),
            "time": said.time.strftime("%H:%M"),
            "moment": said.time.isoformat(timespec="seconds"),
            "quoted": self._quoted(chat, said),
        }

    def _words(self, said: Said) -> str:
        """What is read in the bubble."""
        if said.type != "order":
            return _words(said)
        items = said.content["product_items"]
        lines = [
            f"{one['quantity']} × {self._sandbox.product_of(one['product_retailer_id'])['title']}" for one in items
        ]
        return "🛒 " + "\n".join(lines)

    def _quoted(self, chat: Chat, said: Said) -> str:
        found = chat.find(said.reply_to) if said.reply_to else None
        words = self._words(found) if found is not None else ""
        return words if len(words) <= QUOTED else words[: QUOTED - 1].rstrip() + "…"

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
        header = said.content.get("header")
        kind, file = said.type, said.content
        if kind == "template" and isinstance(header, dict):
            kind, file = str(header.get("type")), header
        elif kind == "interactive" and isinstance(header, dict) and isinstance(header.get("image"), dict):
            kind, file = "image", header["image"]
        if kind not in MEDIA:
            return None
        name = str(file.get("id") or file.get("link"))
        media = self._sandbox.files.get(name) or self._sandbox.fetched(name)
        is_image = media is not None and media.mime_type.startswith("image/")
        return {
            "id": media.id if media is not None else "",
            "kind": "image" if is_image else "file",
            "name": str(file.get("filename") or kind),
        }

    async def _file(self, request: Request) -> Response:
        media = self._sandbox.files.get(request.path_params["media"])
        if media is None:
            return Response(status_code=404)
        headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox"}
        return Response(media.content, media_type=media.mime_type, headers=headers)

    def _customer(self, request: Request) -> Customer | None:
        person = self._sandbox.people.find(request.path_params["person"])
        return None if person is None else Customer(self._sandbox, person, self._sandbox.account.number_id)

    def _page(self, request: Request, template: str, *, status: int = 200, problem: str = "", **shown: Any) -> Response:
        language = _language(request)
        words = WORDS[language]
        shown |= {"error": words.get(problem), "lang": language, "other": "en" if language == "es" else "es"}
        page = _templates.get_template(template).render(t=words, company=self._sandbox.account.name, **shown)
        return HTMLResponse(page, status, HEADERS)


def _header(content: dict[str, Any]) -> str:
    header = content.get("header")
    if isinstance(header, dict):  # a file is shown as one
        return str(header.get("text") or "")
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
    return str(content.get("caption") or ("" if said.type in MEDIA else said.type))


def _footer(content: dict[str, Any]) -> str:
    footer = content.get("footer")
    return str(footer.get("text", "")) if isinstance(footer, dict) else str(footer or "")


def _links(content: dict[str, Any]) -> list[dict[str, str]]:
    """What opens an address: the one of a link message, or those of a template."""
    if content.get("type") == "cta_url":
        parameters = content["action"]["parameters"]
        return [{"url": parameters["url"], "text": parameters["display_text"]}]
    buttons = [one for one in content.get("buttons") or () if one.get("type") == "URL"]
    return [{"url": _ended(str(one["url"]), str(one.get("suffix") or "")), "text": one["text"]} for one in buttons]


def _ended(url: str, suffix: str) -> str:
    return re.sub(r"\{\{\w+\}\}", lambda _: suffix, url)


def _is_place_request(content: dict[str, Any]) -> bool:
    return content.get("type") == "location_request_message"


def _is_read(chat: Chat, said: Said) -> bool:
    """Whether the company has marked this message, or a later one, as read."""
    marked = chat.find(chat.read_up_to) if chat.read_up_to else None
    return marked is not None and said.time <= marked.time


def _language(request: Request) -> str:
    return "en" if request.query_params.get("lang") == "en" else "es"


def _text(form: FormData, name: str) -> str:
    value = form.get(name)
    return value.strip() if isinstance(value, str) else ""
