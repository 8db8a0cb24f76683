"""What an exchange of an older revision is run with: its own settings, today's code, and a word about it."""

from collections.abc import Mapping
from typing import Any

import pytest

from caravana.engine.admin import Admin
from caravana.kit.callables import Callables, Configured, declare, pure
from caravana.kit.effect import Kind
from caravana.kit.errors import ConfigurationError, Refused
from tests.engine.conftest import Station, route

PRICED = route("- to: 'partner:pay?kind=idempotent'\n- to: bean:prices?method=price\n- to: mock:out")


class Prices(Configured):
    """A flow's object: one setting, one secret."""

    def __init__(self, rate: int, secret: str = "s") -> None:
        self.rate = rate
        self.secret = secret

    @property
    def settings(self) -> dict[str, Any]:
        return {"rate": self.rate}

    def with_settings(self, settings: Mapping[str, Any]) -> "Prices":
        if "rate" not in settings:
            raise ConfigurationError("no rate was kept")
        return Prices(settings["rate"], self.secret)

    @pure
    def price(self, body: Any) -> int:
        return self.rate


def desk_of(station: Station) -> Admin:
    assert station.hub is not None
    return Admin(station.hub.journal, station.hub.clock, station.hub)


async def die(station: Station, routes: str) -> str:
    """Start a hub and let one exchange of it die at the partner; returns its id."""
    await station.start(routes)
    station.world.fail(Refused("no", status=400))
    [found] = await station.send("main", "S1")
    return found


async def test_settings_are_part_of_the_revision(station: Station) -> None:
    """Another setting makes another revision; an exchange ends under the settings it began with, unless told otherwise."""
    station.callables = {"prices": Prices(2)}
    first, revision = await die(station, PRICED), station.hub.revision  # type: ignore[union-attr]
    station.world.fail(Refused("no", status=400))
    [second] = await station.send("main", "S2")
    station.callables = {"prices": Prices(3)}
    hub = await station.start(PRICED)
    assert hub.revision != revision
    await desk_of(station).retry(first, go=True)
    await hub.dispatcher.quiet()
    await desk_of(station).retry(second, current=True, go=True)
    await hub.dispatcher.quiet()
    assert station.received("out") == [2, 3]


def test_secrets_are_no_part_of_the_revision() -> None:
    """A manifest holds what the object calls its settings; the two methods of `Configured` are no callables."""
    callables = Callables()
    callables.register("prices", Prices(2, "very secret"))
    assert callables.settings == {"prices": {"rate": 2}}
    assert list(callables.versions()) == ["prices.price"]


async def test_settings_that_fit_no_more_are_told(station: Station) -> None:
    """When what is installed cannot take the settings kept, the exchange is dead and says what to do."""
    station.callables = {"prices": Prices(2)}
    hub = await station.start(PRICED)
    hub.dispatcher.pause()
    await station.send("main", "S1", wait=False)

    class Other(Prices):
        def with_settings(self, settings: Mapping[str, Any]) -> "Prices":
            raise ConfigurationError("the settings were others then")

    station.callables = {"prices": Other(3)}
    hub = await station.start(PRICED)
    await hub.dispatcher.quiet()
    [told] = await desk_of(station).messages(states=["dead"])
    assert "the settings were others then" in told["error"]
    assert "retry under the current revision" in told["error"]
    await desk_of(station).retry(told["id"], current=True, go=True)
    await hub.dispatcher.quiet()
    assert station.received("out") == [3]


def priced(version: str) -> Any:
    """Return the same callable in some version."""

    @declare(Kind.PURE, version=version)
    def price(body: Any) -> str:
        return f"price of version {version}"

    return price


async def test_changed_callable_is_told_once(station: Station) -> None:
    """Work in flight goes on with today's code, and its timeline says so, once, however often it is run."""
    routes = route("- to: bean:price\n- to: 'partner:pay?kind=idempotent'\n- to: bean:price\n- to: mock:out")
    station.callables = {"price": priced("1")}
    await station.start(routes)
    station.world.fail(Refused("no", status=400))
    [found] = await station.send("main", "S1")
    station.callables = {"price": priced("2")}
    hub = await station.start(routes.replace("mock:out", "mock:new"))
    desk = desk_of(station)
    station.world.fail(Refused("no", status=400))
    await desk.retry(found, go=True)
    await hub.dispatcher.quiet()
    await desk.retry(found, go=True)
    await hub.dispatcher.quiet()
    told = [one for one in (await desk.message(found))["timeline"] if one["what"] == "runs changed callables"]
    assert [one["detail"] for one in told] == ["other code than in its revision: price"]
    assert station.received("out") == ["price of version 2"]


async def test_unchanged_callables_are_not_told(station: Station) -> None:
    """An exchange of an older revision whose callables are the same runs without a word."""
    station.callables = {"prices": Prices(2)}
    found = await die(station, PRICED)
    hub = await station.start(PRICED.replace("mock:out", "mock:new"))
    await desk_of(station).retry(found, go=True)
    await hub.dispatcher.quiet()
    shown = await desk_of(station).message(found)
    assert shown["state"] == "done"
    assert "runs changed callables" not in [one["what"] for one in shown["timeline"]]


async def test_records_of_other_semantics_are_not_gone_by(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an engine with other call paths recorded would not be found: the exchange is dead instead of done twice."""
    await station.start(PRICED.replace("- to: bean:prices?method=price", "- to: 'partner:tell?kind=blind'"))
    station.world.script.append(_well)
    station.world.fail(Refused("no", status=400))
    [found] = await station.send("main", "S1")
    done = list(station.world.done)
    monkeypatch.setattr("caravana.engine.executor.ENGINE_SEMANTICS", 2)
    assert station.hub is not None
    await desk_of(station).retry(found, go=True)
    await station.hub.dispatcher.quiet()
    shown = await desk_of(station).message(found)
    assert (shown["state"], station.world.done) == ("dead", done)
    assert "semantics 1" in shown["error"]


def _well() -> None:
    return None


_well.act = True  # type: ignore[attr-defined]
