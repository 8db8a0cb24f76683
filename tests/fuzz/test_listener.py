"""Nonsense at the public port: a clear 4xx, never a 5xx, and nothing half stored."""

import asyncio
import hashlib
import hmac
import os
import random
import time
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from yarl import URL

from caravana.engine.configuration import Configuration
from caravana.engine.hub import Hub
from caravana.kit.serving import serve
from caravana.route import read_text

REQUESTS = int(os.environ.get("CARAVANA_FUZZ", "4000"))
"""How many in `make test`; `CARAVANA_FUZZ=100000 make test ARGS=tests/fuzz` sends more."""

ROUTES = """
- route:
    id: orders
    from:
      uri: platform-http:/orders/{id}
      parameters: {key: "${header.key}", lane: "${body}"}
      steps: [{setBody: {simple: "got ${header.id}"}}]
- route:
    id: form
    from:
      uri: platform-http:/form
      parameters: {reply: accepted, maxBytes: 2000}
      steps: [{log: {message: "x", loggingLevel: "OFF"}}]
- route:
    id: hook
    from:
      uri: webhook:bank
      parameters: {auth: token, header: X-Token, secret: bank, key: "${body[id]}", lane: "${body[lane]}"}
      steps: [{setBody: {constant: taken}}]
- route:
    id: open
    from: {uri: "webhook:open", parameters: {auth: none, idHeader: X-Id}, steps: [{setBody: {constant: taken}}]}
- route:
    id: notification
    from: {uri: "placetopay:notification", steps: [{setBody: {constant: taken}}]}
- route:
    id: event
    from: {uri: "stripe:notification", steps: [{setBody: {constant: taken}}]}
- route:
    id: issued
    from: {uri: "datil:notification?connection=datil", steps: [{setBody: {constant: taken}}]}
- route:
    id: operation
    from: {uri: "ecuafact:notification?connection=ecuafact", steps: [{setBody: {constant: taken}}]}
- restConfiguration: {bindingMode: auto, clientRequestValidation: true, enableCORS: true, apiContextPath: openapi}
- rest:
    path: /shop
    consumes: application/json
    get:
      - path: "/{id}"
        param: [{name: id, dataType: integer}, {name: view, type: query, required: false, allowableValues: [short, long]}]
        to: direct:shop
    post:
      - {security: [{key: shop, scopes: "write"}], enableNoContentResponse: true, to: "direct:shop"}
- route: {id: shop, from: {uri: "direct:shop", steps: [{setHeader: {name: X-Seen, simple: "${header.id}"}}]}}
"""

SETTINGS = {"shop.clients": {"web": {"token": "shop", "scopes": ["write"]}}}
PATHS = [
    "/orders/1",
    "/orders/a%00b",
    "/form",
    "/webhook/bank",
    "/webhook/open",
    "/placetopay/placetopay",
    "/stripe/stripe",
    "/datil/datil/secret-of-the-test-of-nonsense",
    "/datil/datil/another",
    "/ecuafact/ecuafact",
    "/_exchange/x",
    "/_answer/x/y/orders",
    "/shop",
    "/shop/7",
    "/shop/%F0%9F%98%80",
    "/openapi",
    "/",
]
SIGNING = "whsec_of_the_test"
METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "BREW"]
TYPES = [
    "application/json",
    "text/plain",
    "application/x-www-form-urlencoded",
    "application/xml",
    "multipart/form-data",
    "x/y",
    "",
]
BODIES = [
    b"", b"{}", b"[]", b"null", b'{"id": 1}', b'{"id": "\\u0000"}', b'{"id": 1e999999}', b'{"id": NaN}', b"\xff\xfe", b"{" * 2000,
    b'{"requestId": 1, "reference": "x", "signature": "sha256:00", "status": {"status": "APPROVED", "date": "x"}}',
    b'{"object": "event", "id": "e", "type": "t", "created": 1, "data": {"object": {"id": "\\ud800", "metadata": []}}}',
    b'{"object": "event", "id": "e", "type": "t", "created": 1, "data": {"object": {"\\ud800": {}, "status": 1e99}}}',
    b'{"object": "event", "id": "e", "type": "refund.updated", "created": 9, "data": {"object": {"metadata": {"a": 1}}}}',
    b'{"id": "a", "clave_acceso": {}, "autorizacion": {"estado": ["x"], "mensajes": 1e99}, "firma": {"result": "\\ud800"}}',
    b'{"id": 7, "api-key": "k", "envio_sri": {"estado": "DEVUELTA", "mensajes": [{"identificador": "\\ud800"}]}}',
    b'{"eventType": "e", "idOperacion": "55c55b4c-b0a9-52ec-8b27-335c9f7fc44d", "estado": {}, "occurredAtUtc": 1e99}',
    b'{"eventType": "\\ud800", "claveAcceso": "1", "probe": "yes"}',
    b'{"requestId": 1e9999, "status": []}', b"a=1&a=2&CamelHttpUri=x", b"x" * 5000, b'{"\\ud800": 1}', b'"\\ud800"', b"9" * 5000,
]  # fmt: skip


