"""What the company's flows need of Odoo: apps that must be installed, and the rights of `rights.NEEDS`."""

from collections.abc import Iterable
from dataclasses import dataclass

from caravana.component.odoo.client import OdooClient
from caravana.component.odoo.rights import needs
from caravana.kit.component import Finding, Severity
from caravana.kit.errors import EffectError, Refused


@dataclass(frozen=True)
class App:
    """An app of Odoo, known by a `model` that it brings; `without`: what is not possible when it is not installed."""

    name: str
    model: str
    without: str
    needed: bool


APPS = (
    App("Sales", "sale.order", "no order is seen", needed=True),
    App("Invoicing", "account.move", "no payment can be registered", needed=True),
    App("Inventory", "stock.warehouse", "stock of branches is not known", needed=False),
    App("Ecuadorian Accounting (l10n_ec)", "l10n_ec.sri.payment", "no electronic invoice of the SRI", needed=False),
)
USES = ("cards", "matching", "review")
"""Flows that are asked for in any case; what `prepare` needs is asked for when it is called."""


async def apps(client: OdooClient) -> tuple[frozenset[str], list[Finding]]:
    """Return the models that are not there, and a finding for each app. Raises an `EffectError`."""
    found, missing = [], set()
    for app in APPS:
        if await has_model(client, app.model):
            continue
        missing.add(app.model)
        severity = Severity.ERROR if app.needed else Severity.WARNING
        text = f"the app {app.name} is not installed: {app.without}"
        found.append(Finding("app", severity, text, f"install {app.name} in Odoo, under Apps"))
    return frozenset(missing), found or [Finding("apps", Severity.OK, ", ".join(one.name for one in APPS))]


async def has_model(client: OdooClient, model: str) -> bool:
    """Whether Odoo has `model`: it may be there and closed to the user. Raises an `EffectError`.

    JSON-2 answers 404 for an unknown model, JSON-RPC a UserError; a count of nothing cannot be refused otherwise.
    """
    try:
        await client.ask(model, "search_count", {"domain": [["id", "=", 0]]})
    except Refused as error:
        return error.status not in (404, 422)
    except EffectError as error:
        if error.status != 403:
            raise
    return True


async def rights(
    client: OdooClient, version: tuple[int, ...], missing: frozenset[str], flows: Iterable[str]
) -> list[Finding]:
    """Return a finding for each right that the hub's user lacks on the models that are there. Raises an `EffectError`.

    `flows`: those configured, asked for beside `USES`.
    """
    found: dict[tuple[str, str], Finding] = {}
    for need in needs({*USES, *flows}):
        for right in need.rights:
            key = need.model, right
            if _app_of(need.model) in missing or key in found or await _allowed(client, version, *key):
                continue
            text = f"the hub's user may not {right} {need.model}: {need.why}"
            remedy = f"give it the group {need.group.name} ({need.group.xmlid}), in Odoo under Settings, Users & Companies, Users"
            found[key] = Finding("right", Severity.ERROR, text, remedy)
    return [*found.values()] or [Finding("rights", Severity.OK, "the hub's user may do all that the flows ask for")]


def _app_of(model: str) -> str:
    """The model by which the app of `model` is known."""
    return {"account": "account.move", "sale": "sale.order", "stock": "stock.warehouse"}.get(
        model.partition(".")[0], model
    )


async def _allowed(client: OdooClient, version: tuple[int, ...], model: str, right: str) -> bool:
    """Ask for one right; the method's name changed with Odoo 18 (documented)."""
    if version[0] >= 18:
        return bool(await client.ask(model, "has_access", {"operation": right}, ids=[]))
    arguments = {"operation": right, "raise_exception": False}
    return bool(await client.ask(model, "check_access_rights", arguments))
