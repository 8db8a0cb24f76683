"""Forwarded headers: believed from named proxies only, and of them only what they themselves saw."""

from typing import Any

import aiohttp
import pytest
from pydantic import ValidationError

from caravana.engine.configuration import Configuration
from caravana.engine.hub import Hub
from caravana.engine.proxies import Proxies
from caravana.kit.serving import serve
from caravana.route import read_text

ROUTES = """\
- route:
    id: who
    from:
      uri: platform-http:/who
      steps:
        - setBody: {simple: "${header.CamelHttpRemoteAddress}"}
"""


def scope(peer: str, **headers: str) -> dict[str, Any]:
    """Return the ASGI scope of a request from `peer`."""
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"client": (peer, 5000), "scheme": "http", "headers": [(b"host", b"inside:8080"), *raw]}


CALLERS = {
    "no proxy is trusted": ([], "10.0.0.1", "203.0.113.7", "10.0.0.1"),
    "a stranger invents": (["10.0.0.1"], "198.51.100.9", "203.0.113.7", "198.51.100.9"),
    "one hop": (["10.0.0.1"], "10.0.0.1", "203.0.113.7", "203.0.113.7"),
    "the customer invents, the proxy appends": (["10.0.0.1"], "10.0.0.1", "1.1.1.1, 203.0.113.7", "203.0.113.7"),
    "two proxies": (["10.0.0.0/8"], "10.0.0.1", "1.1.1.1, 203.0.113.7, 10.0.0.2", "203.0.113.7"),
    "only proxies": (["10.0.0.0/8"], "10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
    "malformed": (["10.0.0.1"], "10.0.0.1", "203.0.113.7, unknown", "10.0.0.1"),
    "malformed behind a proxy": (["10.0.0.0/8"], "10.0.0.1", "<script>, 10.0.0.2", "10.0.0.2"),
    "empty": (["10.0.0.1"], "10.0.0.1", "", "10.0.0.1"),
    "with a port": (["10.0.0.1"], "10.0.0.1", "203.0.113.7:40123", "203.0.113.7"),
    "IPv6": (["2001:db8::/32"], "2001:db8::1", "2620:0:2d0:200::7", "2620:0:2d0:200::7"),
    "IPv6 with a port": (["::1"], "::1", "[2620:0:2d0:200::7]:443", "2620:0:2d0:200::7"),
    "IPv4 on an IPv6 socket": (["10.0.0.1"], "::ffff:10.0.0.1", "203.0.113.7", "203.0.113.7"),
    "IPv4 written as IPv6": (["10.0.0.1"], "10.0.0.1", "::ffff:203.0.113.7", "203.0.113.7"),
}


@pytest.mark.parametrize("case", CALLERS)
def test_who_calls(case: str) -> None:
    """The caller is the rightmost address that no trusted proxy is; what stands left of it counts for nothing."""
    trusted, peer, header, caller = CALLERS[case]
    request = scope(peer, x_forwarded_for=header)
    Proxies(trusted).believe(request)
    assert request["client"][0] == caller


def test_several_headers_are_one_list() -> None:
    """A proxy may add a header of its own instead of lengthening the one that came."""
    request = scope("10.0.0.1", x_forwarded_for="1.1.1.1")
    request["headers"].append((b"x-forwarded-for", b"203.0.113.7"))
    assert Proxies(["10.0.0.1"]).believe(request)
    assert request["client"][0] == "203.0.113.7"


@pytest.mark.parametrize(
    ("peer", "proto", "host", "scheme", "shown"),
    [
        ("10.0.0.1", "https", "hub.example.com", "https", "hub.example.com"),
        ("10.0.0.1", "https", "hub.example.com:8443", "https", "hub.example.com:8443"),
        ("10.0.0.1", "http, https", "evil.example, hub.example.com", "https", "hub.example.com"),
        ("10.0.0.1", "javascript", "a b/c", "http", "inside:8080"),
        ("198.51.100.9", "https", "evil.example", "http", "inside:8080"),
    ],
)
def test_scheme_and_host(peer: str, proto: str, host: str, scheme: str, shown: str) -> None:
    """Scheme and host are those of the trusted proxy; malformed ones and a stranger's are left aside."""
    request = scope(peer, x_forwarded_for="203.0.113.7", x_forwarded_proto=proto, x_forwarded_host=host)
    Proxies(["10.0.0.1"]).believe(request)
    assert request["scheme"] == scheme
    assert dict(request["headers"])[b"host"].decode() == shown


def test_scheme_of_the_outermost_proxy() -> None:
    """Behind two proxies the one that saw the customer says how he came: TLS ends there."""
    request = scope("10.0.0.1", x_forwarded_for="203.0.113.7, 10.0.0.2", x_forwarded_proto="https, http")
    Proxies(["10.0.0.0/8"]).believe(request)
    assert request["scheme"] == "https"


@pytest.mark.parametrize("text", ["everybody", "10.0.0.0/40", "*", ""])
def test_what_is_no_network_is_refused(text: str) -> None:
    """A wrong entry is told when the configuration is read; there is no word for everybody."""
    with pytest.raises(ValidationError, match="no address or network"):
        Configuration.model_validate({"listener": {"trusted_proxies": [text]}})


@pytest.mark.parametrize("url", ["hub.example.com", "https://", "ftp://hub.example.com"])
def test_what_is_no_public_address_is_refused(url: str) -> None:
    """Links made of it would lead nowhere; a slash at its end is no matter."""
    with pytest.raises(ValidationError, match="write the address with"):
        Configuration.model_validate({"listener": {"public_url": url}})
    read = Configuration.model_validate({"listener": {"public_url": "https://hub.example.com/"}})
    assert read.listener.public_url == "https://hub.example.com"


@pytest.mark.parametrize(("trusted", "seen"), [([], "127.0.0.1"), (["127.0.0.1"], "203.0.113.7")])
async def test_route_sees_the_caller(tmp_path: Any, trusted: list[str], seen: str) -> None:
    """CamelHttpRemoteAddress, which goes to PlacetoPay as the payer's, is the believed one; by default nobody is believed."""
    configuration = Configuration.model_validate(
        {"journal": f"sqlite:///{tmp_path}/journal.db", "listener": {"trusted_proxies": trusted}}
    )
    hub = Hub(configuration, [read_text(ROUTES)])
    await hub.start()
    try:
        async with serve(hub.listener) as url, aiohttp.ClientSession() as session:
            headers = {"X-Forwarded-For": "1.1.1.1, 203.0.113.7"}
            async with session.get(f"{url}/who", headers=headers) as answer:
                assert (answer.status, await answer.text()) == (200, seen)
    finally:
        await hub.stop()
