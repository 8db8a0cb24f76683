"""What `caravana doctor` tells of the hub itself: the public address, proxies, secrets of senders, profiles, its table."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from caravana.component.payphone.sandbox import PayphoneSandbox
from caravana.component.stripe.sandbox import StripeSandbox
from caravana.kit.serving import serve
from tests.cli.conftest import CONFIGURATION, Command, Folder
from tests.cli.terminal import on_terminal
from tests.cli.test_running import in_thread

ADDRESS = "listener: {{port: 0, public_url: '{url}', trusted_proxies: {proxies}}}"
NOTIFIED = """\
- route:
    id: notified
    from:
      uri: placetopay:notification
      steps: [{log: "${body[status]}"}]
"""
SHOP = "connections: {placetopay: {url: 'http://127.0.0.1:9', login: shop, secretKey: KEY}}\n"


class Proxy:
    """A reverse proxy that tells who calls, as nginx and Caddy do; `target` is where it leads."""

    target = ""
    tells = True

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/{path:path}", self._pass, methods=["GET", "POST"])])

    async def _pass(self, request: Request) -> Response:
        told = {"X-Forwarded-For": request.client.host if request.client else "", "X-Forwarded-Proto": "https"}
        async with (
            aiohttp.ClientSession() as session,
            session.get(self.target + request.url.path, headers=told if self.tells else {}) as answer,
        ):
            return Response(await answer.read(), answer.status)


@asynccontextmanager
async def proxied(folder: Folder, proxies: list[str]) -> AsyncIterator[Proxy]:
    """Run a hub behind a proxy that is its public address."""
    proxy = Proxy()
    async with serve(proxy.app()) as url:
        listener = ADDRESS.format(url=url, proxies=json.dumps(proxies))
        text = CONFIGURATION.replace("listener: {port: 0}", listener)
        (folder.path / "caravana.yaml").write_text(text)
        async with folder.running() as hub:
            proxy.target = hub["listener"]
            yield proxy


async def listener_findings(caravana: Command, code: int = 0) -> list[dict[str, Any]]:
    """Return the doctor's findings about the listener, but that the address of a test is not https."""
    found = json.loads(await in_thread(caravana, "doctor", "--json", code=code))
    return [one for one in found if one["place"] == "listener" and "not https" not in one["message"]]


async def test_public_address_that_leads_here(folder: Folder, caravana: Command) -> None:
    """The doctor goes through the public address and finds this very hub; who calls is believed from the named proxy."""
    async with proxied(folder, ["127.0.0.1"]):
        [found] = await listener_findings(caravana)
        assert (found["severity"], "leads to this hub" in found["message"]) == ("ok", True)


async def test_proxy_that_is_not_believed(folder: Folder, caravana: Command) -> None:
    """A proxy in no list, and one that does not tell who calls, are two findings."""
    async with proxied(folder, []) as proxy:
        _, found = await listener_findings(caravana)
        assert (found["subject"], "trusted_proxies" in found["remedy"]) == ("proxy", True)
        proxy.tells = False
        _, found = await listener_findings(caravana)
        assert (found["subject"], "X-Forwarded-For" in found["remedy"]) == ("proxy", True)


async def test_public_address_that_leads_elsewhere(folder: Folder, caravana: Command) -> None:
    """Another server, another hub, and nobody behind the public address are told apart."""
    async with proxied(folder, ["127.0.0.1"]) as proxy:
        here, proxy.target = proxy.target, f"{proxy.target}/nowhere"
        [found] = await listener_findings(caravana, code=1)
        assert "it is not this hub" in found["message"]
        proxy.target = here
    [found] = await listener_findings(caravana)
    assert "no hub runs here" in found["message"]
    text = CONFIGURATION.replace("{port: 0}", "{port: 0, public_url: 'http://127.0.0.1:9'}", 1)
    (folder.path / "caravana.yaml").write_text(text)
    async with folder.running():
        [found] = await listener_findings(caravana, code=1)
        assert ("nobody listens" in found["message"], "telephone" in found["remedy"]) == (True, True)


