"""Tools for tests of routes and components; a plugin for pytest.

The fixtures `route_test` and `crash_test` run route files on a hub with a journal of their own; `ComponentContract` is
what every component fulfils; `caravana.testing.harness` is a hub in memory for the tests of one component.
"""

from caravana.testing.contract import ComponentContract
from caravana.testing.crash import BOUNDARIES, CrashTest
from caravana.testing.routes import Mock, RouteTest, RunningRoutes

__all__ = ["BOUNDARIES", "ComponentContract", "CrashTest", "Mock", "RouteTest", "RunningRoutes"]
