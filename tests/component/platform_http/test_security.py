"""Bearer tokens of an operation, over loopback: who is let in, who is not, and what never enters a message."""

import json
from typing import Any

import pytest

from caravana.component.platform_http import PlatformHttpComponent
from caravana.kit.errors import ConfigurationError
from caravana.kit.uri import Uri
from tests.component.harness import Hub, Inbox
from tests.component.platform_http.test_operation import serving_at

CLIENTS = {
    "web": {"token": "shop_web", "scopes": ["orders:read", "orders:write"]},
    "kiosk": {"token": "shop_kiosk", "scopes": ["orders:read"]},
}
SECRETS = {
    "shop_web": "token-of-the-web-shop",
    "shop_web_previous": "token-of-last-year-web",
    "shop_kiosk": "token-of-the-kiosk-00",
}
NEEDED = json.dumps([{"key": "shop", "scopes": "orders:write"}])


def hub(**settings: Any) -> Hub:
    """Return a hub with two clients."""
    return Hub(settings={"shop.clients": CLIENTS, **settings}, secrets=SECRETS)


def bearer(token: str, **more: str) -> dict[str, str]:
    """Return the headers of a caller."""
    return {"Authorization": f"Bearer {token}", **more}


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({}, 401),
        (bearer(""), 401),
        (bearer("token-of-nobody-at-all"), 401),
        ({"Authorization": "Basic token-of-the-web-shop"}, 401),
        (bearer("tóken"), 401),
        (bearer(SECRETS["shop_kiosk"]), 403),
        (bearer(SECRETS["shop_web"]), 200),
        (bearer(SECRETS["shop_web_previous"]), 200),
        ({"authorization": "bearer " + SECRETS["shop_web"]}, 200),
    ],
)
async def test_who_is_let_in(given: dict[str, str], status: int) -> None:
    """A known token with the scope is let in, the secret before too; all others become no message."""
    inbox = Inbox()
    async with (
        serving_at(hub(), inbox, "platform-http:/a", {"security": NEEDED}) as session,
        session.get("/a", headers=given) as answer,
    ):
        assert answer.status == status
        assert ("WWW-Authenticate" in answer.headers) == (status in (401, 403))
    assert len(inbox.accepted) == (status == 200)


async def test_the_message_knows_the_client_and_no_token() -> None:
    """The client's name is a property that nobody outside sets; keys of two clients or methods never meet."""
    inbox = Inbox()
    needed = json.dumps([{"key": "shop", "scopes": "orders:read"}])
    async with serving_at(hub(), inbox, "platform-http:/a", {"security": needed}) as session:
        for method, name in (("POST", "shop_web"), ("PATCH", "shop_web"), ("POST", "shop_kiosk")):
            given = bearer(SECRETS[name], **{"Idempotency-Key": "k1", "CaravanaClient": "boss"})
            async with session.request(method, "/a", headers=given) as answer:
                assert answer.status == 200
    assert [one.properties["CaravanaClient"] for one in inbox.accepted] == ["web", "web", "kiosk"]
    assert [one.key for one in inbox.accepted] == ["web POST k1", "web PATCH k1", "kiosk POST k1"]
    assert not any(secret in repr(inbox.accepted) for secret in SECRETS.values())


@pytest.mark.parametrize(
    ("settings", "secrets", "reason"),
    [
        ({}, SECRETS, "nobody could call"),
        ({"shop.clients": {"web": {"token": "shop_web"}}}, SECRETS, "token and scopes"),
        ({"shop.clients": {"web": {"token": "shop_web", "scopes": "all"}}}, SECRETS, "token and scopes"),
        ({"shop.clients": CLIENTS}, {}, "shop_web"),
        ({"shop.clients": CLIENTS}, {**SECRETS, "shop_web": "short"}, "16 characters"),
    ],
)
def test_wrong_settings(settings: dict[str, Any], secrets: dict[str, str], reason: str) -> None:
    """Clients without token, scopes or a long secret are a mistake at the start."""
    found = Hub(settings=settings, secrets=secrets)
    uri = Uri("platform-http", "/a", {"security": NEEDED})
    with pytest.raises(ConfigurationError, match=reason):
        PlatformHttpComponent(found).endpoint(uri).consumer(Inbox())
