from collections.abc import AsyncIterator

import pytest

from caravana.component.payphone import PayphoneComponent
from caravana.component.payphone.sandbox import PayphoneSandbox, Store
from caravana.kit.clock import ManualClock
from caravana.kit.serving import serve
from caravana.testing.harness import START, Hub
from tests.component.payphone.till import STORE, Till


@pytest.fixture
async def till() -> AsyncIterator[Till]:
    """Component and sandbox over loopback, with one clock."""
    clock = ManualClock(START)
    sandbox = PayphoneSandbox(clock=clock, store=Store(token="token-1", store_id="tienda-1"))
    async with serve(sandbox.app()) as url:
        settings = {"url": url, **sandbox.connection()}
        hub = Hub(clock=clock, connections={STORE: settings})
        component = PayphoneComponent(hub)
        hub.components[STORE] = component
        yield Till(component, hub, sandbox, clock)
        await component.close()
        await sandbox.close()
