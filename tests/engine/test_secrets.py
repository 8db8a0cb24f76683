"""Secrets reach the partner and nothing else: not the journal, not what is shown, no log line and no error."""

import json
import logging
from collections.abc import AsyncIterator, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from caravana.engine.admin import Admin
from caravana.engine.configuration import Modes
from caravana.engine.logs import configure_logs
from caravana.journal.packing import unpack
from caravana.kit.errors import ConfigurationError
from caravana.kit.serving import serve
from caravana.kit.signature import hmac_hex
from tests.engine.conftest import Station, route
from tests.support.waiting import eventually

MARK = "M4rk3d-S3cr3t-Value"
PARTNERS = {
    "placetopay": {"url": "http://127.0.0.1:1", "login": "shop", "secretKey": "{{secret:mark}}"},
    "odoo": {
        "url": "http://127.0.0.1:1",
        "database": "d",
        "login": "hub",
        "apiKey": "{{secret:mark}}",
        "protocol": "jsonrpc",
    },
    "bank": {"url": "http://127.0.0.1:1", "token": "{{secret:mark}}", "query": {"q": "{{secret:mark}}"}},
}


class Partner:
    """Keeps the queries and headers that it is asked with; answers `status`."""

    def __init__(self) -> None:
        self.status = 200
        self.queries: list[str] = []
        self.authorizations: list[str | None] = []
        self.address = ""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        request = Request(scope, receive)
        self.queries.append(request.url.query)
        self.authorizations.append(request.headers.get("authorization"))
        answer: Response = JSONResponse({"ok": True}, self.status)
        await answer(scope, receive, send)


@pytest.fixture
async def partner() -> AsyncIterator[Partner]:
    """A partner on loopback."""
    made = Partner()
    async with serve(made) as made.address:
        yield made


@pytest.fixture(autouse=True)
def _marked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARAVANA_SECRET_MARK", MARK)


@pytest.fixture
def logs() -> Iterator[StringIO]:
    """All log lines of a test."""
    lines = StringIO()
    handlers = logging.root.handlers[:]
    configure_logs("debug", form="json", stream=lines)
    yield lines
    logging.root.handlers[:] = handlers
    structlog.reset_defaults()


async def everything(station: Station, folder: Path, logs: StringIO) -> str:
    """Return all that was kept, shown, logged and counted, as one text."""
    assert station.hub is not None
    parts: list[str] = []
    for table in ("exchange", "record", "payload", "dead_letter", "revision", "business_key", "ledger"):
        for row in await station.query(f"select * from {table}"):
            parts += [_text(value) for value in row.values()]
    desk = Admin(station.hub.journal, station.hub.clock, station.hub)
    for one in await station.states():
        parts.append(json.dumps(await desk.message(one), default=str))
    parts += [path.read_bytes().decode("latin-1") for path in folder.iterdir() if path.is_file()]
    parts.append(station.hub.metrics.text().decode())
    return "\n".join([*parts, logs.getvalue()])


def _text(value: object) -> str:
    if not isinstance(value, bytes):
        return str(value)
    try:
        return unpack(value).decode("latin-1")
    except Exception:  # it was not packed
        return value.decode("latin-1")


@pytest.mark.parametrize("status", [200, 400, 503])
async def test_secret_in_an_http_address(
    station: Station, partner: Partner, tmp_path: Path, logs: StringIO, status: int
) -> None:
    """The partner gets the value; records, errors and what is shown hold the placeholder, whatever the answer."""
    partner.status = status
    steps = f"- to: {{uri: '{partner.address}/x', parameters: {{api_key: '{{{{secret:mark}}}}', a: 1}}}}"
    await station.start(route(steps))
    await station.send("main", "hello", wait=status != 503)
    await eventually(lambda: len(partner.queries) > (status == 503))  # with the second the first one's failure is kept
    assert f"api_key={MARK}" in partner.queries[0]
    kept = await everything(station, tmp_path, logs)
    assert MARK not in kept
    assert "api_key={{secret:mark}}" in kept


