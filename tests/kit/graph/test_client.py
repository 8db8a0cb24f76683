"""Calls to the Graph API, over loopback, with an answering machine in Meta's place."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from caravana.kit.clock import ManualClock
from caravana.kit.errors import RateLimited, Refused, Unknown
from caravana.kit.graph.client import GraphClient, Part
from caravana.kit.graph.errors import TokenDead
from caravana.kit.graph.settings import GraphSettings
from caravana.kit.options import read_options
from caravana.kit.serving import serve
from tests.kit.graph.contract import WEBHOOKS

SECRETS = {"token": "TEST_TOKEN", "appSecret": "app_secret_test"}
PROOF = WEBHOOKS["appsecret_proof_vector"]["appsecret_proof"]


@dataclass
class Machine:
    """Answers what it is told to, and keeps what it was asked."""

    answers: list[Response] = field(default_factory=list)
    asked: list[tuple[Request, bytes]] = field(default_factory=list)

    async def answer(self, request: Request) -> Response:
        self.asked.append((request, await request.body()))
        return self.answers.pop(0) if self.answers else JSONResponse({"id": "1"})


@asynccontextmanager
async def closing(client: GraphClient) -> AsyncIterator[GraphClient]:
    try:
        yield client
    finally:
        await client.close()


@asynccontextmanager
async def calling(machine: Machine, **settings: str) -> AsyncIterator[GraphClient]:
    app = Starlette(routes=[Route("/{path:path}", machine.answer, methods=["GET", "POST", "DELETE"])])
    async with serve(app) as base:
        read = read_options(GraphSettings, {"url": base, **SECRETS, **settings}, place="connections.meta")
        async with closing(GraphClient(read, ManualClock())) as client:
            yield client


async def test_a_call_carries_version_token_and_proof() -> None:
    """The version is a setting, the token stands in a header, and only the proof in the address."""
    machine = Machine()
    async with calling(machine, version="v25.0") as client:
        assert await client.post("123/messages", {"text": {"body": "¿Café?"}}) == {"id": "1"}
    [(request, raw)] = machine.asked
    assert request.url.path == "/v25.0/123/messages"
    assert dict(request.query_params) == {"appsecret_proof": PROOF}
    assert request.headers["authorization"] == "Bearer TEST_TOKEN"
    assert json.loads(raw) == {"text": {"body": "¿Café?"}}


async def test_forms_and_files() -> None:
    """A form's members that are no texts go as JSON; files go as they are, under a safe name."""
    machine = Machine()
    async with calling(machine) as client:
        await client.form("1/feed", {"message": "Café & té", "attached_media": [{"media_fbid": "7"}], "link": None})
        await client.upload(
            "1/media", [Part("file", b"\x00\r\n--x", 'a"b.png', "image/png"), Part("type", b"image/png")]
        )
    async with machine.asked[0][0].form() as form:
        assert dict(form) == {"message": "Café & té", "attached_media": '[{"media_fbid":"7"}]'}
    request, raw = machine.asked[1]
    assert request.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert b'filename="a%22b.png"\r\nContent-Type: image/png\r\n\r\n\x00\r\n--x\r\n' in raw


async def test_lists_are_read_to_their_end() -> None:
    """The cursor is followed while there is a next page, and the address in `next` is not."""
    pages = [
        {"data": [{"id": "1"}], "paging": {"cursors": {"after": "A"}, "next": "https://elsewhere.example/x"}},
        {"data": [{"id": "2"}], "paging": {"cursors": {"after": "B"}}},
    ]
    machine = Machine([JSONResponse(one) for one in pages])
    async with calling(machine) as client:
        found = [one["id"] async for page in client.pages("1/feed", {"fields": "id"}) for one in page]
    assert found == ["1", "2"]
    assert machine.asked[1][0].query_params["after"] == "A"
    assert machine.asked[1][0].query_params["fields"] == "id"


async def test_a_dead_token_is_not_tried_for_every_message() -> None:
    """Once Meta refuses the token nothing is asked for a minute, and whoever comes is told the same."""
    dead = JSONResponse({"error": {"code": 190, "message": "expired", "fbtrace_id": "Az"}}, 401)
    machine = Machine([dead])
    async with calling(machine) as client:
        for _ in range(3):
            with pytest.raises(TokenDead, match="new access token") as caught:
                await client.get("me")
            assert (caught.value.code, caught.value.reference) == ("190", "Az")
        assert len(machine.asked) == 1
        client._clock.advance(61)  # type: ignore[attr-defined]
        assert await client.get("me") == {"id": "1"}


async def test_a_full_budget_keeps_the_next_call_at_home() -> None:
    """What an answer's header says, an error's too, holds the call after it."""
    header = {"X-Business-Use-Case-Usage": json.dumps({"1": [{"type": "pages", "call_count": 97}]})}
    machine = Machine([JSONResponse({"error": {"code": 80001}}, 400, header)])
    async with calling(machine) as client:
        for _ in range(2):
            with pytest.raises(RateLimited):
                await client.get("1/feed")
    assert len(machine.asked) == 1


async def test_files_are_fetched_from_meta_only() -> None:
    """The token is shown at Meta's addresses (here the imitation's) and nowhere else; what has expired says so."""
    machine = Machine([Response(b"\x89PNG"), Response(status_code=404)])
    async with calling(machine) as client:
        address = client.settings.url + "/lookaside/9"
        assert (await client.download(address)).raw == b"\x89PNG"
        with pytest.raises(Refused) as gone:
            await client.download(address)
        with pytest.raises(Refused) as elsewhere:
            await client.download("https://evil.example/lookaside/9")
    assert (gone.value.code, elsewhere.value.code) == ("gone", "host")
    assert len(machine.asked) == 2


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://lookaside.fbsbx.com/whatsapp?mid=1", True),
        ("https://graph.facebook.com/1", True),
        ("http://lookaside.fbsbx.com/1", False),
        ("https://lookaside.fbsbx.com.evil.example/1", False),
        ("https://evilfbsbx.com/1", False),
        ("https://127.0.0.1/1", False),
    ],
)
def test_the_hosts_of_meta(url: str, allowed: bool) -> None:
    """Only Meta's own hosts, under TLS, are Meta's."""
    client = GraphClient(read_options(GraphSettings, dict(SECRETS), place=""), ManualClock())
    assert client._is_metas(url) is allowed


async def test_no_error_tells_the_token() -> None:
    """A lost answer names the place without its query, and what Meta repeats is masked."""
    said: dict[str, Any] = {"error": {"code": 100, "message": "bad access_token=EAATESTTOKEN12345"}}
    machine = Machine([JSONResponse(said, 400)])
    async with calling(machine) as client:
        with pytest.raises(Refused) as refused:
            await client.get("1", {"input_token": "EAATESTTOKEN12345"})
    async with calling(Machine([Response(b"<html>")])) as client:
        with pytest.raises(Unknown) as unknown:
            await client.get("1")
    for error in (refused.value, unknown.value):
        assert "EAATEST" not in str(error)
        assert PROOF not in str(error)


def test_settings_say_whether_customers_are_reached() -> None:
    """A sandbox on this machine is a test whatever else is set; at Meta the setting says."""
    local = read_options(GraphSettings, {"url": "http://127.0.0.1:1", "site": "live", **SECRETS}, place="")
    live = read_options(GraphSettings, {"site": "live", **SECRETS}, place="")
    assert (local.side("w").profile, local.side("w").setting) == ("test", "connections.w.url")
    assert (live.side("w").profile, live.side("w").setting) == ("live", "connections.w.site")
    assert read_options(GraphSettings, dict(SECRETS), place="").side("w").profile == "test"
