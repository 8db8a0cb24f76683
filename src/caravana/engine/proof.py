"""The answer by which `caravana doctor` knows, through the public address, the hub that runs here."""

import hmac
import re
from hashlib import sha256
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from caravana.engine.listener import FORWARDED

PATH = "/.well-known/caravana/{nonce}"
_NONCE = re.compile(r"[A-Za-z0-9_\-]{16,64}")


def proof(token: str, nonce: str) -> str:
    """Return what only who knows the hub's `token` can answer to `nonce`."""
    return hmac.new(token.encode(), b"caravana doctor " + nonce.encode(), sha256).hexdigest()


class Proof:
    """Answers a nonce with its proof, and with what the hub saw of the caller."""

    def __init__(self, token: str) -> None:
        """`token`: the one in the hub's presence, which the command line reads beside the journal."""
        self._token = token

    async def show(self, request: Request) -> Response:
        """Answer one nonce; 404 for what is none."""
        nonce = request.path_params["nonce"]
        if not _NONCE.fullmatch(nonce):
            return JSONResponse({"error": "nothing answers at this address"}, 404)
        scope = request.scope
        seen: dict[str, Any] = {
            "proof": proof(self._token, nonce),
            "client": scope["client"][0] if scope.get("client") else None,
            "scheme": scope["scheme"],
            "forwarded": "x-forwarded-for" in request.headers,
            "believed": bool(scope.get(FORWARDED)),
        }
        return JSONResponse(seen, headers={"Cache-Control": "no-store"})
