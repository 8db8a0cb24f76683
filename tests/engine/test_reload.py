"""Reading the routes again while the hub runs: on both databases, with work in flight, good files and bad ones."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from caravana.engine.admin import Admin
from caravana.engine.configuration import Configuration, Modes, read_configuration
from caravana.engine.hub import Hub
from caravana.engine.project import Project
from caravana.engine.reload import Fate, Reloaded, Reloader, differing
from caravana.kit.callables import Callables
from caravana.kit.errors import ConfigurationError
from caravana.kit.ports import Arrival
from caravana.kit.serving import serve
from caravana.route import inspect_text
from tests.engine.conftest import route
from tests.engine.partner import PartnerComponent, World
from tests.support.waiting import eventually

PAID = (
    "- setVariable: {name: was, simple: '${body}'}\n- to: 'partner:pay?kind=idempotent'\n"
    "- setBody: {simple: {expression: '${variable.was}', resultType: String}}\n"
)
OLD = route(PAID + "- to: mock:old")
NEW = route(PAID + "- to: mock:new")


def answering(text: str, *, path: str = "/ask", name: str = "ask") -> str:
    """Return the YAML of a route that answers requests."""
    return (
        f"- route:\n    id: {name}\n    from:\n      uri: platform-http:{path}\n"
        f"      steps:\n        - setBody: {{constant: {text}}}\n"
    )


@dataclass
class Company:
    """What is on disk: its routes' text and configuration; and the hub that runs them."""

    hub: Hub
    reloader: Reloader
    routes: str
    configuration: Configuration

    async def reload(self, routes: str) -> Reloaded:
        """Write other routes and let the hub read them."""
        self.routes = routes
        return await self.reloader()

    async def become(self, modes: Modes, routes: str) -> Reloaded:
        """Write modes and routes, and let the hub read them."""
        self.configuration = self.configuration.model_copy(update={"modes": modes})
        return await self.reload(routes)

    async def send(self, *bodies: Any, to: str = "main") -> list[str]:
        """Accept messages; returns the exchange ids."""
        return [one.id for one in await self.hub.receivers[to].accept([Arrival(body=body) for body in bodies])]

    def received(self, name: str) -> list[Any]:
        """Return the bodies that `mock:name` received."""
        mock: Any = self.hub.components.get("mock")
        return [one.body for one in mock.received(name)]

    async def done(self, count: int) -> None:
        """Wait until so many exchanges are done."""
        desk = Admin(self.hub.journal, self.hub.clock, self.hub)

        async def counted() -> bool:
            return (await desk.counts()).get("done", 0) == count

        await eventually(counted, timeout=30)


def load(text: str, configuration: Configuration) -> Project:
    document, problems = inspect_text(text, "routes/main.yaml")
    return Project(configuration, [document], problems, Callables())


async def begin(journal: str, routes: str) -> Company:
    """Start a company's hub on a journal."""
    PartnerComponent.world = World()
    configuration = Configuration(journal=journal)
    project = load(routes, configuration)
    hub = Hub(configuration, project.documents, callables=project.callables, components=[PartnerComponent])
    company: Company
    reloader = Reloader(hub, lambda: company.configuration, lambda found: load(company.routes, found))
    company = Company(hub, reloader, routes, configuration)
    await hub.start()
    return company


@pytest.fixture(params=["sqlite", "postgresql"])
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty journal, on each database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/journal.db"
    return str(request.getfixturevalue("postgres_database"))


@pytest.fixture
async def company(journal: str) -> AsyncIterator[Company]:
    """A company that runs `OLD`."""
    found = await begin(journal, OLD)
    yield found
    await found.hub.stop(0)


async def test_work_in_flight_ends_under_the_routes_it_began_with(company: Company) -> None:
    """What was accepted before goes the old way to its end, what comes afterwards the new one; nothing is lost."""
    world, world.before = PartnerComponent.world, asyncio.Event()
    await company.send("first")
    await eventually(lambda: world.calls == 1)
    before = company.hub.revision
    reloaded = await company.reload(NEW + route("- to: mock:further", name="further"))
    assert reloaded.routes == {"further": Fate.ADDED, "main": Fate.CHANGED}
    assert company.hub.revision == reloaded.revision != before
    await company.send("second")
    await company.send("third", to="further")
    world.before.set()
    await company.done(3)
    assert (company.received("old"), company.received("new")) == (["first"], ["second"])
    assert company.received("further") == ["third"]