@pytest.mark.parametrize("mode", ["live", "shadow"])
async def test_plain_credentials_are_masked(station: Station, partner: Partner, mode: str) -> None:
    """A credential in a header that a route sends on, or built into an address, is in no record, also not in shadow mode."""
    steps = f"""
- setHeader: {{name: Authorization, jq: '"Bearer M4rk3d-" + .part'}}
- setBody: {{constant: done}}
- to: {{uri: '{partner.address}/x', parameters: {{httpMethod: POST, sendCredentials: true}}}}
- removeHeader: {{name: Authorization}}
- toD: {{uri: '{partner.address}/y?httpMethod=POST&token=${{variable.none}}M4rk3d-2'}}
"""
    await station.start(route(steps), modes=Modes(default=mode))
    [one] = await station.send("main", {"part": "S3cr3t"})
    assert (await station.states())[one] == "done"
    if mode == "live":
        assert partner.authorizations[0] == "Bearer M4rk3d-S3cr3t"
    records = await station.query("select endpoint, request, reply, error from record")
    shown = " ".join(_text(value) for row in records for value in row.values())
    assert len(records) == 2
    assert "M4rk3d" not in shown
    assert "token=***" in shown


async def test_a_message_cannot_name_secrets(station: Station, partner: Partner) -> None:
    """A placeholder that a message brings is never filled in, wherever it lands."""
    steps = f"- toD: {{uri: '{partner.address}/x?q=${{body}}'}}"
    await station.start(route(steps))
    [one] = await station.send("main", "{{secret:mark}}")
    assert (await station.states())[one] == "dead"
    await station.start(route(f"- to: '{partner.address}/x?api_key={{{{secret:mark}}}}'"))
    await station.send("main", "x", headers={"CamelHttpQuery": "other={{secret:mark}}"})
    assert MARK not in "".join(partner.queries)


async def test_a_secret_stays_with_its_host(station: Station, partner: Partner) -> None:
    """A message that leads the call to another host gets no secret of the address."""
    await station.start(route("- to: 'http://127.0.0.1:1/x?api_key={{secret:mark}}'"))
    [one] = await station.send("main", "x", headers={"CamelHttpUri": f"{partner.address}/y"})
    assert (await station.states())[one] == "dead"
    assert partner.queries == []


@pytest.mark.parametrize(
    "step",
    [
        "- to: {uri: 'http://127.0.0.1:1/x?connection=bank'}",
        "- to: {uri: 'odoo:res.partner?operation=read', parameters: {fields: name, domain: '[]'}}",
        "- to: placetopay:query",
    ],
)
async def test_partners_that_cannot_be_reached(station: Station, tmp_path: Path, logs: StringIO, step: str) -> None:
    """The credentials of connections are in no record, error, line or figure of a call that fails."""
    hub = await station.start(route(step), connections=PARTNERS)
    await station.send("main", {"request_id": "1", "requestId": "1"}, wait=False)
    for _ in range(1000):
        if await station.query("select 1 from record"):
            break
        await hub.clock.sleep(0.01)
    assert MARK not in await everything(station, tmp_path, logs)


async def test_webhook(station: Station, tmp_path: Path, logs: StringIO) -> None:
    """Neither the secret of a webhook nor the signature made with it is kept."""
    routes = "- route: {id: in, from: {uri: webhook:shop, parameters: {secret: mark}, steps: [{to: mock:end}]}}"
    hub = await station.start(routes)
    signature = hmac_hex(MARK, b"{}")
    async with serve(hub.listener) as base, aiohttp.ClientSession(base) as session:
        for given in (signature, "0" * 64):
            async with session.post("/webhook/shop", data=b"{}", headers={"X-Signature": given}) as answer:
                assert answer.status in (200, 401)
    await hub.dispatcher.quiet()
    kept = await everything(station, tmp_path, logs)
    assert len(await station.states()) == 1
    assert MARK not in kept
    assert signature not in kept


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("https://hooks.example/{{secret:mark}}", "never in its path"),
        ("odoo:res.partner?operation=read&connection={{secret:mark}}", "takes no secret"),
        ("https://127.0.0.1/x?key={{secret:nobody}}", "`nobody` is not set"),
    ],
)
async def test_refused_at_load(station: Station, address: str, reason: str) -> None:
    """A secret where it would be shown, where nothing fills it in, or that is not set refuses the file."""
    with pytest.raises(ConfigurationError, match=reason):
        await station.start(route(f"- to: '{address}'"), connections=PARTNERS)
