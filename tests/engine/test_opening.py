"""What callers are told while a hub starts or stops: not that there is no such address, but to come again."""

from pathlib import Path

import aiohttp

from caravana.engine.configuration import Configuration
from caravana.engine.hub import Hub
from caravana.kit.callables import Callables
from caravana.kit.serving import serve
from caravana.route import read_text

ROUTE = "- route: {id: asked, from: {uri: 'platform-http:/asked', steps: [{setBody: {constant: yes}}]}}"


async def test_no_address_is_unknown_until_all_are_there(tmp_path: Path) -> None:
    """Before its doors are open and after they are shut a hub answers 503 at any address; between, 404 at an unknown one."""
    hub = Hub(Configuration(journal=f"sqlite:///{tmp_path}/journal.db"), [read_text(ROUTE)], callables=Callables())

    async def answers() -> list[tuple[int, bool]]:
        found = []
        for path in ("/asked", "/unheard-of"):
            async with web.get(f"{url}{path}") as answer:
                found.append((answer.status, "Retry-After" in answer.headers))
        return found

    async with serve(hub.listener) as url, aiohttp.ClientSession() as web:
        assert await answers() == [(503, True), (503, True)]
        await hub.start()
        assert await answers() == [(200, False), (404, False)]
        await hub.stop()
        assert await answers() == [(503, True), (503, True)]
