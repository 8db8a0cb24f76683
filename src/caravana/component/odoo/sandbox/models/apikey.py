"""API keys as their owner sees them: a name and a last day, never the key."""

from collections.abc import Iterable
from typing import Any

from caravana.component.odoo.sandbox import base_methods
from caravana.component.odoo.sandbox import field as f
from caravana.component.odoo.sandbox.model import Model
from caravana.component.odoo.sandbox.records import Records

KEY = Model(
    "res.users.apikeys",
    "Users API Keys",
    {
        "name": f.char("Description", required=True),
        "user_id": f.many2one("res.users", "User", required=True),
        "scope": f.char("Scope"),
        "expiration_date": f.datetime_("Expiration Date"),
    },
    rights=dict.fromkeys(("create", "write", "unlink"), "base.group_system"),
)


@KEY.model_method
def search_read(
    model: Records, domain: list[Any] | None = None, fields: Iterable[str] | None = None
) -> list[dict[str, Any]]:
    """Search the caller's own keys, then read them: a record rule hides those of others."""
    own = [*(domain or []), ["user_id", "=", model.env.uid]]
    found: list[dict[str, Any]] = base_methods.search_read(model, own, fields)
    return found


MODELS = [KEY]
