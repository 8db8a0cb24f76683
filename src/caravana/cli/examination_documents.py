"""What the doctor tells of electronic documents: what stands still, what is late, what waits to be mended."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any

from caravana.kit.component import Finding, Severity

FLOW = "einvoice"
MOST = "caravana einvoice list"


async def documents(ask: Callable[..., Awaitable[Any]]) -> list[Finding]:
    """Return the findings; nothing where the ledger cannot be asked. `ask`: the desk of the hub or journal."""
    told = await ask("operate", {"scheme": "einvoice", "act": "health", "arguments": {}})
    return [] if not isinstance(told, Mapping) else list(_findings(told))


def _findings(told: Mapping[str, Any]) -> Iterator[Finding]:
    for point in told["halted"]:
        text = f"the emission point {point} stands still: another system used one of its numbers"
        yield Finding(
            "emission point", Severity.ERROR, text, "caravana review; mark the task as done when it is settled"
        )
    if told["late"]:
        text = (
            "1 document is not sent, though it is due at emission"
            if told["late"] == 1
            else f"{told['late']} documents are not sent, though they are due at emission"
        )
        yield Finding("documents", Severity.ERROR, text, f"{MOST} --state queued; look at the company's connection")
    if told["mending"]:
        text = (
            "1 document waits to be mended in Odoo"
            if told["mending"] == 1
            else f"{told['mending']} documents wait to be mended in Odoo"
        )
        yield Finding("documents", Severity.WARNING, text, MOST)
    if not (told["halted"] or told["late"] or told["mending"]):
        yield Finding("documents", Severity.OK, f"{told['authorised']} authorised, nothing waits for a person")


__all__ = ["FLOW", "documents"]