async def test_removed_route_ends_its_work(company: Company) -> None:
    """A removed route takes nothing more; what it had begun is carried out, also its child at a route that went, too."""
    world, world.before = PartnerComponent.world, asyncio.Event()
    hop = route(PAID + "- to: seda:behind")
    await company.reload(hop + route("- to: mock:behind", name="behind"))
    await company.send("last")
    await eventually(lambda: world.calls == 1)
    reloaded = await company.reload(route("- to: mock:other", name="other"))
    assert set(reloaded.routes.values()) == {Fate.ADDED, Fate.REMOVED}
    assert set(company.hub.receivers) == {"other"}
    world.before.set()
    await company.done(2)
    assert company.received("behind") == ["last"]


async def test_unchanged_again_is_unchanged(company: Company) -> None:
    """The same files make the same revision, and remarks make no change."""
    before = company.hub.revision
    remarked = OLD.replace("    id: main\n", "    id: main\n    description: Takes orders\n")
    reloaded = await company.reload(remarked)
    assert reloaded.routes == {"main": Fate.UNCHANGED}
    assert company.hub.revision == before


async def test_bad_files_change_nothing(company: Company) -> None:
    """Every problem is told with its place, the revision stays, and messages go the way they went."""
    before = company.hub.revision
    reloaded = await company.reload(OLD.replace("mock:old", "mok:old").replace("- setBody:", "- setBdy:"))
    assert reloaded.refused
    assert [one.line for one in reloaded.problems] == [10, 11]
    assert not reloaded.routes
    assert company.hub.revision == before
    await company.send("one")
    await company.done(1)
    assert company.received("old") == ["one"]


async def test_settings_that_need_a_restart_are_named(company: Company) -> None:
    """Placeholders count at once; what else differs is named and does not."""
    company.configuration = company.configuration.model_copy(
        update={"placeholders": {"where": "mock:filled"}, "connections": {"odoo": {"url": "http://127.0.0.1"}}}
    )
    reloaded = await company.reload(OLD.replace("mock:old", "'{{where}}'"))
    assert reloaded.restart == ("connections.odoo",)
    assert company.hub.configuration.connections == {}
    await company.send("one")
    await company.done(1)
    assert company.received("filled") == ["one"]


SLOW = route("- delay: {constant: 700}\n- to: 'partner:pay?kind=blind&imagined=true'")


async def test_a_mode_that_is_live_now_holds_for_what_arrives_from_now_on(company: Company) -> None:
    """What arrived in shadow stays undone though it is still on its way; the answer and the audit say what was changed."""
    await company.become(Modes(default="shadow"), SLOW)
    await company.send("old")
    reloaded = await company.become(Modes(routes={"main": "live"}), SLOW)
    assert reloaded.as_json()["modes"] == {"default": "shadow → live", "routes.main": "– → live"}
    assert reloaded.restart == ()
    await company.send("new")
    await company.done(2)
    assert [body for _, body in PartnerComponent.world.done] == ["new"]
    assert (await company.become(Modes(routes={"main": "live"}), SLOW)).modes == {}


async def test_a_mode_that_is_shadow_now_leaves_nothing_half_done(company: Company) -> None:
    """What arrived live ends live; the next message is only recorded."""
    await company.become(Modes(), SLOW)
    await company.send("old")
    await company.become(Modes(default="shadow"), SLOW)
    await company.send("new")
    await company.done(2)
    assert [body for _, body in PartnerComponent.world.done] == ["old"]


async def test_off_holds_at_once_and_opens_again(company: Company) -> None:
    """The door of a route that is off is shut while those beside it are not interrupted; live again, it is open."""
    both = answering("one", path="/one", name="one") + answering("two", path="/two", name="two")
    await company.become(Modes(), both)
    async with serve(company.hub.listener) as url, aiohttp.ClientSession(url) as session:
        consumer = company.hub.doors.consumers["two"]
        await company.become(Modes(routes={"one": "off"}), both)
        assert [(await ask(session, path))[0] for path in ("/one", "/two")] == [404, 200]
        await company.become(Modes(), both)
        assert [(await ask(session, path))[0] for path in ("/one", "/two")] == [200, 200]
        assert company.hub.doors.consumers["two"] is consumer


async def test_a_mode_of_what_there_is_not_changes_nothing(company: Company) -> None:
    """A wrong name would leave live what was meant to be held back: the files are refused, and the modes stay."""
    reloaded = await company.become(Modes(default="shadow", routes={"mian": "live"}), OLD)
    assert (reloaded.refused, reloaded.modes) == (True, {})
    assert "mian" in reloaded.problems[0].message
    assert company.hub.configuration.modes == Modes()
    await company.send("one")
    await company.done(1)
    assert [body for _, body in PartnerComponent.world.done] == ["one"]


