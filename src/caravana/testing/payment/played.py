"""How a test of the contract is played: component and company over loopback, for what the company has."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, ClassVar, TypeVar

import pytest

from caravana.component.pay import PayComponent
from caravana.kit.clock import ManualClock
from caravana.kit.payment import Operation, PaymentComponent
from caravana.testing.harness import START, Hub
from caravana.testing.payment.company import Company
from caravana.testing.payment.till import STORE, Till

T = TypeVar("T", bound="Played")


def played(test: Callable[[T, Till], Awaitable[None]]) -> Callable[[T], None]:
    """Make a test of a coroutine that takes a till."""

    def run(self: T) -> None:
        async def play() -> None:
            async with self.till() as till:
                await test(self, till)

        asyncio.run(play())

    run.__name__, run.__doc__ = test.__name__, test.__doc__
    return run


def needs(*operations: Operation) -> Callable[[Callable[[T], None]], Callable[[T], None]]:
    """Skip the test for a company without one of these operations."""

    def mark(test: Callable[[T], None]) -> Callable[[T], None]:
        def run(self: T) -> None:
            missing = [one.value for one in operations if one not in self.component.capabilities.operations]
            if missing:
                pytest.skip(f"{self.component.title} has no {', '.join(missing)}")
            test(self)

        run.__name__, run.__doc__ = test.__name__, test.__doc__
        return run

    return mark


class Played(ABC):
    """What the parts of the contract share: the component, and how it is played with its company."""

    component: ClassVar[type[PaymentComponent]]
    """The class under test."""
    waits: ClassVar[Mapping[str, Any]] = {}
    """What `create` is asked for besides, so that an approved payment waits for our `confirm`; nothing: it always does."""

    @abstractmethod
    def company(self, clock: ManualClock) -> AbstractAsyncContextManager[Company]:
        """Serve the imitation, whose clock this is, while the block runs."""

    @asynccontextmanager
    async def till(self, **extra: Any) -> AsyncIterator[Till]:
        """Run component and company over loopback."""
        clock = ManualClock(START)
        async with self.company(clock) as company:
            hub = Hub(clock=clock, connections={STORE: dict(company.settings)}, settings={"cards.stores": STORE})
            component = self.component(hub)
            hub.components[STORE] = component
            till = Till(component, PayComponent(hub), hub, company, clock, extra)
            try:
                yield till
            finally:
                await component.close()
