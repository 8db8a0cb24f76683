"""One running shop for each test; a second of the machine is a minute of the shop."""

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from caravana.kit.clock import ScaledClock
from tests.commerce.shop import Shop, open_shop


@pytest.fixture(autouse=True)
def pay_link_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """The secret that signs pay links."""
    monkeypatch.setenv("CARAVANA_SECRET_PAY_LINK", "a-secret-for-tests-only")


@pytest.fixture
def clock() -> ScaledClock:
    """A clock that hurries."""
    return ScaledClock(time.time(), 60.0)


@pytest.fixture
async def shop(tmp_path: Path, clock: ScaledClock) -> AsyncIterator[Shop]:
    """A shop with the default settings."""
    async with open_shop(tmp_path, clock) as one:
        yield one
