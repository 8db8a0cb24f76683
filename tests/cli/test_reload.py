"""`caravana reload` and SIGHUP beside a real hub that is being called all the time."""

import asyncio
import json
import signal

import aiohttp

from tests.cli.conftest import ROUTES, Command, Folder
from tests.cli.test_running import ask, in_thread, sell
from tests.support.waiting import eventually

FURTHER = """\
- route:
    id: further
    from:
      uri: platform-http:/further
      steps:
        - setBody: {constant: here}
"""
BROKEN = "- route:\n    id: broken\n    frm: x\n"


async def test_reload_under_a_stream_of_requests(folder: Folder, caravana: Command) -> None:
    """Routes come, go and are refused while an unchanged one is called: no request is refused, each is charged once."""
    sent: list[str] = []
    enough = asyncio.Event()

    async def customer(address: str, name: int) -> None:
        while not enough.is_set():
            order = f"S{name}-{len(sent)}"
            await sell(address, order)
            sent.append(order)

    further, broken = (folder.path / "routes" / f"{name}.yaml" for name in ("further", "broken"))
    async with folder.running() as hub, aiohttp.ClientSession() as session:
        customers = [asyncio.create_task(customer(hub["listener"], name)) for name in range(4)]
        further.write_text(FURTHER)
        [answer] = json.loads(await in_thread(caravana, "reload", "--json"))
        assert answer["routes"] == {"further": "added", "sale": "unchanged"}
        assert (await ask(session, "GET", f"{hub['listener']}/further"))[1] == "here"
        broken.write_text(BROKEN)
        text = await in_thread(caravana, "reload", code=1)
        assert "broken.yaml:3:5" in text
        assert "run on as they were" in text
        assert (await ask(session, "GET", f"{hub['address']}/readyz"))[0] == 200
        broken.unlink()
        further.unlink()
        text = await in_thread(caravana, "reload")
        assert "removed" in text
        assert (await ask(session, "GET", f"{hub['listener']}/further"))[0] == 404
        enough.set()
        await asyncio.gather(*customers)
        await eventually(lambda: len(folder.charged()) == len(sent), timeout=60)
    assert sorted(folder.charged()) == sorted(sent)


async def test_what_needs_a_restart_is_named(folder: Folder, caravana: Command) -> None:
    """Other settings, and Python code that was read already, are named; the routes are taken all the same."""
    async with folder.running():
        (folder.path / "routes" / "sale.yaml").write_text(ROUTES.replace("/sale", "/sell"))
        with (folder.path / "caravana.yaml").open("a") as file:
            file.write("limits: {live: 5}\nconnections: {http: {url: 'http://127.0.0.1'}}\n")
        (folder.path / "till.py").write_text((folder.path / "till.py").read_text() + "\n# mended\n")
        [answer] = json.loads(await in_thread(caravana, "reload", "--json"))
    assert answer["routes"] == {"sale": "changed"}
    assert answer["restart"] == ["connections.http", "limits.live", "callables.charge (its Python code)"]


async def test_sighup_reads_the_routes_again(folder: Folder) -> None:
    """A bad file is logged and what ran runs on; a good one is taken."""
    broken = folder.path / "routes" / "broken.yaml"
    log = folder.path / "log"
    async with folder.running() as hub, aiohttp.ClientSession() as session:
        broken.write_text(BROKEN)
        hub["process"].send_signal(signal.SIGHUP)
        await eventually(lambda: "routes.refused" in log.read_text(), timeout=30)
        await sell(hub["listener"], "S00014")
        await eventually(lambda: folder.charged() == ["S00014"], timeout=30)
        broken.write_text(FURTHER)
        hub["process"].send_signal(signal.SIGHUP)
        await eventually(lambda: "routes.reloaded" in log.read_text(), timeout=30)
        assert (await ask(session, "GET", f"{hub['listener']}/further"))[1] == "here"


async def test_what_runs_on_as_it_was_is_only_counted(folder: Folder, caravana: Command) -> None:
    """A person reads which routes changed, not a hundred that did not."""
    async with folder.running():
        assert (await in_thread(caravana, "reload")).strip() == "unchanged routes: 1"
        (folder.path / "routes" / "further.yaml").write_text(FURTHER)
        told = await in_thread(caravana, "reload")
    assert ("further" in told, "sale" in told, "unchanged routes: 1" in told) == (True, False, True)


def test_reload_without_a_hub(caravana: Command) -> None:
    """Without a running hub the command says when the routes are read, and ends with 1."""
    assert "no hub of this configuration runs" in caravana("reload", code=1).output


async def test_reload_on_postgresql(folder: Folder, caravana: Command, postgres_database: str) -> None:
    """A hub on PostgreSQL is found by what it left beside its configuration."""
    text = (folder.path / "caravana.yaml").read_text()
    (folder.path / "caravana.yaml").write_text(text.replace("sqlite:///var/journal.db", postgres_database))
    async with folder.running():
        (folder.path / "routes" / "further.yaml").write_text(FURTHER)
        [answer] = json.loads(await in_thread(caravana, "reload", "--json"))
    assert answer["routes"] == {"further": "added", "sale": "unchanged"}
