"""`caravana doctor` for a connection: address, key and its rights, test or live, clock, and the webhook endpoint at Stripe."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from caravana.component.stripe.client import StripeClient
from caravana.component.stripe.event import TYPES
from caravana.kit.component import Finding, Severity
from caravana.kit.errors import EffectError, NeedsPerson, Refused
from caravana.kit.reach import unreached

READS: Mapping[str, str] = {
    "Checkout Sessions": "/v1/checkout/sessions",
    "PaymentIntents": "/v1/payment_intents",
    "Charges and Refunds": "/v1/refunds",
    "Disputes": "/v1/disputes",
    "Payouts": "/v1/payouts",
    "Balance": "/v1/balance_transactions",
    "Events": "/v1/events",
}
"""Right, as the dashboard calls it → a list that needs it."""
WRITES: Mapping[str, str] = {
    "Checkout Sessions": "/v1/checkout/sessions",
    "PaymentIntents": "/v1/payment_intents",
    "Charges and Refunds": "/v1/refunds",
}
"""Right → a call that needs it. It is asked without its needed parts, so that nothing can come of it."""
ENDPOINTS = "/v1/webhook_endpoints"
UNEASY = timedelta(seconds=30)


async def diagnose(client: StripeClient, public_url: str, notification_url: str) -> list[Finding]:
    """Return what is right and wrong with the connection of `client`; events shall come to `notification_url`."""
    found = await _account(client)
    if any(one.severity is Severity.ERROR for one in found):
        return found
    found += [*await _rights(client), *_clock(client), *_secret(client)]
    return [*found, await _endpoint(client, public_url, notification_url)]


async def _account(client: StripeClient) -> list[Finding]:
    """Whether we are let in. A restricted key may not see the balance; then it is a key all the same."""
    settings = client.settings
    try:
        answer: dict[str, Any] = await client.get("/v1/balance")
    except NeedsPerson as error:
        if error.status != 403:
            return [_refused(error)]
        answer = {}
    except Refused as error:
        text = f"{settings.url} answers {error.status}, but not as Stripe does"
        return [
            Finding("address", Severity.ERROR, text, "take `url` out of the connection: it is https://api.stripe.com")
        ]
    except EffectError as error:
        return [unreached(settings.url, error, "`url`")]
    live = answer.get("livemode", settings.mode == "live")
    if live is not (settings.mode == "live"):
        text = f"the key is a {settings.mode} key, but Stripe answers for data of the other mode"
        return [Finding("credentials", Severity.ERROR, text, "copy the key anew from Developers → API keys")]
    text = f"the {'restricted' if settings.restricted else 'secret'} key is accepted; it is a {settings.mode} key"
    return [
        Finding("address", Severity.OK, f"{settings.url} answers in version {settings.api_version}"),
        Finding("credentials", Severity.OK, text),
    ]


def _refused(error: NeedsPerson) -> Finding:
    if error.status == 401:
        remedy = "copy the key anew from Developers → API keys in Stripe's dashboard; it may have been rolled"
        return Finding("credentials", Severity.ERROR, f"Stripe refused the key ({error.code or error.status})", remedy)
    text = f"Stripe refused with {error.status}"
    return Finding("address", Severity.ERROR, text, "take `url` out of the connection: it is https://api.stripe.com")


async def _rights(client: StripeClient) -> list[Finding]:
    """What a restricted key lacks; a secret key has every right."""
    if not client.settings.restricted:
        return []
    lacking = [f"{name}: read" for name, path in READS.items() if await _is_denied(client, path, write=False)]
    lacking += [f"{name}: write" for name, path in WRITES.items() if await _is_denied(client, path, write=True)]
    if not lacking:
        return [Finding("rights", Severity.OK, "the restricted key has every right that the hub needs")]
    remedy = "edit the key under Developers → API keys → Restricted keys in Stripe's dashboard"
    return [Finding("rights", Severity.ERROR, f"the restricted key lacks {', '.join(lacking)}", remedy)]


async def _is_denied(client: StripeClient, path: str, *, write: bool) -> bool:
    try:
        await (client.post(path, {}, None) if write else client.get(path, {"limit": 1}))
    except NeedsPerson as error:
        return error.status == 403
    except EffectError:
        return False  # it was judged, so it was let in; or the partner is away, which is told elsewhere
    return False


def _clock(client: StripeClient) -> list[Finding]:
    """Signed times must be near ours, or every notification is refused."""
    ahead = client.ahead
    if ahead is None or abs(ahead) < UNEASY:
        return []
    off = abs(ahead).total_seconds()
    text = f"this machine's clock is {off:.0f} s {'ahead of' if ahead > timedelta(0) else 'behind'} Stripe's"
    severity = Severity.ERROR if abs(ahead) >= client.settings.tolerance else Severity.WARNING
    return [Finding("clock", severity, text, "set it by NTP: notifications of a wrong time are refused")]


def _secret(client: StripeClient) -> list[Finding]:
    if client.settings.secrets:
        return []
    remedy = "add the endpoint under Developers → Webhooks in Stripe's dashboard and copy its signing secret here"
    return [Finding("signature", Severity.WARNING, "there is no `webhookSecret`: notifications are not taken", remedy)]


async def _endpoint(client: StripeClient, public_url: str, url: str) -> Finding:
    """Whether Stripe sends to our address, and all that is needed."""
    if not public_url:
        remedy = "write `listener.public_url`; until then events are read from Stripe's list"
        text = "the hub has no public address, so Stripe can tell it nothing"
        return Finding("notification", Severity.WARNING, text, remedy)
    try:
        registered = [one async for page in client.pages(ENDPOINTS, {}) for one in page]
    except EffectError:  # a restricted key need not have this right
        remedy = "look under Developers → Webhooks in Stripe's dashboard"
        text = f"whether Stripe sends its events to {url} could not be seen"
        return Finding("notification", Severity.WARNING, text, remedy)
    return _judged(registered, url)


def _judged(registered: list[dict[str, Any]], url: str) -> Finding:
    """What Stripe's endpoints say of our address."""
    ours = [one for one in registered if one.get("url") == url]
    if not ours:
        hosts = ", ".join(sorted({urlsplit(str(one.get("url"))).netloc for one in registered})) or "-"
        remedy = (
            "add it under Developers → Webhooks in Stripe's dashboard; until then events are read from Stripe's list"
        )
        text = f"Stripe sends no events to {url}; it has endpoints at: {hosts}"
        return Finding("notification", Severity.WARNING, text, remedy)
    working = [one for one in ours if one.get("status") == "enabled"]
    if not working:
        remedy = "enable it under Developers → Webhooks in Stripe's dashboard"
        return Finding("notification", Severity.WARNING, f"the endpoint {url} is disabled at Stripe", remedy)
    sent = {name for one in working for name in one.get("enabled_events") or ()}
    missing = ", ".join(() if "*" in sent else (one for one in TYPES if one not in sent))
    if missing:
        remedy = "add them to it under Developers → Webhooks in Stripe's dashboard"
        return Finding("notification", Severity.WARNING, f"the endpoint {url} lacks the events {missing}", remedy)
    return Finding("notification", Severity.OK, f"Stripe sends its events to {url}")
