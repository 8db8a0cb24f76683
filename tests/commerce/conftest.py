"""One running shop for each test, in which a second of the machine is a minute; and a clerk in Odoo."""

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.commerce.clerk import Clerk, clerks_odoo
from tests.commerce.shop import Shop, open_shop
from tests.support.leaping import LeapingClock


@pytest.fixture(autouse=True)
def pay_link_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """The secret that signs pay links."""
    monkeypatch.setenv("CARAVANA_SECRET_PAY_LINK", "a-secret-for-tests-only")


@pytest.fixture
def clock(tmp_path: Path) -> LeapingClock:
    """A clock that hurries, and that a test may move ahead."""
    return LeapingClock(time.time(), 60.0, tmp_path / "clock")


@pytest.fixture
async def shop(tmp_path: Path, clock: LeapingClock) -> AsyncIterator[Shop]:
    """A shop with the default settings."""
    async with open_shop(tmp_path, clock) as one:
        yield one


@pytest.fixture
async def clerk() -> AsyncIterator[Clerk]:
    """A clerk in Odoo 19."""
    async with clerks_odoo() as one:
        yield one
