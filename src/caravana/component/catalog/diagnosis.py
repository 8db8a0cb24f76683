"""`caravana doctor` for a connection: address, token, catalogue."""

from caravana.component.catalog.line import Line
from caravana.kit.component import Finding, Severity
from caravana.kit.graph.diagnosing import ask


async def diagnose(line: Line) -> list[Finding]:
    """Return what is right and wrong with the connection."""
    found, findings = await ask(line.client, line.settings.catalog, "id,name,product_count", "catalog")
    if found:
        count = found.get("product_count")
        items = "1 item" if count == 1 else f"{count} items"
        told = f"{found.get('name')} ({line.settings.catalog}): {items}"
        findings.append(Finding("catalog", Severity.OK, told))
    return findings
