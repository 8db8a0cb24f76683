"""What the user of the key may do, asked of Odoo."""

from caravana.component.odoo.client import OdooClient
from caravana.component.odoo.rights import explain
from caravana.kit.errors import EffectError, NeedsPerson


async def may(client: OdooClient, model: str, right: str) -> bool:
    """Return whether the user has `right` (read, create, write, unlink) on `model`.

    The method's name changed with Odoo 18 (documented). Raises an `EffectError`, `Refused` for an unknown model.
    """
    if (await client.connection.version())[0] >= 18:
        return bool(await client.ask(model, "has_access", {"operation": right}, ids=[]))
    question = {"operation": right, "raise_exception": False}
    return bool(await client.ask(model, "check_access_rights", question))


async def refuse_forbidden(client: OdooClient, model: str, right: str) -> None:
    """Raise `NeedsPerson` when the user lacks `right` on `model`; when that cannot be learned, nothing.

    `load` tells of a missing right like of any bad row: under HTTP 200, in the user's language.
    """
    try:
        allowed = await may(client, model, right)
    except EffectError:
        return
    if not allowed:
        raise NeedsPerson(explain(f"{model}.{right}"), status=403, code="AccessError")