def test_differences_are_named_by_setting(tmp_path: Path) -> None:
    """A changed, a new and a removed setting are named by their dotted names; sections that are taken are not."""
    one, two = tmp_path / "one.yaml", tmp_path / "two.yaml"
    one.write_text("limits: {live: 3}\nconnections: {a: {url: x}, b: {url: y}}\nroutes: [r.yaml]\n")
    two.write_text("limits: {live: 4}\nconnections: {a: {url: z}}\nsettings: {cards.life: 5m}\n")
    found = list(differing(read_configuration(one), read_configuration(two)))
    assert found == ["connections.a", "connections.b", "limits.live", "settings.cards.life"]


async def ask(session: aiohttp.ClientSession, path: str) -> tuple[int, str]:
    async with session.get(path) as answer:
        return answer.status, await answer.text()


async def test_consumers_move_stay_or_go_back(journal: str) -> None:
    """An address that stays is served by the same consumer; one that is taken refuses the files and all is as it was."""
    company = await begin(journal, answering("one"))
    async with serve(company.hub.listener) as url, aiohttp.ClientSession(url) as session:
        consumer = company.hub.doors.consumers["ask"]
        await company.reload(answering("two"))
        assert company.hub.doors.consumers["ask"] is consumer
        assert await ask(session, "/ask") == (200, "two")
        reloaded = await company.reload(answering("three", path="/query"))
        assert reloaded.routes == {"ask": Fate.CHANGED}
        assert [(await ask(session, path))[0] for path in ("/ask", "/query")] == [404, 200]
        revision = company.hub.revision
        taken = answering("four", path="/more", name="more") + answering("five", path="/more", name="same")
        refused = await company.reload(taken)
        assert refused.refused
        assert "/more" in refused.problems[0].message
        assert company.hub.revision == revision
        assert [(await ask(session, path))[0] for path in ("/more", "/query")] == [404, 200]
        assert await ask(session, "/query") == (200, "three")
    await company.hub.stop(0)


async def test_no_request_is_refused_meanwhile(company: Company) -> None:
    """While routes beside it come and go, an unchanged route answers every request."""
    await company.reload(answering("well"))
    answered: list[tuple[int, str]] = []
    enough = asyncio.Event()

    async def call(session: aiohttp.ClientSession) -> None:
        while not enough.is_set():
            answered.append(await ask(session, "/ask"))

    async with serve(company.hub.listener) as url, aiohttp.ClientSession(url) as session:
        callers = [asyncio.create_task(call(session)) for _ in range(4)]
        for number in range(6):
            await company.reload(answering("well") + answering("x", path=f"/{number}", name=f"other{number}"))
        enough.set()
        await asyncio.gather(*callers)
    assert set(answered) == {(200, "well")}


async def test_stopping_hub_takes_no_routes(journal: str) -> None:
    """After its end the hub refuses, and opens no door again."""
    company = await begin(journal, OLD)
    await company.hub.stop(0)
    assert (await company.reload(NEW)).refused
    assert company.hub.doors.consumers == {}


async def test_starting_hub_takes_no_routes(tmp_path: Path) -> None:
    """Before its doors are open a hub refuses to go over to other routes."""
    project = load(OLD, Configuration(journal=f"sqlite:///{tmp_path}/journal.db"))
    hub = Hub(project.configuration, project.documents, callables=project.callables, components=[PartnerComponent])
    with pytest.raises(ConfigurationError, match="starting"):
        await hub.turn(load(NEW, project.configuration))


async def test_each_process_accepts_under_the_modes_that_it_knows(postgres_database: str) -> None:
    """One has read that it is live, the other has not: whoever carries it out, what each accepted is done or only recorded."""
    one, first = await begin(postgres_database, SLOW), PartnerComponent.world
    two, second = await begin(postgres_database, SLOW), PartnerComponent.world
    await two.become(Modes(default="shadow"), SLOW)
    await eventually(lambda: all(sum(b - a + 1 for a, b in at.hub.ownership.ranges()) == 32 for at in (one, two)))
    await one.send(*(f"live {number}" for number in range(8)))
    await two.send(*(f"shadow {number}" for number in range(8)))
    await one.done(16)
    done = sorted(body for _, body in (*first.done, *second.done))
    assert done == [f"live {number}" for number in range(8)]
    assert second.done
    await one.hub.stop(0)
    await two.hub.stop(0)


async def test_two_processes_one_after_the_other(postgres_database: str) -> None:
    """A process that has not read the files yet carries out what began under them elsewhere."""
    one = await begin(postgres_database, OLD)
    two = await begin(postgres_database, OLD)
    await one.reload(NEW)
    await eventually(lambda: all(sum(b - a + 1 for a, b in at.hub.ownership.ranges()) == 32 for at in (one, two)))
    await one.send(*map(str, range(20)))
    await one.done(20)
    assert sorted(one.received("new") + two.received("new")) == sorted(map(str, range(20)))
    assert two.received("new")
    await one.hub.stop(0)
    await two.hub.stop(0)
