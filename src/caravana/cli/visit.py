"""Asking the public address, as a partner would, whether it leads to the hub that runs here."""

import json
import secrets
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from caravana.kit.component import Finding, Severity

if TYPE_CHECKING:
    from caravana.engine.configuration import Configuration
    from caravana.engine.control import Presence
    from caravana.kit.http import HttpAnswer

SUBJECT = "public address"
SETTING = "listener.public_url"
TIMEOUT = 15.0
FROM_HERE = "asked from this machine: some networks do not reach their own public address, so try a telephone, too"


async def visit(configuration: "Configuration") -> list[Finding]:
    """Return what is right and wrong with the public address."""
    url = configuration.listener.public_url
    bad = Severity.ERROR if configuration.profile == "live" else Severity.WARNING
    if url is None:
        remedy = f"set {SETTING} to the address under which the proxy or tunnel with TLS is reached"
        return [Finding(SUBJECT, bad, "not set: links and webhooks name this machine", remedy)]
    found = []
    if not url.startswith("https://"):
        found.append(Finding(SUBJECT, bad, f"{url} is not https", "put a proxy or tunnel with TLS before the listener"))
    return found + await _try(configuration, url.rstrip("/"))


async def _try(configuration: "Configuration", url: str) -> list[Finding]:
    from caravana.engine.control import presences
    from caravana.kit.errors import EffectError
    from caravana.kit.http import HttpSession
    from caravana.kit.reach import unreached

    hubs = presences(configuration)
    if not hubs:
        remedy = "start the hub with `caravana run`, then ask the doctor again"
        return [Finding(SUBJECT, Severity.WARNING, f"{url} was not tried, for no hub runs here", remedy)]
    nonce = secrets.token_urlsafe(24)
    try:
        async with HttpSession() as session:
            answer = await session.call("GET", f"{url}/.well-known/caravana/{nonce}", timeout=TIMEOUT)
    except EffectError as error:
        found = unreached(url, error, SETTING)
        return [Finding(SUBJECT, found.severity, found.message, f"{found.remedy}; {FROM_HERE}")]
    return _judge(url, answer, nonce, hubs)


def _judge(url: str, answer: "HttpAnswer", nonce: str, hubs: "list[Presence]") -> list[Finding]:
    from caravana.engine.proof import proof

    told = _read(answer)
    if told.get("proof") in [proof(hub.token, nonce) for hub in hubs]:
        return [Finding(SUBJECT, Severity.OK, f"{url} leads to this hub"), *_proxy(told)]
    if "proof" in told:
        text, remedy = f"{url} leads to another hub", "let it lead to the hub of this configuration, or correct it"
        return [Finding(SUBJECT, Severity.WARNING, text, remedy)]
    text = f"{url} answers {answer.status}, and it is not this hub"
    remedy = f"let proxy or tunnel lead every path to {hubs[0].listener}, or correct {SETTING}"
    return [Finding(SUBJECT, Severity.ERROR, text, remedy)]


def _proxy(told: dict[str, Any]) -> list[Finding]:
    """Tell of a proxy whose word about the caller is not taken: then every customer has the proxy's address."""
    if told.get("forwarded") and not told.get("believed"):
        text = f"the proxy at {told['client']} tells who calls, and is not believed"
        remedy = f"add {told['client']} to listener.trusted_proxies: PlacetoPay wants the customer's own address"
        return [Finding("proxy", Severity.WARNING, text, remedy)]
    if not told.get("forwarded") and _is_inside(str(told.get("client"))):
        text = f"the hub sees {told['client']} as the caller: the proxy does not tell who calls"
        return [Finding("proxy", Severity.WARNING, text, "let the proxy set X-Forwarded-For")]
    return []


def _is_inside(address: str) -> bool:
    try:
        return ip_address(address).is_private
    except ValueError:
        return False


def _read(answer: "HttpAnswer") -> dict[str, Any]:
    try:
        told = json.loads(answer.raw)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
