"""`caravana shadow`: what a hub in shadow would have done, counted, listed and shown."""

import json

from tests.cli.conftest import Command, Folder
from tests.cli.test_running import in_thread, sell
from tests.support.waiting import eventually


async def test_what_would_have_been_done_is_counted_listed_and_shown(folder: Folder, caravana: Command) -> None:
    """Through the running hub and on its journal afterwards: the same counts, the exact request, nothing charged."""
    with (folder.path / "caravana.yaml").open("a") as file:
        file.write("modes: {default: shadow}\n")
    async with folder.running() as hub:
        await sell(hub["listener"], "S00012")

        async def counted() -> bool:
            return bool(json.loads(await in_thread(caravana, "shadow", "report", "--json")))

        await eventually(counted, timeout=30)
        running = json.loads(await in_thread(caravana, "shadow", "report", "--json"))
    [line] = json.loads(await in_thread(caravana, "shadow", "report", "--json"))
    assert [line] == running
    assert (line["route"], line["partner"], line["effects"], line["exchanges"]) == ("sale", "bean", 1, 1)
    [listed] = json.loads(await in_thread(caravana, "shadow", "list", "--partner", "bean", "--json"))
    [one] = json.loads(await in_thread(caravana, "shadow", "show", listed["number"], "--json"))
    assert one["keys"] == [{"kind": "order", "value": "S00012"}]
    assert (one["request"]["callable"], one["ended_here"]) == ("charge", True)
    assert folder.charged() == []


def test_what_there_is_not_is_told(folder: Folder, caravana: Command) -> None:
    """An empty report says so; a number that is none, or a time that is none, is an error with its remedy."""
    assert "nothing was left undone in shadow" in caravana("shadow", "report").output
    assert "nothing was left undone in shadow" in caravana("shadow", "list", "--partner", "odoo").output
    assert "see `caravana shadow list`" in caravana("shadow", "show", "7", code=1).output
    assert "write 1042.2" in caravana("shadow", "show", "to1", code=1).output
    assert "is no time" in caravana("shadow", "report", "--since", "Monday", code=1).output


def test_the_doctor_tells_what_is_held_back(folder: Folder, caravana: Command) -> None:
    """Nobody waits in vain for a route that is off: the doctor names every mode that is not live."""
    with (folder.path / "caravana.yaml").open("a") as file:
        file.write("modes: {default: shadow, routes: {sale: live, 's*': 'off'}}\n")
    [found] = [one for one in json.loads(caravana("doctor", "--json").output) if one["subject"] == "modes"]
    assert found["message"] == "every route shadow but sale; s* off"
