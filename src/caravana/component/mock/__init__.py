"""`mock:name`: keeps what is sent to it, for tests of routes."""

from collections import deque
from dataclasses import dataclass
from typing import Any

from pydantic import Field, model_validator

from caravana.kit.component import Component, Endpoint, Local, Maturity
from caravana.kit.errors import ConfigurationError
from caravana.kit.exchange import Exchange
from caravana.kit.options import Options
from caravana.kit.ports import Context, Flow
from caravana.kit.uri import Uri

LIMIT = 1_000
"""Messages kept of one name unless the address says otherwise; older ones make room."""


class MockOptions(Options):
    """How many messages are kept."""

    retain_first: int = Field(-1, ge=-1, description="Keep only the first n messages.")
    retain_last: int = Field(-1, ge=-1, description=f"Keep only the last n messages; without either, the last {LIMIT}.")

    @model_validator(mode="after")
    def _one_of_both(self) -> "MockOptions":
        if self.retain_first >= 0 and self.retain_last >= 0:
            raise ValueError("`retainFirst` and `retainLast` exclude each other")
        return self


class MockProducer(Local):
    """Keeps a copy of each message; a re-run adds nothing that the first run has already brought."""

    def __init__(self, kept: deque[Exchange], options: MockOptions) -> None:
        """`kept`: where copies go, shared by all addresses of one name."""
        self._kept = kept
        self._first = options.retain_first
        self._limit = options.retain_last if options.retain_last >= 0 else max(LIMIT, options.retain_first)

    async def process(self, exchange: Exchange, flow: Flow) -> None:
        """Keep a copy; the message stays as it is."""
        if flow.replaying or 0 <= self._first <= len(self._kept):
            return
        self._kept.append(exchange.copy())
        while len(self._kept) > self._limit:
            self._kept.popleft()


@dataclass(frozen=True)
class MockEndpoint(Endpoint):
    """One name; `kept` is shared by all addresses with it."""

    kept: deque[Exchange]

    def producer(self) -> MockProducer:
        """Return the keeping side."""
        return MockProducer(self.kept, self.options)


class MockComponent(Component):
    """Kept messages by name."""

    scheme = "mock"
    title = "Mock"
    syntax = "mock:name"
    doc = "Keeps copies of the messages sent to it in memory, so that a test can look at them."
    maturity = Maturity.STABLE
    options = MockOptions
    consumes = False

    def __init__(self, context: Context) -> None:
        """Begin with nothing kept."""
        super().__init__(context)
        self._kept: dict[str, deque[Exchange]] = {}

    def create(self, uri: Uri, options: Any) -> MockEndpoint:
        """Return the endpoint of one name. Raises `ConfigurationError` without a name."""
        if not uri.path:
            raise ConfigurationError("`mock:` needs a name", suggestion="write mock:result")
        return MockEndpoint(uri, options, self.context, self._kept.setdefault(uri.path, deque()))

    def received(self, name: str) -> list[Exchange]:
        """Return the messages sent to `mock:name`, oldest first."""
        return list(self._kept.get(name, ()))

    def reset(self) -> None:
        """Forget everything that was received."""
        for kept in self._kept.values():
            kept.clear()
