"""What a browser shows while its answer takes long: a page that asks again by itself until the answer is there."""

import base64
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from html import escape
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from caravana.kit.ports import Listener
from caravana.kit.speech import language

PATH = "/_answer/{exchange}/{ticket}/{route:path}"
PAUSE = 2
"""Seconds until the page asks; the question itself waits as long as the first one."""
MOST = 200
"""How often the page asks by itself."""
TEXTS: Mapping[str, Mapping[str, str]] = {
    "es": {
        "preparing": "Un momento, por favor",
        "preparing.text": "Estamos preparando su respuesta. Esta página se actualiza sola; no hace falta repetir nada.",
        "away": "Ahora no es posible",
        "away.text": "Todavía no recibimos su solicitud. Esta página lo intenta de nuevo en unos segundos.",
        "repeat": "Ahora no es posible",
        "repeat.text": "Todavía no recibimos su solicitud. Vuelva atrás e inténtelo en unos segundos.",
        "unknown": "Enlace no válido",
        "unknown.text": "Esta dirección ya no sirve. Vuelva a la página desde la que empezó.",
        "again": "Actualizar",
    },
    "en": {
        "preparing": "One moment, please",
        "preparing.text": "We are preparing your answer. This page updates by itself; there is no need to repeat anything.",
        "away": "Not possible right now",
        "away.text": "We have not received your request yet. This page tries again in a few seconds.",
        "repeat": "Not possible right now",
        "repeat.text": "We have not received your request yet. Go back and try again in a few seconds.",
        "unknown": "This link is not valid",
        "unknown.text": "This address is of no use any more. Go back to the page where you started.",
        "again": "Update",
    },
}
STYLE = (
    "body{margin:0;padding:2rem 1.25rem;background:#f2f5f8;color:#1d2733;font:1.0625rem/1.5 system-ui,sans-serif}"
    "main{max-width:27rem;margin:10vh auto 0;padding:1.75rem;background:#fff;border:1px solid #e2e7ec;border-radius:16px}"
    "h1{margin:0 0 .35rem;font-size:1.5rem;line-height:1.25}p{margin:0 0 1rem;color:#5b6876}a{color:#0b6b53;font-weight:600}"
)
_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
_HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'self' 'sha256-{_HASH}'; img-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{title}</title>
{refresh}{style}
</head>
<body>
<main class="card checking">
<div class="say" role="status">
<span class="sign" aria-hidden="true"></span>
<h1>{title}</h1>
<p>{text}</p>
</div>
{again}</main>
</body>
</html>
"""

Ask = Callable[[str, str, Request], Awaitable[Response]]
"""Answers a browser that comes back: exchange, ticket, request."""


def is_browser(headers: Mapping[str, Any]) -> bool:
    """Whether the sender reads pages."""
    return "text/html" in str(headers.get("Accept") or "").lower()


def page(
    kind: str, asked: Mapping[str, Any], style: str | None, *, address: str | None, status: int, pause: int = PAUSE
) -> Response:
    """Return the page `preparing`, `away`, `repeat` or `unknown` in the sender's language.

    `asked`: headers of his request; `style`: address of a style sheet; `address`: where the page asks after `pause` seconds.
    """
    speech = language(asked.get("lang"), asked.get("Accept-Language"))
    texts, refresh, again = TEXTS[speech], "", ""
    if address is not None:
        refresh = f'<meta http-equiv="refresh" content="{pause};url={escape(address)}">\n'
        again = f'<p class="again"><a href="{escape(address)}">{texts["again"]}</a></p>\n'
    sheet = f'<link rel="stylesheet" href="{escape(style)}">' if style else f"<style>{STYLE}</style>"
    text = _PAGE.format(
        language=speech, title=texts[kind], text=texts[f"{kind}.text"], refresh=refresh, style=sheet, again=again
    )
    return HTMLResponse(text, status, dict(_HEADERS))


def address_of(public_url: str, exchange: str, ticket: str, route: str, asked: Mapping[str, Any]) -> str | None:
    """Return where the page asks next; None when it has asked often enough by itself."""
    number = asked.get("n")
    looked = int(number) if isinstance(number, str) and number.isascii() and number.isdigit() and len(number) < 5 else 0
    if looked >= MOST:
        return None
    speech = language(asked.get("lang"), asked.get("Accept-Language"))
    return f"{public_url}/_answer/{exchange}/{ticket}/{quote(route)}?lang={speech}&n={looked + 1}"


class Answers:
    """The one address at which browsers wait for the answers of all routes."""

    def __init__(self, listener: Listener) -> None:
        """`listener`: the public port."""
        self._listener = listener
        self._routes: dict[str, Ask] = {}

    def open(self, route: str, ask: Ask) -> None:
        """Let browsers ask for answers of a route."""
        if not self._routes:
            self._listener.mount(PATH, ["GET"], self._answer)
        self._routes[route] = ask

    def close(self, route: str) -> None:
        """Let them ask no more."""
        if self._routes.pop(route, None) is not None and not self._routes:
            self._listener.unmount(PATH, ["GET"])

    async def _answer(self, request: Request) -> Response:
        given = request.path_params
        ask = self._routes.get(given["route"])
        if ask is None:
            return page("unknown", {**request.query_params, **request.headers}, None, address=None, status=404)
        return await ask(given["exchange"], given["ticket"], request)
