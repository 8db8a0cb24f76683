from collections.abc import AsyncIterator

import pytest

from caravana.component.stripe import StripeComponent
from caravana.component.stripe.sandbox import build
from caravana.kit.clock import ManualClock
from caravana.kit.serving import serve
from tests.component.stripe.harness import KEY, NOW, SECRET, Bench, Context


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    """Component and sandbox over loopback, with one clock."""
    clock = ManualClock(NOW)
    sandbox = build(clock, {"secret_key": KEY, "webhook_secret": SECRET})
    async with serve(sandbox.app()) as url:
        context = Context({"url": url, "secretKey": KEY, "webhookSecret": SECRET}, clock)
        component = StripeComponent(context)
        context.component = component
        yield Bench(component, context, sandbox, clock)
        await component.close()
        await sandbox.close()
