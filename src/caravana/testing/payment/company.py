"""A payment company as a test plays it."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from caravana.kit.payment import Operation

Body = dict[str, Any]


@dataclass(frozen=True)
class Notice:
    """A notification as the company posts it to `path` of the listener."""

    path: str
    content: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Company(ABC):
    """An imitation of the company, played by a test. `reply` is always what `create` answered."""

    settings: Mapping[str, Any]
    """Of the connection, its address among them."""
    marks: Sequence[str] = ()
    """Texts that the company's answers hold of card and payer, and that no reply may repeat."""

    @abstractmethod
    async def pay(self, reply: Body) -> None:
        """Play the customer who pays all; nothing is notified."""

    @abstractmethod
    async def refuse(self, reply: Body) -> None:
        """Play the customer whose card is refused."""

    @abstractmethod
    def lose(self, operation: Operation, *, done: bool) -> None:
        """Let the answer to the next call of `operation` be lost: after it was carried out, or without that."""

    @abstractmethod
    def count(self, operation: Operation) -> int:
        """Return how often a call of `operation` changed something."""

    @abstractmethod
    def notice(self, reply: Body, *, forged: bool = False) -> Notice:
        """Return what the company posts when the checkout is paid; `forged`: with a wrong proof of its sender."""

    async def settle(self) -> None:
        """Let the company settle the day's payments, where parts can be refunded only then."""
