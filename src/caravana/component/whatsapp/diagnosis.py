"""`caravana doctor` for a connection: address, token, number, quality, subscriptions."""

from typing import Any

from caravana.component.whatsapp.line import Line
from caravana.kit.component import Finding, Severity
from caravana.kit.errors import EffectError
from caravana.kit.graph.diagnosing import ask, webhook

NUMBER_FIELDS = "display_phone_number,quality_rating,account_mode,status,throughput"


async def diagnose(line: Line, webhook_url: str) -> list[Finding]:
    """Return what is right and wrong with the connection."""
    number, found = await ask(line.client, line.settings.number, NUMBER_FIELDS, "number")
    if not number:
        return found
    found += _number(line, number)
    return [*found, await _subscription(line), *webhook(line.client, webhook_url)]


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


async def _subscription(line: Line) -> Finding:
    """Forgetting to subscribe the account is the usual reason why nothing comes in."""
    account = line.settings.account
    try:
        answer = await line.client.get(f"{account}/subscribed_apps")
    except EffectError as error:
        return Finding("account", Severity.ERROR, str(error), "compare `account` with the WhatsApp account's id")
    if answer.get("data"):
        return Finding("subscription", Severity.OK, "the app gets this account's messages")
    remedy = f"POST /{account}/subscribed_apps with this token (docs: setting up Meta)"
    return Finding("subscription", Severity.WARNING, "the app does not get this account's messages", remedy)
