"""Unsigned webhooks with the account's key in them: a secret address, hints only, and the key nowhere."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
import structlog

from caravana.kit import codec
from caravana.kit.authority import Plan
from caravana.kit.authority.telling import TellingPlan
from caravana.kit.component import Consumer
from caravana.kit.errors import ConfigurationError
from caravana.kit.uri import Uri
from caravana.testing.harness import Inbox
from tests.component.datil.bench import Bench, bench

SECRET = "abcdefghijklmnopqrstuvwx-new"
OLD = "abcdefghijklmnopqrstuvwx-old"
SETTINGS = {"webhookSecret": SECRET, "previousWebhookSecret": OLD}


@asynccontextmanager
async def listening(at: Bench) -> AsyncIterator[tuple[Inbox, Consumer, str]]:
    """Take notifications; yields what came in, who takes it, and the address before the secret."""
    inbox = Inbox("datil:notification")
    consumer = at.component.endpoint(Uri.parse("datil:notification?connection=datil")).consumer(inbox)
    async with at.hub.listening() as address:
        await consumer.start()
        yield inbox, consumer, f"{address}/datil/datil"
        await consumer.stop()


async def post(url: str, raw: bytes) -> int:
    """Post, and return the status."""
    async with aiohttp.ClientSession() as http, http.post(url, data=raw) as response:
        return response.status


async def test_each_event_of_the_imitation_is_one_hint_without_the_key() -> None:
    """Authorised, returned and unsigned are told once, doubled or not; of key and person nothing is kept."""
    async with bench(SETTINGS) as at, listening(at) as (inbox, _, url):
        at.sandbox.account.change({"webhook_url": f"{url}/{SECRET}"})
        at.sandbox.teller.plan = TellingPlan(times=2)
        authorised = await at.issue()
        at.sandbox.authority.plans.append(Plan(where="04 *", returned=("35",)))
        returned = await at.issue("04")
        await at.later()
        at.sandbox.account.change({"certificate_password": "another"})
        await at.issue("05")
        await at.sandbox.teller.delivered()
        found = {one.body["status"]: one for one in inbox.accepted}
        assert sorted(found) == ["AUTORIZADO", "DEVUELTA", "bad"]
        assert len(at.sandbox.teller.deliveries) == 6
        assert found["AUTORIZADO"].body["request_id"] == authorised["request_id"]
        assert (found["DEVUELTA"].body["access_key"], found["DEVUELTA"].body["request_id"]) == (
            returned["access_key"],
            None,
        )
        kept = str(codec.dumps([[one.body, dict(one.headers), one.key, one.lane] for one in inbox.accepted]))
        for secret in (at.sandbox.account.api_key, SECRET, "CLIENTE INVENTADO", "cliente@ejemplo.test", "1710034065"):
            assert secret not in kept


async def test_a_forged_success_moves_nothing() -> None:
    """Whoever learns the address may claim AUTORIZADO: it is a reason to ask, and the answer is Dátil's."""
    async with bench(SETTINGS) as at, listening(at) as (inbox, _, url):
        sent = await at.issue()
        claim = {"id": sent["request_id"], "clave_acceso": sent["access_key"], "autorizacion": {"estado": "AUTORIZADO"}}
        assert await post(f"{url}/{SECRET}", json.dumps(claim).encode()) == 200
        asked = await at.query(inbox.accepted[0].body)
        assert (asked["state"], asked["final"]) == ("in_process", False)


async def test_the_secret_part_is_needed_and_never_logged() -> None:
    """A wrong one is 401, the old one still counts, and no log line holds any."""
    async with bench(SETTINGS) as at, listening(at) as (inbox, consumer, url):
        with structlog.testing.capture_logs() as lines:
            assert await post(f"{url}/wrong-wrong-wrong-wrong-wrong", b'{"id": "a"}') == 401
            assert await post(f"{url}/{OLD}", b"no json") == 400
            assert await post(f"{url}/{OLD}", b'{"id": "a", "estado": "x"}') == 200
            assert await post(url, b'{"id": "a"}') == 404
        assert consumer.refusals == {"token": 1, "malformed": 1}
        assert len(inbox.accepted) == 1
        assert {one["path"] for one in lines if "path" in one} == {"/datil/datil"}
        assert not any(secret in str(lines) for secret in (SECRET, OLD, "wrong-wrong"))


@pytest.mark.parametrize("raw", [b"[]", b"{}", b"\xff", b'{"id": ""}', b'{"id": true}', b'{"id": "\\ud800"}'])
async def test_what_names_no_document_is_refused(raw: bytes) -> None:
    """400, and nothing stored."""
    async with bench(SETTINGS) as at, listening(at) as (inbox, _, url):
        assert await post(f"{url}/{SECRET}", raw) == 400
        assert inbox.accepted == []


async def test_a_webhook_may_come_before_the_answer() -> None:
    """Told before the issue is answered: the hint names a document that is found when it is asked for."""
    async with bench(SETTINGS, early=True, file_after=0.0) as at, listening(at) as (inbox, _, url):
        at.sandbox.authority.decided_after = 0.0
        at.sandbox.account.change({"webhook_url": f"{url}/{SECRET}"})
        sent = await at.issue()
        assert [one.body["request_id"] for one in inbox.accepted] == [sent["request_id"]]
        assert (await at.query(inbox.accepted[0].body))["state"] == "authorised"


async def test_without_a_secret_nobody_may_notify() -> None:
    """The connection then says that it has no notifications, and listening is refused."""
    async with bench() as at:
        assert "notification" not in at.component.capabilities_of("datil").operations
        with pytest.raises(ConfigurationError, match="webhookSecret"):
            at.component.endpoint(Uri.parse("datil:notification?connection=datil")).consumer(Inbox())
