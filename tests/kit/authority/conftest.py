"""The imitated authority with a clock that stands still."""

import pytest

from caravana.kit.authority import Authority
from caravana.kit.clock import ManualClock


@pytest.fixture
def clock() -> ManualClock:
    """23 November 2026, ten in the morning in Ecuador."""
    return ManualClock()


@pytest.fixture
def authority(clock: ManualClock) -> Authority:
    """The test environment, in memory."""
    return Authority(clock)
