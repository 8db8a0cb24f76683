"""`caravana doctor` for a connection: address, TLS, credentials, clock, and where PlacetoPay must send notifications."""

from urllib.parse import urlsplit

from caravana.component.placetopay.client import PlacetopayClient
from caravana.component.placetopay.errors import AUTHENTICATION
from caravana.kit.component import Finding, Severity
from caravana.kit.errors import EffectError, NeedsPerson, Refused
from caravana.kit.reach import unreached

NO_SESSION = "0"
"""No session has this number: asking for it tells whether we are let in, and changes nothing."""


async def diagnose(client: PlacetopayClient, notification_url: str) -> list[Finding]:
    """Return what is right and wrong with the connection of `client`."""
    found = await _partner(client)
    found.append(_notification(notification_url))
    if client.settings.signature == "sha1":
        text = "notifications with the old SHA-1 signature are taken"
        remedy = "ask PlacetoPay to sign this site with SHA-256, then remove `signature`"
        found.append(Finding("signature", Severity.WARNING, text, remedy))
    return found


async def _partner(client: PlacetopayClient) -> list[Finding]:
    try:
        await client.call(f"/api/session/{NO_SESSION}")
    except Refused as error:
        if error.code is None:  # whoever answers here does not speak as PlacetoPay
            return [_stranger(client.settings.url, error)]
        # we were let in, and there is no such session
    except NeedsPerson as error:
        return [_refused(error)]
    except EffectError as error:
        return [unreached(client.settings.url, error, "`url`")]
    address = Finding("address", Severity.OK, f"{client.settings.url} answers ({client.settings.site} site)")
    return [address, Finding("credentials", Severity.OK, "login, secret key and clock are accepted")]


def _refused(error: NeedsPerson) -> Finding:
    subject = "clock" if error.code == "103" else "credentials" if error.status in {401, 403} else "address"
    remedy = AUTHENTICATION.get(error.code or "", "compare `url`, `login` and `secretKey` with what PlacetoPay gave")
    return Finding(subject, Severity.ERROR, f"PlacetoPay refused with {error.status} ({error.code})", remedy)


def _stranger(url: str, error: Refused) -> Finding:
    text = f"{url} answers {error.status}, but not as PlacetoPay does"
    return Finding("address", Severity.ERROR, text, "compare `url` with the one PlacetoPay gave: host only, no path")


def _notification(url: str) -> Finding:
    parts = urlsplit(url)
    if not parts.netloc:
        text = "the hub has no public address, so PlacetoPay can tell it nothing"
        remedy = "write `listener.public_url` and tell PlacetoPay; until then only return page and sweep find payments"
        return Finding("notification", Severity.WARNING, text, remedy)
    if parts.scheme == "https":
        return Finding("notification", Severity.OK, f"PlacetoPay must have {url} as this site's notification address")
    remedy = (
        "give the hub a public https address and tell PlacetoPay; until then only return page and sweep find payments"
    )
    return Finding("notification", Severity.WARNING, f"PlacetoPay cannot reach {url}", remedy)
