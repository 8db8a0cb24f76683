"""The pytest plugin: fixtures that import the hub only when a test asks for them."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from caravana.testing.crash import CrashTest
    from caravana.testing.routes import RouteTest


@pytest.fixture
def route_test(tmp_path: Path) -> "RouteTest":
    """Return what runs route files on a hub with a fresh journal, as an asynchronous context: see `RouteTest`."""
    from caravana.testing.routes import RouteTest

    return RouteTest(tmp_path)


@pytest.fixture
def crash_test(tmp_path: Path) -> "CrashTest":
    """Return what runs route files in a process that is killed at a named boundary, on a fresh journal."""
    from caravana.testing.crash import CrashTest

    return CrashTest(tmp_path)
