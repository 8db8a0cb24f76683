"""Partners of the measured hub: one in its process that counts, one over HTTP that answers at once."""

import asyncio
import os
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field

from caravana.kit.component import Component, Endpoint, Producer
from caravana.kit.effect import Effect, Kind, Reply
from caravana.kit.exchange import Exchange
from caravana.kit.options import Options

ANSWER = b'{"ok":true}'


class Diary:
    """What the partner did, on disk beyond a kill: one line for each effect, appended by one write."""

    def __init__(self, path: Path | None) -> None:
        self._file = None if path is None else os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self.done = 0

    def write(self, name: str, message: str) -> None:
        """Count an effect."""
        self.done += 1
        if self._file is not None:
            os.write(self._file, f"{name} {message}\n".encode())


class InProcessOptions(Options):
    """Options of the partner in the hub's process."""

    wait: bool = Field(False, description="Stand still before acting, for as long as `InProcess.still` says.")


class InProcessProducer(Producer):
    """Does nothing but count: what remains is the hub's own cost."""

    timeout = timedelta(seconds=600)
    kind = Kind.IDEMPOTENT
    settle = timedelta(0)

    def __init__(self, name: str, wait: bool) -> None:
        self.name = name
        self.wait = wait

    def request(self, exchange: Exchange) -> Any:
        return {"do": self.name, "body": exchange.body}

    async def send(self, request: Any, effect: Effect) -> Reply:
        if self.wait and InProcess.still:
            InProcess.waiting += 1
            await asyncio.Event().wait()
        InProcess.diary.write(self.name, str(request["body"]["id"]))
        return Reply(request["body"], reference=effect.key)


class InProcessEndpoint(Endpoint):
    """`counted:name`."""

    @property
    def connection(self) -> str | None:
        return "counted:partner"

    def producer(self) -> Producer:
        return InProcessProducer(self.uri.path, self.options.wait)


class InProcess(Component):
    """The partner in the hub's process."""

    scheme = "counted"
    title = "Counting partner"
    syntax = "counted:name"
    doc = "Counts effects."
    options = InProcessOptions
    diary: ClassVar[Diary] = Diary(None)
    still: ClassVar[bool] = False
    waiting: ClassVar[int] = 0

    def create(self, uri: Any, options: Any) -> Endpoint:
        return InProcessEndpoint(uri, options, self.context)


class HttpPartner(asyncio.Protocol):
    """An HTTP server reduced to what a client needs: it must not be what is measured."""

    RESPONSE = (
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(ANSWER)
    ) + ANSWER

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._buffer = b""

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            whole = end + 4 + _length(self._buffer[:end].lower())
            if len(self._buffer) < whole:
                return
            self._buffer = self._buffer[whole:]
            self._transport.write(self.RESPONSE)


def _length(head: bytes) -> int:
    _, found, rest = head.partition(b"content-length:")
    return int(rest.split(b"\r\n", 1)[0]) if found else 0


async def serve_partner() -> tuple[asyncio.Server, str]:
    """Return the running HTTP partner and its address."""
    server = await asyncio.get_running_loop().create_server(HttpPartner, "127.0.0.1", 0)
    return server, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
