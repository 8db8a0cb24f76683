"""`caravana doctor` for a connection: address, token, number, quality, subscriptions."""

from typing import Any

from caravana.component.whatsapp.line import Line
from caravana.kit.component import Finding, Severity
from caravana.kit.errors import EffectError, NeedsPerson, RateLimited, Refused, Transient, Unknown
from caravana.kit.graph.errors import TokenDead
from caravana.kit.reach import unreached

NUMBER_FIELDS = "display_phone_number,quality_rating,account_mode,status,throughput"


async def diagnose(line: Line, webhook_url: str) -> list[Finding]:
    """Return what is right and wrong with the connection."""
    settings = line.settings
    try:
        number = await line.client.get(settings.number, {"fields": NUMBER_FIELDS})
    except (NeedsPerson, TokenDead) as error:
        return [Finding("token", Severity.ERROR, str(error), "put a valid token with the right permissions there")]
    except Refused as error:
        return [Finding("number", Severity.ERROR, str(error), "compare `number` with the phone number id at Meta")]
    except RateLimited as error:
        return [Finding("partner", Severity.WARNING, str(error), "wait a while")]
    except (Transient, Unknown) as error:
        return [unreached(settings.url, error, "`url`")]
    found = [Finding("address", Severity.OK, f"{settings.url} answers, and the token is accepted")]
    found += _number(line, number)
    found += await _subscription(line, webhook_url)
    return found


def _number(line: Line, number: dict[str, Any]) -> list[Finding]:
    shown = number.get("display_phone_number", line.settings.number)
    quality = number.get("quality_rating")
    severity = Severity.OK if quality in (None, "GREEN", "UNKNOWN", "NA") else Severity.WARNING
    remedy = "" if severity is Severity.OK else "send fewer unasked messages: Meta lowers the limits of this number"
    found = [Finding("number", severity, f"{shown}: quality {quality}, {number.get('status')}", remedy)]
    mode, site = number.get("account_mode"), line.settings.site
    if mode in ("SANDBOX", "LIVE") and (mode == "LIVE") != (site == "live"):
        text = f"Meta says that {shown} is a {'test' if mode == 'SANDBOX' else 'real'} number, but `site` says {site}"
        found.append(Finding("site", Severity.WARNING, text, f"write site: {'test' if mode == 'SANDBOX' else 'live'}"))
    return found


async def _subscription(line: Line, webhook_url: str) -> list[Finding]:
    """Forgetting to subscribe the account is the usual reason why nothing comes in."""
    settings = line.settings
    try:
        answer = await line.client.get(f"{settings.account}/subscribed_apps")
    except EffectError as error:
        return [Finding("account", Severity.ERROR, str(error), "compare `account` with the WhatsApp account's id")]
    found = []
    if not answer.get("data"):
        remedy = f"POST /{settings.account}/subscribed_apps with this token (docs: setting up Meta)"
        found.append(Finding("subscription", Severity.WARNING, "the app does not get this account's messages", remedy))
    else:
        found.append(Finding("subscription", Severity.OK, "the app gets this account's messages"))
    if settings.verify_token is None:
        remedy = "choose a word, write it as `verifyToken`, and enter it at Meta beside the webhook's address"
        found.append(Finding("webhook", Severity.WARNING, "no verifyToken: Meta cannot save the webhook", remedy))
    severity = Severity.OK if webhook_url.startswith("https://") else Severity.WARNING
    remedy = "" if severity is Severity.OK else "give the hub a public https address"
    found.append(Finding("webhook", severity, f"Meta must have {webhook_url} as the webhook's address", remedy))
    return found
