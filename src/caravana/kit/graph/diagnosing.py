"""What `caravana doctor` finds at Meta, as far as every component of Meta's asks the same."""

from typing import Any

from caravana.kit.component import Finding, Severity
from caravana.kit.errors import EffectError, NeedsPerson, RateLimited, Refused, Transient, Unknown
from caravana.kit.graph.client import GraphClient
from caravana.kit.graph.errors import TokenDead
from caravana.kit.reach import unreached


async def ask(client: GraphClient, node: str, fields: str, setting: str) -> tuple[dict[str, Any], list[Finding]]:
    """Return what Meta says of `node`, named by `setting`, and the findings; it is empty when nothing can be said."""
    try:
        found = await client.get(node, {"fields": fields})
    except (NeedsPerson, TokenDead) as error:
        remedy = "put a valid token with the right permissions there"
        return {}, [Finding("token", Severity.ERROR, str(error), remedy)]
    except Refused as error:
        return {}, [Finding(setting, Severity.ERROR, str(error), f"compare `{setting}` with the id at Meta")]
    except RateLimited as error:
        return {}, [Finding("partner", Severity.WARNING, str(error), "wait a while")]
    except (Transient, Unknown) as error:
        return {}, [unreached(client.settings.url, error, "`url`")]
    told = f"{client.settings.url} answers, and the token is accepted"
    return found, [Finding("address", Severity.OK, told)]


async def subscription(client: GraphClient, node: str, wanted: frozenset[str]) -> Finding:
    """Return whether the app gets what happens at `node`. Forgetting this is the usual reason why nothing comes in."""
    fields = ",".join(sorted(wanted))
    remedy = f"POST /{node}/subscribed_apps with subscribed_fields={fields} (docs: setting up Meta)"
    try:
        answer = await client.get(f"{node}/subscribed_apps")
    except EffectError as error:
        return Finding("subscription", Severity.WARNING, str(error), remedy)
    apps = answer.get("data") or []
    ours = [one for one in apps if client.settings.app_id in ("", str(one.get("id")))]
    had = {field for one in ours for field in one.get("subscribed_fields") or ()}
    if not ours:
        return Finding("subscription", Severity.WARNING, "the app does not get what happens there", remedy)
    if wanted - had:
        told = f"the app does not get: {', '.join(sorted(wanted - had))}"
        return Finding("subscription", Severity.WARNING, told, remedy)
    return Finding("subscription", Severity.OK, "the app gets what happens there")


def webhook(client: GraphClient, url: str) -> list[Finding]:
    """Return whether Meta can reach the webhook's address."""
    found = []
    if client.settings.verify_token is None:
        remedy = "choose a word, write it as `verifyToken`, and enter it at Meta beside the webhook's address"
        found.append(Finding("webhook", Severity.WARNING, "no verifyToken: Meta cannot save the webhook", remedy))
    severity = Severity.OK if url.startswith("https://") else Severity.WARNING
    remedy = "" if severity is Severity.OK else "give the hub a public https address"
    return [*found, Finding("webhook", severity, f"Meta must have {url} as the webhook's address", remedy)]
