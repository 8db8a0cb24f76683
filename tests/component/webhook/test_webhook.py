"""The `webhook` component, over loopback."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal

import aiohttp
import pytest

from caravana.component.webhook import WebhookComponent
from caravana.kit.component import Consumer
from caravana.kit.errors import ConfigurationError, NotStorable
from caravana.kit.ports import Unavailable
from caravana.kit.signature import hmac_hex
from caravana.kit.uri import Uri
from tests.component.harness import Hub, Inbox, readme_endpoints

SECRETS = {"NEW": "new-secret", "OLD": "old-secret", "EMPTY": ""}


@dataclass
class World:
    """A listening webhook."""

    consumer: Consumer
    session: aiohttp.ClientSession
    inbox: Inbox = field(default_factory=Inbox)

    async def post(self, raw: bytes = b"{}", path: str = "/webhook/shop", **headers: str) -> tuple[int, str]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.session.post(path, data=raw, headers=named) as answer:
            return answer.status, await answer.text()

    async def post_signed(self, raw: bytes = b"{}", **headers: str) -> tuple[int, str]:
        return await self.post(raw, X_Signature="sha256=" + hmac_hex(SECRETS["NEW"], raw), **headers)


@asynccontextmanager
async def _world(options: str = "secret=NEW") -> AsyncIterator[World]:
    hub = Hub(secrets=dict(SECRETS))
    component, inbox = WebhookComponent(hub), Inbox()
    consumer = component.endpoint(Uri.parse("webhook:shop?" + options)).consumer(inbox)
    await consumer.start()
    async with hub.listening() as base, aiohttp.ClientSession(base) as session:
        yield World(consumer, session, inbox)
    await consumer.stop()


async def test_a_signed_message_is_taken() -> None:
    """The parsed JSON is the body, numbers exact; the signature and credentials stay outside."""
    async with _world() as world:
        given = {"Authorization": "Bearer x", "Camelx": "1", "X_Kind": "order"}
        assert await world.post_signed(b'{"total": 10.10}', **given) == (200, "{}")
    [arrival] = world.inbox.accepted
    assert arrival.body == {"total": Decimal("10.10")}
    assert arrival.headers["X-Kind"] == "order"
    assert not {"x-signature", "authorization", "camelx"} & {name.lower() for name in arrival.headers}


async def test_a_wrong_signature_is_refused_and_counted() -> None:
    """Missing, wrong and non-ASCII signatures are 401, nothing is taken."""
    async with _world() as world:
        for headers in ({}, {"X_Signature": "sha256=00"}, {"X_Signature": "é"}):
            assert (await world.post(b"{}", **headers))[0] == 401
    assert world.inbox.accepted == []
    assert world.consumer.refusals == {"signature": 3}


async def test_the_previous_secret_still_counts() -> None:
    """While a secret is changed both are good."""
    async with _world("secret=NEW&previousSecret=OLD&algorithm=sha512&header=X-Sig") as world:
        for name in ("NEW", "OLD"):
            assert (await world.post(b"{}", X_Sig=hmac_hex(SECRETS[name], b"{}", "sha512")))[0] == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"X_Webhook_Token": "new-secret"}, 200),
        ({"X_Webhook_Token": "Bearer new-secret"}, 200),
        ({"X_Webhook_Token": "new"}, 401),
        ({}, 401),
    ],
)
async def test_a_token(headers: Mapping[str, str], status: int) -> None:
    """The right token opens, a part of it or none does not."""
    async with _world("auth=token&secret=NEW") as world:
        assert (await world.post(b"{}", **headers))[0] == status


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff", b"[NaN]", b"[" * 100_000])
async def test_what_is_no_json_is_400(raw: bytes) -> None:
    """Nothing malformed is taken or ends in a 500."""
    async with _world() as world:
        assert (await world.post_signed(raw))[0] == 400
    assert world.consumer.refusals == {"malformed": 1}


async def test_text_is_taken_as_it_comes() -> None:
    """With format=text nothing is parsed; the path can be another."""
    async with _world("auth=none&format=text&path=in") as world:
        assert (await world.post("año".encode(), "/in"))[0] == 200
    assert world.inbox.accepted[0].body == "año"


async def test_a_body_that_is_too_large_is_413() -> None:
    """The limit counts before the signature."""
    async with _world("secret=NEW&maxBytes=4") as world:
        assert (await world.post(b"[1,2]"))[0] == 413


async def test_the_same_id_is_taken_once() -> None:
    """A repeat is answered 200 like the first."""
    async with _world("secret=NEW&idHeader=X-Delivery") as world:
        for _ in range(2):
            assert (await world.post_signed(b"{}", X_Delivery="d1"))[0] == 200
    assert [one.key for one in world.inbox.accepted] == ["d1"]


async def test_a_journal_that_takes_nothing_is_503() -> None:
    """The sender is told when to come again."""
    async with _world("auth=none") as world:
        world.inbox.failure = Unavailable("full", 7)
        async with world.session.post("/webhook/shop", data=b"{}") as answer:
            assert (answer.status, answer.headers["Retry-After"]) == (503, "7")


async def test_a_message_that_does_not_fit_the_address_is_400() -> None:
    """When lane or key cannot be read from it, it is the sender's mistake, not ours."""
    async with _world("auth=none") as world:
        world.inbox.failure = NotStorable("no")
        assert (await world.post())[0] == 400


@pytest.mark.parametrize(
    "address", ["webhook:shop", "webhook:shop?auth=none&secret=NEW", "webhook:", "webhook:whatsapp:1?auth=none"]
)
def test_wrong_addresses_are_refused(address: str) -> None:
    """No secret, a secret without use, no name, and Camel's wrapped endpoints."""
    with pytest.raises(ConfigurationError):
        WebhookComponent(Hub()).endpoint(Uri.parse(address))


@pytest.mark.parametrize("name", ["MISSING", "EMPTY"])
def test_a_missing_secret_is_told_before_start(name: str) -> None:
    """An empty secret would let everybody in who knows that it is empty."""
    endpoint = WebhookComponent(Hub(secrets=dict(SECRETS))).endpoint(Uri.parse(f"webhook:shop?secret={name}"))
    with pytest.raises(ConfigurationError):
        endpoint.consumer(Inbox())


def test_the_readme_is_right() -> None:
    """The address shown can be listened at."""
    hub = Hub(secrets={"SHOP_WEBHOOK": "s"})
    [endpoint] = readme_endpoints(WebhookComponent(hub))
    endpoint.consumer(Inbox())
