"""`caravana doctor` for a connection: address, token, pages, subscriptions."""

from caravana.component.facebook.line import Line
from caravana.kit.component import Finding, Severity
from caravana.kit.errors import EffectError
from caravana.kit.graph.diagnosing import ask, subscription, webhook

WANTED = frozenset({"feed", "messages", "messaging_postbacks", "message_echoes", "message_deliveries", "message_reads"})
"""What the app must be subscribed to, page by page."""


async def diagnose(line: Line, webhook_url: str) -> list[Finding]:
    """Return what is right and wrong with the connection."""
    page, found = await ask(line.own, line.settings.page, "id,name", "page")
    if not page:
        return found
    for one in sorted(line.our_pages):
        try:
            client = await line.client(one)
        except EffectError as error:
            remedy = "give the token's user a role on this page, and the permission pages_show_list"
            found.append(Finding("page", Severity.ERROR, str(error), remedy))
            continue
        name = page.get("name") if one == line.settings.page else one
        found.append(Finding("page", Severity.OK, f"{name} ({one}) may be worked on"))
        found.append(await subscription(client, one, WANTED))
    return found + webhook(line.own, webhook_url)
