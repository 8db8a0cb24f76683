"""A browser whose answer takes long sees a page in its language that ends at the answer; programs get what they got."""

import asyncio
import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path

import aiohttp
import pytest

from caravana.engine.configuration import Configuration
from caravana.engine.hub import Hub
from caravana.kit.serving import serve
from caravana.route import read_text
from tests.support.waiting import eventually

ROUTES = """
- route:
    id: slow
    from:
      uri: platform-http:/slow/{name}
      parameters: {lane: one, replyTimeout: 50ms, waitingStyle: /look.css}
      steps:
        - to: "direct:gate"
        - setHeader: {name: Location, simple: "https://shop.example/${header.name}"}
        - setHeader: {name: CamelHttpResponseCode, constant: 303}
        - setBody: {constant: ""}
- route:
    id: gate
    from:
      uri: direct:gate
      steps:
        - bean: {ref: gate}
"""
BROWSER = {"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", "Accept-Language": "es-EC,es;q=0.9"}


class Site:
    """A hub with one route that answers when its gate is opened."""

    def __init__(self, url: str, web: aiohttp.ClientSession, gate: asyncio.Event) -> None:
        self.url = url
        self.web = web
        self.gate = gate

    async def ask(self, path: str, method: str = "GET", **headers: str) -> tuple[int, str, str]:
        """Return status, text and where it leads."""
        address = path if path.startswith("http") else self.url + path
        async with self.web.request(method, address, headers=headers, allow_redirects=False) as answer:
            return answer.status, await answer.text(), answer.headers.get("Location", "")


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    """The hub on loopback."""
    from caravana.kit.callables import Callables, read

    gate, callables = asyncio.Event(), Callables()

    @read
    async def wait(body: object) -> object:
        await gate.wait()
        return body

    callables.register("gate", wait)
    hub = Hub(Configuration(journal=f"sqlite:///{tmp_path}/j.db"), [read_text(ROUTES)], callables=callables)
    async with serve(hub.listener) as url, hub, aiohttp.ClientSession() as web:
        hub.listener.public_url = url
        yield Site(url, web, gate)


@pytest.mark.parametrize("lane", ["one", "${header.name}"])
async def test_who_waits_when_the_hub_stops_is_told_that_it_goes_on(tmp_path: Path, lane: str) -> None:
    """The request is on disk and resumes at the next start: 202 with the address of its state, at once, and no error."""
    from caravana.kit.callables import Callables, read

    callables, began = Callables(), asyncio.Event()

    @read
    async def wait(body: object) -> object:
        began.set()
        return await asyncio.Event().wait()

    callables.register("gate", wait)
    text = ROUTES.replace("lane: one, replyTimeout: 50ms", f"lane: '{lane}', replyTimeout: 1h")
    hub = Hub(Configuration(journal=f"sqlite:///{tmp_path}/j.db"), [read_text(text)], callables=callables)
    async with serve(hub.listener) as url, aiohttp.ClientSession() as web:
        await hub.start()
        hub.listener.public_url = url
        asking = [asyncio.create_task(Site(url, web, began).ask(f"/slow/{one}")) for one in ("ana", "luis")]
        await began.wait()
        await eventually(lambda: len(hub.dispatcher) == 2)
        await hub.stop(grace=0.1)
        answers = [await asyncio.wait_for(one, 2) for one in asking]
    assert [status for status, _, _ in answers] == [202, 202]
    assert all('"state":"running"' in text.replace(" ", "") for _, text, _ in answers)


def next_of(page: str) -> str:
    """Return where the page asks by itself."""
    found = re.search(r'http-equiv="refresh" content="\d+;url=([^"]+)"', page)
    assert found is not None, page
    return unescape(found[1])


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_browser_waits_for_its_answer(site: Site, method: str) -> None:
    """The page says so in words, asks again by itself, and leads to what the route answered at last."""
    status, page, _ = await site.ask("/slow/7?lang=en", method, **BROWSER)
    assert status == 202
    assert "We are preparing your answer" in page
    assert 'href="/look.css"' in page
    status, page, _ = await site.ask(next_of(page), **BROWSER)
    assert (status, "We are preparing" in page) == (202, True)
    site.gate.set()
    address = next_of(page)

    async def answered() -> str:
        return (await site.ask(address, **BROWSER))[2]

    assert await eventually(answered) == "https://shop.example/7"


async def test_only_who_asked_gets_the_answer(site: Site) -> None:
    """Another ticket, another exchange or another route shows nothing but words."""
    _, page, _ = await site.ask("/slow/7", **BROWSER)
    address = next_of(page).partition("?")[0]
    site.gate.set()
    head, exchange, ticket, route = address.rsplit("/", 3)
    for wrong in (f"{head}/{exchange}/{ticket}x/{route}", f"{head}/{exchange}x/{ticket}/{route}", f"{address}x"):
        status, page, _ = await site.ask(wrong, **BROWSER)
        assert (status, "Enlace no válido" in page) == (404, True)


async def test_a_program_gets_its_status_address(site: Site) -> None:
    """Whoever does not ask for pages gets JSON and a Location, as before, and no page for its exchange."""
    status, text, place = await site.ask("/slow/7", Accept="application/json")
    assert (status, '"state":"running"' in text.replace(" ", "")) == (202, True)
    assert "/_exchange/" in place
    exchange = place.rpartition("/")[2]
    status, _, _ = await site.ask(f"/_answer/{exchange}/None/slow", **BROWSER)
    assert status == 404
    site.gate.set()
