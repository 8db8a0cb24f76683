"""The catalogue on the hub itself: a killed hub goes on with the batch that it handed in; the doctor."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import caravana.component.catalog as package
from caravana.component.catalog import CatalogComponent, body
from caravana.component.catalog.spec import CatalogSettings, Operation
from caravana.component.whatsapp.sandbox import Account, MetaSandbox
from caravana.kit.graph.body import Body
from caravana.kit.options import read_options
from caravana.kit.ports import Arrival
from caravana.kit.serving import serve
from caravana.testing import RouteTest
from caravana.testing.harness import Hub, readme_endpoints
from caravana.testing.routes import RunningRoutes
from tests.component.catalog.items import item
from tests.component.facebook.readme import connection_of
from tests.support.waiting import eventually

ROUTES = """
- route:
    id: products
    from:
      uri: seda:products
      steps:
        - to: catalog:publish
        - to: mock:done
"""
README = (Path(package.__file__).parent / "README.md").read_text("utf-8")


@asynccontextmanager
async def hub(route_test: RouteTest, sandbox: MetaSandbox) -> AsyncIterator[RunningRoutes]:
    """Run the route with Meta's imitation."""
    async with serve(sandbox.app()) as url:
        settings = {"url": url, "timeout": "2s", "poll": "50ms", **sandbox.connections()["catalog"]}
        async with route_test(ROUTES, connections={"catalog": settings}) as running:
            yield running


async def test_a_killed_hub_goes_on_with_its_batch(route_test: RouteTest) -> None:
    """The hub dies while Meta works: the next one asks for the same batch, and hands nothing in again."""
    sandbox = MetaSandbox(account=Account(fetch=False, batch_after=0.6))
    async with hub(route_test, sandbox) as running:
        await running.hub.receivers["products"].accept([Arrival({"items": [item("A"), item("B")]})])
        await eventually(lambda: sandbox.calls["catalog.check_batch_request_status.get"])
        await running.hub.stop(0)
    async with hub(route_test, sandbox) as again:
        await eventually(lambda: again.mock("done").bodies)
        [told] = again.mock("done").bodies
        assert (told["accepted"], told["handles"]) == (2, list(sandbox.catalog.batches))
        findings = await again.hub.components.get("catalog").diagnose("catalog")
        assert [(one.subject, one.severity.value) for one in findings] == [("address", "ok"), ("catalog", "ok")]
        assert "2 items" in findings[1].message
        sandbox.account.catalog_id = "99"
        findings = await again.hub.components.get("catalog").diagnose("catalog")
        assert [(one.subject, one.severity.value) for one in findings] == [("catalog", "error")]
    assert sandbox.effects["catalog.items_batch.post"] == 1
    await sandbox.close()


def test_the_readme_is_right() -> None:
    """Addresses and settings of the examples are taken; each operation and each key of a body stands there."""
    assert len(readme_endpoints(CatalogComponent(Hub()))) == 2
    settings = read_options(CatalogSettings, connection_of(README, "catalog"), place="README")
    assert (settings.catalog, settings.rows) == ("5678", 3000)
    assert [one for one in Operation if f"`{one}`" not in README] == []
    models = [one for one in vars(body).values() if isinstance(one, type) and issubclass(one, Body | body.Part)]
    names = {name for one in models for name in one.model_fields}
    assert sorted(name for name in names if f"`{name}`" not in README) == []
