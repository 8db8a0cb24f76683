"""Odoo's own webhooks as hints: unsigned, so they carry no data and only make the pollers look at once."""

import hmac

from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from caravana.kit.ports import Context
from caravana.kit.request import BodyTooLarge, read_body

BODY_LIMIT = 1_000_000


class Hints:
    """`POST /odoo/<connection>/hint/<token>`: wakes the pollers of the connection. Odoo waits one second and never repeats."""

    def __init__(self, connection: str, token: SecretStr | None, context: Context) -> None:
        """`token`: the unguessable part; None = no address is mounted."""
        self.topic = f"odoo:{connection}"
        self._path = f"/odoo/{connection}/hint/{{token}}"
        self._token = token
        self._context = context
        self._users = 0

    def open(self) -> None:
        """Mount the address for the first consumer that wants it."""
        self._users += 1
        if self._token is not None and self._users == 1:
            self._context.listener.mount(self._path, ["POST"], self.take)

    def close(self) -> None:
        """Unmount the address after the last consumer."""
        self._users -= 1
        if self._token is not None and self._users == 0:
            self._context.listener.unmount(self._path, ["POST"])

    async def take(self, request: Request) -> Response:
        """Wake the pollers; the body is read and thrown away. A wrong token gets 404, as any unknown address."""
        wanted = "" if self._token is None else self._token.get_secret_value()
        if not wanted or not hmac.compare_digest(str(request.path_params["token"]).encode(), wanted.encode()):
            return PlainTextResponse("not found", 404)
        try:
            await read_body(request, BODY_LIMIT)
        except BodyTooLarge:
            return PlainTextResponse("too large", 413)
        self._context.wake(self.topic)
        return PlainTextResponse("ok")
