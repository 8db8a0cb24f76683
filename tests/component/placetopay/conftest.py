from collections.abc import AsyncIterator

import pytest

from caravana.component.placetopay import PlacetopayComponent
from caravana.component.placetopay.sandbox import build
from caravana.kit.clock import ManualClock
from caravana.kit.serving import serve
from tests.component.placetopay.harness import NOW, Bench, Context


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    """Component and sandbox over loopback, with one clock."""
    clock = ManualClock(NOW)
    sandbox = build(clock, {"login": "shop", "secret_key": "ABCD1234"})
    async with serve(sandbox.app()) as url:
        context = Context({"url": url, "login": "shop", "secret_key": "ABCD1234"}, clock)
        component = PlacetopayComponent(context)
        yield Bench(component, context, sandbox, clock)
        await component.close()
        await sandbox.close()
