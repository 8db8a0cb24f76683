"""The flow `bank`: which routes a company gets, and one day of all its ways in, on a real hub and journal."""

from pathlib import Path

import aiohttp
import pytest

from caravana.cli.project import load_project
from caravana.cli.run import build_hub
from caravana.commerce.bank import bank_routes
from caravana.component.bank.book import Book
from caravana.engine.serving import served
from caravana.kit.errors import ConfigurationError
from caravana.kit.ports import Store
from caravana.kit.signature import hmac_hex
from tests.component.bank.imap_server import ImapServer
from tests.component.bank.telling import camt053, camt054, movement, notification, pichincha
from tests.component.bank.test_mail import letter
from tests.support.waiting import eventually

CONFIGURATION = """\
journal: sqlite:///journal.db
listener: {{port: 0}}
control: {{port: 0}}
routes: []
flows: [bank]
go_live: 2026-01-01T00:00:00-05:00
connections:
  bank_mail: {{host: 127.0.0.1, port: {port}, tls: false, user: caja, password: "{{{{secret:bank_mail}}}}"}}
placeholders:
  bank.folder: {folder}
  bank.folder.delay: 50
  bank.folder.min_age: 0
  bank.mail.sender: "@banco.example"
  bank.mail.delay: 50
  bank.notification: notificacion
"""
ANA = movement("50.00", "R1", "ANA PEREZ", "Factura 001-001-000000123")
LUIS = movement("70.25", "R2", "LUIS MORA", "Pedido 88")


async def test_one_day_by_all_ways_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Notified by the bank, laid into the folder, attached to a mail: each credit is kept once, across a restart too."""
    monkeypatch.setenv("CARAVANA_SECRET_BANK_MAIL", "secreto")
    monkeypatch.setenv("CARAVANA_SECRET_BANK_WEBHOOK", "hook")
    folder = tmp_path / "inbox"
    folder.mkdir()
    async with ImapServer().running() as server:
        (tmp_path / "caravana.yaml").write_text(CONFIGURATION.format(port=server.port, folder=folder))
        raw = notification([ANA])
        hub = build_hub(load_project(tmp_path / "caravana.yaml"))
        async with served(hub) as addresses, aiohttp.ClientSession(addresses.listener) as session:
            for expected in ({"accepted": 1, "duplicates": 0}, {"accepted": 0, "duplicates": 1}):
                headers = {"X-Signature": hmac_hex("hook", raw)}
                async with session.post("/bank/notificacion", data=raw, headers=headers) as answer:
                    assert await answer.json() == expected
            (folder / "day.xml").write_bytes(camt054([ANA, LUIS]))
            await _files(hub.store, 2)
        server.deliver(letter(("statement.xml", camt053([ANA, LUIS]))))
        (folder / "download.csv").write_bytes(pichincha([ANA, LUIS]))
        hub = build_hub(load_project(tmp_path / "caravana.yaml"))
        async with served(hub):
            await _files(hub.store, 4)
            entries = await Book(hub.store).entries()
    assert {(one.entry.party.name, one.state): len(one.files) for one in entries} == {
        ("ANA PEREZ", "open"): 4,
        ("LUIS MORA", "open"): 3,
    }


async def _files(store: Store, count: int) -> None:
    """Wait until so many files are taken."""

    async def taken() -> bool:
        found = await store.find("bank_file")
        return [one["state"] for _, one in found] == ["taken"] * count

    await eventually(taken, timeout=60)


@pytest.mark.parametrize(
    ("placeholders", "connections", "names"),
    [
        ({"bank.folder": "in"}, {}, ["1-folder", "4-import"]),
        ({"bank.notification": "notificacion"}, {}, ["3-notification", "4-import"]),
        ({"bank.mail.sender": "@b.example"}, {"bank_mail": {}}, ["2-mail", "4-import"]),
    ],
)
def test_only_the_ways_in_that_are_set_up_are_routes(
    placeholders: dict[str, str], connections: dict[str, object], names: list[str]
) -> None:
    """A company without a mailbox has no route that reads one."""
    assert [one.stem for one in bank_routes(placeholders, connections)] == names


def test_a_flow_without_a_way_in_is_refused() -> None:
    """So is a mailbox without saying whose mail is read: a stranger's statement is no statement."""
    with pytest.raises(ConfigurationError, match="no way in"):
        bank_routes({}, {})
    with pytest.raises(ConfigurationError, match=r"bank\.mail\.sender"):
        bank_routes({}, {"bank_mail": {}})
