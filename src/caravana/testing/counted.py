"""`counted:name?kind=…`: a partner that writes down what it did, in a file that outlives the hub."""

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field

from caravana.kit.component import Component, Endpoint, Maturity, Producer
from caravana.kit.effect import Effect, Kind, Reply
from caravana.kit.errors import ConfigurationError
from caravana.kit.exchange import Exchange
from caravana.kit.options import Options
from caravana.kit.uri import Uri

Pass = Callable[[str], None]
"""Called at the boundaries of a call, `call:before` and `call:after`."""


class Book:
    """What was done: one line for each act, with its name, key and message."""

    def __init__(self, path: Path) -> None:
        """`path`: of the file."""
        self.path = path

    def lines(self) -> Iterator[dict[str, Any]]:
        """Yield what was done, in order."""
        if self.path.exists():
            for line in self.path.read_text("utf-8").splitlines():
                yield json.loads(line)

    def count(self) -> Counter[tuple[str, Any]]:
        """Return how often each act was done, by name and message."""
        return Counter((one["name"], json.dumps(one["message"])) for one in self.lines())

    def knows(self, name: str, key: str) -> bool:
        """Tell whether the act with this key was done."""
        return any((one["name"], one["key"]) == (name, key) for one in self.lines())

    def write(self, name: str, key: str, message: Any) -> None:
        """Write an act down, in one write, so that a killed process leaves a whole line or none."""
        line = json.dumps({"name": name, "key": key, "message": message}, default=str) + "\n"
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(handle, line.encode())
        finally:
            os.close(handle)


class CountedOptions(Options):
    """Options of a counted act."""

    kind: Kind = Field(Kind.BLIND, description="What the partner allows: read, idempotent, verifiable or blind.")


class CountedProducer(Producer):
    """One act."""

    timeout = timedelta(seconds=5)

    def __init__(self, name: str, kind: Kind, book: Book, pass_: Pass) -> None:
        """`book`: where it is written down."""
        self.kind = kind
        self._name = name
        self._book = book
        self._pass = pass_

    def request(self, exchange: Exchange) -> Any:
        """Return the message."""
        return {"message": exchange.body}

    async def send(self, request: Any, effect: Effect) -> Reply:
        """Do it; an idempotent act with a known key is done once."""
        self._pass("call:before")
        if self.kind is not Kind.READ and not (
            self.kind is Kind.IDEMPOTENT and self._book.knows(self._name, effect.key)
        ):
            self._book.write(self._name, effect.key, request["message"])
        self._pass("call:after")
        return Reply(request["message"], reference=effect.key)

    async def verify(self, request: Any, effect: Effect) -> Reply | None:
        """Tell whether it was done."""
        known = self._book.knows(self._name, effect.key)
        return Reply(request["message"], reference=effect.key) if known else None


class CountedEndpoint(Endpoint):
    """One name."""

    def producer(self) -> CountedProducer:
        """Return the acting side. Raises `ConfigurationError` when no book is open."""
        book = CountedComponent.book
        if book is None:
            raise ConfigurationError("`counted:` needs a crash test, which opens its book")
        return CountedProducer(self.uri.path, self.options.kind, book, CountedComponent.pass_)


class CountedComponent(Component):
    """Acts that are counted. `book` and `pass_` are set by the process that a crash test runs."""

    scheme = "counted"
    title = "Counted"
    syntax = "counted:name"
    doc = "Writes down each act, so that a crash test can count them."
    maturity = Maturity.STABLE
    options = CountedOptions
    consumes = False
    book: ClassVar[Book | None] = None
    pass_: ClassVar[Pass] = staticmethod(lambda _event: None)

    def create(self, uri: Uri, options: Any) -> CountedEndpoint:
        """Return the endpoint of one name. Raises `ConfigurationError` without a name."""
        if not uri.path:
            raise ConfigurationError("`counted:` needs a name", suggestion="write counted:pay?kind=verifiable")
        return CountedEndpoint(uri, options, self.context)