def signed(body: bytes) -> str:
    """Return the header by which Stripe proves itself, now."""
    now = int(time.time())
    return f"t={now},v1={hmac.new(SIGNING.encode(), f'{now}.'.encode() + body, hashlib.sha256).hexdigest()}"


@pytest.fixture
async def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Hub, str]]:
    """A hub with every kind of public address."""
    monkeypatch.setenv("CARAVANA_SECRET_BANK", "token-of-the-bank")
    monkeypatch.setenv("CARAVANA_SECRET_SHOP", "token-of-the-shop")
    connection = {"url": "http://127.0.0.1:9", "login": "l", "secretKey": "k"}
    configuration = Configuration(
        journal=f"sqlite:///{tmp_path}/j.db",
        connections={
            "placetopay": connection,
            "stripe": {"url": "http://127.0.0.1:9", "secretKey": "sk_test_k", "webhookSecret": SIGNING},
            "datil": {
                "url": "http://127.0.0.1:9",
                "apiKey": "k",
                "certificatePassword": "p",
                "webhookSecret": "secret-of-the-test-of-nonsense",
            },
            "ecuafact": {"url": "http://127.0.0.1:9", "apiKey": "k", "webhookSecrets": SIGNING},
        },
        settings=SETTINGS,
    )
    async with Hub(configuration, [read_text(ROUTES)]) as found, serve(found.listener) as url:
        found.listener.public_url = url
        yield found, url


def request(chance: random.Random) -> tuple[str, str, dict[str, str], bytes]:
    """Return method, path, headers and body of one request."""
    headers = {"Content-Type": chance.choice(TYPES)}
    if chance.random() < 0.5:
        headers["X-Token"] = chance.choice(["token-of-the-bank", "wrong", "é".encode().decode("latin-1")])
    if chance.random() < 0.3:
        headers["Authorization"] = chance.choice(["Bearer token-of-the-shop", "Bearer x", "Bearer", "Basic Og=="])
        headers["Accept"] = chance.choice(["text/html", "application/json", "x/y;q=z", "*/*"])
    if chance.random() < 0.3:
        headers[chance.choice(["CamelHttpResponseCode", "camelhttpuri", "Idempotency-Key", "X-Id"])] = chance.choice(
            ["1", "999", "x" * 300]
        )
    body = chance.choice(BODIES) if chance.random() < 0.7 else chance.randbytes(chance.randrange(300))
    if chance.random() < 0.5:
        given = chance.choice([signed(body), "t=1,v1=a", "t=²,v1=é", "v1", "t=1" * 50])
        headers |= {"Stripe-Signature": given, "Ecuafact-Signature": given}
    if chance.random() < 0.2:
        headers |= {"webhook-id": "m", "webhook-timestamp": chance.choice(["1", "²", ""]), "webhook-signature": "v1,é"}
    path = chance.choice(PATHS) + chance.choice(["", "?a=1", "?CamelHttpResponseCode=500", "?%ff=%00", "/../x"])
    return chance.choice(METHODS), path, headers, body


@pytest.mark.timeout(600)
async def test_nonsense_is_the_senders_fault(hub: tuple[Hub, str]) -> None:
    """Thousands of nonsensical requests get 2xx or 4xx answers, and every stored exchange is whole."""
    found, url = hub
    chance = random.Random(20261123)
    statuses: Counter[int] = Counter()

    async def send_some(session: aiohttp.ClientSession, count: int) -> None:
        for _ in range(count):
            method, path, headers, body = request(chance)
            address = URL(url + path, encoded=True)
            async with session.request(method, address, headers=headers, data=body, allow_redirects=False) as answer:
                statuses[answer.status] += 1
                assert answer.status < 500, (method, path, headers, body[:80], await answer.text())

    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*[send_some(session, REQUESTS // 16) for _ in range(16)])
    await found.dispatcher.quiet()
    rows = await found.journal.query("select state, count(*) n from exchange group by state", {})
    assert {row["state"] for row in rows} <= {"done", "failed", "dead"}
    assert sum(statuses.values()) == REQUESTS // 16 * 16
