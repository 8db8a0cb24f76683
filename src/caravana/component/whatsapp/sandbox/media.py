"""Files: uploaded, described, fetched for five minutes, forgotten after thirty days."""

import base64
import hashlib
import itertools
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response

from caravana.component.whatsapp.sandbox.checks import MIME_TYPES, SIZES
from caravana.component.whatsapp.sandbox.wire import Asked, GraphError, invalid, unknown

if TYPE_CHECKING:
    from caravana.component.whatsapp.sandbox.sandbox import MetaSandbox

URL_LIFE = timedelta(minutes=5)
UPLOAD_LIFE = timedelta(days=30)
INBOUND_LIFE = timedelta(days=7)


@dataclass
class Media:
    """One file; `urls` are its addresses and until when each is good."""

    id: str
    mime_type: str
    content: bytes
    gone_at: datetime
    filename: str = ""

    @property
    def sha256(self) -> str:
        """The hash, as Meta writes it."""
        return base64.b64encode(hashlib.sha256(self.content).digest()).decode()


class Files:
    """The files at Meta."""

    def __init__(self, sandbox: "MetaSandbox") -> None:
        """`sandbox`: whose they are."""
        self._sandbox = sandbox
        self.all: dict[str, Media] = {}
        self._urls: dict[str, tuple[str, datetime]] = {}
        self._ids = itertools.count(900_000_000_000_001)

    def add(
        self, content: bytes, mime_type: str, filename: str = "", *, inbound: bool = False, name: str = ""
    ) -> Media:
        """Keep a file, under `name` or a new id."""
        life = INBOUND_LIFE if inbound else UPLOAD_LIFE
        media = Media(name or str(next(self._ids)), mime_type, content, self._sandbox.clock.now() + life, filename)
        self.all[media.id] = media
        return media

    def get(self, node: str) -> Media | None:
        """Return a file that is not forgotten yet."""
        media = self.all.get(node)
        return media if media is not None and self._sandbox.clock.now() < media.gone_at else None

    def kind(self, node: str) -> str | None:
        """Return `media` for a file's id."""
        return "media" if self.get(node) is not None else None

    def calls(self) -> dict[tuple[str, str, str], Any]:
        """Return what may be asked."""
        return {
            ("number", "media", "POST"): self._upload,
            ("media", "", "GET"): self._describe,
            ("media", "", "DELETE"): self._delete,
        }

    async def _upload(self, asked: Asked) -> dict[str, Any]:
        if asked.text("messaging_product") != "whatsapp":
            raise invalid("(#100) The parameter messaging_product is required.")
        if not asked.files:
            raise invalid("The parameter file is required")
        [file, *_] = asked.files.values()
        mime_type = (asked.text("type") or file.mime_type).partition(";")[0].strip()
        kind = next((one for one, types in MIME_TYPES.items() if mime_type in types), "document")
        if len(file.content) > SIZES[kind] or not file.content:
            raise GraphError(131053, "Media upload error", f"{kind}: {len(file.content)} bytes")
        self._sandbox.effects["media"] += 1
        return {"id": self.add(file.content, mime_type, file.name).id}

    async def _describe(self, asked: Asked) -> dict[str, Any]:
        media = self.get(asked.node)
        if media is None:
            raise unknown(asked.node)
        return {
            "messaging_product": "whatsapp",
            "url": self.url(media, asked.base),
            "mime_type": media.mime_type,
            "sha256": media.sha256,
            "file_size": len(media.content),
            "id": media.id,
        }

    def url(self, media: Media, base: str) -> str:
        """Return an address that is good for five minutes."""
        number = f"{media.id}-{len(self._urls)}"
        self._urls[number] = (media.id, self._sandbox.clock.now() + URL_LIFE)
        return f"{base}/lookaside/{number}"

    async def _delete(self, asked: Asked) -> dict[str, Any]:
        self.all.pop(asked.node)
        return {"success": True}

    async def fetch(self, request: Request) -> Response:
        """Answer a file's address: only with a token, and only while it is good."""
        self._sandbox.calls["media.fetch.get"] += 1
        if not self._sandbox.door.is_token(request):
            return Response(status_code=401)
        name, until = self._urls.get(request.path_params["name"], ("", self._sandbox.clock.now()))
        media = self.get(name)
        if media is None or self._sandbox.clock.now() >= until:
            return Response(status_code=404)
        return Response(media.content, media_type=media.mime_type)
