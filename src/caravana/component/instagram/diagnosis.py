"""`caravana doctor` for a connection: address, token, account, posts of the day, webhook."""

from caravana.component.instagram.line import Line
from caravana.component.instagram.posts import limit
from caravana.kit.component import Finding, Severity
from caravana.kit.errors import EffectError
from caravana.kit.graph.diagnosing import ask, webhook


async def diagnose(line: Line, webhook_url: str) -> list[Finding]:
    """Return what is right and wrong with the connection."""
    account, found = await ask(line.client, line.settings.account, "id,username", "account")
    if not account:
        return found
    found.append(Finding("account", Severity.OK, f"{account.get('username')} ({line.settings.account})"))
    try:
        used, most = await limit(line)
    except EffectError as error:
        remedy = "give the token the permission instagram_content_publish"
        found.append(Finding("posts", Severity.ERROR, str(error), remedy))
    else:
        full = most is not None and used >= most
        severity, remedy = (Severity.WARNING, "posts wait until the day is over") if full else (Severity.OK, "")
        found.append(Finding("posts", severity, f"{used} of {most} posts of the day are used", remedy))
    return found + webhook(line.client, webhook_url)
