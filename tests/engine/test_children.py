"""One step that starts many children, each once."""

from typing import Any

from caravana.kit.component import Component, Endpoint, Local
from caravana.kit.exchange import Exchange
from caravana.kit.options import Options
from caravana.kit.ports import Arrival, Flow
from tests.engine.conftest import Station

ROUTES = """
- route:
    id: batches
    from:
      uri: direct:batches
      steps:
        - to: parts:seda:part
        - to: mock:split
- route:
    id: parts
    from:
      uri: seda:part
      steps:
        - to: mock:part
"""


class Parts(Local):
    """Starts a child for each member of the body, with the member as its key."""

    def __init__(self, address: str) -> None:
        self.address = address

    async def process(self, exchange: Exchange, flow: Flow) -> None:
        children = [(self.address, Arrival(one, key=one, lane=one[:1])) for one in exchange.body]
        spawned = await flow.spawn_all(children)
        exchange.body = [spawned.new, spawned.duplicates]


class PartsEndpoint(Endpoint):
    """`parts:address`."""

    def producer(self) -> Local:
        return Parts(self.uri.path)


class PartsComponent(Component):
    """Splits."""

    scheme = "parts"
    title = "Parts"
    syntax = "parts:address"
    doc = "Splits."
    options = Options

    def create(self, uri: Any, options: Any) -> Endpoint:
        return PartsEndpoint(uri, options, self.context)


async def test_each_child_comes_once(station: Station) -> None:
    """A batch starts its children in one step; a batch that repeats some adds only those that are new."""
    station.further = [PartsComponent]
    await station.start(ROUTES)
    await station.send("batches", ["a1", "a2", "b1"])
    await station.send("batches", ["a2", "b1", "c1"])
    assert sorted(station.received("part")) == ["a1", "a2", "b1", "c1"]
    assert station.received("split") == [[3, 0], [1, 2]]
    rows = await station.query("select lane, parent from exchange where route = 'parts' order by key")
    assert [row["lane"] for row in rows] == ["a", "a", "b", "c"]
    assert len({row["parent"] for row in rows}) == 2


async def test_a_step_without_children_ends_well(station: Station) -> None:
    """An empty batch is a batch."""
    station.further = [PartsComponent]
    await station.start(ROUTES)
    await station.send("batches", [])
    assert station.received("split") == [[0, 0]]
