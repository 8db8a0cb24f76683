"""The command line on an encrypted journal, with and without a hub."""

import asyncio
import base64
import json
import os
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Command, Folder
from tests.cli.test_running import in_thread, sell
from tests.support.waiting import eventually

SECRET = "CARAVANA_SECRET_JOURNAL_KEY"
SETTING = 'encryption: {key: "{{secret:journal_key}}"}\n'


def new_key() -> str:
    """Return a key."""
    return base64.b64encode(os.urandom(32)).decode()


async def run(folder: Folder) -> tuple[int | None, str]:
    """Return exit code and output of a `caravana run` that does not come up."""
    command = (sys.executable, "-m", "caravana.cli", "run", "--config", folder.config)
    process = await asyncio.create_subprocess_exec(
        *command, cwd=folder.path, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    output, _ = await process.communicate()
    return process.returncode, " ".join(output.decode().split())


async def sold(folder: Folder, caravana: Command) -> str:
    """Sell something through a running hub, and look at it there; returns the exchange's id."""
    async with folder.running() as hub:
        await sell(hub["listener"], "Zanahoria")
        await eventually(lambda: folder.charged() == ["Zanahoria"], timeout=30)
        [one] = json.loads(await in_thread(caravana, "messages", "--json"))
        assert "Zanahoria" in await in_thread(caravana, "messages", "show", one["id"], "--reveal")
        return str(one["id"])


async def test_encrypted_journal(folder: Folder, caravana: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages are shown and exported with a hub and without; without the key each command names what is missing."""
    config = Path(folder.config)
    config.write_text(config.read_text() + SETTING)
    caravana("check")
    monkeypatch.setenv(SECRET, new_key())
    exchange = await sold(folder, caravana)
    for command in (("show", exchange, "--reveal"), ("export", "--reveal")):
        assert "Zanahoria" in await in_thread(caravana, "messages", *command)
    monkeypatch.setenv(SECRET, new_key())
    assert "`encryption.key`" in await in_thread(caravana, "messages", "show", exchange, code=1)
    assert "encryption" in await in_thread(caravana, "doctor", code=1)
    code, told = await run(folder)
    assert (code, "`encryption.key`" in told, "Traceback" in told) == (1, True, False)
    monkeypatch.delenv(SECRET)
    code, told = await run(folder)
    assert (code, f"encryption.key: secret `journal_key` is not set (set {SECRET}" in told) == (1, True)


async def test_key_is_replaced(folder: Folder, caravana: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new key beside the old one, `journal reseal` through the running hub, and the old key is needed no more."""
    config = Path(folder.config)
    plain = config.read_text()
    monkeypatch.setenv("OLD_KEY", new_key())
    monkeypatch.setenv("NEW_KEY", new_key())
    config.write_text(plain + 'encryption: {key: "{{env:OLD_KEY}}"}\n')
    exchange = await sold(folder, caravana)
    config.write_text(plain + 'encryption: {key: "{{env:NEW_KEY}}", old_keys: ["{{env:OLD_KEY}}"]}\n')
    async with folder.running():
        assert "Zanahoria" in await in_thread(caravana, "messages", "show", exchange, "--reveal")
        assert json.loads(await in_thread(caravana, "journal", "reseal", "--json"))["sealed"] > 1
    config.write_text(plain + 'encryption: {key: "{{env:NEW_KEY}}"}\n')
    assert await in_thread(caravana, "journal", "reseal") == "0 rows encrypted anew\n"
    assert "Zanahoria" in await in_thread(caravana, "messages", "show", exchange, "--reveal")
    config.write_text(plain)
    assert "encryption.key" in await in_thread(caravana, "journal", "reseal", code=1)
