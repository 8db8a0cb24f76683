"""Commands beside a hub in another process: what they see, and what they make it do."""

import json
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp

from tests.cli.conftest import Command, Folder
from tests.support.waiting import eventually


async def sell(address: str, order: str) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{address}/sale", data=order, headers={"order": order}) as sent,
    ):
        assert sent.status in (200, 202), await sent.text()


async def ask(session: aiohttp.ClientSession, method: str, path: str, **given: Any) -> tuple[int, str]:
    """Return status and text of an answer."""
    async with session.request(method, path, **given) as answer:
        return answer.status, await answer.text()


async def in_thread(function: Command, *arguments: str, **given: object) -> str:
    """Call the command line beside the test's own loop."""
    import asyncio

    result = await asyncio.to_thread(function, *arguments, **given)
    return str(result.output)


async def test_day_of_an_operator(folder: Folder, caravana: Command) -> None:
    """A sale dies, is found in the review, shown, retried through the running hub, and charged once."""
    (folder.path / "broken").touch()
    async with folder.running() as hub:
        await sell(hub["listener"], "S00012")

        async def dead() -> bool:
            return "dead" in await in_thread(caravana, "messages", "list", "--state", "dead", "--json")

        await eventually(dead, timeout=30)
        [item] = json.loads(await in_thread(caravana, "review", "--json"))
        assert "till is broken" in item["reason"]
        text = await in_thread(caravana, "messages", "show", item["id"])
        assert "S00012" in text
        assert "What happened" in text
        await in_thread(caravana, "messages", "retry", item["id"], given="n\n", code=1)
        assert folder.charged() == []
        (folder.path / "broken").unlink()
        assert "what becomes of it" in await in_thread(caravana, "messages", "retry", item["id"], "--yes")
        await eventually(lambda: folder.charged() == ["S00012"], timeout=30)
        assert json.loads(await in_thread(caravana, "review", "--json")) == []


async def test_times_are_the_companys(folder: Folder, caravana: Command) -> None:
    """Tokyo reads its own time, and what it writes without a zone is meant so, whatever zone the machine has."""
    config = Path(folder.config)
    config.write_text(config.read_text() + "company: {timezone: Asia/Tokyo}\n")
    async with folder.running() as hub:
        await sell(hub["listener"], "S00012")
        [item] = json.loads(await in_thread(caravana, "messages", "--json"))
    local = datetime.fromisoformat(item["accepted"]).astimezone(ZoneInfo("Asia/Tokyo"))
    assert local.strftime("%H:%M:%S") in await in_thread(caravana, "messages")
    for limit, count in ((local - timedelta(minutes=1), 1), (local + timedelta(minutes=1), 0)):
        since = limit.replace(tzinfo=None).isoformat(timespec="seconds")
        found = json.loads(await in_thread(caravana, "messages", "list", "--since", since, "--json"))
        assert len(found) == count


async def test_repair_while_no_hub_runs(folder: Folder, caravana: Command) -> None:
    """Without a hub the command line works on the journal; what it revives runs at the next start."""
    (folder.path / "broken").touch()
    async with folder.running() as hub:
        await sell(hub["listener"], "S00012")
        await sell(hub["listener"], "S00013")

        async def both_dead() -> bool:
            return (await in_thread(caravana, "messages", "list", "--json")).count('"dead"') == 2

        await eventually(both_dead, timeout=30)
    (folder.path / "broken").unlink()
    first, second = json.loads(await in_thread(caravana, "messages", "list", "--json"))
    await in_thread(caravana, "messages", "retry", first["id"], "--yes")
    await in_thread(caravana, "messages", "discard", second["id"], "--yes")
    assert await in_thread(caravana, "messages", "list", "--key", "order:S00013", "--json")
    async with folder.running():
        await eventually(lambda: folder.charged() == ["S00013"], timeout=30)
    left = json.loads(await in_thread(caravana, "messages", "list", "--json"))
    assert sorted(one["state"] for one in left) == ["discarded", "done"]


