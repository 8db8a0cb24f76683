"""The running consumer: waking by hint, bearing with faults, stopping; and the doctor."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from caravana.kit.component import Consumer, Severity
from caravana.kit.sandbox import Fault
from caravana.kit.serving import serve
from caravana.kit.uri import Uri
from tests.component.odoo.conftest import BOT_KEY, Odoo
from tests.component.odoo.hub import MemoryReceiver

WATCHED = "odoo:res.partner?fields=name&domain=[['ref','=','watched']]&delay="


@asynccontextmanager
async def running(odoo: Odoo, receiver: MemoryReceiver, delay: str) -> AsyncIterator[Consumer]:
    """Run a consumer of partners called watched while the block runs, from its first look on."""
    consumer = odoo.component.endpoint(Uri.parse(WATCHED + delay)).consumer(receiver)
    assert consumer.exclusive
    await consumer.start()
    try:
        async with receiver.changed:
            await receiver.changed.wait_for(lambda: receiver.stored is not None)
        yield consumer
    finally:
        await consumer.stop()


def partner(odoo: Odoo) -> int:
    number: int = odoo.sandbox.env["res.partner"].create({"name": "Uno", "ref": "watched"})
    return number


async def test_the_poller_finds_what_is_new(odoo: Odoo) -> None:
    """Without any hint a new record becomes a message."""
    receiver = MemoryReceiver()
    async with running(odoo, receiver, "20ms"):
        number = partner(odoo)
        await receiver.count(1)
    assert receiver.ids() == [number]


async def test_a_hint_wakes_the_poller(odoo: Odoo) -> None:
    """Odoo's webhook makes the poller look at once; its content is not used."""
    receiver = MemoryReceiver()
    async with running(odoo, receiver, "1h"), serve(odoo.hub.listener.app()) as url, aiohttp.ClientSession() as session:
        number = partner(odoo)
        async with session.post(f"{url}/odoo/odoo/hint/{'h' * 24}", data=b'{"_id": 1}') as answer:
            assert answer.status == 200
        await receiver.count(1)
    assert receiver.ids() == [number]


async def test_a_hint_with_a_wrong_token_is_unknown(odoo: Odoo) -> None:
    """The token is the only proof; another one finds nothing there, and nothing stays mounted after the end."""
    receiver = MemoryReceiver()
    async with running(odoo, receiver, "1h"), serve(odoo.hub.listener.app()) as url, aiohttp.ClientSession() as session:
        async with session.post(f"{url}/odoo/odoo/hint/{'x' * 24}", data=b"{}") as answer:
            assert answer.status == 404
        async with session.post(f"{url}/odoo/odoo/hint/{'h' * 24}", data=b"x" * 1_000_001) as answer:
            assert answer.status == 413
    assert odoo.hub.listener.mounted == {}


async def test_the_poller_bears_with_faults(odoo: Odoo) -> None:
    """A cut and an unavailable Odoo delay the message and lose none."""
    receiver = MemoryReceiver()
    async with running(odoo, receiver, "20ms"):
        odoo.sandbox.faults.append(Fault("res.partner.search_read", "cut_before"))
        number = partner(odoo)
        await receiver.count(1)
    assert receiver.ids() == [number]


async def test_the_doctor_is_content(odoo: Odoo) -> None:
    """Address, clock, key and rights of a good connection are found right."""
    findings = await odoo.component.diagnose("odoo")
    wrong: list[Any] = [one for one in findings if one.severity is not Severity.OK]
    assert wrong == []


async def test_the_doctor_tells_the_pace(odoo: Odoo) -> None:
    """How often Odoo is called, and why, stands among the findings."""
    odoo.hub.settings = {**odoo.hub.settings, "hosted": True, "rate": 500}
    [pace] = [one for one in await odoo.component.diagnose("odoo") if one.subject == "calls"]
    assert pace.message == "1 at once, 500 a second (hosted by Odoo); consumers look every 60 s"


async def test_the_doctor_names_an_expired_key(odoo: Odoo) -> None:
    """A refused key is named with what to do, and no secret is shown."""
    odoo.sandbox.expire_key(BOT_KEY)
    findings = await odoo.component.diagnose("odoo")
    assert (findings[-1].subject, findings[-1].severity) == ("key", Severity.ERROR)
    assert "apiKey" in findings[-1].remedy
    assert BOT_KEY not in repr(findings)


async def test_the_doctor_names_a_dead_address(odoo: Odoo) -> None:
    """An address where nobody answers is the first and only finding."""
    odoo.hub.settings = {**odoo.hub.settings, "url": "http://127.0.0.1:9"}
    findings = await odoo.component.diagnose("odoo")
    assert [(one.subject, one.severity) for one in findings] == [("address", Severity.ERROR)]
