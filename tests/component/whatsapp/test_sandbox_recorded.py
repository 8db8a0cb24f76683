"""Every recorded request of pywa and facebook-business, sent to the imitation again."""

import copy
import json
from typing import Any

import aiohttp
import pytest

from tests.component.whatsapp.meta import PROOF, SECRET, TOKEN, Meta, furnish, meta_world, recorded

PYWA = recorded("pywa-4.5.0")
FACEBOOK = recorded("facebook-business-26.0.3")
REFUSED = {"long_text": 131009, "four_buttons": 131009, "long_title": 131009, "pair_rate": 131056}
"""What pywa sends without a look, and Meta does not take."""
NOT_META = {"profile_set", "register", "commerce", "app_subscription", "waba_override"}
"""Recorded answers with more in them than Meta gives."""


async def again(meta: Meta, request: dict[str, Any]) -> tuple[int, Any]:
    """Send a recorded request as it was, with this imitation's secrets."""
    text = json.dumps(request)
    text = text.replace("<5000 x characters>", "x" * 5000).replace("<APP_SECRET>", SECRET)
    text = text.replace("<ACCESS_TOKEN>", TOKEN).replace("<HMAC_SHA256_HEX(key=app_secret,msg=access_token)>", PROOF)
    made: dict[str, Any] = json.loads(text)
    body: dict[str, Any] = {}
    if "json" in made:
        body["json"] = made["json"]
    if "form" in made:
        body["data"] = made["form"]
    if "multipart" in made:
        body["data"] = _multipart(made["multipart"])
    token = TOKEN if "authorization" in made["headers"] else ""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with meta.session.request(
        made["method"], made["path"], params=made["query"], headers=headers, **body
    ) as answer:
        raw = await answer.read()
        return answer.status, json.loads(raw) if answer.content_type == "application/json" else raw


def _multipart(parts: list[dict[str, Any]]) -> aiohttp.FormData:
    form = aiohttp.FormData(default_to_multipart=True)
    for part in parts:
        name = part["headers"][0].split('name="')[1].split('"')[0]
        content = (part["text"] or "").encode() or b"\x89PNG"[: part["bytes"]]
        if "filename=" in part["headers"][0]:
            filename = part["headers"][0].split('filename="')[1].split('"')[0]
            kind = part["headers"][1].partition(": ")[2] if len(part["headers"]) > 1 else None
            form.add_field(name, content, filename=filename, content_type=kind)
        else:
            form.add_field(name, content.decode())
    return form


def same_shape(given: Any, wanted: Any) -> bool:
    """Whether an answer has what the recorded one has; values may differ."""
    if isinstance(wanted, dict):
        return isinstance(given, dict) and all(
            name in given and same_shape(given[name], one) for name, one in wanted.items()
        )
    if isinstance(wanted, list):
        return isinstance(given, list) and (not wanted or not given or same_shape(given[0], wanted[0]))
    return isinstance(given, type(wanted)) or (isinstance(wanted, int) and isinstance(given, int))


async def test_pywa_is_understood() -> None:
    """Each of the 43 recorded requests is taken, or refused where Meta refuses it, with an answer of the recorded shape."""
    assert len(PYWA) == 43
    async with meta_world() as meta:
        furnish(meta.sandbox)
        await _verified(meta)
        for exchange in PYWA:
            name, wanted = exchange["name"], exchange["sandbox_answer"]
            if name in ("create_template", "get_bytes"):
                continue
            status, answer = await again(meta, exchange["request"])
            if name in REFUSED:
                assert (status, answer["error"]["code"]) == (400, REFUSED[name]), name
                continue
            assert status == 200, (name, answer)
            if name in NOT_META:
                assert answer == {"success": True}
            elif name == "phone_info":
                assert answer["id"] == "106540352242922"
            elif name == "del_media":
                assert answer["success"]
            else:
                assert same_shape(answer, wanted["json"]), (name, answer)


async def test_pywa_creates_templates_and_fetches_files() -> None:
    """A template that is not there yet is created and waits for its review; a file comes from the address that was given."""
    exchanges = {one["name"]: one["request"] for one in PYWA}
    async with meta_world() as meta:
        assert (await again(meta, exchanges["create_template"]))[1]["status"] == "PENDING"
        meta.sandbox.files.add(b"PNG", "image/png", name="900001")
        status, described = await again(meta, exchanges["get_media_url"])
        fetch = copy.deepcopy(exchanges["get_bytes"])
        fetch["path"] = described["url"].removeprefix(meta.base)
        assert (status, await again(meta, fetch)) == (200, (200, b"PNG"))
        meta.clock.advance(301)
        assert (await again(meta, fetch))[0] == 404


async def test_facebook_business_is_understood() -> None:
    """Each of the 23 recorded requests gets an answer of the recorded shape, and the two refusals their codes."""
    assert len(FACEBOOK) == 23
    async with meta_world() as meta:
        furnish(meta.sandbox)
        handle = None
        for exchange in FACEBOOK:
            name, request = exchange["name"], exchange["request"]
            if name in ("err_buc", "err_190", "delete"):
                continue
            if name == "check":
                request = copy.deepcopy(request)
                request["query"]["handle"] = handle
            status, answer = await again(meta, request)
            assert status == 200, (name, answer)
            wanted = exchange["sandbox_answer"]["json"]
            if name == "photo_url" or name.startswith("photo_"):
                assert answer.keys() == {"id"}, "an unpublished photo has no post"
            elif name == "products":
                assert answer["data"] == [], "the batch is still at work"
            else:
                assert same_shape(
                    answer,
                    {one: wanted[one] for one in wanted if one != "paging"} if isinstance(wanted, dict) else wanted,
                ), (name, answer)
            if name == "items_batch":
                handle = answer["handles"][0]


async def test_facebook_business_deletes_a_post() -> None:
    """The recorded deletion takes the post away; the same once more finds nothing, as at Meta."""
    [exchange] = [one for one in FACEBOOK if one["name"] == "delete"]
    async with meta_world() as meta:
        furnish(meta.sandbox)
        posts = meta.sandbox.pages.posts
        assert exchange["request"]["path"].strip("/").endswith("1234_5")
        assert await again(meta, exchange["request"]) == (200, exchange["sandbox_answer"]["json"])
        assert "1234_5" not in posts
        status, answer = await again(meta, exchange["request"])
        assert (status, answer["error"]["code"]) == (400, 100)


@pytest.mark.parametrize(("name", "code", "status"), [("err_buc", 80001, 400), ("err_190", 190, 401)])
async def test_facebook_business_is_refused(name: str, code: int, status: int) -> None:
    """A full budget and a dead token are refused as they were recorded."""
    from caravana.component.whatsapp.sandbox import ErrorFault

    [exchange] = [one for one in FACEBOOK if one["name"] == name]
    async with meta_world(page_id=exchange["request"]["path"].split("/")[2]) as meta:
        wanted = exchange["sandbox_answer"]["json"]["error"]
        meta.sandbox.door.errors.append(
            ErrorFault("page.feed.post", code, subcode=wanted["error_subcode"], status=status)
        )
        answered, answer = await again(meta, exchange["request"])
        assert (answered, answer["error"]["code"]) == (status, code)
        assert answer["error"]["error_subcode"] == wanted["error_subcode"]


async def _verified(meta: Meta) -> None:
    """The address that the recorded subscriptions name is nobody's here: take them without asking it."""

    async def verify(url: str, verify_token: str) -> None:
        assert (url, verify_token) == ("https://hub.example/webhook", "verify_test")

    meta.sandbox.webhooks.verify = verify  # type: ignore[method-assign]