async def test_health_metrics_and_token(folder: Folder) -> None:
    """The private port answers health and metrics to all, operations only to who knows the token of the 0600 file."""
    async with folder.running() as hub, aiohttp.ClientSession(hub["address"]) as session:
        assert (await ask(session, "GET", "/healthz"))[0] == 200
        assert json.loads((await ask(session, "GET", "/readyz"))[1])["ready"] is True
        await sell(hub["listener"], "S1")
        assert "caravana_accepted_total" in (await ask(session, "GET", "/metrics"))[1]
        assert (await ask(session, "POST", "/admin/messages", json={}))[0] == 401
        headers = {"Authorization": f"Bearer {hub['token']}"}
        assert (await ask(session, "POST", "/admin/messages", json={}, headers=headers))[0] == 200
        assert (await ask(session, "POST", "/admin/_load", json={"seq": 1}, headers=headers))[0] == 404
        assert (await ask(session, "POST", "/admin/message", json={"x": 1}, headers=headers))[0] == 400
        assert (await ask(session, "POST", "/admin/message", data=b"no json", headers=headers))[0] == 400
        assert (await ask(session, "POST", "/admin/message", data=BytesIO(b" " * 64_000_001), headers=headers))[
            0
        ] == 413
        presence = folder.path / "var" / "journal.db.hub.json"
        assert presence.stat().st_mode & 0o777 == 0o600


async def test_second_hub_on_one_journal_is_refused(folder: Folder) -> None:
    """The file belongs to the hub that runs; another says so and ends with 1."""
    import asyncio
    import sys

    async with folder.running():
        command = (sys.executable, "-m", "caravana.cli", "run", "--config", folder.config)
        second = await asyncio.create_subprocess_exec(
            *command, stderr=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        _, told = await second.communicate()
        assert second.returncode == 1
        assert b"another hub" in told


async def test_bad_routes_are_refused_at_start(folder: Folder, caravana: Command) -> None:
    """`run` tells the same problems as `check`, and ends with 1."""
    (folder.path / "routes" / "sale.yaml").write_text("- route:\n    id: sale\n    frm: x\n")
    assert "sale.yaml:3:5" in await in_thread(caravana, "run", code=1)


async def test_export_masks_and_is_readable_by_its_owner_only(folder: Folder, caravana: Command) -> None:
    """An export holds timelines, masked, in a file of mode 0600."""
    async with folder.running() as hub:
        await sell(hub["listener"], "mail to ana@example.com")
        await eventually(lambda: bool(folder.charged()), timeout=30)
    target = folder.path / "export.json"
    await in_thread(caravana, "messages", "export", "-o", str(target))
    [found] = json.loads(target.read_text())
    assert found["timeline"]
    assert "ana@example.com" not in target.read_text()
    assert target.stat().st_mode & 0o777 == 0o600


async def test_doctor_of_an_unknown_connection(caravana: Command) -> None:
    """A connection that the configuration does not have is told once, with those that it has."""
    [found] = json.loads(await in_thread(caravana, "doctor", "nosuch", "--json", code=1))
    assert "there are: none" in found["message"]


async def test_doctor_without_partners(folder: Folder, caravana: Command) -> None:
    """Journal, disk and public address are looked at; a warning is no failure in a test profile."""
    found = json.loads(await in_thread(caravana, "doctor", "--json"))
    assert {one["subject"]: one["severity"] for one in found} == {
        "journal": "ok",
        "disk": "ok",
        "public address": "warning",
        "profile": "ok",
        "modes": "ok",
    }


async def test_a_time_may_be_written_as_a_duration(folder: Folder, caravana: Command) -> None:
    """`--since 2h` is two hours ago."""
    async with folder.running() as hub:
        await sell(hub["listener"], "S1")
        assert len(json.loads(await in_thread(caravana, "messages", "list", "--since", "2h", "--json"))) == 1
        assert json.loads(await in_thread(caravana, "messages", "list", "--until", "1m30s", "--json")) == []


def test_what_is_no_time_is_refused(caravana: Command) -> None:
    """What is neither time nor duration is refused with how to write it."""
    assert "or 2h (ago)" in caravana("messages", "list", "--since", "soon", code=1).stderr
