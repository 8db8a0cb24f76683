"""The load generator, in a process of its own: HTTP requests at a fixed rate, or from callers that wait for their answer.

At a fixed rate a request's time counts from the moment at which it was due, not from the moment at which a connection was
free for it: a server that stalls is charged with everybody who had to wait.
"""

import asyncio
import json
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import uvloop


@dataclass(frozen=True)
class Load:
    """What to send: `rate` requests a second, or (None) as many as `callers` get answered; `gate`: wait while it is 0.

    `make`: gives the body of the nth request and further header lines; by default an order.
    """

    url: str
    seconds: float
    callers: int
    rate: float | None = None
    gate: Any = None
    make: Callable[[int], tuple[bytes, str]] | None = None


@dataclass
class Told:
    """What came back; times in milliseconds."""

    seconds: float
    statuses: dict[int, int]
    p50: float
    p99: float
    worst: float

    @property
    def good(self) -> int:
        """Requests answered 200."""
        return self.statuses.get(200, 0)

    @property
    def per_second(self) -> float:
        """Good answers a second."""
        return self.good / self.seconds


def order(number: int) -> tuple[bytes, str]:
    """Return the nth order, of about 230 bytes."""
    lines = [{"sku": f"P-{number % 997}", "quantity": 2, "price": "19.90"} for _ in range(3)]
    return json.dumps({"id": f"order-{number}", "customer": "Comercial Andina", "lines": lines}).encode(), ""


class Caller(asyncio.Protocol):
    """One kept-alive connection with one request at a time."""

    def __init__(self, generator: "Generator") -> None:
        self._generator = generator
        self._buffer = b""
        self._due = 0.0

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._generator.free(self)

    def connection_lost(self, error: Exception | None) -> None:
        self._generator.lost()

    def call(self, due: float) -> None:
        """Send one request."""
        self._due = due
        self._transport.write(self._generator.request())

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        length = int(self._buffer[:end].lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        if len(self._buffer) < end + 4 + length:
            return
        status = int(self._buffer[9:12])
        self._buffer = b""
        self._generator.answered(self, status, time.perf_counter() - self._due)


class Generator:
    """Carries out a load."""

    def __init__(self, load: Load) -> None:
        self._load = load
        parts = urlsplit(load.url)
        self._host, self._port = parts.hostname, parts.port
        self._head = f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: application/json\r\n"
        self._sent = 0
        self._idle: deque[Caller] = deque()
        self._pending: deque[float] = deque()
        self._statuses: Counter[int] = Counter()
        self._times: list[float] = []
        self._until = 0.0

    def request(self) -> bytes:
        """Return one request; each has a body of its own."""
        self._sent += 1
        body, headers = (self._load.make or order)(self._sent)
        return f"{self._head}{headers}Content-Length: {len(body)}\r\n\r\n".encode() + body

    def free(self, caller: Caller) -> None:
        """A connection may carry a request."""
        if self._pending:
            caller.call(self._pending.popleft())
        elif self._load.rate is None and time.perf_counter() < self._until and self._open():
            caller.call(time.perf_counter())
        else:
            self._idle.append(caller)

    def answered(self, caller: Caller, status: int, seconds: float) -> None:
        """A request was answered."""
        self._statuses[status] += 1
        self._times.append(seconds)
        self.free(caller)

    def lost(self) -> None:
        """A connection was cut: no answer counts as status 0."""
        if time.perf_counter() < self._until:
            self._statuses[0] += 1

    def _open(self) -> bool:
        return self._load.gate is None or bool(self._load.gate.value)

    async def run(self) -> Told:
        """Send it all and wait for the answers."""
        loop = asyncio.get_running_loop()
        for _ in range(self._load.callers):
            await loop.create_connection(lambda: Caller(self), self._host, self._port)
        began = time.perf_counter()
        self._until = began + self._load.seconds
        await (self._by_rate(began) if self._load.rate else self._by_answers())
        ended = time.perf_counter()
        while len(self._idle) < self._load.callers and time.perf_counter() < ended + 30:
            await asyncio.sleep(0.01)
        times = sorted(self._times) or [0.0]
        p50, p99, worst = (1000 * times[int(share * (len(times) - 1))] for share in (0.5, 0.99, 1))
        whole = max(time.perf_counter() - began, self._load.seconds) if self._load.rate else ended - began
        return Told(whole, dict(self._statuses), p50, p99, worst)

    async def _by_rate(self, began: float) -> None:
        due, gap = began, 1 / self._load.rate
        while due < self._until:
            now = time.perf_counter()
            while due <= now and due < self._until:
                if self._idle:
                    self._idle.popleft().call(due)
                else:
                    self._pending.append(due)
                due += gap
            await asyncio.sleep(min(max(due - time.perf_counter(), 0), 0.002))

    async def _by_answers(self) -> None:
        while time.perf_counter() < self._until:
            while self._idle and self._open():
                self._idle.popleft().call(time.perf_counter())
            await asyncio.sleep(0.002)


def main(load: Load, pipe: Any) -> None:
    """Entry of the process."""
    pipe.send(uvloop.run(Generator(load).run()))
