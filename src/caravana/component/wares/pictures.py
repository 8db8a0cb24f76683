"""The public addresses of pictures: only of products that are shown, each unguessable, made once and kept on disk."""

import asyncio
import os
import re
from collections.abc import Sequence
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from caravana.component.wares.books import Books
from caravana.component.wares.facts import PATH
from caravana.component.wares.keeping import scope_of
from caravana.component.wares.picture import NoPicture, jpeg
from caravana.kit.component import Consumer
from caravana.kit.errors import EffectError
from caravana.kit.ports import Context

METHODS = ["GET", "HEAD"]
AT_ONCE = 4
"""So many pictures are read of Odoo and made at a time."""
_NAME = re.compile(r"(\d{1,10})-([a-z2-7]{32})\.jpg")
KEEP = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
"""An address never shows another picture."""


class Pictures(Consumer):
    """Answers `GET /wares/<name>.jpg` in every process of the hub; nothing of it reaches a route."""

    def __init__(self, context: Context, books: Books, folder: Path, catalogues: Sequence[str] = ()) -> None:
        """`folder`: where made pictures are kept; it may be emptied at any time; `catalogues`: names of those that have one."""
        self._context = context
        self._books = books
        self._scopes = [scope_of(one) for one in ("", *catalogues)]
        self._folder = folder
        self._turn = asyncio.Semaphore(AT_ONCE)

    async def start(self) -> None:
        """Begin to answer. Raises `ConfigurationError` when the address is taken."""
        self._context.listener.mount(f"{PATH}/{{name}}", METHODS, self._show)

    async def stop(self) -> None:
        """Stop answering."""
        self._context.listener.unmount(f"{PATH}/{{name}}", METHODS)

    async def _show(self, request: Request) -> Response:
        name = request.path_params["name"]
        found = _NAME.fullmatch(name)
        if found is None or not await self._is_shown(int(found[1]), name):
            return Response(b"", 404, {"Cache-Control": "no-store"})
        tag = f'"{found[2]}"'
        if tag in request.headers.get("if-none-match", ""):
            return Response(b"", 304, {"ETag": tag, **KEEP})
        try:
            content = await self._content(int(found[1]), name)
        except NoPicture:
            return Response(b"", 404, {"Cache-Control": "no-store"})
        except EffectError as error:
            return Response(b"", 503, {"Retry-After": str(int(error.retry_after or 30)), "Cache-Control": "no-store"})
        return Response(content, 200, {"ETag": tag, **KEEP}, "image/jpeg")

    async def _is_shown(self, product: int, name: str) -> bool:
        """Whether the product is shown in some catalogue, with this picture: a guess is looked up like the truth."""
        for scope in self._scopes:
            record = await self._context.store.get(scope, f"p/{product:010d}")
            if record and record["item"] and record["facts"]["picture"] == f"{PATH}/{name}":
                return True
        return False

    async def _content(self, product: int, name: str) -> bytes:
        """The picture: of the disk, else made now. Raises `NoPicture`, `EffectError`."""
        file = self._folder / name
        kept = await asyncio.to_thread(_read, file)
        if kept is not None:
            return kept
        async with self._turn:
            encoded = await self._books.picture(product)
            if not encoded:
                raise NoPicture("there is none")
            content = await asyncio.to_thread(jpeg, encoded)
            await asyncio.to_thread(_write, file, content)
        return content


def _read(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except OSError:
        return None


def _write(file: Path, content: bytes) -> None:
    """Keep a picture; a disk that is full or may not be written hinders nobody from seeing it."""
    part = file.with_suffix(f".{os.getpid()}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(content)
        part.replace(file)
    except OSError:
        part.unlink(missing_ok=True)
