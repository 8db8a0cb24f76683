"""`caravana doctor` for a connection: address, TLS, token, and what PayPhone Developer must have, as far as the API tells."""

from urllib.parse import urlsplit

from caravana.component.payphone.client import PayphoneClient
from caravana.component.payphone.errors import is_unknown
from caravana.kit.component import Finding, Severity
from caravana.kit.errors import EffectError, NeedsPerson, Refused
from caravana.kit.reach import unreached

NO_REFERENCE = "caravana-doctor"
"""No payment of ours has this reference: asking for it tells whether we are let in, and changes nothing."""


async def diagnose(client: PayphoneClient, public_url: str, notification_url: str) -> list[Finding]:
    """Return what is right and wrong with the connection of `client`."""
    found = [*await _partner(client), _store(client), _domain(public_url)]
    if client.settings.notification and public_url:
        text = f"PayPhone must have {notification_url} as this store's notification address"
        found.append(Finding("notification", Severity.OK, text))
    if not client.settings.query_covers:
        text = "payments whose customer does not come back are given back by PayPhone: `queryCovers` is off"
        remedy = (
            "ask PayPhone whether GET /api/Sale/client/… knows payments of the button, then set `queryCovers: true`"
        )
        found.append(Finding("query", Severity.WARNING, text, remedy))
    return found


async def _partner(client: PayphoneClient) -> list[Finding]:
    try:
        await client.ask(f"/api/Sale/client/{NO_REFERENCE}")
    except Refused as error:
        if not is_unknown(error) or error.code is None:  # whoever answers here does not speak as PayPhone
            return [_stranger(client.settings.url, error)]
        # we were let in, and there is no such payment
    except NeedsPerson as error:
        return [_refused(error)]
    except EffectError as error:
        return [unreached(client.settings.url, error, "`url`")]
    address = Finding("address", Severity.OK, f"{client.settings.url} answers ({client.settings.site} application)")
    return [address, Finding("credentials", Severity.OK, "the token is accepted")]


def _refused(error: NeedsPerson) -> Finding:
    subject = "credentials" if error.status in {401, 403} or error.code is not None else "address"
    remedy = "compare `url` and `token` with those in PayPhone Developer; the application must be of type WEB"
    text = f"PayPhone refused with {error.status}"
    if error.code is not None:
        text = f"PayPhone refused with {error.status} ({error.code})"
    return Finding(subject, Severity.ERROR, text, remedy)


def _stranger(url: str, error: Refused) -> Finding:
    text = f"{url} answers {error.status}, but not as PayPhone does"
    return Finding("address", Severity.ERROR, text, "compare `url` with PayPhone's: host only, no path")


def _store(client: PayphoneClient) -> Finding:
    text = f"`storeId` is {client.settings.store_id}; PayPhone judges it when the first payment is prepared"
    return Finding("store", Severity.OK, text)


def _domain(public_url: str) -> Finding:
    if not public_url:
        text = "the hub has no public address, so PayPhone's page takes no customers from it"
        remedy = (
            "put a proxy or tunnel with TLS before the listener, write its address into `listener.public_url`, and enter it in "
            "PayPhone Developer as web domain and response URL"
        )
        return Finding("domain", Severity.WARNING, text, remedy)
    parts = urlsplit(public_url)
    if parts.scheme == "https":
        text = f"PayPhone Developer must have {parts.netloc} as the application's web domain, and {public_url}/ as response URL"
        return Finding("domain", Severity.OK, text)
    remedy = "give the hub a public https address, and enter it in PayPhone Developer as web domain and response URL"
    return Finding("domain", Severity.WARNING, f"PayPhone takes no customers from {public_url}", remedy)
