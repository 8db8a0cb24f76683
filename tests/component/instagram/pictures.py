"""A web server with pictures, as the hub's own public addresses are."""

import io
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from PIL import Image
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from caravana.kit.serving import serve


def picture(width: int = 640, height: int = 640, kind: str = "JPEG") -> bytes:
    """Return the bytes of a picture of one colour."""
    raw = io.BytesIO()
    Image.new("RGB", (width, height), (120, 72, 40)).save(raw, kind)
    return raw.getvalue()


@dataclass
class Shelf:
    """What is served: content and type by name; `asked` counts; `credentials` holds what callers showed."""

    base: str = ""
    files: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    credentials: list[str] = field(default_factory=list)
    status: int = 200

    def put(self, name: str, content: bytes | None = None, mime_type: str = "image/jpeg") -> str:
        """Serve a file and return its address."""
        self.files[name] = (picture() if content is None else content, mime_type)
        return f"{self.base}/{name}"

    async def answer(self, request: Request) -> Response:
        """Serve one file."""
        name = request.path_params["name"]
        self.asked[name] += 1
        self.credentials += [request.headers[one] for one in ("authorization", "cookie") if one in request.headers]
        if name not in self.files:
            return Response(status_code=404)
        content, mime_type = self.files[name]
        return Response(content, self.status, media_type=mime_type)


@asynccontextmanager
async def shelf() -> AsyncIterator[Shelf]:
    """Serve pictures on loopback."""
    found = Shelf()
    async with serve(Starlette(routes=[Route("/{name}", found.answer)])) as found.base:
        yield found
