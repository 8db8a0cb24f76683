"""`caravana doctor` for Odoo: address, version, key, database, rights, clock; each finding says what to do."""

from datetime import timedelta

from caravana.component.odoo.client import Connection, OdooClient, default_context
from caravana.component.odoo.identity import same_as_last_time
from caravana.component.odoo.options import OdooConnection
from caravana.kit.clock import Clock
from caravana.kit.component import Finding, Severity
from caravana.kit.errors import EffectError, NeedsPerson
from caravana.kit.ports import Store

RIGHTS = {
    "res.partner": ("read", "write", "create"),
    "product.product": ("read",),
    "sale.order": ("read", "write", "create"),
    "account.move": ("read", "write", "create"),
    "account.payment": ("read", "write", "create"),
    "ir.attachment": ("read", "create"),
}
"""What the company's flows need."""
SKEW = timedelta(seconds=5)
PLAN = "External API access is sold with Odoo's Custom plan only; on Odoo Online look at the subscription."


async def examine(connection: Connection, clock: Clock, name: str, store: Store) -> list[Finding]:
    """Return the findings of connection `name`; `store` remembers who answered before.

    Stops at the first that makes the rest meaningless.
    """
    findings = []
    try:
        version = await connection.version()
    except EffectError as error:
        return [Finding("address", Severity.ERROR, _text(error), f"Check `url`. {PLAN}")]
    shown = ".".join(str(part) for part in version)
    findings.append(Finding("address", Severity.OK, f"Odoo {shown} answers at {connection.settings.url}"))
    findings.append(_clock(connection, clock))
    findings.append(_pace(connection.settings))
    client = OdooClient(connection, default_context(connection.settings))
    try:
        protocol = await connection.protocol()
        await client.ask("res.users", "search_count", {"domain": []})
    except NeedsPerson as error:
        remedy = f"Check `database`, `apiKey` (it may have expired) and `login`. {PLAN}"
        return [*findings, Finding("key", Severity.ERROR, _text(error), remedy)]
    except EffectError as error:
        return [*findings, Finding("key", Severity.ERROR, _text(error), "Check `database` and `apiKey`.")]
    findings.append(Finding("key", Severity.OK, f"the key works over {protocol.name}"))
    findings.append(await same_as_last_time(name, connection, store))
    for model, rights in RIGHTS.items():
        findings.append(await _rights(client, version, model, rights))
    return findings


async def _rights(client: OdooClient, version: tuple[int, ...], model: str, rights: tuple[str, ...]) -> Finding:
    """Ask for each right; the method's name changed with Odoo 18 (documented)."""
    missing = []
    try:
        for right in rights:
            if version[0] >= 18:
                allowed = await client.ask(model, "has_access", {"operation": right}, ids=[])
            else:
                arguments = {"operation": right, "raise_exception": False}
                allowed = await client.ask(model, "check_access_rights", arguments)
            if not allowed:
                missing.append(right)
    except EffectError as error:
        return Finding(model, Severity.WARNING, _text(error), "Is the app of this model installed?")
    if missing:
        remedy = "Give the hub's user the groups of Sales, Inventory and Invoicing that its flows need."
        return Finding(model, Severity.ERROR, f"the hub's user may not {', '.join(missing)}", remedy)
    return Finding(model, Severity.OK, f"may {', '.join(rights)}")


def _pace(settings: OdooConnection) -> Finding:
    """Say at which pace this Odoo is called; the hosted one is asked for less."""
    where = "hosted by Odoo" if settings.is_hosted else "not hosted by Odoo"
    rate, delay = f"{settings.calls_a_second:g} a second", f"{settings.delay.total_seconds():g} s"
    text = f"{settings.calls_at_once} at once, {rate} ({where}); consumers look every {delay}"
    return Finding("calls", Severity.OK, text)


def _clock(connection: Connection, clock: Clock) -> Finding:
    if connection.date is None:
        return Finding("clock", Severity.WARNING, "Odoo's answer carries no time", "")
    skew = clock.now() - connection.date
    if abs(skew) <= SKEW:
        return Finding("clock", Severity.OK, "agrees with Odoo's")
    seconds = round(skew.total_seconds())
    return Finding(
        "clock", Severity.WARNING, f"differs from Odoo's by {seconds} s", "Let this machine set its clock by NTP."
    )


def _text(error: EffectError) -> str:
    return f"{type(error).__name__}: {str(error)[:300]}"