async def test_proof_is_the_hubs_own(folder: Folder) -> None:
    """The answer at the public port differs with the nonce and names no token; what is no nonce finds nothing."""
    async with folder.running() as hub, aiohttp.ClientSession() as session:
        proofs = []
        for nonce in ("a" * 32, "b" * 32):
            async with session.get(f"{hub['listener']}/.well-known/caravana/{nonce}") as answer:
                text = await answer.text()
                proofs.append(json.loads(text)["proof"])
                assert hub["token"] not in text
        assert proofs[0] != proofs[1]
        async with session.get(f"{hub['listener']}/.well-known/caravana/short") as answer:
            assert answer.status == 404


async def test_wrong_notification_secret(folder: Folder, caravana: Command) -> None:
    """Notifications that are signed with another key are counted by the hub and told by the doctor."""
    (folder.path / "caravana.yaml").write_text(CONFIGURATION + SHOP)
    (folder.path / "routes" / "notified.yaml").write_text(NOTIFIED)
    body = {"status": {"status": "APPROVED", "date": "2026-11-23T10:00:00-05:00"}, "requestId": 7, "signature": "x"}
    async with folder.running() as hub, aiohttp.ClientSession() as session:
        for _ in range(2):
            async with session.post(f"{hub['listener']}/placetopay/placetopay", json=body) as answer:
                assert answer.status == 401
        [found] = [one for one in await listener_findings(caravana, code=1) if one["severity"] == "error"]
    assert found["subject"] == "notification secret"
    assert found["message"].startswith("notified: 2 refused")


def test_test_mixed_with_live(folder: Folder, caravana: Command) -> None:
    """A live profile with a test service, and one without its line, are errors that name both settings."""
    (folder.path / "caravana.yaml").write_text(CONFIGURATION + "profile: live\n" + SHOP)
    found = json.loads(caravana("doctor", "--json", code=1).stdout)
    messages = [one["message"] for one in found if one["place"] == "profile"]
    assert any("go_live" in text for text in messages)
    assert any("connections.placetopay" in text and "`profile`" in text for text in messages)


@pytest.mark.parametrize("columns", [40, 200])
def test_table_fits_the_terminal(folder: Folder, columns: int) -> None:
    """Findings stand under the partner's name with what to do below; no line is wider than the terminal."""
    (folder.path / "caravana.yaml").write_text(CONFIGURATION + SHOP)
    lines = on_terminal("doctor", "--config", folder.config, columns=columns, code=1).splitlines()
    assert {"journal", "listener", "profile", "placetopay"} <= {line.strip() for line in lines}
    assert any(line.startswith("✗ address: nobody") for line in lines)
    assert any(line.startswith("  → ") for line in lines)
    assert lines[-1].startswith("1 wrong,")
    assert max(map(len, lines)) <= columns


async def test_stripe_and_payphone_are_asked(folder: Folder, caravana: Command) -> None:
    """Each tells whether its credentials are right, and what is wrong with one names what to do."""
    stripe, payphone = StripeSandbox(), PayphoneSandbox()
    async with serve(stripe.app()) as url, serve(payphone.app()) as payphone_url:
        connections = {
            "stripe": {"url": url, **stripe.connection()},
            "payphone": {"url": payphone_url, **payphone.connection(), "token": "another"},
        }
        given = {"connections": connections, "settings": {"cards.stores": ["stripe", "payphone"], "cards.life": "20m"}}
        (folder.path / "caravana.yaml").write_text(
            CONFIGURATION + "\n".join(f"{name}: {json.dumps(one)}" for name, one in given.items())
        )
        found = json.loads(await in_thread(caravana, "doctor", "stripe", "payphone", "--json", code=1))
    await stripe.close()
    await payphone.close()
    told = {(one["place"], one["subject"]): one for one in found}
    assert told["stripe", "credentials"]["severity"] == "ok"
    assert told["payphone", "credentials"]["severity"] == "error"
    assert told["payphone", "credentials"]["remedy"]
    lives = [told[place, "cards.life"]["message"].partition("lives ")[2] for place in ("stripe", "payphone")]
    assert lives == ["35m–23h55m: customers have 35m there", "10m: customers have 10m there"]
