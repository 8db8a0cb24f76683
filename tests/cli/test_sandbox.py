"""`caravana sandbox` and `doctor` against it."""

import asyncio
import json
import sys

import aiohttp
import pytest
from typer.testing import CliRunner

from caravana.cli import app
from caravana.kit.clock import SystemClock
from caravana.kit.errors import ConfigurationError
from caravana.sandbox import imitations
from tests.cli.conftest import Command, Folder
from tests.cli.test_running import in_thread


def test_every_imitation_is_found() -> None:
    """The folders of components give their imitations, each with a port of its own."""
    found = imitations()
    assert {"odoo", "placetopay", "stripe"} <= found.keys()
    assert len({one.port for one in found.values()}) == len(found)
    listed = json.loads(CliRunner().invoke(app, ["sandbox", "--list", "--json"]).output)
    assert {one["name"] for one in listed} == set(found)
    assert all(one["settings"] for one in listed)


def test_wrong_settings_are_refused_in_words() -> None:
    """An unknown imitation, a malformed and an unknown setting: exit code 2, 2, and an error that names the right ones."""
    assert CliRunner().invoke(app, ["sandbox", "nobody"]).exit_code == 2
    assert CliRunner().invoke(app, ["sandbox", "--set", "odoo"]).exit_code == 2
    with pytest.raises(ConfigurationError, match="there are: version"):
        imitations()["odoo"].app(SystemClock(), {"versoin": "18.0"})


async def test_what_a_sandbox_prints_is_a_connection(folder: Folder, caravana: Command) -> None:
    """What `caravana sandbox` prints goes into a configuration as it stands, and the doctor finds all partners well."""
    free = [f"--set={name}.port=0" for name in imitations()]
    command = (sys.executable, "-m", "caravana.cli", "sandbox", *free)
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    try:
        assert process.stdout is not None
        printed = (await process.stdout.readuntil(b'webhookSecret: "whsec_sandbox"\n')).decode()
        (folder.path / "caravana.yaml").write_text(printed[printed.index("connections:") :])
        findings = json.loads(await in_thread(caravana, "doctor", "--json"))
        assert {one["place"] for one in findings} >= {"odoo", "placetopay", "stripe"}
    finally:
        process.terminate()
        assert await process.wait() == 0


async def test_doctor_asks_the_served_partner(folder: Folder, caravana: Command) -> None:
    """A served Odoo is found well by the doctor, with a wrong key ill, and the exit code says so."""
    command = (sys.executable, "-m", "caravana.cli", "sandbox", "odoo", "--json", "--set", "odoo.port=0")
    given = ("--set", "odoo.api_key=a-key-of-the-test", "--set", "odoo.database=shop")
    process = await asyncio.create_subprocess_exec(*command, *given, stdout=asyncio.subprocess.PIPE)
    try:
        assert process.stdout is not None
        [served] = json.loads((await process.stdout.readuntil(b"]\n")).decode())
        address = f"{served['address']}/_sandbox/counters"
        async with aiohttp.ClientSession() as session, session.get(address) as counters:
            assert counters.status == 200
        for key, code in (("a-key-of-the-test", 0), ("wrong", 1)):
            connection = served["connection"] | {"apiKey": key}
            (folder.path / "caravana.yaml").write_text(json.dumps({"connections": {"odoo": connection}}))
            findings = json.loads(await in_thread(caravana, "doctor", "odoo", "--json", code=code))
            assert findings[0]["subject"] == "address"
            assert key not in json.dumps(findings) or key == "wrong"
    finally:
        process.terminate()
        assert await process.wait() == 0


async def test_one_imitation_may_be_several_connections(folder: Folder, caravana: Command) -> None:
    """What `caravana sandbox meta` prints are the connections of all four components of Meta's, and the doctor knows them."""
    command = (sys.executable, "-m", "caravana.cli", "sandbox", "meta", "--set", "meta.port=0")
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    try:
        assert process.stdout is not None
        begun = (await process.stdout.readuntil(b'component: "catalog"\n')).decode()
        text = begun + (await process.stdout.readuntil(b'catalog: "5678"\n')).decode()
        (folder.path / "caravana.yaml").write_text(text[text.index("connections:") :])
        findings = json.loads(await in_thread(caravana, "doctor", "--json"))
        meta = {"whatsapp", "facebook", "instagram", "catalog"}
        assert {one["place"] for one in findings} >= meta
        assert {(one["place"], one["severity"]) for one in findings if one["subject"] == "address"} >= {
            (name, "ok") for name in meta
        }
    finally:
        process.terminate()
        assert await process.wait() == 0
