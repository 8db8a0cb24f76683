"""`caravana odoo confirm`: a person says that another database is the right one."""

import asyncio
import json

from caravana.engine.configuration import read_configuration
from caravana.engine.opening import journal_of
from caravana.journal import store
from caravana.kit import codec
from caravana.kit.sameness import SCOPE, review_key
from tests.cli.conftest import Command, Folder

HELD = {"known": {"uuid": "the books"}, "found": {"uuid": "a copy"}}


async def _held_back(folder: Folder) -> None:
    """Put on disk what a hub leaves that found another database."""
    journal = journal_of(read_configuration(folder.path / "caravana.yaml"))
    await journal.open()
    await journal.submit(store.put_state(SCOPE, "odoo", codec.dumps(HELD), 1))
    item = {"title": "another partner behind odoo", "remedy": "caravana odoo confirm NAME"}
    await journal.submit(store.put_state("review", review_key("odoo"), codec.dumps(item), 1))
    await journal.close()


def test_confirming_another_database(folder: Folder, caravana: Command) -> None:
    """It is listed with its remedy until a person says yes; then what was found is what is known, and there is no item."""
    asyncio.run(_held_back(folder))
    [item] = json.loads(caravana("review", "--json").output)
    assert (item["title"], item["remedy"]) == ("another partner behind odoo", "caravana odoo confirm NAME")
    caravana("odoo", "confirm", "odoo", given="n\n", code=1)
    assert len(json.loads(caravana("review", "--json").output)) == 1
    answer = json.loads(caravana("odoo", "confirm", "odoo", "--yes", "--json").output)
    assert (answer["before"], answer["now"]) == (HELD["known"], HELD["found"])
    assert json.loads(caravana("review", "--json").output) == []
    caravana("odoo", "confirm", "odoo", "--yes", code=1)
    assert "waits for no confirmation" in caravana("odoo", "confirm", "Odoo", code=1).stderr
